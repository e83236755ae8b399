"""Gate, ends, motor and pressure elements break under the real firmware: it cuts, and says why."""

from collections.abc import Callable
from random import Random

import pytest

from firmware_bridge.messages import CutCode
from sim.gate import Gate
from sim.mcu import ResetCause
from tests.mcu_host import DUTY, MOST_DUTY, Host, driven_again_s, off_after_s
from tests.rigged import MV_PER_KPA, Bend, Rigged

NEVER_S = 1e6
ROUNDING_S = 1e-9
BANDGAP = 14
ADCSRA, ADEN = 0x7A, 0x80


def cut_within(host: Host, since_s: float, longest_s: float, why: CutCode) -> None:
    """Driven until it was cut, for this reason, and not again."""
    off_s = off_after_s(host, since_s)
    assert off_s is not None
    assert off_s <= longest_s + ROUNDING_S
    assert host.cut is why
    assert driven_again_s(host, since_s + off_s) is None


# The gate.


def test_a_welded_gate_is_found_and_cannot_be_acknowledged() -> None:
    host = Rigged(Gate(open_s=NEVER_S)).rolling()
    since_s = host.now_s
    cuts = [host.drive(duration_s).cut for duration_s in (0.052, 0.012)]
    assert cuts == [CutCode.NONE, CutCode.GATE_ON], "a sound gate is off after 50 ms"
    host.plant.foot_off()
    assert host.drive(0.6).acknowledge().cut == CutCode.GATE_ON
    assert all(one.truth.gate_on for one in host.moments if one.at_s > since_s)


def test_a_gate_that_does_not_close_is_found() -> None:
    host = Rigged(Gate(close_s=NEVER_S)).open_session()
    since_s = host.now_s
    host.drive(0.3, DUTY)
    assert not any(one.truth.motor_powered for one in host.moments)
    assert max(one.at_s for one in host.moments if one.driven) - since_s <= 0.030 + 0.003
    assert host.cut is CutCode.GATE_OFF


def test_a_gate_that_falls_off_in_a_session_is_found() -> None:
    host = Rigged().rolling()
    since_s = host.now_s
    host.plant._gate.gate, host.plant._gate.charge_s = Gate(hold_s=1e-6), 0.0
    host.drive(0.2, DUTY)
    assert not host.moments[-1].truth.gate_on
    cut_within(host, since_s, 0.030 + 0.010 + 0.005, CutCode.GATE_OFF)


def test_the_stop_switch_is_read_back() -> None:
    host = Rigged().rolling()
    since_s = host.now_s
    host.plant.set_stop(True)
    host.drive(0.1, DUTY)
    cut_within(host, since_s, 0.003, CutCode.STOP)


# Ends and motor.


def test_both_ends_open_at_once_is_a_broken_wire() -> None:
    host = Rigged().rolling()
    since_s = host.now_s
    host.false |= {"heel_end_open": True, "toe_end_open": True}
    host.drive(0.1, DUTY)
    cut_within(host, since_s, 0.004, CutCode.ENDS_BOTH)


def test_an_end_that_was_left_and_stays_open_is_found() -> None:
    host = Rigged()
    host.false["heel_end_open"] = True
    host.open_session()
    since_s = host.now_s
    host.drive(1.2, DUTY)
    assert host.moments[-1].truth.position_cm > 1.0
    driven = [one.at_s for one in host.moments if one.driven]
    assert 1.0 < driven[-1] - since_s < 1.11, "counted from 10 % of duty on"
    assert host.cut is CutCode.END_STUCK


def test_it_does_not_drive_into_an_open_end() -> None:
    host = Rigged().rolling()
    host.drive(3.0, MOST_DUTY)
    end = host.moments[-1]
    assert (end.driven, host.cut) == (False, CutCode.NONE)
    assert 20.0 <= end.truth.position_cm < 20.2
    host.drive(0.4, -DUTY)
    assert host.moments[-1].truth.speed_cm_s < 0.0, "back is free"


