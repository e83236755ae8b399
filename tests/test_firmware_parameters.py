"""The microcontroller's parameters: bounded again, complete, and not while it moves."""

import pytest

from tests.firmware_host import WHOLE, Board, moving, number, ready, rules

BOUNDS = [
    ("A_ZERO", 0, 400),
    ("A_SPAN", 60, 900),
    ("B_ZERO", 0, 400),
    ("B_SPAN", 60, 900),
    ("LEVEL", 4000, 7500),
    ("MOST_DUTY", 50, 350),
    ("SERVICE_DUTY", 20, 160),
    ("FITTED", 0, 7),
]


@pytest.mark.parametrize(("name", "low", "high"), BOUNDS)
def test_a_parameter_is_taken_within_its_bounds(name: str, low: int, high: int) -> None:
    board = Board()
    index = number(f"PARAMETER_{name}")
    for value in (low, high):
        assert board.set(**{name: value})
        assert board.c.safety_setting(board.safety, index) == value
    for value in (low - 1, high + 1, 8191):
        assert value < 0 or not board.set(**{name: value})
        assert board.c.safety_setting(board.safety, index) == high


def test_a_second_element_may_be_missing() -> None:
    board = Board()
    assert board.set(B_SPAN=0)
    assert not board.set(B_SPAN=1)
    assert not board.set(B_SPAN=59)


@pytest.mark.parametrize("index", [8, 31, 255])
def test_there_are_eight_parameters(index: int) -> None:
    board = Board()
    assert not board.c.safety_set(board.safety, index, 60)
    assert board.c.safety_setting(board.safety, index) == 0


@pytest.mark.parametrize("missing", WHOLE)
def test_nothing_moves_until_all_is_set(missing: str) -> None:
    parameters = dict(WHOLE)
    value = parameters.pop(missing)
    board = Board(parameters)
    assert not board.c.safety_configured(board.safety)
    board.set(**{missing: value})
    assert board.c.safety_configured(board.safety)


@pytest.mark.parametrize("channel", ["A", "B"])
def test_the_pressure_that_is_pain_must_be_within_the_range(channel: str) -> None:
    board = ready()
    board.set(**{f"{channel}_ZERO": 200, f"{channel}_SPAN": 801})
    assert not board.c.safety_configured(board.safety)
    board.press()
    board.duty = 100
    board.tick(100)
    assert not board.live
    board.set(**{f"{channel}_SPAN": 800})
    assert board.c.safety_configured(board.safety)


def test_nothing_is_set_while_it_moves() -> None:
    board = moving()
    assert not board.set(MOST_DUTY=350)
    board.duty = 0
    board.tick()
    assert not board.set(MOST_DUTY=350)
    board.asked["gate"] = False
    board.tick()
    assert board.set(MOST_DUTY=350)


def test_a_pressure_is_turned_into_counts_rounded_down() -> None:
    """For every span and every pressure that is ever asked for."""
    line = rules().ffi.new("struct line *")
    asked = {4000, 7500, *range(400, 1501), *(100 * kpa + 750 for kpa in range(38))}
    for span in range(60, 901):
        line.span = span
        for pressure_10pa in (*(one for one in asked if one % 50 == 0), span * 8):
            known = rules().c.counts_of(line, pressure_10pa)
            assert known == span * pressure_10pa // 7500


def test_a_lines_own_limits_are_rounded_to_the_safe_side() -> None:
    line = rules().ffi.new("struct line *")
    for span in range(60, 901):
        line.span = span
        rules().c.line_limits(line)
        assert line.foot == -(-span * 4 // 75)
        assert (line.wild, line.drift, line.apart) == (span // 5, span * 4 // 75, span * 6 // 75)
