"""The two heads a roller may carry: a cylinder across the sole, and a ball. Pure."""

from dataclasses import dataclass
from typing import NamedTuple

from sim.known import DEVICE, ESTIMATE, known

_STRIPS = 10  # across the head; a bone bump is at least three of them


@dataclass(frozen=True, slots=True)
class Head:
    """What presses. The reference is the cylinder."""

    radius_mm: float = known(25.0, "mm", DEVICE, "as the sole's length sees it")
    width_mm: float = known(50.0, "mm", ESTIMATE, "across the sole")
    round_across: bool = known(False, "–", DEVICE, "a ball and not a cylinder")


CYLINDER = Head()
BALL_HEAD = Head(width_mm=40.0, round_across=True)


class Strip(NamedTuple):
    """A narrow part of the head, `aside_mm` from its middle, lying `low_mm` below its top."""

    aside_mm: float
    width_mm: float
    low_mm: float


def strips(head: Head) -> tuple[Strip, ...]:
    """Cut a head into strips along the sole."""
    width_mm = head.width_mm / _STRIPS
    asides_mm = [(number + 0.5) * width_mm - head.width_mm / 2.0 for number in range(_STRIPS)]
    return tuple(
        Strip(aside_mm, width_mm, aside_mm**2 / (2.0 * head.radius_mm) * head.round_across)
        for aside_mm in asides_mm
    )
