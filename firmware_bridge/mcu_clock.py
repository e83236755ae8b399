"""When a microcontroller's tick was, on the loop's clock. Pure.

A frame says when it was sampled on the microcontroller's own clock; nobody knows how long it
travelled. The quickest frame of the last half second to second travelled for the least time, and
every other is dated by it: a frame that was held up shows its age. What comes out never goes back
and never lies after the frame's arrival. It is too young by what even the quickest needs, about a
tick of the loop and 1.4 ms on the wire.

The two clocks must agree within 5 %: all times the firmware keeps are counted by its own.
"""

from math import inf

TICKS = 4096
"""A tick is told modulo this."""
MS = 0.001
WINDOW_S = 0.5
MOST_DRIFT = 0.05
"""Of the loop's time."""


class McuClock:
    """Dates ticks. One connection long: a microcontroller that restarts needs a new one."""

    def __init__(self) -> None:
        self.drifts = False
        """Its clock and ours were apart by more than 5 %, in the last second."""
        self._tick: int | None = None
        self._mcu_s = 0.0
        self._least_s = self._last_least_s = inf  # arrival less tick, in this window and the last
        self._until_s = -inf

    def taken_at_s(self, tick_ms: int, arrived_at_s: float) -> float:
        """Return when a frame was sampled that has just arrived; call it for each, in order.

        No two frames may be 4 s apart.
        """
        if self._tick is not None:
            self._mcu_s += (tick_ms - self._tick) % TICKS * MS
        self._tick = tick_ms
        if arrived_at_s >= self._until_s:
            self._turn(arrived_at_s)
        self._least_s = min(self._least_s, arrived_at_s - self._mcu_s)
        return self._mcu_s + min(self._least_s, self._last_least_s)

    def _turn(self, now_s: float) -> None:
        """Begin a window."""
        drift_s = self._least_s - self._last_least_s
        if self._last_least_s != inf:
            self.drifts = not -MOST_DRIFT * WINDOW_S <= drift_s <= MOST_DRIFT * WINDOW_S
        self._last_least_s, self._least_s = self._least_s, inf
        self._until_s = now_s + WINDOW_S
