"""What goes over the wire means the same on both sides, and never more than was meant."""

from dataclasses import replace
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.limits import Limits
from firmware_bridge.line import Line
from firmware_bridge.mcu_sample import CUTS, frame_of, sample_of
from firmware_bridge.mcu_settings import FULL_COUNTS, SPAN_KPA, parameters
from firmware_bridge.messages import (
    PARAMETER_BOUNDS,
    CutCode,
    HostFrame,
    Identity,
    McuFrame,
    ParameterIndex,
    Status,
    Stop,
)
from firmware_bridge.wire import encode
from hardware.calibration import KPA_PER_N, Calibration, Element, Point
from hardware.errors import HardwareError
from hardware.roller import Buttons, Cut, Drive, SensorStatus
from tests.fake_mcu import SETTINGS

STATUS = Status._make([0] * len(Status._fields))._replace(pressure_a=300, pressure_b=300)
NOMINAL = Calibration()
FLAGS = ("heel_end_open", "toe_end_open", "stop_pressed", "gate_on")


# A status becomes a sample.


def test_counts_become_kilopascals_by_the_calibration() -> None:
    sample = sample_of(STATUS, 7.0, SETTINGS, NOMINAL)
    assert sample.taken_at_s == 7.0
    assert sample.pressure_kpa == NOMINAL.pressure_a.reading(300 / FULL_COUNTS).pressure_kpa
    assert sample.pressure_b_kpa == NOMINAL.pressure_b.reading(300 / FULL_COUNTS).pressure_kpa
    assert sample.sensor is SensorStatus.OK
    assert sample.cut is None


@pytest.mark.parametrize(
    ("counts", "said"), [(0, SensorStatus.OPEN), (FULL_COUNTS, SensorStatus.SATURATED)]
)
def test_the_ends_of_the_range_are_said(counts: int, said: SensorStatus) -> None:
    sample = sample_of(STATUS._replace(pressure_a=counts), 7.0, SETTINGS, NOMINAL)
    assert sample.sensor is said


def test_the_current_s_range_is_that_of_5_volts() -> None:
    full = sample_of(STATUS._replace(current=FULL_COUNTS), 0.0, SETTINGS, NOMINAL)
    assert full.motor_current_ma == pytest.approx(5.0 / 450e-6, rel=1e-4)


def test_what_is_not_fitted_is_none() -> None:
    bare = replace(SETTINGS, gate=False, pressure_b=False, current=False)
    sample = sample_of(STATUS, 0.0, bare, NOMINAL)
    assert sample.pressure_b_kpa is sample.motor_current_ma is sample.gate_on is None


@pytest.mark.parametrize("name", FLAGS)
def test_each_switch_is_its_own(name: str) -> None:
    sample = sample_of(STATUS._replace(**{name: True}), 0.0, SETTINGS, NOMINAL)
    assert [getattr(sample, one) for one in FLAGS] == [one == name for one in FLAGS]


@pytest.mark.parametrize("name", Buttons._fields)
def test_each_button_is_its_own(name: str) -> None:
    sample = sample_of(STATUS._replace(**{f"{name}_down": True}), 0.0, SETTINGS, NOMINAL)
    assert sample.buttons == Buttons()._replace(**{name: True})


def test_every_code_has_its_cut_and_it_comes_before_our_own() -> None:
    assert set(CUTS.values()) == {None, *Cut}
    for code in CutCode:
        status = STATUS._replace(cut=code)
        sample = sample_of(status, 0.0, SETTINGS, NOMINAL, Cut.LINK)
        assert sample.cut is (Cut.LINK if code is CutCode.NONE else Cut[code.name])


# A drive becomes a frame.


@given(duty=st.floats(-1.0, 1.0))
def test_a_duty_is_never_sent_greater_than_it_was_asked(duty: float) -> None:
    sent = frame_of(Drive(duty, False, True, True), 5).duty / 500.0
    assert abs(sent) <= abs(duty)
    assert abs(duty - sent) < 1 / 500.0 + 1e-12
    assert sent * duty >= 0.0


@given(kpa=st.floats(allow_nan=True, allow_infinity=True))
def test_a_reference_is_never_sent_higher_than_it_is_save_for_the_least(kpa: float) -> None:
    sent = frame_of(Drive(0.0, False, True, True, False, kpa), 5).reference_kpa
    assert 6 <= sent <= 37
    assert sent == 6 or sent <= kpa
    assert not 7.0 <= kpa <= 37.0 or sent > kpa - 1.0


@pytest.mark.parametrize("name", ["brake", "enabled", "gate"])
def test_each_line_of_a_drive_is_its_own(name: str) -> None:
    off = Drive(0.0, False, False, False)
    sent = frame_of(off._replace(**{name: True}), 63)
    assert (sent.brake, sent.enabled, sent.gate) == tuple(
        one == name for one in ("brake", "enabled", "gate")
    )
    assert sent.session == 63


def test_without_a_reference_it_is_the_tightest() -> None:
    for kpa in (0.0, -5.0, nan):
        assert frame_of(Drive(0.1, False, True, True, False, kpa), 0).reference_kpa == 6


# Settings become parameters.


