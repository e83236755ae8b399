"""Tissue between skin and bone, as one column of it: what stress answers what strain.

`sigma = (E0/alpha)(exp(alpha eps) - 1)(1 + 0.3 q) + eta d(eps)/dt`. At `BOTTOM` of its thickness
a column is pressed flat against the bone: from there on the stress grows in a straight line, as
steep as it was, so that it stays finite however hard it is pressed. Pure.
"""

from dataclasses import dataclass
from enum import Enum
from math import exp
from typing import NamedTuple

from sim.known import DEVICE, ESTIMATE, known

BOTTOM = 0.6
"""Strain at which skin meets bone; walking reaches 0.52 under the heel."""
FRESH_GAIN = 0.3
"""Fresh tissue is stiffer by this share."""


class Bone(Enum):
    """What the bone above a region looks like from below."""

    FLAT = "flat"
    ROUND = "round, seen from behind"
    BUMPS = "one bump for each ray"
    TOES = "one toe for each ray, and gaps"


@dataclass(frozen=True, slots=True)
class Region:
    """Tissue of one stretch of the sole, up to `ends_at` (0 = heel end, 1 = toe tip)."""

    ends_at: float = known(1.0, "of the length", DEVICE, "where it ends")
    thickness_mm: float = known(10.0, "mm", DEVICE, "from skin to bone, unloaded")
    e0_kpa: float = known(40.0, "kPa", DEVICE, "stiffness at first touch")
    alpha: float = known(8.0, "–", DEVICE, "how fast it stiffens with strain")
    eta_kpa_s: float = known(17.0, "kPa·s", DEVICE, "damping")
    bone: Bone = known(Bone.FLAT, "–", DEVICE, "the bone above")


HEEL = Region(0.25, 16.0, 40.0, 8.0, 30.0, Bone.ROUND)
ARCH = Region(0.60, 26.0, 15.0, 5.5, 17.0, Bone.FLAT)
BALL = Region(0.78, 10.5, 40.0, 8.0, 17.0, Bone.BUMPS)
TOES = Region(1.0, 9.0, 45.0, 8.0, 17.0, Bone.TOES)


@dataclass(frozen=True, slots=True)
class Ray:
    """One toe and the long bone behind it. Sizes are those of a foot of 26 cm."""

    aside_mm: float = known(0.0, "mm", ESTIMATE, "from the foot's middle, inward")
    knuckle_at: float = known(0.7, "of the length", ESTIMATE, "where the bone's head is")
    thickness_mm: float = known(10.5, "mm", DEVICE, "tissue below the bone's head")
    toe_width_mm: float = known(12.0, "mm", ESTIMATE, "the toe's own width")


RAYS = (
    Ray(32.0, 0.715, 10.75, 22.0),
    Ray(16.0, 0.730, 15.2, 13.0),
    Ray(0.0, 0.720, 12.0, 13.0),
    Ray(-16.0, 0.700, 8.7, 13.0),
    Ray(-32.0, 0.675, 5.5, 13.0),
)
"""Big toe first: 8.5-13 mm below the first, 15.2 falling to 5.5 below the second to fifth."""


class Column(NamedTuple):
    """One column, ready to be pressed: lengths in metres, stresses in pascals."""

    thickness_m: float
    stiffness_pa: float  # E0/alpha
    alpha: float
    eta_pa_s: float
    recess_m: float  # how far the skin lies behind the sole's outline
    filled: float  # 0 where there is no foot


def stress_kpa(region: Region, strain: float, freshness: float = 0.0) -> float:
    """Elastic stress of one column, kPa. `strain` 0.., finite at any."""
    return stress(region.e0_kpa / region.alpha, region.alpha, strain) * (
        1.0 + FRESH_GAIN * freshness
    )


def stress(stiffness: float, alpha: float, strain: float) -> float:
    """Elastic stress of relaxed tissue, in the unit of `stiffness` (E0/alpha)."""
    if strain <= BOTTOM:
        return stiffness * (exp(alpha * strain) - 1.0)
    steep = exp(alpha * BOTTOM)
    return stiffness * (steep - 1.0 + alpha * steep * (strain - BOTTOM))
