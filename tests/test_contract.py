"""One contract, every roller: what `hardware/roller.py` promises, each machine keeps.

A bench is a roller on its own clock, with a look at what lies behind its contract. To put
another machine to the test, write its bench and add it to `BENCHES`.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from controller.limits import Limits
from controller.trips import look
from controller.watch import Watch
from hardware.errors import HardwareError
from hardware.roller import BRAKE, REST, Drive, Roller, Sample, SensorStatus
from hardware.wiring import Wiring
from sim import gate
from sim.roller import SimRoller
from tests.board_bench import BoardBench
from tests.mcu_bench import McuBench
from tests.mock_pi import Rig

AHEAD = Drive(duty=0.3, brake=False, enabled=True, gate=True)
TICK_S = 0.004


class Bench(Protocol):
    """A roller to try, the loop's clock, and the truth behind the contract."""

    @property
    def roller(self) -> Roller: ...
    @property
    def delay_s(self) -> float:
        """The newest sample may have been taken so long before it is read."""

    @property
    def gate_off_s(self) -> float:
        """The gate is off so long after the last drive."""

    def now_s(self) -> float: ...
    def wait_until(self, at_s: float) -> None: ...
    def gate_contact(self) -> bool:
        """Whether the motor is connected to the bridge."""

    def driven(self) -> bool:
        """Whether the bridge, behind a closed gate or not, would turn the motor."""


class SimBench:
    delay_s, gate_off_s = 0.0, 0.050

    def __init__(self, _folder: Path) -> None:
        self.roller = SimRoller()
        self.now_s, self.wait_until = self.roller.now_s, self.roller.wait_until

    def gate_contact(self) -> bool:
        return self.roller.truth().gate_on

    def driven(self) -> bool:
        return self.roller.truth().motor_powered


class GpioBench:
    """A roller on mock pins; a simulated gate hangs on the gate line."""

    WIRING = Wiring()
    delay_s, gate_off_s = 0.0, 0.050

    def __init__(self, folder: Path) -> None:
        hardware = self.WIRING.pwm == "hardware"
        self._rig = Rig(self.WIRING, folder=folder if hardware else None)
        self.roller = self._rig.open()
        self._gate = gate.GateState(gate.Gate())

    def now_s(self) -> float:
        return self._rig.now_s

    def wait_until(self, at_s: float) -> None:
        while self._rig.now_s < at_s:
            step_s = min(0.001, at_s - self._rig.now_s)
            gate.set_level(self._gate, bool(self._rig.pin("gate_pin").state))
            gate.advance(self._gate, True, step_s)
            self._rig.now_s = at_s if step_s < 0.001 else self._rig.now_s + step_s
        sense = self._rig.pin("gate_sense_pin")
        if self._gate.contact:
            sense.drive_high()
        else:
            sense.drive_low()

    def gate_contact(self) -> bool:
        return self._gate.contact

    def driven(self) -> bool:
        forward, backward, enabled = self._rig.bridge()
        return bool(enabled) and forward != backward


class FinerBench(GpioBench):
    WIRING = Wiring(adc_chip="MCP3208")


class I2cBench(GpioBench):
    """Pressure A on a chip of its own, the others going round on the second."""

    WIRING = Wiring(adc_chip="ADS1115", pressure_b_channel=4, current_channel=5)


class LoadCellBench(GpioBench):
    """Pressure B from an HX711."""

    WIRING = Wiring(pressure_b_channel=None, hx711_data_pin=4, hx711_clock_pin=25)


class KernelPwmBench(GpioBench):
    """The bridge on the kernel's PWM."""

    WIRING = Wiring(pwm="hardware")


BENCHES = [
    SimBench,
    GpioBench,
    FinerBench,
    I2cBench,
    LoadCellBench,
    KernelPwmBench,
    McuBench,
    BoardBench,
]


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    made: Bench = request.param(tmp_path)
    yield made
    made.roller.close()


def run(bench: Bench, drive: Drive, seconds: float) -> list[Sample]:
    """Read and drive once per tick, as the loop does."""
    samples = []
    for _ in range(round(seconds / TICK_S)):
        samples.append(bench.roller.read())
        bench.roller.drive(drive)
        bench.wait_until(bench.now_s() + TICK_S)
    return samples


