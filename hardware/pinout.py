"""The table from which a maker solders: every wire of one `Wiring`, as text. Pure.

Made from the same frozen data that the roller claims its pins by, so the two cannot differ.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap

from hardware.parts import (
    ELEMENTS,
    GATE,
    HX711_SUPPLY,
    I2C_LINES,
    I2C_SUPPLY,
    NO_GATE,
    SAFETY,
    SPI_LINES,
    SPI_SUPPLY,
    TERMINALS,
)
from hardware.wiring import ADS1115_INPUTS, Wiring, channels, pins, pwm_overlay

WIDTH = 100
HEADER: Mapping[int, int] = {
    2: 3, 3: 5, 4: 7, 14: 8, 15: 10, 17: 11, 18: 12, 27: 13, 22: 15, 23: 16, 24: 18, 10: 19,
    9: 21, 25: 22, 11: 23, 8: 24, 7: 26, 0: 27, 1: 28, 5: 29, 6: 31, 12: 32, 13: 33, 19: 35,
    16: 36, 26: 37, 20: 38, 21: 40,
}  # fmt: skip
"""BCM number -> number on the 40-pin header; the same on every Pi that has one."""
SUPPLY: Mapping[int, str] = {
    **dict.fromkeys((1, 17), "3.3 V"),
    **dict.fromkeys((2, 4), "5 V"),
    **dict.fromkeys((6, 9, 14, 20, 25, 30, 34, 39), "ground"),
}
"""Number on the header -> what it gives."""
ORIGIN = (
    "Derived from Footloop's reference design. Nobody has yet reported building it: check it "
    "against the data sheets of your own parts before you solder."
)
COLUMNS = ("part", "terminal", "GPIO", "pin", "way", "rests", "what else")
WIDTHS = (18, 17, 4, 3, 4, 11)


def drawing(wiring: Wiring, source: str) -> str:
    """Return the whole page for `wiring`; `source` says where it comes from."""
    sections = (
        (f"Wiring of the gpio machine: {source}", [*_wrapped(ORIGIN)]),
        ("Before anything else", _listed(SAFETY)),
        ("Wires to the Pi (GPIO: BCM number; pin: number on the 40-pin header)", _wires(wiring)),
        (f"Channels of the {wiring.adc_chip}", _channels(wiring)),
        ("Motor power", _listed(NO_GATE if wiring.gate_pin is None else GATE)),
        ("Lines for /boot/firmware/config.txt", [f"  {line}" for line in config_lines(wiring)]),
        ("The header, seen from above, pin 1 at the corner of the board", _header(wiring)),
    )
    return "\n\n".join("\n".join((title, *lines)) for title, lines in sections) + "\n"


def config_lines(wiring: Wiring) -> list[str]:
    """Return what the Pi's own settings need."""
    if wiring.adc_chip == "ADS1115":
        lines = ["dtparam=i2c_arm=on,i2c_arm_baudrate=400000"]
    else:
        lines = ["dtparam=spi=on"]
    if wiring.pwm == "hardware":
        lines.append(pwm_overlay(wiring))
    return [*lines, "dtparam=strict_gpiod"]


def _wires(wiring: Wiring) -> Iterator[str]:
    """The table, and what belongs to it."""
    rows = [
        (one.part, one.name, str(pin), str(HEADER[pin]), one.direction, one.rests, one.also)
        for name, one in TERMINALS.items()
        if (pin := pins(wiring).get(name)) is not None
    ]
    rows += [
        (wiring.adc_chip, terminal, str(pin), str(HEADER[pin]), way, "bus", function)
        for pin, (terminal, way, function) in _bus(wiring).items()
    ]
    yield from _row(COLUMNS)
    for row in rows:
        yield from _row(row)
    spi = wiring.adc_chip != "ADS1115"
    yield from _wrapped(f"{wiring.adc_chip}: {SPI_SUPPLY if spi else I2C_SUPPLY}")
    if wiring.hx711_data_pin is not None:
        yield from _wrapped(HX711_SUPPLY)
    for level in ("3.3 V", "ground"):
        numbers = ", ".join(str(number) for number, given in SUPPLY.items() if given == level)
        yield from _wrapped(f"{level} is on the header's pins {numbers}.")


def _bus(wiring: Wiring) -> Mapping[int, tuple[str, str, str]]:
    return I2C_LINES if wiring.adc_chip == "ADS1115" else SPI_LINES


def _channels(wiring: Wiring) -> Iterator[str]:
    for name, number in channels(wiring).items():
        element, also = ELEMENTS[name]
        yield from wrap(
            f"{_input(wiring.adc_chip, number)} {element}. {also}.",
            WIDTH,
            initial_indent="  ",
            subsequent_indent=" " * 4,
        )


def _input(chip: str, number: int) -> str:
    if chip == "ADS1115":
        address = 0x48 + number // ADS1115_INPUTS
        return f"channel {number}, chip 0x{address:02x}, AIN{number % ADS1115_INPUTS}:"
    return f"channel {number}, CH{number} (its pin {number + 1}):"


def _header(wiring: Wiring) -> Iterator[str]:
    named = dict(SUPPLY)
    for pin, number in HEADER.items():
        named[number] = f"GPIO {pin}"
    for name, pin in pins(wiring).items():
        named[HEADER[pin]] = f"{TERMINALS[name].part}, {TERMINALS[name].name}: GPIO {pin}"
    for pin, (terminal, _, _) in _bus(wiring).items():
        named[HEADER[pin]] = f"{wiring.adc_chip}, {terminal}: GPIO {pin}"
    for left in range(1, 40, 2):
        yield f"{named[left]:>42} | {left:2} {left + 1:2} | {named[left + 1]}"


def _row(cells: Sequence[str]) -> Iterator[str]:
    """One row; its last cell goes on below itself."""
    start = "  " + " ".join(f"{cell:{width}}" for cell, width in zip(cells, WIDTHS, strict=False))
    for number, text in enumerate(wrap(cells[-1], WIDTH - len(start) - 1)):
        yield f"{start if number == 0 else ' ' * len(start)} {text}"


def _listed(sentences: Iterable[str]) -> Iterator[str]:
    for sentence in sentences:
        yield from wrap(sentence, WIDTH, initial_indent="  - ", subsequent_indent="    ")


def _wrapped(text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")
