"""T9: every way in which a reading cannot be true, each at its boundary; and what is only odd."""

from math import inf, nan
from typing import Any

import pytest

from controller.limits import Limits
from controller.plausible import implausible
from controller.watch import NOTHING_ODD, Odd, Trip, Watch
from hardware.roller import SensorStatus
from tests.kernel_world import sample_of

OPEN, SHORTED, SATURATED = SensorStatus.OPEN, SensorStatus.SHORTED, SensorStatus.SATURATED
STEP_S = 0.004
LIMITS = Limits(tick_s=STEP_S)


def asked(
    kpa: float = 20.0,
    odd: Odd = NOTHING_ODD,
    *,
    live: bool = True,
    at_s: float = 0.0,
    neighbours_kpa: tuple[float, float] = (20.0, 20.0),
    limits: Limits = LIMITS,
    **fields: Any,
) -> tuple[Odd, Trip | None]:
    """Ask about a calm sample at `at_s`, perturbed; the two before it are its neighbours."""
    before_s = fields.pop("before_at_s", at_s - STEP_S)
    changed_s = fields.pop("changed_at_s", at_s)
    before = Watch(before_s, before_s, *neighbours_kpa)
    watch = before._replace(now_s=at_s, sample_at_s=at_s, last_kpa=kpa, changed_at_s=changed_s)
    return implausible(before, watch, odd, sample_of(kpa, at_s, **fields), live, limits)


def trip_of(*args: Any, **fields: Any) -> Trip | None:
    return asked(*args, **fields)[1]


def test_a_calm_sample_leaves_nothing_behind() -> None:
    assert asked() == (NOTHING_ODD, None)


# The sensor's own word, twice in a row.


@pytest.mark.parametrize(
    ("status", "live", "trip"),
    [
        (OPEN, True, Trip.SENSOR_OPEN),
        (OPEN, False, Trip.SENSOR_OPEN),
        (SHORTED, True, Trip.SENSOR_SHORTED),
        (SHORTED, False, Trip.SENSOR_SHORTED),
        (SATURATED, False, Trip.SENSOR_SATURATED),
        (SATURATED, True, None),  # moving, the end of the range is T1's
    ],
)
def test_a_status_counts_from_the_second_sample_on(
    status: SensorStatus, live: bool, trip: Trip | None
) -> None:
    odd, first = asked(live=live, sensor=status)
    assert (odd.status_samples, first) == (1, None)
    odd, second = asked(20.0, odd, live=live, sensor=status)
    assert (odd.status_samples, second) == (2, trip)
    assert asked(20.0, odd, live=live, sensor=status) == (odd._replace(status_samples=3), trip)


def test_a_good_status_starts_the_count_again() -> None:
    assert asked(20.0, Odd(status_samples=1))[0].status_samples == 0


def test_a_saturated_sensor_hides_no_other_fault_while_moving() -> None:
    assert trip_of(20.0, Odd(status_samples=1, zero_samples=0), sensor=SATURATED) is None
    assert (
        trip_of(20.0, Odd(status_samples=1), sensor=SATURATED, changed_at_s=-1.0)
        is Trip.SENSOR_FROZEN
    )


# The zero.


@pytest.mark.parametrize(("kpa", "low"), [(-3.9, False), (-4.0, False), (-4.01, True)])
@pytest.mark.parametrize("live", [False, True])
def test_a_zero_below_minus_4_kpa_counts_twice(kpa: float, low: bool, live: bool) -> None:
    odd, first = asked(kpa, live=live, neighbours_kpa=(kpa, kpa))
    assert (odd.zero_samples, first) == (1 if low else 0, None)
    _, second = asked(kpa, odd, live=live, neighbours_kpa=(kpa, kpa))
    assert second is (Trip.SENSOR_ZERO if low else None)


def test_a_good_zero_starts_the_count_again() -> None:
    assert asked(-4.0, Odd(zero_samples=1), neighbours_kpa=(-4.0, -4.0))[0].zero_samples == 0


# Wild samples: above both or below both neighbours by more than 15 kPa; more than 3 in 1 s.


