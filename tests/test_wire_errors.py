"""Errors on the wire: every one of one to three bits in a frame is found, start and stop bits too.

The C decoders are swept in C, which is the same code and far quicker; the Python decoder goes the
same way for the short frames. Why no content is an exception is arithmetic, and tested as such.
"""

from collections.abc import Callable, Iterator
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.layout import MARK, Direction
from firmware_bridge.messages import CRC_BITS, CRC_POLYNOMIAL, FRAMINGS, Drive, Frame, Stop
from firmware_bridge.wire import Decoder, encode
from tests.host_build import FIRMWARE, host_build
from tests.wire_examples import sent

Record = Callable[[str, object], None]
WAYS = pytest.mark.parametrize("way", list(Direction))
HERE = Path(__file__).resolve().parent
PER_FRAME = {Direction.TO_MCU: 43_744, Direction.TO_HOST: 349_632}
PER_LINE = {Direction.TO_MCU: 85_400, Direction.TO_HOST: 682_800}
PER_PAIR = {Direction.TO_MCU: (349_632, 847), Direction.TO_HOST: (2_796_416, 3_615)}
GAPS = (0, 1, 2, 10)
"""Bits at rest between two frames."""


def patterns(bits: int) -> int:
    return sum(comb(bits, changed) for changed in (1, 2, 3))


@pytest.fixture(scope="module")
def c(tmp_path_factory: pytest.TempPathFactory) -> Any:
    sources = [FIRMWARE / "frame.c", FIRMWARE / "peer.c"]
    headers = [FIRMWARE / name for name in ("protocol.h", "frame.h", "peer.h")]
    sources += [HERE / "frame_errors.c", HERE / "frame_pairs.c"]
    folder = tmp_path_factory.mktemp("errors")
    return host_build("errors", sources, [*headers, HERE / "frame_errors.h"], folder).c


def triples(way: Direction) -> Iterator[bytes]:
    """Every example between two others."""
    examples = [data for _, data in sent(way)]
    for place, data in enumerate(examples):
        yield examples[place - 1] + data + examples[(place + 1) % len(examples)]


@WAYS
def test_every_error_in_a_frame_leaves_its_neighbours_only(
    c: Any, way: Direction, record_property: Record
) -> None:
    length = FRAMINGS[way].frame_bytes
    assert patterns(8 * length) == PER_FRAME[way]
    for stream in triples(way):
        sweep = c.sweep_bytes(stream, length)
        assert (sweep.patterns, sweep.wrong) == (PER_FRAME[way], 0)
    record_property(
        "figure",
        f"wire, {length}-byte frames: {PER_FRAME[way]:,} errors of 1-3 bits in each of "
        f"{len(sent(way))} contents, 0 delivered",
    )


