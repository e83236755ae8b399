"""Who may move the machine: a press, a foot, and not for ever; and never faster than allowed."""

from itertools import pairwise

import pytest

from firmware_bridge.messages import CutCode
from tests.mcu_host import (
    DUTY,
    MOST_DUTY,
    SERVICE_DUTY,
    Host,
    driven_again_s,
    new_board,
    off_after_s,
)
from tests.rigged import Rigged

UNIT = 1 / 500
FOOT_KPA, NOISE_KPA, FOOT_GONE_S, TICK_S = 4.0, 1.0, 0.100, 0.004
SESSION_MS, AWAY_MS = 1_200_000, 120_000
MADLY = 500


def never_driven(host: Host) -> bool:
    return not any(one.driven or one.truth.motor_powered for one in host.moments)


def test_without_a_press_nobody_drives() -> None:
    host = Host().ready()
    for session in range(64):
        host.session = session
        host.drive(0.012, DUTY)
    assert host.cut is CutCode.NONE
    assert never_driven(host)


def test_a_button_that_is_held_while_power_comes_is_no_press() -> None:
    board = new_board()
    board.plant.set_button("start", True)
    host = Host(board).ready()
    assert host.status.start_down
    host.drive(0.4, DUTY)
    host.plant.set_button("start", False)
    host.drive(0.4, DUTY)
    assert never_driven(host)
    assert host.press_start().status.session == 1


def test_a_button_held_since_power_came_moves_no_carriage_either() -> None:
    board = new_board()
    board.plant.set_button("start", True)
    host = Host(board).greet().configure().acknowledge().drive(0.4, SERVICE_DUTY)
    assert host.status.start_down
    assert never_driven(host)
    host.plant.set_button("start", False)
    host.drive(0.1, SERVICE_DUTY)
    host.plant.set_button("start", True)
    host.drive(0.3, SERVICE_DUTY)
    assert host.moments[-1].driven


def test_a_host_that_began_anew_needs_a_new_press() -> None:
    host = Host().open_session()
    began_s = host.now_s
    host.session = host.status.session
    host.greet().drive(0.4, DUTY)
    assert (host.status.session, host.cut) == (0, CutCode.NONE)
    assert driven_again_s(host, began_s) is None
    host.session = None
    host.press_start().drive(0.2, DUTY)
    assert host.moments[-1].driven


def test_a_foot_that_comes_back_is_not_driven_at_once_at_full_speed() -> None:
    host = Host().rolling()
    host.plant.foot_off()
    host.drive(0.6, DUTY)
    host.plant.foot_on()
    host.drive(1.0, DUTY)
    moved = [one.duty for one in host.moments if one.at_s > host.now_s - 1.0]
    assert host.cut is CutCode.NONE
    assert 0.0 < moved[-1] <= 0.088
    assert all(after - before < 1.5 * UNIT for before, after in pairwise(moved))


def test_a_press_shorter_than_a_bounce_is_none() -> None:
    host = Host().ready()
    for _ in range(10):
        host.press_start(0.016)
    assert host.status.session == 0
    assert host.press_start(0.032).status.session == 1


def test_without_a_foot_a_session_moves_nothing() -> None:
    host = Host().greet().configure().acknowledge().press_start()
    assert host.status.session == 1
    host.drive(0.5, DUTY)
    assert host.cut is CutCode.NONE
    assert never_driven(host)


def test_a_foot_that_is_lifted_stops_it_and_holds_the_session() -> None:
    host = Host().rolling()
    lifted_s = host.now_s
    host.plant.foot_off()
    host.drive(0.6, DUTY)
    gone = [one for one in host.moments if one.at_s > lifted_s]
    gone_s = next(one.at_s for one in gone if one.truth.pressure_kpa < FOOT_KPA - NOISE_KPA)
    off_s = off_after_s(host, gone_s)
    assert off_s is not None
    assert off_s <= FOOT_GONE_S + TICK_S
    assert driven_again_s(host, gone_s + off_s) is None
    assert host.status.session == 1
    host.plant.foot_on()
    host.drive(0.8).drive(0.2, DUTY)
    assert host.moments[-1].driven, "the foot came back within the session"


