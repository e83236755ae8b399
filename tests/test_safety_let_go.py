"""Of what a machine has cut only that is let go which was acknowledged; whatever comes is new."""

from collections.abc import Callable
from copy import copy

import pytest

from controller.limits import Limits
from controller.modes import Mode, State
from controller.safety import LET_GO_S
from controller.trips import RELEASED_KPA, clings
from controller.watch import CUTS, Reason, Trip
from hardware.roller import FRESH_CUTS, REST, Buttons, Cut
from tests.kernel_world import (
    CALM_KPA,
    RATES_HZ,
    World,
    resting_world,
    sample_of,
    stop_of,
    world_in,
)

PAINFUL = (Cut.LEVEL, Cut.RISE)
AFTER_PAIN_S = 31.0


def trip_of(world: World) -> Trip | None:
    return None if world.state.stop is None else world.state.stop.trip


def acknowledged(cut: Cut | None, rate_hz: int = 250) -> World:
    """Stopped by `cut`, the foot off for long enough, and just acknowledged."""
    world = world_in(Mode.RUNNING, rate_hz)
    world.tick(cut=cut, stop_pressed=cut is None)
    world.calm(AFTER_PAIN_S if cut in PAINFUL else 0.02, 0.0, cut=cut)
    world.tick(0.0, world.request._replace(acknowledge=True), cut=cut)
    assert world.state.mode is Mode.IDLE
    return world


def begun() -> World:
    """An engine that has just started."""
    world = resting_world()
    state = State.initial(world.state.watch.now_s)
    world.state = state._replace(watch=world.state.watch, test=world.state.test)
    return world


# IDLE is young, and the machine cuts.


def come_to_rest() -> World:
    world = world_in(Mode.WINDING_DOWN)
    world.until(Mode.IDLE)
    return world


def changed_over() -> World:
    """The session goes on: the machine's own, too."""
    world = world_in(Mode.WINDING_DOWN)
    world.state = world.state._replace(sitting=world_in(Mode.RUNNING).state.sitting)
    world.until(Mode.IDLE)
    assert world.state.sitting.opened_at_s is not None
    return world


def disarmed() -> World:
    world = world_in(Mode.ARMED)
    while world.state.mode is Mode.ARMED:
        world.tick(2.0)
    return world


def ended(mode: Mode) -> World:
    world = world_in(mode)
    world.ask(end=True)
    return world


def served() -> World:
    world = world_in(Mode.SERVICE)
    world.tick()
    return world


YOUNG: dict[str, Callable[[], World]] = {
    "come to rest": come_to_rest,
    "at rest in a session": changed_over,
    "disarmed": disarmed,
    "ended when armed": lambda: ended(Mode.ARMED),
    "ended on hold": lambda: ended(Mode.HOLD),
    "served": served,
    "started": begun,
    "acknowledged, nothing cut": lambda: acknowledged(None),
}


@pytest.mark.parametrize("cut", Cut)
@pytest.mark.parametrize("way", YOUNG)
def test_a_young_idle_is_no_excuse_for_a_cut(way: str, cut: Cut) -> None:
    world = YOUNG[way]()
    assert world.state.mode is Mode.IDLE
    world.tick(cut=cut)
    assert trip_of(world) is (None if way == "started" and cut in FRESH_CUTS else CUTS[cut])


@pytest.mark.parametrize("stood", Cut)
def test_only_the_cut_that_was_acknowledged_is_let_go(stood: Cut) -> None:
    back = acknowledged(stood)
    for cut in Cut:
        world = copy(back)
        world.tick(0.0, cut=stood)
        world.tick(0.0, cut=cut)
        assert trip_of(world) is (None if cut is stood else CUTS[cut])


def test_at_the_start_no_pain_and_no_fault_of_the_board_may_stand() -> None:
    assert set(FRESH_CUTS) == {Cut.RESET, Cut.STOP, Cut.LINK}


def test_a_cut_that_went_and_comes_again_is_new() -> None:
    for world, cut in ((acknowledged(Cut.GATE_OFF), Cut.GATE_OFF), (begun(), Cut.RESET)):
        world.tick(0.0, cut=cut)
        world.tick(0.0)
        world.tick(0.0, cut=cut)
        assert trip_of(world) is CUTS[cut]


def test_of_what_may_stand_at_the_start_only_one_is_let_go() -> None:
    world = begun()
    world.tick(cut=Cut.RESET)
    world.tick(cut=Cut.LINK)
    assert trip_of(world) is Trip.LINK


