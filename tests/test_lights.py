"""The light and the buzzer on a Pi's pins: what is set, by whom, and a dark and silent end."""

import threading
from collections.abc import Iterator
from math import nan
from typing import Any

import pytest

from hardware.errors import AccessError, HardwareError
from hardware.lights import GpioSignals
from hardware.roller import BRAKE, Drive
from hardware.signals import DARK, Light
from hardware.wiring import Wiring
from tests.mock_pi import MockPi, Rig

AMBER = Light(1.0, 0.4, 0.0)
NAMES = ("led_red_pin", "led_green_pin", "led_blue_pin", "buzzer_pin")
UNFITTED: dict[str, Any] = dict.fromkeys(NAMES)


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    rig.open()
    yield rig
    rig.close()


def signals_of(rig: Rig) -> GpioSignals:
    assert rig.roller is not None
    return rig.roller.signals


def broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError("no answer")


def test_it_opens_dark_and_silent(rig: Rig) -> None:
    assert rig.levels(*NAMES) == [0.0, 0.0, 0.0, 0.0]


def test_a_light_and_a_tone_are_set_at_once_without_a_thread_of_their_own(rig: Rig) -> None:
    before = threading.active_count()
    signals_of(rig).show(AMBER, True)
    assert rig.levels(*NAMES) == [1.0, 0.4, 0.0, 1.0]
    signals_of(rig).show(DARK, False)
    assert rig.levels(*NAMES) == [0.0, 0.0, 0.0, 0.0]
    assert threading.active_count() == before


def test_only_what_changes_is_written(rig: Rig) -> None:
    signals_of(rig).show(AMBER, True)
    rig.pi.trace.clear()
    signals_of(rig).show(AMBER, True)
    signals_of(rig).show(AMBER._replace(green=0.5), True)
    assert rig.pi.trace == [(rig.wiring.led_green_pin, 0.5)]


@pytest.mark.parametrize("light", [Light(1.1, 0.0, 0.0), Light(0.0, -0.1, 0.0), Light(0, 0, nan)])
def test_a_level_outside_its_range_changes_nothing(rig: Rig, light: Light) -> None:
    signals_of(rig).show(AMBER, False)
    with pytest.raises(ValueError, match="each level must be within"):
        signals_of(rig).show(light, True)
    assert rig.levels(*NAMES) == [1.0, 0.4, 0.0, 0.0]


@pytest.mark.parametrize("missing", NAMES)
def test_what_is_not_fitted_is_left_out(missing: str) -> None:
    unfitted: dict[str, Any] = {missing: None}
    rig = Rig(Wiring(**unfitted))
    rig.open()
    signals_of(rig).show(Light(0.5, 0.5, 0.5), True)
    fitted = [name for name in NAMES if name != missing]
    assert rig.levels(*fitted) == [1.0 if name == "buzzer_pin" else 0.5 for name in fitted]
    rig.close()


def test_a_machine_without_light_and_buzzer_runs_all_the_same() -> None:
    rig = Rig(Wiring(**UNFITTED))
    rig.open()
    signals_of(rig).show(AMBER, True)
    assert rig.pi.trace == []
    rig.close()


def test_they_close_with_the_roller_after_the_driver_is_off(rig: Rig) -> None:
    assert rig.roller is not None
    rig.roller.drive(Drive(duty=0.4, brake=False, enabled=True, gate=True))
    signals_of(rig).show(AMBER, True)
    rig.pi.trace.clear()
    rig.close()
    numbers = [number for number, _ in rig.pi.trace]
    assert numbers[0] == rig.wiring.enable_pin
    assert rig.levels(*NAMES) == [0.0, 0.0, 0.0, 0.0]
    assert rig.pi.pins == {}
    with pytest.raises(HardwareError, match="closed"):
        signals_of(rig).show(AMBER, False)
    signals_of(rig).close()


def test_a_line_is_driven_low_before_it_is_let_go() -> None:
    """What is an input again floats, and a buzzer may hum on."""
    rig = Rig(Wiring(buzzer_pin=25))  # a mock pin without PWM keeps its level when let go
    rig.open()
    signals_of(rig).show(DARK, True)
    rig.pi.trace.clear()
    signals_of(rig).close()
    assert rig.pi.trace == [(25, False)]
    rig.close()


def test_closed_alone_they_leave_the_roller_and_its_pins(rig: Rig) -> None:
    assert rig.roller is not None
    signals_of(rig).show(AMBER, True)
    signals_of(rig).close()
    assert rig.levels(*NAMES) == [0.0, 0.0, 0.0, 0.0]
    rig.roller.drive(BRAKE)
    assert rig.bridge() == [1.0, 1.0, 1.0]


def test_a_light_that_cannot_be_set_is_an_error_and_written_in_full_afterwards(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    signals_of(rig).show(AMBER, False)
    with monkeypatch.context() as patch:
        patch.setattr(rig.pin("led_green_pin"), "_change_state", broken)
        with pytest.raises(HardwareError, match=r"light could not be set .*no answer"):
            signals_of(rig).show(Light(0.0, 0.0, 1.0), True)
    assert rig.levels(*NAMES) == [0.0, 0.4, 0.0, 0.0]
    signals_of(rig).show(Light(0.0, 0.0, 1.0), True)
    assert rig.levels(*NAMES) == [0.0, 0.0, 1.0, 1.0]


def test_a_light_that_fails_while_closing_keeps_nothing_else_from_rest(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rig.roller is not None
    rig.roller.drive(BRAKE)
    signals_of(rig).show(AMBER, True)
    with monkeypatch.context() as patch:
        patch.setattr(rig.pin("led_red_pin"), "_change_state", broken)
        with pytest.raises(HardwareError, match="could not be released"):
            rig.close()
    assert rig.bridge() == [0.0, 0.0, 0.0]
    assert rig.levels(*NAMES[1:]) == [0.0, 0.0, 0.0]


def test_a_pin_someone_else_holds_is_an_access_error_and_leaves_the_others_free() -> None:
    from gpiozero import LED

    pi = MockPi()
    other = LED(21, pin_factory=pi)
    with pytest.raises(AccessError, match=r"Light and buzzer cannot be claimed .*in use"):
        GpioSignals(19, 20, 21, 18, pin_factory=pi)
    for number in (19, 20, 18):
        LED(number, pin_factory=pi).close()
    other.close()
