"""The heartbeat: read, plan, step, drive, publish. One thread, the only caller of `Roller`.

The loop decides nothing. It is paced by a monotonic clock, counts how late it was, and on
every way out, an exception, a signal, the end, the roller rests.
"""

from typing import Protocol

from controller.limits import Limits
from controller.modes import State
from controller.pace import Pace
from controller.safety import step
from controller.session import Session, plan
from controller.wish import Wish
from hardware.roller import LATCHED_REST, Roller, Sample


class Clock(Protocol):
    """The loop's time. In the simulator it is the simulated world's."""

    def now_s(self) -> float:
        """Seconds, never going back."""

    def wait_until(self, at_s: float) -> None:
        """Return at `at_s` or as soon after it as possible."""


class Observer(Protocol):
    """Gets every tick, quickly; and says what people wish."""

    def wish(self) -> Wish:
        """What people ask now."""

    def publish(self, state: State, session: Session, sample: Sample, now_s: float) -> None:
        """Take note of a tick. Must not block; raises nothing but `HardwareError`."""


class Loop:
    """Drives one roller until `stop()` is called."""

    def __init__(
        self,
        roller: Roller,
        clock: Clock,
        observer: Observer,
        session: Session,
        limits: Limits,
        state: State | None = None,
    ) -> None:
        self._roller, self._clock, self._observer = roller, clock, observer
        self._session, self._limits = session, limits
        self._state = state or State.initial(clock.now_s())
        self._running = True
        self.pace = Pace()

    @property
    def state(self) -> State:
        """The kernel's, after the last tick."""
        return self._state

    def stop(self) -> None:
        """Leave after this tick. May be called from a signal handler."""
        self._running = False

    def run(self) -> None:
        """Tick until stopped; whatever happens, the roller is left at rest."""
        try:
            due_s, tick_s = self._clock.now_s(), self._limits.tick_s
            while self._running:
                now_s = self._clock.now_s()
                self.pace.count(now_s - due_s, tick_s)
                self.tick(now_s)
                due_s = due_s + tick_s if due_s + tick_s > now_s else now_s
                self._clock.wait_until(due_s)
        finally:
            self._rest()

    def tick(self, now_s: float) -> None:
        """One round."""
        sample = self._roller.read()
        wish = self._observer.wish()
        self._session, request = plan(self._session, wish, sample, self._state, now_s)
        self._state, drive = step(self._state, request, sample, self._limits, now_s)
        self._roller.drive(drive)
        self._observer.publish(self._state, self._session, sample, now_s)

    def _rest(self) -> None:
        try:
            self._roller.drive(LATCHED_REST)
        finally:
            self._roller.close()
