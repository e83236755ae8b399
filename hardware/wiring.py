"""Which wire goes to which pin: one frozen table that code, checks and documents share. Pure.

Pins are BCM numbers. Buttons and switches close to ground, the Pi pulls them up; limit switches
and the stop switch's second contact are normally closed, so a broken wire reads as an end or as a
stop. The gate sense is high while power flows. Which pin may serve is `hardware/pin_rules.py`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import ceil, floor

PWM_CHANNELS: Mapping[int, int] = {12: 0, 13: 1, 18: 0, 19: 1}
PWM_PINS = tuple(PWM_CHANNELS)
CHIPS = ("MCP3008", "MCP3208", "ADS1115")
ADS1115_INPUTS = 4  # channels 0-3 are the first chip, 4-7 the second
PWMS = ("software", "hardware")
RANGE_V = 3.3  # of every converter, as its channels are read
DRIVERS: Mapping[str, float] = {"DRV8874": 450.0, "DRV8876": 1000.0}
"""Name -> what its current output gives, µA for each A of the motor."""
FULL_SCALE_MA = (2500.0, 10_000.0)
"""Where the current's range may end. Lower, the 2 A that T7 calls too much would lie at its end,
where the driver holds the current by itself and nothing more is seen. Higher, one count of 10
bits would be more than 10 mA, too much of the 50 mA that the self-test calls no current."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """Every pin (BCM number) and converter channel (0..7) the roller uses. None: not fitted.

    An MCP3008 or MCP3208 sits on SPI bus 0, chip select 0; of the ADS1115, channels 0-3 are the
    chip at address 0x48 of I2C bus 1, 4-7 the one at 0x49. The defaults can be built.
    """

    forward_pin: int = 12  # bridge input 1, toward the toes
    backward_pin: int = 13  # bridge input 2
    enable_pin: int = 16  # the driver's enable line, high: awake
    gate_pin: int | None = 17  # the power gate's pump: wants an edge per tick
    gate_sense_pin: int | None = 27  # downstream of the gate, high: power flows
    stop_pin: int = 22  # second contact of the stop switch
    heel_end_pin: int = 23  # limit switch at home
    toe_end_pin: int = 24
    start_button_pin: int = 5
    plus_button_pin: int = 6
    minus_button_pin: int = 26
    led_red_pin: int | None = 20
    led_green_pin: int | None = 21
    led_blue_pin: int | None = 19
    buzzer_pin: int | None = 18
    pwm: str = "software"  # or hardware: the kernel's, which needs an overlay
    adc_chip: str = "MCP3008"  # or MCP3208, ADS1115
    pressure_a_channel: int = 0
    pressure_b_channel: int | None = 1
    current_channel: int | None = 2  # the driver's current output
    driver: str = "DRV8874"  # or DRV8876: their current outputs differ
    current_ohm: int = 1000  # from the current output to ground
    hx711_data_pin: int | None = None  # with its clock: pressure B comes from an HX711
    hx711_clock_pin: int | None = None


OPTIONAL = (
    "gate_pin",
    "gate_sense_pin",
    "led_red_pin",
    "led_green_pin",
    "led_blue_pin",
    "buzzer_pin",
    "pressure_b_channel",
    "current_channel",
    "hx711_data_pin",
    "hx711_clock_pin",
)
CHOICES: Mapping[str, tuple[str, ...]] = {
    "adc_chip": CHIPS,
    "pwm": PWMS,
    "driver": tuple(DRIVERS),
}


def pins(wiring: Wiring) -> dict[str, int]:
    """Return what each fitted line is wired to: field name -> BCM number."""
    return _fitted(wiring, "_pin")


def channels(wiring: Wiring) -> dict[str, int]:
    """Return which channel each fitted element has: field name -> 0..7."""
    return _fitted(wiring, "_channel")


def b_fitted(wiring: Wiring) -> bool:
    """Return whether there is a second pressure element, on whatever converter."""
    return wiring.pressure_b_channel is not None or wiring.hx711_data_pin is not None


def full_scale_ma(wiring: Wiring) -> float:
    """Return the motor's current, mA, at the end of the converter's range."""
    return RANGE_V * 1e9 / (DRIVERS[wiring.driver] * wiring.current_ohm)


def allowed_ohm(driver: str) -> tuple[int, int]:
    """Return the least and the most that may stand at this driver's current output."""
    low_ma, high_ma = FULL_SCALE_MA
    return (
        ceil(RANGE_V * 1e9 / (DRIVERS[driver] * high_ma)),
        floor(RANGE_V * 1e9 / (DRIVERS[driver] * low_ma)),
    )


def chip_of(wiring: Wiring, element: str) -> str:
    """Return the converter on which a fitted pressure element hangs."""
    on_hx711 = element == "pressure_b" and wiring.hx711_data_pin is not None
    return "HX711" if on_hx711 else wiring.adc_chip


def fastest_hz(wiring: Wiring) -> int:
    """Return how often a loop may read: two reads must never see one and the same conversion.

    An ADS1115 converts 860 times a second, less 10 %; fetching a value of an HX711 takes about
    a millisecond.
    """
    slow = wiring.adc_chip == "ADS1115" or wiring.hx711_data_pin is not None
    return 500 if slow else 1000


def pwm_overlay(wiring: Wiring) -> str:
    """Return the line for config.txt that gives the bridge's pins to the kernel's PWM."""
    first, second = sorted((wiring.forward_pin, wiring.backward_pin), key=PWM_CHANNELS.__getitem__)
    function = {12: 4, 13: 4, 18: 2, 19: 2}  # alternate functions 0 and 5, as the overlay counts
    return (
        f"dtoverlay=pwm-2chan,pin={first},func={function[first]},"
        f"pin2={second},func2={function[second]}"
    )


def _fitted(wiring: Wiring, ending: str) -> dict[str, int]:
    named = {field.name: getattr(wiring, field.name) for field in fields(wiring)}
    return {
        name: number
        for name, number in named.items()
        if name.endswith(ending) and number is not None
    }
