"""The last half minute in a ring, kept at every trip, so that no stop is ever a riddle.

`BlackBox` stands between the loop and its observer. A tick costs it one tuple of references to
what is there anyway; text is made of it only when it is kept, by another thread. A trip is kept
at once, for the plug may be pulled next, and again `AFTER_S` later with what came after. The form
is that of a recording, with more columns: `footloop-sim replay` reads both.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from math import inf
from typing import Any, NamedTuple

from controller.limits import Limits
from controller.loop import Observer
from controller.modes import Mode, Request, Sitting, State, Stop
from controller.selftest import SelfTest
from controller.session import Session
from controller.wish import Wish
from hardware.roller import Sample

VERSION = 1
MARK = "# Footloop black box "
"""How the first line begins; facts of the trip follow as JSON."""
SECONDS = 31
"""Whole seconds that are remembered, beside the one that is going on."""
AFTER_S = 0.5
"""So long after a trip it is kept once more."""
COLUMNS = (
    "time_s", "pressure_kpa", "pressure_b_kpa", "reference_kpa", "duty", "late_ms", "taken_at_s",
    "sensor", "motor_current_ma", "heel_end_open", "toe_end_open", "stop_pressed", "gate_on",
    "start_down", "cut", "mode", "testing", "speed_cm_s", "level", "place", "lost", "early",
    "stop_asked",
)  # fmt: skip
"""What stands in a line; an empty cell: it is not fitted, or there is none."""


class Moment(NamedTuple):
    """A tick: what was read, what was asked, and what became of it."""

    now_s: float
    sample: Sample
    mode: Mode  # after the tick, and so are the next three
    duty: float
    sitting: Sitting
    test: SelfTest
    standing: Request
    wish: Wish


Second = list[tuple[Any, ...]]
"""Ticks of about a second, as `Moment` names what is in them."""


class Box(NamedTuple):
    """What is to be kept of one trip."""

    number: int  # of trips since the engine's start, this one included
    stop: Stop
    device_name: str
    limits: Limits
    seconds: tuple[Second, ...]  # nobody adds to them any more


class BlackBox:
    """The loop's observer in front of another one."""

    def __init__(
        self,
        observer: Observer,
        keep: Callable[[Box], None],
        device_name: str,
        limits: Limits,
        stop: Stop | None,
    ) -> None:
        """`keep` returns at once; `stop`: what is latched already, and no trip of now."""
        self.wish = observer.wish
        self._observer, self._keep = observer, keep
        self._device_name, self._limits = device_name, limits
        self._seconds: deque[Second] = deque(maxlen=SECONDS)
        self._second: Second = []
        self._add = self._second.append
        self._stop, self._tripped = stop, stop
        self._count = 0
        self._full_s = self._turn_s = -inf
        self._after_s = inf

    def publish(self, state: State, session: Session, sample: Sample, now_s: float) -> None:
        """Remember a tick. Raises what the other observer raises."""
        self._add((
            now_s, sample, state.mode, state.duty, state.sitting, state.test, session.standing,
            session.wish,
        ))  # fmt: skip
        if now_s >= self._turn_s or state.stop is not self._stop:
            self._turn(state.stop, now_s)
        self._observer.publish(state, session, sample, now_s)

    def close(self) -> None:
        """Keep what of the last trip was not kept to its end."""
        if self._after_s != inf:
            self._put_down()

    def _turn(self, stop: Stop | None, now_s: float) -> None:
        """A trip, the moment after it, or a second that is full."""
        if now_s >= self._after_s:
            self._put_down()
            self._after_s = inf
        if stop is not self._stop:
            self._stop = stop
            if stop is not None:
                self.close()
                self._tripped, self._count = stop, self._count + 1
                self._after_s = now_s + AFTER_S
                self._put_down()
        if now_s >= self._full_s:
            self._full_s = now_s + 1.0
            self._seconds.append(self._second)
            self._second = []
            self._add = self._second.append
        self._turn_s = min(self._full_s, self._after_s)

    def _put_down(self) -> None:
        """Hand over what is remembered: no tick is copied but those of this second."""
        if self._tripped is not None:
            seconds = (*self._seconds, self._second.copy())
            self._keep(Box(self._count, self._tripped, self._device_name, self._limits, seconds))


def lines(box: Box) -> Iterator[str]:
    """The text of a box, line by line."""
    changed = {name: value for name, value in asdict(box.limits).items()
               if value != getattr(Limits(), name)}  # fmt: skip
    facts = {
        "version": VERSION,
        "trip": box.stop.trip.name,
        "rule": box.stop.trip.rule,
        "stopped_at_s": box.stop.at_s,
        "device": box.device_name,
        "limits": changed,
    }
    yield MARK + json.dumps(facts)
    yield ",".join(COLUMNS)
    yield from _rows(box)


def _rows(box: Box) -> Iterator[str]:
    before: Moment | None = None
    for moment in moments(box.seconds):
        yield ",".join(map(_cell, _row(moment, before, box.limits.tick_s)))
        before = moment


def moments(seconds: Iterable[Second]) -> Iterator[Moment]:
    """Every tick, by name."""
    return (Moment._make(one) for second in seconds for one in second)


def _row(moment: Moment, before: Moment | None, tick_s: float) -> tuple[Any, ...]:
    """The values of a line, in the order of `COLUMNS`."""
    now_s, sample, mode, duty, sitting, test, asked, wish = moment
    testing = mode is Mode.IDLE and sitting.opened_at_s is not None and not test.over
    late_s = 0.0 if before is None else now_s - before.now_s - tick_s
    stop = before is not None and wish.stop_count > before.wish.stop_count
    cut = None if sample.cut is None else sample.cut.name
    return (
        now_s, sample.pressure_kpa, sample.pressure_b_kpa, asked.reference_kpa, duty,
        round(late_s * 1000.0, 3), sample.taken_at_s, sample.sensor.name, sample.motor_current_ma,
        sample.heel_end_open, sample.toe_end_open, sample.stop_pressed, sample.gate_on,
        sample.buttons.start, cut, mode.name, testing, asked.speed_cm_s, asked.level, asked.place,
        asked.lost, asked.early, stop,
    )  # fmt: skip


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return repr(value) if isinstance(value, float) else str(value)
