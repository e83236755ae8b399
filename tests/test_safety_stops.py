"""A trip latches at once, in every mode, with its first reason; and what only holds or eases."""

from typing import Any

import pytest

from controller.limits import Limits
from controller.modes import Mode
from controller.safety import Reason, Trip, step
from controller.trips import foot_gone
from hardware.roller import BRAKE, LATCHED_BRAKE, LATCHED_REST, Buttons, SensorStatus
from tests.kernel_world import CALM_KPA, OPEN, RATES_HZ, World, breathing, sample_of, world_in

CAN_TRIP = [mode for mode in Mode if mode is not Mode.STOPPED]
ROLLING = [Mode.SOFT_START, Mode.RUNNING, Mode.EASED, Mode.WINDING_DOWN]


def trip_of(world: World) -> Trip | None:
    return None if world.state.stop is None else world.state.stop.trip


# Every cause, in every mode.


@pytest.mark.hazard("no-stop/person")
@pytest.mark.parametrize("mode", CAN_TRIP)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_stop_stops_in_the_same_tick_in_every_mode(mode: Mode, rate_hz: int) -> None:
    for way in ("request", "switch"):
        world = world_in(mode, rate_hz)
        moved = world.drive.duty != 0.0
        if way == "request":
            world.ask(stop=True)
        else:
            world.tick(stop_pressed=True)
        assert (world.state.mode, trip_of(world)) == (Mode.STOPPED, Trip.STOP)
        assert world.drive == LATCHED_BRAKE or (not moved and world.drive == LATCHED_REST)


@pytest.mark.hazard("blind/no-number")
@pytest.mark.parametrize("mode", CAN_TRIP)
def test_no_number_stops_every_mode(mode: Mode) -> None:
    world = world_in(mode)
    world.tick(float("nan"))
    assert trip_of(world) is Trip.SENSOR_NAN
    assert world.drive.duty == 0.0


@pytest.mark.parametrize("mode", ROLLING)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_jam_stops_every_mode_in_which_a_foot_is_rolled(mode: Mode, rate_hz: int) -> None:
    world = world_in(mode, rate_hz)
    for _ in range(2):
        world.tick(48.0)
    assert trip_of(world) is Trip.RISE
    assert world.drive.duty == 0.0
    assert not world.drive.gate


@pytest.mark.parametrize("mode", [Mode.IDLE, Mode.ARMED, Mode.HOLD])
def test_a_foot_that_lands_hard_on_a_resting_roller_stops_nothing(mode: Mode) -> None:
    world = world_in(mode)
    for kpa in (0.0, 0.0, 39.0, 80.0, 80.0, 30.0):
        world.tick(kpa)
    assert world.state.stop is None


@pytest.mark.parametrize("mode", CAN_TRIP)
def test_a_tick_too_late_stops_all_but_idle(mode: Mode) -> None:
    world = world_in(mode)
    world.tick_number += 7
    world.tick(gate_on=True)
    assert trip_of(world) is (None if mode is Mode.IDLE else Trip.LATE)


def test_in_idle_another_fault_is_told_even_when_the_tick_is_late() -> None:
    world = world_in(Mode.IDLE)
    world.tick_number += 7
    world.tick(float("nan"))
    assert trip_of(world) is Trip.SENSOR_NAN


@pytest.mark.parametrize("mode", CAN_TRIP)
def test_a_roller_that_comes_to_no_end_stops_where_it_moves(mode: Mode) -> None:
    world = world_in(mode)
    world.ask(lost=True)
    assert trip_of(world) is (Trip.LOST if mode.moving else None)


def test_pain_and_person_are_told_before_a_roller_that_is_lost() -> None:
    lost = World().request._replace(lost=True)
    world = world_in(Mode.RUNNING)
    world.tick(48.0)
    world.tick(48.0, lost)
    assert trip_of(world) is Trip.RISE
    world = world_in(Mode.RUNNING)
    world.tick(None, lost, stop_pressed=True)
    assert trip_of(world) is Trip.STOP


