"""The microcontroller's program, built from this checkout by the recipe that is flashed."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECIPE = ROOT / "firmware_bridge" / "firmware"
ELF = ROOT / "build" / "firmware" / "footloop.elf"


class FirmwareError(Exception):
    """The program cannot be built here; the text says why, and the cure."""


def built() -> Path:
    """Return the program, built anew if its sources changed. Raises `FirmwareError`."""
    try:
        made = subprocess.run(
            ["make", "-C", str(RECIPE)], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise FirmwareError("make is missing; type: sudo apt-get install make") from error
    if made.returncode != 0:
        cure = "if avr-gcc is missing, type: sudo make setup-dev"
        raise FirmwareError(f"the firmware cannot be built; {cure}\n{made.stderr.strip()}")
    return ELF
