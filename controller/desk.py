"""What people ask, merged; what the roller tells, the latest. Neither is ever a queue.

The link's thread is the only writer of the wish, the journal's thread of what is recorded,
the loop's thread of the telemetry; each replaces a whole value, so nobody waits for anybody.
Counts only grow: a slider written in the same instant can never undo a stop. A start or a
continue expires after `FRESH_S` on the link's clock; a stop never does.
"""

from collections.abc import Callable, Mapping
from typing import Any

from controller.wish import Wish

FRESH_S = 0.5
"""How old a start or continue may be when the loop sees it."""


class DeskError(RuntimeError):
    """Nobody serves the desk any more, so no stop would be heard: nothing may move."""


class Desk:
    """One per engine."""

    def __init__(self, clock: Callable[[], float], recorded: int = 0) -> None:
        """`clock`: the link's own, monotonic seconds."""
        self._clock = clock
        self._wish = Wish()
        self._taken = Wish(recorded=recorded)
        self._seen = self._wish
        self._recorded = recorded
        self._abandoned = False
        self.telemetry: Mapping[str, Any] = {}  # empty before the first tick

    @property
    def wish(self) -> Wish:
        """As the link knows it."""
        return self._wish

    def ask(self, wish: Wish) -> None:
        """Replace the wish (link's thread). Raises `ValueError` when a count would shrink."""
        if any(new < old for new, old in zip(wish.counts, self._wish.counts, strict=True)):
            raise ValueError("a count of the desk may only grow")
        self._wish = wish

    def tell(self, picture: Mapping[str, Any]) -> None:
        """Replace the picture (loop's thread); `at_s` says when, on the link's clock."""
        self.telemetry = {"at_s": self._clock(), **picture}

    def record(self, number: int) -> None:
        """The journal has session `number` on disk (journal's thread)."""
        self._recorded = number

    def abandon(self) -> None:
        """The link is dead, whatever killed it (link's thread)."""
        self._abandoned = True

    def take(self) -> Wish:
        """What is asked now (loop's thread); the same object while nothing changes.

        Raises `DeskError` when the link is dead.
        """
        if self._abandoned:
            raise DeskError("the link to the panel died; restart the engine and report this")
        wish, recorded = self._wish, self._recorded
        if wish is self._seen and recorded == self._taken.recorded:
            return self._taken
        now_s, taken = self._clock(), self._taken
        self._seen = wish
        if not (now_s - wish.start_at_s <= FRESH_S):
            wish = wish._replace(start_count=taken.start_count)
        if not (now_s - wish.continue_at_s <= FRESH_S):
            wish = wish._replace(continue_count=taken.continue_count)
        if not (now_s - wish.service_at_s <= FRESH_S):
            wish = wish._replace(service_count=taken.service_count)
        self._taken = wish._replace(recorded=recorded)
        return self._taken
