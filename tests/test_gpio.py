"""The roller on a Pi's pins: what the driver, the gate and the reader see, instant by instant."""

import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.limits import Limits
from controller.trips import look
from controller.watch import Trip, Watch
from hardware.errors import HardwareError, ReadError
from hardware.gpio import GpioRoller
from hardware.roller import BRAKE, REST, Buttons, Drive, SensorStatus
from hardware.wiring import Wiring
from tests.mock_pi import Rig

AHEAD = Drive(duty=0.4, brake=False, enabled=True, gate=True)
BACK = Drive(duty=-0.7, brake=False, enabled=True, gate=True)
COAST = Drive(duty=0.0, brake=False, enabled=True, gate=True)
BARE = Wiring(gate_pin=None, gate_sense_pin=None, pressure_b_channel=None, current_channel=None)


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    rig.open()
    yield rig
    rig.close()


def roller_of(rig: Rig) -> GpioRoller:
    assert rig.roller is not None
    return rig.roller


def test_it_opens_at_rest(rig: Rig) -> None:
    assert rig.bridge() == [0.0, 0.0, 0.0]
    assert rig.gate_edges() == 0


@pytest.mark.parametrize(
    ("drive", "bridge"),
    [
        (AHEAD, [1.0, 0.6, 1.0]),
        (BACK, [pytest.approx(0.3), 1.0, 1.0]),
        (COAST, [0.0, 0.0, 1.0]),
        (BRAKE, [1.0, 1.0, 1.0]),
        (REST, [0.0, 0.0, 0.0]),
        (AHEAD._replace(duty=1.0, brake=True), [1.0, 0.0, 1.0]),
        (BACK._replace(enabled=False), [0.0, 0.0, 0.0]),
        (BRAKE._replace(enabled=False), [0.0, 0.0, 0.0]),
    ],
)
def test_a_drive_sets_both_inputs_and_the_enable_line(
    rig: Rig, drive: Drive, bridge: list[float]
) -> None:
    roller_of(rig).drive(drive)
    assert rig.bridge() == bridge


def test_coming_to_rest_switches_the_driver_off_first(rig: Rig) -> None:
    roller_of(rig).drive(AHEAD)
    rig.pi.trace.clear()
    roller_of(rig).drive(REST)
    assert rig.pi.trace[0] == (rig.wiring.enable_pin, False)


def test_a_change_of_speed_leaves_the_enable_line_alone(rig: Rig) -> None:
    for duty in (0.1, 0.2, 0.05, 0.0, -0.1, -1.0):
        roller_of(rig).drive(COAST._replace(duty=duty, brake=duty == 0.0))
    assert sum(number == rig.wiring.enable_pin for number, _ in rig.pi.trace) == 1


DRIVES = st.builds(
    Drive,
    duty=st.sampled_from((-1.0, -0.3, 0.0, 0.3, 1.0)),
    brake=st.booleans(),
    enabled=st.booleans(),
    gate=st.booleans(),
)


@given(st.lists(DRIVES, min_size=1, max_size=12))
def test_at_no_instant_does_the_driver_see_what_nobody_asked_for(drives: list[Drive]) -> None:
    rig = Rig()
    roller = rig.open()
    lines = {rig.wiring.forward_pin: 0, rig.wiring.backward_pin: 1, rig.wiring.enable_pin: 2}
    seen = rig.bridge()
    for drive in drives:
        before = list(seen)
        rig.pi.trace.clear()
        roller.drive(drive)
        asked = (before, rig.bridge())
        for number, level in rig.pi.trace:
            if number in lines:
                seen[lines[number]] = float(level)
                moving = seen[2] and seen[0] != seen[1]
                assert not moving or seen[:2] in (asked[0][:2], asked[1][:2])
        assert seen == rig.bridge()
    rig.close()


@given(st.lists(DRIVES, max_size=20))
def test_the_gate_gets_one_edge_per_drive_that_asks_for_it(drives: list[Drive]) -> None:
    rig = Rig()
    roller = rig.open()
    for drive in drives:
        roller.drive(drive)
    assert rig.gate_edges() == sum(drive.gate for drive in drives)
    rig.close()
    assert rig.gate_edges() == sum(drive.gate for drive in drives), "closing makes no edge"


def test_reading_and_time_make_no_gate_edge(rig: Rig) -> None:
    roller = roller_of(rig)
    roller.drive(AHEAD)
    edges = rig.gate_edges()
    for _ in range(50):
        rig.now_s += 0.004
        roller.read()
    assert rig.gate_edges() == edges == 1


