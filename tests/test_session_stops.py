"""What stops a session, how soon, and the only way back.

Every fault first proves that it took effect. Pain, person, fault: each latches with its first
reason, explains itself, and comes back only as specified. Afterwards nothing starts by itself.
"""

import math
from collections.abc import Callable

import pytest

from controller.modes import Mode
from controller.watch import Reason, Trip
from hardware.roller import SensorStatus
from sim import person as leg
from tests.harness import CALM, GATE_OPEN_S, Moment, Rig
from tests.test_sessions import COARSE_S, assert_never_moved

TICK_S = 0.004
Fault = Callable[[Rig], None]


def stop_moment(rig: Rig) -> Moment:
    """The tick of the power-off command: the first one STOPPED."""
    return next(one for one in rig.moments if one.state.mode is Mode.STOPPED)


def crossing_s(moments: list[Moment], kpa: float) -> float:
    """When the truth was first seen above `kpa`."""
    return next(one.at_s for one in moments if one.truth.pressure_kpa > kpa)


def assert_stopped(rig: Rig, reason: Reason, rules: set[str]) -> None:
    """Latched, at rest, explained; an acknowledgement is on offer once the cause is gone."""
    rig.tick()
    assert rig.in_mode(Mode.STOPPED)
    assert rig.state.stop is not None
    assert rig.state.stop.trip.reason is reason
    assert rig.state.stop.trip.rule in rules
    assert rig.state.sitting.opened_at_s is None
    assert rig.words.startswith("Stopped: ")
    back = reason is not Reason.PAIN and rig.state.cause is None
    assert rig.told["can"] == (["acknowledge"] if back else [])
    off = stop_moment(rig)
    assert off.drive.duty == 0.0
    assert not off.drive.gate


# Pain.


def spike(rig: Rig) -> None:
    rig.sim.press(45.0, rise_s=0.03)


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_spike_is_pain(seed: int) -> None:
    rig = Rig(seed=seed).roll(3.0 + seed)
    before_kpa = rig.sim.truth().pressure_kpa
    spike(rig)
    seen = rig.advance(0.3)
    assert max(one.truth.pressure_kpa for one in seen) > before_kpa + 40.0
    assert_stopped(rig, Reason.PAIN, {"T1", "T2"})
    off_s = stop_moment(rig).at_s
    assert off_s - seen[0].at_s <= 0.030
    assert off_s - crossing_s(seen, before_kpa + 10.0) <= 0.030
    assert "Lift your foot; in 30 s hold Continue to go on at level 2." in rig.words


@pytest.mark.hazard("flinch/flinch")
def test_a_flinch_is_pain() -> None:
    rig = Rig().roll(5.0)
    rig.sim.flinch()
    seen = rig.advance(0.5)
    assert max(one.truth.pressure_kpa for one in seen) > 25.0
    assert seen[-1].truth.pressure_kpa < 4.0
    assert_stopped(rig, Reason.PAIN, {"T1", "T2", "T5"})


def test_a_rise_too_small_for_pain_and_then_a_pulled_foot_is_a_flinch() -> None:
    rig = Rig(person=leg.Person(leg_load_n=12.0, wander_sd_kpa=0.0)).roll(8.0)
    rig.sim.press(-8.0, rise_s=0.3)
    rig.advance(0.4)  # the leg carries itself for a moment
    reference_kpa, low_kpa = rig.told["reference_kpa"], rig.sim.truth().pressure_kpa
    assert isinstance(reference_kpa, float)
    rig.sim.act(leg.Flinch(kick_n=2.0, rise_s=0.04))
    seen = rig.advance(0.6)
    top_kpa = max(one.truth.pressure_kpa for one in seen)
    assert low_kpa + 10.0 < top_kpa < reference_kpa + 7.5
    assert seen[-1].truth.pressure_kpa < 4.0
    assert_stopped(rig, Reason.PAIN, {"T5"})


