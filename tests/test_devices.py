"""What a microcontroller is told of the machine, and what is limited a little sooner for it."""

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from controller import arguments, devices
from controller.limits import LEVELS, Limits, problems
from controller.motion import duty_of
from controller.settings import Settings, SettingsError, load
from firmware_bridge.mcu_clock import MOST_DRIFT
from firmware_bridge.mcu_roller import McuRoller
from hardware.calibration import Calibration
from hardware.wiring import chip_of
from tests.fake_mcu import PORT, Bench

DEVICE = f"mcu:{PORT}"


@pytest.fixture
def found(tmp_path: Path) -> Settings:
    return configured(tmp_path, "")


def configured(folder: Path, text: str) -> Settings:
    (folder / "footloop.toml").write_text(text)
    return load(folder / "footloop.toml")


# What can be typed.


@pytest.mark.parametrize(
    ("word", "port"),
    [("gpio", None), (DEVICE, PORT), ("mcu:socket://10.0.0.7:4000", "socket://10.0.0.7:4000")],
)
def test_a_device_is_the_pins_or_a_microcontroller_on_a_port(word: str, port: str | None) -> None:
    assert arguments.device(word) == word
    assert devices.mcu_port(word) == port


@pytest.mark.parametrize("word", ["", "mcu", "mcu:", "GPIO", "toaster", "/dev/ttyUSB0"])
def test_any_other_word_is_told_with_those_there_are(word: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"gpio, or mcu:PORT such as mcu:/dev/tty"):
        arguments.device(word)


# What is limited.


def test_on_pins_nothing_changes(found: Settings) -> None:
    assert devices.suited(found, "gpio") is found


def test_times_that_the_firmware_counts_too_end_sooner_here(found: Settings) -> None:
    limits, hard = devices.suited(found, DEVICE).limits, Limits()
    for name in ("session_time_s", "away_s"):
        quickest_s = getattr(hard, name) / (1.0 + MOST_DRIFT)
        assert 0.99 * quickest_s < getattr(limits, name) < quickest_s, "of a clock that may run"
    assert limits.hold_s == limits.away_s
    assert problems({name: getattr(limits, name) for name in ("session_time_s", "hold_s")}) == []


def test_what_is_tighter_already_stays(tmp_path: Path) -> None:
    found = configured(tmp_path, "[limits]\nsession_time_s = 60.0\naway_s = 10.0\nhold_s = 10.0")
    assert devices.suited(found, DEVICE).limits == found.limits


@pytest.mark.parametrize("rate_hz", [501, 1000])
def test_a_loop_that_is_quicker_than_the_line_is_refused(tmp_path: Path, rate_hz: int) -> None:
    found = configured(tmp_path, f"[engine]\nrate_hz = {rate_hz}")
    with pytest.raises(SettingsError, match=rf"rate_hz = {rate_hz}: must be at most 500"):
        devices.suited(found, DEVICE)


@pytest.mark.parametrize("rate_hz", [100, 499, 500])
def test_a_loop_that_the_line_carries_is_taken(tmp_path: Path, rate_hz: int) -> None:
    found = configured(tmp_path, f"[engine]\nrate_hz = {rate_hz}")
    assert devices.suited(found, DEVICE).limits.tick_s == found.limits.tick_s


def test_a_converter_of_the_pi_s_is_refused(tmp_path: Path) -> None:
    text = '[wiring]\npressure_b_channel = "none"\nhx711_data_pin = 4\nhx711_clock_pin = 25'
    with pytest.raises(SettingsError, match=r"hx711_data_pin.*pressure_b_channel"):
        devices.suited(configured(tmp_path, text), DEVICE)


def test_each_converter_has_its_own_calibration(tmp_path: Path, found: Settings) -> None:
    pins, mcu = (devices.calibration_file_of(one, tmp_path) for one in ("gpio", DEVICE))
    assert pins != mcu
    here = found._replace(folder=tmp_path)
    assert [file for _, file in devices.calibrations(here)] == [pins]
    mcu.write_text("{}")
    assert [file for _, file in devices.calibrations(here)] == [pins, mcu]
    chips = [chip_of(one.wiring, "pressure_a") for one, _ in devices.calibrations(here)]
    assert chips == ["MCP3008", "ATmega328P"], "and none is taken for the other"


# What it is told.


def test_the_settings_of_the_reference_machine(found: Settings) -> None:
    told = devices.mcu_settings(found)
    assert told.level_kpa == 75.0
    assert told.most_duty == duty_of(10.0, found.limits)
    assert told.service_duty == duty_of(2.0, found.limits)
    assert (told.gate, told.pressure_b, told.current) == (True, True, True)
    assert told.current_full_scale_ma == pytest.approx(5.0 / 450e-6)  # a DRV8874 with 1 kΩ


def test_the_fastest_level_of_this_machine_is_the_most(found: Settings) -> None:
    limits = replace(found.limits, top_level=4)
    slow = devices.mcu_settings(found._replace(limits=limits)).most_duty
    assert slow == duty_of(LEVELS[4].speed_cm_s, limits)
    limits = replace(found.limits, top_speed_cm_s=3.0)
    assert devices.mcu_settings(found._replace(limits=limits)).most_duty == duty_of(3.0, limits)


def test_what_is_not_wired_is_not_fitted(tmp_path: Path) -> None:
    names = ("gate_pin", "gate_sense_pin", "pressure_b_channel", "current_channel")
    lines = "\n".join(f'{name} = "none"' for name in names)
    told = devices.mcu_settings(configured(tmp_path, f"[wiring]\n{lines}"))
    assert (told.gate, told.pressure_b, told.current) == (False, False, False)


def test_an_encoder_is_for_a_microcontroller_only(tmp_path: Path) -> None:
    found = configured(tmp_path, "[machine]\nencoder = true")
    assert devices.mcu_settings(devices.suited(found, DEVICE)).encoder is True
    with pytest.raises(SettingsError, match="encoder = true: must be false on this Pi's own pins"):
        devices.suited(found, "gpio")


def test_who_is_met_is_told_once_and_that_there_is_no_light(
    found: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench()

    def opened(port: str, settings: object, *_given: object, **_named: object) -> McuRoller:
        assert port == PORT
        assert settings == devices.mcu_settings(found)
        return bench.open()

    monkeypatch.setattr(devices, "open_mcu", opened)
    told: list[str] = []
    devices.open_on(PORT, found, Calibration(), clock=bench.now_s, tell=told.append)
    assert told[0] == f"{PORT}: firmware 1.2, flash CRC beef"
    assert sum("light" in line for line in told) == 1
