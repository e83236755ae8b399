"""Faults of the serial line: what becomes of the bytes between controller and microcontroller."""

from collections.abc import Callable, Iterator
from random import Random

from firmware_bridge.layout import Direction
from firmware_bridge.messages import BAUD, LEASE_MS, Status
from firmware_bridge.wire import Decoder, encode
from sim.faults.fault import HARMLESS, Begin, Fault, Proof, outcomes
from sim.faults.onboard import BoardScene, Tamper, on_board

Parts = Iterator[tuple[float, bytes]]
FLOOD_BYTES = 30
"""With a frame, what the line carries in a tick."""
SELDOM = 10
"""A fault that comes and goes spoils every tenth piece."""


def both_ways(make: Callable[[BoardScene], tuple[Tamper, Tamper]], least: int = 3) -> Begin:
    """What `make` makes, for each direction; the proof: so many pieces did not pass as sent."""

    def begin(scene: BoardScene) -> Proof:
        cable = scene.cable
        cable.altered = 0
        cable.outward, cable.inward = make(scene)
        return lambda: cable.altered >= least

    return on_board(begin)


def seldom(change: Callable[[bytes, Random], bytes], every: int = SELDOM) -> Begin:
    """Of both directions every so-manieth piece is changed."""

    def make(_scene: BoardScene) -> tuple[Tamper, Tamper]:
        rng, count = Random(3), [0]

        def tamper(data: bytes) -> Parts:
            count[0] += 1
            yield 0.0, data if count[0] % every else change(data, rng)

        return tamper, tamper

    return both_ways(make)


def always(tamper: Tamper) -> Begin:
    """Of both directions every piece is changed."""
    return both_ways(lambda _scene: (tamper, tamper))


