"""Where a head touches the sole: on a slope that is beside its own top.

So the line it follows is not the outline but that of its axis, and how flat a patch it presses
depends on how the sole bends. Pure; SI units.
"""

from typing import NamedTuple

from sim.anatomy import Foot, outline

_PATCH_M = 0.014  # half a patch under a calm leg: the sole's bend is taken over it
_SLOPED = 0.9  # how much flatter than the head an arch may be where it is most bent, 0..1
_NEWTON_STEPS = 6


class Touch(NamedTuple):
    """Where a head whose axis is at one place first touches the sole."""

    along_m: float
    lift_m: float  # of the axis' line over the heel's underside
    radius_m: float  # of the head, as flat as the sole's own bend makes it


def touch(foot: Foot, axis_m: float) -> Touch:
    """Where a head with its axis there touches, found by Newton's steps: `s + R h'(s)` is there."""
    radius_m = foot.head.radius_mm / 1000.0
    along_m = axis_m
    for _ in range(_NEWTON_STEPS):
        height_m, slope, bend_1_m = outline(foot, along_m)
        flatter = max(1.0 + radius_m * bend_1_m, 1.0 - _SLOPED)
        along_m += (axis_m - along_m - radius_m * slope) / flatter
    height_m, slope, _ = outline(foot, along_m)
    before, after = (outline(foot, along_m + off_m) for off_m in (-_PATCH_M, _PATCH_M))
    bend_1_m = (after.slope - before.slope) / (2.0 * _PATCH_M)
    flatter = max(1.0 + radius_m * bend_1_m, 1.0 - _SLOPED)
    return Touch(along_m, height_m + radius_m * slope * slope / 2.0, radius_m / flatter)
