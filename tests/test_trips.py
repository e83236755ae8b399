"""Every sample goes through `look`: its memory, its order, T5, T8, T13 and the sensor's silence."""

from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.limits import Limits
from controller.trips import foot_gone, look, median, overloaded, steady
from controller.watch import NOTHING_ODD, Odd, Trip, Watch
from hardware.roller import SensorStatus
from tests.kernel_world import CALM_KPA, RATES_HZ, Detectors, breathing, sample_of, ticks


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_calm_world_trips_nothing_and_remembers_nothing_odd(rate_hz: int) -> None:
    world = Detectors(rate_hz)
    assert world.calm(3.0) is None
    if rate_hz > 100:  # at 100 Hz the loop's own rhythm is as long as a gap
        assert world.watch.odd is NOTHING_ODD
    assert world.watch.odd == NOTHING_ODD


@given(values=st.tuples(st.floats(-50, 200), st.floats(-50, 200), st.floats(-50, 200)))
def test_the_median_is_the_middle_one(values: tuple[float, float, float]) -> None:
    assert median(*values) == sorted(values)[1]


# One bad sample never stops a person.


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("kpa", [-60.0, -4.1, 0.0, 3.9, 36.0, 75.1, 120.0, 200.0])
@pytest.mark.parametrize("status", SensorStatus)
def test_one_wild_sample_stops_nobody(
    rate_hz: int, live: bool, kpa: float, status: SensorStatus
) -> None:
    world = Detectors(rate_hz, live=live, rolling=live)
    assert world.feed(kpa, sensor=status) is None
    assert world.calm(1.5) is None
    assert world.watch.odd == NOTHING_ODD


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_three_wild_samples_in_a_second_stop_nobody_and_a_fourth_is_a_fault(rate_hz: int) -> None:
    world = Detectors(rate_hz)
    for _ in range(3):
        assert world.feed(70.0) is None
        assert world.calm(0.2) is None
    assert world.feed(70.0) is None
    assert world.calm(0.1) is Trip.SENSOR_WILD


# No number: at once, as what it is.


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("live", [True, False])
def test_no_number_is_a_fault_of_the_sensor_and_never_a_pain(rate_hz: int, live: bool) -> None:
    for kpa in (nan, inf, -inf):
        world = Detectors(rate_hz, live=live, rolling=live)
        assert world.feed(kpa) is Trip.SENSOR_NAN


def test_no_number_is_no_pain_when_a_single_sample_over_the_level_is() -> None:
    assert Detectors(limits=Limits(level_samples=1)).feed(nan) is Trip.SENSOR_NAN


def test_the_mean_load_survives_a_nan() -> None:
    world = Detectors()
    world.feed(nan)
    world.calm(0.1)
    assert world.watch.resting_kpa == pytest.approx(CALM_KPA, abs=0.2)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_an_unreadable_second_channel_is_a_disagreement_after_50_ms(rate_hz: int) -> None:
    world = Detectors(rate_hz)
    trip, at_s = world.first_trip(lambda _: CALM_KPA, 1.0, pressure_b_kpa=nan)
    assert (trip, at_s) == (Trip.SENSORS_APART, ticks(0.05, rate_hz) / rate_hz)


# Pain before plausibility.


@pytest.mark.hazard("blind/pain-first")
@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("fields", [{"pressure_b_kpa": 20.0}, {"sensor": SensorStatus.SATURATED}])
def test_a_jam_that_looks_broken_is_pain_all_the_same(rate_hz: int, fields: dict[str, Any]) -> None:
    world = Detectors(rate_hz)
    world.watch = world.watch._replace(odd=Odd(wilds_at_s=(-0.1,) * 3, gaps_at_s=(-0.1,) * 2))
    trip, at_s = world.first_trip(lambda t: 20.0 + 30.0 * min(1.0, t / 0.005), 1.0, **fields)
    assert trip in (Trip.RISE, Trip.LEVEL)
    assert at_s <= 0.005 + 2 / rate_hz


