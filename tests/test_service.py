"""Service: home is found and the stop measured, by a held button, with the foot off, and slowly."""

from collections.abc import Callable
from typing import Any

import pytest

from controller.carriage import Carriage
from controller.modes import Mode
from controller.service import BOUNCE_S, HOME_S, WAIT_S, Failure, Phase, Service, Task
from controller.words import SERVICE
from sim import gate as power
from tests.harness import Rig


def at_rest(*, away_cm: float = 0.0, **machine: Any) -> Rig:
    """No session, no foot; the roller somewhere on its rail."""
    rig = Rig(**machine)
    rig.sim._carriage.position_m = away_cm / 100.0
    rig._loop._session = rig._loop._session._replace(carriage=Carriage())
    rig.advance(0.5)
    return rig


def service(rig: Rig) -> Service:
    found = rig.last.session.service
    assert found is not None
    return found


def hold(rig: Rig, at_most_s: float = 20.0) -> Rig:
    """Hold Start until the task is over; let go."""
    rig.sim.set_button("start", True)
    rig.tick()
    rig.until(lambda rig: service(rig).over, at_most_s)
    rig.sim.set_button("start", False)
    rig.advance(0.5)
    return rig


def assert_only_service_moved(rig: Rig) -> None:
    for one in rig.moments:
        if one.drive.duty != 0.0 or one.drive.gate:
            assert one.state.mode is Mode.SERVICE
            assert one.sample.buttons.start
            assert one.sample.pressure_kpa < 6.0
            assert abs(one.truth.speed_cm_s) < 2.2
    assert rig.state.sitting.number == 0, "a held button opens no session"


@pytest.mark.parametrize("away_cm", [0.0, 7.0, 20.0])
def test_home_is_found_from_anywhere(away_cm: float) -> None:
    rig = at_rest(away_cm=away_cm)
    rig.serve(Task.HOME)
    hold(rig)
    assert service(rig).phase is Phase.DONE
    assert rig.moments[-1].truth.position_cm <= 0.0
    assert rig.last.session.carriage.at_cm == 0.0
    assert rig.in_mode(Mode.IDLE)
    assert_only_service_moved(rig)


@pytest.mark.parametrize("away_cm", [0.0, 4.0, 16.0, 20.0])
def test_the_stop_by_withheld_pulses_is_measured(away_cm: float) -> None:
    rig = at_rest(away_cm=away_cm)
    rig.serve(Task.PULSES)
    hold(rig)
    found = service(rig)
    assert found.phase is Phase.DONE
    assert found.gate_off_s is not None
    last_edge_s = max(one.at_s for one in rig.moments if one.drive.gate)
    opened_s = min(
        one.at_s for one in rig.moments if one.at_s > last_edge_s and not one.truth.gate_on
    )
    assert found.gate_off_s == pytest.approx(opened_s - last_edge_s, abs=0.0041)
    assert 0.025 <= found.gate_off_s <= 0.050
    assert found.still_s is not None
    assert found.still_s <= found.gate_off_s
    assert_only_service_moved(rig)
    assert rig.in_mode(Mode.IDLE)


def test_the_stop_by_the_wired_switch_is_measured() -> None:
    rig = at_rest()
    rig.serve(Task.SWITCH)
    rig.sim.set_button("start", True)
    rig.advance(3.0)
    assert abs(rig.moments[-1].truth.speed_cm_s) > 1.0
    rig.sim.set_stop(True)
    pressed_s = rig.now_s
    rig.until(lambda rig: service(rig).over, 1.0)
    found = service(rig)
    assert (found.phase, rig.mode) == (Phase.DONE, Mode.STOPPED)
    assert found.gate_off_s is not None
    assert found.gate_off_s <= 0.020, "the relay falls at once: its supply is cut"
    assert found.cut_at_s - pressed_s <= 0.005
    assert_only_service_moved(rig)


def test_a_machine_without_a_current_output_is_measured_by_its_gate() -> None:
    rig = at_rest()
    rig.distorted = lambda sample: sample._replace(motor_current_ma=None)
    rig.serve(Task.PULSES)
    hold(rig)
    found = service(rig)
    assert (found.phase, found.still_s) == (Phase.DONE, None)
    assert found.gate_off_s is not None


