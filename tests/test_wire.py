"""The wire in Python: what is sent comes out again, and nothing else does."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.layout import MARK, Direction
from firmware_bridge.messages import FRAMINGS, LAYOUTS, Drive, Frame, Hello, Stop
from firmware_bridge.wire import Decoder, encode
from tests.wire_examples import EXAMPLES, REJECTED, sent

WAYS = pytest.mark.parametrize("way", list(Direction))


@st.composite
def frames(draw: st.DrawFn, way: Direction) -> Frame:
    """Any frame that can be sent in one direction."""
    kinds = [kind for kind, layout in LAYOUTS.items() if layout.direction is way]
    kind = draw(st.sampled_from(kinds))
    values: list[Any] = [
        draw(st.booleans() if field.bits == 1 else st.integers(field.low, field.high))
        for field in LAYOUTS[kind].fields
    ]
    return kind._make(values)


def garbage(way: Direction) -> st.SearchStrategy[bytes]:
    """Bytes that are no frame of any length: between two first bytes at most three others."""
    few = st.lists(st.integers(0, MARK - 1), max_size=3).map(bytes)
    return st.tuples(few, st.lists(st.tuples(st.integers(MARK, 255), few), max_size=4)).map(
        lambda parts: parts[0] + b"".join(bytes([mark]) + rest for mark, rest in parts[1])
    )


@pytest.mark.parametrize(("frame", "text"), EXAMPLES, ids=lambda one: str(one)[:24])
def test_the_table_both_ways(frame: Frame, text: str) -> None:
    assert encode(frame).hex() == text
    decoder = Decoder(LAYOUTS[type(frame)].direction)
    assert decoder.feed(bytes.fromhex(text)) == [frame]
    assert decoder.rejects == 0


@pytest.mark.parametrize(("why", "way", "text"), REJECTED, ids=lambda one: str(one)[:40])
def test_what_nobody_sends_is_rejected(why: str, way: Direction, text: str) -> None:
    decoder = Decoder(way)
    assert decoder.feed(bytes.fromhex(text)) == [], why
    assert decoder.rejects == 1


@WAYS
def test_what_is_no_frame_of_its_direction_is_rejected(way: Direction) -> None:
    other = next(one for one in Direction if one is not way)
    decoder = Decoder(way)
    for _, data in sent(other):
        assert decoder.feed(data) == []
    assert decoder.feed(sent(way)[0][1]) == [sent(way)[0][0]]


@WAYS
@given(data=st.data())
def test_round_trip_in_any_pieces(way: Direction, data: st.DataObject) -> None:
    wanted = data.draw(st.lists(frames(way), max_size=5))
    stream = b"".join(encode(one) for one in wanted)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    decoder = Decoder(way)
    got: list[Frame] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        got += decoder.feed(stream[start:end])
    assert got == wanted
    assert decoder.rejects == 0


@WAYS
def test_split_at_every_byte(way: Direction) -> None:
    stream = b"".join(data for _, data in sent(way))
    wanted = [frame for frame, _ in sent(way)]
    for cut in range(len(stream) + 1):
        decoder = Decoder(way)
        assert decoder.feed(stream[:cut]) + decoder.feed(stream[cut:]) == wanted


@WAYS
@given(data=st.data())
def test_garbage_before_between_and_after(way: Direction, data: st.DataObject) -> None:
    wanted = data.draw(st.lists(frames(way), min_size=1, max_size=4))
    stream = data.draw(garbage(way))
    for one in wanted:
        stream += encode(one) + data.draw(garbage(way))
    decoder = Decoder(way)
    assert decoder.feed(stream) == wanted


def test_rejects_are_counted_by_the_stretch() -> None:
    decoder = Decoder(Direction.TO_MCU)
    good = encode(Hello(1, 0))
    cut_short, wrong = good[:5], good[:-1] + bytes([good[-1] ^ 1])
    for data, rejects in (
        (b"\x01\x02\x03", 1),
        (cut_short, 1),
        (good, 2),
        (wrong, 3),
        (b"\x00", 4),
    ):
        decoder.feed(data)
        assert decoder.rejects == rejects
    assert decoder.feed(good) == [Hello(1, 0)]


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (Drive(1, 0, 501, False, True, True, 25), "DRIVE.duty = 501: must be -500 to 500"),
        (Drive(1, 0, 0, False, True, True, 5), "DRIVE.reference_kpa = 5: must be 6 to 37"),
        (Stop(256, 0), "STOP.sequence = 256: must be 0 to 255"),
        (Stop(0, -1), "STOP.session = -1: must be 0 to 63"),
    ],
)
def test_a_value_outside_its_range_is_not_sent(frame: Frame, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace(".", r"\.")):
        encode(frame)


@WAYS
def test_a_frame_has_one_mark_and_one_length(way: Direction) -> None:
    for _, data in sent(way):
        assert len(data) == FRAMINGS[way].frame_bytes
        assert [bool(byte & MARK) for byte in data] == [True] + [False] * (len(data) - 1)