def test_a_foot_pulled_away_without_pain_only_holds() -> None:
    rig = Rig().roll(5.0)
    rig.sim.act(leg.Flinch(kick_n=0.0, rise_s=0.01))
    rig.until_mode(Mode.HOLD, 0.5)
    assert rig.sim.truth().pressure_kpa < 4.0
    assert rig.state.sitting.why is Reason.FOOT_GONE


@pytest.mark.long
@pytest.mark.parametrize("reason", ["wish", "switch", "spike"])
def test_it_stands_within_a_millimetre_from_5_cm_a_second(reason: str) -> None:
    for ticks in range(0, 40, 13):
        rig = Rig(level=5, person=leg.Person(leg_load_n=12.0)).roll(66.0)
        rig.until(lambda rig: rig.sim.truth().speed_cm_s > 4.2, 5.0)
        rig.advance(ticks * TICK_S)
        STOPS[reason](rig)
        rig.until_mode(Mode.STOPPED, 0.1)
        off = stop_moment(rig)
        assert 3.0 < abs(off.truth.speed_cm_s) < 5.1
        after = [off, *rig.advance(0.5)]
        travel_mm = max(abs(b.truth.position_cm - off.truth.position_cm) * 10.0 for b in after)
        stands_s = next(one.at_s for one in after if abs(one.truth.speed_cm_s) < 0.01) - off.at_s
        assert travel_mm <= 1.0
        assert stands_s <= 0.085


STOPS: dict[str, Fault] = {
    "wish": lambda rig: rig.ask("stop"),
    "switch": lambda rig: rig.sim.set_stop(True),
    "spike": spike,
}


# A person.


def test_stop_from_anywhere_stops_at_the_next_tick() -> None:
    rig = Rig().roll(5.0)
    rig.ask("stop", "start", "continue")
    rig.set_level(10)
    asked_s = rig.now_s
    rig.advance(0.1)
    assert stop_moment(rig).at_s - asked_s <= TICK_S
    assert_stopped(rig, Reason.PERSON, {"T6"})
    rig.ask("acknowledge")
    rig.advance(0.1)
    assert rig.in_mode(Mode.IDLE)


def test_the_wired_switch_is_a_person_and_must_be_released_first() -> None:
    rig = Rig().roll(5.0)
    rig.sim.set_stop(True)
    assert rig.advance(0.1)[0].sample.stop_pressed
    assert not rig.sim.truth().gate_on
    assert_stopped(rig, Reason.PERSON, {"T6"})
    rig.ask("acknowledge")
    rig.advance(1.0)
    assert rig.in_mode(Mode.STOPPED)
    rig.sim.set_stop(False)
    rig.advance(5.0)
    assert rig.in_mode(Mode.STOPPED)  # the earlier acknowledgement is not remembered
    rig.push("minus", for_s=2.2)
    assert rig.in_mode(Mode.IDLE)


def test_the_first_reason_is_kept() -> None:
    rig = Rig().roll(5.0)
    rig.ask("stop")
    rig.advance(0.1)
    first = rig.state.stop
    rig.sim.unplug_sensor()
    rig.advance(0.5)
    rig.sim.set_stop(True)
    rig.advance(0.5)
    assert rig.state.stop == first


# A sensor.

SENSOR_FAULTS: dict[str, tuple[Fault, float, set[Trip]]] = {
    "unplugged": (
        lambda rig: rig.sim.unplug_sensor(),
        0.008,
        {Trip.SENSOR_NAN, Trip.SENSOR_OPEN},
    ),
    "frozen": (lambda rig: rig.sim.freeze_sensor(), 0.200, {Trip.SENSOR_FROZEN}),
    "stalled": (lambda rig: rig.sim.stall_sensor(), 0.020, {Trip.SENSOR_SILENT}),
}


