"""A machine with a mind of its own has cut: the kernel latches, too, and says the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.modes import Mode
from controller.signs import STOPS, Sign
from controller.trips import Trip
from controller.watch import CUTS, Reason
from hardware.roller import LATCHED_BRAKE, LATCHED_REST, Cut
from tests.kernel_world import RATES_HZ, World, world_in

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
