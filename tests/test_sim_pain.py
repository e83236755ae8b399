"""What pain leads to, in the leg alone and in the plant: reflex, flinch, and a hand on Stop."""

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from hardware.roller import Drive
from sim.acts import FootOn, Press
from sim.pain_map import LONG_S, PainMap
from sim.person import Person, PersonState, act, advance
from sim.roller import SimRoller

BRISK = Person(landing_n=19.0, settle_n_s=200.0, wander_sd_kpa=0.0)
AHEAD = Drive(duty=0.3, brake=False, enabled=True, gate=True)
HELD = Drive(duty=0.0, brake=True, enabled=True, gate=True)  # a sole is not as hard everywhere
DT_S = 0.001
PAIN_KPA = 60.0


def settled(person: Person, seed: int = 1) -> PersonState:
    state = PersonState(person, Random(seed))
    act(state, FootOn())
    live(state, 2.0)
    return state


def live(
    state: PersonState, seconds: float, pressure_kpa: float = 24.0, position_m: float = 0.0
) -> list[float]:
    return [advance(state, pressure_kpa, position_m, DT_S) for _ in range(round(seconds / DT_S))]


# Where it hurts, and when.


def test_the_same_pressure_hurts_at_one_place_only() -> None:
    person = replace(BRISK, pain_map=PainMap((80.0, 200.0)))
    for position_m, reflexes in ((0.0, 1), (0.01, 0)):
        state = settled(person)
        live(state, 1.5, 90.0, position_m)
        assert state.reflexes == reflexes


@pytest.mark.parametrize(("kpa", "after_s"), [(100.0, 1.0), (90.0, 3.73), (110.0, 0.304)])
def test_less_pressure_hurts_later(kpa: float, after_s: float) -> None:
    """`(t / 1 s)^-0.08`: 90 kPa for a threshold of 100 kPa takes (100 / 90)^12.5 s."""
    state = settled(replace(BRISK, pain_map=PainMap((100.0,))))
    live(state, after_s * 0.98, kpa)
    assert state.reflexes == 0
    live(state, after_s * 0.04, kpa)
    assert state.reflexes == 1


def test_relief_begins_the_time_anew_and_what_is_bearable_never_hurts() -> None:
    pain = PainMap((100.0,))
    state = settled(replace(BRISK, pain_map=pain))
    for _ in range(20):
        live(state, 0.9, 100.0)
        live(state, 0.01, 50.0)
    live(state, 2.0 * LONG_S, pain.least_kpa)
    assert state.reflexes == 0


def test_a_lasting_pressure_just_over_the_bearable_hurts_at_last() -> None:
    pain = PainMap((100.0,))
    state = settled(replace(BRISK, pain_map=pain))
    live(state, LONG_S - 3.0, pain.least_kpa + 0.1)
    assert state.reflexes == 0
    live(state, 4.0, pain.least_kpa + 0.1)
    assert state.reflexes == 1


# What it leads to.


@pytest.mark.parametrize("toward", [0.0, 1.0])
def test_a_flinch_goes_away_at_once_or_down_first(toward: float) -> None:
    kicks_n, rises_s = [], []
    for seed in range(60):
        state = settled(replace(BRISK, toward=toward), seed)
        live(state, 0.002, 120.0)
        loads_n = live(state, 0.6)
        peak_n = max(loads_n)
        begins = next(i for i, load_n in enumerate(loads_n) if load_n != loads_n[0])
        kicks_n.append(peak_n - loads_n[0])
        rises_s.append((loads_n.index(peak_n) - begins + 1) * DT_S)
        assert 0.105 < begins * DT_S < 0.131
        assert state.reflexes == 1
        assert loads_n[-1] == -BRISK.lifting_n
    if toward:
        assert 28.0 < min(kicks_n) < 45.0
        assert 85.0 < max(kicks_n) <= 100.0
        assert 0.048 < min(rises_s) < 0.065
        assert 0.135 < max(rises_s) <= 0.152
    else:
        assert max(kicks_n) == 0.0


def test_some_people_do_sometimes_this_and_sometimes_that() -> None:
    kicked = 0
    for seed in range(100):
        state = settled(replace(BRISK, toward=0.4), seed)
        live(state, 0.002, 120.0)
        kicked += max(live(state, 0.4)) > 25.0
    assert 25 < kicked < 55


