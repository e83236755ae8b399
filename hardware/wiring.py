"""Which wire goes to which pin: one frozen table that code, checks and documents share.

Pins are BCM numbers. Why not every pin may serve: the bridge needs PWM; enable and gate must be
low from power-on (0-8 are pulled up) and carry no other bus's pulses; 0-3, 7-11 and 14-15 belong
to the HAT's memory, I2C, SPI and the serial port. Buttons and switches close to ground, the Pi
pulls them up; limit switches and the stop switch's second contact are normally closed, so a
broken wire reads as an end or as a stop. The gate sense is high while power flows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

PWM_PINS = (12, 13, 18, 19)
QUIET_PINS = (16, 17, 22, 23, 24, 25, 26, 27)
PLAIN_PINS = (4, 5, 6, 12, 13, *range(16, 28))
RESERVED: Mapping[int, str] = {
    **dict.fromkeys((0, 1), "the HAT's memory"),
    **dict.fromkeys((2, 3), "I2C"),
    **dict.fromkeys(range(7, 12), "SPI"),
    **dict.fromkeys((14, 15), "the serial port"),
}
CHANNELS = tuple(range(8))
CHIPS = ("MCP3008", "MCP3208")


@dataclass(frozen=True, slots=True)
class Wiring:
    """Every pin (BCM number) and converter channel (0..7) the roller uses. None: not fitted.

    The converter sits on SPI bus 0, chip select 0. The defaults satisfy `problems`.
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
    adc_chip: str = "MCP3008"  # or MCP3208
    pressure_a_channel: int = 0
    pressure_b_channel: int | None = 1
    current_channel: int | None = 2  # the driver's current output


ALLOWED: Mapping[str, tuple[int, ...]] = {
    field.name: PLAIN_PINS for field in fields(Wiring) if field.name.endswith("_pin")
} | {
    "forward_pin": PWM_PINS,
    "backward_pin": PWM_PINS,
    "enable_pin": QUIET_PINS,
    "gate_pin": QUIET_PINS,
}
OPTIONAL = ("gate_pin", "gate_sense_pin", "pressure_b_channel", "current_channel")


def pins(wiring: Wiring) -> dict[str, int]:
    """Return what each fitted line is wired to: field name -> BCM number."""
    return _fitted(wiring, "_pin")


def problems(wiring: Wiring) -> list[str]:
    """Return everything wrong with `wiring`, one sentence each; empty when it can be built.

    Each names the pin or channel, its users, and what is allowed instead.
    """
    channels = _fitted(wiring, "_channel")
    return [
        *_missing(wiring),
        *_misplaced(pins(wiring), ALLOWED),
        *_shared("pin", pins(wiring), ALLOWED),
        *_misplaced(channels, dict.fromkeys(channels, CHANNELS)),
        *_shared("channel", channels, dict.fromkeys(channels, CHANNELS)),
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
    if (wiring.gate_pin is None) != (wiring.gate_sense_pin is None):
        lone = "gate_sense_pin" if wiring.gate_pin is None else "gate_pin"
        yield f"{lone} stands alone: wire gate_pin and gate_sense_pin, or neither"
    if wiring.adc_chip not in CHIPS:
        yield f"adc_chip is {wiring.adc_chip!r}: choose one of {', '.join(CHIPS)}"


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
            cures = "; ".join(f"free for {name}: {_free(name, used, allowed)}" for name in users)
            yield f"{noun} {number} is used by {' and '.join(users)}: move one ({cures})"


def _free(name: str, used: Mapping[str, int], allowed: Mapping[str, tuple[int, ...]]) -> str:
    taken = set(used.values())
    return ", ".join(str(number) for number in allowed[name] if number not in taken) or "none"