@pytest.mark.parametrize("trip", [Trip.RISE, None])
def test_pain_is_asked_only_where_something_may_move(trip: Trip | None) -> None:
    world = Detectors(live=trip is not None)
    found, _ = world.first_trip(lambda t: 20.0 + 30.0 * min(1.0, max(0.0, t / 0.01)), 1.0)
    assert found is trip


def test_a_mode_that_cannot_move_forgets_a_rise() -> None:
    world = Detectors()
    world.watch = world.watch._replace(odd=Odd(rose_at_s=-0.01, over_samples=1))
    world.live = False
    world.feed(CALM_KPA)
    assert world.watch.odd == NOTHING_ODD


# T5.


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(("kpa", "gone"), [(4.1, False), (4.0, False), (3.9, True), (-1.0, True)])
def test_a_foot_is_gone_under_4_kpa_for_100_ms(rate_hz: int, kpa: float, gone: bool) -> None:
    """The median makes the second light sample the first that counts."""
    world = Detectors(rate_hz)
    light_at_s = 1 / rate_hz
    while world.now_s < 0.3:
        at_s = world.now_s
        assert world.feed(breathing(world.tick, kpa - 0.125)) is None
        due = gone and at_s - light_at_s >= 0.1
        assert foot_gone(world.watch, world.limits) is due


def test_one_sample_with_weight_does_not_bring_a_foot_back_but_two_do() -> None:
    world = Detectors()
    world.first_trip(lambda _: 0.0, 0.2)
    world.feed(20.0)
    assert foot_gone(world.watch, world.limits)
    world.feed(20.0)
    assert not foot_gone(world.watch, world.limits)


@pytest.mark.parametrize(("kpa", "gone"), [(5.9, True), (6.0, False)])
def test_foot_gone_follows_its_limit_up_to_what_counts_as_present(kpa: float, gone: bool) -> None:
    world = Detectors(limits=Limits(foot_kpa=6.0))
    world.first_trip(lambda _: kpa, 0.3)
    assert foot_gone(world.watch, world.limits) is gone


def fled(rise_kpa: float, wait_s: float) -> Any:
    """10 kPa, a rise in 15 ms that stays below the reference, a while, and the foot is gone."""

    def shape(at_s: float) -> float:
        if at_s > 0.015 + wait_s:
            return 0.0
        return 10.0 + rise_kpa * min(1.0, max(0.0, at_s / 0.015))

    return shape


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(
    ("rise_kpa", "wait_s", "trip"),
    [(14.0, 0.05, Trip.FLINCH), (14.0, 0.25, Trip.FLINCH), (14.0, 0.4, None), (9.0, 0.05, None)],
)
def test_a_flinch_is_a_rise_and_a_foot_gone_within_300_ms(
    rate_hz: int, rise_kpa: float, wait_s: float, trip: Trip | None
) -> None:
    world = Detectors(rate_hz, calm_kpa=10.0)
    found, at_s = world.first_trip(fled(rise_kpa, wait_s), 1.0)
    assert found is trip
    assert trip is None or at_s == pytest.approx(0.015 + wait_s + 0.1, abs=3 / rate_hz + 1e-9)


def test_a_rise_too_long_ago_is_forgotten_so_that_calm_can_return() -> None:
    world = Detectors()
    world.watch = world.watch._replace(odd=Odd(rose_at_s=-0.4))
    world.feed(CALM_KPA)
    assert world.watch.odd.rose_at_s == -0.4
    world.feed(CALM_KPA)
    assert world.watch.odd is NOTHING_ODD


