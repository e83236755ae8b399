"""Raw readings become kPa by the measured lines, and say when they cannot."""

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.calibration import (
    HEAVIEST_N,
    KPA_PER_N,
    STALE_AFTER_DAYS,
    Calibration,
    Element,
    Point,
    Trust,
    element_problems,
    measured,
    problems,
)
from hardware.converters import RESOLUTIONS
from hardware.roller import SensorStatus
from hardware.wiring import CHIPS, Wiring, chip_of

TODAY = 739_000
ELEMENT = Element((Point(0.2, 0.0), Point(0.6, 80.0)), open_below=0.05)
BENT = Element((Point(0.1, 0.0), Point(0.4, 30.0), Point(0.6, 90.0)), saturated_from=0.8)


@st.composite
def elements(draw: st.DrawFn) -> Element:
    """Elements as they can be measured, straight or bent."""
    steps = draw(
        st.lists(st.tuples(st.floats(0.02, 0.16), st.floats(8.0, 30.0)), min_size=1, max_size=5)
    )
    points = [Point(draw(st.floats(0.0, 0.15)), 0.0)]
    for raw, load_n in steps:
        points.append(Point(points[-1].raw + raw, points[-1].load_n + load_n))
    return measured(tuple(points), TODAY)


def test_the_line_goes_through_both_measured_points() -> None:
    assert ELEMENT.reading(0.2) == (0.0, SensorStatus.OK)
    assert ELEMENT.reading(0.6).pressure_kpa == pytest.approx(100.0)  # 80 N on 8 cm²
    assert ELEMENT.reading(0.4).pressure_kpa == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("raw", "load_n"), [(0.05, -5.0), (0.25, 15.0), (0.4, 30.0), (0.5, 60.0), (0.7, 120.0)]
)
def test_each_stretch_has_its_own_line_and_the_outer_ones_go_on(raw: float, load_n: float) -> None:
    assert BENT.reading(raw).pressure_kpa == pytest.approx(load_n * KPA_PER_N)


@given(elements())
def test_what_was_measured_can_be_used_and_is_read_back(element: Element) -> None:
    heaviest_n = element.points[-1].load_n
    assert element_problems(element, heaviest_n) == []
    for raw, load_n in element.points:
        if raw >= element.open_below:
            assert element.reading(raw).pressure_kpa == pytest.approx(load_n * KPA_PER_N, abs=1e-9)
            assert element.reading(raw).status is SensorStatus.OK


@given(elements(), st.floats(-10.0, 300.0))
def test_there_and_back_again(element: Element, load_n: float) -> None:
    assert element.load_n(element.raw_at(load_n)) == pytest.approx(load_n, abs=1e-6)


@given(elements(), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_more_load_never_reads_as_less(element: Element, low: float, high: float) -> None:
    readings = [element.reading(raw) for raw in sorted((low, high))]
    if readings[0].status is not SensorStatus.OPEN:
        assert readings[0].pressure_kpa <= readings[1].pressure_kpa + 1e-9


@given(elements(), st.floats(0.0, 1.0))
def test_a_line_stays_between_its_points(element: Element, raw: float) -> None:
    for low, high in pairwise(element.points):
        if low.raw <= raw <= high.raw:
            assert low.load_n - 1e-9 <= element.load_n(raw) <= high.load_n + 1e-9


@given(elements(), st.floats(0.0, 1.0))
def test_nobody_believes_more_than_twice_the_heaviest_weight(element: Element, raw: float) -> None:
    reading = element.reading(raw)
    if reading.status is SensorStatus.OK:
        assert reading.pressure_kpa <= 2.0 * element.points[-1].load_n * KPA_PER_N + 1e-6


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


@pytest.mark.parametrize(("zero_raw", "open_below"), [(0.3, 0.02), (0.03, 0.015), (0.0199, 0.0)])
def test_a_wire_that_is_off_is_told_where_the_zero_allows_it(
    zero_raw: float, open_below: float
) -> None:
    element = measured((Point(zero_raw, 0.0), Point(0.9, 80.0)), TODAY)
    assert element.open_below == pytest.approx(open_below)


def test_the_nominal_calibration_can_be_used() -> None:
    assert problems(Calibration()) == []


ZERO = Point(0.2, 0.0)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"points": ()}, "points are 0: weigh 2 to 6, the first with nothing"),
        ({"points": (ZERO,)}, "points are 1: weigh 2 to 6"),
        ({"points": (ZERO,) * 7}, "points are 7: weigh 2 to 6"),
        ({"points": (ZERO, Point(1.2, 80.0))}, "raw is 1.2: it is within 0..1; measure again"),
        ({"points": (ZERO, Point(0.95, 1001.0))}, "load_n is 1001.0: weigh the load"),
        ({"points": (Point(0.2, 1.0), Point(0.6, 80.0))}, "the first load_n is 1.0: it is 0 N"),
        ({"points": (ZERO, Point(0.4, 80.0), Point(0.6, 80.0))}, "it must rise; weigh each load"),
        (
            {"points": (ZERO, Point(0.2, 80.0))},
            "did not rise (0.20000, then 0.20000): check its plug",
        ),
        ({"points": (ZERO, Point(0.1, 80.0))}, "swap the element's two signal wires"),
        ({"points": (ZERO, Point(0.5, 80.0), Point(0.51, 120.0))}, "its range may end here"),
        ({"points": (ZERO, Point(0.5, 29.9)), "saturated_from": 0.7}, "one of at least 30 N"),
        ({"open_below": 0.21}, "must rise in this order within 0..1"),
        ({"open_below": -0.01}, "must rise in this order within 0..1"),
        ({"saturated_from": 0.6}, "must rise in this order within 0..1"),
        ({"saturated_from": 1.01}, "must rise in this order within 0..1"),
        ({"saturated_from": math.nan}, "must rise in this order within 0..1"),
        ({"points": (ZERO, Point(0.5, 80.0))}, "at most at 2 times the heaviest weight"),
        ({"shorted_from": 0.99}, "shorted_from is 0.99: it lies above saturated_from"),
        (
            {"chip": "ADS1015"},
            "chip is 'ADS1015': it is one of MCP3008, MCP3208, ADS1115, ATmega328P, HX711",
        ),
        ({"shorted_from": 1.01}, "shorted_from is 1.01: it lies above saturated_from"),
    ],
)
def test_what_cannot_be_measured_with_is_refused(wrong: dict[str, Any], says: str) -> None:
    [problem] = problems(Calibration(pressure_a=replace(ELEMENT, **wrong)))
    assert problem.startswith("pressure_a: ")
    assert says in problem


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.001])
@pytest.mark.parametrize("field", Point._fields)
def test_no_number_that_is_none_gets_into_a_line(number: float, field: str) -> None:
    points = (ZERO, Point(0.6, 80.0)._replace(**{field: number}))
    assert problems(Calibration(pressure_b=replace(ELEMENT, points=points)))


