"""What the motor gets: soft, slewed, never past a limit, never from nonsense."""

from itertools import pairwise
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.limits import LEVELS, Limits
from controller.modes import Mode, Request
from controller.motion import duty_of, level_of, moved, speed_of, wanted_duty
from hardware.roller import BRAKE, REST, Buttons, Drive
from tests.kernel_world import RATES_HZ, REFERENCE_KPA, World, sample_of, world_in

LIMITS = Limits()
SAMPLE = sample_of(20.0, 0.0)
STANDING = Drive(0.0, True, True, True, False, REFERENCE_KPA)
RUNNING = world_in(Mode.RUNNING)


def wanted(speed_cm_s: float, level: int = 5, mode: Mode = Mode.RUNNING, **fields: Any) -> float:
    state = RUNNING.state._replace(mode=mode)
    request = Request(speed_cm_s=speed_cm_s, level=level)
    return wanted_duty(state, request, sample_of(20.0, 0.0, **fields), LIMITS)


# Speed and duty.


def test_a_speed_needs_its_duty_on_top_of_what_turns_the_motor() -> None:
    assert duty_of(0.0, LIMITS) == LIMITS.breakaway_duty
    assert duty_of(LIMITS.free_speed_cm_s, LIMITS) == pytest.approx(1.0)
    half = (1.0 + LIMITS.breakaway_duty) / 2
    assert duty_of(LIMITS.free_speed_cm_s / 2, LIMITS) == pytest.approx(half)


def test_no_duty_is_more_than_the_whole_supply() -> None:
    assert duty_of(1000.0, LIMITS) == 1.0


@given(speed_cm_s=st.floats(0.01, 20.0), toward_heel=st.booleans())
def test_an_unloaded_carriage_goes_as_fast_as_its_duty_was_meant(
    speed_cm_s: float, toward_heel: bool
) -> None:
    sign = -1.0 if toward_heel else 1.0
    duty = sign * duty_of(speed_cm_s, LIMITS)
    assert speed_of(duty, 0.0, LIMITS) == pytest.approx(sign * speed_cm_s)


@given(duty=st.floats(-1.0, 1.0), kpa=st.floats(0.0, 100.0))
def test_a_load_only_slows_and_never_turns_round(duty: float, kpa: float) -> None:
    free, loaded = speed_of(duty, 0.0, LIMITS), speed_of(duty, kpa, LIMITS)
    assert abs(loaded) <= abs(free)
    assert loaded * duty >= 0.0
    assert speed_of(-duty, kpa, LIMITS) == pytest.approx(-loaded)


def test_too_little_duty_does_not_turn() -> None:
    lost = LIMITS.breakaway_duty
    for duty in (0.0, lost, -lost, lost / 2):
        assert speed_of(duty, 0.0, LIMITS) == 0.0
    assert speed_of(lost + 0.01, 0.0, LIMITS) > 0.0 > speed_of(-lost - 0.01, 0.0, LIMITS)
    loaded = lost + 20.0 * LIMITS.load_duty_per_kpa
    assert speed_of(loaded - 1e-6, 20.0, LIMITS) == 0.0
    assert speed_of(loaded + 0.01, 20.0, LIMITS) == pytest.approx(
        speed_of(lost + 0.01, 0.0, LIMITS)
    )


@pytest.mark.parametrize("kpa", [nan, -3.0])
def test_a_load_that_is_none_takes_nothing(kpa: float) -> None:
    assert speed_of(0.3, kpa, LIMITS) == speed_of(0.3, 0.0, LIMITS)


# The level.


@pytest.mark.parametrize("level", LEVELS)
def test_a_whole_machine_has_every_level(level: int) -> None:
    assert level_of(Request(level=level), SAMPLE, LIMITS) == level


@pytest.mark.parametrize("level", [0, 11, -1, 2.5, nan, inf, None, "5"])
def test_what_is_no_level_is_the_lowest(level: Any) -> None:
    assert level_of(Request(level=level), SAMPLE, LIMITS) == 1


