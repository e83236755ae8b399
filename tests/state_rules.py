"""What must hold on every tick of the safety kernel, by the words and numbers of the specification.

Nothing here is read from the limits: a number that drifts there is found here.
"""

from math import inf, isnan

from controller.limits import LEVELS
from controller.modes import Mode
from controller.selftest import Phase
from controller.watch import Reason, Trip
from hardware.roller import Cut
from tests.state_space import LIMITS, NOW_S, NUMBER, Tick

MASSAGE = (Mode.SOFT_START, Mode.RUNNING, Mode.EASED)
PAIN_CUTS = (Cut.LEVEL, Cut.RISE)


def judge(tick: Tick) -> None:
    """All that must hold, on one tick."""
    before, request, sample, after, drive = tick
    stopped = after.mode is Mode.STOPPED
    assert (after.stop is not None) == stopped == drive.latched
    if sample.stop_pressed or request.stop:
        assert stopped
    if after.mode.moving:
        may_turn(tick)
    else:
        testing = after.mode is Mode.IDLE and after.sitting.opened_at_s is not None
        phase = after.test.phase if testing else None
        assert not drive.gate or (phase is Phase.PULSED and drive.duty == 0.0)
        assert drive.duty == 0.0 or (phase is Phase.ASKED and not drive.gate)
    if after.mode.moving and not before.mode.moving:
        begins(tick)
    if before.mode is Mode.STOPPED:
        latched(tick)
    elif stopped:
        stops(tick)
    if before.sitting.opened_at_s is None and after.sitting.opened_at_s is not None:
        assert before.mode is Mode.IDLE
        assert request.press
        assert before.sitting.rest_until_s <= NOW_S
        assert sample.cut is None
    if after.test.phase is Phase.PASSED is not before.test.phase:
        assert before.test.phase is Phase.WITHHELD or sample.gate_on is None


def may_turn(tick: Tick) -> None:
    """The motor has power: a mode that allows it, and every rule holds."""
    before, request, sample, after, drive = tick
    watch = after.watch
    assert drive.gate
    assert after.stop is None
    assert sample.cut is None
    assert 0.0 <= NOW_S - sample.taken_at_s <= 0.020, "fresh"
    if before.mode is not Mode.IDLE:  # where a late tick is counted only: nothing moved
        assert NOW_S - before.watch.now_s <= 0.020 + LIMITS.tick_s, "in time"
    if before.watch.sample_at_s < sample.taken_at_s:
        assert sample.pressure_kpa <= 75.0, "below the limits"
    if after.mode is Mode.SERVICE:
        assert watch.light_since_s != inf, "no foot"
        assert request.service
        assert sample.buttons.start
        return
    if after.mode is Mode.WINDING_DOWN is not before.mode:
        return  # an end and a foot that goes in one instant: the next tick is at rest
    assert not (watch.sample_at_s - watch.light_since_s >= 0.100), "foot present"
    if after.mode is Mode.WINDING_DOWN:
        assert NOW_S - after.since_s < 0.5
        return
    assert after.mode in MASSAGE
    assert after.sitting.opened_at_s is not None
    assert NOW_S - after.sitting.opened_at_s < 1200.0, "time left"
    assert before.rolled_s < 600.0, "time left for this foot"
    if before.mode.moving:
        rests = (request.end, request.finished, request.pause, request.press, request.change)
        assert not any((*rests, request.lost, request.early))


def begins(tick: Tick) -> None:
    """Motion begins: it was asked for, by somebody, on a foot that may be massaged."""
    before, request, _, after, _ = tick
    watch = after.watch
    if after.mode is Mode.SERVICE:
        assert before.mode is Mode.IDLE
        assert watch.sample_at_s - watch.light_since_s >= 0.100, "no foot"
        return
    assert after.mode is Mode.SOFT_START
    asked = request.start or request.press or before.sitting.start_until_s >= NOW_S
    if before.mode is Mode.HOLD:
        asked = request.resume or request.press
    else:
        assert before.mode is Mode.ARMED
    assert asked
    assert NOW_S - watch.steady_since_s >= 2.0
    assert watch.resting_kpa <= LEVELS[request.level].resting_kpa
    assert request.recorded == NUMBER, "on disk before it moves"


def stops(tick: Tick) -> None:
    """A latch: for the first reason, the session closed, after pain a rest and a lower level."""
    before, _, _, after, drive = tick
    stop = after.stop
    assert stop is not None
    assert stop.trip is not Trip.ASTRAY, "an event that is not in the table"
    assert after.sitting.opened_at_s is None
    assert not drive.enabled or drive.brake
    if stop.trip.reason is not Reason.PAIN:
        return
    assert stop.next_level == max(1, int(stop.level * 0.7))
    again = any(cut in PAIN_CUTS for cut in before.letting_go)
    assert stop.rest == (before.sitting.pains > 0 and not again)
    if stop.rest:
        assert after.sitting.rest_until_s >= NOW_S + 900.0


def latched(tick: Tick) -> None:
    """Out of a latch there is one way, and its conditions are met; else its reason is kept."""
    before, request, sample, after, _ = tick
    first = before.stop
    assert first is not None
    if after.mode is Mode.STOPPED:
        if after.stop is not first:
            assert first.trip.reason is not Reason.PAIN
            assert after.stop is not None
            assert after.stop.first is first.trip
            assert sample.cut in PAIN_CUTS
        return
    assert after.mode is Mode.IDLE
    assert after.sitting.opened_at_s is None
    assert request.acknowledge
    assert not sample.gate_on, "the cause is gone"
    assert NOW_S - sample.taken_at_s <= 0.020
    assert NOW_S - before.watch.now_s <= 0.020 + LIMITS.tick_s
    if before.watch.sample_at_s < sample.taken_at_s:
        assert not isnan(sample.pressure_kpa)
    if sample.cut is not None:
        assert sample.pressure_kpa < 4.0, "the machine could not let go"
    if first.trip.reason is Reason.PAIN:
        assert NOW_S - after.watch.light_since_s >= 2.0
        assert NOW_S - first.at_s >= 30.0
