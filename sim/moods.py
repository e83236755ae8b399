"""How people sit on a roller: their mood as data, what they do of themselves, and a drawn person.

Nobody here means harm: what a mood does are the harmless classes of `sim.events`, each so often,
one after the other. How often is an estimate throughout; how much and how fast is the table's.
Pure; a generator of random numbers comes in, and the same one gives the same people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.acts import Act, Effort, FootOn
from sim.events import EVENTS, drawn_event
from sim.foot import KPA_PER_N, Foot
from sim.pain_map import drawn_thresholds, pain_map
from sim.person import KICK_N, KICK_RISE_S, LEG_N, Person

if TYPE_CHECKING:
    from random import Random

RESTED_N = 30.0  # the most with the rest in use
BEARABLE_SHARE = 0.5  # of what hurts a person at last: more load nobody leaves there; estimate
AWAY_S = (1.0, 4.0)  # how long a foot stays away that pulled away; estimate


@dataclass(frozen=True, slots=True)
class Mood:
    """One way of sitting there."""

    wander_sd_kpa: float  # posture: calm 1, lively 3
    toward: float  # share of the flinches that kick down first, 0..1; estimate
    per_minute: tuple[tuple[str, float], ...]  # how often each class of event comes; estimate


MOODS = {
    "still": Mood(1.0, 0.2, (("talks", 0.5),)),
    "restless": Mood(3.0, 0.4, (("bounces", 1.0), ("shifts", 0.5), ("talks", 2.0))),
    "ticklish": Mood(
        2.0, 0.7, (("bounces", 0.3), ("shifts", 0.7), ("talks", 1.0), ("pulls away", 0.2))
    ),
}


def drawn_person(mood: Mood, foot: Foot, rng: "Random") -> Person:
    """A person in this mood on this foot, with the rest in use: the leg lies as it is bearable."""
    thresholds_kpa = drawn_thresholds(rng, woman=rng.random() < 0.5)
    pain = pain_map(foot, thresholds_kpa)
    leg_load_n = rng.uniform(LEG_N[0], RESTED_N)
    bearable_n = max(BEARABLE_SHARE * pain.least_kpa / KPA_PER_N, LEG_N[0])
    return Person(
        leg_load_n=min(leg_load_n, bearable_n),
        wander_sd_kpa=mood.wander_sd_kpa,
        pain_map=pain,
        flinch_n_s=rng.uniform(*KICK_N) / rng.uniform(*KICK_RISE_S),
        toward=mood.toward,
        reaches_for_stop=True,
    )


def habits(mood: Mood, rng: "Random", until_s: float) -> Iterator[tuple[float, Act]]:
    """What a person does of itself from 0 to `until_s`, in order and one at a time.

    A foot that pulled away is laid back, be it later than `until_s`.
    """
    names, rates = zip(*mood.per_minute, strict=True)
    at_s = _later_s(0.0, sum(rates), rng)
    while at_s < until_s:
        doing = drawn_event(EVENTS[rng.choices(names, rates)[0]], rng)
        yield at_s, doing
        if isinstance(doing, Effort):
            at_s += doing.lasts_s
        else:
            at_s += rng.uniform(*AWAY_S)
            yield at_s, FootOn()
        at_s = _later_s(at_s, sum(rates), rng)


def _later_s(at_s: float, per_minute: float, rng: "Random") -> float:
    return at_s + rng.expovariate(per_minute / 60.0)