def test_a_person_comes_first_in_the_telling() -> None:
    world = world_in(Mode.RUNNING)
    world.tick(float("nan"), stop_pressed=True)
    assert trip_of(world) is Trip.STOP


@pytest.mark.parametrize("status", [SensorStatus.OPEN, SensorStatus.SHORTED])
def test_a_broken_sensor_stops_a_session_that_is_only_armed(status: SensorStatus) -> None:
    world = world_in(Mode.ARMED)
    world.tick(sensor=status)
    assert trip_of(world) is None
    world.tick(sensor=status)
    assert world.state.mode is Mode.STOPPED


def test_any_load_over_4_kpa_ends_service_and_a_sharp_one_is_pain() -> None:
    world = world_in(Mode.SERVICE)
    held = Buttons(start=True)
    for kpa in (3.9, 3.9, 4.0):
        world.tick(kpa, buttons=held)
    assert world.state.mode is Mode.SERVICE
    world.tick(4.0, buttons=held)
    assert (world.state.mode, world.drive.duty) == (Mode.IDLE, 0.0)
    world = world_in(Mode.SERVICE)
    world.tick(40.0, buttons=held)
    world.tick(40.0, buttons=held)
    assert trip_of(world) is Trip.RISE


# What is kept.


def test_a_stop_keeps_what_was_going_on() -> None:
    world = world_in(Mode.RUNNING)
    world.tick(42.0)
    world.tick(45.0)
    stop = world.state.stop
    assert stop is not None
    assert (stop.trip, stop.at_s, stop.pressure_kpa) == (Trip.RISE, 1 / 250, 45.0)
    assert stop.rise_kpa == pytest.approx(42.0 - CALM_KPA, abs=0.2)
    assert (stop.place, stop.level, stop.next_level, stop.rest) == (0.4, 5, 3, False)
    assert world.state.since_s == stop.at_s
    assert world.state.sitting.opened_at_s is None
    assert world.state.sitting.why is None


@pytest.mark.hazard("too-early/gentler")
@pytest.mark.parametrize(
    ("level", "after_pain"),
    [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 4), (7, 4), (8, 5), (9, 6), (10, 7)],
)
def test_pain_lowers_the_next_level_to_seven_tenths_and_nothing_else_does(
    level: int, after_pain: int
) -> None:
    for kpa, next_level in ((60.0, after_pain), (float("nan"), level)):
        world = world_in(Mode.RUNNING)
        world.request = world.request._replace(level=level, speed_cm_s=2.0)
        world.tick(kpa)
        world.tick(kpa)
        assert world.state.stop is not None
        assert (world.state.stop.level, world.state.stop.next_level) == (level, next_level)


@pytest.mark.parametrize("level", [0, 11, -3, 2.5, float("nan")])
def test_a_level_that_is_none_counts_as_the_lowest(level: Any) -> None:
    world = world_in(Mode.RUNNING)
    world.request = world.request._replace(level=level)
    world.tick(60.0)
    world.tick(60.0)
    assert world.state.stop is not None
    assert (world.state.stop.level, world.state.stop.next_level) == (1, 1)


def test_the_first_reason_is_kept() -> None:
    world = world_in(Mode.RUNNING)
    world.tick(60.0)
    world.tick(60.0)
    first = world.state.stop
    world.tick(float("nan"))
    world.ask(stop=True)
    world.tick_number += 30
    world.tick(-20.0, stop_pressed=True)
    assert world.state.stop is first
    assert world.state.since_s == first.at_s if first else False


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("mode", [*ROLLING, Mode.SERVICE])
def test_after_a_stop_it_brakes_for_100_ms_and_then_lets_go(mode: Mode, rate_hz: int) -> None:
    world = world_in(mode, rate_hz)
    while world.drive.duty == 0.0:
        world.tick(buttons=Buttons(start=True))
    world.ask(stop=True)
    seen = len(world.drives)
    world.calm(0.3)
    braked = 1 + world.drives[seen:].count(LATCHED_BRAKE)
    assert 0.1 <= braked / rate_hz <= 0.1 + 2.1 / rate_hz
    assert world.drives[seen + braked :] == [LATCHED_REST] * (len(world.drives) - seen - braked)


