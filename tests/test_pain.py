"""T1, T2, T4 and the flinch of T5, each just below, at and just above its limit."""

from math import inf, nan
from typing import Any

import pytest

from controller.limits import Limits
from controller.pain import forgotten, pain
from controller.watch import NOTHING_ODD, Odd, Trip, Watch
from hardware.roller import SensorStatus
from tests.kernel_world import RATES_HZ, REFERENCE_KPA, Detectors, sample_of

LIMITS = Limits()
SATURATED = SensorStatus.SATURATED


def asked(
    kpa: float = 20.0, odd: Odd = NOTHING_ODD, reference_kpa: float = REFERENCE_KPA, **memory: Any
) -> tuple[Odd, Trip | None]:
    """Ask about one calm sample at t = 0 whose watch is perturbed by `memory`."""
    sensor = memory.pop("sensor", SensorStatus.OK)
    calm: dict[str, Any] = {"now_s": 0.0, "sample_at_s": 0.0, "light_since_s": inf}
    watch = Watch(**{**calm, "last_kpa": kpa, "median_kpa": kpa, "odd": odd, **memory})
    sample = sample_of(kpa, watch.sample_at_s, sensor=sensor)
    return pain(watch, sample, reference_kpa, 0.004, LIMITS)


def trip_of(*args: Any, **memory: Any) -> Trip | None:
    return asked(*args, **memory)[1]


# T1: over 75 kPa on 2 consecutive samples; saturated counts as over.

LOADED_KPA = 70.0


def loaded(rate_hz: int, limits: Limits = LIMITS) -> Detectors:
    """A world in which 70 kPa came slowly, and only T1 has something to say."""
    detectors = Detectors(rate_hz, reference_kpa=40.0, limits=limits)
    slope_kpa_s = 300.0
    trip, _ = detectors.first_trip(
        lambda t: min(LOADED_KPA, 20.0 + slope_kpa_s * t), (LOADED_KPA - 20.0) / slope_kpa_s
    )
    assert trip is None
    return detectors


@pytest.mark.hazard("spike/level")
@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(("kpa", "trip"), [(74.9, None), (75.0, None), (75.1, Trip.LEVEL)])
def test_t1_is_over_75_kpa_on_two_samples_in_a_row(
    rate_hz: int, kpa: float, trip: Trip | None
) -> None:
    world = loaded(rate_hz)
    assert world.feed(kpa) is None
    assert world.feed(kpa) is trip


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_t1_forgets_what_is_not_in_a_row(rate_hz: int) -> None:
    world = loaded(rate_hz)
    assert [world.feed(kpa) for kpa in (76.0, 74.0, 76.0, 75.0, 76.0)] == [None] * 5
    assert world.feed(76.0) is Trip.LEVEL


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_t1_counts_a_saturated_reading_as_over(rate_hz: int) -> None:
    world = loaded(rate_hz)
    assert world.feed(LOADED_KPA, sensor=SATURATED) is None
    assert world.feed(LOADED_KPA + 1.0, sensor=SATURATED) is Trip.LEVEL


def test_t1_mixes_over_and_saturated() -> None:
    world = loaded(250)
    assert world.feed(76.0) is None
    assert world.feed(LOADED_KPA, sensor=SATURATED) is Trip.LEVEL


@pytest.mark.parametrize("status", [SensorStatus.OPEN, SensorStatus.SHORTED])
def test_t1_counts_no_other_status(status: SensorStatus) -> None:
    assert asked(20.0, sensor=status)[0].over_samples == 0


def test_t1_may_be_tightened_to_one_sample_and_60_kpa() -> None:
    world = loaded(250, Limits(level_samples=1))
    assert world.feed(75.1) is Trip.LEVEL
    world = Detectors(250, reference_kpa=40.0, limits=Limits(level_kpa=60.0))
    trip, at_s = world.first_trip(lambda t: 20.0 + 250.0 * t, 1.0)
    assert trip is Trip.LEVEL
    assert at_s == pytest.approx(0.168, abs=1e-9)  # over 60 at 164 ms, again at 168


@pytest.mark.parametrize("samples", [1, 2, 5])
def test_t1_keeps_counting(samples: int) -> None:
    odd, trip = asked(76.0, Odd(over_samples=samples))
    assert (odd.over_samples, trip) == (samples + 1, Trip.LEVEL)


