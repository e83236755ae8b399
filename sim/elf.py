"""What an ELF file of the AVR compiler puts into the flash and into the EEPROM.

Read from the program headers, by the address a section is loaded at: that is what the programmer
writes into the chip, whatever a section is called. Pure.
"""

from struct import Struct
from typing import NamedTuple

FLASH_BYTES = 32 * 1024
EEPROM_BYTES = 1024
_EEPROM_AT = 0x810000  # where the linker keeps it apart
_FUSES_AT = 0x820000
_AVR = 83  # e_machine
_HEADER = Struct(
    "<16xHH8xI8xHHH"
)  # type, machine, program headers at, own size, size of each, count
_SEGMENT = Struct("<IIIII")  # type, offset, virtual and physical address, bytes in the file
_LOADED = 1


class Image(NamedTuple):
    """The memories of a chip as the programmer leaves them; what was never written is 0xFF."""

    flash: bytes
    eeprom: bytes
    flash_used: int  # bytes, up to the last one written


def read_image(elf: bytes) -> Image:
    """The memories that an ELF file fills."""
    if elf[:5] != b"\x7fELF\x01":
        raise ValueError("not a 32-bit ELF file; build the firmware with: make firmware")
    _, machine, headers_at, _, size, count = _HEADER.unpack_from(elf)
    if machine != _AVR:
        raise ValueError(f"made for machine {machine}, not for an AVR ({_AVR})")
    flash, eeprom = bytearray(b"\xff" * FLASH_BYTES), bytearray(b"\xff" * EEPROM_BYTES)
    used = 0
    for index in range(count):
        kind, offset, _, address, length = _SEGMENT.unpack_from(elf, headers_at + index * size)
        content = elf[offset : offset + length]
        if kind != _LOADED or not length or address >= _FUSES_AT:
            continue
        if address >= _EEPROM_AT:
            _put(eeprom, address - _EEPROM_AT, content)
        else:
            _put(flash, address, content)
            used = max(used, address + length)
    return Image(bytes(flash), bytes(eeprom), used)


def _put(memory: bytearray, at: int, content: bytes) -> None:
    if at + len(content) > len(memory):
        raise ValueError(f"{len(content)} bytes at {at:#x} do not fit into {len(memory)} bytes")
    memory[at : at + len(content)] = content