@pytest.mark.parametrize("fields", [{"pressure_b_kpa": None}, {"gate_on": None}])
@pytest.mark.parametrize(("level", "applies"), [(1, 1), (2, 2), (3, 3), (4, 3), (10, 3), (99, 1)])
def test_without_second_channel_or_gate_level_3_is_the_highest(
    fields: dict[str, None], level: int, applies: int
) -> None:
    sample = sample_of(20.0, 0.0, **fields)
    assert level_of(Request(level=level), sample, LIMITS) == applies
    assert level_of(Request(level=level), sample, Limits(single_level=1)) == 1


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_no_wish_is_faster_than_its_level(level: int, sign: float) -> None:
    top_cm_s = LEVELS[level].speed_cm_s
    for speed_cm_s, given_cm_s in (
        (top_cm_s - 0.01, top_cm_s - 0.01),
        (top_cm_s, top_cm_s),
        (top_cm_s + 0.01, top_cm_s),
        (1e9, top_cm_s),
    ):
        assert wanted(sign * speed_cm_s, level) == sign * duty_of(given_cm_s, LIMITS)


def test_an_eased_state_is_slower_by_its_share() -> None:
    state = RUNNING.state
    state = state._replace(sitting=state.sitting._replace(ease=0.8))
    assert wanted_duty(state, Request(speed_cm_s=9.0, level=5), SAMPLE, LIMITS) == duty_of(
        4.0, LIMITS
    )


def test_the_carriage_has_its_own_top_speed() -> None:
    slow = Limits(top_speed_cm_s=4.0)
    request = Request(speed_cm_s=10.0, level=10)
    assert wanted_duty(RUNNING.state, request, SAMPLE, slow) == duty_of(4.0, slow)


@pytest.mark.parametrize("level", [1, 10])
def test_service_is_slow_at_any_level(level: int) -> None:
    for sign in (1.0, -1.0):
        assert wanted(sign * 9.0, level, Mode.SERVICE) == sign * duty_of(2.0, LIMITS)


@pytest.mark.parametrize("speed_cm_s", [nan, inf, -inf, 0.0, -0.0])
@pytest.mark.parametrize("mode", [Mode.RUNNING, Mode.SERVICE])
def test_what_is_no_speed_moves_nothing(speed_cm_s: float, mode: Mode) -> None:
    assert wanted(speed_cm_s, mode=mode) == 0.0
    world = world_in(mode)
    assert world.drive.duty != 0.0 or mode is Mode.SERVICE
    for _ in range(20):
        world.tick(
            0.0 if mode is Mode.SERVICE else None,
            world.request._replace(speed_cm_s=speed_cm_s),
            buttons=Buttons(start=True),
        )
        assert world.drive == STANDING


@pytest.mark.parametrize("mode", [Mode.RUNNING, Mode.SERVICE])
def test_no_wish_drives_into_an_open_limit_switch(mode: Mode) -> None:
    assert wanted(3.0, mode=mode, toe_end_open=True) == 0.0
    assert wanted(-3.0, mode=mode, heel_end_open=True) == 0.0
    assert wanted(3.0, mode=mode, heel_end_open=True) > 0.0
    assert wanted(-3.0, mode=mode, toe_end_open=True) < 0.0
    for speed_cm_s in (3.0, -3.0):
        assert wanted(speed_cm_s, mode=mode, heel_end_open=True, toe_end_open=True) == 0.0


@pytest.mark.parametrize(("level", "applies"), [(1, 1), (4, 4), (5, 4), (10, 4)])
def test_a_machine_may_offer_fewer_levels(level: int, applies: int) -> None:
    few = Limits(top_level=4)
    assert level_of(Request(level=level), SAMPLE, few) == applies
    alone = sample_of(20.0, 0.0, gate_on=None)
    assert level_of(Request(level=level), alone, few) == min(applies, 3)
    assert level_of(Request(level=level), alone, Limits(top_level=2)) == min(applies, 2)


# From tick to tick.