@pytest.mark.parametrize("fault", SENSOR_FAULTS)
def test_a_broken_sensor_is_a_fault_in_time(fault: str) -> None:
    begin, within_s, trips = SENSOR_FAULTS[fault]
    rig = Rig().roll(5.0)
    begin(rig)
    last = rig.moments[-1].sample
    seen = rig.advance(0.3)
    assert_broken(fault, [one for one in seen if one.drive.gate], last.taken_at_s)
    assert_stopped(rig, Reason.FAULT, {"T9"})
    assert rig.state.stop is not None
    assert rig.state.stop.trip in trips
    assert stop_moment(rig).at_s - last.taken_at_s <= within_s + TICK_S + 1e-6
    rig.ask("acknowledge")
    rig.advance(1.0)
    assert rig.in_mode(Mode.STOPPED) or fault == "frozen"  # at rest, the same value is no fault
    rig.sim.restore_sensor()
    rig.advance(0.1)
    rig.ask("acknowledge")
    rig.advance(0.1)
    assert rig.in_mode(Mode.IDLE)


def assert_broken(fault: str, moving: list[Moment], last_s: float) -> None:
    """The fault took effect."""
    samples = [one.sample for one in moving]
    if fault == "unplugged":
        assert all(math.isnan(one.pressure_kpa) for one in samples)
        assert all(one.sensor is SensorStatus.OPEN for one in samples)
    elif fault == "frozen":
        assert len({one.pressure_kpa for one in samples}) == 1
        assert len({one.taken_at_s for one in samples}) == len(samples) > 40
        assert len({one.truth.pressure_kpa for one in moving}) > 10
    else:
        assert {one.taken_at_s for one in samples} == {last_s}


# The controller dies.


@pytest.mark.hazard("dead/pulses")
@pytest.mark.parametrize("ticks", range(4))
def test_a_controller_that_falls_silent_drops_the_gate(ticks: int) -> None:
    """Without noise, which may read the same before and after, as if a sensor were frozen."""
    rig = Rig(level=5, person=leg.Person(leg_load_n=12.0), noise=False).roll(66.0)
    rig.until(lambda rig: rig.sim.truth().speed_cm_s > 4.0, 5.0)
    rig.advance(ticks * TICK_S)
    last = rig.moments[-1]
    assert last.drive.gate
    assert last.drive.duty != 0.0
    assert last.truth.motor_powered
    seen = rig.fall_silent(0.3)
    off_s = next(at_s for at_s, truth in seen if not truth.gate_on)
    assert off_s - last.at_s <= GATE_OPEN_S
    assert not any(truth.gate_on for at_s, truth in seen if at_s >= off_s)
    still_s = next(at_s for at_s, truth in seen if abs(truth.speed_cm_s) < 0.01)
    assert still_s - off_s <= 0.085
    places_cm = {round(truth.position_cm, 4) for at_s, truth in seen if at_s > still_s + 0.05}
    assert max(places_cm) - min(places_cm) < 0.01
    # and if it comes back, it knows
    assert_stopped(rig, Reason.FAULT, {"T13"})
    assert rig.state.stop is not None
    assert rig.state.stop.trip is Trip.LATE


# The way back.


def hurt(person: leg.Person = CALM) -> Rig:
    """A session that a spike has just stopped; the foot lies on the roller."""
    rig = Rig(person=person, plant_dt_s=COARSE_S).roll(5.0)
    spike(rig)
    rig.until_mode(Mode.STOPPED, 0.1)
    rig.advance(1.0)
    return rig


def returned(rig: Rig) -> Rig:
    """Foot off, half a minute, acknowledge."""
    rig.sim.foot_off()
    rig.advance(31.0)
    rig.ask("acknowledge")
    rig.advance(0.02)
    assert rig.in_mode(Mode.IDLE)
    return rig


@pytest.mark.parametrize("wait_s", [28.6, 0.5, 15.0])
def test_an_acknowledgement_too_early_does_nothing(wait_s: float) -> None:
    rig = hurt()
    rig.sim.foot_off()
    rig.advance(wait_s)
    rig.ask("acknowledge")
    rig.advance(10.0 + 30.0)
    assert rig.in_mode(Mode.STOPPED)