def test_t1_takes_no_number_for_over() -> None:
    assert asked(nan, last_kpa=20.0, median_kpa=20.0)[0].over_samples == 1


# T2: rise over 20 ms > max(10 kPa, 0.4 · reference) and pressure > reference + 7.5 kPa.

RISES = [
    # reference, rise, median, trip
    (25.0, 9.9, 40.0, None),
    (25.0, 10.0, 40.0, None),
    (25.0, 10.01, 40.0, Trip.RISE),
    (25.0, 10.01, 32.49, None),
    (25.0, 10.01, 32.5, None),
    (25.0, 10.01, 32.51, Trip.RISE),
    (20.0, 8.01, 40.0, None),  # 0.4 · 20 is less than 10: 10 counts
    (20.0, 10.01, 27.6, Trip.RISE),
    (40.0, 15.99, 60.0, None),
    (40.0, 16.0, 60.0, None),
    (40.0, 16.01, 60.0, Trip.RISE),
    (40.0, 16.01, 47.5, None),
    (40.0, 16.01, 47.51, Trip.RISE),
    (6.0, 10.01, 13.51, Trip.RISE),
    (6.0, 10.01, 13.5, None),
    (25.0, nan, 40.0, Trip.RISE),
    (25.0, 10.01, nan, Trip.RISE),
    (25.0, -30.0, 40.0, None),
]


@pytest.mark.hazard("spike/rise")
@pytest.mark.parametrize(("reference_kpa", "rise_kpa", "median_kpa", "trip"), RISES)
def test_t2_is_a_rise_and_a_pressure_over_the_reference(
    reference_kpa: float, rise_kpa: float, median_kpa: float, trip: Trip | None
) -> None:
    # T4 looks at the sample itself, which stays low here
    assert (
        trip_of(20.0, NOTHING_ODD, reference_kpa, rise_kpa=rise_kpa, median_kpa=median_kpa) is trip
    )


def test_t2_remembers_every_rise_for_a_flinch_also_below_the_reference() -> None:
    assert asked(rise_kpa=10.01, sample_at_s=3.0)[0].rose_at_s == 3.0
    assert asked(rise_kpa=10.0, sample_at_s=3.0)[0].rose_at_s == -inf


def step_up(low_kpa: float, high_kpa: float) -> Any:
    return lambda t: high_kpa if t >= 0.0 else low_kpa


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_t2_trips_on_the_second_sample_of_a_jump(rate_hz: int) -> None:
    trip, at_s = Detectors(rate_hz).first_trip(step_up(20.0, 45.0), 1.0)
    assert (trip, at_s) == (Trip.RISE, 1 / rate_hz)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(("slope_kpa_s", "trips"), [(240.0, False), (720.0, True), (1000, True)])
def test_t2_needs_its_rise_within_20_ms(rate_hz: int, slope_kpa_s: float, trips: bool) -> None:
    """10 kPa in 20 ms and two samples never do, 14.4 in 20 ms always do; all stay under T1."""
    world = Detectors(rate_hz, reference_kpa=22.0)
    trip, at_s = world.first_trip(lambda t: min(50.0, 20.0 + max(0.0, slope_kpa_s * t)), 0.1)
    assert trip is (Trip.RISE if trips else None)
    assert not trips or at_s <= 0.020 + 2 / rate_hz


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_t2_sees_a_rise_of_exactly_20_ms_at_every_rate(rate_hz: int) -> None:
    trip, at_s = Detectors(rate_hz).first_trip(
        lambda t: 20.0 + 14.0 * min(1.0, max(0.0, t / 0.020)), 0.2
    )
    assert trip is Trip.RISE
    assert at_s <= 0.020 + 1 / rate_hz


@pytest.mark.hazard("spike/rise")
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_jam_of_20_newtons_in_5_ms_is_pain_within_two_samples(rate_hz: int) -> None:
    """25 kPa in 5 ms: over the reference + 7.5 kPa after 2.5 ms."""
    trip, at_s = Detectors(rate_hz).first_trip(
        lambda t: 20.0 + 25.0 * min(1.0, max(0.0, t / 0.005)), 1.0
    )
    assert trip is Trip.RISE
    assert at_s <= 0.0025 + 3 / rate_hz


# T4: what exceeds 1.5 · reference, over 500 ms, > 3.75 kPa·s.


