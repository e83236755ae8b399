"""Efforts of a leg: how much each adds while it lasts, and that two may go on at once."""

from itertools import pairwise
from math import pi
from random import Random

import pytest

from sim.acts import Bounce, Effort, FootOff, FootOn, Press, Shift
from sim.person import Person, PersonState, act, advance

STILL = Person(wander_sd_kpa=0.0)
DT_S = 0.001
EFFORTS = [
    Press(30.0, rise_s=0.05, hold_s=0.2, release_s=0.1),
    Press(-30.0, rise_s=0.0, hold_s=0.0, release_s=0.0),
    Shift(40.0, rise_s=0.15, hold_s=0.0),
    Shift(-25.0, rise_s=0.4, hold_s=0.5),
    Bounce(8.0, hz=3.0, for_s=1.1),
]


def extras_n(effort: Effort) -> list[float]:
    """What it adds, every millisecond until it is over."""
    found: list[float] = []
    while (extra_n := effort.extra_n(len(found) * DT_S)) is not None:
        found.append(extra_n)
    return found


@pytest.mark.parametrize("effort", EFFORTS, ids=str)
def test_an_effort_lasts_as_long_as_it_says(effort: Effort) -> None:
    assert len(extras_n(effort)) * DT_S == pytest.approx(effort.lasts_s, abs=1.1 * DT_S)


@pytest.mark.parametrize("effort", EFFORTS[2:], ids=str)
def test_what_a_leg_does_of_itself_has_no_jump_and_reaches_its_height(effort: Effort) -> None:
    felt_n = [*extras_n(effort), 0.0]
    assert felt_n[0] == 0.0
    assert max(map(abs, felt_n)) == pytest.approx(abs(effort.newtons), rel=1e-3)
    assert max(abs(b - a) for a, b in pairwise(felt_n)) < 0.5


def test_a_shift_comes_back_as_it_went() -> None:
    shift = Shift(20.0, rise_s=0.2, hold_s=0.1)
    for at_s, share in ((0.1, 0.5), (0.2, 1.0), (0.25, 1.0), (0.3, 1.0), (0.4, 0.5)):
        assert shift.extra_n(at_s) == pytest.approx(share * 20.0)


def test_a_bounce_swings_to_both_sides_and_ends_after_a_whole_swing() -> None:
    bounce = Bounce(8.0, hz=2.0, for_s=0.8)
    assert bounce.lasts_s == 1.0
    felt_n = extras_n(bounce)
    assert sum(felt_n) == pytest.approx(0.0, abs=1e-9)
    assert max(felt_n) == pytest.approx(-min(felt_n)) == pytest.approx(8.0)
    steepest = max(b - a for a, b in pairwise(felt_n)) / DT_S
    assert steepest == pytest.approx(2.0 * pi * 2.0 * 8.0, rel=1e-3)


def settled() -> PersonState:
    state = PersonState(STILL, Random(1))
    act(state, FootOn())
    loads_n(state, 2.0)
    return state


def loads_n(state: PersonState, seconds: float) -> list[float]:
    return [advance(state, 24.0, 0.05, DT_S) for _ in range(round(seconds / DT_S))]


def test_a_jam_meets_a_bouncing_leg_and_a_newer_one_of_a_kind_replaces_the_older() -> None:
    state, bounce = settled(), Bounce(8.0, hz=2.0, for_s=1.0)
    act(state, bounce)
    act(state, Press(99.0, hold_s=9.0))
    act(state, Press(30.0, rise_s=0.01, hold_s=0.1, release_s=0.01))
    for ms, load_n in enumerate(loads_n(state, 1.1), start=1):
        pressed_n = 30.0 if 10 <= ms <= 110 else 0.0 if ms >= 120 else None
        if pressed_n is not None:
            swing_n = bounce.extra_n(ms * DT_S) or 0.0
            assert load_n == pytest.approx(STILL.leg_load_n + swing_n + pressed_n, abs=1e-6)


def test_a_lifted_foot_takes_its_efforts_away() -> None:
    state = settled()
    act(state, Bounce(8.0, hz=2.0, for_s=60.0))
    act(state, Shift(20.0, rise_s=0.2, hold_s=60.0))
    loads_n(state, 0.3)
    act(state, FootOff())
    loads_n(state, 1.0)
    act(state, FootOn())
    assert loads_n(state, 3.0)[-1] == STILL.leg_load_n