def rolling(rate_hz: int, speed_cm_s: float, level: int = 5) -> World:
    """At a steady speed at t = 0."""
    world = World(rate_hz, request=RUNNING.request._replace(speed_cm_s=speed_cm_s, level=level))
    sign = 1.0 if speed_cm_s > 0.0 else -1.0
    assert world.drive.duty == pytest.approx(sign * duty_of(abs(speed_cm_s), LIMITS))
    return world


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_duty_rises_by_1_per_second_at_the_most(rate_hz: int, sign: float) -> None:
    world = World(rate_hz).steadily(0.0)
    world.request = world.request._replace(speed_cm_s=sign * 10.0, level=10)
    world.calm(0.15)
    duties = [drive.duty for drive in world.drives[-round(0.15 * rate_hz) - 1 :]]
    steps = [abs(after) - abs(before) for before, after in pairwise(duties)]
    assert max(steps) <= 1.0 / rate_hz + 1e-9
    assert max(steps) == pytest.approx(1.0 / rate_hz)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_duty_falls_as_fast_as_it_likes(sign: float) -> None:
    world = rolling(250, sign * 5.0)
    world.steadily(sign * 0.5).tick()
    assert world.drive.duty == pytest.approx(sign * duty_of(0.5, LIMITS))
    world.steadily(0.0).tick()
    assert world.drive == STANDING


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_reversal_stands_at_0_for_100_ms(rate_hz: int, sign: float) -> None:
    world = rolling(rate_hz, sign * 5.0)
    seen = len(world.drives)
    world.steadily(sign * -5.0).calm(0.4)
    duties = [drive.duty for drive in world.drives[seen:]]
    still = next(tick for tick, duty in enumerate(duties) if duty != 0.0)
    assert 0.1 - 1e-9 <= still / rate_hz <= 0.1 + 1.1 / rate_hz
    assert duties[still] * sign < 0.0
    assert all(drive.brake and drive.gate for drive in world.drives[seen : seen + still])


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_reversal_over_a_pause_needs_no_more_dead_time_than_is_left(rate_hz: int) -> None:
    world = rolling(rate_hz, 5.0)
    world.steadily(0.0).calm(0.05)
    seen = len(world.drives)
    world.steadily(-5.0).calm(0.2)
    still = next(tick for tick, drive in enumerate(world.drives[seen:]) if drive.duty != 0.0)
    assert 0.05 - 1.1 / rate_hz <= still / rate_hz <= 0.05 + 1.1 / rate_hz


def test_going_on_the_same_way_needs_no_dead_time() -> None:
    world = rolling(250, 5.0)
    world.steadily(0.0).tick()
    world.steadily(5.0).tick()
    assert world.drive.duty == pytest.approx(0.004)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("level", [3, 5, 10])
def test_a_soft_start_gains_2_cm_s_every_second_at_the_most(rate_hz: int, level: int) -> None:
    world = world_in(Mode.SOFT_START, rate_hz)
    world.request = world.request._replace(level=level, speed_cm_s=9.0)
    seen = len(world.drives)
    top_cm_s = min(9.0, LEVELS[level].speed_cm_s)
    took_s = world.until(Mode.RUNNING, 6.0)
    speeds = [speed_of(drive.duty, 0.0, LIMITS) for drive in world.drives[seen - 1 :]]
    gains = [(after - before) * rate_hz for before, after in pairwise(speeds)]
    assert max(gains) <= 2.0 + 1e-6
    assert max(gains) == pytest.approx(2.0)
    assert took_s >= top_cm_s / 2.0
    assert speeds[-1] == pytest.approx(top_cm_s)


def test_a_soft_start_that_is_asked_for_nothing_waits() -> None:
    world = world_in(Mode.SOFT_START)
    world.steadily(0.0).calm(1.0)
    assert (world.state.mode, world.drive.duty) == (Mode.SOFT_START, 0.0)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_winding_down_is_a_straight_line_to_0_in_half_a_second(rate_hz: int, sign: float) -> None:
    world = rolling(rate_hz, sign * 5.0)
    full = world.drive.duty
    world.ask(end=True)
    began_s = world.state.since_s
    while world.state.mode is Mode.WINDING_DOWN:
        left = 1.0 - (world.state.watch.now_s - began_s) / 0.5
        # the line begins one tick before the mode, at the last duty
        assert abs(world.drive.duty) <= abs(full)
        assert world.drive.duty == pytest.approx(full * left, abs=abs(full) * 2.1 / rate_hz / 0.5)
        assert world.drive.gate
        world.tick()
    assert world.drive == BRAKE
    assert world.state.watch.now_s - began_s == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize(("sign", "switch"), [(1.0, "toe_end_open"), (-1.0, "heel_end_open")])
