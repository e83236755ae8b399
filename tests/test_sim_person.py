"""A person's leg: calm when left alone, and the closed set of acts."""

import statistics
from itertools import pairwise
from random import Random

import pytest

from sim.person import Act, Flinch, FootOff, FootOn, Lean, Person, PersonState, Press, act, advance

STILL = Person(wander_sd_kpa=0.0)
DT_S = 0.001


def settled(person: Person = STILL, seed: int = 1) -> PersonState:
    """A foot that lies on the roller with its whole load."""
    state = PersonState(person, Random(seed))
    act(state, FootOn())
    live(state, 2.0)
    return state


def live(
    state: PersonState, seconds: float, pressure_kpa: float = 24.0, dt_s: float = DT_S
) -> list[float]:
    return [advance(state, pressure_kpa, 0.05, dt_s) for _ in range(round(seconds / dt_s))]


def test_a_foot_begins_in_the_air() -> None:
    state = PersonState(STILL, Random(1))
    assert live(state, 0.5, pressure_kpa=0.0)[-1] == -STILL.lifting_n


def test_a_foot_feels_for_the_roller_before_it_gives_its_weight() -> None:
    state = PersonState(STILL, Random(1))
    act(state, FootOn())
    assert live(state, 2.0, pressure_kpa=0.0)[-1] == STILL.landing_n
    loads_n = live(state, 2.0)
    assert loads_n[-1] == STILL.leg_load_n
    assert max(b - a for a, b in pairwise(loads_n)) < 0.04


def test_a_calm_person_wanders_by_about_1_kpa() -> None:
    loads_n = live(settled(Person()), 600.0, dt_s=0.01)
    assert statistics.mean(loads_n) == pytest.approx(19.0, abs=0.15)
    assert statistics.stdev(loads_n) == pytest.approx(0.8, rel=0.2)


def test_posture_is_slow() -> None:
    loads_n = live(settled(Person(wander_sd_kpa=3.0)), 60.0)
    rises_n = [b - a for a, b in zip(loads_n, loads_n[20:], strict=False)]
    assert max(rises_n) < 2.0  # 2.5 kPa in 20 ms, a quarter of what T2 calls fast


def test_the_same_seed_is_the_same_person() -> None:
    assert live(settled(Person(), seed=7), 2.0) == live(settled(Person(), seed=7), 2.0)
    assert live(settled(Person(), seed=7), 2.0) != live(settled(Person(), seed=8), 2.0)


def test_a_foot_lifted_on_purpose_is_gone_in_a_fifth_of_a_second() -> None:
    state = settled()
    act(state, FootOff())
    loads_n = live(state, 1.0)
    gone_s = next(step for step, load_n in enumerate(loads_n) if load_n < 0.0) * DT_S
    assert 0.12 < gone_s < 0.25
    assert loads_n[-1] == -STILL.lifting_n


@pytest.mark.parametrize("newtons", [20.0, -15.0])
def test_a_press_rises_holds_and_lets_go(newtons: float) -> None:
    state = settled()
    act(state, Press(newtons, rise_s=0.1, hold_s=0.2, release_s=0.1))
    extra_n = [load_n - STILL.leg_load_n for load_n in live(state, 0.5)]
    for at_ms, share in ((49, 0.5), (99, 1.0), (250, 1.0), (349, 0.5), (450, 0.0)):
        assert extra_n[at_ms] == pytest.approx(share * newtons, abs=0.02 * abs(newtons))


def test_a_press_without_a_rise_is_there_at_once() -> None:
    state = settled()
    act(state, Press(20.0, rise_s=0.0, hold_s=0.01))
    assert live(state, DT_S) == [STILL.leg_load_n + 20.0]


def test_pain_pulls_the_foot_away_one_reflex_later() -> None:
    delays_s = []
    for seed in range(20):
        state = settled(seed=seed)
        loads_n = live(state, 0.5, pressure_kpa=STILL.pain_kpa + 1.0)
        delays_s.append(next(i for i, load_n in enumerate(loads_n) if load_n < 18.9) * DT_S)
        assert loads_n[-1] == -STILL.lifting_n
        assert state.reflexes == 1
    assert 0.109 <= min(delays_s) < 0.115
    assert 0.125 < max(delays_s) <= 0.132


def test_a_short_pain_is_enough_and_the_pull_is_fast() -> None:
    state = settled()
    live(state, 0.002, pressure_kpa=120.0)
    loads_n = live(state, 0.4)
    pulled = [i for i, load_n in enumerate(loads_n) if -30.0 < load_n < 18.9]
    assert 0.05 <= len(pulled) * DT_S <= 0.15


def test_a_reflex_ends_the_press_that_hurt() -> None:
    state = settled()
    act(state, Press(80.0, hold_s=10.0))
    live(state, 0.1)
    live(state, 0.5, pressure_kpa=100.0)
    act(state, FootOn())
    assert live(state, 3.0)[-1] == STILL.leg_load_n


def test_a_flinch_kicks_and_pulls_away() -> None:
    state = settled()
    act(state, Flinch(kick_n=40.0, rise_s=0.08))
    loads_n = live(state, 0.5)
    assert max(loads_n) == pytest.approx(59.0, abs=1.0)
    assert loads_n.index(max(loads_n)) == pytest.approx(80, abs=2)
    assert loads_n[-1] == -STILL.lifting_n


@pytest.mark.parametrize("doing", [Press(20.0), Flinch()])
def test_a_foot_in_the_air_cannot_press(doing: Act) -> None:
    state = PersonState(STILL, Random(1))
    act(state, doing)
    assert set(live(state, 1.0, pressure_kpa=0.0)) == {-STILL.lifting_n}


def test_pressure_on_an_absent_foot_is_no_pain() -> None:
    state = PersonState(STILL, Random(1))
    live(state, 1.0, pressure_kpa=120.0)
    assert state.reflexes == 0


def test_a_longer_step_tells_the_same_story() -> None:
    for dt_s in (0.001, 0.004):
        state = settled()
        act(state, Press(20.0, rise_s=0.1, hold_s=0.2))
        assert live(state, 0.2, dt_s=dt_s)[-1] == STILL.leg_load_n + 20.0
        act(state, FootOff())
        assert live(state, 1.0, dt_s=dt_s)[-1] == -STILL.lifting_n


@pytest.mark.parametrize(("more_n", "rests_n"), [(-2.5, 16.5), (2.5, 21.5), (-99.0, 7.0), (99, 45)])
def test_a_leg_rests_lighter_or_heavier_from_now_on(more_n: float, rests_n: float) -> None:
    state = settled()
    act(state, Lean(more_n))
    assert live(state, 2.0)[-1] == pytest.approx(rests_n)
    act(state, FootOff())
    live(state, 1.0)
    act(state, FootOn())
    assert live(state, 3.0)[-1] == pytest.approx(rests_n)