def test_what_did_not_move_needs_no_brake() -> None:
    world = world_in(Mode.ARMED)
    world.ask(stop=True)
    assert world.drive == LATCHED_REST


# What only holds.


@pytest.mark.hazard("flinch/gone")
@pytest.mark.parametrize("mode", [Mode.SOFT_START, Mode.RUNNING, Mode.EASED])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_foot_gone_for_100_ms_holds(mode: Mode, rate_hz: int) -> None:
    world = world_in(mode, rate_hz)
    began_s = world.now_s
    while world.state.mode.moving:
        assert world.now_s - began_s <= 0.1 + 2.1 / rate_hz
        world.tick(breathing(world.tick_number, 0.0))
    assert (world.state.mode, world.state.sitting.why) == (Mode.HOLD, Reason.FOOT_GONE)
    assert world.drive == BRAKE or mode is Mode.SOFT_START
    assert world.now_s - 1 / rate_hz - began_s >= 0.1


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("age_ticks", [0.0, 0.3, 0.9])
def test_a_flinch_latches_however_old_the_samples_are(rate_hz: int, age_ticks: float) -> None:
    """A foot gone after a rise must never be taken for a foot gone without one."""
    world = World(rate_hz, calm_kpa=15.0)
    while world.state.mode.moving:
        assert world.now_s < 0.5
        at_s = max(world.now_s - age_ticks / rate_hz, -age_ticks / rate_hz + 1e-6)
        kpa = 15.0 + 15.0 * min(1.0, at_s / 0.015) if at_s < 0.05 else 0.0
        noisy = kpa + world.tick_number % 2 * 1e-3
        world.tick(sample=sample_of(noisy, world.now_s - age_ticks / rate_hz + 2e-6))
    assert trip_of(world) is Trip.FLINCH


