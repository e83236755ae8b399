"""What people ask, merged. Data only: the desk makes it, the session acts on its growth."""

from math import inf
from typing import NamedTuple

from controller.limits import NEW_PERSON_LEVEL


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
    level: int = NEW_PERSON_LEVEL  # the last one written
    start_at_s: float = -inf  # on the link's clock
    continue_at_s: float = -inf
    recorded: int = 0  # number of the newest session on disk
