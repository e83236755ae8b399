"""A foot as the head meets it: the sole's outline from the side, and what lies above each spot.

Along is counted from the heel end, in metres of this foot; aside is counted from the foot's
middle, inward (toward the big toe). Sizes across grow with the foot's length. The skin is flat
across, for the ankle lets the sole lie down on the head; the bones above it are not.
Pure; sources: `device.md`, else "estimate".
"""

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from math import cos, pi, sin, sqrt
from typing import NamedTuple

from sim.heads import CYLINDER, Head
from sim.known import DEVICE, ESTIMATE, known
from sim.tissue import ARCH, BALL, FRESH_GAIN, HEEL, RAYS, TOES, Bone, Column, Ray, Region

REFERENCE_CM = 26.0  # the foot that sizes across are given for
LANES_MM = 40.0  # so far from the middle a lane may lie, under that foot
_EDGE_MM = 3.0  # over this much the sole's edge thins out


class Side(Enum):
    """Which foot. The big toe of a right foot points to the machine's left."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Foot:
    """One foot, the leg above it, the head below it, and where on the sole the head runs."""

    length_cm: float = known(26.0, "cm", DEVICE, "heel to toe tip, 23-30")
    side: Side = known(Side.RIGHT, "–", DEVICE, "which foot")
    lane_mm: float = known(0.0, "mm", DEVICE, "the head's middle, right of the foot's middle")
    head: Head = CYLINDER
    regions: tuple[Region, ...] = (HEEL, ARCH, BALL, TOES)
    rays: tuple[Ray, ...] = RAYS
    blend: float = known(0.05, "of the length", ESTIMATE, "half-width of a region's border")
    heel_round_to: float = known(0.06, "of the length", ESTIMATE, "where the round back ends")
    heel_bone_mm: float = known(30.0, "mm", DEVICE, "radius of the heel bone")
    arch_height_mm: float = known(12.0, "mm", DEVICE, "above the foot's middle, 8-15")
    arch_slant: float = known(0.12, "mm/mm", ESTIMATE, "the arch is higher on the inner side")
    arch_from: float = known(0.18, "of the length", ESTIMATE, "where the sole leaves the ground")
    arch_to: float = known(0.62, "of the length", ESTIMATE, "where it is back")
    bump_radius_mm: float = known(9.0, "mm", DEVICE, "of a ray's bone head, 8-10")
    bump_depth_mm: float = known(5.0, "mm", ESTIMATE, "from a bump's top to what fills between")
    toe_gap_mm: float = known(5.0, "mm", ESTIMATE, "how deep the gap between two toes is")
    heel_half_mm: float = known(32.0, "mm", ESTIMATE, "half the sole's width at the heel")
    ball_half_mm: float = known(48.0, "mm", ESTIMATE, "half its width at the ball")
    heel_wide_to: float = known(0.25, "of the length", ESTIMATE, "up to here it is so wide")
    ball_wide_from: float = known(0.65, "of the length", ESTIMATE, "from here on it is so wide")
    fresh_gain: float = known(FRESH_GAIN, "–", DEVICE, "fresh tissue is stiffer by this share")
    relaxation_s: float = known(0.7, "s", DEVICE, "until fresh tissue has given way")
    contact_length_m: float = known(0.03, "m", ESTIMATE, "rolling renews the tissue over this way")
    leg_mass_kg: float = known(3.0, "kg", ESTIMATE, "shank and foot as felt at the sole")
    leg_stiffness_n_m: float = known(300.0, "N/m", ESTIMATE, "calf rest and knee give way")
    leg_damping_n_s_m: float = known(25.0, "N·s/m", ESTIMATE, "of the leg")
    guided_damping_n_s_m: float = known(300.0, "N·s/m", ESTIMATE, "muscles guide a foot in the air")
    lift_height_m: float = known(0.03, "m", ESTIMATE, "how far a lifted foot hangs above the head")

    def __post_init__(self) -> None:
        """Refuse a lane beside the sole: nothing would be there to press."""
        most_mm = LANES_MM * self.length_cm / REFERENCE_CM
        if not abs(self.lane_mm) <= most_mm:
            raise ValueError(
                f"lane_mm is {self.lane_mm}: the head stays under the sole,"
                f" {-most_mm:.0f} to {most_mm:.0f} mm from its middle"
            )


class Outline(NamedTuple):
    """The sole seen from the side: height over the heel's underside, slope, curvature (1/m)."""

    height_m: float
    slope: float
    bend_1_m: float


def inward_mm(foot: Foot, right_mm: float) -> float:
    """Turn a place right of the foot's middle into one toward its big toe."""
    return right_mm if foot.side is Side.LEFT else -right_mm


def outline(foot: Foot, along_m: float) -> Outline:
    """The unloaded skin along the head's lane: a round back, a flat, and one smooth arch."""
    length_m = foot.length_cm / 100.0
    behind_m = foot.heel_round_to * length_m - along_m
    if behind_m > 0.0:
        radius_m = (foot.heel_bone_mm + foot.regions[0].thickness_mm) / 1000.0
        return Outline(behind_m**2 / (2.0 * radius_m), -behind_m / radius_m, 1.0 / radius_m)
    place = along_m / length_m
    if not foot.arch_from < place < foot.arch_to:
        return Outline(0.0, 0.0, 0.0)
    turns_1_m = 2.0 * pi / ((foot.arch_to - foot.arch_from) * length_m)
    turn = turns_1_m * (along_m - foot.arch_from * length_m)
    half_m = _arch_mm(foot) / 2000.0
    return Outline(
        half_m * (1.0 - cos(turn)),
        half_m * turns_1_m * sin(turn),
        half_m * turns_1_m**2 * cos(turn),
    )


