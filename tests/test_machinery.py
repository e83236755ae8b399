"""T7 and T14: the motor's current, the limit switches and the gate, at and beyond each limit."""

from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.limits import Limits
from controller.machinery import NO_SIGNS, SOUND, Machinery, Signs, attended, model_ma, rested
from controller.watch import Trip
from tests.kernel_world import sample_of

LIMITS = Limits(tick_s=0.001)
DUTY, KPA = 0.25, 20.0
FREE_MA = 240.0 + 2.5 * KPA
EDGE_MA = 1.5 * FREE_MA


class Bench:
    """A machine that rolls toward the toes at a steady duty, tick by tick."""

    def __init__(self, duty: float = DUTY, limits: Limits = LIMITS) -> None:
        self.limits, self.ticks = limits, 0
        self.seen = Machinery(duty=duty)
        self.duty = duty

    def feel(self, seconds: float, **fields: Any) -> Trip | None:
        """So much time with these fields; the first trip."""
        whole: dict[str, Any] = {"motor_current_ma": FREE_MA, **fields}
        for _ in range(round(seconds / self.limits.tick_s)):
            sample = sample_of(KPA, self.ticks * self.limits.tick_s, **whole)
            now_s = self.ticks * self.limits.tick_s
            self.seen, trip = attended(self.seen, self.duty, sample, self.limits, now_s)
            self.ticks += 1
            if trip is not None:
                return trip
        return None


def test_a_sound_machine_leaves_no_trace() -> None:
    bench = Bench()
    before = bench.seen
    assert bench.feel(1.0) is None
    assert bench.seen is before


@pytest.mark.hazard("jam/current")
@pytest.mark.parametrize("current_ma", [EDGE_MA, EDGE_MA + 0.1, nan, inf])
def test_t7_more_current_than_the_model_explains(current_ma: float) -> None:
    bench = Bench()
    assert bench.feel(0.050, motor_current_ma=current_ma) is None or not current_ma < 2000.0
    trip = bench.feel(0.001, motor_current_ma=current_ma)
    if current_ma == EDGE_MA:
        assert trip is None
    elif current_ma < 2000.0:
        assert trip is Trip.MOTOR_STRAINED


def test_t7_less_than_50_ms_is_forgotten() -> None:
    bench = Bench()
    for _ in range(5):
        assert bench.feel(0.049, motor_current_ma=EDGE_MA + 50.0) is None
        assert bench.feel(0.001) is None
    assert bench.seen.signs is NO_SIGNS


@pytest.mark.parametrize(("current_ma", "trips"), [(2000.0, False), (2000.1, True), (nan, True)])
def test_t7_the_motor_may_never_draw_more_than_2_a(current_ma: float, trips: bool) -> None:
    bench = Bench(duty=0.0)
    assert bench.feel(0.020, motor_current_ma=current_ma) is None
    trip = bench.feel(0.040, motor_current_ma=current_ma)
    assert trip is (Trip.MOTOR_OVERDRAWN if trips else None)


def test_t7_a_motor_that_brakes_is_not_strained() -> None:
    """Falling duty, and duty 0: the current flows backward and says nothing."""
    bench = Bench()
    bench.duty = 0.1
    assert bench.feel(0.100, motor_current_ma=1900.0) is None
    assert bench.feel(0.052, motor_current_ma=1900.0) is Trip.MOTOR_STRAINED
    bench = Bench()
    bench.duty = 0.0
    assert bench.feel(1.0, motor_current_ma=1900.0) is None


def test_t7_a_rotor_that_speeds_up_may_draw_more_while_it_does() -> None:
    bench = Bench(duty=0.1)
    bench.duty = 0.11
    rising_ma = 1.5 * (FREE_MA + 200.0)
    assert bench.feel(0.100, motor_current_ma=rising_ma) is None
    assert bench.feel(0.052, motor_current_ma=rising_ma) is Trip.MOTOR_STRAINED
    bench = Bench(duty=0.1)
    bench.duty = -0.2
    assert bench.feel(0.052, motor_current_ma=rising_ma + 1.0) is Trip.MOTOR_STRAINED


@pytest.mark.parametrize(("per_s", "trips"), [(0.19, True), (0.21, False)])
def test_t7_a_duty_that_rises_softly_explains_no_more_current(per_s: float, trips: bool) -> None:
    """Else a bridge that gives full voltage goes unseen for as long as a soft start lasts."""
    bench, found = Bench(duty=0.1), []
    for _ in range(80):
        bench.duty += per_s * LIMITS.tick_s
        found.append(bench.feel(0.001, motor_current_ma=EDGE_MA + 50.0))
    assert (Trip.MOTOR_STRAINED in found) is trips


def test_t7_is_silent_where_no_current_is_measured() -> None:
    assert Bench().feel(1.0, motor_current_ma=None) is None


def test_the_model_knows_no_negative_load() -> None:
    assert model_ma(-5.0, False, LIMITS) == model_ma(0.0, False, LIMITS) == 240.0
    assert model_ma(nan, True, LIMITS) == 440.0