def test_the_hand_is_on_stop_250_to_600_ms_after_the_pain_wherever_the_foot_is() -> None:
    delays_s = []
    for seed in range(60):
        state = settled(replace(BRISK, reaches_for_stop=True), seed)
        live(state, 0.002, 120.0)
        on_stop = []
        for _ in range(700):
            live(state, DT_S, 0.0)
            on_stop.append(state.presses_stop)
        delays_s.append((on_stop.index(True) + 3) * DT_S)
    assert 0.248 < min(delays_s) < 0.29
    assert 0.56 < max(delays_s) < 0.603


def test_a_hand_on_its_way_is_not_sent_again() -> None:
    """Else some of these hands, sent again by the second pain, would come late."""
    for seed in range(20):
        state = settled(replace(BRISK, reaches_for_stop=True), seed)
        live(state, 0.15, 120.0)
        act(state, FootOn())
        live(state, 0.05, 120.0)
        assert state.reflexes == 2
        live(state, 0.402)
        assert state.presses_stop
        state.presses_stop = False
        live(state, 1.0)
        assert not state.presses_stop


def test_the_hand_goes_on_when_the_foot_lies_quietly_again() -> None:
    state = settled(replace(BRISK, reaches_for_stop=True))
    live(state, 0.15, 120.0)
    act(state, FootOn())
    assert live(state, 0.5)[-1] == BRISK.leg_load_n
    assert state.presses_stop


def test_a_calm_person_reaches_for_nothing() -> None:
    state = settled(BRISK)
    live(state, 2.0, 120.0)
    assert state.reflexes == 1
    assert not state.presses_stop


# In the plant.


def hurt(person: Person, seed: int) -> dict[str, float]:
    """Seconds from the plant's first pressure that hurts to what followed."""
    roller = SimRoller(seed, person=person, noise=False)
    roller.foot_on()
    roller.wait_until(1.0)
    roller.act(Press(80.0, rise_s=0.02, hold_s=5.0))
    seen: dict[str, float] = {}
    highest_kpa = 0.0
    for ms in range(1001, 2001):
        roller.drive(HELD)
        roller.wait_until(ms * DT_S)
        now_s, truth, sample = roller.now_s(), roller.truth(), roller.read()
        if truth.pressure_kpa > PAIN_KPA:
            seen.setdefault("hurts", now_s)
        if sample.stop_pressed:
            seen.setdefault("stop", now_s)
        if "stop" in seen and not truth.gate_on:
            seen.setdefault("gate off", now_s)
        if "hurts" in seen and truth.pressure_kpa < highest_kpa - 1.0:
            seen.setdefault("pulled", now_s)
        if "pulled" in seen and truth.pressure_kpa == 0.0:
            seen.setdefault("gone", now_s)
        highest_kpa = max(highest_kpa, truth.pressure_kpa)
    return {name: at_s - seen["hurts"] for name, at_s in seen.items()}


def test_pain_in_the_plant_is_followed_by_a_reflex_and_then_by_the_switch() -> None:
    person = replace(BRISK, pain_kpa=PAIN_KPA, reaches_for_stop=True)
    for seed in range(10):
        found = hurt(person, seed)
        order = ["hurts", "pulled", "gone", "stop", "gate off"]
        assert sorted(found, key=lambda name: found[name]) == order
        assert 0.110 <= found["pulled"] <= 0.145  # a millisecond or some for the leg's mass
        assert found["gone"] < 0.30
        assert 0.250 <= found["stop"] <= 0.602
        assert found["gate off"] - found["stop"] <= 0.016  # a relay opens in 5 to 15 ms


def test_a_switch_that_a_person_pressed_stays_down_until_it_is_released() -> None:
    roller = SimRoller(person=replace(BRISK, pain_kpa=PAIN_KPA, reaches_for_stop=True))
    roller.foot_on()
    roller.wait_until(1.0)
    roller.press(80.0, rise_s=0.02, hold_s=1.0)
    roller.wait_until(3.0)
    assert roller.read().stop_pressed
    roller.set_stop(False)
    roller.wait_until(6.0)
    assert not roller.read().stop_pressed


def test_the_head_hurts_where_it_is() -> None:
    """Only 6 cm from home; the head rolls there at its own speed."""
    pain = PainMap((200.0,) * 6 + (15.0,) + (200.0,) * 20)
    roller = SimRoller(person=replace(BRISK, pain_map=pain), noise=False)
    roller.foot_on()
    roller.wait_until(1.0)
    places_cm = [0.0]
    for ms in range(1001, 3001):
        roller.drive(AHEAD)
        roller.wait_until(ms * DT_S)
        places_cm.append(roller.truth().position_cm)
        if roller.truth().pressure_kpa == 0.0:
            break
    assert 5.5 < places_cm[-1] < 8.0
    assert all(b >= a for a, b in pairwise(places_cm))