@pytest.mark.parametrize(
    ("older", "middle", "newer", "wild"),
    [
        (20.0, 35.0, 20.0, False),
        (20.0, 35.1, 20.0, True),
        (20.0, 35.1, 20.2, False),
        (20.2, 35.1, 20.0, False),
        (20.0, 5.0, 20.0, False),
        (20.0, 4.9, 20.0, True),
        (20.0, 4.9, 19.8, False),
        (19.8, 4.9, 20.0, False),
        (20.0, 45.0, 70.0, False),  # a rise
        (70.0, 45.0, 20.0, False),  # a fall
        (20.0, 60.0, 60.0, False),  # a jump that stays
        (20.0, 60.0, 30.0, True),
    ],
)
def test_a_wild_sample_is_off_both_neighbours_to_the_same_side(
    older: float, middle: float, newer: float, wild: bool
) -> None:
    odd, trip = asked(newer, at_s=3.0, neighbours_kpa=(older, middle))
    assert odd.wilds_at_s == ((3.0,) if wild else ())
    assert trip is None


@pytest.mark.parametrize(
    ("earlier_s", "trip"),
    [
        ((2.5, 2.6), None),
        ((2.5, 2.6, 2.7), Trip.SENSOR_WILD),
        ((2.001, 2.6, 2.7), Trip.SENSOR_WILD),
        ((2.0, 2.6, 2.7), None),  # exactly a second ago is gone
        ((1.9, 2.6, 2.7), None),
    ],
)
def test_the_fourth_wild_sample_in_a_second_is_a_fault(
    earlier_s: tuple[float, ...], trip: Trip | None
) -> None:
    odd, found = asked(20.0, Odd(wilds_at_s=earlier_s), at_s=3.0, neighbours_kpa=(20.0, 40.0))
    assert found is trip
    assert odd.wilds_at_s == (*(one for one in earlier_s if one > 2.0), 3.0)


def test_wild_samples_are_forgotten_after_a_second() -> None:
    assert asked(20.0, Odd(wilds_at_s=(2.0, 2.1)), at_s=3.0)[0].wilds_at_s == (2.1,)


# Gaps: 3 of more than 10 ms (and than 1.5 ticks) in 1 s.


@pytest.mark.parametrize(
    ("rate_hz", "gap_s", "counts"),
    [
        (1000, 0.0099, False),
        (1000, 0.010, False),
        (1000, 0.0101, True),
        (500, 0.0101, True),
        (250, 0.010, False),
        (250, 0.012, True),
        (100, 0.0101, False),
        (100, 0.015, False),
        (100, 0.0151, True),
        (1000, inf, False),  # the very first sample has no gap before it
    ],
)
def test_a_gap_is_longer_than_10_ms_and_than_the_loops_own_rhythm(
    rate_hz: int, gap_s: float, counts: bool
) -> None:
    # the sample comes at t = 0, so that the gap is exact
    odd, trip = asked(before_at_s=0.0 - gap_s, limits=Limits(tick_s=1 / rate_hz))
    assert odd.gaps_at_s == ((0.0,) if counts else ())
    assert trip is None


@pytest.mark.parametrize(
    ("earlier_s", "trip"),
    [
        ((2.9,), None),
        ((2.8, 2.9), Trip.SENSOR_GAPS),
        ((2.001, 2.9), Trip.SENSOR_GAPS),
        ((2.0, 2.9), None),
    ],
)
def test_the_third_gap_in_a_second_is_a_fault(
    earlier_s: tuple[float, ...], trip: Trip | None
) -> None:
    assert trip_of(20.0, Odd(gaps_at_s=earlier_s), at_s=3.0, before_at_s=2.98) is trip


# The second channel: apart by more than max(6 kPa, 25 %) for 50 ms.


