"""The table from which a maker solders: every wire of one `Wiring`, as text. Pure.

Made from the same frozen data that the roller claims its pins by, so the two cannot differ.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap

from hardware.parts import (
    ELEMENTS,
    HX711_SUPPLY,
    I2C_SUPPLY,
    SAFETY,
    SPI_SUPPLY,
    TERMINALS,
    bus,
)
from hardware.power_parts import (
    DRIVER,
    GATE,
    GATE_DRAWING,
    GATE_PARTS,
    NO_GATE,
    current_wires,
    driver,
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
UNIT = re.compile(r"(?<=\d) (?=(?:[kµnm]?[ΩFVAWNs]|kPa)\b)")
"""The space between a number and its unit."""
PWM_CHECK = (
    "audio=off stands in place of audio=on: up to the Pi 4 the analogue sound uses the same PWM "
    "channels, or their clock. Restart the Pi, then type `pinctrl get {pins}`: both pins must name "
    "a PWM. On a Pi 5 others report that with this overlay, for 18 and 19 too; we did not try it."
)
AFTERWARDS = (
    "A pin that shows only its GPIO number stays open.",
    "Restart the Pi. `footloop init` writes the settings, `footloop calibrate --device gpio` "
    "weighs, `footloop run --device gpio` starts. Before every session the machine tests itself "
    "and says what it misses.",
    "With the foot off, `footloop stop-test` measures the gate: trim it before the first session.",
)
COLUMNS = ("part", "terminal", "GPIO", "pin", "way", "rests", "what else")
WIDTHS = (18, 17, 4, 3, 4, 11)
PART_WIDTHS = (14, 21)


def drawing(wiring: Wiring, source: str) -> str:
    """Return the whole page for `wiring`; `source` says where it comes from."""
    sections = (
        (f"Wiring of the gpio machine: {source}", [*_wrapped(ORIGIN)]),
        ("Before anything else", _listed(SAFETY)),
        ("Wires to the Pi (GPIO: BCM number; pin: number on the 40-pin header)", _wires(wiring)),
        (f"Channels of the {wiring.adc_chip}", _channels(wiring)),
        ("Motor driver: its other terminals", _driver(wiring)),
        ("Motor power", _listed(NO_GATE) if wiring.gate_pin is None else _gate()),
        ("Lines for the end of /boot/firmware/config.txt, below [all]", _config(wiring)),
        ("The header, seen from above, pin 1 at the corner of the board", _header(wiring)),
        ("When all is soldered", _listed(AFTERWARDS if wiring.gate_pin else AFTERWARDS[:2])),
    )
    return "\n\n".join("\n".join((title, *lines)) for title, lines in sections) + "\n"


def config_lines(wiring: Wiring) -> list[str]:
    """Return what the Pi's own settings need."""
    if wiring.adc_chip == "ADS1115":
        lines = ["dtparam=i2c_arm=on,i2c_arm_baudrate=400000"]
    else:
        lines = ["dtparam=spi=on"]
    if wiring.pwm == "hardware":
        lines += ["dtparam=audio=off", pwm_overlay(wiring)]
    return [*lines, "dtparam=strict_gpiod"]


def _config(wiring: Wiring) -> Iterator[str]:
    """The lines, and how to see that they work."""
    yield from (f"  {line}" for line in config_lines(wiring))
    if wiring.pwm == "hardware":
        ahead, back = wiring.forward_pin, wiring.backward_pin
        yield from _wrapped(PWM_CHECK.format(pins=f"{ahead},{back}"))


def _wires(wiring: Wiring) -> Iterator[str]:
    """The table, and what belongs to it."""
    rows = [
        (one.part, one.name, str(pin), str(HEADER[pin]), one.direction, one.rests, one.also)
        for name, one in TERMINALS.items()
        if (pin := pins(wiring).get(name)) is not None
    ]
    rows += [
        (wiring.adc_chip, terminal, str(pin), str(HEADER[pin]), way, "bus", function)
        for pin, (terminal, way, function) in bus(wiring).items()
    ]
    yield from _row(COLUMNS)
    for row in rows:
        yield from _row(row)
    spi = wiring.adc_chip != "ADS1115"
    yield from _wrapped(f"{wiring.adc_chip}: {SPI_SUPPLY if spi else I2C_SUPPLY}")
    if wiring.hx711_data_pin is not None:
        yield from _wrapped(HX711_SUPPLY)
    for level, warning in (("3.3 V", ""), ("5 V", "; no GPIO pin stands it"), ("ground", "")):
        numbers = ", ".join(str(number) for number, given in SUPPLY.items() if given == level)
        yield from _wrapped(f"{level} is on the header's pins {numbers}{warning}.")


def _channels(wiring: Wiring) -> Iterator[str]:
    for name, number in channels(wiring).items():
        element, also = ELEMENTS[name]
        also = also or current_wires(wiring)
        yield from _folded(f"{_input(wiring.adc_chip, number)} {element}. {also}.", "  ", "    ")


def _input(chip: str, number: int) -> str:
    if chip == "ADS1115":
        address = 0x48 + number // ADS1115_INPUTS
        return f"channel {number}, chip 0x{address:02x}, AIN{number % ADS1115_INPUTS}:"
    return f"channel {number}, CH{number} (its pin {number + 1}):"


def _driver(wiring: Wiring) -> Iterator[str]:
    for part in driver(wiring):
        yield from _row(part, PART_WIDTHS)
    yield from _listed(DRIVER)


def _gate() -> Iterator[str]:
    yield from (f"  {line}".rstrip() for line in GATE_DRAWING)
    for part in GATE_PARTS:
        yield from _row(part, PART_WIDTHS)
    yield from _listed(GATE)


def _header(wiring: Wiring) -> Iterator[str]:
    named = dict(SUPPLY)
    for pin, number in HEADER.items():
        named[number] = f"GPIO {pin}"
    for name, pin in pins(wiring).items():
        named[HEADER[pin]] = f"{TERMINALS[name].part}, {TERMINALS[name].name}: GPIO {pin}"
    for pin, (terminal, _, _) in bus(wiring).items():
        named[HEADER[pin]] = f"{wiring.adc_chip}, {terminal}: GPIO {pin}"
    for left in range(1, 40, 2):
        yield f"{named[left]:>42} | {left:2} {left + 1:2} | {named[left + 1]}"


def _row(cells: Sequence[str], widths: Sequence[int] = WIDTHS) -> Iterator[str]:
    """One row; its last cell goes on below itself."""
    start = "  " + " ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=False))
    yield from _folded(cells[-1], f"{start} ", " " * (len(start) + 1))


def _listed(sentences: Iterable[str]) -> Iterator[str]:
    for sentence in sentences:
        yield from _folded(sentence, "  - ", "    ")


def _wrapped(text: str) -> list[str]:
    return _folded(text, "  ", "  ")


def _folded(text: str, first: str, later: str) -> list[str]:
    """Lines that fit; a number stays with its unit."""
    whole = UNIT.sub("\N{NO-BREAK SPACE}", text)
    lines = wrap(whole, WIDTH, initial_indent=first, subsequent_indent=later)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]
