"""The firmware into the board, through avrdude and the board's boot loader; every outcome told.

avrdude checks what it wrote. That the firmware then runs, `monitor.identify()` shows.
"""

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from hardware.errors import HardwareError, MissingHardwareError

HEX = Path(__file__).resolve().parent.parent / "build" / "firmware" / "footloop.hex"
"""Where `make firmware` leaves it."""
BAUD = 115_200  # of Optiboot
LONGEST_S = 180.0
TOLD_LINES = 3


class Outcome(NamedTuple):
    """Something avrdude says, and what it means; PORT, BAUD and HEX are filled in."""

    says: str  # a regular expression
    means: str


OUTCOMES = (
    Outcome(
        r"verif\w+ (error|mismatch)|content mismatch",
        "what was read back from the board on {port} is not what was written: unplug everything "
        "else from the board and flash it again; if it happens again, replace the board",
    ),
    Outcome(
        r"not in sync|not responding|protocol error|timed? ?out",
        "no boot loader answers on {port} at {baud} baud: is it the right port? The old one of "
        "many Nanos will not do, as it cannot bear a watchdog, and a bare ATmega328P has none: put "
        "Optiboot on the board (docs/microcontroller.md)",
    ),
    Outcome(
        r"signature",
        "the board on {port} is no ATmega328P: name the port of one that is",
    ),
    Outcome(
        r"(can't|cannot|can not|unable to) open (device|port)|permission denied|no such file",
        "avrdude cannot open {port}: check the port's name and your rights (group dialout)",
    ),
)


def check(port: str, firmware: Path) -> None:
    """Raise `MissingHardwareError` for what cannot be flashed at all."""
    if "://" in port:
        raise MissingHardwareError(
            f"{port} is no cable: flashing needs the port of the board itself, such as /dev/ttyUSB0"
        )
    if not firmware.is_file():
        raise MissingHardwareError(
            f"{firmware}: there is no firmware; build it with `make firmware`, or name one with "
            "--hex FILE"
        )


def flash(port: str, firmware: Path) -> None:
    """Write `firmware` through the boot loader and verify it. Raises `HardwareError`."""
    command = [
        "avrdude", "-q", "-p", "m328p", "-c", "arduino", "-P", port, "-b", str(BAUD), "-D",
        "-U", f"flash:w:{firmware}:i",
    ]  # fmt: skip
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False,
            timeout=LONGEST_S,
        )  # fmt: skip
    except OSError as error:
        raise MissingHardwareError(
            f"avrdude cannot be run ({error.strerror}): `sudo apt install avrdude`"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise HardwareError(
            f"avrdude did not end within {LONGEST_S:g} s: unplug the board, plug it in, try again"
        ) from error
    if ended.returncode != 0:
        raise HardwareError(f"Not flashed: {_meaning(ended.stderr, port)}.")


def _meaning(said: str, port: str) -> str:
    """What avrdude's words mean; of those we do not know, its last lines."""
    for outcome in OUTCOMES:
        if re.search(outcome.says, said, re.IGNORECASE):
            return outcome.means.format(port=port, baud=BAUD)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    told = " / ".join(lines[-TOLD_LINES:]) or "nothing"
    return f"avrdude says: {told}; look it up, or try another cable and port"
