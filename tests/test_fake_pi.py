"""gpiozero's real `RPiGPIOFactory` over fake-rpi: what every pin carries, event by event.

The order of set-up, resting levels, the bridge under the production loop, what closing leaves.
How a process ends is in tests/test_pins_process.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from controller.limits import Limits
from controller.modes import Mode
from hardware.calibration import Calibration
from hardware.errors import HardwareError, MissingHardwareError, ReadError
from hardware.gpio import GpioRoller
from hardware.roller import BRAKE, REST, Buttons, Drive
from hardware.wiring import pins
from sim.pins import Wired
from sim.roller import SimRoller
from tests.fake_pi import IN, OUT, Chip, Event, FakePi, Seen, SpiDev, seen
from tests.wired_rig import SLOWEST, WIRING, WiredRig, after

OUTPUTS = [WIRING.enable_pin, WIRING.forward_pin, WIRING.backward_pin, WIRING.gate_pin]
PWM_HZ = 1000
AHEAD = Drive(duty=0.4, brake=False, enabled=True, gate=True)


@pytest.fixture
def pi() -> Iterator[FakePi]:
    pi = FakePi()
    yield pi
    pi.close()


@contextmanager
def opened(pi: FakePi) -> Iterator[GpioRoller]:
    roller = GpioRoller(WIRING, Calibration(), pin_factory=pi, clock=lambda: 0.0)
    try:
        yield roller
    finally:
        roller.close()


def made_outputs(trace: list[Event]) -> list[int]:
    return [one.pin for one in trace if one.what == "function" and one.value == OUT]


# Set-up.


def test_the_outputs_come_first_and_the_driver_s_enable_before_its_inputs(pi: FakePi) -> None:
    with opened(pi):
        order = list(dict.fromkeys(one.pin for one in pi.trace))
        assert made_outputs(pi.trace)[:4] == order[:4] == OUTPUTS
        assert set(order) <= set(pins(WIRING).values())


def test_nothing_but_rest_is_ever_on_an_output_during_set_up(pi: FakePi) -> None:
    with opened(pi):
        assert {one.value for one in pi.trace if one.what != "function"} == {0.0}
        assert {pi.line(pin) for pin in OUTPUTS if pin is not None} == {0.0}
        assert [pi.chip.functions[pin] for pin in OUTPUTS if pin is not None] == [OUT] * 4


def test_levels_that_a_dead_process_left_high_never_reach_an_enabled_driver() -> None:
    """A Pi keeps its outputs after kill -9; the next process finds them as they were."""
    held = (("level", 1.0), ("function", OUT))
    chip = Chip(lambda: 0.0, lambda _: None)
    for pin in (12, 16, 17):
        chip.setup(pin, OUT, initial=1)
    pi = FakePi(chip=chip)
    left = [Event(0.0, pin, what, value) for pin in (12, 16, 17) for what, value in held]
    trace = list(left)
    chip._told = trace.append
    with opened(pi):
        states = seen(trace, WIRING)[len(left) :]
        assert seen(left, WIRING)[-1].driving == 1.0, "it was left driving, or this proves nothing"
        assert [one.driving for one in states] == [0.0] * len(states)
        assert states[-1] == Seen(0.0, 0.0, 0.0, False, 0.0)
    pi.close()


def test_inputs_are_pulled_as_their_switches_need_it(pi: FakePi) -> None:
    with opened(pi):
        up = {pin for pin, pull in pi.chip.pulls.items() if pull == Chip.PUD_UP}
        down = {pin for pin, pull in pi.chip.pulls.items() if pull == Chip.PUD_DOWN}
    assert up == {22, 23, 24, 5, 6, 26}, "an unplugged stop or end switch reads as open"
    assert down == {27}, "an unplugged gate sense reads as no power"


def test_with_nothing_soldered_to_the_pins_everything_says_stop(pi: FakePi) -> None:
    with opened(pi) as roller:
        sample = roller.read()
    assert (sample.stop_pressed, sample.heel_end_open, sample.toe_end_open) == (True,) * 3
    assert sample.gate_on is False
    assert sample.buttons == Buttons()


def no_such_bus(*_: object) -> None:
    raise FileNotFoundError(2, "No such file or directory")


def test_without_the_bus_no_bit_is_banged_and_no_output_ever_leaves_rest(
    pi: FakePi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SpiDev, "open", no_such_bus)
    with pytest.raises(MissingHardwareError, match=r"SPI bus of the MCP3008 is missing.*No such"):
        opened(pi).__enter__()
    assert {one.value for one in pi.trace if one.what != "function"} == {0.0}
    assert not {8, 9, 10, 11} & {one.pin for one in pi.trace}
    assert set(pi.chip.functions.values()) == {IN}
    assert pi.chip.pulls == {}, "every pin is released"


def test_pins_that_fail_later_are_a_read_error(pi: FakePi) -> None:
    with opened(pi) as roller:
        pi.chip.broken = True
        with pytest.raises(ReadError, match=r"pins could not be read .*no access to /dev/mem"):
            roller.read()


# The bridge.


@pytest.mark.parametrize(
    ("drive", "lines"),
    [
        (AHEAD, (1.0, 0.6, True)),
        (AHEAD._replace(duty=-0.7), (0.3, 1.0, True)),
        (AHEAD._replace(duty=0.0), (0.0, 0.0, True)),
        (BRAKE, (1.0, 1.0, True)),
        (REST, (0.0, 0.0, False)),
    ],
)
def test_a_drive_reaches_the_lines_as_pwm(
    pi: FakePi, drive: Drive, lines: tuple[float, float, bool]
) -> None:
    with opened(pi) as roller:
        roller.drive(AHEAD._replace(duty=0.2))
        roller.drive(drive)
        assert seen(pi.trace, WIRING)[-1][1:4] == pytest.approx(lines)
        assert all(pi.pin(pin).frequency == PWM_HZ for pin in (12, 13))


def driven_stretches(states: list[Seen]) -> list[tuple[float, float, float]]:
    """Direction, begin and end of every stretch in which the driver drives one way."""
    found: list[tuple[float, float, float]] = []
    for one, after_it in pairwise(states):
        way = (one.driving > 0.0) - (one.driving < 0.0)
        if not way or after_it.at_s == one.at_s:
            continue
        if found and found[-1][0] == way and found[-1][2] == one.at_s:
            found[-1] = (way, found[-1][1], after_it.at_s)
        else:
            found.append((way, one.at_s, after_it.at_s))
    return found


def test_a_reversal_under_the_real_kernel_has_its_dead_time_on_the_pins() -> None:
    rig = WiredRig()
    rig.roll()
    rig.until(lambda rig: rig.state.heading < 0.0 and rig.state.duty < 0.0, 30.0)
    rig.advance(0.2)
    states = seen(rig.pi.trace, WIRING)
    stretches = driven_stretches(states)
    turns = [
        (end_s, begin_s)
        for (way, _, end_s), (next_way, begin_s, _) in pairwise(stretches)
        if way != next_way and rig.modes[-1][0] < begin_s
    ]
    rig.close()
    assert turns, "it never turned, so it proves nothing"
    for end_s, begin_s in turns:
        assert begin_s - end_s >= Limits().dead_s - 1e-6
    for before, now in pairwise(states):
        assert before.driving * now.driving >= 0.0, "one way straight after the other"
        assert abs(now.driving) < 1.0, "full speed between two pins"


def test_the_gate_line_has_one_edge_per_moving_tick_and_none_without() -> None:
    rig = WiredRig()
    rig.roll()
    rig.push("start")
    assert rig.mode is Mode.HOLD
    rig.advance(0.5)
    first_s = next(at_s for at_s, mode in rig.modes if mode is Mode.SOFT_START)
    hold_s = rig.modes[-1][0]
    moving = [one.at_s for one in rig.moments if first_s <= one.at_s < hold_s]
    edges = [one.at_s for one in gate_events(rig.pi.trace) if first_s <= one.at_s]
    rig.close()
    assert edges == moving


def gate_events(trace: list[Event]) -> list[Event]:
    """Every time the gate's level was set after set-up."""
    told = [one for one in trace if (one.pin, one.what) == (WIRING.gate_pin, "level")]
    assert all(one.value != other.value for one, other in pairwise(told)), "set, yet no edge"
    return told[1:]


