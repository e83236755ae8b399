"""A machine with a mind of its own has cut: the kernel latches, too, and says the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.modes import Mode
from controller.safety import LET_GO_S
from controller.signs import STOPS, Sign
from controller.trips import Trip
from controller.watch import CUTS, Reason
from hardware.roller import LATCHED_BRAKE, LATCHED_REST, REST, Cut
from tests.kernel_world import RATES_HZ, World, resting_world, sample_of, world_in

CAN_TRIP = [mode for mode in Mode if mode is not Mode.STOPPED]
RESTING = [mode for mode in Mode if not mode.moving]


def trip_of(world: World) -> Trip | None:
    return None if world.state.stop is None else world.state.stop.trip


# What a cut means.


def test_every_cut_is_a_trip_of_the_same_name() -> None:
    assert list(CUTS) == list(Cut)
    assert [trip.name for trip in CUTS.values()] == [cut.name for cut in Cut]


def test_only_too_much_pressure_is_pain_and_only_the_stop_a_person() -> None:
    reasons = {cut: trip.reason for cut, trip in CUTS.items()}
    assert {cut for cut, reason in reasons.items() if reason is Reason.PAIN} == {
        Cut.LEVEL,
        Cut.RISE,
    }
    assert {cut for cut, reason in reasons.items() if reason is Reason.PERSON} == {Cut.STOP}
    assert set(reasons.values()) == {Reason.PAIN, Reason.PERSON, Reason.FAULT}


@pytest.mark.parametrize("cut", [Cut.LINK, Cut.RESET, Cut.SELF_TEST, Cut.ADC, Cut.MEMORY])
def test_the_microcontroller_s_own_troubles_send_to_the_controller(cut: Cut) -> None:
    assert CUTS[cut].rule == "T11"
    assert STOPS[CUTS[cut]] is Sign.CONTROLLER


# It trips.


@pytest.mark.parametrize("cut", Cut)
@pytest.mark.parametrize("mode", CAN_TRIP)
def test_a_cut_stops_every_mode_in_the_same_tick(mode: Mode, cut: Cut) -> None:
    world = world_in(mode)
    moved = world.drive.duty != 0.0
    world.tick(cut=cut)
    assert (world.state.mode, trip_of(world)) == (Mode.STOPPED, CUTS[cut])
    assert world.drive == LATCHED_BRAKE or (not moved and world.drive == LATCHED_REST)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_cut_stops_a_long_calm_course(rate_hz: int) -> None:
    world = World(rate_hz)
    world.calm(1.0)
    assert world.state.course.request is world.request
    world.tick(cut=Cut.RISE)
    assert trip_of(world) is Trip.RISE


def test_pain_seen_here_comes_before_a_cut_and_a_person_before_both() -> None:
    world = world_in(Mode.RUNNING)
    world.tick(80.0)
    world.tick(80.0, cut=Cut.GATE_OFF)
    assert trip_of(world) is Trip.LEVEL
    world = world_in(Mode.RUNNING)
    world.tick(cut=Cut.RISE, stop_pressed=True)
    assert trip_of(world) is Trip.STOP


def test_a_cut_comes_before_a_fault_seen_in_the_same_tick() -> None:
    world = world_in(Mode.RUNNING)
    world.tick(float("nan"), cut=Cut.LINK)
    assert trip_of(world) is Trip.LINK


# And the way back.


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_after_an_acknowledgement_the_machine_has_a_second_to_let_go(rate_hz: int) -> None:
    world = world_in(Mode.RUNNING, rate_hz)
    world.tick(cut=Cut.GATE_OFF)
    acknowledging = world.request._replace(acknowledge=True)
    world.tick(request=acknowledging, cut=Cut.GATE_OFF)
    assert world.state.mode is Mode.IDLE, "a standing cut is no cause that forbids it"
    assert not world.drive.latched
    back_at_s = world.state.since_s
    while world.state.mode is Mode.IDLE:
        assert world.now_s - back_at_s <= LET_GO_S + 1.1 / rate_hz
        world.tick(cut=Cut.GATE_OFF)
    assert world.state.since_s - back_at_s >= LET_GO_S - 1e-9
    assert trip_of(world) is Trip.GATE_OFF


def test_a_machine_that_lets_go_is_at_rest() -> None:
    world = world_in(Mode.STOPPED)
    world.tick(request=world.request._replace(acknowledge=True), cut=Cut.STOP)
    world.calm(0.5, cut=Cut.STOP)
    world.calm(2.0)
    assert (world.state.mode, world.drive) == (Mode.IDLE, REST)


def test_a_machine_that_wakes_up_cut_is_idle_for_a_second_and_then_says_why() -> None:
    world = resting_world()
    world.state = world.state._replace(since_s=world.now_s)
    world.calm(LET_GO_S - 0.1, cut=Cut.RESET)
    assert world.state.mode is Mode.IDLE
    world.calm(0.2, cut=Cut.RESET)
    assert trip_of(world) is Trip.RESET


@pytest.mark.parametrize(("cut", "trip"), [(Cut.LINK, Trip.LINK), (Cut.RESET, Trip.SENSOR_SILENT)])
def test_a_silence_in_that_second_is_the_link_s_if_it_is_gone(cut: Cut, trip: Trip) -> None:
    world = resting_world()
    world.state = world.state._replace(since_s=world.now_s)
    old = sample_of(0.0, world.now_s, gate_on=False, cut=cut)
    while world.state.mode is Mode.IDLE:
        world.tick(sample=old)
    assert world.now_s - old.taken_at_s < LET_GO_S
    assert trip_of(world) is trip


def test_a_cut_while_stopped_changes_neither_the_reason_nor_its_cause() -> None:
    world = world_in(Mode.RUNNING)
    world.tick(cut=Cut.MOTOR)
    first = world.state.stop
    for cut in Cut:
        world.tick(cut=cut)
        assert world.state.stop is first
        assert world.state.cause is None


def test_every_mode_but_the_stop_lets_the_machine_go() -> None:
    for mode in Mode:
        world = world_in(mode)
        world.tick()
        assert world.drive.latched is (mode is Mode.STOPPED)


# Whatever is cut, nothing moves by it.

TURNS = st.lists(st.tuples(st.sampled_from((None, *Cut)), st.integers(1, 300)), max_size=6)
WISHES = ("start", "press", "resume", "acknowledge", "service", "pause", "end")


@given(mode=st.sampled_from(RESTING), turns=TURNS)
def test_no_sequence_of_cuts_makes_anything_move(
    mode: Mode, turns: list[tuple[Cut | None, int]]
) -> None:
    world = world_in(mode)
    for cut, count in turns:
        for _ in range(count):
            world.tick(cut=cut)
            assert world.drive.duty == 0.0
            assert not world.drive.gate


@given(
    mode=st.sampled_from(Mode),
    turns=st.lists(
        st.tuples(st.sampled_from((None, *Cut)), st.sampled_from(WISHES), st.integers(1, 80)),
        max_size=8,
    ),
)
def test_with_a_cut_nothing_moves_whatever_is_wished(
    mode: Mode, turns: list[tuple[Cut | None, str, int]]
) -> None:
    """In IDLE the self-test may ask the motor while the gate is off, as it always may."""
    world = world_in(mode)
    for cut, wish, count in turns:
        wished: dict[str, Any] = {wish: True}
        for _ in range(count):
            world.tick(request=world.request._replace(**wished), cut=cut)
            if cut is not None:
                assert not world.state.mode.moving
                assert world.drive.duty == 0.0 or not world.drive.gate
