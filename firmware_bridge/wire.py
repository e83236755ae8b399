"""The wire's codec: frozen frames to bytes, bytes to frames. It owns no port and no clock.

* Every byte carries seven bits; its top bit is set in the first byte of a frame and in no other.
* All frames of one direction have one length, and end in a CRC of 21 bits.
* A decoder yields a frame, waits, or rejects; after anything it takes up the next first byte.

Why every error of up to three bits is found: PROTOCOL.md.
"""

from firmware_bridge.layout import BITS_PER_BYTE, MARK, TYPE_BITS, Direction, Field, Layout
from firmware_bridge.messages import CRC_BITS, CRC_POLYNOMIAL, FRAMINGS, LAYOUTS, Frame

PAYLOAD = MARK - 1
KINDS = {(layout.direction, layout.type): kind for kind, layout in LAYOUTS.items()}


def encode(frame: Frame) -> bytes:
    """Return `frame` as it is sent. Raises `ValueError` for a value outside its range."""
    layout = LAYOUTS[type(frame)]
    framing = FRAMINGS[layout.direction]
    body_bits = framing.frame_bytes * BITS_PER_BYTE - CRC_BITS
    bits, taken = layout.type, TYPE_BITS
    for field, value in zip(layout.fields, frame, strict=True):
        bits = bits << field.bits | _checked(layout, field, value) - field.offset
        taken += field.bits
    bits <<= body_bits - taken
    whole = bits << CRC_BITS | _crc(bits, body_bits, framing.crc_start)
    return _to_bytes(whole, framing.frame_bytes)


class Decoder:
    """Takes the bytes of one direction, in any pieces, and gives the frames among them."""

    def __init__(self, direction: Direction) -> None:
        self.rejects = 0
        """How many stretches of bytes made no frame."""
        self._direction = direction
        self._framing = FRAMINGS[direction]
        self._begun = bytearray()
        self._lost = False

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that `data` completes, in order."""
        frames: list[Frame] = []
        for byte in data:
            if self._take(byte):
                frame = _read(self._direction, bytes(self._begun))
                self._begun.clear()
                if frame is None:
                    self.rejects += 1
                else:
                    frames.append(frame)
        return frames

    def _take(self, byte: int) -> bool:
        """Take one byte; True when it is the last of a frame."""
        if byte & MARK:
            self.rejects += bool(self._begun)
            self._begun[:] = [byte]
            self._lost = False
        elif self._begun:
            self._begun.append(byte)
        else:
            self.rejects += not self._lost
            self._lost = True
        return len(self._begun) == self._framing.frame_bytes


def _read(direction: Direction, data: bytes) -> Frame | None:
    """Return the frame in whole `data`, or None: nobody sent it so."""
    framing = FRAMINGS[direction]
    body_bits = framing.frame_bytes * BITS_PER_BYTE - CRC_BITS
    whole = 0
    for byte in data:
        whole = whole << BITS_PER_BYTE | byte & PAYLOAD
    bits = whole >> CRC_BITS
    if whole & (1 << CRC_BITS) - 1 != _crc(bits, body_bits, framing.crc_start):
        return None
    kind = KINDS.get((direction, bits >> body_bits - TYPE_BITS))
    return None if kind is None else _apart(kind, bits, body_bits - TYPE_BITS)


def _apart(kind: type[Frame], bits: int, left: int) -> Frame | None:
    """Take the lowest `left` bits apart; None: a value out of its range, or a bit nobody uses."""
    values: list[int | bool] = []
    for field in LAYOUTS[kind].fields:
        left -= field.bits
        value = (bits >> left & (1 << field.bits) - 1) + field.offset
        if not field.low <= value <= field.high:
            return None
        values.append(bool(value) if field.bits == 1 else value)
    return None if bits & (1 << left) - 1 else kind._make(values)


def _crc(bits: int, length: int, start: int) -> int:
    """Return the remainder of `bits` over the polynomial, with `start` before their first."""
    remainder = bits << CRC_BITS ^ start << length
    for place in range(length + CRC_BITS - 1, CRC_BITS - 1, -1):
        if remainder >> place & 1:
            remainder ^= CRC_POLYNOMIAL << place - CRC_BITS
    return remainder


def _to_bytes(whole: int, length: int) -> bytes:
    shifts = range((length - 1) * BITS_PER_BYTE, -1, -BITS_PER_BYTE)
    first, *rest = (whole >> shift & PAYLOAD for shift in shifts)
    return bytes([first | MARK, *rest])


def _checked(layout: Layout, field: Field, value: int) -> int:
    if field.low <= value <= field.high:
        return value
    raise ValueError(
        f"{layout.name}.{field.name} = {value!r}: must be {field.low} to {field.high}; "
        "bound it before it is sent"
    )