@pytest.mark.parametrize(
    ("parts", "trip"),
    [
        ((3.0, 0.75), None),
        ((3.0, 0.7500001), Trip.DOSE),
        ((3.0, 0.7499999), None),
        ((), None),
        ((3.8,), Trip.DOSE),
    ],
)
def test_t4_is_a_sum_of_more_than_3_75(parts: tuple[float, ...], trip: Trip | None) -> None:
    assert trip_of(20.0, Odd(dose=tuple((-0.1, part) for part in parts))) is trip


@pytest.mark.parametrize(("at_s", "kept"), [(-0.51, False), (-0.5, False), (-0.499, True)])
def test_t4_forgets_after_500_ms(at_s: float, kept: bool) -> None:
    odd, trip = asked(20.0, Odd(dose=((at_s, 9.0), (-0.2, 0.5))))
    assert odd.dose == (((at_s, 9.0), (-0.2, 0.5)) if kept else ((-0.2, 0.5),))
    assert trip is (Trip.DOSE if kept else None)


@pytest.mark.parametrize(("kpa", "excess"), [(37.4, None), (37.5, None), (38.5, 1.0)])
def test_t4_counts_only_what_exceeds(kpa: float, excess: float | None) -> None:
    odd, _ = asked(kpa)
    assert odd.dose == (() if excess is None else ((0.0, pytest.approx(excess * 0.004)),))


@pytest.mark.hazard("spike/dose")
@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(("excess_kpa", "due_s"), [(7.3, None), (7.7, 0.487), (15.0, 0.25)])
def test_t4_trips_when_the_dose_is_reached(
    rate_hz: int, excess_kpa: float, due_s: float | None
) -> None:
    """7.5 kPa too much may stay for 500 ms, 15 for 250. It comes slowly, below T2."""
    reference_kpa = 30.0
    top_kpa = 45.0 + excess_kpa
    world = Detectors(rate_hz, reference_kpa)
    slope_kpa_s = 250.0
    over_s = (45.0 - 20.0) / slope_kpa_s
    trip, at_s = world.first_trip(lambda t: min(top_kpa, 20.0 + slope_kpa_s * t), 2.0)
    if due_s is None:
        assert trip is None
        return
    assert trip is Trip.DOSE
    ramp_s = excess_kpa / slope_kpa_s
    assert at_s == pytest.approx(over_s + ramp_s / 2 + due_s, abs=2 / rate_hz + 0.003)


# T5, the flinch: foot gone, and a rise like T2's within 300 ms before.

FLINCHES = [
    # now, light since, rose at, trip
    (0.1, 0.0, -0.3, Trip.FLINCH),
    (0.1, 0.0, -0.29, Trip.FLINCH),
    (0.1, 0.0, -0.301, None),
    (0.1, 0.0, -inf, None),
    (0.1, 0.0, 0.05, Trip.FLINCH),
    (0.099, 0.0, -0.1, None),
    (0.101, 0.0, -0.1, Trip.FLINCH),
    (5.0, 0.0, -0.1, Trip.FLINCH),
    (5.0, inf, 4.9, None),
]


@pytest.mark.parametrize(("now_s", "light_s", "rose_s", "trip"), FLINCHES)
def test_a_flinch_is_a_foot_gone_shortly_after_a_rise(
    now_s: float, light_s: float, rose_s: float, trip: Trip | None
) -> None:
    assert trip_of(0.0, Odd(rose_at_s=rose_s), light_since_s=light_s, sample_at_s=now_s) is trip


def test_pains_are_asked_in_the_order_of_the_specification() -> None:
    odd = Odd(over_samples=1, dose=((-0.1, 9.0),), rose_at_s=-0.2)
    assert trip_of(80.0, odd, rise_kpa=30.0, light_since_s=-0.2) is Trip.LEVEL
    odd = odd._replace(over_samples=0)
    assert trip_of(60.0, odd, rise_kpa=30.0, light_since_s=-0.2) is Trip.RISE
    assert trip_of(60.0, odd, light_since_s=-0.2) is Trip.DOSE
    assert trip_of(20.0, odd._replace(dose=()), light_since_s=-0.2) is Trip.FLINCH


def test_a_mode_that_cannot_move_forgets_pain_and_nothing_else() -> None:
    odd = Odd((1.0,), (2.0,), ((3.0, 4.0),), 5.0, 6.0, 7, 8, 9)
    assert forgotten(odd) == Odd((1.0,), (2.0,), (), -inf, 6.0, 7, 8, 0)
