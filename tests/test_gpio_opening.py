"""What keeps a roller on a Pi's pins from opening: one sentence each, and every pin released."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gpiozero.exc import PinUnknownPi
from gpiozero.pins import local

from hardware import adc
from hardware.calibration import Calibration, Element
from hardware.errors import AccessError, MissingHardwareError
from hardware.gpio import GpioRoller, open_roller
from hardware.wiring import Wiring
from tests.mock_pi import MockPi, Rig


def broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError("no answer")


class NoSpiPi(MockPi):
    """A Pi whose SPI bus was never switched on."""

    def _get_spi_class(self, shared: bool, hardware: bool) -> Any:
        return broken


def test_a_missing_bus_is_an_error_and_leaves_every_pin_released() -> None:
    pi = NoSpiPi()
    outputs = [pi.pin(number) for number in (12, 13, 16, 17)]
    with pytest.raises(MissingHardwareError, match=r"SPI bus .*no answer.*raspi-config"):
        GpioRoller(Wiring(), Calibration(), pin_factory=pi, clock=lambda: 0.0)
    assert [(pin.function, pin.state) for pin in outputs] == [("input", False)] * 4
    assert not {number for number, _ in pi.trace} & {12, 13, 16, 17}, "no output ever moved"


def test_a_bus_that_is_there_but_not_ours_is_an_access_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(adc, "SPI_DEVICE", tmp_path)
    with pytest.raises(AccessError, match=r"SPI bus .*no answer.*usermod -aG spi"):
        GpioRoller(Wiring(), Calibration(), pin_factory=NoSpiPi(), clock=lambda: 0.0)


def test_a_wiring_or_calibration_with_problems_is_refused_before_any_pin_moves() -> None:
    pi = MockPi()
    with pytest.raises(ValueError, match=r"gate_pin = 9 .*; pressure_a: points are 0"):
        GpioRoller(
            Wiring(gate_pin=9),
            Calibration(pressure_a=Element(points=())),
            pin_factory=pi,
            clock=lambda: 0.0,
        )
    assert pi.pins == {}


def test_a_pin_someone_else_holds_is_an_access_error() -> None:
    pi = MockPi()
    from gpiozero import OutputDevice

    other = OutputDevice(16, pin_factory=pi)
    with pytest.raises(AccessError, match="already in use"):
        GpioRoller(Wiring(), Calibration(), pin_factory=pi, clock=lambda: 0.0)
    other.close()


def no_pi() -> int:
    raise PinUnknownPi("unable to locate Pi revision")


def test_a_machine_that_is_no_pi_says_so_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "get_pi_revision", no_pi)
    with pytest.raises(MissingHardwareError, match=r"^[^.]*not a Raspberry Pi[^.]*\.$") as caught:
        open_roller(Wiring(), Calibration(), clock=lambda: 0.0)
    assert isinstance(caught.value.__cause__, PinUnknownPi)


def test_a_pi_without_its_pin_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "get_pi_revision", lambda: 0x902120)
    monkeypatch.setitem(sys.modules, "gpiozero.pins.lgpio", None)
    with pytest.raises(MissingHardwareError, match="apt install python3-lgpio"):
        open_roller(Wiring(), Calibration(), clock=lambda: 0.0)


@pytest.mark.parametrize(("factory", "works"), [(broken, False), (MockPi, True)])
def test_a_pi_with_its_library_gives_its_pins_or_says_who_may_have_them(
    monkeypatch: pytest.MonkeyPatch, factory: Any, works: bool
) -> None:
    monkeypatch.setattr(local, "get_pi_revision", lambda: 0x902120)
    lgpio = SimpleNamespace(LGPIOFactory=factory)
    monkeypatch.setitem(sys.modules, "gpiozero.pins.lgpio", lgpio)
    if works:
        open_roller(Wiring(), Calibration(), clock=lambda: 0.0).close()
        return
    with pytest.raises(AccessError, match="group gpio"):
        open_roller(Wiring(), Calibration(), clock=lambda: 0.0)


def test_a_chip_that_does_not_answer_is_missing_and_leaves_every_pin_released() -> None:
    rig = Rig(Wiring(adc_chip="ADS1115", pressure_b_channel=4, current_channel=5))
    del rig.i2c.chips[0x49]
    with pytest.raises(MissingHardwareError, match="0x49"):
        rig.open()
    assert rig.i2c.closed
    assert rig.pi.pins == {}
    assert rig.bridge() == [0.0, 0.0, 0.0]


def test_a_load_cell_s_chip_that_gives_nothing_is_missing_and_leaves_every_pin_released() -> None:
    rig = Rig(Wiring(pressure_b_channel=None, hx711_data_pin=4, hx711_clock_pin=25))
    rig.hx711.dead = True
    with pytest.raises(MissingHardwareError, match="HX711"):
        rig.open()
    assert rig.pi.pins == {}