@pytest.mark.parametrize("duty", [1.001, -1.001, math.nan, math.inf])
def test_a_duty_that_is_none_changes_nothing(rig: Rig, duty: float) -> None:
    roller = roller_of(rig)
    roller.drive(AHEAD)
    rig.pi.trace.clear()
    with pytest.raises(ValueError, match=r"within -1\.\.1"):
        roller.drive(AHEAD._replace(duty=duty))
    assert rig.pi.trace == []


def test_pressure_comes_through_the_converter_and_the_calibration(rig: Rig) -> None:
    rig.set_pressure(60.0)
    rig.now_s = 12.5
    sample = roller_of(rig).read()
    assert sample.taken_at_s == 12.5
    assert sample.pressure_kpa == pytest.approx(60.0, abs=0.2)
    assert sample.pressure_b_kpa == pytest.approx(60.0, abs=0.2)
    assert sample.sensor is SensorStatus.OK


def test_each_channel_is_read_for_itself(rig: Rig) -> None:
    rig.set_raw(rig.wiring.pressure_a_channel, 0.3)
    rig.set_raw(1, 0.5)
    rig.set_raw(2, 0.25)
    sample = roller_of(rig).read()
    assert sample.pressure_kpa == pytest.approx(50.0, abs=0.2)
    assert sample.pressure_b_kpa == pytest.approx(100.0, abs=0.2)
    assert sample.motor_current_ma == pytest.approx(7333.0 / 4, rel=0.01)


@pytest.mark.parametrize(
    ("wiring", "full_ma"),
    [
        (Wiring(driver="DRV8876"), 3300.0),
        (Wiring(driver="DRV8876", current_ohm=500), 6600.0),
        (Wiring(current_ohm=2490), 2945.0),
    ],
)
def test_the_current_is_scaled_for_driver_and_resistor(wiring: Wiring, full_ma: float) -> None:
    rig = Rig(wiring)
    rig.set_raw(2, 0.5)
    assert rig.open().read().motor_current_ma == pytest.approx(full_ma / 2, rel=0.01)
    rig.close()


@pytest.mark.parametrize(
    "wiring",
    [
        Wiring(adc_chip="ADS1115", pressure_a_channel=3, pressure_b_channel=4, current_channel=7),
        Wiring(pressure_b_channel=None, hx711_data_pin=4, hx711_clock_pin=25),
        Wiring(adc_chip="ADS1115", pressure_b_channel=None, hx711_data_pin=25, hx711_clock_pin=4,
               current_channel=None),
    ],
)  # fmt: skip
def test_every_other_converter_gives_the_same_sample(wiring: Wiring) -> None:
    rig = Rig(wiring)
    roller = rig.open()
    rig.set_pressure(60.0)
    if wiring.current_channel is not None:
        rig.set_raw(wiring.current_channel, 0.25)
    for _ in range(5):
        rig.wait(0.004)
        sample = roller.read()
    assert sample.taken_at_s == rig.now_s
    assert sample.pressure_kpa == pytest.approx(60.0, abs=0.2)
    assert sample.pressure_b_kpa == pytest.approx(60.0, abs=0.2)
    if wiring.current_channel is not None:
        assert sample.motor_current_ma == pytest.approx(7333.0 / 4, rel=0.01)
    rig.set_raw(wiring.pressure_a_channel, 0.0)
    rig.wait(0.004)
    assert roller.read().sensor is SensorStatus.OPEN, "of channel A"
    rig.close()
    assert rig.i2c.closed == (wiring.adc_chip == "ADS1115")


def test_the_finer_converter_is_read_with_all_its_bits() -> None:
    rig = Rig(Wiring(adc_chip="MCP3208"))
    rig.set_pressure(33.3)
    assert rig.open().read().pressure_kpa == pytest.approx(33.3, abs=0.04)
    rig.close()


def test_an_element_that_is_off_or_at_its_end_says_so(rig: Rig) -> None:
    rig.set_raw(0, 0.0)
    sample = roller_of(rig).read()
    assert sample.sensor is SensorStatus.OPEN
    assert math.isnan(sample.pressure_kpa)
    rig.set_raw(0, 1.0)
    assert roller_of(rig).read().sensor is SensorStatus.SATURATED


def test_an_open_second_element_is_unreadable_not_absent(rig: Rig) -> None:
    rig.set_raw(1, 0.0)
    assert math.isnan(roller_of(rig).read().pressure_b_kpa or 0.0)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("stop_pin", "stop_pressed"),
        ("heel_end_pin", "heel_end_open"),
        ("toe_end_pin", "toe_end_open"),
    ],
)
def test_a_normally_closed_switch_tells_when_it_opens(rig: Rig, name: str, field: str) -> None:
    assert getattr(roller_of(rig).read(), field) is False
    rig.ground(name, closed=False)
    assert getattr(roller_of(rig).read(), field) is True


