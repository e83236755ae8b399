"""Drawn people and what they do of themselves: the same seed, the right share, in order."""

import statistics
from collections import Counter
from itertools import pairwise
from math import sqrt
from random import Random

import pytest

from sim.acts import Act, Bounce, Effort, FootOff, FootOn, Shift
from sim.events import EVENTS
from sim.foot import Foot
from sim.moods import MOODS, drawn_person, habits
from sim.pain_map import drawn_thresholds, pain_map
from sim.person import Person

FOOT = Foot()
HOURS = 20


def people(mood: str, count: int = 500, seed: int = 1) -> list[Person]:
    rng = Random(seed)
    return [drawn_person(MOODS[mood], FOOT, rng) for _ in range(count)]


def kind_of(doing: Act) -> str:
    """The class of event that a habit is of, told by its size."""
    if isinstance(doing, Shift):
        return "talks" if abs(doing.newtons) < 10.0 else "shifts"
    return {Bounce: "bounces", FootOff: "pulls away", FootOn: "comes back"}[type(doing)]


@pytest.mark.parametrize("mood", MOODS)
def test_the_same_seed_is_the_same_person_with_the_same_habits(mood: str) -> None:
    assert people(mood, 3) == people(mood, 3)
    assert people(mood, 3) != people(mood, 3, seed=2)
    told = [list(habits(MOODS[mood], Random(seed), 600.0)) for seed in (1, 1, 2)]
    assert told[0] == told[1] != told[2]


@pytest.mark.parametrize("mood", MOODS)
def test_nobody_means_harm(mood: str) -> None:
    names = [name for name, _ in MOODS[mood].per_minute]
    assert names
    assert not any(EVENTS[name].harmful for name in names)


def test_legs_rest_as_the_rest_allows_and_as_it_is_bearable() -> None:
    loads_n = [one.leg_load_n for one in people("still")]
    assert 7.0 <= min(loads_n) < 8.0
    assert 29.0 < max(loads_n) <= 30.0
    assert 15.0 < statistics.mean(loads_n) < 19.0
    for one in people("still"):
        assert one.pain_map is not None
        resting_kpa = 1.25 * one.leg_load_n
        assert resting_kpa <= max(0.5 * one.pain_map.least_kpa, 1.25 * 7.0) + 1e-9


def test_half_of_the_people_are_women() -> None:
    """Seen in the whole: people are as sensitive as an even mix of women and men."""
    rng = Random(2)
    mixed_kpa = [
        statistics.mean(
            pain_map(FOOT, drawn_thresholds(rng, woman=woman)).by_cm_kpa[2] for _ in range(2000)
        )
        for woman in (False, True)
    ]
    drawn_kpa = [one.pain_map.by_cm_kpa[2] for one in people("still", 4000) if one.pain_map]
    assert statistics.mean(drawn_kpa) == pytest.approx(statistics.mean(mixed_kpa), rel=0.015)


def test_moods_differ_in_wander_and_in_how_they_flinch() -> None:
    drawn = {mood: people(mood, 1)[0] for mood in MOODS}
    assert [drawn[mood].wander_sd_kpa for mood in ("still", "restless")] == [1.0, 3.0]
    assert drawn["still"].toward < drawn["restless"].toward < drawn["ticklish"].toward
    for one in people("ticklish"):
        assert one.reaches_for_stop
        assert 30.0 / 0.15 <= one.flinch_n_s <= 100.0 / 0.05


@pytest.mark.parametrize("mood", MOODS)
def test_habits_come_in_order_one_at_a_time_and_as_often_as_said(mood: str) -> None:
    told = list(habits(MOODS[mood], Random(4), HOURS * 3600.0))
    busy_s = 0.0
    for (at_s, doing), (next_s, following) in pairwise(told):
        lasts_s = doing.lasts_s if isinstance(doing, Effort) else 0.0
        assert at_s + lasts_s <= next_s
        busy_s += next_s - at_s if isinstance(doing, FootOff) else lasts_s
        assert isinstance(doing, FootOff) == isinstance(following, FootOn)
    idle_min = (HOURS * 3600.0 - busy_s) / 60.0
    counts = Counter(kind_of(doing) for _, doing in told)
    for name, rate in MOODS[mood].per_minute:
        expected = rate * idle_min
        assert counts[name] == pytest.approx(expected, abs=4.0 * sqrt(expected))
    assert counts["comes back"] == counts["pulls away"]
    assert told[0][0] > 0.0
    assert max(at_s for at_s, doing in told if doing != FootOn()) < HOURS * 3600.0
