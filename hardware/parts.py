"""Every part that hangs on the Pi, terminal by terminal: what a maker must know of it. Pure.

The pin table (`hardware/pinout.py`) sets these against the pins of one wiring. Directions are
seen from the Pi. What is said here is derived from the reference design.
"""

from collections.abc import Mapping
from typing import NamedTuple


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
_LED = "330 Ω in series; common cathode to ground"

TERMINALS: Mapping[str, Terminal] = {
    "forward_pin": Terminal("motor driver", "input 1 (IN1)", "out", "low",
        f"{_PULL_DOWN}. High here and low at input 2 rolls toward the toes: if it rolls to "
        "the heel, swap the motor's two wires"),
    "backward_pin": Terminal("motor driver", "input 2 (IN2)", "out", "low",
        f"{_PULL_DOWN}. Both inputs high are the short brake"),
    "enable_pin": Terminal("motor driver", "enable (nSLEEP)", "out", "low",
        f"{_PULL_DOWN}. High wakes the driver; a DRV8874 also wants PMODE high (PWM mode) and "
        "3.3 V at VREF"),
    "gate_pin": Terminal("power gate", "pump input", "out", "high or low",
        f"{_PULL_DOWN}. Only edges hold the gate, one every loop; a steady level must not"),
    "gate_sense_pin": Terminal("power gate", "sense contact", "in", "low",
        "the relay's second contact, normally open, to 3.3 V; the Pi pulls it down inside. "
        "High says that power can flow"),
    "stop_pin": Terminal("stop switch", "contact 2", "in", "low",
        f"{_NORMALLY_CLOSED} is Stop"),
    "heel_end_pin": Terminal("limit switch, heel", "contact", "in", "low",
        f"{_NORMALLY_CLOSED} is the heel end, which is home"),
    "toe_end_pin": Terminal("limit switch, toes", "contact", "in", "low",
        f"{_NORMALLY_CLOSED} is the toe end"),
    "start_button_pin": Terminal("button Start/Pause", "contact", "in", "high", _BUTTON),
    "plus_button_pin": Terminal("button +", "contact", "in", "high", _BUTTON),
    "minus_button_pin": Terminal("button −", "contact", "in", "high", _BUTTON),
    "led_red_pin": Terminal("LED", "red anode", "out", "low", _LED),
    "led_green_pin": Terminal("LED", "green anode", "out", "low", _LED),
    "led_blue_pin": Terminal("LED", "blue anode", "out", "low", _LED),
    "buzzer_pin": Terminal("buzzer", "plus", "out", "low",
        "a buzzer of 3.3 V and at most 10 mA, its minus to ground; a stronger one through a "
        "transistor"),
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

_PRESSURE = (
    "0 to 3.3 V, never above, rising with the load; 100 kΩ to ground, so that a broken wire is "
    "noticed. An amplifier of 5 V: 10 kΩ in series, and 18 kΩ to ground in place of the 100 kΩ. "
    "Force-sensing resistors: from 3.3 V to here, and 10 kΩ to ground in place of the 100 kΩ; a "
    "broken wire then looks like no load"
)
ELEMENTS: Mapping[str, tuple[str, str]] = {
    "pressure_a_channel": (
        "pressure A: a load cell with its amplifier, or an array of force-sensing resistors",
        _PRESSURE,
    ),
    "pressure_b_channel": ("pressure B: a second element, of another kind", _PRESSURE),
    "current_channel": (
        "motor current: the driver's current output (IPROPI)",
        "1 kΩ to ground; a DRV8874 then gives 0.45 V for each A, and 3.3 V are 7.33 A",
    ),
}
"""Field of `Wiring` -> what hangs on the channel, and what else it needs."""

SPI_SUPPLY = (
    "VDD and VREF (its pins 16, 15) to 3.3 V, AGND and DGND (14, 9) to ground, 100 nF between "
    "them close to the chip."
)
I2C_SUPPLY = (
    "VDD to 3.3 V, GND to ground, 100 nF between them close to the chip. ADDR says which chip it "
    "is: to GND for 0x48, to VDD for 0x49."
)
HX711_SUPPLY = (
    "HX711 (pressure B): supply to 3.3 V, not 5 V, GND to ground; RATE to its supply, for 80 "
    "samples a second; E+, E−, A+, A− to the load cell."
)

SAFETY = (
    "12 V never reaches the Pi: no GPIO pin stands more than 3.3 V. The Pi has its own 5 V supply.",
    "One common ground: the 12 V supply's minus, the driver's ground, the sensors' ground and "
    "the Pi's ground are joined at one point.",
    "12 V reaches the driver through a fuse. Try every switch and the gate with the motor's wires "
    "off before the first run.",
)
GATE = (
    "The gate: a capacitor and two diodes pump the pin's edges up to drive a transistor, and that "
    "a relay with two poles. It must hold 25 to 35 ms without an edge, and its contact must be "
    "open 50 ms after the last.",
    "The relay's first pole sits between driver and motor: common to one motor wire, normally "
    "open to the driver's output 1, normally closed to the other motor wire and the driver's "
    "output 2. Released, it shorts the motor, which brakes it.",
    "Its second pole is the sense contact. With force-guided contacts it cannot say open while "
    "the first is welded.",
    "The stop switch latches and has two normally closed contacts. Contact 1 lies in the supply "
    "of the gate's relay: pressed, the relay drops, whatever any program does.",
)
NO_GATE = (
    "No gate is wired: THIS MACHINE IS NOT FAIL-SAFE. A program that dies can leave the motor "
    "on; Footloop says so and keeps to the lowest levels. Wire gate_pin and gate_sense_pin.",
    "The stop switch latches and has two normally closed contacts. Contact 1 lies in the "
    "driver's 12 V supply: pressed, the motor has no power, whatever any program does.",
)