def test_the_parameters_of_the_reference_machine() -> None:
    assert parameters(SETTINGS, NOMINAL) == {
        ParameterIndex.A_ZERO: 102,
        ParameterIndex.A_SPAN: 307,
        ParameterIndex.B_ZERO: 102,
        ParameterIndex.B_SPAN: 307,
        ParameterIndex.LEVEL: 7500,
        ParameterIndex.MOST_DUTY: 250,
        ParameterIndex.SERVICE_DUTY: 65,
        ParameterIndex.FITTED: 3,
    }


def test_what_is_not_fitted_is_said() -> None:
    bare = parameters(replace(SETTINGS, gate=False, pressure_b=False, current=False), NOMINAL)
    assert bare[ParameterIndex.FITTED] == bare[ParameterIndex.B_SPAN] == 0
    gated = parameters(replace(SETTINGS, current=False), NOMINAL)
    assert gated[ParameterIndex.FITTED] == 1
    watched = parameters(replace(SETTINGS, encoder=True), NOMINAL)
    assert watched[ParameterIndex.FITTED] == 7


@given(
    level_kpa=st.floats(40.0, 75.0),
    most_duty=st.floats(0.0, 1.0),
    service_duty=st.floats(0.0, 1.0),
    zero=st.floats(0.04, 0.35),
    slope=st.floats(0.0015, 0.009),
)
def test_every_parameter_is_within_its_bounds_or_nothing_is_set(
    level_kpa: float, most_duty: float, service_duty: float, zero: float, slope: float
) -> None:
    element = Element((Point(zero, 0.0), Point(zero + 60.0 * slope, 60.0)))
    settings = replace(
        SETTINGS, level_kpa=level_kpa, most_duty=most_duty, service_duty=service_duty
    )
    found = parameters(settings, Calibration(element, element))
    for index, value in found.items():
        low, high = PARAMETER_BOUNDS[index]
        assert low <= value <= high
    assert found[ParameterIndex.LEVEL] <= level_kpa * 100.0 + 1e-3
    most = found[ParameterIndex.MOST_DUTY]
    assert most / 500.0 >= most_duty - 1e-6 or most == 350
    end = (found[ParameterIndex.A_ZERO] + found[ParameterIndex.A_SPAN]) / FULL_COUNTS
    assert element.load_n(end) * KPA_PER_N <= SPAN_KPA + 1e-6, "pain is not taken for less"


def test_the_loosest_limit_is_one_the_firmware_takes() -> None:
    loosest = replace(SETTINGS, level_kpa=Limits().level_kpa)
    assert parameters(loosest, NOMINAL)[ParameterIndex.LEVEL] == 7500


@pytest.mark.parametrize(
    ("points", "cure"),
    [
        ((Point(0.45, 0.0), Point(0.8, 60.0)), "offset"),
        ((Point(0.1, 0.0), Point(0.99, 60.0)), "gain"),
        ((Point(0.1, 0.0), Point(0.15, 60.0)), "gain"),
        ((Point(0.2, 0.0), Point(0.98, 60.0)), "gain"),
        ((Point(0.0, 0.0), Point(0.95, 60.0)), "offset"),
        ((Point(0.0385, 0.0), Point(0.4, 60.0)), "wire that is off; set the amplifier's offset"),
    ],
)
def test_an_element_that_does_not_fit_the_firmware_is_refused(
    points: tuple[Point, ...], cure: str
) -> None:
    with pytest.raises(HardwareError, match=rf"^pressure_b reads .* {cure}"):
        parameters(SETTINGS, Calibration(pressure_b=Element(points)))


# The line numbers what it sends and takes only what is new.


class Tray:
    """A port in memory."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.came = b""

    def read(self) -> bytes:
        came, self.came = self.came, b""
        return came

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def discard(self) -> None:
        raise AssertionError("nothing is lost here")

    close = discard


def test_frames_are_numbered_and_the_numbers_go_round() -> None:
    tray = Tray()
    line = Line(tray)
    frame: HostFrame = Stop(0, 9)
    for _ in range(300):
        line.send(frame)
    assert tray.sent == [encode(Stop(count % 256, 9)) for count in range(1, 301)]


@pytest.mark.parametrize(
    ("numbers", "kept"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([1, 1, 2], [1, 2]),
        ([5, 4, 6], [5, 6]),
        ([250, 255, 0, 255, 3], [250, 255, 0, 3]),
        ([10, 137, 9, 8], [10, 137, 8]),  # 127 ahead is new, 128 is not, 127 again
        ([10, 138, 11], [10, 11]),
    ],
)
def test_repeats_and_latecomers_are_dropped(numbers: list[int], kept: list[int]) -> None:
    tray = Tray()
    line = Line(tray)
    running = STATUS._replace(configured=True)
    tray.came = b"\x01\x02" + b"".join(encode(running._replace(sequence=one)) for one in numbers)
    assert [frame.sequence for frame in line.receive()] == kept
    assert (line.heard_bytes, line.rejects) == (2 + 16 * len(numbers), 1)
    assert line.receive() == []


def test_one_that_has_just_started_counts_anew() -> None:
    tray = Tray()
    line = Line(tray)
    running = STATUS._replace(configured=True)
    who = Identity(3, 0, 1, 1, 2, 7, 1, 0, 0xBEEF, 3)
    frames: list[McuFrame] = [running._replace(sequence=100), STATUS._replace(sequence=1), who, who]
    tray.came = b"".join(map(encode, frames))
    assert line.receive() == frames