def test_an_acknowledgement_counts_from_30_s_on_with_the_foot_off_for_2_s() -> None:
    rig = hurt()
    rig.advance(35.0)
    rig.ask("acknowledge")
    rig.advance(0.1)
    assert rig.in_mode(Mode.STOPPED)  # the foot is still on
    rig.sim.foot_off()
    off = rig.until(lambda rig: rig.last.sample.pressure_kpa < 3.0, 1.0)
    rig.advance(1.8)
    rig.ask("acknowledge")
    rig.advance(0.1)
    assert rig.in_mode(Mode.STOPPED)  # off for less than 2 s
    assert rig.told["can"] == []
    rig.advance(0.3)
    assert rig.told["can"] == ["acknowledge"]
    rig.ask("acknowledge")
    rig.advance(0.01)
    assert rig.in_mode(Mode.IDLE)
    assert off


@pytest.mark.parametrize(("level", "next_level"), [(1, 1), (2, 1), (3, 2), (5, 3)])
def test_a_massage_after_pain_is_a_new_one_and_gentler(level: int, next_level: int) -> None:
    light = leg.Person(leg_load_n=8.0, wander_sd_kpa=0.5)  # fits level 1
    rig = Rig(level=level, plant_dt_s=COARSE_S, person=light).roll()  # at the heel
    spike(rig)
    rig.until_mode(Mode.STOPPED, 0.1)
    returned(rig)
    assert rig.level == next_level
    rig.sim.foot_on()
    rig.ask("start", "continue")
    assert_never_moved(rig.advance(5.0))
    rig.push("start")
    rig.until_mode(Mode.RUNNING, 5.0)
    assert rig.level == next_level


@pytest.mark.long
def test_a_second_pain_stop_is_enough_for_a_while() -> None:
    light = leg.Person(leg_load_n=9.0)
    rig = returned(hurt(light)).roll(5.0)
    spike(rig)
    rig.until_mode(Mode.STOPPED, 0.1)
    assert rig.state.stop is not None
    assert rig.state.stop.rest
    assert "second sharp pressure" in rig.words
    stopped_s = rig.now_s
    returned(rig)
    assert "A new session is possible in 15 min" in rig.words
    rig.sim.foot_on()
    while rig.now_s < stopped_s + 890.0:
        rig.push("start")
        rig.ask("start")
        rig.advance(60.0)
    assert set(rig.been_in()[-1:]) == {Mode.IDLE}
    assert rig.state.sitting.opened_at_s is None
    rig.advance(stopped_s + 901.0 - rig.now_s)
    rig.push("start")
    rig.until_mode(Mode.RUNNING, 6.0)


def finished(rig: Rig) -> None:
    rig.ask("end")
    rig.until_mode(Mode.IDLE, 1.0)


def given_up(rig: Rig) -> None:
    rig.ask("pause")
    rig.until_mode(Mode.IDLE, 125.0)


def unplugged(rig: Rig) -> None:
    rig.sim.unplug_sensor()
    rig.advance(0.1)
    rig.sim.restore_sensor()


def silent(rig: Rig) -> None:
    rig.fall_silent(0.2)


ENDINGS: dict[str, Fault] = {
    **STOPS,
    "flinch": lambda rig: rig.sim.flinch(),
    "unplugged": unplugged,
    "silent": silent,
    "end": finished,
    "given up": given_up,
}


@pytest.mark.long
@pytest.mark.parametrize("acknowledged", [False, True])
@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_ever_starts_by_itself_afterwards(ending: str, acknowledged: bool) -> None:
    rig = Rig(plant_dt_s=COARSE_S).roll(3.0)
    ENDINGS[ending](rig)
    rig.advance(1.0)
    rig.sim.set_stop(False)
    assert not rig.mode.moving
    if acknowledged:
        returned(rig)
    rig.sim.foot_on()
    assert_never_moved(rig.advance(300.0))
    rig.ask("start", "continue")
    assert_never_moved(rig.advance(3.0))
    assert rig.in_mode(Mode.STOPPED if rig.state.stop else Mode.IDLE)
