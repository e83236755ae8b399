"""The CRC by which the firmware knows that its program memory is whole.

Called by the Makefile: `seal.py IMAGE CRC` reads the one and writes the other. The same
polynomial, backwards, that avr-libc's _crc_ccitt_update has.
"""

import sys
from pathlib import Path

POLYNOMIAL, START = 0x8408, 0xFFFF


def crc_of(image: bytes) -> int:
    """Return CRC-16/MCRF4XX of `image`."""
    crc = START
    for byte in image:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (POLYNOMIAL if crc & 1 else 0)
    return crc


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.write_bytes(crc_of(source.read_bytes()).to_bytes(2, "little"))
