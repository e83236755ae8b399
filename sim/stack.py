"""The whole stack without its threads: the production loop over a plant, in simulated time.

What `footloop-sim run` does in a tick, minus the threads and the waiting: the plant, plan, kernel,
the engine's own observer, a journal that is quick. Scenarios, faults and trials stand on it. Time
passes only when it is told to, and people reach in as they do on a machine: with a finger on a
button, a foot on the roller, or one line over the link.
"""

from collections.abc import Callable, Mapping
from typing import Any

from controller.asks import Source, answer, asking
from controller.desk import Desk
from controller.engine import Teller, revived
from controller.journal import Recalled, recalled
from controller.limits import Limits
from controller.loop import Clock, Loop
from controller.modes import Mode, State
from controller.programs import WHOLE_FOOT, Program
from controller.session import Machine, Person, Session
from controller.watch import Reason
from hardware.roller import REST, Roller, Sample
from sim.roller import SimRoller

WHO = "a phone"
"""Who asks over the link."""
TAP_S, NOTICED_S = 0.2, 0.1
"""A finger rests on a button so long; and so long after it the press has been noticed."""


class StackError(RuntimeError):
    """The story did not go on as it must; what it would show means nothing."""


class QuickJournal:
    """A journal that has everything on disk at once, because it has no disk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.failure: str | None = None
        self.facts: Mapping[str, Any] | None = None  # None: nothing was ever written

    def write(self, facts: Mapping[str, Any]) -> None:
        """Tell the desk that it is recorded; while there is a failure, nothing is."""
        if self.failure is None:
            self.facts = facts
            self._desk.record(int(facts["session"]))


class Stack:
    """One machine, one foot, one controller."""

    def __init__(
        self,
        plant: SimRoller,
        *,
        roller: Roller | None = None,
        clock: Clock | None = None,
        limits: Limits | None = None,
        person: Person | None = None,
        machine: Machine | None = None,
        program: Program = WHOLE_FOOT,
        watch: "Callable[[Stack], None] | None" = None,
    ) -> None:
        """Switch it on. `roller`: what the loop reads and drives, if not `plant` itself.

        `clock`: whoever lets time pass, if not `plant`. `watch` is shown every tick, between its
        drive and the time that passes until the next.
        """
        self.plant, self.roller = plant, plant if roller is None else roller
        self.clock: Clock = plant if clock is None else clock
        self.limits = limits or Limits()
        self.watch = watch
        session = Session.new(person or Person(), machine or Machine(), self.limits)
        self._first = session._replace(setting=session.setting._replace(program=program))
        self.due_s = self.clock.now_s()
        self._switch_on(Recalled())

    def _switch_on(self, left: Recalled) -> None:
        """A new engine, which finds what the last one left behind."""
        now_s = self.clock.now_s()
        self.desk = Desk(self.clock.now_s, left.number)
        self.journal = QuickJournal(self.desk)
        self.session, self.sample = self._first, Sample(now_s, 0.0)
        self._source = Source()
        self._holder: str | None = None
        self._teller = Teller(self.desk, self.journal, self.roller.name)
        self.wish = self.desk.take
        self.loop = Loop(
            self.roller, self.clock, self, self._first, self.limits,
            revived(left, self.limits, now_s),
        )  # fmt: skip

    def publish(self, state: State, session: Session, sample: Sample, now_s: float) -> None:
        """The loop's observer: what the engine's is told, and whoever watches."""
        self.session, self.sample = session, sample
        self._teller.publish(state, session, sample, now_s)
        if self.watch is not None:
            self.watch(self)

    # Time.

    @property
    def now_s(self) -> float:
        """Simulated seconds."""
        return self.clock.now_s()

    def turn(self, now_s: float) -> None:
        """One round of the loop, without the time that passes after it."""
        self.loop.tick(now_s)

    def tick(self) -> None:
        """One tick, and the world lives until the next is due."""
        self.advance(self.limits.tick_s)

    def advance(self, seconds: float) -> None:
        """Let time pass, in whole ticks."""
        clock, tick_s, count = self.clock, self.limits.tick_s, self.loop.pace.count
        now, wait_until, turn = clock.now_s, clock.wait_until, self.turn
        for _ in range(round(seconds / tick_s)):
            now_s = now()
            count(now_s - self.due_s, tick_s)
            turn(now_s)
            due_s = self.due_s + tick_s
            self.due_s = due_s if due_s > now_s else now_s
            wait_until(self.due_s)

    def until(self, condition: "Callable[[Stack], bool]", at_most_s: float) -> None:
        """Let time pass until `condition` holds. Raises `StackError` after `at_most_s`."""
        end_s = self.due_s + at_most_s
        while not condition(self):
            if not self.due_s < end_s:
                raise StackError(f"not within {at_most_s:g} s; {self.mode.name}: {self.words}")
            self.tick()

    def until_mode(self, *modes: Mode, at_most_s: float = 10.0) -> None:
        """Let time pass until the kernel is in one of `modes`. Raises `StackError`."""
        self.until(lambda stack: stack.mode in modes, at_most_s)

    def fall_silent(self, seconds: float) -> None:
        """The controller is dead or hangs, its pins stay as they are: the world lives on alone."""
        self.clock.wait_until(self.now_s + seconds)

    def reboot(self, without_power_s: float = 2.0, left: Recalled | None = None) -> None:
        """The power goes, and comes back: a new engine finds the old one's journal.

        `left`: what it makes of that journal, if the disk did something to it.
        """
        self.plant.drive(REST)  # as the pull-downs hold the pins of a board that is off
        self.fall_silent(without_power_s)
        facts = self.journal.facts
        self.due_s = self.now_s
        if left is None:
            left = Recalled() if facts is None else recalled(facts, self.now_s)
        self._switch_on(left)
        self.journal.facts = facts

    # What it shows.

    @property
    def state(self) -> State:
        """The kernel's, after the last tick."""
        return self.loop.state

    @property
    def mode(self) -> Mode:
        """The kernel's."""
        return self.loop.state.mode

    @property
    def told(self) -> Mapping[str, Any]:
        """The newest picture, as the link sends it; empty before the first tick."""
        return self.desk.telemetry

    @property
    def words(self) -> str:
        """What the panel shows."""
        return str(self.told.get("words"))

    # Hands.

    def ask(self, do: str, **fields: Any) -> str | None:
        """Ask over the link, as a phone does; return the refusal, or None when it was taken."""
        fields |= {"who": WHO} if do == "level" else {}
        line = asking(do, self._source.counts.get(do, 0) + 1, self.told.get("at_s", 0.0), **fields)
        given = answer(
            line, self.desk.wish, self._source, self._holder,
            self.told, self.now_s,
        )  # fmt: skip
        self._source, self._holder = given.source, given.holder
        self.desk.ask(given.wish)
        return given.refusal

    def press(self, button: str, for_s: float = TAP_S) -> None:
        """Hold a button of the device, let go, and let it be noticed."""
        self.plant.set_button(button, True)
        self.advance(for_s)
        self.plant.set_button(button, False)
        self.advance(NOTICED_S)

    # Stories.

    def arm(self) -> None:
        """Press Start, lay the foot on, wait until it is ready. Raises `StackError`."""
        self.advance(0.5)
        self.press("start")
        self.plant.foot_on()
        self.until_mode(Mode.ARMED)

    def roll(self) -> None:
        """Arm and start, up to full speed. Raises `StackError`."""
        self.arm()
        self.until(lambda stack: "start" in stack.told["can"], 2.0)
        refusal = self.ask("start")
        if refusal is not None:
            raise StackError(f"start was refused: {refusal}")
        self.until_mode(Mode.RUNNING, Mode.EASED)

    def shift(self) -> None:
        """Lift the foot, lay it back, let it rest, continue. Raises `StackError`."""
        self.plant.foot_off()
        self.advance(1.0)
        self.plant.foot_on()
        self.until(lambda stack: "continue" in stack.told["can"], 10.0)
        self.ask("continue")
        self.until(lambda stack: stack.mode is not Mode.HOLD, 1.0)

    def go_on(self, seconds: float) -> None:
        """Let the massage go on; the foot is shifted whenever the program waits for it."""
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.tick()
            if self.mode is Mode.HOLD and self.state.sitting.why is Reason.CHANGE:
                self.shift()
