"""The rig: the real loop on the simulated roller, in simulated time, with everything recorded.

A `Rig` is what a whole-session test stands on. It plays the engine without its threads: the
production `Loop` ticks over a `SimRoller`, and the rig is its observer. It says what people wish,
confirms `recorded` at once as a quick journal would (or not at all), keeps one `Moment` per tick,
and judges on every tick what must hold in every session. Nothing here waits: time passes because
`advance()` or `until()` says so.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from controller.limits import Limits
from controller.loop import Loop
from controller.modes import Mode, State
from controller.programs import WHOLE_FOOT, Program
from controller.service import Task
from controller.session import Machine, Person, Session, Wish
from controller.telemetry import telemetry
from hardware.roller import REST, Drive, Sample
from sim import person as leg
from sim.roller import SimRoller, Truth

LIMITS = Limits()
CALM = leg.Person(leg_load_n=12.0)  # rests with 15 kPa: level 3 takes up to 18
LEVEL_CM_S = (0.0, 2.0, 2.75, 3.5, 4.25, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0)
"""Speed of each level, copied from the specification, not from the code."""
MOVING = (Mode.SOFT_START, Mode.RUNNING, Mode.EASED, Mode.WINDING_DOWN, Mode.SERVICE)
GATE_OPEN_S = 0.050
"""The contact is open this long after the last edge, at the latest."""


class Tick(NamedTuple):
    """What the loop tells of one tick."""

    state: State
    session: Session
    sample: Sample
    now_s: float


class Moment(NamedTuple):
    """One tick, and the plant's truth at its end, before time passes."""

    at_s: float
    state: State
    drive: Drive
    sample: Sample
    truth: Truth


def steady_duty(speed_cm_s: float) -> float:
    """The duty that keeps the reference carriage at `speed_cm_s`: a straight line to 21.8 cm/s."""
    return 0.041 + 0.959 * speed_cm_s / 21.8


