"""A massage to measure: the whole stack without its threads, brought to roll.

On the plant itself at 1 kHz, or in gpio mode on mock pins at 250 Hz with the plant behind them.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from controller.desk import Desk
from controller.engine import Teller
from controller.limits import Limits
from controller.loop import Clock, Loop
from controller.session import Machine, Person, Session
from hardware.roller import Roller
from sim import person as leg
from sim.pins import MockPi, Wired
from sim.roller import SimRoller

TICK_S, PIN_TICK_S = 0.001, 0.004
LIGHT_LEG_N = 12.0
"""Rests with 15 kPa: a new person's level takes up to 18."""
MOVING_WITHIN_S = 20.0


class BenchError(RuntimeError):
    """The massage did not run as it should; the figure would mean nothing."""


class QuickJournal:
    """A journal that has everything on disk at once, because it has no disk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.failure: str | None = None

    def write(self, facts: Mapping[str, Any]) -> None:
        """Tell the desk that it is recorded."""
        self._desk.record(int(facts["session"]))


class Massage:
    """A stack of its own, brought into a running massage."""

    def __init__(self) -> None:
        self._plant = SimRoller(person=leg.Person(leg_load_n=LIGHT_LEG_N))
        self._begin(self._plant, TICK_S)

    def _begin(self, roller: Roller, tick_s: float) -> None:
        limits, self._tick_s = Limits(tick_s=tick_s), tick_s
        self._desk = Desk(self._plant.now_s)
        teller = Teller(self._desk, QuickJournal(self._desk), roller.name)
        session = Session.new(Person(), Machine(), limits)
        self._loop = Loop(roller, self._plant, teller, session, limits)
        self._plant.foot_on()
        self._for(1.0)
        self._plant.set_button("start", True)
        self._for(0.2)
        self._plant.set_button("start", False)
        while not self.rolling:
            if not self._plant.now_s() <= MOVING_WITHIN_S:
                raise BenchError(f"the massage does not begin: {self.words}")
            self._for(0.1)

    def _for(self, seconds: float) -> None:
        self.advance(round(seconds / self._tick_s))

    @property
    def rolling(self) -> bool:
        """Whether it goes on at full speed."""
        return self._desk.telemetry.get("mode") in ("RUNNING", "EASED")

    @property
    def words(self) -> str:
        """What the panel would show."""
        return str(self._desk.telemetry.get("words"))

    def advance(self, ticks: int) -> None:
        """Let so many ticks pass, as `Loop.run()` does."""
        loop, pace, tick_s = self._loop, self._loop.pace, self._tick_s

        def tick(now_s: float) -> None:
            pace.count(0.0, tick_s)
            loop.tick(now_s)

        let_pass(self._plant, tick, ticks, tick_s)


class PinMassage(Massage):
    """The same massage in gpio mode; it knows what its ticks cost without the plant."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self._plant = SimRoller(person=leg.Person(leg_load_n=LIGHT_LEG_N))
        self.pi = MockPi()
        self.wired = Wired(self._plant, self.pi)
        self._begin(self.wired.roller, PIN_TICK_S)

    def advance(self, ticks: int) -> None:
        """Let so many ticks pass; the clock stands still for whoever plays the world."""
        loop, wired, plant = self._loop, self.wired, self._plant

        def tick(now_s: float) -> None:
            wired.feel(plant.read())
            begun_s = time.process_time()
            loop.tick(now_s)
            self.cpu_s += time.process_time() - begun_s
            wired.move()

        let_pass(plant, tick, ticks, self._tick_s)


def let_pass(
    clock: Clock, tick: Callable[[float], None], ticks: int, tick_s: float = TICK_S
) -> None:
    """Let so many ticks pass on `clock`, each at its time."""
    due_s = clock.now_s()
    for _ in range(ticks):
        tick(clock.now_s())
        due_s += tick_s
        clock.wait_until(due_s)
