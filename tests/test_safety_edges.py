"""The kernel at exactly its limits: t = 0 is the tick in which the time is up, to the last bit."""

import pytest

from controller.modes import Mode
from controller.safety import Reason
from tests.kernel_world import OPEN, SELF_TEST_S, World, resting_world

JUST = 1e-6


def overloaded_world(eased_ago_s: float, heavy_for_s: float = 0.3) -> World:
    """RUNNING, eased so long ago, and over 1.3 times the reference for so long."""
    world = World(calm_kpa=30.0)
    world.request = world.request._replace(reference_kpa=20.0)
    state = world.state
    world.state = state._replace(
        watch=state.watch._replace(heavy_since_s=-heavy_for_s),
        sitting=state.sitting._replace(eased_at_s=-eased_ago_s, eased_level=5),
    )
    return world


@pytest.mark.parametrize(("late_s", "mode"), [(-JUST, Mode.HOLD), (0.0, Mode.IDLE)])
def test_a_hold_gives_up_at_2_min(late_s: float, mode: Mode) -> None:
    world = World()
    world.state = world.state._replace(mode=Mode.HOLD, since_s=-120.0 - late_s)
    assert world.tick().mode is mode


@pytest.mark.parametrize(("late_s", "mode"), [(0.0, Mode.WINDING_DOWN), (JUST, Mode.EASED)])
def test_two_overloads_are_a_pair_up_to_60_s(late_s: float, mode: Mode) -> None:
    assert overloaded_world(60.0 + late_s).tick().mode is mode


@pytest.mark.parametrize(("late_s", "mode"), [(-JUST, Mode.EASED), (0.0, Mode.WINDING_DOWN)])
def test_an_overload_counts_again_after_1_s(late_s: float, mode: Mode) -> None:
    world = overloaded_world(1.0 + late_s, heavy_for_s=1.5)
    world.state = world.state._replace(mode=Mode.EASED)
    assert world.tick().mode is mode


@pytest.mark.parametrize(("late_s", "mode"), [(0.0, Mode.SOFT_START), (JUST, Mode.ARMED)])
def test_the_opening_press_means_start_up_to_its_end(late_s: float, mode: Mode) -> None:
    world = resting_world(sitting=OPEN)
    sitting = world.state.sitting._replace(start_until_s=-late_s)
    world.state = world.state._replace(mode=Mode.ARMED, sitting=sitting)
    assert world.tick().mode is mode


@pytest.mark.parametrize(("more_kpa", "mode"), [(0.0, Mode.SOFT_START), (JUST, Mode.ARMED)])
def test_a_load_of_exactly_what_the_level_accepts_may_start(more_kpa: float, mode: Mode) -> None:
    world = resting_world(sitting=OPEN)
    heavy_kpa = 25.0 + more_kpa
    watch = world.state.watch._replace(
        older_kpa=heavy_kpa, last_kpa=heavy_kpa, resting_kpa=heavy_kpa
    )
    world.state = world.state._replace(watch=watch)
    assert world.tick(heavy_kpa, world.request._replace(start=True)).mode is mode


@pytest.mark.parametrize(
    ("opened_s", "rolled_s", "why"),
    [
        (-1200.0, 0.0, Reason.TIME),
        (-1200.0 + JUST, 0.0, None),
        (-1.0, 600.0, Reason.TIME),
        (-1.0, 600.0 - JUST, None),
    ],
)
def test_time_is_over_at_10_and_20_min(
    opened_s: float, rolled_s: float, why: Reason | None
) -> None:
    world = World()
    sitting = world.state.sitting._replace(opened_at_s=opened_s)
    world.state = world.state._replace(sitting=sitting, rolled_s=rolled_s)
    assert world.tick().sitting.why is why


def test_an_end_closes_a_session_that_has_not_armed_yet() -> None:
    world = resting_world(kpa=0.0)
    world.ask(press=True)
    world.calm(SELF_TEST_S, 0.0)
    assert world.state.sitting.opened_at_s is not None
    sitting = world.tick(0.0, world.request._replace(end=True)).sitting
    assert sitting == sitting.closed(Reason.ENDED)


def test_a_loop_that_hangs_during_the_self_test_is_a_fault() -> None:
    """What it measures is time; in IDLE without a test nothing is about to move."""
    world = resting_world()
    world.ask(press=True)
    world.calm(0.1)
    assert world.state.testing
    world.tick_number += 10
    assert world.tick().stop is not None
    idle = resting_world()
    idle.tick_number += 10
    assert idle.tick().stop is None
