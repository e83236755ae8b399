"""What a value in a file may be. Pure."""

from collections.abc import Callable
from typing import Any


def between(low: float, high: float, *, whole: bool = False) -> Callable[[Any], bool]:
    """Whether a value is a number in this range, ends included; a truth value is none."""
    kinds = int if whole else (int, float)
    return lambda value: (
        isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high
    )
