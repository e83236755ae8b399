"""Does the microcontroller hear us, and how old may its news be? Pure.

A STATUS does not say which DRIVE it answers. So 10 ms after a question the next DRIVE brings
another (every 12 ms in a loop of 250 Hz), which names itself: SET, with a value that no parameter
takes. Moving or at rest, the microcontroller refuses it, changes nothing, and answers with the
parameter's number; there are eight of them. Whatever comes after that answer was sampled after the
question. Of one name never two are on their way, or words a whole round old would pass for new
ones.

It hears us as long as it answers: a STATUS that comes sooner than a heartbeat after the one before
is an answer, too. Once its lease must have run out, heartbeats alone are half a link.
"""

from collections import deque
from math import inf

from firmware_bridge import messages
from firmware_bridge.handshake import SLOWEST_ANSWER_S
from firmware_bridge.mcu_clock import MS, TICKS
from firmware_bridge.messages import (
    HEARTBEAT_MS,
    LEASE_MS,
    SOFT_RESTART_MS,
    McuFrame,
    Parameter,
    ParameterIndex,
    Status,
)

ASK_EVERY_S = HEARTBEAT_MS * MS
REFUSED = 8191
"""A value that no parameter takes."""
GIVEN_UP_S = SOFT_RESTART_MS * MS
"""A question without an answer is lost by then; after such a silence the board is met anew."""
UNASKED_MS = HEARTBEAT_MS - 1
"""After so long without an answer to give it sends a heartbeat."""
BRISK_S = (UNASKED_MS - 1) * MS
"""Whoever sends more often than this gets its answers before any heartbeat."""
JUDGED = 8
"""So many answers tell how quick the link is: the quickest of them counts."""


class Echo:
    """One link, from its meeting to its end."""

    def __init__(self) -> None:
        self.asked_at_s = -inf
        """When the newest question that was answered was asked."""
        self._index = 0
        self._next_s = self._sent_at_s = -inf
        self._open: dict[int, float] = {}
        self._took_s: deque[float] = deque(maxlen=JUDGED)
        self._tick_ms: int | None = None
        self._waits_since_s = inf  # for any answer at all
        self._heartbeats = 0  # since then

    def due(self, now_s: float) -> messages.Set | None:
        """Return the question to ask now, if any."""
        index = self._free(now_s)
        if now_s < self._next_s or index is None:
            return None
        self._next_s = now_s + ASK_EVERY_S
        self._index, self._open[index] = index, now_s
        self._waits_since_s = min(self._waits_since_s, now_s)
        return messages.Set(0, 0, index, REFUSED)

    def _free(self, now_s: float) -> int | None:
        """The next name that no question on its way has."""
        names = len(ParameterIndex)
        turn = ((self._index + ahead) % names for ahead in range(1, names + 1))
        asked_at_s = self._open.get
        return next((one for one in turn if now_s - asked_at_s(one, -inf) > GIVEN_UP_S), None)

    def sent(self, now_s: float) -> None:
        """Something that is to be answered was sent."""
        if now_s - self._sent_at_s < BRISK_S:
            self._waits_since_s = min(self._waits_since_s, now_s)
        self._sent_at_s = now_s

    def hear(self, frame: McuFrame, looked_at_s: float) -> None:
        """Take a frame that was not there yet when the port was looked at before this."""
        if isinstance(frame, Parameter):
            self._answered(frame.parameter, looked_at_s)
        elif isinstance(frame, Status):
            before, self._tick_ms = self._tick_ms, frame.tick_ms
            if before is not None and (frame.tick_ms - before) % TICKS < UNASKED_MS:
                self._hears()
            elif self._waits_since_s < inf:
                self._heartbeats += 1

    def deaf(self, now_s: float) -> bool:
        """Only heartbeats have come, for longer than our word lasts."""
        return self._heartbeats > 0 and now_s - self._waits_since_s > LEASE_MS * MS

    @property
    def too_slow_s(self) -> float | None:
        """What even the quickest answer surely took, if that is too long; None: it is not."""
        quickest_s = min(self._took_s, default=0.0)
        slow = len(self._took_s) == JUDGED and quickest_s > SLOWEST_ANSWER_S
        return quickest_s if slow else None

    def _answered(self, index: int, looked_at_s: float) -> None:
        asked_at_s = self._open.pop(index, None)
        if asked_at_s is None:
            return
        self.asked_at_s = max(self.asked_at_s, asked_at_s)
        self._took_s.append(looked_at_s - asked_at_s)
        self._hears()

    def _hears(self) -> None:
        self._waits_since_s, self._heartbeats = inf, 0