def let_go(rig: Rig) -> None:
    rig.serve(Task.HOME)
    rig.sim.set_button("start", True)
    rig.advance(BOUNCE_S + 0.1)
    rig.sim.set_button("start", False)
    (moment,) = rig.advance(rig.limits.tick_s)
    assert (moment.drive.gate, moment.drive.duty) == (False, 0.0), "at once"


def laid_on(rig: Rig) -> None:
    """Something lands on the roller: over 4 kPa it stops, whatever it is."""
    rig.serve(Task.HOME)
    rig.sim.set_button("start", True)
    rig.advance(1.0)
    rig.sim.foot_on()
    moments = rig.until(lambda rig: rig.moments[-1].sample.pressure_kpa > 6.0, 2.0)
    rig.advance(0.02)
    assert not rig.moments[-1].drive.gate
    assert moments


def not_held(rig: Rig) -> None:
    rig.serve(Task.HOME)
    rig.advance(WAIT_S + 0.1)


def busy(rig: Rig) -> None:
    rig.serve(Task.HOME)
    rig.advance(0.1)
    rig.ask("stop")


def gone(rig: Rig) -> None:
    rig.serve(Task.HOME)
    rig.advance(1.0)
    rig.withdraw()


def no_home(rig: Rig) -> None:
    rig.distorted = lambda sample: sample._replace(heel_end_open=False, motor_current_ma=None)
    rig.serve(Task.HOME)
    rig.sim.set_button("start", True)
    rig.advance(HOME_S + 1.0)


def no_stop(rig: Rig) -> None:
    rig.serve(Task.SWITCH)
    rig.sim.set_button("start", True)
    rig.advance(HOME_S + 1.0)
    assert max(one.truth.position_cm for one in rig.moments) < 20.3
    assert min(one.truth.position_cm for one in rig.moments[3000:]) < 10.0, "it turned"


def no_gate(rig: Rig) -> None:
    rig.distorted = lambda sample: sample._replace(gate_on=None)
    rig.serve(Task.PULSES)
    rig.sim.set_button("start", True)
    rig.advance(3.0)


def gate_on(rig: Rig) -> None:
    rig.sim._gate.gate = power.Gate(open_s=1e9)
    rig.serve(Task.PULSES)
    rig.sim.set_button("start", True)
    rig.advance(3.0)
    assert rig.moments[-1].truth.gate_on


FAILS: dict[Failure, tuple[Callable[[Rig], None], float]] = {
    Failure.LET_GO: (let_go, 9.0),
    Failure.NOT_HELD: (not_held, 0.0),
    Failure.BUSY: (busy, 0.0),
    Failure.WITHDRAWN: (gone, 9.0),
    Failure.NO_HOME: (no_home, 9.0),
    Failure.NO_STOP: (no_stop, 0.0),
    Failure.NO_GATE: (no_gate, 0.0),
    Failure.GATE_ON: (gate_on, 0.0),
}


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_happens_and_is_told_with_its_cure(failure: Failure) -> None:
    story, away_cm = FAILS[failure]
    rig = at_rest(away_cm=away_cm, plant_dt_s=0.004 if failure in (Failure.NO_STOP,) else 0.001)
    story(rig)
    rig.advance(0.1)
    assert (service(rig).phase, service(rig).failure) == (Phase.FAILED, failure)
    told: Any = rig.told["service"]
    assert told["words"] == SERVICE[failure]
    assert not rig.moments[-1].drive.gate
    assert len(set(SERVICE.values())) == len(Failure)


def test_a_load_ends_it() -> None:
    rig = at_rest(away_cm=9.0)
    laid_on(rig)
    rig.advance(0.1)
    assert service(rig).phase is Phase.FAILED


def test_a_button_that_bounces_is_waited_for() -> None:
    rig = at_rest(away_cm=5.0)
    rig.serve(Task.HOME)
    for _ in range(3):
        rig.sim.set_button("start", True)
        rig.advance(0.008)
        rig.sim.set_button("start", False)
        rig.advance(0.008)
    assert not service(rig).over
    hold(rig)
    assert service(rig).phase is Phase.DONE