@pytest.mark.parametrize("button", Buttons._fields)
def test_a_button_is_down_while_it_is_held(rig: Rig, button: str) -> None:
    roller = roller_of(rig)
    assert roller.read().buttons == Buttons()
    rig.ground(f"{button}_button_pin", closed=True)
    assert roller.read().buttons == Buttons(**{button: True})
    rig.ground(f"{button}_button_pin", closed=False)
    assert roller.read().buttons == Buttons()


def test_the_gate_is_sensed_where_the_power_goes(rig: Rig) -> None:
    assert roller_of(rig).read().gate_on is False
    rig.pin("gate_sense_pin").drive_high()
    assert roller_of(rig).read().gate_on is True


def test_what_is_not_fitted_is_none_and_not_driven() -> None:
    rig = Rig(BARE)
    roller = rig.open()
    sample = roller.read()
    assert (sample.gate_on, sample.pressure_b_kpa, sample.motor_current_ma) == (None, None, None)
    roller.drive(AHEAD)
    assert rig.bridge() == [1.0, 0.6, 1.0]
    rig.close()


@pytest.mark.parametrize("drive", [AHEAD, BACK, BRAKE])
def test_closing_once_or_twice_leaves_everything_at_rest(rig: Rig, drive: Drive) -> None:
    roller = roller_of(rig)
    roller.drive(drive)
    rig.pi.trace.clear()
    roller.close()
    roller.close()
    assert rig.pi.trace[0] == (rig.wiring.enable_pin, False), "the driver goes off first"
    assert rig.bridge() == [0.0, 0.0, 0.0]
    assert all(rig.pin(name).function == "input" for name in ("forward_pin", "gate_pin"))
    assert rig.pi.pins == {}, "the pin factory is closed too"
    for use in (roller.read, lambda: roller.drive(AHEAD)):
        with pytest.raises(HardwareError, match="closed"):
            use()
    assert rig.gate_edges() == 0


def broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError("no answer")


def test_a_pin_that_cannot_be_set_is_an_error_without_a_gate_edge(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    roller = roller_of(rig)
    roller.drive(AHEAD)
    with monkeypatch.context() as patch:
        patch.setattr(rig.pin("forward_pin"), "_change_state", broken)
        with pytest.raises(HardwareError, match="could not be set"):
            roller.drive(BACK)
    assert rig.gate_edges() == 1
    assert rig.bridge()[2] == 0.0, "the driver stays off"
    roller.drive(AHEAD)
    assert rig.bridge() == [1.0, 0.6, 1.0], "an unknown state is written in full"


def test_a_pin_that_fails_while_closing_keeps_none_of_the_others_from_rest(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    roller_of(rig).drive(BRAKE)
    with monkeypatch.context() as patch:
        patch.setattr(rig.pin("enable_pin"), "_change_state", broken)
        with pytest.raises(HardwareError, match="could not be released"):
            roller_of(rig).close()
    assert rig.levels("forward_pin", "backward_pin") == [0.0, 0.0]


def test_a_failed_transfer_keeps_the_age_of_pressure_a_and_the_others_are_unknown(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    roller = roller_of(rig)
    rig.set_pressure(30.0)
    rig.now_s = 1.0
    roller.read()
    with monkeypatch.context() as patch:
        patch.setattr(rig.mcp, "transfer", broken)
        rig.set_pressure(60.0)
        rig.now_s = 1.004
        sample = roller.read()
        assert sample.taken_at_s == 1.0
        assert sample.pressure_kpa == pytest.approx(30.0, abs=0.2)
        assert math.isnan(sample.pressure_b_kpa or 0.0)
        assert math.isnan(sample.motor_current_ma or 0.0)
    assert roller.read().taken_at_s == 1.004
    assert roller.read().pressure_kpa == pytest.approx(60.0, abs=0.2)


def test_what_was_never_measured_has_neither_value_nor_age(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    monkeypatch.setattr(rig.mcp, "transfer", broken)
    sample = rig.open().read()
    assert math.isnan(sample.pressure_kpa)
    assert math.isnan(sample.taken_at_s)
    rig.close()


def test_a_bus_that_keeps_failing_is_a_silent_sensor_after_20_ms(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    roller, limits, watch = roller_of(rig), Limits(), Watch(now_s=0.0)
    trips = []
    for tick in range(1, 12):
        rig.now_s = tick * limits.tick_s
        if tick == 4:
            monkeypatch.setattr(rig.mcp, "transfer", broken)
        watch, trip = look(watch, roller.read(), False, False, 25.0, limits, rig.now_s)
        trips.append(trip)
    assert trips == [None] * 8 + [Trip.SENSOR_SILENT] * 3


def test_a_pin_that_cannot_be_read_is_a_read_error(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(type(rig.pin("stop_pin")), "_get_state", broken)
        with pytest.raises(ReadError):
            roller_of(rig).read()
