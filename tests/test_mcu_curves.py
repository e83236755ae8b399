"""A curved element: the firmware's one line is never laxer than the kernel's curve."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import mcu_settings
from firmware_bridge.mcu_settings import (
    FULL_COUNTS,
    LEAST_ZERO,
    MOST_CURVED,
    SPAN_KPA,
    parameters,
)
from firmware_bridge.messages import ParameterIndex
from hardware.calibration import KPA_PER_N, Calibration, Element, Point
from hardware.errors import HardwareError
from tests.fake_mcu import SETTINGS


def test_the_least_zero_is_the_one_from_which_the_firmware_can_tell_an_open_wire() -> None:
    header = (Path(mcu_settings.__file__).parent / "firmware" / "sensors.h").read_text()
    found = re.search(r"OPEN_TELLS = (\d+)", header)
    assert found is not None
    assert int(found[1]) == LEAST_ZERO


@given(
    raws=st.lists(st.floats(0.5, 0.56), min_size=1, max_size=5),
    share=st.floats(0.3, 1.2),
)
def test_the_firmware_is_never_laxer_than_the_curve_nor_much_stricter(
    raws: list[float], share: float
) -> None:
    """At any load, and for any rise from one load to another; or the element is refused."""
    step_n = 60.0 * share / len(raws)
    points = [
        Point(0.05 + sum(raws[:n]) * share / len(raws), n * step_n) for n in range(len(raws) + 1)
    ]
    element = Element(tuple(points))
    if max(raws) > MOST_CURVED * min(raws):
        with pytest.raises(HardwareError, match="is curved"):
            parameters(SETTINGS, Calibration(element, element))
        return
    found = parameters(SETTINGS, Calibration(element, element))
    zero, span = found[ParameterIndex.A_ZERO], found[ParameterIndex.A_SPAN]
    loads_kpa = (0.0, 4.0, 6.0, 10.0, 15.0, 20.0, 40.0, 75.0)
    curve = [element.raw_at(kpa / KPA_PER_N) * FULL_COUNTS for kpa in loads_kpa]
    for low, low_kpa in zip(curve, loads_kpa, strict=True):
        assert zero + span * low_kpa / SPAN_KPA <= low + 1.0
        assert span * low_kpa / SPAN_KPA >= (low - zero) / MOST_CURVED - 2.0
        for high, high_kpa in zip(curve, loads_kpa, strict=True):
            if high_kpa > low_kpa:
                assert span * (high_kpa - low_kpa) / SPAN_KPA <= high - low + 1.0


@pytest.mark.parametrize("middle", [0.25, 0.19])
def test_a_curved_element_is_refused_with_the_cure(middle: float) -> None:
    bent = Element((Point(0.1, 0.0), Point(middle, 20.0), Point(0.5, 60.0)))
    with pytest.raises(HardwareError, match=r"pressure_a is curved: .* times .* calibrate it anew"):
        parameters(SETTINGS, Calibration(bent))


@pytest.mark.parametrize("middle", [0.237, 0.230])
def test_a_slight_curve_is_met_by_its_flattest_piece(middle: float) -> None:
    """A straight line through both its ends would take 20 kPa for less, or a rise for less."""
    bent = Element((Point(0.1, 0.0), Point(middle, 20.0), Point(0.5, 60.0)))
    flattest = min((middle - 0.1) / 20.0, (0.5 - middle) / 40.0) * 60.0 * FULL_COUNTS
    assert parameters(SETTINGS, Calibration(bent))[ParameterIndex.A_SPAN] <= flattest + 1.0
