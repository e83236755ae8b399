"""The firmware is built when its sources changed, once, and by one recipe for everybody."""

from pathlib import Path

import pytest

from sim.elf import read_image
from tests import firmware_build
from tests.firmware_build import ROOT, build, need, symbols

PROGRAM = """\
#include <avr/io.h>
volatile uint8_t told = {};
int main(void) {{ DDRB = told; for (;;) ; }}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "program.c"
    source.write_text(PROGRAM.format(1))
    return source


def test_a_program_is_built_again_only_after_a_change(tmp_path: Path, source: Path) -> None:
    elf = build(tmp_path / "out" / "program.elf", source)
    made_at = elf.stat().st_mtime_ns
    assert build(elf, source).stat().st_mtime_ns == made_at
    source.write_text(PROGRAM.format(2))
    assert build(elf, source).stat().st_mtime_ns > made_at
    assert elf.with_suffix(".hex").read_text().startswith(":")


def test_the_image_and_the_symbols_are_those_of_the_source(tmp_path: Path, source: Path) -> None:
    elf = build(tmp_path / "program.elf", source)
    found = symbols(elf)
    assert found["told"] == 0x100, "the start of the RAM"
    image = read_image(elf.read_bytes())
    assert image.flash[found["__data_load_start"]] == 1
    end = found["__data_load_end"]
    assert image.flash[end + end % 2 :].startswith(bytes.fromhex("ffcf")), "traps lie behind it"


@pytest.mark.parametrize("wrong", ["int main(void) { int unused; }\n", "not C\n"])
def test_a_warning_is_an_error_that_is_shown(tmp_path: Path, source: Path, wrong: str) -> None:
    source.write_text(wrong)
    with pytest.raises(AssertionError, match=r"program\.c:1"):
        build(tmp_path / "program.elf", source)
    assert not (tmp_path / "program.elf").exists()


def test_a_missing_tool_skips_for_a_person_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(firmware_build, "missing_tools", lambda: ["chromium", "gcc-avr"])
    need("avr-libc")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="gcc-avr missing; type: sudo make setup-dev"):
        need("gcc-avr", "avr-libc")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="gcc-avr missing"):
        need("gcc-avr")


def test_make_firmware_uses_the_recipe_of_the_tests() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert f"-C {firmware_build.RECIPE.relative_to(ROOT)}" in makefile
