"""Whole sessions: they begin when they may, wait when they should, and end by themselves.

Simulated time, the production loop, the simulated foot. What stops a session, and the way back
from there, is in `test_session_stops.py`; what holds on every tick is judged by the rig.
"""

from itertools import pairwise

import pytest

from controller.limits import Limits
from controller.modes import Mode
from controller.programs import Motion, Program, Step
from controller.selftest import Phase
from controller.watch import Reason
from sim import person as leg
from tests.harness import CALM, GATE_OPEN_S, LEVEL_CM_S, MOVING, Moment, Rig, steady_duty

STILL = leg.Person(leg_load_n=12.0, wander_sd_kpa=0.0)
ENDLESS = Program("endless", (Step("strokes", Motion.STROKES, 5.0, 3600.0),))
COARSE_S = 0.004
SLOW_LOOP = Limits(tick_s=0.010)


def assert_never_moved(moments: list[Moment]) -> None:
    """Neither by the controller's doing nor in the plant's truth."""
    assert moments
    assert not any(one.drive.gate and one.drive.duty for one in moments)
    assert not any(one.truth.motor_powered for one in moments)
    places_cm = [one.truth.position_cm for one in moments[25:]]
    assert max(places_cm) - min(places_cm) < 0.1


def moving_s(rig: Rig) -> float:
    """Time in modes that may move."""
    return sum(one.state.mode in MOVING for one in rig.moments) * rig.limits.tick_s


# A quiet one.


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_a_quiet_session_of_ten_minutes_ends_by_itself(seed: int) -> None:
    rig = Rig(seed=seed).roll()
    while rig.state.sitting.opened_at_s is not None:
        rig.advance(1.0)
        if rig.in_mode(Mode.HOLD):
            assert rig.state.sitting.why is Reason.CHANGE
            assert rig.words.startswith("Shift your foot")
            rig.advance(30.0)  # nobody is in a hurry
            rig.shift()
        assert rig.now_s < 700.0
    rig.until_mode(Mode.IDLE, 1.0)
    assert 540.0 < rig.now_s < 660.0
    assert rig.shifts == 4
    seen = set(rig.been_in())
    assert seen.isdisjoint({Mode.STOPPED, Mode.EASED})
    assert {Mode.ARMED, Mode.SOFT_START, Mode.RUNNING, Mode.WINDING_DOWN} <= seen
    assert rig.been_in()[-2:] == [Mode.WINDING_DOWN, Mode.IDLE]
    assert rig.state.sitting.why is Reason.FINISHED
    assert rig.words.startswith("Finished.")
    assert 415.0 <= moving_s(rig) < 425.0
    assert max(abs(one.truth.speed_cm_s) for one in rig.moments) <= LEVEL_CM_S[3] * 1.02
    assert max(one.truth.position_cm for one in rig.moments) <= 0.75 * 26.0
    assert_gate_follows_mode(rig.moments)
    rig.advance(5.0)
    assert_never_moved(rig.advance(30.0))


def assert_gate_follows_mode(moments: list[Moment]) -> None:
    """In the plant's truth the contact is closed only while a moving mode or the self-test asks."""
    last_moving_s = float("-inf")
    for one in moments:
        if one.state.mode in MOVING or one.state.test.phase is Phase.PULSED:
            last_moving_s = one.at_s
        elif one.truth.gate_on:
            assert one.at_s - last_moving_s <= GATE_OPEN_S, one


def test_it_starts_softly() -> None:
    rig = Rig().arm()
    rig.ask("start")
    soft = rig.until_mode(Mode.RUNNING, 5.0)
    soft = [one for one in soft if one.state.mode is Mode.SOFT_START]
    top_cm_s = max(abs(one.truth.speed_cm_s) for one in soft)
    took_s = soft[-1].at_s - soft[0].at_s
    assert top_cm_s > 0.5
    assert top_cm_s / took_s <= 2.0 * 1.1
    per_tick = [abs(b.drive.duty) - abs(a.drive.duty) for a, b in pairwise(soft)]
    assert max(per_tick) <= 2.0 / 21.8 * rig.limits.tick_s + 1e-9


def test_a_press_on_the_device_alone_begins_a_massage() -> None:
    rig = Rig()
    rig.sim.foot_on()
    rig.advance(5.0)
    assert rig.in_mode(Mode.IDLE)
    rig.push("start")
    rig.until_mode(Mode.RUNNING, 5.0)