@pytest.mark.parametrize("repeat", [2, 3])
def test_a_flinch_latches_when_samples_are_rarer_than_ticks(repeat: int) -> None:
    world = World(1000, calm_kpa=15.0)
    while world.state.mode.moving:
        assert world.now_s < 0.5
        tick = world.tick_number - world.tick_number % repeat
        at_s = tick / 1000
        kpa = 15.0 if at_s < 0 else (15.0 + 15.0 * min(1.0, at_s / 0.015) if at_s < 0.05 else 0.0)
        world.tick(sample=sample_of(kpa + tick // repeat % 2 * 1e-3, max(at_s, -0.001)))
    assert trip_of(world) is Trip.FLINCH


@pytest.mark.parametrize(
    ("wish", "why"),
    [("pause", Reason.PAUSED), ("press", Reason.PAUSED), ("change", Reason.CHANGE)],
)
@pytest.mark.parametrize("mode", [Mode.SOFT_START, Mode.RUNNING, Mode.EASED])
def test_pause_press_and_change_hold_at_once(mode: Mode, wish: str, why: Reason) -> None:
    world = world_in(mode)
    world.ask(**{wish: True})
    assert (world.state.mode, world.state.sitting.why) == (Mode.HOLD, why)
    assert world.drive.duty == 0.0
    assert not world.drive.gate
    assert world.state.sitting.opened_at_s is not None


def test_a_foot_gone_is_told_before_a_pause_and_a_pause_before_a_change() -> None:
    world = world_in(Mode.RUNNING)
    world.ask(pause=True, change=True)
    assert world.state.sitting.why is Reason.PAUSED
    world = world_in(Mode.RUNNING)
    world.calm(0.1, 0.0)
    assert not foot_gone(world.state.watch, world.limits)
    before = world.state
    while not foot_gone(world.state.watch, world.limits):
        before = world.state
        world.tick(0.0)
    at_s = world.state.since_s
    paused = world.request._replace(pause=True)
    state, _ = step(before, paused, sample_of(0.0, at_s), world.limits, at_s)
    assert state.sitting.why is Reason.FOOT_GONE


# What only eases: T8.


def heavy(world: World, seconds: float) -> None:
    """Over 1.3 times the reference for so long, reached slowly and within T4's dose."""
    world.calm(0.05, 28.0)
    world.calm(seconds, 33.0)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_an_overload_eases_by_a_fifth(rate_hz: int) -> None:
    world = world_in(Mode.RUNNING, rate_hz)
    world.steadily(5.0).calm(0.5, 30.0)
    full = world.drive.duty
    heavy(world, 0.35)
    assert (world.state.mode, world.state.sitting.ease) == (Mode.EASED, 0.8)
    assert world.state.sitting.why is Reason.OVERLOAD
    breakaway = world.limits.breakaway_duty
    assert world.drive.duty - breakaway == pytest.approx(0.8 * (full - breakaway))


@pytest.mark.parametrize(
    ("pause_s", "mode"), [(0.5, Mode.WINDING_DOWN), (59.0, Mode.WINDING_DOWN), (60.5, Mode.EASED)]
)
def test_a_second_overload_within_60_s_winds_down(pause_s: float, mode: Mode) -> None:
    world = world_in(Mode.RUNNING)
    heavy(world, 0.35)
    world.calm(pause_s)
    heavy(world, 0.35)
    assert (world.state.mode, world.state.sitting.why) == (mode, Reason.OVERLOAD)
    if mode is Mode.EASED:
        assert world.state.sitting.ease == pytest.approx(0.64)


@pytest.mark.parametrize(("lasts_s", "mode"), [(1.2, Mode.EASED), (1.4, Mode.WINDING_DOWN)])
def test_an_overload_that_lasts_a_second_longer_counts_again(lasts_s: float, mode: Mode) -> None:
    world = world_in(Mode.RUNNING)
    heavy(world, lasts_s)
    assert world.state.mode is mode


def test_an_overload_while_starting_eases_and_goes_on_to_eased() -> None:
    world = world_in(Mode.SOFT_START)
    heavy(world, 0.35)
    assert (world.state.mode, world.state.sitting.ease) == (Mode.SOFT_START, 0.8)
    seen = len(world.states)
    world.until(Mode.EASED)
    modes = [state.mode for state in world.states[seen:]]
    assert modes.count(Mode.RUNNING) == 1


@pytest.mark.parametrize(("level", "mode"), [(4, Mode.EASED), (5, Mode.EASED), (6, Mode.RUNNING)])
def test_only_a_person_who_raises_the_level_ends_an_ease(level: int, mode: Mode) -> None:
    world = world_in(Mode.EASED)
    world.request = world.request._replace(level=level)
    world.calm(0.2)
    assert world.state.mode is mode
    assert world.state.sitting.ease == (1.0 if mode is Mode.RUNNING else 0.8)


def test_an_ease_outlives_a_pause() -> None:
    world = world_in(Mode.EASED)
    world.ask(pause=True)
    world.calm(2.5)
    world.ask(resume=True)
    assert (world.state.mode, world.state.sitting.ease) == (Mode.SOFT_START, 0.8)
    world.until(Mode.EASED)


def test_tightened_limits_reach_the_kernel() -> None:
    world = World(limits=Limits(overload_s=0.05, ease_ratio=0.5))
    heavy(world, 0.1)
    assert world.state.sitting.ease == 0.5
    world = World(sitting=OPEN, limits=Limits(level_samples=1, level_kpa=40.0))
    world.tick(41.0)
    assert trip_of(world) is Trip.LEVEL
