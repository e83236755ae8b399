"""What people ask, merged. Data only: the desk makes it, the session acts on its growth."""

from math import inf
from typing import NamedTuple

from controller.limits import NEW_PERSON_LEVEL
from controller.service import Task


class Wish(NamedTuple):
    """What people ask through the desk. Counts only grow, rules act on growth."""

    stop_count: int = 0
    lower_count: int = 0
    pause_count: int = 0
    end_count: int = 0
    acknowledge_count: int = 0
    start_count: int = 0
    continue_count: int = 0
    level_count: int = 0  # writes of the level
    service_count: int = 0
    withdrawn_count: int = 0  # who asked for the services up to this one is gone
    level: int = NEW_PERSON_LEVEL  # the last one written
    start_at_s: float = -inf  # on the link's clock
    continue_at_s: float = -inf
    service_at_s: float = -inf
    task: Task = Task.HOME  # of the service asked for last
    recorded: int = 0  # number of the newest session on disk

    @property
    def counts(self) -> tuple[int, ...]:
        """All that may only grow."""
        return (
            self.stop_count, self.lower_count, self.pause_count, self.end_count,
            self.acknowledge_count, self.start_count, self.continue_count, self.level_count,
            self.service_count, self.withdrawn_count,
        )  # fmt: skip