# The end.


def test_closing_in_full_motion_leaves_every_pin_released_and_the_driver_off_first() -> None:
    rig = WiredRig()
    rig.roll(1.0)
    assert seen(rig.pi.trace, WIRING)[-1].driving > 0.0
    before, edges = len(rig.pi.trace), len(gate_events(rig.pi.trace))
    rig.close()
    closing = rig.pi.trace[before:]
    assert closing[0] == (rig.now_s, WIRING.enable_pin, "level", 0.0)
    assert {one.driving for one in seen(rig.pi.trace, WIRING)[before:]} == {0.0}
    assert len(gate_events(rig.pi.trace)) == edges
    assert rig.pi.chip.pulls == {}
    assert rig.pi.pins == {}
    assert set(rig.pi.chip.functions.values()) == {IN}
    edge_at_s, open_at_s, closed = after(rig.pi.trace, SLOWEST, 0.2)
    assert closed
    assert open_at_s - edge_at_s <= 0.050
    rig.sim.wait_until(rig.now_s + 0.2)
    assert rig.sim.truth()[2:5] == (0.0, False, False)


def test_the_roller_can_be_opened_again_after_it_was_closed() -> None:
    sim = SimRoller()
    for _ in range(2):
        wired = Wired(sim, FakePi(sim.now_s))
        wired.read()
        wired.drive(AHEAD)
        assert sim.truth().motor_current_ma == 0.0
        wired.close()
        with pytest.raises(HardwareError, match=r"closed"):
            wired.read()
