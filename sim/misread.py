"""Programs that simavr 1.6 runs wrongly are refused: nothing measured on them would be true.

An instruction that skips the next one (cpse, sbrc, sbrs, sbic, sbis) must know how long that one
is. simavr takes an `adiw` or `sbiw` whose opcode ends in c to f for one of two words and skips
the instruction behind it, too. A compiler makes that of a signed division by a power of two. Pure.
"""

from collections.abc import Iterator

from sim.elf import Image


class MisreadError(Exception):
    """The program holds instructions that the simulator gets wrong."""


def refuse_misread(image: Image) -> None:
    """Raise `MisreadError` if the program would run differently than on a chip."""
    places = [f"{at:#06x}" for at in misread(image.flash[: image.flash_used])]
    if places:
        raise MisreadError(
            f"simavr would skip two instructions instead of one at {', '.join(places)}: adiw or"
            " sbiw behind a skip; look with avr-objdump -d which line of C that is, and write it"
            " another way, for instance a signed division by a power of two as an unsigned one"
        )


def misread(code: bytes) -> Iterator[int]:
    """The addresses of skips in front of an instruction whose length simavr misjudges."""
    words = [code[at] | code[at + 1] << 8 for at in range(0, len(code) - 1, 2)]
    at = 0
    while at < len(words) - 1:
        if _skips(words[at]) and words[at + 1] & 0xFE0C == 0x960C:
            yield 2 * at
        at += 2 if _two_words(words[at]) else 1


def _skips(word: int) -> bool:
    compares = word & 0xFC00 == 0x1000
    register_bit = word & 0xFC08 == 0xFC00
    return compares or register_bit or word & 0xFD00 == 0x9900


def _two_words(word: int) -> bool:
    memory = word & 0xFC0F == 0x9000
    return memory or word & 0xFE0C == 0x940C