# T8.


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(("kpa", "over"), [(32.4, False), (32.5, False), (32.6, True)])
def test_an_overload_is_over_1_3_times_the_reference_for_300_ms(
    rate_hz: int, kpa: float, over: bool
) -> None:
    world = Detectors(rate_hz, calm_kpa=30.0, rolling=False)
    heavy_at_s = 1 / rate_hz
    for _ in range(rate_hz // 2):
        at_s = world.now_s
        assert world.feed(kpa) is None
        assert overloaded(world.watch, world.limits) is (over and at_s - heavy_at_s >= 0.3)
    world.feed(30.0)
    world.feed(30.0)
    assert not overloaded(world.watch, world.limits)


def test_nothing_is_overloaded_where_nothing_may_move() -> None:
    world = Detectors(live=False, rolling=False)
    world.first_trip(lambda _: 39.0, 1.0)
    assert not overloaded(world.watch, world.limits)


# A steady foot.


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(
    ("kpa", "present"), [(5.9, False), (6.0, True), (20.0, True), (40.0, True), (40.1, False)]
)
def test_a_foot_is_steady_within_6_to_40_kpa_for_2_s(
    rate_hz: int, kpa: float, present: bool
) -> None:
    world = Detectors(rate_hz, live=False, rolling=False, calm_kpa=5.0)
    for _ in range(ticks(2.5, rate_hz)):
        at_s = world.now_s
        assert world.feed(kpa) is None
        assert steady(world.watch, world.limits) is (present and at_s - 1 / rate_hz >= 2.0)
    world.feed(5.0)
    world.feed(5.0)
    assert not steady(world.watch, world.limits)


def test_the_resting_load_is_a_slow_mean() -> None:
    world = Detectors(250, live=False, rolling=False)
    world.first_trip(lambda _: 30.0, 0.5)
    assert 26.0 < world.watch.resting_kpa < 26.7  # 1 - 1/e of the way
    world.first_trip(lambda _: 30.0, 2.5)
    assert world.watch.resting_kpa == pytest.approx(30.0, abs=0.1)


def test_a_long_gap_makes_the_mean_jump_and_not_overshoot() -> None:
    world = Detectors(250, live=False, rolling=False)
    world.watch = world.watch._replace(older_kpa=40.0, last_kpa=40.0)
    world.give(sample_of(40.0, 5.0), 5.0)
    assert world.watch.resting_kpa == pytest.approx(40.0)


# T9: silence, gaps, time running backwards, frozen.


@pytest.mark.hazard("blind/silent")
@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(
    ("age_s", "trip"),
    [
        (0.0, None),
        (0.0199, None),
        (0.020, None),
        (0.0201, Trip.SENSOR_SILENT),
        (5.0, Trip.SENSOR_SILENT),
        (inf, Trip.SENSOR_SILENT),
        (-inf, Trip.SENSOR_SILENT),
    ],
)
def test_no_new_sample_for_20_ms_is_a_fault(rate_hz: int, age_s: float, trip: Trip | None) -> None:
    """The same sample comes again; or none was taken since before the lead-in."""
    limits = Limits(tick_s=1 / rate_hz)
    sample = sample_of(CALM_KPA, 0.0 - age_s)
    watch = Watch(-0.001, sample.taken_at_s, CALM_KPA, CALM_KPA, changed_at_s=-0.001)
    assert look(watch, sample, True, True, 25.0, limits, 0.0)[1] is trip


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_sample_may_be_taken_up_to_one_tick_after_the_tick_began(rate_hz: int) -> None:
    for ahead_ticks, trip in ((0.5, None), (1.0, None), (1.1, Trip.SENSOR_SILENT)):
        world = Detectors(rate_hz)
        ahead = sample_of(CALM_KPA, ahead_ticks / rate_hz)
        assert world.give(ahead, 0.0) is trip


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_sensor_that_repeats_itself_is_silent_after_20_ms(rate_hz: int) -> None:
    world = Detectors(rate_hz)
    last = sample_of(CALM_KPA, world.now_s - 1 / rate_hz)
    while (age_s := world.now_s - last.taken_at_s) <= 0.03:
        trip = world.give(last)
        assert trip is (None if age_s <= 0.02 else Trip.SENSOR_SILENT)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("back_s", [0.0001, 0.001, 1.0])
def test_time_that_runs_backwards_is_a_fault(rate_hz: int, back_s: float) -> None:
    world = Detectors(rate_hz)
    before_s = world.watch.sample_at_s
    assert world.give(sample_of(CALM_KPA, before_s - back_s)) is Trip.SENSOR_BACKWARDS


def test_a_time_that_is_no_number_is_a_fault() -> None:
    assert Detectors().give(sample_of(CALM_KPA, nan), 0.0) is Trip.SENSOR_SILENT


@pytest.mark.parametrize("rate_hz", [250, 500, 1000])
def test_three_gaps_in_a_second_are_a_fault(rate_hz: int) -> None:
    world = Detectors(rate_hz)
    repeats = ticks(0.0101, rate_hz) - 1
    for trip in (None, None, Trip.SENSOR_GAPS):
        world.calm(0.1)
        old = sample_of(breathing(world.tick - 1), world.watch.sample_at_s)
        assert [world.give(old) for _ in range(repeats)] == [None] * repeats
        assert world.feed(breathing(world.tick)) is trip


@pytest.mark.hazard("blind/frozen")
@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("rolling", [True, False])
def test_the_same_value_for_200_ms_is_a_fault_while_rolling(rate_hz: int, rolling: bool) -> None:
    world = Detectors(rate_hz, rolling=rolling)
    trip, at_s = world.first_trip(lambda _: 21.0, 1.0, noise_kpa=0.0)
    assert (trip, at_s) == ((Trip.SENSOR_FROZEN, 0.2) if rolling else (None, 1.0))


# T13.


@pytest.mark.hazard("dead/late")
@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(
    ("late_s", "trip"), [(0.0, None), (0.0199, None), (0.0201, Trip.LATE), (9.0, Trip.LATE)]
)
def test_one_tick_over_20_ms_late_is_a_fault(
    rate_hz: int, late_s: float, trip: Trip | None
) -> None:
    world = Detectors(rate_hz)
    assert world.give(sample_of(CALM_KPA, late_s), late_s) is trip


def late_ticks(world: Detectors, late_s: float, pause_s: float, count: int) -> list[Trip | None]:
    """Ticks that each come `late_s` late, `pause_s` apart; what each says."""
    found, now_s = [], world.now_s
    for _ in range(count):
        for _ in range(ticks(pause_s, world.rate_hz)):
            world.give(sample_of(breathing(world.tick), now_s), now_s)
            now_s += 1 / world.rate_hz
        now_s += late_s
        # the gaps in the samples are T9's; here they count nothing
        world.watch = world.watch._replace(sample_at_s=now_s - 1e-4)
        found.append(world.give(sample_of(breathing(world.tick), now_s), now_s))
        now_s += 1 / world.rate_hz
    return found


@pytest.mark.hazard("dead/late")
@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(
    ("late_s", "pause_s", "last"),
    [
        (0.0099, 0.1, None),
        (0.0101, 0.1, Trip.LATE),
        (0.0101, 0.4, Trip.LATE),
        (0.0101, 0.5, None),  # the first is more than a second ago
        (0.0190, 0.1, Trip.LATE),
    ],
)
def test_three_ticks_over_10_ms_late_within_a_second_are_a_fault(
    rate_hz: int, late_s: float, pause_s: float, last: Trip | None
) -> None:
    assert late_ticks(Detectors(rate_hz), late_s, pause_s, 3) == [None, None, last]


def test_a_clock_that_is_no_number_is_late() -> None:
    assert Detectors().give(sample_of(CALM_KPA, 0.0), nan) is not None


def test_a_clock_that_stands_still_is_late_in_the_third_tick() -> None:
    """No sample would be newer than the last, so nothing would be looked at."""
    world = Detectors(250)
    assert world.give(sample_of(CALM_KPA, 0.004), 0.004) is None
    still = [world.give(sample_of(CALM_KPA, 0.004), 0.004) for _ in range(3)]
    assert still == [None, None, Trip.LATE]


def test_pain_and_faults_are_told_before_lateness() -> None:
    assert Detectors().give(sample_of(nan, 0.05), 0.05) is Trip.SENSOR_NAN