class TestEveryRoller:
    def test_it_has_a_name_for_people(self, bench: Bench) -> None:
        assert bench.roller.name.strip()

    def test_a_sample_is_finite_and_honest_about_its_sensor(self, bench: Bench) -> None:
        for sample in run(bench, REST, 0.4):
            assert math.isfinite(sample.pressure_kpa)
            assert sample.sensor is SensorStatus.OK
            assert sample.pressure_b_kpa is None or math.isfinite(sample.pressure_b_kpa)
            assert sample.motor_current_ma is None or sample.motor_current_ma >= 0.0
            assert not sample.stop_pressed
            assert sample.buttons == (False, False, False)

    def test_a_sample_is_fresh_and_on_the_loops_clock(self, bench: Bench) -> None:
        taken_before_s = -math.inf
        for _ in range(50):
            asked_at_s = bench.now_s()
            sample = bench.roller.read()
            bench.roller.drive(REST)
            assert asked_at_s - bench.delay_s <= sample.taken_at_s <= bench.now_s()
            assert sample.taken_at_s > taken_before_s
            taken_before_s = sample.taken_at_s
            bench.wait_until(bench.now_s() + TICK_S)

    def test_a_sound_machine_at_rest_trips_nothing(self, bench: Bench) -> None:
        limits, watch = Limits(), Watch(now_s=bench.now_s())
        for sample in run(bench, REST, 1.0):
            at_s = sample.taken_at_s
            watch, trip = look(watch, sample, False, False, 25.0, limits, at_s)
            assert trip is None

    @pytest.mark.parametrize("drive", [REST, BRAKE])
    def test_rest_and_brake_drive_nothing(self, bench: Bench, drive: Drive) -> None:
        run(bench, AHEAD, 0.1)
        bench.roller.drive(drive)
        assert not bench.driven()

    @pytest.mark.parametrize("duty", [-1.0, -0.25, 0.25, 1.0])
    def test_every_duty_within_the_range_drives(self, bench: Bench, duty: float) -> None:
        run(bench, AHEAD._replace(duty=duty), 0.1)
        assert bench.driven()

    @pytest.mark.parametrize("duty", [math.nan, 1.01, -1.01, math.inf, -math.inf])
    def test_a_duty_outside_the_range_is_refused_and_changes_nothing(
        self, bench: Bench, duty: float
    ) -> None:
        with pytest.raises(ValueError, match="duty"):
            bench.roller.drive(AHEAD._replace(duty=duty))
        assert not bench.driven()
        bench.wait_until(bench.now_s() + 0.02)
        assert not bench.gate_contact()

    def test_edges_hold_the_gate_and_it_says_so(self, bench: Bench) -> None:
        samples = run(bench, AHEAD, 0.5)
        assert bench.gate_contact()
        assert samples[-1].gate_on in (True, None)
        assert samples[0].gate_on in (False, None)

    def test_no_edge_without_the_gate_asked_for(self, bench: Bench) -> None:
        run(bench, AHEAD._replace(gate=False), 0.2)
        assert not bench.gate_contact()

    @pytest.mark.parametrize("ticks", [25, 26])  # the pulse line stands low, or high
    def test_the_gate_drops_soon_after_the_calls_cease(self, bench: Bench, ticks: int) -> None:
        run(bench, AHEAD, ticks * TICK_S)
        ceased_at_s = bench.now_s() - TICK_S
        assert bench.gate_contact()
        bench.wait_until(ceased_at_s + bench.gate_off_s)
        assert not bench.gate_contact()
        assert bench.roller.read().gate_on in (False, None)

    def test_close_comes_to_rest_and_may_be_called_twice(self, bench: Bench) -> None:
        run(bench, AHEAD, 0.2)
        bench.roller.close()
        assert not bench.driven()
        bench.roller.close()
        bench.wait_until(bench.now_s() + 0.050)
        assert not bench.driven()
        assert not bench.gate_contact()

    def test_a_closed_roller_says_so(self, bench: Bench) -> None:
        bench.roller.close()
        with pytest.raises(HardwareError, match="closed"):
            bench.roller.drive(REST)
        with pytest.raises(HardwareError, match="closed"):
            bench.roller.read()