@pytest.mark.parametrize("frame", [Stop(7, 0), Drive(200, 9, 350, False, True, True, 25)])
def test_every_error_in_a_short_frame_in_python(frame: Frame) -> None:
    """The next frame is the eight bytes after; what it comes to is seen once, for speed."""
    good = encode(frame)
    tried = 0
    for changed in (1, 2, 3):
        for bits in combinations(range(64), changed):
            damaged = bytearray(good)
            for bit in bits:
                damaged[bit // 8] ^= 1 << bit % 8
            decoder = Decoder(Direction.TO_MCU)
            assert decoder.feed(bytes(damaged) + good[:1]) == []
            tried += 1
    assert tried == PER_FRAME[Direction.TO_MCU]


@WAYS
def test_after_every_single_error_python_takes_up_the_next_frame(way: Direction) -> None:
    for stream in triples(way):
        length = len(stream) // 3
        wanted = Decoder(way).feed(stream[:length] + stream[-length:])
        for bit in range(8 * length, 16 * length):
            damaged = bytearray(stream)
            damaged[bit // 8] ^= 1 << bit % 8
            assert Decoder(way).feed(bytes(damaged)) == wanted


@WAYS
def test_every_error_of_the_line_start_and_stop_bits_too(
    c: Any, way: Direction, record_property: Record
) -> None:
    """The firmware's receiver throws a byte without its stop bit away; the host's may not."""
    length = FRAMINGS[way].frame_bytes
    assert patterns(10 * length) == PER_LINE[way]
    examples = list(triples(way))[:: 1 if way is Direction.TO_MCU else 3]
    tried = 0
    for stream in examples:
        for gap in GAPS:
            sweep = c.sweep_line(stream[length:], length, gap, way is Direction.TO_MCU)
            assert (sweep.patterns, sweep.wrong) == (PER_LINE[way], 0)
            assert not (gap == 10 and sweep.next_lost)
            tried += sweep.patterns
    record_property(
        "figure",
        f"wire, {length}-byte frames as the line carries them, start and stop bits too: "
        f"{tried:,} errors of 1-3 bits, 0 delivered wrong",
    )


def remainder(power: int) -> int:
    """x to this power, over the CRC's polynomial: what one changed bit makes of the CRC."""
    rest = 1 << power
    for place in range(power, CRC_BITS - 1, -1):
        if rest >> place & 1:
            rest ^= CRC_POLYNOMIAL << place - CRC_BITS
    return rest


def test_no_content_is_an_exception() -> None:
    """Up to five changed bits show in the longest frame, whatever it says.

    The CRC is linear, so that an error passes if, and only if, the remainders of its bits add up
    to nothing. An odd number of them never does, because the polynomial is a multiple of x + 1;
    two never do, because no two are alike; four never do, because no two pairs are.
    """
    alone = [remainder(power) for power in range(7 * FRAMINGS[Direction.TO_HOST].frame_bytes)]
    assert CRC_POLYNOMIAL.bit_count() % 2 == 0
    assert len(set(alone)) == len(alone)
    assert 0 not in alone
    pairs = [one ^ other for one, other in combinations(alone, 2)]
    assert len(set(pairs)) == len(pairs)


@WAYS
def test_the_product_adds_remainders(way: Direction) -> None:
    """A changed bit of the sequence changes the CRC by that bit's remainder, in every example."""
    length = FRAMINGS[way].frame_bytes
    lowest = 7 * length - 11  # three bits of type, eight of sequence
    for frame, data in sent(way):
        for bit in range(8):
            changed = frame._replace(sequence=frame.sequence ^ 1 << bit)
            flips = 1 << lowest + bit ^ remainder(lowest + bit)
            assert encode(changed) == data_of(whole(data) ^ flips, length)


def whole(data: bytes) -> int:
    """The bits of a frame as one number."""
    number = 0
    for byte in data:
        number = number << 7 | byte & MARK - 1
    return number


def data_of(number: int, length: int) -> bytes:
    """The bytes of a frame whose bits are `number`."""
    rest = [number >> 7 * place & MARK - 1 for place in range(length - 1, -1, -1)]
    return bytes([rest[0] | MARK, *rest[1:]])


@WAYS
def test_errors_spread_over_two_frames(c: Any, way: Direction, record_property: Record) -> None:
    """Two marks that changed can make a frame astride two: only the CRC stands before it then."""
    length = FRAMINGS[way].frame_bytes
    tried, astride = PER_PAIR[way]
    assert patterns(16 * length) == tried
    pairs = c.sweep_pair(next(triples(way)), length)
    assert (pairs.patterns, pairs.astride, pairs.wrong) == (tried, astride, 0)
    assert astride == (length - 1) * (1 + 7 * length + 8 * length)
    chance = c.sample_pairs(100_000, 7, length)
    assert chance.tries == 100_000 * (length - 1) * (1 + 7 * length)
    assert 0 < chance.crc_right < 2 * chance.tries / 2**CRC_BITS
    assert chance.delivered < chance.crc_right / 2
    record_property(
        "figure",
        f"wire, {length}-byte frames: {astride:,} of {tried:,} errors of 1-3 bits over two frames "
        f"are left to the CRC alone; {chance.delivered} of {chance.tries:,} tries were delivered",
    )