def test_what_is_let_go_in_idle_trips_in_every_other_mode() -> None:
    """A foot is steady, and a press arms: the machine must have let go by then."""
    world = begun()
    world.state = world.state._replace(mode=Mode.ARMED, sitting=world_in(Mode.ARMED).state.sitting)
    world.tick(cut=Cut.RESET)
    assert trip_of(world) is Trip.RESET


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_after_an_acknowledgement_the_machine_has_a_second_to_let_go(rate_hz: int) -> None:
    world = acknowledged(Cut.GATE_OFF, rate_hz)
    assert not world.drive.latched
    back_at_s = world.state.since_s
    while world.state.mode is Mode.IDLE:
        assert world.now_s - back_at_s <= LET_GO_S + 1.1 / rate_hz
        world.tick(0.0, cut=Cut.GATE_OFF)
    assert world.state.since_s - back_at_s >= LET_GO_S - 1e-9
    assert trip_of(world) is Trip.GATE_OFF


def test_a_machine_that_lets_go_is_at_rest() -> None:
    world = acknowledged(Cut.STOP)
    world.calm(0.5, 0.0, cut=Cut.STOP)
    world.calm(2.0)
    assert (world.state.mode, world.drive) == (Mode.IDLE, REST)


@pytest.mark.parametrize("cut", FRESH_CUTS)
def test_a_machine_that_wakes_up_cut_is_idle_for_a_second_and_then_says_why(cut: Cut) -> None:
    world = begun()
    world.calm(LET_GO_S - 0.1, cut=cut)
    assert world.state.mode is Mode.IDLE
    world.calm(0.2, cut=cut)
    assert trip_of(world) is CUTS[cut]


@pytest.mark.parametrize(("cut", "trip"), [(Cut.LINK, Trip.LINK), (Cut.RESET, Trip.SENSOR_SILENT)])
def test_a_silence_in_that_second_is_the_link_s_if_it_is_gone(cut: Cut, trip: Trip) -> None:
    world = begun()
    old = sample_of(0.0, world.now_s, gate_on=False, cut=cut)
    while world.state.mode is Mode.IDLE:
        world.tick(sample=old)
    assert world.now_s - old.taken_at_s < LET_GO_S
    assert trip_of(world) is trip


def test_nothing_begins_before_the_machine_has_let_go() -> None:
    """It takes no press of its own, and moves nothing, as long as it is cut."""
    for cut in (Cut.STOP, None):
        world = acknowledged(Cut.STOP)
        world.tick(0.0, cut=cut)
        world.tick(0.0, world.request._replace(press=True), cut=cut)
        assert world.state.sitting.number == (2 if cut is None else 1), "sessions opened"
        world = acknowledged(Cut.STOP)
        world.calm(0.2, 0.0, cut=cut)
        serving = world.request._replace(service=True)
        world.tick(0.0, serving, buttons=Buttons(start=True), cut=cut)
        assert world.state.mode is (Mode.SERVICE if cut is None else Mode.IDLE)


# The way back needs the foot off, as the machine does.


def test_what_a_machine_takes_for_released_is_what_its_program_is_made_with() -> None:
    assert RELEASED_KPA == Limits().foot_kpa == 4.0


@pytest.mark.parametrize(
    ("a_kpa", "b_kpa", "on"),
    [
        (3.99, 3.99, False),
        (3.99, None, False),
        (-0.5, 0.0, False),
        (4.0, 3.99, True),
        (3.99, 4.0, True),
        (4.0, None, True),
        (float("nan"), 0.0, True),
        (0.0, float("nan"), True),
    ],
)
def test_a_cut_stands_while_anything_lies_on_either_element(
    a_kpa: float, b_kpa: float | None, on: bool
) -> None:
    sample = sample_of(a_kpa, 0.0, pressure_b_kpa=b_kpa)
    assert clings(sample._replace(cut=Cut.STOP)) is on
    assert not clings(sample)


@pytest.mark.parametrize("cut", [cut for cut in Cut if cut not in PAINFUL])
def test_with_a_foot_on_there_is_no_way_back_from_a_cut(cut: Cut) -> None:
    world = world_in(Mode.RUNNING)
    world.tick(cut=cut)
    acknowledging = world.request._replace(acknowledge=True)
    for kpa, b_kpa in ((CALM_KPA, CALM_KPA), (4.0, 4.0), (0.0, 4.0)):
        state = world.tick(kpa, acknowledging, pressure_b_kpa=b_kpa, cut=cut)
        assert state.mode is Mode.STOPPED
    state = world.tick(3.9, acknowledging, cut=cut)
    assert state.mode is Mode.IDLE, "a standing cut is no cause that forbids it"


def test_a_looser_foot_is_not_enough_for_the_machine() -> None:
    """The settings may call up to 6 kPa no foot; the machine's program does not."""
    world = world_in(Mode.RUNNING)
    world.limits = Limits(foot_kpa=6.0)
    world.tick(cut=Cut.STOP)
    world.tick(5.0, world.request._replace(acknowledge=True), cut=Cut.STOP)
    assert world.state.mode is Mode.STOPPED