class Rig:
    """One machine, one foot, one controller. Roller and observer to the loop it drives."""

    def __init__(
        self,
        *,
        seed: int = 1,
        level: int = 3,
        person: leg.Person = CALM,
        limits: Limits = LIMITS,
        program: Program = WHOLE_FOOT,
        journal: bool = True,
        plant_dt_s: float = 0.001,
        **machine: Any,
    ) -> None:
        """`journal`: whether sessions get recorded; a coarse plant makes long stories quick.

        `machine`: a motor, foot or gate of another make, as `SimRoller` takes them.
        """
        self.sim = SimRoller(seed, plant_dt_s, person=person, **machine)
        self.distorted: Callable[[Sample], Sample] = lambda sample: sample
        self.limits = limits
        self.moments: list[Moment] = []
        self.modes: list[tuple[float, Mode]] = []
        self.shifts = 0
        self.journal = journal
        self._wish = Wish()
        self._drive = REST
        session = Session.new(Person(level=level), Machine(), limits)
        session = session._replace(setting=session.setting._replace(program=program))
        self._loop = Loop(self, self.sim, self, session, limits)
        self._due_s = self.sim.now_s()
        self.tick()

    # What the loop sees.

    @property
    def name(self) -> str:
        """As the plant calls itself."""
        return self.sim.name

    def read(self) -> Sample:
        """The plant's, or what a fault makes of it."""
        return self.distorted(self.sim.read())

    def drive(self, drive: Drive) -> None:
        """To the plant, and remembered."""
        self._drive = drive
        self.sim.drive(drive)

    def close(self) -> None:
        """The plant's."""
        self.sim.close()

    def wish(self) -> Wish:
        """What people ask now."""
        return self._wish

    def publish(self, state: State, session: Session, sample: Sample, now_s: float) -> None:
        """Keep the moment, confirm the session, and judge."""
        tick = Tick(state, session, sample, now_s)
        now = Moment(tick.now_s, tick.state, self._drive, tick.sample, self.sim.truth())
        self.last = tick
        self.moments.append(now)
        mode = tick.state.mode
        if not self.modes or self.modes[-1][1] is not mode:
            self.modes.append((tick.now_s, mode))
        self._judge(now, tick.session.levels.level)
        number = tick.state.sitting.number
        if self.journal and number != self._wish.recorded:
            self._wish = self._wish._replace(recorded=number)

    def _judge(self, now: Moment, level: int) -> None:
        """What holds on every tick of every session."""
        drive, state = now.drive, now.state
        testing = state.mode is Mode.IDLE and state.sitting.opened_at_s is not None
        assert drive.gate == (state.mode in MOVING) or (testing and drive.duty == 0.0), now
        assert abs(drive.duty) <= steady_duty(LEVEL_CM_S[level]) + 1e-9, now
        assert drive.duty == 0.0 or (drive.enabled and not drive.brake), now
        assert drive.duty == 0.0 or drive.gate or (testing and not now.truth.gate_on), now
        assert (state.stop is not None) == (state.mode is Mode.STOPPED), now
        if drive.gate and not testing:
            assert state.sitting.number == self._wish.recorded, "moved before it was recorded"

    # Time.

    @property
    def now_s(self) -> float:
        """Simulated seconds."""
        return self.sim.now_s()

    def tick(self) -> None:
        """One tick, and the plant lives until the next is due."""
        self._loop.tick(self.sim.now_s())
        self._due_s += self.limits.tick_s
        self.sim.wait_until(self._due_s)

    def advance(self, seconds: float) -> list[Moment]:
        """Let time pass; return its moments."""
        first, end_s = len(self.moments), self._due_s + seconds - 1e-9
        while self._due_s < end_s:
            self.tick()
        return self.moments[first:]

    def until(self, condition: Callable[["Rig"], bool], at_most_s: float) -> list[Moment]:
        """Let time pass until `condition` holds; return its moments. Fails after `at_most_s`."""
        first, end_s = len(self.moments), self._due_s + at_most_s
        while not condition(self):
            assert self._due_s < end_s, f"not within {at_most_s} s; {self.mode}: {self.words}"
            self.tick()
        return self.moments[first:]

    def until_mode(self, mode: Mode, at_most_s: float) -> list[Moment]:
        """Let time pass until the kernel is in `mode`."""
        return self.until(lambda rig: rig.mode is mode, at_most_s)

    def fall_silent(self, seconds: float) -> list[tuple[float, Truth]]:
        """The controller is gone, its pins stay as they are: the plant alone, by milliseconds."""
        seen = []
        for _ in range(round(seconds * 1000)):
            self.sim.wait_until(self.sim.now_s() + 0.001)
            seen.append((self.sim.now_s(), self.sim.truth()))
        self._due_s = self.sim.now_s()
        return seen

    # What it shows.

    @property
    def state(self) -> State:
        """The kernel's, after the last tick."""
        return self.last.state

    @property
    def mode(self) -> Mode:
        """The kernel's."""
        return self.last.state.mode

    def in_mode(self, mode: Mode) -> bool:
        """Whether the kernel is in `mode`."""
        return self.mode is mode

    @property
    def level(self) -> int:
        """That applies."""
        return self.last.session.levels.level

    @property
    def words(self) -> str:
        """What the panel would say."""
        return str(self.told["words"])

    @property
    def told(self) -> dict[str, object]:
        """The whole picture as the link would send it."""
        return telemetry(self.last.state, self.last.session, self.last.sample, self.name)

    def been_in(self) -> list[Mode]:
        """All modes so far, in order."""
        return [mode for _, mode in self.modes]

    # Hands.

    def ask(self, *verbs: str) -> None:
        """Raise the counters of `verbs` ("stop", "start", "continue", ...) all at once."""
        for verb in verbs:
            name = f"{verb}_count"
            self._wish = self._wish._replace(**{name: getattr(self._wish, name) + 1})

    def set_level(self, level: int) -> None:
        """Move the slider."""
        count = self._wish.level_count + 1
        self._wish = self._wish._replace(level=level, level_count=count)

    def push(self, button: str, for_s: float = 0.2) -> None:
        """Hold a button of the device, let go, and let it be noticed."""
        self.sim.set_button(button, True)
        self.advance(for_s)
        self.sim.set_button(button, False)
        self.advance(0.1)

    def serve(self, task: Task) -> None:
        """Ask for a task of service."""
        count = self._wish.service_count + 1
        self._wish = self._wish._replace(service_count=count, task=task)

    def withdraw(self) -> None:
        """Whoever asked for the newest task of service goes away."""
        self._wish = self._wish._replace(withdrawn_count=self._wish.service_count)

    # Stories.

    def arm(self) -> "Rig":
        """Press Start, lay the foot on, wait until the kernel is ready."""
        self.advance(0.5)
        self.push("start")
        self.sim.foot_on()
        self.until_mode(Mode.ARMED, 10.0)
        return self

    def roll(self, for_s: float = 0.0) -> "Rig":
        """Arm and start; and go on rolling for so long after full speed, shifting when asked."""
        self.arm()
        self.ask("start")
        self.until_mode(Mode.RUNNING, 5.0)
        self.go_on(for_s)
        return self

    def go_on(self, seconds: float) -> None:
        """Let the massage go on, and shift the foot whenever the program waits for it."""
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.tick()
            if self.mode is Mode.HOLD:
                self.shift()

    def shift(self) -> None:
        """Lift the foot, lay it back, let it rest, continue."""
        self.sim.foot_off()
        self.advance(1.0)
        self.sim.foot_on()
        self.until(lambda rig: "continue" in str(rig.told["can"]), 10.0)
        self.ask("continue")
        self.until(lambda rig: rig.mode is not Mode.HOLD, 1.0)
        self.shifts += 1
