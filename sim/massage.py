"""A massage to measure: the whole stack without its threads, brought to roll.

On the plant itself at 1 kHz, or in gpio mode on mock pins at 250 Hz with the plant behind them.
"""

import time
from collections.abc import Callable

from controller.limits import Limits
from controller.loop import Clock
from controller.modes import Mode
from hardware.roller import Roller
from sim import person as leg
from sim.pins import MockPi, Wired
from sim.roller import SimRoller
from sim.stack import Stack, StackError

TICK_S, PIN_TICK_S = 0.001, 0.004
LIGHT_LEG_N = 12.0
"""Rests with 15 kPa: a new person's level takes up to 18."""
MOVING_WITHIN_S = 20.0


class BenchError(RuntimeError):
    """The massage did not run as it should; the figure would mean nothing."""


class Massage(Stack):
    """A stack of its own, brought into a running massage."""

    def __init__(self) -> None:
        plant = SimRoller(person=leg.Person(leg_load_n=LIGHT_LEG_N))
        self._begin(plant, plant, TICK_S)

    def _begin(self, plant: SimRoller, roller: Roller, tick_s: float) -> None:
        super().__init__(plant, roller=roller, limits=Limits(tick_s=tick_s))
        try:
            plant.lay_out()
            plant.foot_on()
            self.advance(1.0)
            self.press("start")
            self.until(lambda _: self.rolling, MOVING_WITHIN_S)
        except StackError as error:
            raise BenchError(f"the massage does not begin: {error}") from error

    @property
    def rolling(self) -> bool:
        """Whether it goes on at full speed."""
        return self.mode in (Mode.RUNNING, Mode.EASED)


class PinMassage(Massage):
    """The same massage in gpio mode; it knows what its ticks cost without the plant."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        plant = SimRoller(person=leg.Person(leg_load_n=LIGHT_LEG_N))
        self.pi = MockPi()
        self.wired = Wired(plant, self.pi)
        self._begin(plant, self.wired.roller, PIN_TICK_S)

    def turn(self, now_s: float) -> None:
        """One round, between what the pins feel before it and what they move after it."""
        self.wired.feel(self.plant.read())
        begun_s = time.process_time()
        self.loop.tick(now_s)
        self.cpu_s += time.process_time() - begun_s
        self.wired.move()


def let_pass(
    clock: Clock, turn: Callable[[float], None], ticks: int, tick_s: float = TICK_S
) -> None:
    """Let so many ticks pass on `clock`, each at its time, and nothing else."""
    due_s = clock.now_s()
    for _ in range(ticks):
        turn(clock.now_s())
        due_s += tick_s
        clock.wait_until(due_s)