def test_winding_down_stops_at_an_open_limit_switch(sign: float, switch: str) -> None:
    world = rolling(250, sign * 5.0)
    world.ask(end=True)
    world.calm(0.1)
    assert world.drive.duty * sign > 0.0
    fields: dict[str, Any] = {switch: True}
    world.tick(**fields)
    assert world.drive == STANDING
    other: dict[str, Any] = {"heel_end_open" if sign > 0.0 else "toe_end_open": True}
    world = rolling(250, sign * 5.0)
    world.ask(end=True)
    world.tick(**other)
    assert world.drive.duty * sign > 0.0


def test_a_wish_while_winding_down_changes_nothing() -> None:
    world, quiet = (rolling(250, 5.0) for _ in range(2))
    for one in (world, quiet):
        one.ask(end=True)
    for speed_cm_s in (10.0, -10.0, nan):
        world.steadily(speed_cm_s).tick()
        quiet.tick()
        assert world.drive == quiet.drive


@pytest.mark.parametrize("mode", Mode)
def test_only_a_mode_that_may_move_gets_a_duty_and_the_gate(mode: Mode) -> None:
    state = RUNNING.state._replace(mode=mode, duty=0.1, since_s=0.0)
    watch = RUNNING.state.watch._replace(now_s=0.004)
    after, drive = moved(state, RUNNING.request, SAMPLE, watch, LIMITS)
    assert (drive.duty != 0.0) is mode.moving
    assert drive.gate is mode.moving
    assert after.duty == drive.duty
    assert after.watch is watch
    assert after.driven_at_s == 0.004
    assert after.rolled_s == pytest.approx(
        state.rolled_s + (0.004 - state.watch.now_s if mode.moving else 0.0)
    )


@pytest.mark.parametrize(
    ("asked", "told"), [(25.0, 25.0), (2.0, 6.0), (90.0, 40.0), (nan, 6.0), (-inf, 6.0)]
)
def test_the_machine_is_told_what_pressure_is_expected_while_it_moves(
    asked: float, told: float
) -> None:
    request = RUNNING.request._replace(reference_kpa=asked)
    watch = RUNNING.state.watch._replace(now_s=0.004)
    state = RUNNING.state
    assert moved(state, request, SAMPLE, watch, LIMITS)[1].reference_kpa == told
    held = state._replace(mode=Mode.HOLD)
    assert moved(held, request, SAMPLE, watch, LIMITS)[1].reference_kpa == 0.0


def test_heading_and_the_last_drive_are_remembered_while_it_stands() -> None:
    world = rolling(250, -5.0)
    world.steadily(0.0).calm(1.0)
    assert world.state.heading == -1.0
    assert world.state.driven_at_s == 0.0
    world.steadily(5.0).calm(0.1)
    assert world.state.heading == 1.0


def test_at_rest_the_driver_is_off() -> None:
    world = world_in(Mode.HOLD)
    world.calm(0.5)
    assert world.drive == REST


@given(
    wishes=st.lists(
        st.tuples(
            st.sampled_from((0.0, 2.0, 5.0, 10.0, -2.0, -5.0, -10.0, nan)),
            st.integers(1, 60),
            st.sampled_from(("", "", "toe_end_open", "heel_end_open")),
        ),
        max_size=8,
    ),
    rate_hz=st.sampled_from(RATES_HZ),
)
def test_whatever_is_wished_slew_and_dead_time_hold(
    wishes: list[tuple[float, int, str]], rate_hz: int
) -> None:
    world = World(rate_hz, lead_in_s=0.1, request=RUNNING.request._replace(level=10))
    for speed_cm_s, count, switch in wishes:
        world.steadily(speed_cm_s)
        fields: dict[str, Any] = {switch: True} if switch else {}
        for _ in range(count):
            world.tick(**fields)
    duties = [drive.duty for drive in world.drives]
    for before, after in pairwise(duties):
        assert abs(after) - abs(before) <= 1.0 / rate_hz + 1e-9
        assert before * after >= 0.0
    turned = [tick for tick, duty in enumerate(duties) if duty != 0.0]
    for before, after in pairwise(turned):
        if duties[before] * duties[after] < 0.0:
            assert (after - before - 1) / rate_hz >= 0.1 - 1e-9