def flipped(bits: int) -> Callable[[bytes, Random], bytes]:
    """So many bits."""

    def change(data: bytes, rng: Random) -> bytes:
        spoilt = bytearray(data)
        for place in rng.sample(range(8 * len(data)), bits):
            spoilt[place // 8] ^= 1 << place % 8
        return bytes(spoilt)

    return change


def burst(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(5) + data[at + 5 :]


def lost(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at + 1 :]


def inserted(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(1) + data[at:]


def truncated(data: bytes, rng: Random) -> bytes:
    return data[: rng.randrange(len(data))]


def doubled(data: bytes) -> Parts:
    yield 0.0, data
    yield 0.002, data


def held(seconds: float) -> Tamper:
    """Everything comes so much later."""

    def tamper(data: bytes) -> Parts:
        yield seconds, data

    return tamper


def silent(_data: bytes) -> Parts:
    yield from ()


def halved(data: bytes) -> Parts:
    """The receiver is too slow: every other byte is overrun."""
    yield 0.0, data[::2]


def foreign(_data: bytes) -> Parts:
    yield 0.0, b"$GPGGA,120000,0,N,0,E,0*00\r\n"


def replayed(scene: BoardScene) -> tuple[Tamper, Tamper]:
    """Behind each frame comes one of 100 ms ago."""

    def outward(data: bytes) -> Parts:
        yield 0.0, data
        yield 0.001, scene.cable.before[0]

    return outward, lambda data: iter([(0.0, data)])


def overtaken(_scene: BoardScene) -> tuple[Tamper, Tamper]:
    """Every other frame is overtaken by the next."""
    kept: list[bytes] = []

    def outward(data: bytes) -> Parts:
        if kept:
            yield 0.0, data
            yield 0.0, kept.pop()
        else:
            kept.append(data)

    return outward, lambda data: iter([(0.0, data)])


def jittered(_scene: BoardScene) -> tuple[Tamper, Tamper]:
    rng = Random(5)

    def tamper(data: bytes) -> Parts:
        yield rng.uniform(0.0, 0.006), data

    return tamper, tamper


def stalled(scene: BoardScene) -> tuple[Tamper, Tamper]:
    """For 100 ms nothing passes; then all of it at once."""
    until_s = scene.board.now_s() + 0.1

    def tamper(data: bytes) -> Parts:
        yield max(until_s - scene.board.now_s(), 0.0), data

    return tamper, tamper


def echoed(scene: BoardScene) -> tuple[Tamper, Tamper]:
    """What the controller says comes back to it."""

    def inward(data: bytes) -> Parts:
        yield 0.0, data + b"".join(scene.cable.before[-1:])

    return lambda data: iter([(0.0, data)]), inward


def half_open(_scene: BoardScene) -> tuple[Tamper, Tamper]:
    """What the controller says is lost, what it hears is not."""
    return silent, lambda data: iter([(0.0, data)])


def misread(data: bytes) -> Parts:
    """What a receiver at half the speed takes these bytes for."""
    levels = [level for byte in data for level in (0, *(byte >> bit & 1 for bit in range(8)), 1)]
    at, read = 0, bytearray()
    while at + 19 < len(levels):
        if levels[at]:
            at += 1
            continue
        read.append(sum(levels[at + 3 + 2 * bit] << bit for bit in range(8)))
        at += 19
    yield 0.0, bytes(read)


def flooded(_scene: BoardScene) -> tuple[Tamper, Tamper]:
    """Before each frame comes as much of anything as the line carries."""
    rng = Random(9)

    def tamper(data: bytes) -> Parts:
        yield 0.0, rng.randbytes(FLOOD_BYTES) + data

    return tamper, tamper


def longer(data: bytes) -> Parts:
    """Each frame is two bytes longer than the wire says."""
    yield 0.0, data + b"\x01\x02"


def renumbered(_scene: BoardScene) -> tuple[Tamper, Tamper]:
    """Every frame bears the same number, with a CRC that fits."""
    decoder = Decoder(Direction.TO_MCU)

    def outward(data: bytes) -> Parts:
        yield 0.0, b"".join(encode(one._replace(sequence=7)) for one in decoder.feed(data))

    return outward, lambda data: iter([(0.0, data)])


def stale(_scene: BoardScene) -> tuple[Tamper, Tamper]:
    """What the board tells is always of the same instant, with a CRC that fits."""
    decoder, ticks = Decoder(Direction.TO_HOST), list[int]()

    def inward(data: bytes) -> Parts:
        told = b""
        for one in decoder.feed(data):
            if isinstance(one, Status):
                ticks.append(one.tick_ms)
                told += encode(one._replace(tick_ms=ticks[0]))
            else:
                told += encode(one)
        yield 0.0, told

    return lambda data: iter([(0.0, data)]), inward


def pulled(for_s: float) -> Begin:
    """The cable is out, and in again so much later."""

    def begin(scene: BoardScene) -> Proof:
        scene.cable.pulled = True
        scene.later(for_s, lambda: setattr(scene.cable, "pulled", False))
        return lambda: scene.cable.refused > 0

    return on_board(begin)


SILENT_S = LEASE_MS / 1000.0 + 0.015
SILENT = "T11: the lease, a frame on its way, a tick"
T11 = outcomes("T11")
MAY = outcomes("goes on", "T11")

FAULTS = (
    Fault("serial/bit-1", "1 flipped bit", "a bit of every tenth piece", 0.0, "one frame is lost",
        HARMLESS, seldom(flipped(1))),
    Fault("serial/bits-2", "2 flipped bits", "two bits of every tenth piece", 0.0,
        "one frame is lost", HARMLESS, seldom(flipped(2))),
    Fault("serial/bits-3", "3 flipped bits", "three bits of every tenth piece", 0.0,
        "one frame is lost", HARMLESS, seldom(flipped(3))),
    Fault("serial/burst", "burst", "five bytes of every tenth piece", 0.0, "one frame is lost",
        HARMLESS, seldom(burst)),
    Fault("serial/lost", "byte lost", "a byte of every tenth piece is lost", 0.0,
        "one frame is lost", HARMLESS, seldom(lost)),
    Fault("serial/inserted", "byte inserted", "a byte comes into every tenth piece", 0.0,
        "one frame is lost", HARMLESS, seldom(inserted)),
    Fault("serial/truncated", "truncated", "the end of every tenth piece is lost", 0.0,
        "one frame is lost", HARMLESS, seldom(truncated)),
    Fault("serial/doubled", "duplicated", "everything comes twice", 0.0, "a repeat is no news",
        HARMLESS, always(doubled)),
    Fault("serial/replayed", "replayed old frame", "old frames come among the new", 0.0,
        "an old number is no news", HARMLESS, both_ways(replayed)),
    Fault("serial/overtaken", "reordered", "every other frame is overtaken", 0.0,
        "T9: what waits for another comes late", outcomes("goes on", "T9", "T11"),
        both_ways(overtaken)),
    Fault("serial/delayed", "delayed", "everything comes 50 ms late", SILENT_S, SILENT, T11,
        always(held(0.050))),
    Fault("serial/jitter", "jitter", "everything is held up by 0 to 6 ms", SILENT_S, SILENT, MAY,
        both_ways(jittered)),
    Fault("serial/stalled", "stalled", "nothing passes for 100 ms, then all of it", SILENT_S,
        SILENT, T11, both_ways(stalled), passing=True),
    Fault("serial/echoed", "echoed", "the controller hears itself", 0.0,
        "its own frames are of another kind", MAY, both_ways(echoed)),
    Fault("serial/half-open", "half open", "nothing gets to the board", SILENT_S, SILENT, T11,
        both_ways(half_open)),
    Fault("serial/baud", "wrong baud", f"the line has half its {BAUD} baud", SILENT_S, SILENT, T11,
        always(misread)),
    Fault("serial/overrun", "receive overrun", "every other byte is overrun", SILENT_S, SILENT, T11,
        always(halved)),
    Fault("serial/flood", "garbage flood", "30 bytes of anything before each frame", 0.0,
        "frames come late, but they come", outcomes("goes on", "T11", "T9"), both_ways(flooded)),
    Fault("serial/longer", "wrong length", "every frame is two bytes too long", 0.0,
        "what is too much begins no frame", MAY, always(longer)),
    Fault("serial/renumbered", "wrong sequence", "every frame has one number", SILENT_S, SILENT,
        T11, both_ways(renumbered)),
    Fault("serial/stale", "stale time", "the board's time stands", 0.060,
        "T9: a sample is 20 ms old, once that is sure", outcomes("T11", "T9"), both_ways(stale)),
    Fault("serial/out", "cable out", "the cable is pulled", SILENT_S, SILENT, T11, pulled(9.0)),
    Fault("serial/out-in", "cable in again", "the cable is out for 0.3 s", SILENT_S, SILENT, T11,
        pulled(0.3)),
    Fault("serial/foreign", "another device on the port", "another device speaks there", SILENT_S,
        SILENT, T11, always(foreign)),
)  # fmt: skip
