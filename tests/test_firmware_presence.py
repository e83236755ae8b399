"""Who is there: a foot that all elements feel, or the button that was pressed and is held."""

from typing import Any

import pytest

from tests.firmware_host import PRESS_MS, WHOLE, Board, moving, ready

SERVICE = WHOLE["SERVICE_DUTY"]


def test_without_a_foot_it_stops_within_a_tenth_of_a_second() -> None:
    board = moving()
    board.kpa = [3.8, 3.8]
    board.tick(99)
    assert board.out.duty == 100
    assert board.c.safety_foot_on(board.safety)
    board.tick()
    assert (board.out.duty, board.cut) == (0, 0)
    assert not board.c.safety_foot_on(board.safety)
    board.kpa = [20.0, 20.0]
    board.tick(250)
    assert board.out.duty == 10, "it begins as after an interruption"
    board.tick(2100)
    assert board.out.duty == 100


@pytest.mark.parametrize("kpa", [[3.8, 9.0], [9.0, 3.8]])
def test_one_element_alone_is_no_foot(kpa: list[float]) -> None:
    board = moving()
    board.kpa = kpa
    board.tick(110)
    assert (board.out.duty, board.cut) == (0, 0)


def test_without_a_second_element_the_first_is_asked_alone() -> None:
    board = moving(100, {**WHOLE, "B_SPAN": 0})
    board.kpa = [9.0, 0.0]
    board.tick(110)
    assert board.out.duty == 100


def test_another_host_needs_another_press() -> None:
    board = ready()
    board.asked["gate"] = False
    assert board.press() == 1
    board.tick(hello=True)
    assert (board.session, board.cut) == (0, 0)
    assert board.press() == 2


def serving(duty: int = SERVICE) -> Board:
    """A board without a foot whose button is held."""
    board = ready()
    board.kpa = [0.0, 0.0]
    board.tick(150)
    board.duty = duty
    board.tick(400, start_down=True)
    return board


@pytest.mark.parametrize("duty", [SERVICE, -SERVICE])
def test_service_moves_slowly_while_the_button_is_held(duty: int) -> None:
    board = serving(duty)
    assert (board.out.duty, board.out.gate) == (duty, True)
    board.asked["session"] = 0
    board.tick(PRESS_MS - 1)
    assert board.live
    board.tick()
    assert not board.live


def rests(board: Board, **fields: Any) -> bool:
    """Whether the button held as before, in no session, moves nothing any more."""
    board.asked["session"] = 0
    board.tick(start_down=True, **fields)
    board.tick(200, start_down=True)
    return not board.live


def test_service_needs_a_press_since_the_reset() -> None:
    board = Board()
    board.kpa, board.duty = [0.0, 0.0], SERVICE
    board.tick(150, start_down=True)
    board.tick(acknowledged=board.cut, start_down=True)
    assert board.cut == 0
    assert rests(board)
    board.tick(PRESS_MS)
    board.tick(PRESS_MS + 50, start_down=True)
    assert board.out.duty != 0


def test_service_needs_a_press_since_a_hello() -> None:
    assert rests(serving(), hello=True)


def test_service_needs_a_press_since_a_cut() -> None:
    board = serving()
    board.tick(stop=True, start_down=True)
    board.tick(acknowledged=board.cut, start_down=True)
    assert board.cut == 0
    assert rests(board)


@pytest.mark.parametrize("channel", [0, 1])
def test_a_load_on_service_ends_what_its_press_allowed(channel: int) -> None:
    board = serving()
    assert board.session == 1
    board.kpa[channel] = 5.0
    board.tick(start_down=True)
    board.kpa = [0.0, 0.0]
    assert (board.session, board.cut) == (0, 0)
    assert rests(board)


def test_service_needs_no_session() -> None:
    board = serving()
    board.asked["session"] = 0
    board.tick(10, start_down=True)
    assert board.out.duty == SERVICE


@pytest.mark.parametrize("duty", [SERVICE + 1, -SERVICE - 1])
def test_service_is_never_fast(duty: int) -> None:
    assert not serving(duty).out.duty


@pytest.mark.parametrize("channel", [0, 1])
def test_service_ends_with_a_load(channel: int) -> None:
    board = serving()
    board.kpa[channel] = 4.0
    board.asked["session"] = 0
    board.tick(start_down=True)
    assert not board.live
