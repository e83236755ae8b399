"""The table a maker solders from: every wire is in it, where the board really has it."""

import re
from dataclasses import fields, replace

import pytest
from gpiozero.pins.mock import MockFactory

from controller.cli import COMMANDS
from hardware.parts import ELEMENTS, TERMINALS
from hardware.pinout import HEADER, SUPPLY, WIDTH, config_lines, drawing
from hardware.power_parts import GATE_DRAWING, GATE_PARTS
from hardware.wiring import ADS1115_INPUTS, Wiring, pins

PLAIN = Wiring()
I2C = Wiring(adc_chip="ADS1115", pressure_b_channel=5, current_channel=7)
LOAD_CELL = Wiring(pressure_b_channel=None, hx711_data_pin=4, hx711_clock_pin=25)
BARE = Wiring(
    gate_pin=None, gate_sense_pin=None, pressure_b_channel=None, current_channel=None,
    led_red_pin=None, led_green_pin=None, led_blue_pin=None, buzzer_pin=None,
)  # fmt: skip
EVERY = [PLAIN, Wiring(adc_chip="MCP3208"), I2C, LOAD_CELL, replace(PLAIN, pwm="hardware"), BARE]
REVISIONS = {"Zero 2 W": "902120", "3B": "a02082", "4B": "c03112", "5": "c04170"}


@pytest.mark.parametrize("model", REVISIONS)
def test_the_header_is_that_of_the_board(model: str) -> None:
    header = MockFactory(revision=REVISIONS[model]).board_info.headers["J8"].pins
    names = {"3.3 V": "3V3", "5 V": "5V", "ground": "GND"}
    expected = {number: f"GPIO{pin}" for pin, number in HEADER.items()}
    expected |= {number: names[given] for number, given in SUPPLY.items()}
    assert {number: pin.name for number, pin in header.items()} == expected


def test_every_pin_and_channel_of_a_wiring_has_its_words() -> None:
    names = {field.name for field in fields(Wiring)}
    assert set(TERMINALS) == {name for name in names if name.endswith("_pin")}
    assert set(ELEMENTS) == {name for name in names if name.endswith("_channel")}


@pytest.mark.parametrize("wiring", EVERY)
def test_every_fitted_wire_is_in_table_and_picture_and_nothing_else(wiring: Wiring) -> None:
    text = drawing(wiring, "a test")
    for name, one in TERMINALS.items():
        pin = pins(wiring).get(name)
        row = re.search(rf"^  {re.escape(one.part)} +{re.escape(one.name)} +(\d+) +(\d+) +"
                        rf"{one.direction} +{one.rests} ", text, re.MULTILINE)  # fmt: skip
        assert (row is not None) == (pin is not None)
        if row is not None and pin is not None:
            assert [int(number) for number in row.groups()] == [pin, HEADER[pin]]
            place = f"{one.part}, {one.name}: GPIO {pin}"
            number = HEADER[pin]
            shown = f"{place} | {number:2} " if number % 2 else f" {number:2} | {place}"
            assert shown in text


@pytest.mark.parametrize("wiring", EVERY)
def test_every_page_warns_fits_the_screen_and_says_where_it_comes_from(wiring: Wiring) -> None:
    text = drawing(wiring, "a test")
    joined = " ".join(text.split())
    for needed in (
        "gpio machine: a test",
        "Nobody has yet reported building it",
        "12 V never reaches the Pi",
        "One common ground",
        "normally closed contact to ground; the Pi pulls it up to 3.3 V inside",
        "Contact 1 lies in",
        "behind a slow fuse of 3.15 A",
        "Take a DRV8874",
        "ground is on the header's pins 6, 9, 14, 20, 25, 30, 34, 39",
    ):
        assert needed in joined
    assert max(len(line) for line in text.splitlines()) <= WIDTH
    assert not re.search(r"\d\n +[kµnm]?[ΩFVAWNs]\b", text), "a number parted from its unit"
    assert not re.search(" $", text, re.MULTILINE)
    assert joined.count("10 kΩ to ground, so that it is low") == (
        3 if wiring.gate_pin is None else 4
    )


def test_a_chip_on_spi_has_its_four_lines_and_its_own_pin_numbers() -> None:
    text = drawing(PLAIN, "a test")
    for terminal, function in (("CLK", "SCLK"), ("DOUT", "MISO"), ("DIN", "MOSI"), ("CS", "CE0")):
        assert re.search(rf"MCP3008 +{terminal} .*SPI0 {function}$", text, re.MULTILINE)
    assert "channel 2, CH2 (its pin 3): motor current" in text
    assert "SDA" not in text