def _arch_mm(foot: Foot) -> float:
    """How high the arch is above the head's lane: the slant ends where the sole does."""
    aside_mm = inward_mm(foot, foot.lane_mm) * REFERENCE_CM / foot.length_cm
    aside_mm = min(max(aside_mm, -foot.heel_half_mm), foot.heel_half_mm)
    return foot.arch_height_mm + foot.arch_slant * aside_mm


def column(foot: Foot, along_m: float, right_mm: float) -> Column:
    """The tissue above one spot of the sole."""
    place = along_m * 100.0 / foot.length_cm
    aside_mm = inward_mm(foot, right_mm) * REFERENCE_CM / foot.length_cm
    thickness_mm = e0_kpa = alpha = eta_kpa_s = recess_mm = 0.0
    for region, share in zip(foot.regions, shares(foot, place), strict=True):
        if share > 0.0:
            thickness_mm += share * _thickness_mm(foot, region, place, aside_mm)
            e0_kpa += share * region.e0_kpa
            alpha += share * region.alpha
            eta_kpa_s += share * region.eta_kpa_s
            recess_mm += share * _recess_mm(foot, region, aside_mm)
    return Column(
        thickness_m=thickness_mm / 1000.0,
        stiffness_pa=1000.0 * e0_kpa / alpha,
        alpha=alpha,
        eta_pa_s=1000.0 * eta_kpa_s,
        recess_m=recess_mm / 1000.0,
        filled=_filled(foot, place, aside_mm),
    )


def shares(foot: Foot, place: float) -> list[float]:
    """How much of each region there is at `place`: blended straight across the borders."""
    found = [1.0] + [0.0] * (len(foot.regions) - 1)
    for number, (before, _) in enumerate(pairwise(foot.regions), start=1):
        share = (place - before.ends_at + foot.blend) / (2.0 * foot.blend)
        share = min(1.0, max(0.0, share))
        found = [old * (1.0 - share) for old in found]
        found[number] = share
    return found


def _thickness_mm(foot: Foot, region: Region, place: float, aside_mm: float) -> float:
    """From skin to bone: the region's own, and more where a round bone recedes."""
    match region.bone:
        case Bone.ROUND:
            return region.thickness_mm + _receded_mm(foot.heel_bone_mm, abs(aside_mm))
        case Bone.BUMPS:
            ray = _nearest_ray(foot, aside_mm)
            along_mm = (place - ray.knuckle_at) * REFERENCE_CM * 10.0
            apart_mm = sqrt(along_mm**2 + (aside_mm - ray.aside_mm) ** 2)
            receded_mm = _receded_mm(foot.bump_radius_mm, apart_mm)
            return _levelled_mm(foot) + min(receded_mm, foot.bump_depth_mm)
        case _:
            return region.thickness_mm


def _levelled_mm(foot: Foot) -> float:
    """Tissue below each bone head on the lane: rays give way, so the one in the middle tells."""
    aside_mm = inward_mm(foot, foot.lane_mm) * REFERENCE_CM / foot.length_cm
    inner, outer = foot.rays[0], foot.rays[-1]
    for here, there in pairwise(foot.rays):
        if there.aside_mm <= aside_mm <= here.aside_mm:
            share = (aside_mm - there.aside_mm) / (here.aside_mm - there.aside_mm)
            return there.thickness_mm + share * (here.thickness_mm - there.thickness_mm)
    return inner.thickness_mm if aside_mm > 0.0 else outer.thickness_mm


def _receded_mm(radius_mm: float, apart_mm: float) -> float:
    """How much a round bone is higher `apart_mm` from its lowest point."""
    if apart_mm >= radius_mm:
        return radius_mm
    return radius_mm - sqrt(radius_mm**2 - apart_mm**2)


def _recess_mm(foot: Foot, region: Region, aside_mm: float) -> float:
    """How far the skin lies back: between two toes."""
    if region.bone is not Bone.TOES:
        return 0.0
    ray = _nearest_ray(foot, aside_mm)
    return foot.toe_gap_mm * (abs(aside_mm - ray.aside_mm) > ray.toe_width_mm / 2.0)


def _nearest_ray(foot: Foot, aside_mm: float) -> Ray:
    return min(foot.rays, key=lambda ray: abs(ray.aside_mm - aside_mm))


def _filled(foot: Foot, place: float, aside_mm: float) -> float:
    """How much foot there is above a spot, 0..1: beside the sole there is none."""
    share = (place - foot.heel_wide_to) / (foot.ball_wide_from - foot.heel_wide_to)
    share = min(1.0, max(0.0, share))
    half_mm = foot.heel_half_mm + share * (foot.ball_half_mm - foot.heel_half_mm)
    return min(1.0, max(0.0, (half_mm - abs(aside_mm)) / _EDGE_MM + 0.5))
