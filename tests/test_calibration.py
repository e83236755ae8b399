"""Raw readings become kPa by the measured line, and say when they cannot."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.calibration import Calibration, Element, problems
from hardware.roller import SensorStatus

ELEMENT = Element(zero_raw=0.2, load_raw=0.6, load_n=80.0, open_below=0.05, saturated_from=0.99)


def test_the_line_goes_through_both_measured_points() -> None:
    assert ELEMENT.reading(0.2) == (0.0, SensorStatus.OK)
    assert ELEMENT.reading(0.6).pressure_kpa == pytest.approx(100.0)  # 80 N on 8 cm²
    assert ELEMENT.reading(0.4).pressure_kpa == pytest.approx(50.0)


def test_a_drifted_zero_is_shown_not_hidden() -> None:
    assert ELEMENT.reading(0.18).pressure_kpa == pytest.approx(-5.0)


@pytest.mark.parametrize("raw", [0.0, 0.0499, math.nan])
def test_below_its_range_an_element_is_open_and_has_no_pressure(raw: float) -> None:
    reading = ELEMENT.reading(raw)
    assert reading.status is SensorStatus.OPEN
    assert math.isnan(reading.pressure_kpa)


@pytest.mark.parametrize("raw", [0.99, 0.995, 1.0])
def test_in_the_last_hundredth_an_element_is_saturated_at_least_pressure(raw: float) -> None:
    reading = ELEMENT.reading(raw)
    assert reading.status is SensorStatus.SATURATED
    assert reading.pressure_kpa == pytest.approx(197.5)


def test_a_short_is_told_from_saturation_only_where_the_circuit_allows_it() -> None:
    element = replace(ELEMENT, shorted_from=0.998)
    assert element.reading(0.997).status is SensorStatus.SATURATED
    assert element.reading(0.998).status is SensorStatus.SHORTED
    assert math.isnan(element.reading(1.0).pressure_kpa)


@given(low=st.floats(0.05, 1.0), high=st.floats(0.05, 1.0))
def test_more_load_never_reads_as_less(low: float, high: float) -> None:
    low, high = sorted((low, high))
    assert ELEMENT.reading(low).pressure_kpa <= ELEMENT.reading(high).pressure_kpa


def test_current_is_a_share_of_full_scale() -> None:
    assert Calibration(current_full_scale_ma=6000.0).current_ma(0.25) == 1500.0


def test_the_nominal_calibration_can_be_used() -> None:
    assert problems(Calibration()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"load_raw": 0.2},
        {"load_raw": 0.1},
        {"zero_raw": 0.01},
        {"load_raw": 1.2},
        {"saturated_from": math.nan},
        {"load_n": 0.0},
        {"load_n": math.inf},
        {"shorted_from": 0.99},
        {"shorted_from": 1.01},
    ],
)
@pytest.mark.parametrize("which", ["pressure_a", "pressure_b"])
def test_what_cannot_be_measured_with_is_refused(wrong: dict[str, float], which: str) -> None:
    element = replace(ELEMENT, **wrong)
    calibration = (
        Calibration(pressure_a=element)
        if which == "pressure_a"
        else Calibration(pressure_b=element)
    )
    [problem] = problems(calibration)
    assert problem.startswith(f"{which}: ")


def test_all_problems_are_told_at_once() -> None:
    broken = replace(ELEMENT, load_n=math.nan, load_raw=0.0)
    found = problems(Calibration(broken, broken, current_full_scale_ma=math.nan))
    assert len(found) == 5
