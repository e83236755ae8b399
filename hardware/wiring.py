"""Which wire goes to which pin: one frozen table that code, checks and documents share. Pure.

Pins are BCM numbers. Why not every pin may serve: the bridge needs PWM; enable and gate must be
low from power-on (0-8 are pulled up) and carry no other bus's pulses; 0-3, 7-11 and 14-15 belong
to the HAT's memory, I2C, SPI and the serial port, also where this machine does not use them: the
Pi's own settings may, and nobody here would know. Buttons and switches close to ground, the Pi
pulls them up; limit switches and the stop switch's second contact are normally closed, so a
broken wire reads as an end or as a stop. The gate sense is high while power flows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

PWM_CHANNELS: Mapping[int, int] = {12: 0, 13: 1, 18: 0, 19: 1}
PWM_PINS = tuple(PWM_CHANNELS)
QUIET_PINS = (16, 17, 22, 23, 24, 25, 26, 27)
PLAIN_PINS = (4, 5, 6, 12, 13, *range(16, 28))
RESERVED: Mapping[int, str] = {
    **dict.fromkeys((0, 1), "the HAT's memory"),
    **dict.fromkeys((2, 3), "I2C"),
    **dict.fromkeys(range(7, 12), "SPI"),
    **dict.fromkeys((14, 15), "the serial port"),
}
CHANNELS = tuple(range(8))
CHIPS = ("MCP3008", "MCP3208", "ADS1115")
ADS1115_INPUTS = 4  # channels 0-3 are the first chip, 4-7 the second
PWMS = ("software", "hardware")


@dataclass(frozen=True, slots=True)
class Wiring:
    """Every pin (BCM number) and converter channel (0..7) the roller uses. None: not fitted.

    An MCP3008 or MCP3208 sits on SPI bus 0, chip select 0; of the ADS1115, channels 0-3 are the
    chip at address 0x48 of I2C bus 1, 4-7 the one at 0x49. The defaults satisfy `problems`.
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
    hx711_data_pin: int | None = None  # with its clock: pressure B comes from an HX711
    hx711_clock_pin: int | None = None


ALLOWED: Mapping[str, tuple[int, ...]] = {
    field.name: PLAIN_PINS for field in fields(Wiring) if field.name.endswith("_pin")
} | {
    "forward_pin": PWM_PINS,
    "backward_pin": PWM_PINS,
    "enable_pin": QUIET_PINS,
    "gate_pin": QUIET_PINS,
}
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
PAIRS = (("gate_pin", "gate_sense_pin"), ("hx711_data_pin", "hx711_clock_pin"))
"""Wired together or not at all."""
CHOICES: Mapping[str, tuple[str, ...]] = {"adc_chip": CHIPS, "pwm": PWMS}


def pins(wiring: Wiring) -> dict[str, int]:
    """Return what each fitted line is wired to: field name -> BCM number."""
    return _fitted(wiring, "_pin")


def channels(wiring: Wiring) -> dict[str, int]:
    """Return which channel each fitted element has: field name -> 0..7."""
    return _fitted(wiring, "_channel")


def b_fitted(wiring: Wiring) -> bool:
    """Return whether there is a second pressure element, on whatever converter."""
    return wiring.pressure_b_channel is not None or wiring.hx711_data_pin is not None


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


def problems(wiring: Wiring) -> list[str]:
    """Return everything wrong with `wiring`, one sentence each; empty when it can be built.

    Each names the pin or channel, its users, and what is allowed instead.
    """
    used_pins, used_channels = pins(wiring), channels(wiring)
    every_channel = dict.fromkeys(used_channels, CHANNELS)
    return [
        *_missing(wiring),
        *_halves(wiring),
        *_misplaced(used_pins, ALLOWED),
        *_shared("pin", used_pins, ALLOWED),
        *_one_pwm_channel(wiring),
        *_misplaced(used_channels, every_channel),
        *_shared("channel", used_channels, every_channel),
        *_two_channels_b(wiring),
        *_crowded(wiring),
    ]


def _fitted(wiring: Wiring, ending: str) -> dict[str, int]:
    named = {field.name: getattr(wiring, field.name) for field in fields(wiring)}
    return {
        name: number
        for name, number in named.items()
        if name.endswith(ending) and number is not None
    }


