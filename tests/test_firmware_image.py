"""What may not be in the program that is flashed, read from its own machine code."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from sim.elf import read_image
from tests.firmware_build import RECIPE, symbols
from tests.firmware_timing import CRC_BYTES, flash_bytes

FLASH_BYTES, BOOT_LOADER = 12 * 1024, 0x7E00
TRAP = bytes.fromhex("ffcf")  # rjmp to itself
CALL = re.compile(r"\t(?:r?call|r?jmp)\t.*; 0x[0-9a-f]+ <([^>+]+)>")
FUNCTION = re.compile(r"^[0-9a-f]+ <([^>]+)>:$")
FLOAT = re.compile(r"__(add|sub|mul|div|fix|float|cmp|lt|gt|le|ge|eq|ne|un\w*)[a-z]*sf")


def listing(elf: Path) -> str:
    """The machine code, as text."""
    command = ["avr-objdump", "-d", str(elf)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def calls(elf: Path) -> dict[str, set[str]]:
    """Which function calls which, or jumps into which."""
    found: dict[str, set[str]] = {}
    name = ""
    for line in listing(elf).splitlines():
        if match := FUNCTION.match(line):
            name = match[1]
            found[name] = set()
        elif (match := CALL.search(line)) and match[1] != name:
            found[name].add(match[1])
    return found


def circles(graph: dict[str, set[str]]) -> Iterator[list[str]]:
    """Every way back to where it began."""

    def walk(way: list[str]) -> Iterator[list[str]]:
        for onward in graph.get(way[-1], ()):
            if onward in way:
                yield [*way[way.index(onward) :], onward]
            else:
                yield from walk([*way, onward])

    for start in graph:
        yield from walk([start])


def test_it_fits_with_its_crc_into_12_kb(firmware: Path) -> None:
    assert flash_bytes(firmware) <= FLASH_BYTES


def in_hex(text: str) -> dict[int, int]:
    """The bytes of an Intel hex file, by their addresses."""
    records = (bytes.fromhex(line[1:]) for line in text.splitlines())
    return {
        record[1] * 256 + record[2] + place: byte
        for record in records
        if record[3] == 0
        for place, byte in enumerate(record[4:-1])
    }


def test_what_is_no_program_is_traps_up_to_the_boot_loader(firmware: Path) -> None:
    flash = read_image(firmware.read_bytes()).flash
    end = (flash_bytes(firmware) - CRC_BYTES + 1) // 2 * 2
    for first, last in ((end, FLASH_BYTES - CRC_BYTES), (FLASH_BYTES, BOOT_LOADER)):
        assert flash[first:last] == TRAP * ((last - first) // 2)
    assert set(flash[BOOT_LOADER:]) == {0xFF}


def test_what_is_flashed_is_what_is_run(firmware: Path) -> None:
    image = in_hex(firmware.with_suffix(".hex").read_text())
    flash = read_image(firmware.read_bytes()).flash
    assert bytes(image.get(at, 0xFF) for at in range(len(flash))) == flash
    assert max(image) < BOOT_LOADER


def test_there_is_no_heap_and_no_floating_point(firmware: Path) -> None:
    names = symbols(firmware)
    assert names, "nothing was read"
    assert not {"malloc", "calloc", "realloc", "free", "sbrk"} & set(names)
    assert not [name for name in names if FLOAT.match(name)]


def test_nothing_calls_itself_and_nothing_is_called_by_a_pointer(firmware: Path) -> None:
    graph = {name: onward for name, onward in calls(firmware).items() if name != "__vectors"}
    assert "main" in graph
    assert "__vector_21" in graph
    found = [way for way in circles(graph) if not _starts_anew(way)]
    assert not found
    assert not re.search(r"\t(icall|eicall)\b", listing(firmware))


def _starts_anew(way: list[str]) -> bool:
    """An interrupt nobody asked for goes to the reset's vector: no call, a start."""
    return "__vectors" in way or "__bad_interrupt" in way


def test_no_limit_is_made_for_nothing() -> None:
    made = re.findall(r"^#define (LIMIT_\w+)", (RECIPE / "limits.h").read_text(), re.M)
    assert len(made) > 20
    texts = [path.read_text() for path in RECIPE.glob("*.[ch]") if path.name != "limits.h"]
    assert [one for one in made if not any(re.search(rf"\b{one}\b", text) for text in texts)] == []


def test_what_decides_names_no_register_and_no_floating_point() -> None:
    for name in ("ages", "pain", "sensors", "safety", "frame"):
        for ending in ("c", "h"):
            text = (RECIPE / f"{name}.{ending}").read_text()
            assert "<avr/" not in text, name
            assert not re.search(r"\b(float|double)\b", text), name