@pytest.mark.parametrize(
    ("wiring", "says"),
    [
        (
            PLAIN,
            (
                "1 kΩ from IPROPI",
                "filter of 2 ms",
                "DRV8874 then gives 0.45 V for each A, and 3.3 V are 7.33 A.",
                "IPROPI 1 kΩ to ground",
                "limits the motor at 7.33 A",
            ),
        ),
        (
            replace(PLAIN, driver="DRV8876", current_ohm=820),
            (
                "0.82 kΩ from IPROPI",
                "filter of 1.82 ms",
                "DRV8876 then gives 0.82 V for each A, and 3.3 V are 4.02 A.",
                "IPROPI 0.82 kΩ to ground",
                "limits the motor at 4.02 A",
            ),
        ),
    ],
)
def test_the_current_output_says_its_resistor_and_its_scale(
    wiring: Wiring, says: tuple[str, ...]
) -> None:
    for one in says:
        assert one in joined(wiring)


def test_a_chip_on_i2c_has_two_lines_and_an_address_for_each_channel() -> None:
    text = drawing(I2C, "a test")
    assert re.search(r"ADS1115 +SDA +2 +3 +both", text)
    assert re.search(r"ADS1115 +SCL +3 +5 +out", text)
    assert "channel 0, chip 0x48, AIN0: pressure A" in text
    assert f"channel 5, chip 0x49, AIN{5 - ADS1115_INPUTS}: pressure B" in text
    assert "MISO" not in text


def test_a_load_cell_s_chip_says_its_supply_and_its_rate() -> None:
    assert "RATE (pin 15 of the chip) to its supply" in joined(LOAD_CELL)
    assert "RATE" not in joined(PLAIN)


def test_without_a_gate_the_page_says_what_that_means() -> None:
    text = drawing(BARE, "a test")
    assert "NOT FAIL-SAFE" in text
    assert "pump" not in text
    assert "NOT FAIL-SAFE" not in drawing(PLAIN, "a test")


def test_the_lines_for_the_pi_s_own_settings_are_those_of_what_is_in_use() -> None:
    assert config_lines(PLAIN) == ["dtparam=spi=on", "dtparam=strict_gpiod"]
    assert config_lines(I2C)[0] == "dtparam=i2c_arm=on,i2c_arm_baudrate=400000"
    sound, overlay = config_lines(replace(PLAIN, pwm="hardware"))[1:3]
    assert sound == "dtparam=audio=off"
    assert overlay.startswith("dtoverlay=pwm-2chan,pin=12,")


def test_the_kernel_s_pwm_says_why_sound_is_off_and_how_to_see_it_work() -> None:
    text = joined(replace(PLAIN, pwm="hardware", forward_pin=19, backward_pin=18,
                          led_blue_pin=None, buzzer_pin=None))  # fmt: skip
    assert "the analogue sound uses the same PWM channels, or their clock" in text
    assert "`pinctrl get 19,18`" in text
    assert "On a Pi 5 others report that with this overlay, for 18 and 19 too; we did not" in text
    assert "audio" not in joined(PLAIN)


def test_the_words_name_every_supply_pin_of_the_header() -> None:
    text = joined(PLAIN)
    assert "3.3 V is on the header's pins 1, 17." in text
    assert "5 V is on the header's pins 2, 4; no GPIO pin stands it." in text


def test_the_gate_is_there_part_by_part_and_said_to_be_derived() -> None:
    text, drawn = drawing(PLAIN, "a test"), " ".join(GATE_DRAWING)
    for part in GATE_PARTS:
        assert re.search(
            rf"^  {re.escape(part.name)} +{re.escape(part.value)} ", text, re.MULTILINE
        )
        assert part.name.partition(",")[0] in drawn
    assert "trim the bleed resistor until `footloop stop-test` is below 50 ms" in joined(PLAIN)
    assert "nobody has built this gate yet" in joined(PLAIN)


@pytest.mark.parametrize("wiring", EVERY)
def test_every_terminal_of_the_driver_has_its_place(wiring: Wiring) -> None:
    text = drawing(wiring, "a test")
    for name in ("VM", "GND, PGND", "OUT1", "OUT2", "PMODE", "VREF", "IMODE", "IPROPI", "nFAULT"):
        assert re.search(rf"^  {name}  +\S", text, re.MULTILINE)
    assert ("no channel: it is not watched" in text) == (wiring.current_channel is None)
    gated = wiring.gate_pin is not None
    assert ("normally open contact of the relay's first pole" in text) == gated
    assert ("through contact 1 of the stop switch; 100 nF" in joined(wiring)) != gated


def test_the_filter_of_the_current_and_the_leds_have_their_values() -> None:
    text = joined(PLAIN)
    assert "1 kΩ from IPROPI to ground" in text
    assert "1 µF from the channel to ground" in text
    for colour, ohm in (("red", 330), ("green", 100), ("blue", 100)):
        assert re.search(rf"{colour} anode +\d+ \d+ out low {ohm} Ω in series", text)


def test_the_page_ends_with_what_to_type_when_all_is_soldered() -> None:
    for wiring in (PLAIN, BARE):
        last = joined(wiring).partition("When all is soldered")[2]
        assert "`footloop calibrate --device gpio`" in last
        assert ("`footloop stop-test`" in last) == (wiring is PLAIN)
        assert set(re.findall(r"`footloop ([a-z-]+)", joined(wiring))) <= set(COMMANDS)


def joined(wiring: Wiring) -> str:
    return " ".join(drawing(wiring, "a test").split())
