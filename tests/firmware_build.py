"""Programs for the microcontroller, built for the tests by the recipe that builds the real one."""

import fcntl
import os
import subprocess
from functools import cache
from pathlib import Path

import pytest

from bootstrap_system import missing_test_tools

ROOT = Path(__file__).resolve().parent.parent
RECIPE = ROOT / "firmware_bridge" / "firmware"
FIRMWARE = ROOT / "build" / "firmware" / "footloop.elf"
COMPILER = ("gcc-avr", "avr-libc")
SIMULATOR = ("gcc", "libc6-dev", "libsimavr-dev")

missing_tools = cache(missing_test_tools)


def need(*packages: str) -> None:
    """What the system must have; without it a test is skipped, but never in CI."""
    missing = [package for package in packages if package in missing_tools()]
    if not missing:
        return
    cure = f"{', '.join(missing)} missing; type: sudo make setup-dev"
    if os.environ.get("CI"):
        pytest.fail(cure)
    pytest.skip(cure)


def build_firmware() -> Path:
    """The real firmware, as it would be flashed."""
    return build(FIRMWARE)


def build(elf: Path, *sources: Path) -> Path:
    """Build a program if its sources changed; other workers of the same run wait."""
    need(*COMPILER)
    elf.parent.mkdir(parents=True, exist_ok=True)
    options = [f"OUT={elf.parent}", f"NAME={elf.stem}"]
    if sources:
        options.append(f"SOURCES={' '.join(map(str, sources))}")
    with (elf.parent / f"{elf.stem}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = subprocess.run(
            ["make", "-C", str(RECIPE), *options], capture_output=True, text=True, check=False
        )
    assert made.returncode == 0, made.stdout + made.stderr
    return elf


def symbols(elf: Path) -> dict[str, int]:
    """Where the linker put what: addresses in flash, and in memory for what is in RAM."""
    listed = subprocess.run(["avr-nm", str(elf)], capture_output=True, text=True, check=True)
    found = (line.split() for line in listed.stdout.splitlines())
    placed = ((name, at) for at, _, name in (one for one in found if len(one) == 3))
    return {name.partition(".lto_priv")[0]: int(at, 16) & 0xFFFF for name, at in placed}
