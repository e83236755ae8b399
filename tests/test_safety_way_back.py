"""Out of a stop: only as specified, only to IDLE, and a second pain stop is enough for today."""

from dataclasses import replace
from math import inf

import pytest

from controller.limits import Limits
from controller.modes import Mode, Request, Sitting, State
from controller.safety import Reason, Trip, may_return
from controller.watch import Watch
from tests.kernel_world import (
    CALM_KPA,
    OPEN,
    RATES_HZ,
    World,
    resting_world,
    sample_of,
    stop_of,
    world_in,
)

AFTER_PAIN_S = 30.0
SAMPLE = sample_of(CALM_KPA, 100.0)


def pained(rate_hz: int = 100, sitting: Sitting = OPEN) -> World:
    """Stopped by a jam at about t = 0."""
    world = World(rate_hz, sitting=sitting)
    world.tick(60.0)
    world.tick(60.0)
    assert world.state.mode is Mode.STOPPED
    return world


def acknowledged(world: World, kpa: float = 0.0) -> bool:
    """Ask once; whether it helped."""
    world.tick(kpa, world.request._replace(acknowledge=True))
    return world.state.mode is Mode.IDLE


def since_stop_s(world: World) -> float:
    assert world.state.stop is not None
    return world.now_s - world.state.stop.at_s


# Pain.


@pytest.mark.hazard("too-early/waits")
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_after_pain_30_s_must_pass_with_the_foot_off(rate_hz: int) -> None:
    world = pained(rate_hz)
    while since_stop_s(world) < AFTER_PAIN_S:
        assert not acknowledged(world)
    assert acknowledged(world)
    assert world.drive.duty == 0.0
    assert world.state.stop is None
    assert world.state.sitting.opened_at_s is None


@pytest.mark.hazard("too-early/waits")
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_after_pain_the_foot_must_be_off_for_2_s(rate_hz: int) -> None:
    world = pained(rate_hz)
    world.calm(35.0)
    assert not acknowledged(world, CALM_KPA)
    lifted_at_s = world.now_s
    while world.now_s - lifted_at_s < 2.0:
        assert not acknowledged(world)
    world.calm(2.5 / rate_hz, 0.0)  # the median costs a sample
    assert acknowledged(world)


def test_a_foot_that_comes_back_starts_the_2_s_again() -> None:
    world = pained()
    world.calm(31.0, 0.0)
    world.calm(0.1)
    world.calm(1.5, 0.0)
    assert not acknowledged(world)
    world.calm(0.6, 0.0)
    assert acknowledged(world)


def test_after_pain_nothing_returns_without_being_asked() -> None:
    world = pained()
    world.calm(60.0, 0.0)
    assert world.state.mode is Mode.STOPPED


def test_after_pain_a_fault_that_came_since_must_be_gone_too() -> None:
    world = pained()
    world.calm(31.0, 0.0)
    world.tick(-5.0)
    for _ in range(3):
        assert not acknowledged(world, -5.0)
    assert world.state.stop is not None
    assert world.state.stop.trip is Trip.RISE
    world.calm(2.0, 0.0)
    assert acknowledged(world)


@pytest.mark.parametrize("trip", [trip for trip in Trip if trip.reason is Reason.PAIN])
@pytest.mark.parametrize(
    ("light_s", "stop_s", "may"),
    [
        (2.0, 30.0, True),
        (1.99, 30.0, False),
        (2.0, 29.99, False),
        (40.0, 29.9, False),
        (-inf, 40.0, False),
    ],
)
def test_every_pain_needs_both_times(trip: Trip, light_s: float, stop_s: float, may: bool) -> None:
    state = State.initial(0.0, 1, stop_of(trip, at_s=100.0 - stop_s))
    watch = Watch(100.0, light_since_s=100.0 - light_s)
    assert may_return(state, SAMPLE, watch, Limits()) is may


def test_longer_waits_are_obeyed() -> None:
    limits = Limits(pain_wait_s=60.0, pain_off_s=10.0)
    state = State.initial(0.0, 1, stop_of(Trip.RISE, at_s=0.0))
    assert not may_return(state, SAMPLE, Watch(59.0, light_since_s=0.0), limits)
    assert not may_return(state, SAMPLE, Watch(60.0, light_since_s=51.0), limits)
    assert may_return(state, SAMPLE, Watch(60.0, light_since_s=50.0), limits)


# Person, fault, power: no waiting.


@pytest.mark.parametrize("trip", [trip for trip in Trip if trip.reason is not Reason.PAIN])
def test_person_fault_and_power_return_when_their_cause_is_gone(trip: Trip) -> None:
    state = State.initial(0.0, 1, stop_of(trip))
    assert may_return(state, SAMPLE, Watch(0.1), Limits())
    assert may_return(State.initial(0.0), SAMPLE, Watch(0.1), Limits())


def test_a_stop_must_be_released_before_it_is_acknowledged() -> None:
    world = world_in(Mode.RUNNING)
    world.tick(stop_pressed=True)
    for _ in range(5):
        world.tick(request=world.request._replace(acknowledge=True), stop_pressed=True)
        assert world.state.mode is Mode.STOPPED
        assert world.state.stop is not None
    assert world.ask(acknowledge=True, stop=True).mode is Mode.STOPPED
    assert world.ask(acknowledge=True).mode is Mode.IDLE


