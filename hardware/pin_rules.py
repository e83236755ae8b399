"""Which pin and channel may serve for what, and everything wrong with a wiring. Pure.

Why not every pin may serve: the bridge needs PWM; enable and gate must be low from power-on (0-8
are pulled up) and carry no other bus's pulses; 0-3, 7-11 and 14-15 belong to the HAT's memory, I2C,
SPI and the serial port, also where this machine does not use them: the Pi's own settings may, and
nobody here would know.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields

from hardware.parts import bus
from hardware.wiring import (
    ADS1115_INPUTS,
    CHOICES,
    DRIVERS,
    OPTIONAL,
    PWM_CHANNELS,
    PWM_PINS,
    Wiring,
    allowed_ohm,
    channels,
    pins,
)

QUIET_PINS = (16, 17, 22, 23, 24, 25, 26, 27)
PLAIN_PINS = (4, 5, 6, 12, 13, *range(16, 28))
RESERVED: Mapping[int, tuple[str, str]] = {
    0: ("the HAT's memory", "ID_SD"), 1: ("the HAT's memory", "ID_SC"),
    2: ("I2C", "SDA"), 3: ("I2C", "SCL"),
    7: ("SPI", "CE1"), 8: ("SPI", "CE0"), 9: ("SPI", "MISO"), 10: ("SPI", "MOSI"),
    11: ("SPI", "SCLK"),
    14: ("the serial port", "TXD"), 15: ("the serial port", "RXD"),
}  # fmt: skip
"""BCM number -> the bus it belongs to, and which line of it it is."""
NOISY: Mapping[int, str] = {
    **dict.fromkeys((4, 5, 6), "is pulled up while the Pi starts, and this line must be low then"),
    **dict.fromkeys(PWM_PINS, "can carry the kernel's PWM, and this line must see no such pulses"),
    **dict.fromkeys(
        (20, 21), "can carry a sound card's data, and this line must see no such pulses"
    ),
}
"""BCM number -> why it is none of `QUIET_PINS`."""
HIGHEST_PIN = 27
CHANNELS = tuple(range(8))
ALLOWED: Mapping[str, tuple[int, ...]] = {
    field.name: PLAIN_PINS for field in fields(Wiring) if field.name.endswith("_pin")
} | {
    "forward_pin": PWM_PINS,
    "backward_pin": PWM_PINS,
    "enable_pin": QUIET_PINS,
    "gate_pin": QUIET_PINS,
}
PAIRS = (("gate_pin", "gate_sense_pin"), ("hx711_data_pin", "hx711_clock_pin"))
"""Wired together or not at all."""


def problems(wiring: Wiring) -> list[str]:
    """Return everything wrong with `wiring`, one sentence each; empty when it can be built.

    Each names the pin or channel, its users, and what is allowed instead.
    """
    used_pins, used_channels = pins(wiring), channels(wiring)
    every_channel = dict.fromkeys(used_channels, CHANNELS)
    return [
        *_missing(wiring),
        *_halves(wiring),
        *_misplaced(wiring),
        *_shared("pin", used_pins, ALLOWED),
        *_one_pwm_channel(wiring),
        *_shared("channel", used_channels, every_channel),
        *_two_channels_b(wiring),
        *_crowded(wiring),
        *_current_scale(wiring),
    ]


def _missing(wiring: Wiring) -> Iterator[str]:
    for field in fields(wiring):
        name = field.name
        if getattr(wiring, name) is None and name not in (*OPTIONAL, *CHOICES):
            pin = name.endswith("_pin")
            used = pins(wiring) if pin else channels(wiring)
            free = _free(name, used, ALLOWED if pin else {name: CHANNELS})
            yield (
                f'{name} = "none", but this part is always fitted: '
                f"give it a {'pin' if pin else 'channel'} (free {free})"
            )
    for name, choices in CHOICES.items():
        if getattr(wiring, name) not in choices:
            yield f"{name} is {getattr(wiring, name)!r}: choose one of {', '.join(choices)}"


def _halves(wiring: Wiring) -> Iterator[str]:
    used = pins(wiring)
    for pair in PAIRS:
        there = [name for name in pair if name in used]
        if len(there) == 1:
            yield f"{there[0]} stands alone: wire {' and '.join(pair)}, or neither"


def _misplaced(wiring: Wiring) -> Iterator[str]:
    for name, number in pins(wiring).items():
        if number not in ALLOWED[name]:
            why = _why_not(name, number, wiring)
            yield f"{name} = {number} {why}: {_instead(name, pins(wiring), ALLOWED)}"
    used = channels(wiring)
    for name, number in used.items():
        if number not in CHANNELS:
            instead = _instead(name, used, {name: CHANNELS})
            yield f"{name} = {number} is no channel of a converter: {instead}"


def _why_not(name: str, number: int, wiring: Wiring) -> str:
    """What is wrong with this pin for this part."""
    if not 0 <= number <= HIGHEST_PIN:
        return "is not on the header"
    if number in RESERVED:
        its, line = RESERVED[number]
        chip = f" of the {wiring.adc_chip}" if number in bus(wiring) else ""
        return f"belongs to {its} ({line}{chip})"
    return "has no PWM" if ALLOWED[name] == PWM_PINS else NOISY[number]


def _instead(name: str, used: Mapping[str, int], allowed: Mapping[str, tuple[int, ...]]) -> str:
    every = ", ".join(str(one) for one in allowed[name])
    return f"allowed {every}; free {_free(name, used, allowed)}"


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


def _current_scale(wiring: Wiring) -> Iterator[str]:
    """A wrong scale would let a motor that strains pass for one that does not."""
    if wiring.current_channel is None or wiring.driver not in DRIVERS:
        return
    low, high = allowed_ohm(wiring.driver)
    if not low <= wiring.current_ohm <= high:
        yield (
            f"current_ohm = {wiring.current_ohm}: a {wiring.driver} takes {low} to {high} ohm from "
            "its current output to ground, so that T7 sees the 2 A at which it stops; change the "
            "resistor, and look which driver is fitted"
        )


def _cures(
    users: list[str], used: Mapping[str, int], allowed: Mapping[str, tuple[int, ...]]
) -> str:
    return "; ".join(f"free for {name}: {_free(name, used, allowed)}" for name in users)


def _free(name: str, used: Mapping[str, int], allowed: Mapping[str, tuple[int, ...]]) -> str:
    taken = set(used.values())
    return ", ".join(str(number) for number in allowed[name] if number not in taken) or "none"
