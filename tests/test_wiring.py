"""A wiring that can be built passes; one that cannot is told in full, with pins that are free."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.wiring import ALLOWED, RESERVED, Wiring, pins, problems

PIN_NAMES = sorted(ALLOWED)


def test_the_default_wiring_can_be_built() -> None:
    assert problems(Wiring()) == []
    assert len(pins(Wiring())) == len(PIN_NAMES)


def test_a_machine_without_gate_second_channel_and_current_can_be_built() -> None:
    bare = Wiring(gate_pin=None, gate_sense_pin=None, pressure_b_channel=None, current_channel=None)
    assert problems(bare) == []
    assert "gate_pin" not in pins(bare)


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


@pytest.mark.parametrize("pin", sorted(RESERVED))
def test_the_pins_of_the_buses_belong_to_the_buses(pin: int) -> None:
    [problem] = problems(Wiring(toe_end_pin=pin))
    assert problem.startswith(f"toe_end_pin = {pin} belongs to {RESERVED[pin]}: ")


def test_two_users_of_one_pin_are_both_named_with_free_pins_for_each() -> None:
    [problem] = problems(Wiring(enable_pin=17))
    assert problem.startswith("pin 17 is used by enable_pin and gate_pin: ")
    assert "(free for enable_pin: 16, 25; free for gate_pin: 16, 25)" in problem


def test_a_gate_is_wired_with_its_sense_or_not_at_all() -> None:
    assert any("gate_pin stands alone" in told for told in problems(Wiring(gate_sense_pin=None)))
    assert any("gate_sense_pin stands alone" in told for told in problems(Wiring(gate_pin=None)))


@pytest.mark.parametrize("name", ["stop_pin", "heel_end_pin", "toe_end_pin", "pressure_a_channel"])
def test_what_is_always_fitted_cannot_be_left_out(name: str) -> None:
    missing: dict[str, Any] = {name: None}
    assert f"{name} is missing" in problems(replace(Wiring(), **missing))[0]


def test_channels_are_0_to_7_and_used_once() -> None:
    [outside] = problems(Wiring(current_channel=8))
    assert outside.startswith("current_channel = 8 cannot serve here: allowed 0, 1, 2")
    [shared] = problems(Wiring(pressure_b_channel=0))
    assert shared.startswith("channel 0 is used by pressure_a_channel and pressure_b_channel: ")


def test_an_unknown_converter_is_named_with_the_known_ones() -> None:
    assert problems(Wiring(adc_chip="ADS1115")) == [
        "adc_chip is 'ADS1115': choose one of MCP3008, MCP3208"
    ]


def test_all_problems_are_told_at_once() -> None:
    wiring = Wiring(forward_pin=2, gate_pin=14, stop_pin=5, pressure_a_channel=9, adc_chip="?")
    assert len(problems(wiring)) == 5


@given(st.dictionaries(st.sampled_from(PIN_NAMES), st.integers(-1, 30)))
def test_what_passes_has_every_pin_once_and_where_it_may_be(changed: dict[str, Any]) -> None:
    wiring = replace(Wiring(), **changed)
    used = pins(wiring)
    sound = len(set(used.values())) == len(used) and all(
        pin in ALLOWED[name] for name, pin in used.items()
    )
    assert (problems(wiring) == []) == sound