def test_two_minutes_without_a_foot_close_the_session() -> None:
    host = Rigged().rolling()
    host.plant.foot_off()
    host.drive(1.0)
    foot_s = max(one.at_s for one in host.moments if one.truth.pressure_kpa >= FOOT_KPA)
    away = host.counter(round((host.now_s - foot_s) * 1000))
    session = host.session_counter()
    host.set_counter(session, AWAY_MS + 1000)
    host.set_counter(away, AWAY_MS - 200)
    sessions = [host.drive(duration_s).status.session for duration_s in (0.188, 0.020)]
    assert sessions == [1, 0]
    host.plant.foot_on()
    began_s = host.now_s
    host.drive(1.0, DUTY)
    assert driven_again_s(host, began_s) is None
    assert host.cut is CutCode.NONE


def test_after_twenty_minutes_the_session_is_over() -> None:
    host = Rigged().rolling()
    session = host.session_counter(DUTY)
    host.set_counter(session, SESSION_MS - 200)
    began_s = host.now_s
    host.drive(0.5, DUTY)
    off_s = off_after_s(host, began_s)
    assert off_s is not None
    assert 0.195 <= off_s <= 0.205
    assert driven_again_s(host, began_s + off_s) is None
    assert (host.status.session, host.cut) == (0, CutCode.NONE)
    host.press_start().drive(0.2, DUTY)
    assert (host.status.session, host.moments[-1].driven) == (2, True)


@pytest.mark.parametrize("duty", [MADLY, -MADLY])
def test_a_mad_host_gets_no_more_than_this_machine_may(duty: int) -> None:
    host = Host().rolling(MOST_DUTY, 1.0)
    since_s = host.now_s
    host.drive(0.8, duty)
    fastest = max(abs(one.duty) for one in host.moments)
    assert fastest == pytest.approx(MOST_DUTY * UNIT, abs=UNIT)
    assert abs(host.moments[-1].duty) == pytest.approx(MOST_DUTY * UNIT, abs=UNIT)
    assert all(one.duty * duty >= 0.0 for one in host.moments if one.at_s > since_s + 0.005)


def test_the_duty_rises_by_no_more_than_one_in_a_second() -> None:
    host = Host().open_session()
    host.drive(0.6, MADLY)
    duties = [one.duty for one in host.moments]
    for early, late in zip(duties, duties[50:], strict=False):
        assert late - early <= 0.050 + 2 * UNIT
    assert duties[-1] > 0.4, "it did rise"


def test_a_reversal_passes_through_a_rest() -> None:
    host = Host().rolling()
    for duty in (-DUTY, DUTY):
        since_s = host.now_s
        host.drive(0.4, duty)
        stopped_s = off_after_s(host, since_s)
        assert stopped_s is not None
        assert stopped_s <= 0.004
        again_s = driven_again_s(host, since_s + stopped_s)
        assert again_s is not None
        assert 0.098 <= again_s <= 0.106
        assert host.moments[-1].duty * duty > 0.0


def test_in_service_it_moves_slowly_without_a_foot_while_the_button_is_held() -> None:
    host = Host().greet().configure().acknowledge()
    host.plant.set_button("start", True)
    host.drive(0.3, SERVICE_DUTY)
    assert host.moments[-1].driven
    host.drive(0.1, SERVICE_DUTY + 2)
    assert not host.moments[-1].driven, "faster than service may go"
    host.drive(0.3, SERVICE_DUTY)
    host.plant.set_button("start", False)
    since_s = host.now_s
    host.drive(0.3, SERVICE_DUTY)
    off_s = off_after_s(host, since_s)
    assert off_s is not None
    assert off_s <= 0.024
    assert max(one.truth.speed_cm_s for one in host.moments) < 2.5


def test_a_load_stops_service() -> None:
    host = Host().greet().configure().acknowledge()
    host.plant.set_button("start", True)
    host.drive(0.3, SERVICE_DUTY)
    host.plant.foot_on()
    host.drive(0.8, SERVICE_DUTY)
    loaded_s = next(one.at_s for one in host.moments if one.truth.pressure_kpa > 2 * FOOT_KPA)
    assert not any(one.driven for one in host.moments if one.at_s > loaded_s + 0.004)