@pytest.mark.parametrize(
    ("kpa", "other_kpa", "apart"),
    [
        (20.0, None, False),
        (20.0, 20.0, False),
        (20.0, 26.0, False),
        (10.0, 16.0, False),
        (10.0, 16.1, True),
        (16.1, 10.0, True),
        (40.0, 30.0, False),  # a quarter of the larger
        (40.0, 29.9, True),
        (30.0, 40.0, False),
        (29.9, 40.0, True),
        (60.0, 45.0, False),
        (60.0, 44.9, True),
        (0.0, 6.0, False),
        (0.0, 6.1, True),
        (20.0, nan, True),
        (20.0, inf, True),
    ],
)
def test_channels_are_apart_by_more_than_6_kpa_and_a_quarter(
    kpa: float, other_kpa: float | None, apart: bool
) -> None:
    odd, trip = asked(kpa, at_s=3.0, neighbours_kpa=(kpa, kpa), pressure_b_kpa=other_kpa)
    assert odd.apart_since_s == (3.0 if apart else inf)
    assert trip is None


@pytest.mark.hazard("blind/apart")
@pytest.mark.parametrize(
    ("since_s", "trip"),
    [(-0.049, None), (-0.05, Trip.SENSORS_APART), (-0.051, Trip.SENSORS_APART)],
)
def test_apart_for_50_ms_is_a_fault(since_s: float, trip: Trip | None) -> None:
    odd, found = asked(20.0, Odd(apart_since_s=since_s), pressure_b_kpa=30.0)
    assert (odd.apart_since_s, found) == (since_s, trip)


def test_channels_that_agree_again_are_forgiven() -> None:
    assert asked(20.0, Odd(apart_since_s=-0.05)) == (NOTHING_ODD, None)


# Frozen: the same value for 200 ms while moving; `changed_at_s` follows the clock at rest.


@pytest.mark.parametrize(
    ("changed_s", "trip"),
    [(-0.199, None), (-0.2, Trip.SENSOR_FROZEN), (-0.3, Trip.SENSOR_FROZEN)],
)
def test_the_same_value_for_200_ms_is_a_fault(changed_s: float, trip: Trip | None) -> None:
    assert trip_of(changed_at_s=changed_s) is trip


def test_faults_are_told_in_one_order() -> None:
    odd = Odd((2.7, 2.8, 2.9), (2.8, 2.9), status_samples=1, zero_samples=1, apart_since_s=2.5)
    worst: dict[str, Any] = {
        "at_s": 3.0,
        "before_at_s": 2.98,
        "neighbours_kpa": (0.0, 30.0),
        "pressure_b_kpa": 9.0,
        "changed_at_s": 2.5,
    }
    assert trip_of(-5.0, odd, sensor=SHORTED, **worst) is Trip.SENSOR_SHORTED
    assert trip_of(-5.0, odd, **worst) is Trip.SENSOR_ZERO
    assert trip_of(0.0, odd, **worst) is Trip.SENSOR_WILD
    assert trip_of(0.0, odd._replace(wilds_at_s=()), **worst) is Trip.SENSOR_GAPS
    odd = odd._replace(wilds_at_s=(), gaps_at_s=())
    assert trip_of(0.0, odd, **worst) is Trip.SENSORS_APART
    assert trip_of(0.0, odd._replace(apart_since_s=inf), **worst) is Trip.SENSOR_FROZEN


def test_tightened_limits_are_obeyed() -> None:
    strict = Limits(gaps=1, wilds=1, zero_kpa=1.0, apart_s=0.010, frozen_s=0.050)
    assert trip_of(before_at_s=-0.012, limits=strict) is Trip.SENSOR_GAPS
    one = Odd(wilds_at_s=(-0.5,))
    assert trip_of(20.0, one, neighbours_kpa=(20.0, 40.0), limits=strict) is Trip.SENSOR_WILD
    assert (
        trip_of(-1.1, Odd(zero_samples=1), neighbours_kpa=(0.0, 0.0), limits=strict)
        is Trip.SENSOR_ZERO
    )
    assert (
        trip_of(20.0, Odd(apart_since_s=-0.01), pressure_b_kpa=30.0, limits=strict)
        is Trip.SENSORS_APART
    )
    assert trip_of(changed_at_s=-0.05, limits=strict) is Trip.SENSOR_FROZEN
