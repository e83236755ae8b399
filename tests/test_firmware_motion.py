"""The microcontroller lets nothing move without a person, and never faster than agreed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.firmware_host import PRESS_MS, WHOLE, Board, cut, moving, number, ready

SESSION_MS, AWAY_MS = 20 * 60 * 1000, 2 * 60 * 1000
MOST, SERVICE = WHOLE["MOST_DUTY"], WHOLE["SERVICE_DUTY"]


# A session is opened by a press on this board's own button.


def test_without_a_press_nothing_moves() -> None:
    board = ready()
    board.duty = 100
    for session in (0, 1, 63):
        board.asked["session"] = session
        board.tick(30)
        assert not board.live


def test_a_press_is_debounced() -> None:
    board = ready()
    board.tick(PRESS_MS - 1, start_down=True)
    board.tick(5)
    board.tick(PRESS_MS - 1, start_down=True)
    assert board.session == 0
    board.tick(start_down=True)
    assert board.session == 1
    board.tick(PRESS_MS - 1)
    assert board.safety.presence.start_down
    board.tick()
    assert not board.safety.presence.start_down


def test_a_button_held_down_presses_once() -> None:
    board = ready()
    board.asked["gate"] = False
    board.tick(1000, start_down=True)
    board.tick(PRESS_MS - 1)  # it bounced
    board.tick(100, start_down=True)
    assert board.session == 1
    board.tick(PRESS_MS)
    board.tick(PRESS_MS, start_down=True)
    assert board.session == 2


def test_a_button_held_at_boot_is_no_press() -> None:
    board = Board()
    board.kpa = [0.0, 0.0]
    board.tick(150, start_down=True)
    board.tick(acknowledged=board.cut, start_down=True)
    board.tick(100, start_down=True)
    assert (board.cut, board.session) == (0, 0)
    board.tick(PRESS_MS)
    board.tick(PRESS_MS, start_down=True)
    assert board.session == 1


def test_a_press_while_something_is_cut_opens_nothing() -> None:
    board = Board()
    board.tick(100)
    assert board.press() == 0


def test_a_press_while_it_moves_opens_nothing() -> None:
    board = moving()
    assert board.press() == 1
    board.duty = 0
    board.tick(10)
    assert board.press() == 1  # the gate is held
    board.asked["gate"] = False
    assert board.press() == 2


def test_a_press_before_all_is_set_opens_nothing() -> None:
    board = ready()
    board.set(A_ZERO=400, A_SPAN=900)  # 75 kPa would be out of range
    assert board.press() == 0


def test_the_numbers_of_the_sessions_go_round() -> None:
    board = ready()
    board.asked["gate"] = False
    assert [board.press() for _ in range(64)] == [*range(1, 64), 1]


@pytest.mark.parametrize("other", [0, 2, 63])
def test_a_host_of_another_session_moves_nothing_and_keeps_the_link(other: int) -> None:
    board = moving()
    board.tick(1000, command={"duty": 100, "enabled": True, "session": other})
    assert not board.live
    assert board.cut == 0
    board.tick(300)
    assert board.out.duty == 100


def test_a_session_lasts_twenty_minutes() -> None:
    board = ready()
    board.asked["gate"] = False
    board.press()
    board.tick(100)
    board.tick(PRESS_MS, start_down=True)
    assert (board.session, board.safety.presence.session_ms) == (2, 0)
    board.safety.presence.session = 1
    board.tick(PRESS_MS)
    board.asked["gate"] = True
    board.duty = 100
    board.tick(300)
    assert board.out.duty == 100
    board.safety.presence.session_ms = SESSION_MS - 2
    board.tick()
    assert (board.session, board.out.duty) == (1, 100)
    board.tick()
    assert (board.session, board.out.duty, board.cut) == (0, 0, 0)


def test_a_session_ends_when_nobody_was_there_for_two_minutes() -> None:
    board = ready()
    board.press()
    board.kpa = [0.0, 0.0]
    board.tick(10)
    board.safety.presence.away_ms = AWAY_MS - 2
    board.safety.presence.session_ms = SESSION_MS // 2
    board.tick()
    assert board.session == 1
    board.tick()
    assert board.session == 0


def test_a_new_session_has_its_own_two_minutes() -> None:
    board = ready()
    board.kpa = [0.0, 0.0]
    board.safety.presence.away_ms = AWAY_MS
    board.asked["gate"] = False
    assert board.press() == 1
    left = AWAY_MS - board.safety.presence.session_ms
    board.safety.presence.session_ms += left - 2
    board.tick()
    assert board.session == 1
    board.tick()
    assert board.session == 0
    assert board.safety.presence.away_ms == AWAY_MS


# A test against the open gate.


@pytest.mark.parametrize(("duty", "runs"), [(50, True), (-50, True), (51, False), (-51, False)])
def test_the_self_test_may_ask_the_motor_while_the_gate_is_off(duty: int, runs: bool) -> None:
    board = ready()
    board.kpa = [0.0, 0.0]
    board.asked["gate"] = False
    board.press()
    board.duty = duty
    board.tick(250)
    assert board.out.duty == (duty if runs else 0)
    assert not board.out.gate
    board.tick(gate_on=True)
    assert board.out.duty == 0


@pytest.mark.parametrize(
    ("parameters", "asked"), [({"FITTED": 0}, {}), ({}, {"gate": True}), ({}, {"session": 9})]
)
def test_no_self_test_without_a_gate_that_is_off(
    parameters: dict[str, int], asked: dict[str, Any]
) -> None:
    board = ready({**WHOLE, **parameters})
    board.gate_follows = False
    board.kpa = [0.0, 0.0]
    board.asked["gate"] = False
    board.press()
    board.tick(100)
    board.duty = 50
    board.asked.update(asked)
    for _ in range(25):
        board.tick()
        assert board.out.duty == 0


def test_the_driver_sleeps_when_the_host_says_so() -> None:
    board = moving()
    assert board.out.enabled
    board.asked["enabled"] = False
    board.tick()
    assert (board.out.duty, board.out.enabled) == (0, False)


def test_the_brake_is_the_hosts_wish_and_holds_on_the_way_down() -> None:
    board = moving()
    assert not board.out.brake
    board.duty = 0
    board.tick()
    assert (board.out.duty, board.out.brake) == (0, False)
    board.asked["brake"] = True
    board.tick()
    assert board.out.brake
    board.asked["brake"] = False
    board.duty = 50
    board.tick()
    assert board.out.brake  # not there yet


# How fast.


@pytest.mark.parametrize("sign", [1, -1])
def test_the_duty_rises_by_one_a_second_at_most_and_falls_at_once(sign: int) -> None:
    board = ready()
    board.press()
    board.duty = sign * 200
    rise = []
    for _ in range(500):
        board.tick()
        rise.append(sign * board.out.duty)
    assert all(duty <= (now + 1) / 2 for now, duty in enumerate(rise))
    assert all(duty >= min(200, int((now + 1) * 0.49)) for now, duty in enumerate(rise))
    board.duty = sign * 30
    board.tick()
    assert board.out.duty == sign * 30


@pytest.mark.parametrize("duty", [-500, -MOST - 1, MOST + 1, 500])
def test_no_duty_is_more_than_the_most(duty: int) -> None:
    board = ready()
    board.press()
    board.duty = duty
    board.tick(900)
    assert abs(board.out.duty) == MOST


@pytest.mark.parametrize("duty", [60, -60])
def test_a_reversal_passes_through_rest(duty: int) -> None:
    board = moving(duty)
    board.duty = -duty
    duties = []
    for _ in range(300):
        board.tick()
        duties.append(board.out.duty)
    still = duties.count(0)
    assert duties[:still] == [0] * still
    assert 100 <= still <= 102
    assert duties[-1] == -duty


def test_going_on_the_same_way_needs_no_dead_time() -> None:
    board = moving(60)
    board.duty = 0
    board.tick()
    board.duty = 60
    board.tick(10)
    assert board.out.duty == 4


# Whatever happens.

ODD_INPUTS = st.fixed_dictionaries(
    {},
    optional={
        "stop": st.booleans(),
        "hello": st.booleans(),
        "stop_pressed": st.booleans(),
        "heel_end_open": st.booleans(),
        "toe_end_open": st.booleans(),
        "gate_on": st.booleans(),
        "start_down": st.booleans(),
        "driven": st.booleans(),
        "hurt": st.integers(0, 3),
        "failed": st.sampled_from((0, 18, 20)),
        "acknowledged": st.integers(0, 20),
        "travelled": st.integers(-400, 400),
        "command": st.fixed_dictionaries(
            {
                "duty": st.sampled_from((-500, -100, -50, 0, 1, 50, 100, 500)),
                "enabled": st.booleans(),
                "gate": st.booleans(),
                "brake": st.booleans(),
                "reference_kpa": st.sampled_from((6, 25, 37)),
                "session": st.sampled_from((0, 1, 2)),
            }
        ),
    },
)


@given(
    events=st.lists(
        st.tuples(ODD_INPUTS, st.sampled_from((1, 1, 2, 30, 101)), st.sampled_from((0, 20, 60))),
        max_size=12,
    )
)
def test_whatever_comes_the_duty_is_bounded_slow_and_never_without_a_person(
    events: list[tuple[dict[str, Any], int, int]],
) -> None:
    board = moving(100, {**WHOLE, "FITTED": 5})
    for fields, count, kpa in events:
        board.kpa = [float(kpa)] * 2
        for _ in range(count):
            before, was_cut = board.out.duty, board.cut
            board.tick(**fields)
            duty = board.out.duty
            assert abs(duty) <= MOST
            assert abs(duty) <= abs(before) + 1
            assert duty * before >= 0
            if board.cut:
                assert not board.live
                assert not was_cut or board.cut == was_cut
            if duty:
                foot = board.session and board.c.safety_foot_on(board.safety)
                served = board.safety.presence.held and abs(duty) <= SERVICE
                tested = board.session and abs(duty) <= 50 and not board.out.gate
                assert foot or served or tested
    assert board.cut in range(number("CUT_MEMORY") + 1)
    assert cut("NONE") == 0
