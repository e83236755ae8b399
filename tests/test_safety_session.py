"""No start without a session, a steady foot, an accepted load and a journal; and every end."""

from math import inf
from typing import Any

import pytest

from controller.limits import LEVELS, Limits
from controller.modes import NO_COURSE, Mode, Sitting
from controller.safety import Reason
from controller.selftest import Phase, SelfTest
from hardware.roller import Buttons
from tests.kernel_world import (
    CALM_KPA,
    OPEN,
    RATES_HZ,
    SELF_TEST_S,
    World,
    resting_world,
    ticks,
    world_in,
)

HELD = Buttons(start=True)


def recorded(world: World) -> World:
    """The journal has written what the kernel opened."""
    world.request = world.request._replace(recorded=world.state.sitting.number)
    return world


# The press of the device's own button.


def test_a_press_opens_a_session() -> None:
    world = resting_world(kpa=0.0)
    world.ask(press=True)
    sitting = world.state.sitting
    assert (sitting.number, sitting.opened_at_s, sitting.start_until_s) == (1, 0.0, -inf)
    assert world.state.mode is Mode.IDLE


@pytest.mark.parametrize("wish", ["start", "resume", "service", "acknowledge", "change"])
def test_nothing_else_opens_one(wish: str) -> None:
    world = resting_world()
    for _ in range(5):
        world.ask(**{wish: True})
    assert world.state.sitting == Sitting()
    assert world.state.mode is Mode.IDLE


def test_a_press_with_the_foot_on_opens_and_starts() -> None:
    world = resting_world()
    world.ask(press=True)
    assert world.state.sitting.opened_at_s == 0.0
    recorded(world)
    world.until(Mode.SOFT_START, SELF_TEST_S)


@pytest.mark.parametrize(("steady_after_s", "starts"), [(1.0, True), (2.9, True), (3.1, False)])
def test_a_press_with_a_foot_just_laid_on_starts_within_3_s(
    steady_after_s: float, starts: bool
) -> None:
    world = resting_world(250, kpa=0.0)
    world.calm(2.0 - steady_after_s if steady_after_s < 2.0 else 0.05, CALM_KPA)
    world.ask(press=True)
    recorded(world)
    # while it is restless, the 2 s begin again
    world.calm(max(0.0, steady_after_s - 2.0), 41.0)
    world.calm(2.2, CALM_KPA)
    assert world.state.mode is (Mode.SOFT_START if starts else Mode.ARMED)


def test_a_press_without_a_foot_needs_a_second_one_to_start() -> None:
    world = resting_world(kpa=0.0)
    world.ask(press=True)
    recorded(world)
    assert world.calm(2.5, CALM_KPA).mode is Mode.ARMED
    assert world.ask(press=True).mode is Mode.SOFT_START


def test_a_press_in_an_open_session_opens_no_other() -> None:
    world = world_in(Mode.ARMED)
    world.ask(press=True)
    assert (world.state.sitting.number, world.state.mode) == (1, Mode.SOFT_START)
    world.ask(press=True)
    assert (world.state.sitting.number, world.state.mode) == (1, Mode.HOLD)
    world.ask(press=True)
    assert (world.state.sitting.number, world.state.mode) == (1, Mode.SOFT_START)


def test_an_opening_press_is_used_up_by_the_start() -> None:
    world = resting_world()
    world.ask(press=True)
    recorded(world)
    world.until(Mode.SOFT_START, SELF_TEST_S)
    world.ask(end=True)
    world.until(Mode.IDLE, 0.6)
    world.calm(2.5)
    assert world.state.mode is Mode.IDLE
    assert world.state.sitting.start_until_s == -inf


def test_every_session_has_its_number() -> None:
    world = resting_world()
    for number in (1, 2, 3):
        world.ask(press=True)
        assert world.state.sitting.number == number
        recorded(world)
        world.until(Mode.SOFT_START, SELF_TEST_S)
        world.ask(end=True)
        world.until(Mode.IDLE, 0.6)
        world.calm(0.2, 0.0)
        world.calm(2.1)


