"""The one table of the wire: what cannot be sent is refused, and its page leaves nothing out."""

import re

import pytest

from controller import firmware_limits
from controller.firmware_limits import Taken
from controller.limits import Limits
from firmware_bridge import protocol_pages, protocol_table
from firmware_bridge.layout import Direction
from firmware_bridge.messages import LAYOUTS, CutCode
from firmware_bridge.protocol_c import pieces
from firmware_bridge.protocol_table import HERE, TableError

TABLE = (HERE / "protocol.toml").read_text()
PAGE = (HERE / "PROTOCOL.md").read_text()


def changed(right: str, wrong: str) -> str:
    assert right in TABLE
    return TABLE.replace(right, wrong)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('"duty", bits = 10', '"duty", bits = 11', "DRIVE: its fields take 36 bits; at most 35"),
        ("low = -500", "low = -513", r"DRIVE.duty: -513..500 cannot be said; 10 bits from -512"),
        ("high = 500", "high = 512", r"DRIVE.duty: -500..512 cannot be said"),
        ("low = 1, high = 20", "low = 21, high = 20", r"ACKNOWLEDGE.cut: 21..20 cannot be said"),
    ],
)
def test_what_cannot_be_sent_is_refused(right: str, wrong: str, said: str) -> None:
    with pytest.raises(TableError, match=said):
        protocol_table.parse(changed(right, wrong))


def test_the_crc_is_the_last_whole_bytes() -> None:
    protocol = protocol_table.read()
    assert [protocol.body_bytes(way) for way in Direction] == [5, 13]
    assert {start >> 20 for start in protocol.crc_start.values()} == {1}


def test_no_type_is_taken_twice() -> None:
    types = [(layout.direction, layout.type) for layout in LAYOUTS.values()]
    assert len(set(types)) == len(types)


def test_a_fields_pieces_are_all_its_bits_once() -> None:
    for start in range(40):
        for bits in range(1, 17):
            placed = [
                (7 * piece.byte + 6 - piece.byte_shift - place, piece.field_shift + place)
                for piece in pieces(start, bits)
                for place in range(piece.width)
            ]
            assert sorted(placed) == [(start + place, bits - 1 - place) for place in range(bits)]


def test_a_new_field_reaches_the_page() -> None:
    protocol = protocol_table.parse(changed('says = "pulse the power gate"', 'says = "new words"'))
    assert protocol_pages.page(PAGE, protocol) == PAGE.replace("pulse the power gate", "new words")


def test_the_page_has_a_table_of_everything() -> None:
    for layout in LAYOUTS.values():
        assert f"### {layout.name} ({layout.type})" in PAGE
        assert all(f"`{field.name}`" in PAGE for field in layout.fields)
    assert all(re.search(rf"^\| {one.value} \| {one.name} \|", PAGE, re.M) for one in CutCode)


def test_a_limit_in_c_is_the_limit() -> None:
    assert firmware_limits.in_c(Taken("level_kpa", "kpa")) == ("LIMIT_LEVEL_10PA", 7500)
    assert firmware_limits.in_c(Taken("rise_ratio", "ratio")) == ("LIMIT_RISE_PERMILLE", 400)
    assert firmware_limits.in_c(Taken("session_time_s", "s")) == ("LIMIT_SESSION_MS", 1_200_000)
    assert firmware_limits.in_c(Taken("check_duty", "duty")) == ("LIMIT_CHECK_DUTY", 50)
    assert firmware_limits.in_c(Taken("slew_per_s", "slew_per_s")) == ("LIMIT_SLEW_PER_S", 500)
    assert firmware_limits.in_c(Taken("gaps", "")) == ("LIMIT_GAPS", 3)


def test_a_limit_that_is_not_whole_in_c_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firmware_limits, "Limits", lambda: Limits(frozen_s=0.1234))
    with pytest.raises(ValueError, match=r"frozen_s = 0\.1234: must be a whole number of 1/1000"):
        firmware_limits.header()
