"""The course of the program as plan follows it: home, reference, shifts, the end."""

from typing import Any

import pytest

from controller.modes import Mode
from controller.programs import WHOLE_FOOT, Cursor
from controller.session import place_of
from controller.watch import Reason
from tests.planner import Planner


@pytest.mark.parametrize("mode", [Mode.IDLE, Mode.ARMED, Mode.HOLD, Mode.STOPPED])
def test_where_nothing_may_move_nothing_is_wanted_and_no_time_is_spent(mode: Mode) -> None:
    planner = Planner()
    planner.home()
    planner.spend(1.0)
    cursor = planner.session.cursor
    requests = planner.be(mode, Reason.PAUSED).spend(1.0)
    assert {request.speed_cm_s for request in requests} == {0.0}
    assert planner.session.cursor == cursor


def test_first_it_goes_home_and_then_along_the_sole() -> None:
    planner = Planner()
    planner.opened().plan()
    planner.be(Mode.SOFT_START)
    assert {request.speed_cm_s for request in planner.spend(1.0)} == {-2.0}
    assert place_of(planner.session) is None
    assert planner.session.standing.place is None
    request = planner.plan(heel_end_open=True)
    assert (request.speed_cm_s, request.place) == (2.0, 0.0)
    assert place_of(planner.session) == 0.0


def test_the_place_is_a_share_of_the_foot() -> None:
    planner = Planner()
    planner.home()
    planner.session = planner.session._replace(
        carriage=planner.session.carriage._replace(at_cm=13.0)
    )
    assert planner.plan().place == pytest.approx(0.5)
    assert place_of(planner.session) == pytest.approx(0.5)


def test_the_carriage_follows_the_kernels_duty_also_between_plans() -> None:
    travelled = []
    for rate_hz in (50, 1000):
        planner = Planner(rate_hz)
        planner.home()
        planner.be(Mode.RUNNING, duty=0.3)
        planner.spend(1.0)
        travelled.append(planner.session.carriage.at_cm)
    assert travelled[0] == pytest.approx(travelled[1], rel=0.05)
    assert travelled[0] > 3.0


def test_an_end_far_from_where_it_can_be_is_early_and_the_next_session_finds_home_anew() -> None:
    planner = Planner()
    planner.home()
    planner.be(Mode.RUNNING, duty=0.3)
    planner.spend(2.0)
    before = place_of(planner.session)
    assert not planner.plan(heel_end_open=True).early
    assert place_of(planner.session) == before, "it is doubted"
    assert planner.plan(heel_end_open=True).early
    planner.be(Mode.STOPPED).spend(1.0, heel_end_open=True)
    planner.opened(2)
    assert not planner.plan(toe_end_open=True).early
    assert place_of(planner.session) == pytest.approx(20.0 / 26.0)


def test_a_new_session_begins_the_program_again_with_its_own_reference() -> None:
    planner = Planner()
    planner.home()
    planner.spend(5.0)
    assert planner.session.cursor.spent_s > 4.0
    planner.closed().be(Mode.IDLE).plan()
    request = planner.opened(2).plan(kpa=11.0)
    assert (request.speed_cm_s, request.change, request.finished) == (0.0, False, False)
    assert planner.session.cursor == Cursor()
    assert (planner.session.number, request.reference_kpa) == (2, 11.0)


def test_the_reference_follows_until_two_strokes_are_done_and_then_stays() -> None:
    planner = Planner()
    planner.home()
    planner.spend(5.0, kpa=12.0)
    assert not planner.session.reference.frozen
    assert planner.plan(kpa=12.0).reference_kpa == pytest.approx(12.0, abs=0.2)
    cursor = planner.session.cursor._replace(strokes=2)
    planner.session = planner.session._replace(cursor=cursor)
    planner.plan(kpa=12.0)
    assert planner.session.reference.frozen
    frozen = planner.session.reference
    planner.spend(5.0, kpa=39.0)
    planner.be(Mode.HOLD, Reason.PAUSED).spend(1.0, kpa=39.0)
    assert planner.session.reference is frozen


def test_while_a_foot_is_off_in_the_learning_strokes_no_place_is_learned() -> None:
    planner = Planner()
    planner.home()
    planner.spend(1.0)
    before = planner.session.reference
    planner.be(Mode.HOLD, Reason.FOOT_GONE).spend(10.0, kpa=0.0)
    after = planner.session.reference
    assert (after.kpa, after.sum_kpa, after.samples) == (
        before.kpa,
        before.sum_kpa,
        before.samples,
    )


def at_step(number: int, **cursor: Any) -> Planner:
    """RUNNING at the beginning of a step of the program."""
    planner = Planner()
    planner.home()
    place = {"strokes": 5, "heading": 1.0, **cursor}
    planner.session = planner.session._replace(cursor=Cursor(step=number, **place))
    return planner


def test_a_lane_waits_for_the_foot_to_be_shifted() -> None:
    planner = at_step(2)
    request = planner.plan()
    assert (request.change, request.speed_cm_s) == (True, 0.0)
    planner.be(Mode.HOLD, Reason.CHANGE)
    assert not planner.plan().change
    assert planner.session.cursor.shifted
    planner.be(Mode.SOFT_START)
    request = planner.plan()
    assert not request.change
    assert planner.plan().speed_cm_s != 0.0


def test_another_hold_is_no_shift() -> None:
    planner = at_step(2)
    assert planner.plan().change
    planner.be(Mode.HOLD, Reason.FOOT_GONE).spend(1.0)
    assert not planner.session.cursor.shifted
    planner.be(Mode.SOFT_START)
    assert planner.plan().change


def test_a_step_without_a_shift_waits_for_nobody() -> None:
    planner = at_step(1)
    assert not planner.plan().change
    assert not planner.session.cursor.shifted


def test_the_end_of_the_program_is_told_and_nothing_more_is_wanted() -> None:
    planner = at_step(len(WHOLE_FOOT.steps) - 1, spent_s=9.9)
    requests = planner.spend(1.0)
    assert [request.finished for request in requests].count(False) == 5
    assert requests[-1].finished
    assert requests[-1].speed_cm_s == 0.0
    assert planner.be(Mode.WINDING_DOWN).plan().finished
