"""An ELF file is read as the programmer reads it: by the address a segment is loaded at."""

import struct

import pytest

from sim.elf import EEPROM_BYTES, FLASH_BYTES, read_image


def an_elf(*segments: tuple[int, int, bytes], machine: int = 83) -> bytes:
    """An ELF file of these segments: type, address they are loaded at, content."""
    headers_at = 52
    content_at = headers_at + 32 * len(segments)
    header = b"\x7fELF\x01".ljust(16, b"\0") + struct.pack(
        "<HHIIIIIHHHHHH", 2, machine, 1, 0, headers_at, 0, 0, 52, 32, len(segments), 0, 0, 0
    )
    table, contents = b"", b""
    for kind, address, content in segments:
        offset, size = content_at + len(contents), len(content)
        table += struct.pack("<IIIIIIII", kind, offset, 0x800100, address, size, size, 5, 2)
        contents += content
    return header + table + contents


def test_code_constants_and_a_sum_at_the_end_are_the_flash() -> None:
    image = read_image(an_elf((1, 0, b"code"), (1, 4, b"data"), (1, FLASH_BYTES - 2, b"\x12\x34")))
    assert image.flash[:8] == b"codedata"
    assert image.flash[-2:] == b"\x12\x34"
    assert set(image.flash[8:-2]) == {0xFF}
    assert image.flash_used == FLASH_BYTES
    assert image.eeprom == b"\xff" * EEPROM_BYTES


def test_the_eeprom_is_apart_and_fuses_are_left_out() -> None:
    image = read_image(an_elf((1, 0x810004, b"ee"), (1, 0x820000, b"\x62\xd9\xff"), (1, 0, b"c")))
    assert image.eeprom[:8] == b"\xff\xff\xff\xffee\xff\xff"
    assert image.flash[:2] == b"c\xff"
    assert image.flash_used == 1


def test_what_is_not_loaded_or_empty_takes_no_room() -> None:
    image = read_image(an_elf((4, 0, b"a note"), (1, 0x800100, b"")))
    assert set(image.flash) == {0xFF}
    assert image.flash_used == 0


@pytest.mark.parametrize(
    ("elf", "cure"),
    [
        (b"\x7fELF\x02" + bytes(60), "make firmware"),
        (b":10000000", "make firmware"),
        (an_elf(machine=62), "machine 62"),
        (an_elf((1, FLASH_BYTES - 1, b"ab")), "do not fit into 32768"),
        (an_elf((1, 0x810000 + EEPROM_BYTES, b"a")), "do not fit into 1024"),
    ],
    ids=["64 bits", "hex", "another machine", "flash", "EEPROM"],
)
def test_what_no_chip_can_hold_is_refused(elf: bytes, cure: str) -> None:
    with pytest.raises(ValueError, match=cure):
        read_image(elf)
