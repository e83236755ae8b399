"""The one state machine: every transition happens, nothing else does, and the gate follows it."""

from collections.abc import Callable
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.limits import LEVELS, Limits
from controller.modes import TRANSITIONS, Sitting
from controller.motion import duty_of
from controller.safety import Event, Mode, Reason, Request, State, Trip, step
from controller.selftest import Phase
from controller.watch import Watch
from hardware.roller import (
    BRAKE,
    FRESH_CUTS,
    LATCHED_BRAKE,
    LATCHED_REST,
    REST,
    Buttons,
    Cut,
    Drive,
    Sample,
    SensorStatus,
)
from tests.kernel_world import (
    CALM_KPA,
    RATES_HZ,
    SELF_TEST_S,
    World,
    sample_of,
    stop_of,
    world_in,
)

MOVING = {Mode.SOFT_START, Mode.RUNNING, Mode.EASED, Mode.WINDING_DOWN, Mode.SERVICE}


def overload(world: World) -> None:
    """34 kPa on a reference of 25, long enough to count; pain is far."""
    world.calm(0.31, 30.0)
    world.calm(0.32, 34.0)


def opened(world: World) -> None:
    world.ask(press=True)
    world.until(Mode.ARMED, SELF_TEST_S)


def raised(world: World) -> None:
    world.ask(level=6)


def served(world: World) -> None:
    world.calm(0.3, 0.0)
    world.tick(0.0, world.request._replace(service=True), buttons=Buttons(start=True))


def lifted(world: World) -> None:
    world.calm(0.01, 5.0)
    world.tick(0.0)
    world.tick(0.0)


def asking(**wishes: Any) -> Callable[[World], object]:
    return lambda world: world.ask(**wishes)


def waiting(seconds: float) -> Callable[[World], object]:
    return lambda world: world.calm(seconds)


def up_to_speed(world: World) -> None:
    world.until(Mode.RUNNING, 4.0)


def again(world: World) -> None:
    world.calm(2.1)
    world.ask(resume=True)


def stopping(world: World) -> None:
    world.ask(stop=True)


WAYS: dict[tuple[Mode, Event], Callable[[World], object]] = {
    (Mode.IDLE, Event.ARM): opened,
    (Mode.IDLE, Event.SERVE): served,
    (Mode.ARMED, Event.START): asking(start=True),
    (Mode.ARMED, Event.DISARM): lifted,
    (Mode.ARMED, Event.END): asking(end=True),
    (Mode.SOFT_START, Event.FULL_SPEED): up_to_speed,
    (Mode.SOFT_START, Event.EASE): overload,
    (Mode.SOFT_START, Event.HOLD): asking(pause=True),
    (Mode.SOFT_START, Event.END): asking(end=True),
    (Mode.RUNNING, Event.EASE): overload,
    (Mode.RUNNING, Event.HOLD): asking(change=True),
    (Mode.RUNNING, Event.END): asking(finished=True),
    (Mode.EASED, Event.RAISE): raised,
    (Mode.EASED, Event.EASE): overload,
    (Mode.EASED, Event.HOLD): asking(press=True),
    (Mode.EASED, Event.END): asking(end=True),
    (Mode.WINDING_DOWN, Event.AT_REST): waiting(0.51),
    (Mode.HOLD, Event.CONTINUE): again,
    (Mode.HOLD, Event.END): asking(end=True),
    (Mode.STOPPED, Event.ACKNOWLEDGE): asking(acknowledge=True),
    (Mode.SERVICE, Event.AT_REST): lambda world: world.ask(service=False),
    **{(mode, Event.TRIP): stopping for mode in Mode if mode is not Mode.STOPPED},
}


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(("mode", "event"), WAYS)
def test_every_transition_of_the_table_happens(mode: Mode, event: Event, rate_hz: int) -> None:
    world = world_in(mode, rate_hz)
    seen = len(world.states)
    before = world.state
    WAYS[mode, event](world)
    modes = {state.mode for state in world.states[seen:]}
    assert world.state.mode is TRANSITIONS[mode][event]
    assert modes <= {mode, world.state.mode}
    if event is Event.EASE:
        assert world.state.sitting.ease < before.sitting.ease
    if world.state.mode is not mode:
        assert world.state.since_s > before.since_s


def test_every_transition_of_the_table_has_its_way_here() -> None:
    assert set(WAYS) == {(mode, event) for mode, row in TRANSITIONS.items() for event in row}


def test_every_mode_has_its_row_and_only_stopped_has_one_way_out() -> None:
    assert set(TRANSITIONS) == set(Mode)
    assert TRANSITIONS[Mode.STOPPED] == {Event.ACKNOWLEDGE: Mode.IDLE}
    assert {mode for mode, row in TRANSITIONS.items() if Event.TRIP not in row} == {Mode.STOPPED}


