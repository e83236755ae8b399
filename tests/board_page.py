"""docs/microcontroller.md, made by `python -m tests.board_page`: its table is board.h's."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BOARD = ROOT / "firmware_bridge" / "firmware" / "board.h"
PAGE = ROOT / "docs" / "microcontroller.md"
PIN = re.compile(r"#define (\w+)_BIT (P[BCD]\d)\s*/\* (\w+)(?:, \w+)?: (.*?) \*/", re.DOTALL)

PARTS = {
    "ENABLE": "motor driver, enable (nSLEEP)",
    "FORWARD": "motor driver, input 1 (IN1)",
    "BACKWARD": "motor driver, input 2 (IN2)",
    "LIGHT": "the board's own light",
    "TOE_END": "limit switch, toes",
    "START": "button Start/Pause",
    "PLUS": "button +",
    "MINUS": "button −",
    "ENCODER_A": "encoder, A",
    "HEEL_END": "limit switch, heel",
    "ENCODER_B": "encoder, B",
    "STOP": "stop switch, contact 2",
    "GATE_SENSE": "power gate, sense contact",
    "GATE": "power gate, pump",
}
ANALOGUE = (
    (
        "A0",
        "PC0",
        "pressure A",
        "0 to 5 V of the board's own supply, rising with the load; 100 kΩ to ground",
    ),
    ("A1", "PC1", "pressure B", "the same, of a second, different element"),
    ("A2", "PC2", "motor driver, current (IPROPI)", "with its resistor to ground, and the filter"),
)

HEAD = """# The machine behind a microcontroller

The second way to build Footloop: an ATmega328P board of 5 V and 16 MHz, such as an Arduino Nano or
Uno, owns motor, gate, sensors and buttons, and cuts by itself. The computer plans, and renews its
word every few milliseconds. What the two say to each other:
[the wire](../firmware_bridge/PROTOCOL.md).

Nobody has yet reported building it. It is tried with the real binary in a simulated chip.

## What to solder

Driver, power gate, stop switch and fuse are wired as `footloop wiring` says for the Pi, with these
pins in the place of the Pi's, and with 5 V where the Pi has 3.3 V. So 10 kΩ to ground belong at
the driver's three lines and at the gate's pump, for the time in which the board starts. The 100 kΩ
at A0 and A1 are what makes a wire that is off read as open, and not as its neighbour. **VREF of the
driver stays at 3.3 V** (the board's 3V3 pin): it sets the driver's own current limit.

Supply the board with regulated 5 V at its 5V pin, and the pressure elements from the same 5 V: the
converter measures against it. Through USB alone it has less. Set the brown-out fuse to 4.3 V
(extended fuse 0xFC), as the chip may not run at 16 MHz on less. Without a bootloader, program
neither BOOTRST nor WDTON, and unplug D11 while flashing through the ISP pins.

An encoder is optional; `encoder = true` in `[machine]` lets the board watch that the motor turns.
"""
TAIL = """
The gate gets an edge every 4 ms, as from a computer, and its parts stay the same. At 5 V its pump
holds longer than at 3.3 V: trim it with `footloop stop-test` on this board.

## Flash and run

```sh
make firmware                                    # builds build/firmware/footloop.hex
.venv/bin/footloop flash --port /dev/ttyUSB0     # needs avrdude
.venv/bin/footloop mcu info --port /dev/ttyUSB0  # who is there, and what its self-test found
.venv/bin/footloop run --device mcu:/dev/ttyUSB0
```

- **The bootloader must switch the watchdog off.** The firmware lets its watchdog bite once at every
  start, to prove it. Optiboot takes that well. The older bootloader of many Nano boards starts
  itself again for ever: the motor stays off and nothing answers. Put Optiboot on such a board, or
  flash it through its ISP pins without a bootloader.
- A bootloader clears the register that says why there was a reset; `mcu info` then says that it is
  not known.
- A USB chip of FTDI holds what it has received back for 16 ms, which is longer than a tick:
  `echo 1 | sudo tee /sys/bus/usb-serial/devices/ttyUSB0/latency_timer`.
- Opening the port resets most boards. That is no fault: the board comes up tripped, is met and
  acknowledged by the controller, and nothing moves before Start is pressed on the device. With a
  foot on the roller it stays tripped: lift it, and acknowledge.

## What it does alone

Whatever the computer says, the board lets the motor move only in a session that a press of its own
Start button has opened, for 20 minutes at most, and with a foot on the roller; or slowly, without
a foot, while Start is held. It cuts by itself for pain (T1, T2), a sensor that cannot be right
(T9), a computer that has been silent for 25 ms (T11), a gate or an end that is wrong (T14), and for
what its self-tests find. A cut stays until a person has acknowledged it with nothing on the roller,
a reset in between included; after every stop the panel asks to lift the foot. How quick it is:
[measured in cycles](firmware-timing.md).

Made by `python -m tests.board_page`; `tests/test_board_page.py` holds it against `board.h`.
"""


class Pin(NamedTuple):
    """One line of the table."""

    arduino: str
    port: str
    part: str
    meaning: str


def pins() -> Iterator[Pin]:
    """Every pin that the firmware uses, as board.h says it."""
    for name, port, arduino, meaning in PIN.findall(BOARD.read_text()):
        yield Pin(arduino, port, PARTS[name], " ".join(meaning.split()))
    for line in ANALOGUE:
        yield Pin(*line)


def _order(pin: Pin) -> tuple[bool, int]:
    return pin.arduino[0] != "D", int(pin.arduino[1:])


def made() -> str:
    """The page."""
    rows = [f"| {' | '.join(pin)} |" for pin in sorted(pins(), key=_order)]
    return "\n".join([HEAD, "| Nano | chip | part | what else |", "|---|---|---|---|", *rows, TAIL])


if __name__ == "__main__":
    PAGE.write_text(made())