def test_an_encoder_that_stands_while_the_motor_is_driven_is_found() -> None:
    host = Rigged().rolling(MOST_DUTY)
    since_s = host.now_s
    host.board._show_encoder = lambda: None  # type: ignore[method-assign]
    host.drive(0.2, MOST_DUTY)
    cut_within(host, since_s, 0.110, CutCode.MOTOR)


def test_a_motor_that_turns_by_itself_is_found() -> None:
    host = Rigged().open_session().drive(0.4)
    for _ in range(25):
        host.mcu.drive("PD2", False)
        host.mcu.drive("PD2", True)
        host.drive()
    assert host.cut is CutCode.MOTOR


# The pressure elements.


def unplugged(_: float) -> float:
    """Pulled down."""
    return 0.0


def shorted(_: float) -> float:
    """To the supply."""
    return 5000.0


def frozen(_: float) -> float:
    """The same, whatever the foot does."""
    return 1000.0


def drifting_up() -> Bend:
    """Too slow for a rise: 40 kPa in a second."""
    steps = iter(range(10_000))
    return lambda mv: mv + min(400, next(steps)) * 0.04 * MV_PER_KPA


@pytest.mark.parametrize("channel", [0, 1])
@pytest.mark.parametrize(
    ("bend", "why", "longest_s"),
    [
        (lambda: unplugged, CutCode.SENSOR_OPEN, 0.005),
        (lambda: shorted, CutCode.LEVEL, 0.005),
        (lambda: frozen, CutCode.SENSOR_FROZEN, 0.205),
        (drifting_up, CutCode.SENSORS_APART, 0.500),
    ],
)
def test_an_element_that_breaks_in_a_session_is_found(
    channel: int, bend: Callable[[], Bend], why: CutCode, longest_s: float
) -> None:
    host = Rigged().rolling()
    since_s = host.now_s
    host.bent[channel] = bend()
    host.drive(0.6, DUTY)
    cut_within(host, since_s, longest_s, why)


@pytest.mark.parametrize("channel", [0, 1])
@pytest.mark.parametrize(
    ("bend", "why"),
    [
        (lambda: unplugged, CutCode.SENSOR_OPEN),
        (lambda: shorted, CutCode.SENSOR_SATURATED),
        (lambda: lambda mv: mv - 6.0 * MV_PER_KPA, CutCode.SENSOR_ZERO),
        (lambda: lambda mv: mv + 20.0 * MV_PER_KPA, CutCode.SENSORS_APART),
    ],
)
def test_an_element_that_is_broken_at_rest_lets_nothing_begin(
    channel: int, bend: Callable[[], Bend], why: CutCode
) -> None:
    host = Rigged().greet().configure().acknowledge()
    host.bent[channel] = bend()
    host.drive(0.2).acknowledge()
    assert host.cut is why
    host.plant.foot_on()
    host.drive(0.8).press_start().drive(0.1, DUTY)
    assert not any(one.driven for one in host.moments)


@pytest.mark.parametrize("channel", [0, 1])
def test_more_than_three_wild_samples_in_a_second_are_found(channel: int) -> None:
    rng, host = Random(1), Rigged().rolling()
    since_s, wild = host.now_s, 0
    while not host.cut:
        assert wild < 5
        wild += 1
        host.bent[channel] = lambda mv: mv - 20.0 * MV_PER_KPA
        host.wait(0.001)
        del host.bent[channel]
        host.drive(0.004 * rng.randrange(5, 20), DUTY)
    assert wild == 4
    cut_within(host, since_s, 0.4, CutCode.SENSOR_WILD)


def test_a_converter_that_hangs_is_found() -> None:
    host = Rigged().rolling()
    since_s = host.now_s
    host.board.events.clear()
    host.mcu.data[ADCSRA] &= ~ADEN
    host.drive(0.2, DUTY)
    cut_within(host, since_s, 0.020, CutCode.RESET)
    assert host.board.events[0].value == ResetCause.WATCHDOG, "without samples it is not fed"


def test_a_reference_that_is_off_is_found() -> None:
    host = Rigged().rolling()
    since_s = host.now_s
    host.mcu.apply_mv(BANDGAP, 1600)
    host.drive(0.1, DUTY)
    cut_within(host, since_s, 0.023, CutCode.ADC)