@pytest.mark.hazard("starts-alone/press")
def test_the_network_alone_begins_nothing() -> None:
    rig = Rig()
    rig.sim.foot_on()
    rig.advance(4.0)
    for _ in range(5):
        rig.ask("start", "continue", "acknowledge")
        rig.set_level(5)
        assert_never_moved(rig.advance(3.0))
    assert rig.been_in() == [Mode.IDLE]


@pytest.mark.hazard("starts-alone/recorded")
def test_nothing_moves_before_the_session_is_recorded() -> None:
    rig = Rig(journal=False).arm()
    for _ in range(5):
        rig.ask("start")
        rig.push("start")
        assert_never_moved(rig.advance(2.0))
    assert rig.in_mode(Mode.ARMED)
    rig.journal = True
    assert_never_moved(rig.advance(5.0))  # what was asked before is over
    rig.ask("start")
    rig.until_mode(Mode.RUNNING, 5.0)


@pytest.mark.hazard("overload/refused")
def test_too_heavy_a_leg_is_told_so_and_starts_nothing() -> None:
    rig = Rig(person=leg.Person(leg_load_n=22.0)).arm()
    rig.ask("start")
    assert_never_moved(rig.advance(5.0))
    assert "let the rest carry more" in rig.words
    assert rig.told["can"] == ["end"]


@pytest.mark.parametrize("level", [1, 5, 10])
def test_a_level_is_as_fast_as_it_says(level: int) -> None:
    light = leg.Person(leg_load_n=9.2, wander_sd_kpa=0.2)  # level 1 takes up to 12 kPa
    rig = Rig(level=level, person=light).roll(75.0)  # into the circles
    fast = [one for one in rig.moments if one.state.rolled_s > 62.0]
    top_duty = max(abs(one.drive.duty) for one in fast)
    assert top_duty == pytest.approx(steady_duty(LEVEL_CM_S[level]))
    assert max(abs(one.truth.speed_cm_s) for one in fast) <= LEVEL_CM_S[level] * 1.02


def test_lower_is_at_once_and_raise_is_earned() -> None:
    rig = Rig(level=5).roll(70.0)
    rig.ask("lower")
    rig.advance(0.01)
    assert rig.level == 4
    rig.set_level(1)
    rig.advance(0.01)
    assert rig.level == 1
    rig.set_level(9)
    rig.advance(0.01)
    levels = [rig.level]
    for _ in range(4):
        rig.advance(2.02)
        levels.append(rig.level)
    assert levels == [2, 3, 4, 5, 6]


# Waiting.


def test_a_foot_that_goes_holds_and_only_foot_and_continue_go_on() -> None:
    rig = Rig().roll(5.0)
    rig.sim.foot_off()
    gone = rig.until_mode(Mode.HOLD, 1.0)
    assert gone[-1].truth.pressure_kpa < 4.0
    light_s = next(one.at_s for one in gone if one.truth.pressure_kpa < 4.0)
    assert rig.modes[-1][0] - light_s <= 0.100 + 0.016  # one sample more for the median, and noise
    assert rig.state.sitting.why is Reason.FOOT_GONE
    rig.advance(0.2)
    rig.ask("continue")
    assert_never_moved(rig.advance(3.0))  # Continue without a foot
    rig.sim.foot_on()
    rig.until(lambda rig: rig.last.sample.pressure_kpa > 8.0, 3.0)
    rig.ask("continue")
    assert_never_moved(rig.advance(1.0))  # a foot, but not steady
    assert_never_moved(rig.advance(20.0))  # a steady foot, but no Continue
    assert rig.in_mode(Mode.HOLD)
    rig.ask("continue")
    rig.advance(0.01)
    assert rig.in_mode(Mode.SOFT_START)
    rig.until_mode(Mode.RUNNING, 5.0)


def test_pause_waits_for_continue() -> None:
    rig = Rig().roll(5.0)
    rig.ask("pause")
    rig.advance(0.01)
    assert rig.in_mode(Mode.HOLD)
    assert rig.state.sitting.why is Reason.PAUSED
    rig.advance(0.2)
    assert_never_moved(rig.advance(30.0))
    rig.push("start")
    rig.until_mode(Mode.RUNNING, 5.0)


