"""What is measured on people and on the reference device, against the simulator. Never fitted to.

Where the simulator is wrong, the test says so with both numbers, and so does docs/simulator.md.
"""

from dataclasses import replace

import pytest

from sim.foot import BALL, HEEL, Foot, peak_kpa, stress_kpa
from sim.tissue import Bone

FOOT = Foot()
BONELESS = Foot(
    regions=tuple(replace(region, bone=Bone.FLAT) for region in FOOT.regions), arch_height_mm=0.0
)
"""What device.md's peaks are reckoned with: each region alone, under flat bone."""


def test_stress_at_the_measured_strains() -> None:
    """Walking measures 367 ± 115 kPa under the heel at 52 %."""
    assert stress_kpa(HEEL, 0.52) == pytest.approx(315.0, rel=0.01)
    assert abs(stress_kpa(HEEL, 0.52) - 367.0) < 115.0
    assert stress_kpa(BALL, 0.457) == pytest.approx(189.0, rel=0.01)
    assert stress_kpa(HEEL, 0.2, freshness=1.0) == pytest.approx(1.3 * stress_kpa(HEEL, 0.2))


@pytest.mark.parametrize(
    ("place", "low_kpa", "high_kpa"),
    [(0.10, 37.0, 41.0), (0.40, 23.5, 26.5), (0.69, 43.0, 52.0)],
)
def test_peak_under_a_30_n_cylinder_below_flat_bone(
    place: float, low_kpa: float, high_kpa: float
) -> None:
    assert low_kpa < peak_kpa(BONELESS, place, 30.0) < high_kpa
