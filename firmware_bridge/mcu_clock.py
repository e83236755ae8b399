"""When a microcontroller's tick was, on the loop's clock. Pure.

A frame says when it was sampled on the microcontroller's own clock; nobody knows how long it
travelled. The quickest frame travelled for the least time, and every other is dated by it: a frame
that was held up shows its age. The quickest is forgotten as fast as a clock may run slow, so that
no such clock makes old what is not. And what came after the answer to a question is no older than
the question (`echo.py`), however the two clocks run. What comes out never goes back and never lies
after the frame's arrival. It is too young by what even the quickest needs, about a tick of the loop
and 1.4 ms on the wire.

The two clocks must agree within 5 %: all times the firmware keeps are counted by its own. Question
and arrival bound a tick on both sides, so a delay is never taken for a clock that is off.
"""

from math import inf
from typing import NamedTuple

TICKS = 4096
"""A tick is told modulo this."""
MS = 0.001
SAMPLED_S = 0.002
"""A STATUS tells of samples that are so old at most when it is made."""
MOST_DRIFT = 0.05
"""Of the loop's time: the specification's "clock ratio ± 5 %"."""
FORGOTTEN = 2.0 * MOST_DRIFT
"""Of the loop's time, by which the quickest frame is forgotten: a slow clock is told, too."""
UNSURE = 0.01
"""Of the drift, what the comparison of two ticks may leave open."""
COMPARED_S = 3.0
"""So far they are apart at most."""


class Bound(NamedTuple):
    """What the loop's clock was ahead of the microcontroller's, seconds."""

    at_s: float
    least_s: float
    most_s: float


class McuClock:
    """Dates ticks. One meeting long: a microcontroller that restarts needs a new one."""

    def __init__(self) -> None:
        self.drifts = False
        """Its clock and ours surely run apart by about 5 % or more."""
        self._tick: int | None = None
        self._mcu_ms = 0
        self._newest_s = -inf
        self._ahead_s = inf  # arrival less tick, of the quickest
        self._arrived_at_s = -inf
        self._asked_at_s = -inf
        self._before: Bound | None = None

    def taken_at_s(self, tick_ms: int, arrived_at_s: float, asked_at_s: float = -inf) -> float:
        """Return when a frame was sampled that has just arrived; call it for each, in order.

        It was sent after what was asked at `asked_at_s`. No two frames may be 4 s apart.
        """
        if self._tick is not None:
            self._mcu_ms += (tick_ms - self._tick) % TICKS
        self._tick = tick_ms
        mcu_s, sampled_s = self._mcu_ms * MS, asked_at_s - SAMPLED_S
        later_s = self._ahead_s + FORGOTTEN * (arrived_at_s - self._arrived_at_s)
        self._ahead_s = max(min(arrived_at_s - mcu_s, later_s), sampled_s - mcu_s)
        self._arrived_at_s = arrived_at_s
        self._newest_s = max(mcu_s + self._ahead_s, self._newest_s)
        if asked_at_s > self._asked_at_s:  # fresh, so that both bounds are close
            self._asked_at_s = asked_at_s
            self._compare(Bound(arrived_at_s, sampled_s - mcu_s, arrived_at_s - mcu_s))
        return self._newest_s

    def _compare(self, now: Bound) -> None:
        """Judge the drift since the tick before, whatever each of the two needed to come."""
        before = self._before or now
        since_s = now.at_s - before.at_s
        may_s = (MOST_DRIFT - UNSURE) * since_s
        slow, quick = now.least_s - before.most_s > may_s, before.least_s - now.most_s > may_s
        over = since_s >= COMPARED_S
        self.drifts = slow or quick or (self.drifts and not over)
        if over or self._before is None:
            self._before = now