def test_a_session_begins_with_no_time_spent() -> None:
    world = resting_world()
    world.state = world.state._replace(rolled_s=599.0)
    world.ask(press=True)
    assert world.state.rolled_s == 0.0


# What a start needs.


def armed(**changes: Any) -> World:
    return resting_world(sitting=OPEN, **changes)


@pytest.mark.parametrize("wish", ["start", "press"])
@pytest.mark.parametrize(("recorded_number", "starts"), [(0, False), (1, True), (2, False)])
def test_no_start_before_the_session_is_on_disk(
    wish: str, recorded_number: int, starts: bool
) -> None:
    world = armed()
    world.request = world.request._replace(recorded=recorded_number)
    world.ask(**{wish: True})
    assert (world.state.mode is Mode.SOFT_START) is starts


def test_no_way_on_when_the_session_is_not_on_disk() -> None:
    world = world_in(Mode.HOLD)
    world.calm(2.1)
    world.request = world.request._replace(recorded=0)
    world.ask(resume=True)
    assert world.state.mode is Mode.HOLD


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("over_kpa", "starts"), [(-0.5, True), (-0.1, True), (0.2, False)])
def test_no_start_above_the_load_that_the_level_accepts(
    level: int, over_kpa: float, starts: bool
) -> None:
    kpa = LEVELS[level].resting_kpa + over_kpa - 0.0625
    if kpa > 39.8:
        return
    world = armed(kpa=kpa)
    world.calm(2.0)
    world.request = world.request._replace(level=level)
    world.ask(start=True)
    assert (world.state.mode is Mode.SOFT_START) is starts


@pytest.mark.parametrize("fields", [{"pressure_b_kpa": None}, {"gate_on": None}])
def test_without_second_channel_or_gate_the_load_of_level_3_is_the_most(
    fields: dict[str, None],
) -> None:
    for kpa, starts in ((17.5, True), (18.5, False)):
        world = armed(kpa=kpa)
        world.request = world.request._replace(level=10, start=True)
        world.tick(**fields)
        assert (world.state.mode is Mode.SOFT_START) is starts


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_no_start_before_the_foot_was_steady_for_2_s(rate_hz: int) -> None:
    world = resting_world(rate_hz, kpa=2.0, sitting=OPEN)
    began_s = world.now_s
    request = world.request._replace(start=True)
    while not world.state.mode.moving:
        assert world.now_s < 3.0
        world.tick(CALM_KPA + world.tick_number % 2 / 8, request)
    took_s = world.now_s - 1 / rate_hz - began_s
    assert 2.0 <= took_s <= 2.0 + 3.1 / rate_hz  # median, armed, started


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_no_way_on_before_the_foot_was_steady_for_2_s(rate_hz: int) -> None:
    world = World(rate_hz)
    world.calm(0.3, 0.0)
    assert world.state.mode is Mode.HOLD
    began_s = world.now_s
    while world.state.mode is Mode.HOLD:
        assert world.now_s - began_s < 3.0
        world.ask(resume=True)
    assert world.now_s - 1 / rate_hz - began_s >= 2.0


def test_in_hold_a_start_means_nothing() -> None:
    world = world_in(Mode.HOLD)
    world.calm(2.1)
    world.ask(start=True)
    assert world.state.mode is Mode.HOLD


def test_when_armed_a_continue_means_nothing() -> None:
    world = world_in(Mode.ARMED)
    world.ask(resume=True)
    assert world.state.mode is Mode.ARMED


def test_a_foot_that_moves_disarms_and_keeps_the_session() -> None:
    world = world_in(Mode.ARMED)
    assert world.calm(0.05, 41.0).mode is Mode.IDLE
    assert world.state.sitting == OPEN._replace(opened_at_s=world.state.sitting.opened_at_s)
    assert world.state.sitting.opened_at_s is not None
    assert world.calm(2.2).mode is Mode.ARMED


