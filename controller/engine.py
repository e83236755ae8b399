"""The engine process: one roller, one loop, the desk with its link, the journal, the light.

Builds the parts, asks the system for punctuality, ends cleanly on SIGTERM and SIGINT. It
imports no web code. The panel is another process and may die without anybody noticing here.
"""

import fcntl
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from math import inf
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, Protocol

from controller import output, showing
from controller.blackbox import BlackBox
from controller.blackbox_files import FOLDER, Shelf
from controller.buttons import hanging
from controller.desk import Desk
from controller.journal import Journal, JournalError, Recalled, recall, store
from controller.limits import Limits
from controller.link import TELL_EVERY_S, Link
from controller.loop import Clock, Loop
from controller.modes import Mode, Sitting, State, Stop
from controller.pace import Pace
from controller.processes import end_with_parent, ending_signals
from controller.punctual import be_punctual
from controller.selftest import SelfTest
from controller.session import Machine, Person, Session
from controller.telemetry import journalled, telemetry
from controller.wish import Wish
from hardware.roller import Roller, Sample
from hardware.signals import NoSignals, Signals

NO_SIGNALS = NoSignals()

SOCKET = "engine.sock"
"""Its name in the engine's folder."""


class BusyError(RuntimeError):
    """Another engine is running on this machine."""


class MonotonicClock:
    """The loop's time on a real machine: never set, never back, and it counts a suspend, too.

    A machine that slept wakes with a tick that is far too late, which T13 latches.
    """

    def now_s(self) -> float:
        """Seconds since some fixed point."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def wait_until(self, at_s: float) -> None:
        """Sleep until `at_s`."""
        left_s = at_s - self.now_s()
        if left_s > 0.0:
            time.sleep(left_s)


class Setup(NamedTuple):
    """What an engine is made for."""

    person: Person
    machine: Machine
    limits: Limits
    folder: Path  # for socket, lock and journal; owner-only
    quiet: bool = False  # the buzzer stays silent

    @property
    def socket(self) -> Path:
        """Where the panel finds the engine."""
        return self.folder / SOCKET


class Notes(Protocol):
    """Where the news of a session are kept: the journal, or what stands in for it."""

    failure: str | None

    def write(self, facts: Mapping[str, Any]) -> None:
        """Keep `facts`; return at once."""


class Teller:
    """The loop's observer: 20 times a second telemetry and the light, news to the journal."""

    def __init__(
        self,
        desk: Desk,
        journal: Notes,
        device_name: str,
        signals: Signals = NO_SIGNALS,
        quiet: bool = False,
    ) -> None:
        self._desk, self._journal, self._name = desk, journal, device_name
        self._signals, self._quiet = signals, quiet
        self._next_s = float("-inf")
        self._sitting: Sitting | None = None
        self._stop: Stop | None = None
        self._test = SelfTest()
        self._showing = showing.Showing()

    def wish(self) -> Wish:
        """What people ask now."""
        return self._desk.take()

    def publish(self, state: State, session: Session, sample: Sample, now_s: float) -> None:
        """Cheap on most ticks: nothing to tell. Raises `HardwareError` when the light fails."""
        sitting, stop, test = state.sitting, state.stop, state.test
        if sitting is not self._sitting or stop is not self._stop or test is not self._test:
            self._note(state, now_s)
        if now_s >= self._next_s:
            self._next_s = now_s + TELL_EVERY_S
            self._shine(state, session, now_s)
            self._desk.tell(self._picture(state, session, sample, now_s))

    def _note(self, state: State, now_s: float) -> None:
        """What must survive goes to the journal, and is told at once."""
        sitting, stop, test = state.sitting, state.stop, state.test
        news = sitting is not self._sitting or stop is not self._stop
        if news or test.over is not self._test.over:
            self._journal.write(journalled(state))
            self._next_s = now_s
        self._sitting, self._stop, self._test = sitting, stop, test

    def _shine(self, state: State, session: Session, now_s: float) -> None:
        """Light and buzzer as they must be now."""
        kept = self._journal.failure is None
        hangs = bool(hanging(session.pad, now_s))
        facts = showing.facts_of(state, session.pair_count, hangs, kept)
        self._showing = showing.onward(self._showing, facts, now_s, self._quiet)
        self._signals.show(showing.light(self._showing, now_s), showing.tone(self._showing, now_s))

    def _picture(
        self, state: State, session: Session, sample: Sample, now_s: float
    ) -> Mapping[str, Any]:
        picture = telemetry(state, session, sample, self._name) | showing.said(self._showing, now_s)
        if self._journal.failure is not None and state.mode in (Mode.IDLE, Mode.ARMED):
            picture["words"] = f"Cannot start: {self._journal.failure}."
        return picture