def test_t14_a_gate_that_opens_by_itself() -> None:
    bench = Bench()
    assert bench.feel(0.030, gate_on=False) is None
    assert bench.feel(0.001, gate_on=True) is None
    assert bench.feel(0.030, gate_on=False) is None
    assert bench.feel(0.001, gate_on=False) is Trip.GATE_OFF
    assert Bench().feel(1.0, gate_on=None) is None


def test_t14_both_ends_at_once_in_two_samples() -> None:
    bench = Bench(duty=0.0)
    both = {"heel_end_open": True, "toe_end_open": True}
    assert bench.feel(0.001, **both) is None
    assert bench.feel(0.001, heel_end_open=True) is None
    assert bench.feel(0.001, **both) is None
    assert bench.feel(0.001, **both) is Trip.ENDS_BOTH


@pytest.mark.hazard("jam/ends")
@pytest.mark.parametrize(("duty", "behind"), [(0.2, "heel_end_open"), (-0.2, "toe_end_open")])
def test_t14_a_switch_that_stays_open_behind_the_roller(duty: float, behind: str) -> None:
    bench = Bench(duty)
    assert bench.feel(1.000, **{behind: True}) is None
    assert bench.feel(0.002, **{behind: True}) is Trip.END_STUCK
    bench = Bench(duty)
    assert bench.feel(0.999, **{behind: True}) is None
    assert bench.feel(0.001) is None
    assert bench.feel(0.999, **{behind: True}) is None


@pytest.mark.parametrize(("duty", "ahead"), [(0.2, "toe_end_open"), (-0.2, "heel_end_open")])
def test_t14_the_end_ahead_may_open(duty: float, ahead: str) -> None:
    assert Bench(duty).feel(5.0, **{ahead: True}) is None


CURRENTS = st.sampled_from((None, 0.0, 240.0, 289.0, EDGE_MA, EDGE_MA + 1.0, 900.0, 2500.0, nan))
TICKS = st.lists(
    st.tuples(
        st.sampled_from((DUTY, DUTY, DUTY, 0.0, -DUTY, 0.1)),
        CURRENTS,
        st.sampled_from((True, True, False, None)),
        st.sampled_from((False, False, True)),
        st.sampled_from((False, False, True)),
        st.integers(1, 30),
    ),
    max_size=20,
)


@given(TICKS)
def test_the_shortcut_never_changes_the_answer(ticks: list[tuple[Any, ...]]) -> None:
    short = long = SOUND
    tick = 0
    for duty, current_ma, gate_on, heel, toe, count in ticks:
        sample = sample_of(
            KPA, 0.0, motor_current_ma=current_ma, gate_on=gate_on, heel_end_open=heel,
            toe_end_open=toe,
        )  # fmt: skip
        for _ in range(count):
            now_s = tick * LIMITS.tick_s
            tick += 1
            short, told = attended(short, duty, sample, LIMITS, now_s)
            slow = long._replace(signs=Signs(*long.signs))  # equal, but not the same object
            long, expected = attended(slow, duty, sample, LIMITS, now_s)
            assert (short, told) == (long, expected)
            if told is not None:
                return


# Where nothing may move.


def at_rest(seconds: float, testing: bool = False, **fields: Any) -> Trip | None:
    """So much time in a mode that may not move."""
    seen = SOUND
    for tick in range(round(seconds / LIMITS.tick_s)):
        now_s = tick * LIMITS.tick_s
        seen, trip = rested(seen, testing, sample_of(KPA, now_s, **fields), LIMITS, now_s)
        if trip is not None:
            return trip
    return None


@pytest.mark.hazard("powered/sensed")
def test_t14_a_gate_that_stays_on_at_rest() -> None:
    assert at_rest(0.052, gate_on=True) is None
    assert at_rest(0.054, gate_on=True) is Trip.GATE_ON
    assert at_rest(1.0, gate_on=True, testing=True) is None, "the self-test judges it itself"
    assert at_rest(1.0, gate_on=False) is at_rest(1.0, gate_on=None) is None


def test_t14_both_ends_are_nowhere_also_at_rest() -> None:
    both = {"heel_end_open": True, "toe_end_open": True}
    assert at_rest(0.001, gate_on=False, **both) is None
    assert at_rest(0.002, gate_on=False, **both) is Trip.ENDS_BOTH


def test_at_rest_a_sound_machine_leaves_no_trace() -> None:
    sample = sample_of(KPA, 0.0, gate_on=False, heel_end_open=True)
    seen, trip = rested(SOUND._replace(duty=0.3), False, sample, LIMITS, 0.0)
    assert (seen, trip) == (SOUND, None)


def test_t7_a_duty_that_fades_slowly_hides_no_jam() -> None:
    """Strokes that fall to rest lower the duty every 10 ms."""
    bench = Bench(duty=0.3)
    trips = []
    for _ in range(20):
        bench.duty -= 0.002
        trips.append(bench.feel(0.010, motor_current_ma=1900.0))
    assert Trip.MOTOR_STRAINED in trips[:8]