@pytest.mark.parametrize("foot_stays", [True, False])
def test_a_hold_gives_up_after_two_minutes(foot_stays: bool) -> None:
    rig = Rig(plant_dt_s=COARSE_S).roll(5.0)
    if foot_stays:
        rig.ask("pause")
    else:
        rig.sim.foot_off()
    rig.until_mode(Mode.HOLD, 1.0)
    held_at_s = rig.modes[-1][0]
    rig.until_mode(Mode.IDLE, 130.0)
    assert rig.modes[-1][0] - held_at_s == pytest.approx(120.0, abs=0.15)
    assert rig.state.sitting.opened_at_s is None
    assert rig.state.sitting.why is Reason.AWAY
    rig.sim.foot_on()
    rig.ask("continue", "start")
    assert_never_moved(rig.advance(10.0))


# The end.


def test_end_winds_down_and_closes() -> None:
    rig = Rig().roll(5.0)
    rig.ask("end")
    down = rig.until_mode(Mode.IDLE, 1.0)
    down = [one for one in down if one.state.mode is Mode.WINDING_DOWN]
    assert down[-1].at_s - down[0].at_s <= 0.5
    duties = [abs(one.drive.duty) for one in down]
    assert duties == sorted(duties, reverse=True)
    assert rig.words.startswith("Ended.")


@pytest.mark.hazard("too-long/foot-time")
@pytest.mark.long
def test_ten_minutes_of_one_foot_are_enough() -> None:
    rig = Rig(program=ENDLESS, limits=SLOW_LOOP, plant_dt_s=COARSE_S).roll()
    rig.until_mode(Mode.WINDING_DOWN, 700.0)
    assert moving_s(rig) == pytest.approx(600.0, abs=0.05)
    assert rig.state.sitting.why is Reason.TIME
    rig.until_mode(Mode.IDLE, 1.0)
    assert rig.words.startswith("Time is over")


@pytest.mark.hazard("too-long/session-time")
@pytest.mark.long
def test_twenty_minutes_of_a_session_are_enough() -> None:
    rig = Rig(program=ENDLESS, limits=SLOW_LOOP, person=STILL, plant_dt_s=COARSE_S).roll(40.0)
    opened_at_s = rig.state.sitting.opened_at_s
    assert opened_at_s is not None
    for _ in range(11):
        rig.ask("pause")
        rig.advance(100.0)
        rig.ask("continue")
        rig.until_mode(Mode.RUNNING, 6.0)
    assert rig.now_s - opened_at_s < 1190.0
    rig.until(lambda rig: rig.state.sitting.opened_at_s is None, 120.0)
    assert rig.now_s - opened_at_s == pytest.approx(1200.0, abs=0.02)
    assert rig.state.sitting.why is Reason.TIME
    assert moving_s(rig) < 600.0


@pytest.mark.hazard("overload/eased")
def test_an_overload_eases_and_a_second_one_ends() -> None:
    rig = Rig(person=STILL).roll(70.0)
    overload(rig)
    rig.until_mode(Mode.EASED, 2.0)
    assert rig.state.sitting.ease == pytest.approx(0.8)
    eased = rig.advance(8.0)
    assert {one.state.mode for one in eased} == {Mode.EASED}
    top_duty = max(abs(one.drive.duty) for one in eased)
    assert top_duty == pytest.approx(steady_duty(0.8 * LEVEL_CM_S[3]))
    overload(rig)
    rig.until_mode(Mode.WINDING_DOWN, 2.0)
    assert rig.state.sitting.why is Reason.OVERLOAD
    rig.until_mode(Mode.IDLE, 1.0)
    assert rig.words.startswith("Ended: the load was too high twice.")


def overload(rig: Rig) -> None:
    """Lean on the roller, slowly and not painfully."""
    before_kpa = rig.sim.truth().pressure_kpa
    rig.sim.press(7.0, rise_s=0.5, hold_s=0.8)
    rig.advance(0.6)
    assert rig.sim.truth().pressure_kpa > before_kpa + 5.0


def test_tightened_limits_end_sooner() -> None:
    rig = Rig(program=ENDLESS, limits=Limits(foot_time_s=60.0)).roll()
    rig.until_mode(Mode.WINDING_DOWN, 70.0)
    assert moving_s(rig) == pytest.approx(60.0, abs=0.05)


def test_the_same_seed_is_the_same_session() -> None:
    first, second = (Rig(seed=5, person=CALM).roll(5.0).moments for _ in range(2))
    assert first == second