# Every end.


@pytest.mark.parametrize("mode", [Mode.ARMED, Mode.SOFT_START, Mode.RUNNING, Mode.EASED, Mode.HOLD])
@pytest.mark.parametrize(("wish", "why"), [("end", Reason.ENDED), ("finished", Reason.FINISHED)])
def test_an_end_ends_every_mode_of_a_session(mode: Mode, wish: str, why: Reason) -> None:
    world = world_in(mode)
    world.ask(**{wish: True})
    assert world.state.mode is (Mode.WINDING_DOWN if mode.moving else Mode.IDLE)
    assert (world.state.sitting.opened_at_s, world.state.sitting.why) == (None, why)
    world.until(Mode.IDLE, 0.6)
    assert world.state.sitting.why is why
    world.calm(3.0)
    assert world.state.mode is Mode.IDLE


def test_a_person_who_ends_is_told_so_even_when_the_program_is_over() -> None:
    world = world_in(Mode.RUNNING)
    world.ask(end=True, finished=True)
    assert world.state.sitting.why is Reason.ENDED


@pytest.mark.parametrize(("rolled_s", "over"), [(599.9, False), (600.0, True), (601.0, True)])
def test_a_foot_is_rolled_for_10_min(rolled_s: float, over: bool) -> None:
    world = world_in(Mode.RUNNING)
    world.state = world.state._replace(rolled_s=rolled_s, course=NO_COURSE)
    world.tick()
    assert world.state.mode is (Mode.WINDING_DOWN if over else Mode.RUNNING)
    assert world.state.sitting.why is (Reason.TIME if over else None)


@pytest.mark.parametrize(("open_s", "over"), [(1199.9, False), (1200.0, True), (1201.0, True)])
@pytest.mark.parametrize("mode", [Mode.ARMED, Mode.RUNNING, Mode.EASED, Mode.HOLD])
def test_a_session_lasts_20_min_by_the_clock(mode: Mode, open_s: float, over: bool) -> None:
    world = world_in(mode)
    world.state = world.state._replace(
        sitting=world.state.sitting._replace(opened_at_s=world.now_s - open_s)
    )
    world.tick()
    after = Mode.WINDING_DOWN if mode.moving else Mode.IDLE
    assert world.state.mode is (after if over else mode)
    assert not over or world.state.sitting.why is Reason.TIME


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_time_of_the_foot_counts_in_moving_modes_only(rate_hz: int) -> None:
    world = World(rate_hz)
    before_s = world.state.rolled_s
    assert before_s == pytest.approx(0.5)
    world.calm(1.0)
    world.ask(pause=True)
    world.calm(1.0)
    assert world.state.rolled_s == pytest.approx(before_s + 1.0, abs=2.1 / rate_hz)


@pytest.mark.parametrize("rate_hz", [100, 250])
def test_a_hold_gives_up_after_2_min(rate_hz: int) -> None:
    world = world_in(Mode.HOLD, rate_hz)
    world.state = world.state._replace(since_s=world.now_s - 119.9)
    world.calm(0.08)
    assert world.state.mode is Mode.HOLD
    world.calm(0.05)
    assert (world.state.mode, world.state.sitting.why) == (Mode.IDLE, Reason.AWAY)
    assert world.state.sitting.opened_at_s is None


@pytest.mark.parametrize("mode", [Mode.IDLE, Mode.HOLD])
@pytest.mark.parametrize(("away_s", "closed"), [(119.0, False), (120.5, True)])
def test_a_foot_away_for_2_min_closes_the_session(mode: Mode, away_s: float, closed: bool) -> None:
    world = resting_world(kpa=0.0)
    world.state = world.state._replace(
        mode=mode,
        since_s=world.now_s,
        watch=world.state.watch._replace(light_since_s=world.now_s - away_s),
        sitting=OPEN._replace(opened_at_s=-500.0),
    )
    world.tick()
    assert world.state.mode is (Mode.IDLE if closed else mode)
    assert (world.state.sitting.opened_at_s is None) is closed
    assert world.state.sitting.why is (Reason.AWAY if closed else None)


