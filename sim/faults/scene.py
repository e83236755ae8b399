"""One machine, everything that was seen of it since a fault began, and the people around it."""

from collections.abc import Callable
from math import inf
from typing import Any

from controller.desk import DeskError
from controller.loop import Clock
from controller.modes import Mode, State
from hardware.errors import HardwareError
from hardware.roller import LATCHED_REST, Roller
from sim.faults.judge import Shown, Trace, moving_since_s
from sim.faults.machine import ROUNDING_S, Breakable, Ticker, Wires
from sim.stack import Stack

REVIVED_S = 1.0
"""So long after an engine's end somebody starts it again."""
OBSERVED_S = {Mode.IDLE: 4.0}
ELSE_OBSERVED_S = 2.2
AFTER_S = 0.3
"""So long is looked on behind a deadline."""


class GoneError(Exception):
    """The engine was killed in the midst of a tick: nothing more of it is done."""


class Scene:
    """One machine, and everything that was seen of it since a fault began."""

    def __init__(
        self, plant: Breakable, roller: Roller | None = None, clock: Clock | None = None
    ) -> None:
        """Switch it on. `roller`, `clock`: what stands before the plant, if anything does."""
        self.plant = plant
        self.wires, self.clock = Wires(roller or plant, plant), Ticker(clock or plant, plant)
        self.stack = Stack(plant, roller=self.wires, clock=self.clock, watch=self._watched)
        self.shown: list[Shown] = []
        self.begun_s, self.asked_s = 0.0, inf
        self.mode = Mode.IDLE  # in which the fault finds it
        self.look_s = 0.0  # at least
        self.dead = False
        self.died = 0  # times
        self._last: State | None = None
        self._plans: list[tuple[float, Callable[[], object]]] = []

    def _watched(self, stack: Stack) -> None:
        state, last = stack.state, self._last
        if last is None or state.mode is not last.mode or state.stop is not last.stop:
            self._last = state
            if self.wires.noting:
                self._show(state)

    def _show(self, state: State) -> None:
        stop = None
        if state.stop is not None:
            trip = state.stop.trip
            stop = trip.key if trip.rule == "-" else trip.rule
        self.shown.append(Shown(self.plant.now_s(), state.mode.name, stop))

    @property
    def observed_s(self) -> float:
        """How long is looked at least."""
        return OBSERVED_S.get(self.mode, ELSE_OBSERVED_S)

    # What people do.

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Do it so long after now."""
        self._plans.append((self.plant.now_s() + seconds, act))
        self._plans.sort(key=lambda plan: plan[0])

    def ask(self, do: str, **fields: Any) -> str | None:
        """Ask over the link, if anybody has ever been heard there."""
        return self.stack.ask(do, **fields) if self.stack.told else "nobody answers"

    def ask_to_move(self, do: str) -> None:
        """Ask for motion."""
        self.asked_s = min(self.asked_s, self.plant.now_s())
        self.ask(do)

    def press_start(self) -> None:
        """Push the device's own Start for a moment."""
        self.asked_s = min(self.asked_s, self.plant.now_s())
        self.plant.set_button("start", True)
        self.later(0.2, lambda: self.plant.set_button("start", False))

    # What befalls the engine.

    def kill(self) -> None:
        """The engine is gone with its pins as they are; later somebody starts another."""
        self.dead, self.died = True, self.died + 1
        self.later(REVIVED_S, self.revive)

    def revive(self) -> None:
        """A new engine finds the old one's journal."""
        self.dead = False
        self.stack.reboot(0.0)

    # Time.

    def begin(self) -> None:
        """From here on everything is noted."""
        self.begun_s, self.mode = self.plant.now_s(), self.stack.mode
        self.wires.noting = self.clock.noting = True
        self._show(self.stack.state)

    def live(self, seconds: float) -> None:
        """Let time pass, and people do what is planned."""
        end_s = self.plant.now_s() + seconds
        while self.plant.now_s() < end_s:
            self._do_what_is_due()
            self._turn()

    def hang(self, seconds: float) -> None:
        """The loop hangs in the midst of a tick. Raises `GoneError` when it is killed meanwhile."""
        end_s = self.plant.now_s() + seconds
        while self.plant.now_s() < end_s - ROUNDING_S:
            self._do_what_is_due()
            if self.dead:
                raise GoneError("it was killed while it hung")
            self.clock.live_until(min(self.plant.now_s() + self.stack.limits.tick_s, end_s))

    def _do_what_is_due(self) -> None:
        while self._plans and self._plans[0][0] <= self.plant.now_s():
            self._plans.pop(0)[1]()

    def _turn(self) -> None:
        if self.dead:
            self.clock.live_until(self.plant.now_s() + self.stack.limits.tick_s)
            return
        try:
            self.stack.tick()
        except GoneError:
            return
        except (HardwareError, DeskError):
            self.wires.drive(LATCHED_REST)  # as the loop does on every way out
            self.kill()

    def observe(self, deadline_s: float) -> None:
        """Look until every deadline is over."""
        self.live(max(self.look_s, self.observed_s))
        since_s = moving_since_s(self.trace())
        if since_s != inf:
            left_s = since_s + deadline_s + AFTER_S - self.plant.now_s()
            self.live(max(left_s, 0.0))

    def trace(self) -> Trace:
        """What the judge judges."""
        return Trace(self.begun_s, self.asked_s, self.clock.moments, self.shown)
