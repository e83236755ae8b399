"""A number of the simulator's, with the unit it is in and the source it is from.

The physics page lists every one of them, straight from the dataclasses they stand in, so that no
number is told twice. A source is `device.md` (the reference device's own description), the name
of something published, or "estimate".
"""

from dataclasses import field, fields
from typing import Any, NamedTuple, TypeVar

_Value = TypeVar("_Value")
DEVICE = "device.md"
ESTIMATE = "estimate"


class Known(NamedTuple):
    """One row of the page: what it is called, what it is, in what unit, and who says so."""

    name: str
    value: Any
    unit: str
    source: str
    about: str


def known(value: _Value, unit: str, source: str, about: str) -> _Value:
    """Give a dataclass's field its value, and what the page says about it."""
    told: _Value = field(default=value, metadata={"unit": unit, "source": source, "about": about})
    return told


def table(parts: Any) -> tuple[Known, ...]:
    """Every number of a dataclass that `known()` told of, in its own order."""
    return tuple(
        Known(one.name, getattr(parts, one.name), **one.metadata)
        for one in fields(parts)
        if one.metadata
    )
