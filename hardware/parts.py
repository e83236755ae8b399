"""Every part that hangs on the Pi, terminal by terminal: what a maker must know of it. Pure.

The pin table (`hardware/pinout.py`) sets these against the pins of one wiring. Directions are
seen from the Pi. What is said here is derived from the reference design.
"""

from collections.abc import Mapping
from typing import NamedTuple

from hardware.wiring import Wiring


class Terminal(NamedTuple):
    """One terminal of a part."""

    part: str
    name: str
    direction: str  # in, out
    rests: str  # level of the pin while nothing happens
    also: str  # what else it needs, and what it means


_PULL_DOWN = "10 kΩ to ground, so that it is low while the Pi starts or is off"
_PULLED_UP = "the Pi pulls it up to 3.3 V inside"
_NORMALLY_CLOSED = f"normally closed contact to ground; {_PULLED_UP}; open, or a broken wire,"
_BUTTON = f"normally open contact to ground; {_PULLED_UP}"
LED_OHM: Mapping[str, int] = {"red": 330, "green": 100, "blue": 100}
"""2 to 13 mA from 3.3 V: a red one takes about 2 V of it, a blue or bright green one about 3."""
_LED = "{} Ω in series; common cathode to ground"

TERMINALS: Mapping[str, Terminal] = {
    "forward_pin": Terminal("motor driver", "input 1 (IN1)", "out", "low",
        f"{_PULL_DOWN}. High here and low at input 2 rolls toward the toes: if it rolls to "
        "the heel, swap the motor's two wires"),
    "backward_pin": Terminal("motor driver", "input 2 (IN2)", "out", "low",
        f"{_PULL_DOWN}. Both inputs high are the short brake"),
    "enable_pin": Terminal("motor driver", "enable (nSLEEP)", "out", "low",
        f"{_PULL_DOWN}. High wakes the driver; its other terminals stand below"),
    "gate_pin": Terminal("power gate", "pump input", "out", "high or low",
        f"{_PULL_DOWN}. Only edges hold the gate, one every loop; a steady level must not. Its "
        "parts stand below"),
    "gate_sense_pin": Terminal("power gate", "sense contact", "in", "low",
        "the relay's second contact, normally open, to 3.3 V; 470 Ω to ground, so that 7 mA keep "
        "the contact clean. High says that power can flow"),
    "stop_pin": Terminal("stop switch", "contact 2", "in", "low",
        f"{_NORMALLY_CLOSED} is Stop"),
    "heel_end_pin": Terminal("limit switch, heel", "contact", "in", "low",
        f"{_NORMALLY_CLOSED} is the heel end, which is home"),
    "toe_end_pin": Terminal("limit switch, toes", "contact", "in", "low",
        f"{_NORMALLY_CLOSED} is the toe end"),
    "start_button_pin": Terminal("button Start/Pause", "contact", "in", "high", _BUTTON),
    "plus_button_pin": Terminal("button +", "contact", "in", "high", _BUTTON),
    "minus_button_pin": Terminal("button −", "contact", "in", "high", _BUTTON),
    "led_red_pin": Terminal("LED", "red anode", "out", "low", _LED.format(LED_OHM["red"])),
    "led_green_pin": Terminal("LED", "green anode", "out", "low", _LED.format(LED_OHM["green"])),
    "led_blue_pin": Terminal("LED", "blue anode", "out", "low", _LED.format(LED_OHM["blue"])),
    "buzzer_pin": Terminal("buzzer", "plus", "out", "low",
        "an active buzzer (it sounds by itself on a steady level) of 3.3 V and at most 10 mA, its "
        "minus to ground; a stronger one through a transistor"),
    "hx711_data_pin": Terminal("HX711", "DOUT (DT)", "in", "high or low", "no resistor"),
    "hx711_clock_pin": Terminal("HX711", "PD_SCK (SCK)", "out", "low", "no resistor"),
}  # fmt: skip
"""Field of `Wiring` -> its terminal."""

SPI_LINES: Mapping[int, tuple[str, str, str]] = {
    11: ("CLK (its pin 13)", "out", "SPI0 SCLK"),
    9: ("DOUT (its pin 12)", "in", "SPI0 MISO"),
    10: ("DIN (its pin 11)", "out", "SPI0 MOSI"),
    8: ("CS (its pin 10)", "out", "SPI0 CE0"),
}
"""BCM number -> terminal of an MCP3008 or MCP3208, direction, the pin's function."""

I2C_LINES: Mapping[int, tuple[str, str, str]] = {
    2: ("SDA", "both", "I2C1 SDA; pulled up on the Pi"),
    3: ("SCL", "out", "I2C1 SCL; pulled up on the Pi"),
}
"""BCM number -> terminal of an ADS1115, direction, the pin's function."""


def bus(wiring: Wiring) -> Mapping[int, tuple[str, str, str]]:
    """Return the lines of the bus on which the converter hangs."""
    return I2C_LINES if wiring.adc_chip == "ADS1115" else SPI_LINES


_PRESSURE = (
    "0 to 3.3 V, never above, rising with the load; 100 kΩ to ground, so that a broken wire is "
    "noticed. Set the amplifier's gain so that 160 N (200 kPa) come to about 3 V. An amplifier of "
    "5 V: 10 kΩ in series, and 18 kΩ to ground in place of the 100 kΩ. "
    "Force-sensing resistors: from 3.3 V to here, and 10 kΩ to ground in place of the 100 kΩ; a "
    "broken wire then looks like no load"
)
ELEMENTS: Mapping[str, tuple[str, str]] = {
    "pressure_a_channel": (
        "pressure A: a load cell with an amplifier for one supply, or an array of force-sensing "
        "resistors",
        _PRESSURE,
    ),
    "pressure_b_channel": (
        "pressure B: a second element, of another kind",
        "Wired like pressure A",
    ),
    "current_channel": ("motor current: the driver's current output (IPROPI)", ""),
}
"""Field of `Wiring` -> what hangs on the channel, and what else it needs. The current's depends on
the driver: `current_wires()`."""

SPI_SUPPLY = (
    "VDD and VREF (its pins 16, 15) to 3.3 V, AGND and DGND (14, 9) to ground, 100 nF between "
    "them close to the chip."
)
I2C_SUPPLY = (
    "VDD to 3.3 V, not 5 V, GND to ground, 100 nF between them close to the chip. ADDR says which "
    "chip it is: to GND for 0x48, to VDD for 0x49; both hang on the same SDA and SCL. ALRT stays "
    "open."
)
HX711_SUPPLY = (
    "HX711 (pressure B): supply to 3.3 V, not 5 V, GND to ground; E+, E−, A+, A− to the load "
    "cell. RATE (pin 15 of the chip) to its supply, for 80 samples a second; many boards tie it to "
    "ground: part it there."
)

SAFETY = (
    "12 V never reaches the Pi: no GPIO pin stands more than 3.3 V. The Pi has its own 5 V supply.",
    "One common ground: the 12 V supply's minus, the driver's ground, the sensors' ground and "
    "the Pi's ground are joined at one point.",
    "The 12 V supply gives 3 A or more; all that it feeds hangs behind a slow fuse of 3.15 A. "
    "Try every switch and the gate with the motor's wires off before the first run.",
    "Twist each switch's wire with its ground, and the motor's two wires with each other; keep the "
    "two kinds apart.",
)
