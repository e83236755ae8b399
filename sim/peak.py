"""How hard the hardest pressed spot of a sole is pressed: what pain feels, and no channel tells.

Pure; SI units.
"""

from collections.abc import Sequence

from sim.anatomy import Foot
from sim.indent import SPOTS_1_M, Sole, rested_depth_m, sole_of
from sim.tissue import stress
from sim.touch import Touch, touch

_PROBE_M = 0.01  # the side of what a peak is told of
_PROBE_SPOTS = round(_PROBE_M * SPOTS_1_M)
_PEAK_SPOTS = 16  # the hardest pressed column is looked for this many spots to each side


def peak_kpa(foot: Foot, place: float, force_n: float) -> float:
    """Stress of the hardest pressed square centimetre under a resting head, kPa.

    `place` is 0 (heel end) to 1 (toe tip). It is what a pain threshold feels, for that is measured
    with a probe of 1 cm², and tissue shares a load with its neighbours about as far as it is
    thick; the pressure channels report force over the reference area.
    """
    sole, depth_m = sole_of(foot), rested_depth_m(foot, place, force_n)
    at = touch(foot, place * foot.length_cm / 100.0)
    middle = round(at.along_m * SPOTS_1_M)
    rows = [
        _stresses(sole, at, depth_m, spot / SPOTS_1_M)
        for spot in range(middle - _PEAK_SPOTS, middle + _PEAK_SPOTS)
    ]
    wide = max(1, round(_PROBE_M / sole.strip_m))
    sums = [_sums(row, wide) for row in rows]
    patches = (_sums(along, _PROBE_SPOTS) for along in zip(*sums, strict=True))
    return max(map(max, patches)) / (1000.0 * wide * _PROBE_SPOTS)


def _stresses(sole: Sole, at: Touch, depth_m: float, along_m: float) -> list[float]:
    """What each strip's column presses with, Pa."""
    sunk_m = depth_m - (along_m - at.along_m) ** 2 / (2.0 * at.radius_m)
    return [
        filled
        * stress(
            stiffness_pa,
            alpha,
            max(0.0, sunk_m - strip.low_mm / 1000.0 - recess_m) / thickness_m,
        )
        for strip, (thickness_m, stiffness_pa, alpha, _, recess_m, filled) in zip(
            sole.strips, sole.spots(along_m), strict=True
        )
    ]


def _sums(values: Sequence[float], count: int) -> list[float]:
    """Of every `count` neighbours."""
    return [sum(values[start : start + count]) for start in range(len(values) - count + 1)]
