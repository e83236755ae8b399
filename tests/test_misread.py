"""A program that the simulator would get wrong is refused; the same program written well is not."""

from pathlib import Path

import pytest

from sim.elf import Image
from sim.mcu import Mcu
from sim.misread import MisreadError, misread, refuse_misread
from tests.firmware_build import SIMULATOR, build, need

SKIPS = {"cpse": 0x1012, "sbrc": 0xFD87, "sbrs": 0xFF80, "sbic": 0x9900, "sbis": 0x9B07}
TRAPS = {"adiw r24, 0x3f": 0x96CF, "adiw r24, 12": 0x960C, "sbiw r28, 0x1d": 0x976D}
HALVED = """\
#include <avr/io.h>
volatile int16_t signed_one = -5;
int main(void) {{ for (;;) signed_one = {}; }}
"""


def code(*words: int) -> bytes:
    return b"".join(word.to_bytes(2, "little") for word in words)


@pytest.mark.parametrize("skip", SKIPS.values(), ids=SKIPS)
@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS)
def test_every_pair_that_is_misread_is_found(skip: int, trap: int) -> None:
    assert list(misread(code(0, skip, trap, 0))) == [2]


@pytest.mark.parametrize(
    "words",
    [
        (SKIPS["sbrc"], 0x960B),  # adiw r24, 11
        (SKIPS["sbrc"], 0x940C, 0x0000),  # a true jmp
        (SKIPS["sbrc"], 0x9180, 0x96CF),  # lds r24, from 0x96cf
        (0x9180, SKIPS["sbrc"], TRAPS["adiw r24, 12"]),  # the skip is the address of an lds
        (0x940E, SKIPS["cpse"], TRAPS["adiw r24, 12"]),  # of a call
        (0x9800, TRAPS["adiw r24, 12"]),  # cbi skips nothing
        (SKIPS["sbrc"],),
    ],
)
def test_what_is_read_rightly_is_not(words: tuple[int, ...]) -> None:
    assert list(misread(code(*words))) == []


def test_only_the_program_is_looked_at() -> None:
    flash = code(0, SKIPS["sbrc"], TRAPS["adiw r24, 12"])
    refuse_misread(Image(flash, b"", 4))
    with pytest.raises(MisreadError, match=r"at 0x0002: adiw or sbiw behind a skip; look with"):
        refuse_misread(Image(flash, b"", 6))


def test_the_binding_refuses_what_the_compiler_makes_of_a_signed_division(tmp_path: Path) -> None:
    need(*SIMULATOR)
    source = tmp_path / "halved.c"
    source.write_text(HALVED.format("signed_one / 64"))
    elf = build(tmp_path / "halved.elf", source)
    with pytest.raises(MisreadError, match="signed division by a power of two"):
        Mcu(elf)
    source.write_text(HALVED.format("signed_one >> 6"))
    Mcu(build(elf, source)).run(1000)