class Held(NamedTuple):
    """A setup whose folder belongs to this process alone. Only `hold()` makes one."""

    setup: Setup


@contextmanager
def hold(setup: Setup) -> Iterator[Held]:
    """Have the folder until this process ends, however it ends; touch no hardware before.

    Raises `BusyError`, and `JournalError` when there can be no folder.
    """
    end_with_parent()
    folder = setup.folder
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = open(folder / "engine.lock", "w", encoding="utf-8")  # noqa: SIM115
    except OSError as error:
        raise JournalError(
            f"cannot use the folder {folder}: {error.strerror}; mend its rights, or use another"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BusyError(
                f"another engine is running on {folder}; stop it first, or use another folder"
            ) from error
        yield Held(setup)


def run(roller: Roller, clock: Clock, held: Held, signals: Signals = NO_SIGNALS) -> Pace:
    """Run until SIGTERM, SIGINT or SIGHUP; on every way out the roller rests.

    `signals` go dark with the roller, whose pins they share: who closes the one closes the other.
    Raises `JournalError`, `LinkError`, and what the roller raises.
    """
    setup = held.setup
    try:
        desk = Desk(time.monotonic)
        state = _recalled(setup, clock.now_s(), desk)
        with (
            closing(Link(setup.socket, desk)) as link,
            closing(_journal(setup, desk)) as journal,
            closing(output.Notes()) as notes,
            closing(Shelf(setup.folder / FOLDER, notes.tell)) as shelf,
        ):
            session = Session.new(setup.person, setup.machine, setup.limits)
            teller = Teller(desk, journal, roller.name, signals, setup.quiet)
            box = BlackBox(teller, shelf.keep, roller.name, setup.limits, state.stop)
            loop = Loop(roller, clock, box, session, setup.limits, state)
            _stop_on_signals(loop)
            link.start()
            for missing in be_punctual():
                notes.tell(missing)
            with closing(box):
                loop.run()
            journal.write(journalled(loop.state.parted()))
            return loop.pace
    finally:
        roller.close()


def kept_time(pace: Pace) -> str:
    """How the loop kept time, in words."""
    worst_ms = pace.worst_late_s * 1000.0
    return f"{pace.ticks} ticks, {pace.overruns} overruns, at worst {worst_ms:.1f} ms late"


def _journal(setup: Setup, desk: Desk) -> Journal:
    return Journal(setup.folder / "journal.json", desk.record)


def _recalled(setup: Setup, now_s: float, desk: Desk) -> State:
    """The kernel's first state, from the journal; and the journal proven writable."""
    path = setup.folder / "journal.json"
    left = recall(path, now_s)
    state = revived(left, setup.limits, now_s)
    try:
        store(path, journalled(state))
    except OSError as error:
        raise JournalError(
            f"cannot write {path}: {error.strerror}; free space or mend the folder's rights"
        ) from error
    desk.record(left.number)
    return state


def revived(left: Recalled, limits: Limits, now_s: float) -> State:
    """The kernel's first state after what the last engine left behind."""
    state = State.initial(now_s, left.number, left.stop)
    rest_until_s = now_s + limits.pain_rest_s if left.resting else -inf
    sitting = state.sitting._replace(pains=left.pains, pain_at_s=now_s, rest_until_s=rest_until_s)
    return state._replace(sitting=sitting)


def _stop_on_signals(loop: Loop) -> None:
    def leave(_number: int, _frame: FrameType | None) -> None:
        loop.stop()

    for number in ending_signals():
        signal.signal(number, leave)
