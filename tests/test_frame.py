"""The wire in C: the same table as in Python, and the same answers to anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.layout import Direction
from firmware_bridge.messages import LAYOUTS, Frame, Hello, Stop
from firmware_bridge.wire import Decoder, encode
from tests.frame_c import FrameC
from tests.test_wire import WAYS, frames, garbage
from tests.wire_examples import EXAMPLES, REJECTED


@pytest.fixture(scope="module")
def frame_c(tmp_path_factory: pytest.TempPathFactory) -> FrameC:
    return FrameC(tmp_path_factory.mktemp("frame"))


@pytest.mark.parametrize(("frame", "text"), EXAMPLES, ids=lambda one: str(one)[:24])
def test_the_table_both_ways(frame_c: FrameC, frame: Frame, text: str) -> None:
    assert frame_c.encode(frame).hex() == text
    decoder = frame_c.decoder(LAYOUTS[type(frame)].direction)
    assert decoder.feed(bytes.fromhex(text)) == [frame]
    assert decoder.rejects == 0


@pytest.mark.parametrize(("why", "way", "text"), REJECTED, ids=lambda one: str(one)[:40])
def test_what_nobody_sends_is_rejected(
    frame_c: FrameC, why: str, way: Direction, text: str
) -> None:
    decoder = frame_c.decoder(way)
    assert decoder.feed(bytes.fromhex(text)) == [], why
    assert decoder.rejects == 1


@WAYS
@given(data=st.data())
def test_both_languages_send_the_same(frame_c: FrameC, way: Direction, data: st.DataObject) -> None:
    frame = data.draw(frames(way))
    assert frame_c.encode(frame) == encode(frame)


@WAYS
@given(data=st.data())
def test_both_languages_read_the_same(frame_c: FrameC, way: Direction, data: st.DataObject) -> None:
    piece = st.one_of(frames(way).map(encode), garbage(way), st.binary(max_size=20))
    stream = b"".join(data.draw(st.lists(piece, max_size=6)))
    ours, theirs = Decoder(way), frame_c.decoder(way)
    assert theirs.feed(stream) == ours.feed(stream)
    assert theirs.rejects == ours.rejects


def test_a_lost_byte_ends_the_frame_that_was_begun(frame_c: FrameC) -> None:
    decoder, good = frame_c.decoder(Direction.TO_MCU), encode(Stop(1, 0))
    decoder.feed(good[:4])
    frame_c.build.c.decoder_break(decoder.state)
    assert decoder.feed(good[4:]) == []
    assert decoder.rejects == 1
    assert decoder.feed(encode(Hello(2, 0))) == [Hello(2, 0)]


def test_the_count_of_rejects_stays_at_its_end(frame_c: FrameC) -> None:
    decoder = frame_c.decoder(Direction.TO_MCU)
    decoder.state.framing.rejects = 0xFFFE
    decoder.feed(b"\x80\x80\x80\x80")
    assert decoder.rejects == 0xFFFF
