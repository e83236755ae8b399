"""Programs for the microcontroller, built for the tests by the recipe that builds the real one."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
RECIPE = ROOT / "firmware_bridge" / "firmware"
FIRMWARE = ROOT / "build" / "firmware" / "footloop.elf"
PACKAGES = {"make": "make", "avr-gcc": "gcc-avr avr-libc", "gcc": "gcc libc6-dev"}
SIMAVR = Path("/usr/include/simavr/sim_avr.h")


def need_simulator() -> None:
    """The compilers and simavr; without them a test is skipped, but never in CI."""
    missing = [packages for tool, packages in PACKAGES.items() if not shutil.which(tool)]
    missing += [] if SIMAVR.exists() else ["libsimavr-dev"]
    if not missing:
        return
    cure = f"the firmware's tools are missing; type: sudo apt-get install {' '.join(missing)}"
    if os.environ.get("CI"):
        pytest.fail(cure)
    pytest.skip(cure)


def build_firmware() -> Path:
    """The real firmware, as it would be flashed."""
    return build(FIRMWARE)


def build(elf: Path, *sources: Path) -> Path:
    """Build a program if its sources changed; other workers of the same run wait."""
    need_simulator()
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
    return {name: int(at, 16) & 0xFFFF for at, _, name in (one for one in found if len(one) == 3)}