def test_the_second_element_needs_less_weight() -> None:
    assert HEAVIEST_N["pressure_b"] == 10.0
    small = measured((ZERO, Point(0.6, 10.0)), TODAY)
    assert problems(Calibration(pressure_b=small)) == []
    assert len(problems(Calibration(pressure_a=small))) == 1


@pytest.mark.parametrize("chip", RESOLUTIONS)
def test_each_converter_tells_a_weak_element_from_a_dead_one(chip: str) -> None:
    """On the HX711 a cell of 50 kg lives; on the others so little is nothing."""
    least = RESOLUTIONS[chip].least_raw_per_n
    for raw_per_n, lives in ((least * 1.01, True), (least * 0.99, False), (1e-6, False)):
        points = (Point(0.5, 0.0), Point(0.5 + raw_per_n * 20.0, 20.0))
        found = problems(Calibration(pressure_b=measured(points, TODAY, chip)))
        assert (found == []) is lives
        assert all("its range may end here" in one for one in found)
    cell = (Point(0.5, 0.0), Point(0.50262, 10.0))
    found = problems(Calibration(pressure_b=measured(cell, TODAY, chip)))
    assert (found == []) is (chip == "HX711")


def test_every_converter_that_can_be_wired_has_its_bounds() -> None:
    load_cell = Wiring(pressure_b_channel=None, hx711_data_pin=4, hx711_clock_pin=25)
    chips = {chip_of(Wiring(adc_chip=chip), name) for chip in CHIPS for name in HEAVIEST_N}
    board = "ATmega328P"  # a microcontroller's own
    assert {*chips, board, chip_of(load_cell, "pressure_b")} == set(RESOLUTIONS)
    assert chip_of(load_cell, "pressure_a") == "MCP3008"


def test_all_problems_are_told_at_once() -> None:
    broken = replace(ELEMENT, points=(ZERO, Point(math.nan, math.nan)))
    found = problems(Calibration(broken, broken))
    assert len(found) == 6


def dated(day: int | None) -> Element:
    return replace(ELEMENT, measured_on=day)


@pytest.mark.parametrize(
    ("day", "trust"),
    [
        (TODAY, Trust.MEASURED),
        (TODAY - STALE_AFTER_DAYS, Trust.MEASURED),
        (TODAY - STALE_AFTER_DAYS - 1, Trust.STALE),
        (TODAY + 1, Trust.AHEAD),
        (None, Trust.UNMEASURED),
    ],
)
def test_how_far_it_is_believed_depends_on_its_age(day: int | None, trust: Trust) -> None:
    assert Calibration(dated(day)).trust(TODAY, b_fitted=False) is trust
    both = Calibration(dated(day), dated(TODAY))
    assert both.trust(TODAY, b_fitted=True) is trust


def test_the_worst_element_counts_if_it_is_fitted() -> None:
    days = (TODAY, TODAY - 400, TODAY + 1, None)
    order = list(Trust)
    for one, a in enumerate(days):
        for other, b in enumerate(days):
            calibration = Calibration(dated(a), dated(b))
            assert calibration.trust(TODAY, b_fitted=True) is order[max(one, other)]
            assert calibration.trust(TODAY, b_fitted=False) is order[one]
