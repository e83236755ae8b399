"""A wiring that can be built passes; one that cannot is told in full, with pins that are free."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.limits import bounds
from hardware.pin_rules import ALLOWED, PAIRS, RESERVED, problems
from hardware.wiring import (
    CHIPS,
    OPTIONAL,
    PWM_CHANNELS,
    Wiring,
    full_scale_ma,
    pins,
    pwm_overlay,
)

PIN_NAMES = sorted(ALLOWED)
FULL = Wiring(pressure_b_channel=None, hx711_data_pin=4, hx711_clock_pin=25)
"""Every pin that can be used is."""


def test_the_default_wiring_can_be_built() -> None:
    assert problems(Wiring()) == []


def test_every_part_together_finds_its_pin() -> None:
    assert problems(FULL) == []
    assert len(pins(FULL)) == len(PIN_NAMES)


def test_a_machine_without_gate_second_channel_and_current_can_be_built() -> None:
    without: dict[str, Any] = dict.fromkeys(OPTIONAL)
    assert problems(Wiring(**without)) == []
    assert "gate_pin" not in pins(Wiring(**without))


@pytest.mark.parametrize(
    ("name", "pin", "allowed"),
    [
        ("forward_pin", 16, "12, 13, 18, 19"),
        ("backward_pin", 4, "12, 13, 18, 19"),
        ("enable_pin", 12, "16, 17, 22"),
        ("gate_pin", 5, "16, 17, 22"),
        ("gate_pin", 10, "16, 17, 22"),
        ("stop_pin", 28, "4, 5, 6, 12"),
        ("start_button_pin", -1, "4, 5, 6, 12"),
    ],
)
def test_a_pin_that_cannot_serve_is_named_with_those_that_can(
    name: str, pin: int, allowed: str
) -> None:
    changed: dict[str, Any] = {name: pin}
    told = [problem for problem in problems(replace(Wiring(), **changed)) if name in problem]
    assert any(f"{name} = {pin} " in problem and allowed in problem for problem in told)


@pytest.mark.parametrize(
    ("name", "pin", "why"),
    [
        ("gate_pin", 5, "is pulled up while the Pi starts, and this line must be low then"),
        ("enable_pin", 4, "is pulled up while the Pi starts, and this line must be low then"),
        ("gate_pin", 18, "can carry the kernel's PWM, and this line must see no such pulses"),
        ("gate_pin", 21, "can carry a sound card's data, and this line must see no such pulses"),
        ("forward_pin", 20, "has no PWM"),
        ("backward_pin", 6, "has no PWM"),
        ("stop_pin", 28, "is not on the header"),
        ("forward_pin", 40, "is not on the header"),
        ("gate_pin", 11, "belongs to SPI (SCLK of the MCP3008)"),
        ("forward_pin", 0, "belongs to the HAT's memory (ID_SD)"),
    ],
)
def test_a_pin_that_cannot_serve_says_why(name: str, pin: int, why: str) -> None:
    changed: dict[str, Any] = {name: pin}
    told = problems(replace(Wiring(), **changed))
    assert any(problem.startswith(f"{name} = {pin} {why}: allowed ") for problem in told)


@pytest.mark.parametrize("name", ["forward_pin", "enable_pin", "gate_pin", "stop_pin"])
@pytest.mark.parametrize("pin", range(-1, 29))
def test_every_pin_that_is_not_allowed_has_a_reason(name: str, pin: int) -> None:
    changed: dict[str, Any] = {name: pin}
    told = any(
        problem.startswith(f"{name} = {pin} ") for problem in problems(replace(Wiring(), **changed))
    )
    assert told == (pin not in ALLOWED[name])


@pytest.mark.parametrize("pin", sorted(RESERVED))
@pytest.mark.parametrize("chip", CHIPS)
def test_the_pins_of_the_buses_name_bus_line_and_chip(pin: int, chip: str) -> None:
    wiring = Wiring(adc_chip=chip, toe_end_pin=pin, pressure_b_channel=None, current_channel=None)
    [problem] = problems(wiring)
    bus, line = RESERVED[pin]
    of = f" of the {chip}" if pin in ((2, 3) if chip == "ADS1115" else (8, 9, 10, 11)) else ""
    assert problem.startswith(f"toe_end_pin = {pin} belongs to {bus} ({line}{of}): allowed 4, ")


def test_two_users_of_one_pin_are_both_named_with_free_pins_for_each() -> None:
    [problem] = problems(Wiring(enable_pin=17))
    assert problem.startswith("pin 17 is used by enable_pin and gate_pin: ")
    assert "(free for enable_pin: 16, 25; free for gate_pin: 16, 25)" in problem


@pytest.mark.parametrize("pair", PAIRS)
def test_a_pair_is_wired_together_or_not_at_all(pair: tuple[str, str]) -> None:
    for lone, gone in (pair, pair[::-1]):
        changed: dict[str, Any] = {gone: None}
        [told] = problems(replace(FULL, **changed))
        assert told == f"{lone} stands alone: wire {pair[0]} and {pair[1]}, or neither"


@pytest.mark.parametrize("name", ["stop_pin", "heel_end_pin", "toe_end_pin", "pressure_a_channel"])
def test_what_is_always_fitted_cannot_be_left_out(name: str) -> None:
    missing: dict[str, Any] = {name: None}
    [told] = problems(replace(Wiring(), **missing))
    kind, free = ("channel", "0, 3, 4") if name.endswith("_channel") else ("pin", "4, ")
    assert told.startswith(
        f'{name} = "none", but this part is always fitted: give it a {kind} (free {free}'
    )


def test_channels_are_0_to_7_and_used_once() -> None:
    [outside] = problems(Wiring(current_channel=8))
    assert outside.startswith("current_channel = 8 is no channel of a converter: allowed 0, 1, 2")
    [shared] = problems(Wiring(pressure_b_channel=0))
    assert shared.startswith("channel 0 is used by pressure_a_channel and pressure_b_channel: ")


def test_an_unknown_converter_is_named_with_the_known_ones() -> None:
    assert problems(Wiring(adc_chip="ADS1015")) == [
        "adc_chip is 'ADS1015': choose one of MCP3008, MCP3208, ADS1115"
    ]
    assert problems(Wiring(pwm="none")) == ["pwm is 'none': choose one of software, hardware"]
    without: dict[str, Any] = {"adc_chip": None}
    assert problems(replace(Wiring(), **without)) == [
        "adc_chip is None: choose one of MCP3008, MCP3208, ADS1115"
    ]


@pytest.mark.parametrize(
    ("driver", "ohm", "full_ma"),
    [("DRV8874", 1000, 7333.0), ("DRV8876", 1000, 3300.0), ("DRV8874", 2490, 2945.0)],
)
def test_the_current_s_scale_is_that_of_driver_and_resistor(
    driver: str, ohm: int, full_ma: float
) -> None:
    """The data sheets: 450 and 1000 µA for each A; 3.3 V are the end of the range."""
    wiring = Wiring(driver=driver, current_ohm=ohm)
    assert problems(wiring) == []
    assert full_scale_ma(wiring) == pytest.approx(full_ma, rel=1e-3)


@pytest.mark.parametrize(
    ("driver", "low", "high"), [("DRV8874", 734, 2933), ("DRV8876", 330, 1320)]
)
def test_a_current_that_t7_could_not_judge_is_refused(driver: str, low: int, high: int) -> None:
    """T7 must see its 2 A well inside the range, and the self-test its 50 mA in several counts."""
    at = Wiring(driver=driver)
    for ohm in (low, high):
        assert problems(replace(at, current_ohm=ohm)) == []
    for ohm in (low - 1, high + 1, 0, -1000):
        [told] = problems(replace(at, current_ohm=ohm))
        assert told.startswith(f"current_ohm = {ohm}: a {driver} takes {low} to {high} ohm from ")
        assert told.endswith("change the resistor, and look which driver is fitted")
    assert problems(replace(at, current_ohm=1, current_channel=None)) == [], "none is measured"
    least_ma, most_ma = (full_scale_ma(replace(at, current_ohm=ohm)) for ohm in (high, low))
    assert least_ma >= 1.2 * bounds()["current_max_ma"].high
    assert most_ma / 1023 <= bounds()["check_ma"].low / 2


def test_an_unknown_driver_is_named_with_the_known_ones() -> None:
    assert problems(Wiring(driver="L298N")) == ["driver is 'L298N': choose one of DRV8874, DRV8876"]


def test_pressure_b_has_one_source() -> None:
    [problem] = problems(replace(FULL, pressure_b_channel=1))
    assert "pressure_b_channel = 1 and the HX711 on hx711_data_pin = 4" in problem


def test_of_the_ads1115_pressure_a_has_a_chip_for_itself() -> None:
    told = problems(Wiring(adc_chip="ADS1115", current_channel=6))
    assert told == [
        "pressure_b_channel = 1 and pressure_a_channel = 0 are on one ADS1115, and pressure A "
        "needs a chip for itself: move pressure_b_channel to another (free 4, 5, 7)"
    ]
    good = Wiring(adc_chip="ADS1115", pressure_a_channel=7, current_channel=2)
    assert problems(good) == []
    assert len(problems(replace(good, pressure_a_channel=0))) == 2, "two crowd it"
    assert len(problems(replace(good, pressure_a_channel=8))) == 1


@pytest.mark.parametrize(
    ("ahead", "back", "channel", "free"), [(12, 18, 0, "13, 19"), (19, 13, 1, "12, 18")]
)
def test_the_kernel_s_pwm_drives_both_pins_of_a_channel_alike(
    ahead: int, back: int, channel: int, free: str
) -> None:
    wiring = Wiring(
        forward_pin=ahead, backward_pin=back, pwm="hardware", led_blue_pin=None, buzzer_pin=None
    )
    [problem] = problems(wiring)
    assert problem.startswith(
        f"forward_pin = {ahead} and backward_pin = {back} share PWM channel {channel}: move one "
        f"(free for forward_pin: {free}; free for backward_pin: {free})"
    )
    assert problems(replace(wiring, pwm="software")) == []


@pytest.mark.parametrize("pin", [5, 12])
def test_a_pin_that_has_no_pwm_or_is_used_twice_is_told_once(pin: int) -> None:
    wiring = Wiring(forward_pin=pin, backward_pin=pin, pwm="hardware", plus_button_pin=4)
    assert not any("channel" in problem for problem in problems(wiring))


def test_the_overlay_names_the_pin_of_channel_0_first() -> None:
    line = "dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4"
    assert pwm_overlay(Wiring()) == line
    assert pwm_overlay(Wiring(forward_pin=13, backward_pin=12)) == line
    assert pwm_overlay(Wiring(forward_pin=19, backward_pin=18)) == (
        "dtoverlay=pwm-2chan,pin=18,func=2,pin2=19,func2=2"
    )


def test_all_problems_are_told_at_once() -> None:
    wiring = Wiring(forward_pin=2, gate_pin=14, stop_pin=5, pressure_a_channel=9, adc_chip="?")
    assert len(problems(wiring)) == 5


@given(st.dictionaries(st.sampled_from(PIN_NAMES), st.integers(-1, 30)))
def test_what_passes_has_every_pin_once_and_where_it_may_be(changed: dict[str, Any]) -> None:
    wiring = replace(FULL, pwm="hardware", **changed)
    used = pins(wiring)
    channels = {PWM_CHANNELS.get(used["forward_pin"]), PWM_CHANNELS.get(used["backward_pin"])}
    sound = (
        len(set(used.values())) == len(used)
        and all(pin in ALLOWED[name] for name, pin in used.items())
        and channels == {0, 1}
    )
    assert (problems(wiring) == []) == sound


NUMBERS = st.one_of(st.none(), st.integers(0, 7))


@given(a=st.integers(0, 7), b=NUMBERS, current=NUMBERS)
def test_what_passes_with_the_ads1115_has_pressure_a_alone(
    a: int, b: int | None, current: int | None
) -> None:
    wiring = Wiring(
        adc_chip="ADS1115", pressure_a_channel=a, pressure_b_channel=b, current_channel=current
    )
    others = [one for one in (b, current) if one is not None]
    sound = len(set(others)) == len(others) and all(one // 4 != a // 4 for one in others)
    assert (problems(wiring) == []) == sound
