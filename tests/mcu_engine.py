"""The production loop over a microcontroller: kernel, session, roller and the fake board."""

from dataclasses import replace

from controller.limits import Limits
from controller.loop import Loop
from controller.modes import Mode, State
from controller.session import Machine, Person, Session
from controller.trips import Trip
from controller.wish import Wish
from hardware.roller import Sample
from tests.fake_mcu import Bench

FOOT_KPA = 15.0


class McuEngine:
    """A loop that is ticked by hand, and what it saw."""

    def __init__(self, bench: Bench | None = None, rate_hz: int = 250) -> None:
        limits = replace(Limits(), tick_s=1.0 / rate_hz)
        self.tick_s = limits.tick_s
        self.bench = bench or Bench()
        self.roller = self.bench.open()
        self.asked = Wish()
        self.modes: list[Mode] = []
        self.driven_ms = 0
        session = Session.new(Person(), Machine(), limits)
        self._loop = Loop(self.roller, self.bench, self, session, limits)

    # What the loop sees.

    def wish(self) -> Wish:
        return self.asked

    def publish(self, state: State, session: Session, sample: Sample, now_s: float) -> None:
        if not self.modes or self.modes[-1] is not state.mode:
            self.modes.append(state.mode)
        self.asked = self.asked._replace(recorded=state.sitting.number)
        self.sample = sample

    # What a test does.

    @property
    def state(self) -> State:
        return self._loop.state

    @property
    def trip(self) -> Trip | None:
        return None if self.state.stop is None else self.state.stop.trip

    def run(self, seconds: float) -> "McuEngine":
        """So much time passes; the milliseconds in which the motor was driven are counted."""
        for _ in range(round(seconds / self.tick_s)):
            self._loop.tick(self.bench.now_s())
            for _ in range(round(self.tick_s / 0.001)):
                self.bench.wait(0.001)
                self.driven_ms += self.bench.mcu.driven
        return self

    def press(self) -> "McuEngine":
        """Press Start on the device."""
        self.bench.mcu.inputs["start_down"] = True
        self.run(0.1)
        del self.bench.mcu.inputs["start_down"]
        return self

    def acknowledge(self) -> "McuEngine":
        """A person has read why."""
        self.asked = self.asked._replace(acknowledge_count=self.asked.acknowledge_count + 1)
        return self.run(self.tick_s)

    def rolling(self) -> "McuEngine":
        """A session: no foot, then a foot and a press, until the motor is driven."""
        self.bench.mcu.kpa = 0.0
        self.run(1.5)
        self.bench.mcu.kpa = FOOT_KPA
        self.press().run(4.0)
        assert self.state.mode.moving, (self.state.mode, self.trip)
        assert self.bench.mcu.driven
        self.driven_ms = 0
        return self