def test_after_pain_the_machine_s_own_latch_must_be_able_to_let_go_as_well() -> None:
    world = world_in(Mode.RUNNING)
    world.tick(cut=Cut.RISE)
    world.calm(AFTER_PAIN_S, 0.0, cut=Cut.RISE)
    acknowledging = world.request._replace(acknowledge=True)
    state = world.tick(0.0, acknowledging, pressure_b_kpa=4.5, cut=Cut.RISE)
    assert state.mode is Mode.STOPPED
    state = world.tick(0.0, acknowledging, cut=Cut.RISE)
    assert state.mode is Mode.IDLE


# Stopped, and the machine felt pain.


@pytest.mark.parametrize("cut", [cut for cut in Cut if cut not in PAINFUL])
def test_a_cut_while_stopped_changes_neither_the_reason_nor_its_cause(cut: Cut) -> None:
    for first in Cut:
        world = world_in(Mode.RUNNING)
        world.tick(cut=first)
        stop = world.state.stop
        world.tick(cut=cut)
        assert world.state.stop is stop
        assert world.state.cause is None


def stopped_for(trip: Trip) -> World:
    world = world_in(Mode.STOPPED)
    world.state = world.state._replace(stop=stop_of(trip, at_s=world.state.since_s))
    world.request = world.request._replace(level=9, place=0.9)
    return world


@pytest.mark.parametrize("cut", PAINFUL)
@pytest.mark.parametrize("first", [trip for trip in Trip if trip.reason is not Reason.PAIN])
def test_a_stop_becomes_one_for_pain_when_the_machine_felt_it(first: Trip, cut: Cut) -> None:
    world = stopped_for(first)
    world.calm(5.0)
    felt_at_s = world.now_s
    world.tick(cut=cut)
    stop, sitting = world.state.stop, world.state.sitting
    assert stop is not None
    assert (stop.trip, stop.first, stop.at_s) == (CUTS[cut], first, felt_at_s)
    assert (stop.level, stop.next_level, stop.place) == (4, 2, 0.4), "where and as it was stopped"
    assert (sitting.pains, sitting.pain_at_s) == (1, felt_at_s)
    assert world.drive.latched
    world.tick(cut=cut)
    assert world.state.stop is stop, "once"
    assert world.state.sitting is sitting


@pytest.mark.parametrize("cut", PAINFUL)
@pytest.mark.parametrize("trip", [trip for trip in Trip if trip.reason is Reason.PAIN])
def test_the_first_pain_stays_told(trip: Trip, cut: Cut) -> None:
    world = stopped_for(trip)
    stop = world.state.stop
    world.tick(cut=cut)
    assert world.state.stop is stop


def test_the_way_out_of_it_is_that_of_pain() -> None:
    world = stopped_for(Trip.STOP)
    world.tick(0.0, cut=Cut.LEVEL)
    felt_at_s, acknowledging = world.state.since_s, world.request._replace(acknowledge=True)
    while world.state.mode is Mode.STOPPED:
        world.tick(0.0, acknowledging, cut=Cut.LEVEL)
    assert world.state.since_s - felt_at_s == pytest.approx(30.0, abs=0.0041)


def test_a_stop_by_hand_hides_no_pain_of_the_same_tick() -> None:
    world = world_in(Mode.RUNNING)
    world.tick(cut=Cut.RISE, stop_pressed=True)
    assert trip_of(world) is Trip.STOP
    world.tick(cut=Cut.RISE)
    assert world.state.stop is not None
    assert (world.state.stop.trip, world.state.stop.first) == (Trip.RISE, Trip.STOP)


def test_the_second_pain_is_the_second_also_when_it_comes_behind_a_stop() -> None:
    world = stopped_for(Trip.STOP)
    world.state = world.state._replace(sitting=world.state.sitting._replace(pains=1))
    world.tick(cut=Cut.LEVEL)
    assert world.state.stop is not None
    assert world.state.stop.rest
    assert world.state.sitting.rest_until_s == world.state.since_s + 900.0


@pytest.mark.parametrize("cut", PAINFUL)
def test_pain_that_the_machine_never_let_go_of_is_no_second_pain(cut: Cut) -> None:
    for stop in (False, True):
        world = acknowledged(cut)
        assert world.state.sitting.pains == 1
        world.tick(0.0, world.request._replace(stop=stop), cut=cut)
        world.calm(LET_GO_S, 0.0, cut=cut)
        assert trip_of(world) is CUTS[cut]
        assert world.state.stop is not None
        assert not world.state.stop.rest
        assert world.state.sitting.pains == 1


def test_pain_that_went_and_came_again_is_the_second() -> None:
    world = acknowledged(Cut.RISE)
    world.tick(0.0)
    world.tick(0.0, cut=Cut.RISE)
    assert world.state.stop is not None
    assert world.state.stop.rest


def test_a_stop_that_nobody_remembers_can_be_pain() -> None:
    world = world_in(Mode.STOPPED)
    world.state = world.state._replace(stop=None)
    world.tick(cut=Cut.LEVEL)
    assert world.state.stop is not None
    assert (world.state.stop.trip, world.state.stop.first) == (Trip.LEVEL, None)
