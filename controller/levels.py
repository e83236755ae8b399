"""The level from 1 to 10: down is free and at once, up is earned, one at a time. Pure."""

from math import inf
from typing import NamedTuple

from controller.buttons import Presses
from controller.limits import HIGHEST_LEVEL, LOWEST_LEVEL, Limits
from controller.wish import Wish
from hardware.roller import Sample

RAISE_EVERY_S = 2.0
"""Up is earned: one level in this time."""


class Levels(NamedTuple):
    """The level that applies, the one that is wished, and what caps it."""

    level: int
    wanted: int
    raised_at_s: float = -inf
    device_cap: int = HIGHEST_LEVEL  # the level last set on the device in this session

    def afresh(self, highest: int) -> "Levels":
        """A session is over: the next begins at `highest`, or lower where this one ended."""
        level = min(self.level, highest)
        return Levels(level, level)


def level_max(sample: Sample, limits: Limits) -> int:
    """The highest level this machine may offer."""
    whole = sample.pressure_b_kpa is not None and sample.gate_on is not None
    return int(limits.top_level if whole else min(limits.top_level, limits.single_level))


def asked(levels: Levels, before: Wish, wish: Wish, presses: Presses) -> Levels:
    """What was asked this tick; a lower in the same instant wins over all."""
    level, wanted, raised_at_s, cap = levels
    if wish.level_count > before.level_count:
        wanted = min(wish.level, cap)
    lowered = wish.lower_count - before.lower_count
    if lowered:
        wanted = min(wanted, level) - lowered
    if presses.minus:
        wanted = cap = _within_scale(min(level, wanted) - 1)
    elif presses.plus and not lowered:
        wanted = cap = _within_scale(level + 1)
    return Levels(level, wanted, raised_at_s, cap)


def settled(levels: Levels, ceiling: int, now_s: float) -> Levels:
    """The level after this tick, never above `ceiling`; the same object when nothing changes."""
    level, wanted, raised_at_s, cap = levels
    if level == wanted <= ceiling:
        return levels
    wanted = _within_scale(min(wanted, ceiling))
    if wanted < level:
        level = wanted
    elif wanted > level and not (now_s - raised_at_s < RAISE_EVERY_S):
        level, raised_at_s = level + 1, now_s
    return Levels(level, wanted, raised_at_s, cap)


def _within_scale(level: int) -> int:
    return max(LOWEST_LEVEL, min(HIGHEST_LEVEL, level))
