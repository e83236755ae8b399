"""The stack of scenarios, faults and trials: it tells what the product does, and no story lies."""

import pytest

from controller.limits import Limits
from controller.modes import Mode
from controller.watch import Trip
from sim import person as leg
from sim.roller import SimRoller
from sim.stack import Stack, StackError

CALM = leg.Person(leg_load_n=12.0)


def stack(leg_load_n: float = 12.0) -> Stack:
    return Stack(SimRoller(person=leg.Person(leg_load_n=leg_load_n)))


def test_it_rolls_and_says_so() -> None:
    rolling = stack()
    rolling.roll()
    assert rolling.mode is Mode.RUNNING
    assert rolling.told["session_open"] is True
    assert rolling.plant.truth().motor_powered


def test_time_passes_in_whole_ticks_and_nothing_is_late() -> None:
    still = stack()
    still.advance(0.5)
    assert still.now_s == pytest.approx(0.5)
    assert still.loop.pace.ticks == 125
    assert still.loop.pace.worst_late_s == 0.0


def test_a_clock_that_is_late_is_counted_and_trips() -> None:
    rolling = stack()
    rolling.roll()
    rolling.plant.wait_until(rolling.now_s + 0.050)
    rolling.tick()
    rolling.tick()
    assert rolling.loop.pace.worst_late_s == pytest.approx(0.050)
    assert rolling.state.stop is not None


def test_it_runs_at_the_period_of_its_limits() -> None:
    quick = Stack(SimRoller(person=CALM), limits=Limits(tick_s=0.001))
    quick.roll()
    ticks = quick.loop.pace.ticks
    quick.advance(1.0)
    assert quick.loop.pace.ticks - ticks == 1000


def test_the_link_refuses_here_what_it_refuses_there() -> None:
    still = stack()
    still.advance(0.1)
    refusal = still.ask("start")
    assert refusal is not None
    assert refusal.startswith("start is not possible now.")
    assert still.ask("level", level=99) == "level = 99: must be a whole number from 1 to 10"
    still.advance(0.1)
    assert still.mode is Mode.IDLE


def test_a_stop_over_the_link_stops_and_an_acknowledgement_goes_back() -> None:
    rolling = stack()
    rolling.roll()
    assert rolling.ask("stop") is None
    rolling.tick()
    assert rolling.mode is Mode.STOPPED
    rolling.until(lambda one: "acknowledge" in one.told["can"], 5.0)
    assert rolling.ask("acknowledge") is None
    rolling.until_mode(Mode.IDLE)


def test_a_foot_is_shifted_when_the_program_waits_for_it() -> None:
    rolling = stack()
    rolling.roll()
    rolling.go_on(110.0)
    assert rolling.mode.moving
    assert rolling.session.cursor.step == 2


def test_power_that_goes_in_a_session_comes_back_stopped() -> None:
    rolling = stack()
    rolling.roll()
    rolling.reboot()
    assert rolling.plant.truth().motor_powered is False
    rolling.tick()
    assert rolling.mode is Mode.STOPPED
    assert rolling.state.stop is not None
    assert rolling.state.stop.trip is Trip.POWER
    assert rolling.state.sitting.number == 1


def test_power_that_goes_at_rest_leaves_nothing_behind() -> None:
    still = stack()
    still.advance(1.0)
    still.reboot()
    still.tick()
    assert still.mode is Mode.IDLE


def test_a_second_loss_of_power_right_after_the_first_forgets_nothing() -> None:
    rolling = stack()
    rolling.roll()
    rolling.reboot()
    rolling.reboot()
    rolling.tick()
    assert rolling.mode is Mode.STOPPED


def test_a_journal_that_fails_records_nothing_so_nothing_moves() -> None:
    still = stack()
    still.journal.failure = "the disk is full"
    with pytest.raises(StackError, match=r"not within 10 s; ARMED: Cannot start: the disk is full"):
        still.roll()
    assert still.journal.facts is None
    assert not still.plant.truth().motor_powered


def test_a_story_that_does_not_go_on_says_where_it_hangs() -> None:
    heavy = stack(leg_load_n=20.0)
    with pytest.raises(StackError, match=r"not within 2 s; ARMED: Your leg rests heavily"):
        heavy.roll()
