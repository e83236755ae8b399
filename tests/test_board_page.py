"""docs/microcontroller.md says what the firmware does, pin by pin."""

import re

from tests.board_page import BOARD, PAGE, PARTS, made, pins


def test_the_page_is_made_from_the_boards_header() -> None:
    assert PAGE.read_text() == made(), "python -m tests.board_page makes it anew"


def test_every_pin_of_the_header_stands_in_the_table_once() -> None:
    defined = re.findall(r"#define \w+_BIT (P[BCD]\d)", BOARD.read_text())
    defined.remove("PD0")  # the serial line, which the board wires itself
    told = [pin.port for pin in pins()]
    assert sorted(told) == sorted([*defined, "PC0", "PC1", "PC2"])
    assert len(set(told)) == len(told)
    assert len(PARTS) == len(defined)
