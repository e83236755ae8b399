"""A black box that is fed by hand, tick by tick."""

from typing import Any

from controller.blackbox import BlackBox, Box, moments
from controller.limits import Limits
from controller.modes import Mode, Request, State, Stop
from controller.session import Machine, Person, Session
from hardware.roller import Sample
from tests.boxed import Nobody

LIMITS = Limits()
SESSION = Session.new(Person(), Machine(), LIMITS)._replace(standing=Request(reference_kpa=20.0))
TICK_S = 0.004


class Bench:
    """A box that is fed by hand, and what it hands over."""

    def __init__(self, stop: Stop | None = None) -> None:
        self.boxes: list[Box] = []
        self.observer = Nobody()
        self.box = BlackBox(self.observer, self.boxes.append, "roller", LIMITS, stop)
        self.tick = 0

    def feed(
        self, seconds: float, stop: Stop | None = None, mode: Mode = Mode.RUNNING, **fields: Any
    ) -> "Bench":
        for _ in range(round(seconds / TICK_S)):
            self.tick += 1
            now_s = self.tick * TICK_S
            shown = mode if stop is None else Mode.STOPPED
            state = State.initial(now_s)._replace(mode=shown, stop=stop)
            self.box.publish(state, SESSION, Sample(now_s, 20.0, 19.5, **fields), now_s)
        return self

    def span_s(self, number: int) -> tuple[float, float]:
        """From when to when the box with this number in `boxes` tells."""
        ticks = list(moments(self.boxes[number].seconds))
        return ticks[0].now_s, ticks[-1].now_s
