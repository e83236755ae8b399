"""How a frame is laid out: fields in the order they are sent, each with the values it may take.

The generated tables in `messages.py` are made of these. Bits are packed most significant first,
seven to a byte; the top bit of a byte marks the first of a frame and nothing else.
"""

from enum import Enum
from typing import NamedTuple

BITS_PER_BYTE = 7
MARK = 0x80
"""Set in the first byte of a frame, and in no other."""
TYPE_BITS = 3


class Direction(Enum):
    """Which way a frame travels."""

    TO_MCU = "host"
    TO_HOST = "mcu"


class Field(NamedTuple):
    """One value of a frame; on the wire it is the value less `offset`."""

    name: str
    bits: int
    low: int
    high: int
    offset: int = 0


class Layout(NamedTuple):
    """One frame: what follows the type."""

    name: str
    direction: Direction
    type: int
    fields: tuple[Field, ...]


class Framing(NamedTuple):
    """What all frames of one direction share."""

    frame_bytes: int
    crc_start: int