def _missing(wiring: Wiring) -> Iterator[str]:
    for field in fields(wiring):
        if getattr(wiring, field.name) is None and field.name not in OPTIONAL:
            yield f"{field.name} is missing: this part is always fitted"
    for name, choices in CHOICES.items():
        if getattr(wiring, name) not in choices:
            yield f"{name} is {getattr(wiring, name)!r}: choose one of {', '.join(choices)}"


def _halves(wiring: Wiring) -> Iterator[str]:
    used = pins(wiring)
    for pair in PAIRS:
        there = [name for name in pair if name in used]
        if len(there) == 1:
            yield f"{there[0]} stands alone: wire {' and '.join(pair)}, or neither"


def _misplaced(used: Mapping[str, int], allowed: Mapping[str, tuple[int, ...]]) -> Iterator[str]:
    for name, number in used.items():
        if number not in allowed[name]:
            bus = RESERVED.get(number) if name.endswith("_pin") else None
            why = f"belongs to {bus}" if bus else "cannot serve here"
            every = ", ".join(str(one) for one in allowed[name])
            yield f"{name} = {number} {why}: allowed {every}; free {_free(name, used, allowed)}"


def _shared(
    noun: str, used: Mapping[str, int], allowed: Mapping[str, tuple[int, ...]]
) -> Iterator[str]:
    for number in sorted(set(used.values())):
        users = [name for name, other in used.items() if other == number]
        if len(users) > 1:
            yield (
                f"{noun} {number} is used by {' and '.join(users)}: "
                f"move one ({_cures(users, used, allowed)})"
            )


def _one_pwm_channel(wiring: Wiring) -> Iterator[str]:
    """A Pi before the 5 has two channels, each on two pins: both pins would move together."""
    ahead, back = wiring.forward_pin, wiring.backward_pin
    channel = PWM_CHANNELS.get(ahead)
    if wiring.pwm == "hardware" and ahead != back and channel == PWM_CHANNELS.get(back, -1):
        other = tuple(pin for pin in PWM_PINS if PWM_CHANNELS[pin] != channel)
        users = ["forward_pin", "backward_pin"]
        cures = _cures(users, pins(wiring), dict.fromkeys(users, other))
        yield (
            f"forward_pin = {ahead} and backward_pin = {back} share PWM channel {channel}: "
            f"move one ({cures}), or choose pwm software"
        )


def _two_channels_b(wiring: Wiring) -> Iterator[str]:
    if wiring.pressure_b_channel is not None and wiring.hx711_data_pin is not None:
        yield (
            f"pressure B has two sources: pressure_b_channel = {wiring.pressure_b_channel} and "
            f'the HX711 on hx711_data_pin = {wiring.hx711_data_pin}: set one of them to "none"'
        )


def _crowded(wiring: Wiring) -> Iterator[str]:
    """Every tick needs a fresh pressure A; a chip that goes round its inputs has none."""
    used, chip = channels(wiring), wiring.pressure_a_channel
    if wiring.adc_chip != "ADS1115" or chip not in CHANNELS:
        return
    chip //= ADS1115_INPUTS
    elsewhere = tuple(one for one in CHANNELS if one // ADS1115_INPUTS != chip)
    for name, number in used.items():
        if name != "pressure_a_channel" and number // ADS1115_INPUTS == chip:
            free = _free(name, used, {name: elsewhere})
            yield (
                f"{name} = {number} and pressure_a_channel = {wiring.pressure_a_channel} are on "
                f"one ADS1115, and pressure A needs a chip for itself: move {name} to another "
                f"(free {free})"
            )


def _cures(
    users: list[str], used: Mapping[str, int], allowed: Mapping[str, tuple[int, ...]]
) -> str:
    return "; ".join(f"free for {name}: {_free(name, used, allowed)}" for name in users)


def _free(name: str, used: Mapping[str, int], allowed: Mapping[str, tuple[int, ...]]) -> str:
    taken = set(used.values())
    return ", ".join(str(number) for number in allowed[name] if number not in taken) or "none"
