"""Which pin and channel may serve for what, and everything wrong with a wiring. Pure.

Why not every pin may serve: the bridge needs PWM; enable and gate must be low from power-on (0-8
are pulled up) and carry no other bus's pulses; 0-3, 7-11 and 14-15 belong to the HAT's memory, I2C,
SPI and the serial port, also where this machine does not use them: the Pi's own settings may, and
nobody here would know.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields

from hardware.wiring import (
    ADS1115_INPUTS,
    CHOICES,
    OPTIONAL,
    PWM_CHANNELS,
    PWM_PINS,
    Wiring,
    channels,
    pins,
)

QUIET_PINS = (16, 17, 22, 23, 24, 25, 26, 27)
PLAIN_PINS = (4, 5, 6, 12, 13, *range(16, 28))
RESERVED: Mapping[int, str] = {
    **dict.fromkeys((0, 1), "the HAT's memory"),
    **dict.fromkeys((2, 3), "I2C"),
    **dict.fromkeys(range(7, 12), "SPI"),
    **dict.fromkeys((14, 15), "the serial port"),
}
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
        *_misplaced(used_pins, ALLOWED),
        *_shared("pin", used_pins, ALLOWED),
        *_one_pwm_channel(wiring),
        *_misplaced(used_channels, every_channel),
        *_shared("channel", used_channels, every_channel),
        *_two_channels_b(wiring),
        *_crowded(wiring),
    ]


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