def test_a_newer_task_takes_the_place_of_an_older_one() -> None:
    rig = at_rest(away_cm=5.0)
    rig.serve(Task.HOME)
    rig.advance(0.1)
    rig.serve(Task.PULSES)
    rig.advance(0.1)
    assert service(rig) == Service(Task.PULSES, service(rig).since_s, speed_cm_s=2.0)


def test_once_nobody_asks_for_it_start_opens_a_session_as_usual() -> None:
    rig = at_rest(away_cm=5.0)
    rig.serve(Task.HOME)
    rig.advance(1.0)
    rig.withdraw()
    rig.tick()
    rig.push("start", 0.5)
    assert rig.state.sitting.number == 1
    assert not any(one.drive.gate for one in rig.moments if one.state.mode is Mode.SERVICE)
    assert Mode.SERVICE not in rig.been_in()


@pytest.mark.parametrize("moved_s", [0.1, 0.5, 1.49, 1.52])
def test_a_task_that_moves_rests_when_nobody_asks_for_it(moved_s: float) -> None:
    """In each phase; and the hand at the button, which held it for the task, opens no session."""
    rig = at_rest(away_cm=5.0)
    rig.serve(Task.PULSES)
    rig.sim.set_button("start", True)
    rig.until_mode(Mode.SERVICE, 1.0)
    rig.advance(moved_s)
    rig.withdraw()
    assert not any(one.drive.gate or one.drive.duty for one in rig.advance(2.0))
    assert service(rig).failure is Failure.WITHDRAWN
    rig.sim.set_button("start", False)
    rig.advance(0.5)
    assert_only_service_moved(rig)


def test_who_goes_after_the_end_changes_nothing_and_a_newer_task_is_served() -> None:
    rig = at_rest(away_cm=5.0)
    rig.serve(Task.HOME)
    hold(rig)
    rig.withdraw()
    rig.advance(0.1)
    assert service(rig).phase is Phase.DONE
    rig.serve(Task.PULSES)
    hold(rig)
    assert (service(rig).task, service(rig).phase) == (Task.PULSES, Phase.DONE)


def test_nothing_moves_without_the_button_whatever_is_asked() -> None:
    rig = at_rest(away_cm=5.0)
    for task in Task:
        rig.serve(task)
        assert not any(one.drive.gate for one in rig.advance(5.0))


def test_a_session_can_begin_afterwards() -> None:
    rig = at_rest(away_cm=5.0)
    rig.serve(Task.HOME)
    hold(rig)
    rig.roll(1.0)
    assert rig.in_mode(Mode.RUNNING)


def test_something_that_touches_the_roller_early_is_no_bounce_of_the_button() -> None:
    rig = at_rest(away_cm=9.0)
    rig.serve(Task.HOME)
    rig.sim.set_button("start", True)
    rig.until_mode(Mode.SERVICE, 1.0)
    rig.distorted = lambda one: one._replace(pressure_kpa=9.0, pressure_b_kpa=9.0)
    rig.advance(0.05)
    rig.distorted = lambda one: one
    assert not any(one.drive.gate for one in rig.advance(3.0))
    assert service(rig).failure is Failure.LET_GO


def test_after_a_doubted_end_service_finds_home() -> None:
    rig = at_rest(away_cm=9.0)
    doubted = Carriage(15.0, True, doubts=9)
    rig._loop._session = rig._loop._session._replace(carriage=doubted)
    rig.serve(Task.HOME)
    hold(rig)
    assert (service(rig).phase, rig.mode) == (Phase.DONE, Mode.IDLE)


def test_a_stop_in_the_middle_of_it_is_no_letting_go() -> None:
    rig = at_rest(away_cm=9.0)
    rig.serve(Task.HOME)
    rig.sim.set_button("start", True)
    rig.until_mode(Mode.SERVICE, 1.0)
    rig.ask("stop")
    rig.advance(0.1)
    assert (rig.mode, service(rig).failure) == (Mode.STOPPED, Failure.BUSY)