@pytest.mark.hazard("too-early/cause-gone")
def test_a_fault_must_be_gone() -> None:
    world = world_in(Mode.RUNNING)
    world.tick(float("nan"))
    for _ in range(3):
        world.tick(float("nan"), world.request._replace(acknowledge=True))
        assert world.state.mode is Mode.STOPPED
    world.ask(acknowledge=True)
    assert world.state.mode is Mode.IDLE


def test_what_the_power_took_comes_back_stopped_and_returns_when_asked() -> None:
    stop = stop_of(Trip.POWER)
    world = resting_world()
    world.state = replaced(State.initial(world.state.watch.now_s, 4, stop), world)
    world.calm(1.0)
    assert world.state.stop is stop
    world.ask(acknowledge=True)
    assert (world.state.mode, world.state.sitting.number) == (Mode.IDLE, 4)


def replaced(state: State, world: World) -> State:
    return state._replace(watch=world.state.watch)


def test_a_stop_that_nobody_remembers_may_be_acknowledged() -> None:
    world = resting_world()
    world.state = world.state._replace(mode=Mode.STOPPED)
    world.ask(acknowledge=True)
    assert world.state.mode is Mode.IDLE


@pytest.mark.parametrize("trip", [Trip.STOP, Trip.SENSOR_FROZEN, Trip.POWER])
def test_coming_back_opens_no_session_and_starts_nothing(trip: Trip) -> None:
    world = resting_world()
    world.state = replaced(State.initial(0.0, 1, stop_of(trip)), world)
    world.ask(acknowledge=True, press=True, start=True, resume=True)
    assert world.state.mode is Mode.IDLE
    assert world.state.sitting.opened_at_s is None
    world.calm(3.0)
    world.ask(start=True, resume=True)
    world.calm(0.5)
    assert (world.state.mode, world.drive.gate) == (Mode.IDLE, False)


# The second pain.


def hurt_again(world: World) -> None:
    """Back on the way that is specified, a new session, and another jam."""
    world.calm(31.0, 0.0)
    assert acknowledged(world)
    world.calm(2.5)
    world.ask(press=True)
    world.request = world.request._replace(recorded=world.state.sitting.number)
    world.until(Mode.RUNNING)
    world.calm(0.1)
    world.tick(60.0)
    world.tick(60.0)


def test_the_second_pain_stop_is_enough() -> None:
    world = pained()
    assert world.state.stop is not None
    assert not world.state.stop.rest
    assert world.state.sitting.rest_until_s == -inf
    hurt_again(world)
    stop = world.state.stop
    assert stop is not None
    assert stop.rest
    assert world.state.sitting.rest_until_s == stop.at_s + 900.0
    assert world.state.sitting.pains == 0


@pytest.mark.hazard("too-long/rest")
def test_after_the_second_pain_stop_no_press_opens_a_session_for_15_min() -> None:
    world = pained(100, OPEN._replace(pains=1, pain_at_s=-100.0))
    stop = world.state.stop
    assert stop is not None
    assert stop.rest
    world.calm(31.0, 0.0)
    assert acknowledged(world)
    world.request = Request(level=5)
    world.tick_number += 86_000  # a tick that late means nothing in IDLE
    world.calm(1.0)
    while world.now_s - stop.at_s < 900.0:
        world.ask(press=True)
        assert world.state.sitting.opened_at_s is None
    world.ask(press=True)
    assert world.state.sitting.opened_at_s is not None


@pytest.mark.parametrize(
    ("why", "pains"),
    [
        (Reason.FINISHED, 0),
        (Reason.TIME, 0),
        (Reason.ENDED, 1),
        (Reason.AWAY, 1),
        (Reason.OVERLOAD, 1),
        (None, 1),
    ],
)
def test_only_a_program_that_went_its_way_clears_the_count(why: Reason | None, pains: int) -> None:
    sitting = OPEN._replace(pains=1, start_until_s=5.0, ease=0.8)
    assert sitting.closed(why) == replace_sitting(sitting, why, pains)


def replace_sitting(sitting: Sitting, why: Reason | None, pains: int) -> Sitting:
    return sitting._replace(opened_at_s=None, start_until_s=-inf, ease=1.0, pains=pains, why=why)


@pytest.mark.parametrize(("ago_s", "pains"), [(1199.0, 1), (1200.0, 1), (1201.0, 0)])
def test_a_pain_long_ago_counts_no_more(ago_s: float, pains: int) -> None:
    """As long ago as a whole session may last."""
    world = resting_world(sitting=Sitting(number=1, pains=1, pain_at_s=-ago_s))
    world.ask(press=True)
    assert world.state.sitting.opened_at_s == 0.0
    assert (world.state.sitting.pains, world.state.sitting.number) == (pains, 2)


def test_other_stops_are_no_pains() -> None:
    world = world_in(Mode.RUNNING)
    world.ask(stop=True)
    assert world.state.sitting.pains == 0
    world = World(sitting=OPEN._replace(pains=1))
    world.tick(float("nan"))
    assert world.state.sitting.pains == 1


def test_the_limits_say_how_long_the_rest_is() -> None:
    world = World(100, sitting=OPEN._replace(pains=1), limits=replace(Limits(), pain_rest_s=3600.0))
    world.tick(60.0)
    world.tick(60.0)
    assert world.state.sitting.rest_until_s == world.state.since_s + 3600.0