def test_the_2_min_begin_with_the_opening_of_the_session() -> None:
    world = resting_world(kpa=0.0)
    watch = world.state.watch._replace(light_since_s=-9999.0)
    world.state = world.state._replace(watch=watch)
    world.ask(press=True)
    world.calm(5.0)
    assert world.state.sitting.opened_at_s == 0.0
    world.tick_number += ticks(116.0, world.rate_hz)
    world.tick(0.1)
    assert world.state.sitting.opened_at_s is None


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_winding_down_takes_half_a_second_at_the_most(rate_hz: int) -> None:
    world = world_in(Mode.RUNNING, rate_hz)
    world.ask(end=True)
    assert world.until(Mode.IDLE) <= 0.5 + 1e-9
    world = world_in(Mode.RUNNING, rate_hz)
    world.ask(end=True)
    world.until(Mode.IDLE, 0.2, kpa=0.0)  # a foot that is gone needs no winding down


def test_while_winding_down_nothing_starts_again() -> None:
    world = world_in(Mode.WINDING_DOWN)
    world.ask(start=True, resume=True, pause=True, press=True, change=True, end=True)
    assert world.state.mode is Mode.WINDING_DOWN


# Service.


def service_world(**wishes: Any) -> World:
    world = resting_world(kpa=0.0)
    world.request = world.request._replace(**{"service": True, "speed_cm_s": 2.0, **wishes})
    return world


@pytest.mark.parametrize(
    ("wishes", "buttons", "serves"),
    [
        ({}, HELD, True),
        ({"service": False}, HELD, False),
        ({}, Buttons(), False),
        ({}, Buttons(plus=True, minus=True), False),
    ],
)
def test_service_needs_to_be_asked_for_and_the_button_held(
    wishes: dict[str, bool], buttons: Buttons, serves: bool
) -> None:
    world = service_world(**wishes)
    world.tick(buttons=buttons)
    assert (world.state.mode is Mode.SERVICE) is serves


@pytest.mark.parametrize("kpa", [4.0, 20.0])
def test_service_needs_the_foot_off(kpa: float) -> None:
    world = service_world()
    world.calm(1.0, kpa)
    world.tick(kpa, buttons=HELD)
    assert world.state.mode is Mode.IDLE


@pytest.mark.parametrize(
    ("kpa", "service", "buttons"),
    [(0.0, False, HELD), (0.0, True, Buttons()), (5.0, True, HELD)],
)
def test_service_ends_when_any_of_it_ends(kpa: float, service: bool, buttons: Buttons) -> None:
    world = service_world()
    assert world.calm(0.5, buttons=HELD).mode is Mode.SERVICE
    request = world.request._replace(service=service)
    world.tick(kpa, request, buttons=buttons)
    assert world.tick(kpa, request, buttons=buttons).mode is Mode.IDLE
    assert world.drive.duty == 0.0


def test_service_leaves_an_open_session_open() -> None:
    world = service_world()
    world.state = world.state._replace(sitting=OPEN, test=SelfTest(Phase.PASSED))
    world.tick(buttons=HELD)
    assert world.state.mode is Mode.SERVICE
    world.tick()
    assert (world.state.mode, world.state.sitting.opened_at_s) == (Mode.IDLE, OPEN.opened_at_s)


def test_tightened_limits_reach_the_session() -> None:
    world = World(limits=Limits(foot_time_s=60.0))
    world.state = world.state._replace(rolled_s=60.0, course=NO_COURSE)
    world.tick()
    assert world.state.sitting.why is Reason.TIME
