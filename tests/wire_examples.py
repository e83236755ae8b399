"""Frames and the bytes they are sent as: one table for both directions and both languages.

The bytes were worked out from the table of the protocol by long division, not by the product.
"""

from firmware_bridge.layout import Direction
from firmware_bridge.messages import (
    LAYOUTS,
    Acknowledge,
    Drive,
    Frame,
    Hello,
    Identity,
    Parameter,
    Set,
    Status,
    Stop,
)

EXAMPLES: tuple[tuple[Frame, str], ...] = (
    (Stop(sequence=0, session=0), "80000000005d2114"),
    (Stop(sequence=255, session=63), "8f7f7000004a4830"),
    (Drive(1, 0, 0, False, False, False, 6), "90080800004e236e"),
    (Drive(2, 3, -500, True, False, True, 25), "901030193330047a"),
    (Drive(170, 21, 500, False, True, True, 37), "9a525f687f772a7e"),
    (Acknowledge(85, 42, 1), "a52d204000322359"),
    (Acknowledge(255, 63, 20), "af7f7a0000403e5c"),
    (Hello(128, 0), "b8000000001c1140"),
    (Set(9, 0, 4, 7500), "c048023a4c5f4124"),
    (Set(10, 63, 7, 8191), "c057737f7f356851"),
    (Set(11, 1, 0, 0), "c058100000512219"),
    (
        Status._make([0] * 6 + [False] * 7 + [0] + [False] * 3 + [0] * 2),
        "80000000000000000000000000332209",
    ),
    (
        Status._make([255, 63, 4095, 1023, 1023, 1023, *[True] * 7, 20, *[True] * 3, 1023, 7]),
        "8f7f7f7f7f7f7f7f7f7a3f7f701c183a",
    ),
    (
        Status(
            7,
            5,
            1234,
            301,
            298,
            77,
            False,
            True,
            False,
            True,
            True,
            False,
            True,
            3,
            True,
            True,
            False,
            640,
            2,
        ),
        "80385469126a2a095551750020544823",
    ),
    (Identity(1, 0, 1, 0, 1, 7, 1, 0, 48879, 9), "90080010004162005f3b611000371640"),
    (Identity(254, 62, 127, 31, 127, 255, 15, 255, 65535, 255), "9f776f7f7f7f7f7f7f7f7f70000e1434"),
    (Parameter(3, 0, 4, 7500, True), "a018023a4c400000000000000058642d"),
    (Parameter(252, 33, 7, 0, False), "af6413400000000000000000004e1958"),
)

REJECTED: tuple[tuple[str, Direction, str], ...] = (
    ("an unknown type of a host", Direction.TO_MCU, "d008000000513e7d"),
    ("duty below its range", Direction.TO_MCU, "9008001600623045"),
    ("duty above its range", Direction.TO_MCU, "90080f6a00410f5b"),
    ("no cut to acknowledge", Direction.TO_MCU, "a008000000130e4c"),
    ("an unknown cut to acknowledge", Direction.TO_MCU, "a0080a40000d4e61"),
    ("an unknown parameter", Direction.TO_MCU, "c008040000122865"),
    ("STOP with a bit that nobody uses", Direction.TO_MCU, "8008000001647f43"),
    ("HELLO with another", Direction.TO_MCU, "b008080000790378"),
    (
        "an unknown type of the microcontroller",
        Direction.TO_HOST,
        "b00800000000000000000000002f5660",
    ),
    ("an unknown cut", Direction.TO_HOST, "8008000000000000000a4000007d1e7e"),
    ("STATUS with a bit that nobody uses", Direction.TO_HOST, "80080000000000000000000001753513"),
    ("IDENTITY with another", Direction.TO_HOST, "90080000000000000000000800303e48"),
    ("PARAMETER of an unknown parameter", Direction.TO_HOST, "a0080f40000000000000000000160415"),
    ("the CRC of the other direction", Direction.TO_MCU, "800800000068251f"),
    ("and the other way round", Direction.TO_HOST, "80080000000000000000000000421313"),
)
"""Whole frames with a right CRC, unless it says so, that nobody sends."""


def sent(direction: Direction) -> list[tuple[Frame, bytes]]:
    """The examples that travel in `direction`."""
    return [
        (frame, bytes.fromhex(text))
        for frame, text in EXAMPLES
        if LAYOUTS[type(frame)].direction is direction
    ]