def test_motion_begins_only_in_soft_start_or_service() -> None:
    into = {
        (mode, to)
        for mode, row in TRANSITIONS.items()
        for to in row.values()
        if to.moving and not mode.moving
    }
    assert into == {
        (Mode.ARMED, Mode.SOFT_START),
        (Mode.HOLD, Mode.SOFT_START),
        (Mode.IDLE, Mode.SERVICE),
    }


def test_the_modes_that_may_move_are_those_of_the_specification() -> None:
    assert {mode for mode in Mode if mode.moving} == MOVING


def test_a_transition_that_is_not_in_the_table_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be asked for from outside, so the table loses a row here."""
    world = world_in(Mode.RUNNING)
    row = {event: to for event, to in TRANSITIONS[Mode.RUNNING].items() if event is not Event.HOLD}
    monkeypatch.setitem(TRANSITIONS, Mode.RUNNING, row)
    state = world.ask(pause=True)
    assert state.mode is Mode.STOPPED
    assert state.stop is not None
    assert state.stop.trip is Trip.ASTRAY
    assert world.drive == LATCHED_BRAKE


# Nothing is asked: nothing happens.


@pytest.mark.parametrize("mode", [m for m in Mode if m not in (Mode.WINDING_DOWN, Mode.SERVICE)])
def test_without_a_cause_a_mode_stays(mode: Mode) -> None:
    world = world_in(mode)
    world.request = world.request._replace(speed_cm_s=0.0)
    world.calm(1.0)
    assert world.state.mode is mode


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_gate_is_on_in_moving_modes_only(mode: Mode, rate_hz: int) -> None:
    world = world_in(mode, rate_hz)
    for state, drive in zip(world.states, world.drives, strict=True):
        assert drive.gate is (state.mode in MOVING)
        assert drive.enabled or drive.duty == 0.0
        assert drive.duty == 0.0 or not drive.brake
        assert state.duty == drive.duty


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    "wishes",
    [{"start": True}, {"resume": True}, {"press": True}, {"acknowledge": True}, {"service": True}],
)
def test_a_wish_in_the_wrong_mode_moves_nothing(mode: Mode, wishes: dict[str, bool]) -> None:
    """No foot has been on for 2 s, so whatever is asked, rest stays rest."""
    world = world_in(mode)
    if mode.moving:
        return
    world.calm(0.05, 5.0)
    world.tick(5.0, world.request._replace(**wishes))
    assert not world.state.mode.moving
    assert world.drive.duty == 0.0


# Whatever comes: the rules hold.

NUMBERS = st.sampled_from((0.0, 3.0, -3.0, 10.0, -10.0, 1e9, nan, inf, -inf))
REQUESTS = st.builds(
    Request,
    speed_cm_s=NUMBERS,
    level=st.sampled_from((1, 3, 5, 10, 0, 11, -1, 2.5, nan)),
    reference_kpa=st.sampled_from((25.0, 6.0, 40.0, 0.0, -1.0, 1e9, nan, inf)),
    place=st.sampled_from((None, 0.4, nan)),
    recorded=st.sampled_from((0, 1, 2)),
    **dict.fromkeys(
        ("press", "start", "resume", "pause", "change", "finished", "end", "stop", "acknowledge"),
        st.sampled_from((False, False, False, False, True)),
    ),
    service=st.booleans(),
)
KPA = st.sampled_from((20.0, 20.1, 20.2, 0.0, 3.9, 4.0, 12.0, 30.0, 33.0, 40.0, 50.0, 76.0, nan))


@st.composite
def samples(draw: st.DrawFn) -> dict[str, Any]:
    kpa = draw(KPA)
    return {
        "pressure_kpa": kpa,
        "pressure_b_kpa": draw(st.sampled_from((kpa, kpa, kpa, None, kpa + 7.0))),
        "sensor": draw(st.sampled_from((SensorStatus.OK,) * 5 + tuple(SensorStatus))),
        "gate_on": draw(st.sampled_from((True, True, False, None))),
        "heel_end_open": draw(st.booleans()),
        "toe_end_open": draw(st.booleans()),
        "stop_pressed": draw(st.sampled_from((False,) * 9 + (True,))),
        "buttons": Buttons(start=draw(st.booleans())),
        "cut": draw(st.sampled_from((None,) * 80 + tuple(Cut))),
    }


PAINFUL = (Cut.LEVEL, Cut.RISE)


def allowed(before: Mode, after: Mode) -> bool:
    return before is after or after in TRANSITIONS[before].values()


def judge_self_test(state: State, drive: Drive) -> None:
    """The motor is asked or the gate is pulsed, never both."""
    assert state.sitting.opened_at_s is not None
    assert state.duty == 0.0
    if state.test.phase is Phase.ASKED:
        assert 0.0 < drive.duty <= Limits().check_duty
        assert drive == Drive(drive.duty, brake=False, enabled=True, gate=False)
    else:
        assert state.test.phase is Phase.PULSED
        assert drive == BRAKE._replace(gate=True)


def judge(before: State, state: State, drive: Drive, sample: Sample, request: Request) -> None:
    """What must hold after any tick."""
    assert allowed(before.mode, state.mode)
    if state.mode is Mode.IDLE and drive not in (REST, BRAKE):
        judge_self_test(state, drive)
        return
    assert drive.gate is (state.mode in MOVING)
    assert (state.stop is not None) is (state.mode is Mode.STOPPED)
    assert -1.0 <= drive.duty <= 1.0
    assert state.duty == drive.duty
    assert drive.latched is (state.mode is Mode.STOPPED)
    if not drive.gate:
        assert drive in (REST, BRAKE, LATCHED_REST, LATCHED_BRAKE)
    if before.mode is Mode.STOPPED and state.stop is not None and state.stop is not before.stop:
        assert before.stop is not None
        assert (state.stop.first, sample.cut in PAINFUL) == (before.stop.trip, True)
        assert before.stop.trip.reason is not Reason.PAIN
    known = before.mode is Mode.STOPPED or sample.cut in before.letting_go
    cut = sample.cut is not None and not known
    if sample.stop_pressed or request.stop or cut:
        assert state.mode is Mode.STOPPED
    assert not (drive.duty > 0.0 and sample.toe_end_open)
    assert not (drive.duty < 0.0 and sample.heel_end_open)
    if state.mode in (Mode.SOFT_START, Mode.RUNNING, Mode.EASED):
        level = request.level if request.level in LEVELS else 1
        if sample.pressure_b_kpa is None or sample.gate_on is None:
            level = min(level, 3)
        assert abs(drive.duty) <= duty_of(LEVELS[level].speed_cm_s, Limits()) + 1e-9
    if abs(request.speed_cm_s) in (0.0, inf) or request.speed_cm_s != request.speed_cm_s:
        assert drive.duty == 0.0 or state.mode is Mode.WINDING_DOWN


@given(
    mode=st.sampled_from(Mode),
    ticks=st.lists(st.tuples(REQUESTS, samples(), st.sampled_from((1, 1, 1, 3))), max_size=12),
)
def test_whatever_comes_the_rules_hold(
    mode: Mode, ticks: list[tuple[Request, dict[str, Any], int]]
) -> None:
    world = STARTED[mode]
    state, tick_s, now_s = world.state, world.limits.tick_s, world.now_s
    for request, fields, pause in ticks:
        now_s += tick_s * pause
        sample = Sample(now_s, **fields)
        before = state
        state, drive = step(state, request, sample, world.limits, now_s)
        judge(before, state, drive, sample, request)


STARTED = {mode: world_in(mode) for mode in Mode}


def test_stepping_changes_nothing_that_was_given() -> None:
    world = world_in(Mode.RUNNING)
    state, sample = world.state, sample_of(CALM_KPA, world.now_s)
    first = step(state, world.request, sample, world.limits, world.now_s)
    assert first == step(state, world.request, sample, world.limits, world.now_s)


def test_a_machine_begins_at_rest_or_with_the_stop_it_remembers() -> None:
    assert State.initial(7.0, 3) == State(
        Mode.IDLE, 7.0, Watch(7.0), sitting=Sitting(number=3), letting_go=FRESH_CUTS
    )
    stop = stop_of(Trip.POWER)
    state = State.initial(7.0, 3, stop)
    assert (state.mode, state.stop, state.sitting.number) == (Mode.STOPPED, stop, 3)
    assert state.letting_go == ()
    assert state.sitting.opened_at_s is None


@pytest.mark.parametrize("mode", [Mode.RUNNING, Mode.HOLD, Mode.STOPPED, Mode.IDLE])
def test_a_controller_that_is_told_to_end_leaves_no_session_and_every_stop(mode: Mode) -> None:
    state = world_in(mode).state
    parted = state.parted()
    assert parted.sitting.opened_at_s is None
    assert (parted.stop, parted.sitting.number) == (state.stop, state.sitting.number)
    assert parted.sitting.pains == state.sitting.pains


def test_reasons_that_latch_are_the_first_four() -> None:
    latching = {Reason.PAIN, Reason.PERSON, Reason.FAULT, Reason.POWER}
    assert {trip.reason for trip in Trip} == latching == set(list(Reason)[:4])
