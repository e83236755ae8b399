"""Whole sessions on a machine that is not sound: found before it moves, or stopped while it does.

The faults are in the plant where it has them (gate, motor), else in what its sensors say. Each
proves that it took effect.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from controller.modes import Mode
from controller.programs import Motion, Program, Step
from controller.selftest import Item, Phase
from controller.watch import Reason, Trip
from controller.words import TRIPS, UNFIT
from hardware.roller import Sample
from sim import gate as power
from sim import motor as rail
from sim import person as leg
from tests.harness import LEVEL_CM_S, Rig, steady_duty

NEVER_S = 1e9
CIRCLES = Program("circles", (Step("small circles", Motion.CIRCLES, 5.0, 300.0),))


def press_and_wait(rig: Rig) -> Rig:
    """A person who does not know."""
    rig.advance(0.5)
    rig.push("start")
    rig.sim.foot_on()
    rig.advance(4.0)
    return rig


def passed_by(rig: Rig) -> None:
    """It never armed, nothing was powered, and the person knows why."""
    assert Mode.ARMED not in rig.been_in()
    assert not any(one.truth.motor_powered and one.drive.gate for one in rig.moments)


# Found by the self-test.


def test_a_sound_machine_passes_and_says_so_in_the_journal_only() -> None:
    rig = Rig().arm()
    assert (rig.state.test.phase, rig.state.test.failed) == (Phase.PASSED, None)
    pulsed = [one for one in rig.moments if one.drive.gate]
    assert any(one.truth.gate_on for one in rig.moments)
    assert not any(one.truth.motor_powered for one in rig.moments)
    assert max(abs(one.truth.motor_current_ma) for one in rig.moments) < 1.0
    assert max(one.truth.position_cm for one in rig.moments) < 0.001
    assert pulsed


def test_a_gate_that_never_closes() -> None:
    rig = press_and_wait(Rig(gate=power.Gate(close_s=NEVER_S)))
    assert any(one.drive.gate for one in rig.moments)
    assert not any(one.truth.gate_on for one in rig.moments)
    passed_by(rig)
    assert rig.state.test.failed is Item.GATE_STAYS_OFF
    assert rig.words.startswith(f"Not started: {UNFIT[Item.GATE_STAYS_OFF]}.")
    assert rig.state.sitting.why is Reason.UNFIT


def test_a_gate_that_is_welded() -> None:
    rig = press_and_wait(Rig(gate=power.Gate(open_s=NEVER_S)))
    assert rig.moments[-1].truth.gate_on
    passed_by(rig)
    assert rig.state.test.failed is Item.GATE_STAYS_ON
    assert rig.state.stop is not None
    assert rig.state.stop.trip is Trip.GATE_ON
    rig.ask("acknowledge")
    rig.advance(1.0)
    assert rig.in_mode(Mode.STOPPED), "the cause stands"
    assert rig.told["can"] == []


@pytest.mark.parametrize("mode", [Mode.ARMED, Mode.HOLD])
def test_a_gate_that_welds_while_all_rests_lets_nothing_go_on(mode: Mode) -> None:
    rig = Rig().arm() if mode is Mode.ARMED else Rig().roll(3.0)
    if mode is Mode.HOLD:
        rig.ask("pause")
        rig.until_mode(Mode.HOLD, 1.0)
        rig.advance(0.5)
    faulty(rig, lambda _: {"gate_on": True})
    stopped_by(rig, Trip.GATE_ON, 0.07)


def test_the_next_press_tries_again() -> None:
    rig = Rig()
    rig.distorted = lambda sample: sample._replace(motor_current_ma=70.0)
    press_and_wait(rig)
    assert rig.state.test.failed is Item.MOTOR_POWERED
    rig.distorted = lambda sample: sample
    rig.sim.foot_off()
    rig.advance(1.0)
    rig.push("start")
    rig.sim.foot_on()
    rig.until_mode(Mode.ARMED, 5.0)


def test_with_the_foot_left_on_a_new_session_begins() -> None:
    rig = Rig().roll()
    rig.ask("end")
    rig.until_mode(Mode.IDLE, 1.0)
    rig.push("start")
    rig.until_mode(Mode.RUNNING, 5.0)


def test_after_a_broken_sensor_the_zero_must_be_seen_anew() -> None:
    rig = Rig().roll()
    rig.sim.unplug_sensor()
    rig.until_mode(Mode.STOPPED, 1.0)
    rig.sim.restore_sensor()
    rig.advance(0.5)
    rig.ask("acknowledge")
    rig.until_mode(Mode.IDLE, 1.0)
    rig.push("start")
    assert rig.words.startswith("Not started: lift your foot for a moment")
    rig.advance(5.0)
    assert rig.in_mode(Mode.IDLE)
    rig.sim.foot_off()
    rig.advance(1.0)
    rig.sim.foot_on()
    rig.advance(3.0)
    rig.push("start")
    rig.until_mode(Mode.RUNNING, 5.0)


def test_a_stop_in_the_middle_of_it_latches() -> None:
    rig = Rig()
    rig.advance(0.5)
    rig.push("start", 0.1)
    rig.until(lambda rig: rig.state.test.phase is Phase.PULSED, 1.0)
    rig.ask("stop")
    (moment,) = rig.advance(rig.limits.tick_s)
    assert (moment.state.mode, moment.drive.gate) == (Mode.STOPPED, False)


def test_while_a_sensor_is_broken_no_zero_is_seen() -> None:
    """The foot was off before; what comes back has an offset that no zero has shown."""
    rig = Rig()
    rig.advance(1.5)
    rig.sim.unplug_sensor()
    rig.advance(2.0)
    rig.sim.restore_sensor()
    faulty(rig, lambda one: {"pressure_kpa": one.pressure_kpa + 20.0, "pressure_b_kpa": 20.0})
    rig.advance(0.1)
    rig.ask("acknowledge")
    rig.until_mode(Mode.IDLE, 1.0)
    rig.push("start")
    assert rig.state.test.failed is Item.ZERO


# Stopped while it moves.


def stopped_by(rig: Rig, trip: Trip, within_s: float) -> None:
    begun_s = rig.now_s
    rig.until_mode(Mode.STOPPED, within_s)
    assert rig.state.stop is not None
    assert rig.state.stop.trip is trip
    assert rig.now_s - begun_s <= within_s
    assert TRIPS[trip] in rig.words
    last = rig.advance(0.06)[-1]
    assert (last.truth.gate_on, last.truth.motor_powered) == (False, False)


def faulty(rig: Rig, change: Callable[[Sample], dict[str, Any]]) -> Rig:
    """From now on the sample says something else."""
    rig.distorted = lambda sample: sample._replace(**change(sample))
    return rig


def test_a_roller_that_is_jammed_stops_before_it_pulls_hard() -> None:
    rig = Rig(motor=rail.Motor(carriage_friction_n=150.0)).arm()
    rig.ask("start")
    rig.until_mode(Mode.SOFT_START, 1.0)
    stopped_by(rig, Trip.MOTOR_STRAINED, 3.0)
    assert max(one.truth.motor_current_ma for one in rig.moments) < 750.0
    assert max(abs(one.truth.speed_cm_s) for one in rig.moments) < 0.01


@pytest.mark.parametrize("level", [1, 3, 10])
def test_a_roller_that_is_jammed_on_its_way_stops(level: int) -> None:
    rig = Rig(level=level, person=leg.Person(leg_load_n=9.0)).roll(8.0)
    rig.until(lambda rig: abs(rig.moments[-1].drive.duty) > 0.09, 5.0)
    carriage = rig.sim._carriage
    carriage.motor = replace(carriage.motor, carriage_friction_n=150.0)
    carriage.__post_init__()
    carriage.prepared_dt_s = 0.0
    stopped_by(rig, Trip.MOTOR_STRAINED, 0.25)
    assert abs(rig.moments[-1].truth.speed_cm_s) < 0.01


def test_a_short_in_the_wires() -> None:
    stopped_by(
        faulty(Rig().roll(3.0), lambda _: {"motor_current_ma": 4000.0}), Trip.MOTOR_OVERDRAWN, 0.03
    )


def test_a_gate_that_drops_out() -> None:
    rig = Rig().roll(3.0)
    rig.sim._gate.gate = power.Gate(hold_s=0.0, fill=0.0)
    rig.until(lambda rig: not rig.moments[-1].truth.gate_on, 0.1)
    stopped_by(rig, Trip.GATE_OFF, 0.04)


@pytest.mark.parametrize("end", ["heel_end_open", "toe_end_open"])
def test_the_wire_of_a_limit_switch_that_breaks_is_found(end: str) -> None:
    rig = faulty(Rig().roll(6.0), lambda _: {end: True})
    begun_s = rig.now_s
    rig.until_mode(Mode.STOPPED, 5.0)
    assert rig.state.stop is not None
    assert rig.state.stop.trip in (Trip.END_EARLY, Trip.END_STUCK)
    assert rig.state.stop.trip.rule == "T14"
    assert rig.now_s - begun_s < 2.0


def test_both_ends_at_once() -> None:
    both = {"heel_end_open": True, "toe_end_open": True}
    stopped_by(faulty(Rig().roll(3.0), lambda _: both), Trip.ENDS_BOTH, 0.02)


def test_after_a_fault_the_next_session_finds_its_home_anew() -> None:
    rig = faulty(Rig().roll(8.0), lambda _: {"heel_end_open": True})
    rig.until_mode(Mode.STOPPED, 3.0)
    rig.distorted = lambda sample: sample
    rig.sim.foot_off()
    rig.advance(1.0)
    rig.ask("acknowledge")
    rig.until_mode(Mode.IDLE, 1.0)
    rig.roll(20.0)
    assert rig.in_mode(Mode.RUNNING)


# A sound machine is left in peace.


@pytest.mark.parametrize("inertia", [0.5e-6, 2e-6])
@pytest.mark.parametrize(("level", "leg_load_n"), [(1, 8.0), (5, 17.0), (10, 28.0)])
def test_no_sound_motor_is_called_strained(level: int, leg_load_n: float, inertia: float) -> None:
    """Over the reference motor's whole range of inertia, in strokes and in circles."""
    motor = rail.Motor(inertia_kg_m2=inertia)
    person = leg.Person(leg_load_n=leg_load_n)
    rig = Rig(level=level, person=person, motor=motor, program=CIRCLES).arm()
    rig.ask("start")
    rig.until_mode(Mode.RUNNING, 6.0)
    rig.go_on(40.0)
    assert rig.state.stop is None
    assert max(abs(one.drive.duty) for one in rig.moments) == pytest.approx(
        steady_duty(LEVEL_CM_S[level])
    )
