"""Where a sole hurts, from when on: thresholds of an algometer, told in the channels' kPa.

An algometer of 1 cm² is pressed on one spot for a second until it hurts. The roller's head touches
more, and stays longer or shorter: a threshold falls with `area^-0.25` and `(t / 1 s)^-0.08`. Under
a head what hurts is the deepest tissue (`sim.foot.peak_kpa`), while the pressure channels tell the
whole force; so a force is found for each place at which that tissue is over the threshold. Once for
each foot the places are tried with a few forces; for each person it is then read off that table.

The head is as wide as the sole: the most sensitive site that it touches counts.
Pure; sources: `device.md`, else "estimate".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import exp, log, sqrt
from typing import TYPE_CHECKING

from sim.foot import KPA_PER_N, Foot, peak_kpa

if TYPE_CHECKING:
    from random import Random

SPREAD = 0.35  # sd of a threshold's logarithm among people
SHARED = 0.7  # how far the sites of one person go together, a correlation; estimate
WOMAN = 0.78  # a woman's thresholds are lower by this factor
BY_AREA, BY_TIME = -0.25, -0.08  # exponents; cm² and seconds
BRIEF_S, LONG_S = 0.01, 60.0  # a time outside of these counts as one of them; estimate
_MEAN_OF_PEAK = 0.6  # mean stress under a head; 2/3 under a cylinder on a linear foot; estimate
_TRIED_N = (20.0, 80.0, 240.0)


@dataclass(frozen=True, slots=True)
class Site:
    """A stretch of the sole, or one side of a stretch; 0 = heel end, 1 = toe tip."""

    begins_at: float
    ends_at: float
    mean_kpa: float  # over men, 1 cm², 1 s


SITES = {
    "heel": Site(0.0, 0.25, 550.0),
    "arch": Site(0.25, 0.60, 330.0),
    "outer midfoot": Site(0.25, 0.60, 420.0),
    "ball": Site(0.60, 0.78, 420.0),
    "big toe": Site(0.78, 1.0, 430.0),
    "small toes": Site(0.78, 1.0, 350.0),
}


@dataclass(frozen=True, slots=True)
class PainMap:
    """What a head that presses for a second must exceed, at each whole cm from the heel's end."""

    by_cm_kpa: tuple[float, ...]
    least_kpa: float = field(init=False)  # up to here nothing ever hurts

    def __post_init__(self) -> None:
        """Note what a quiet step compares with."""
        least_kpa = min(self.by_cm_kpa) * LONG_S**BY_TIME
        object.__setattr__(self, "least_kpa", least_kpa)

    def hurts_over_kpa(self, position_m: float, for_s: float) -> float:
        """The threshold at a place of the head, after so long."""
        cm = min(max(int(position_m * 100.0 + 0.5), 0), len(self.by_cm_kpa) - 1)
        share: float = min(max(for_s, BRIEF_S), LONG_S) ** BY_TIME
        return self.by_cm_kpa[cm] * share


def drawn_thresholds(rng: "Random", *, woman: bool) -> dict[str, float]:
    """One person's thresholds for 1 cm² and 1 s, kPa, by site."""
    own, shared = rng.gauss(0.0, 1.0), sqrt(SHARED)
    median = exp(-SPREAD * SPREAD / 2.0) * (WOMAN if woman else 1.0)  # as a share of the mean
    return {
        name: site.mean_kpa
        * median
        * exp(SPREAD * (shared * own + sqrt(1.0 - SHARED) * rng.gauss(0.0, 1.0)))
        for name, site in SITES.items()
    }


def pain_map(foot: Foot, thresholds_kpa: Mapping[str, float]) -> PainMap:
    """What hurts this person, on this foot, told in the channels' kPa."""
    table = _felt(foot)
    return PainMap(
        tuple(
            _force_n(felt_kpa, _weakest_kpa(cm / foot.length_cm, thresholds_kpa)) * KPA_PER_N
            for cm, felt_kpa in enumerate(table)
        )
    )


def _weakest_kpa(place: float, thresholds_kpa: Mapping[str, float]) -> float:
    return min(
        thresholds_kpa[name]
        for name, site in SITES.items()
        if site.begins_at <= place <= site.ends_at
    )


@lru_cache(maxsize=32)
def _felt(foot: Foot) -> tuple[tuple[float, ...], ...]:
    """At each whole cm, for each tried force: what an algometer needs to be felt as much, kPa."""
    return tuple(
        tuple(_as_algometer_kpa(foot, cm / foot.length_cm, force_n) for force_n in _TRIED_N)
        for cm in range(int(foot.length_cm) + 1)
    )


def _as_algometer_kpa(foot: Foot, place: float, force_n: float) -> float:
    """What 1 cm² must press with to be felt like a head that carries `force_n`."""
    peak = peak_kpa(foot, place, force_n)
    area_cm2 = 10.0 * force_n / (_MEAN_OF_PEAK * peak)  # 1 N on 1 cm² is 10 kPa
    felt_kpa: float = peak * area_cm2**-BY_AREA
    return felt_kpa


def _force_n(felt_kpa: tuple[float, ...], threshold_kpa: float) -> float:
    """The force at which a threshold is felt: straight in logarithms, and so beyond the ends."""
    last = len(_TRIED_N) - 1
    above = next((i for i in range(1, last) if felt_kpa[i] >= threshold_kpa), last)
    low_n, high_n = _TRIED_N[above - 1], _TRIED_N[above]
    low_kpa, high_kpa = felt_kpa[above - 1], felt_kpa[above]
    share = log(threshold_kpa / low_kpa) / log(high_kpa / low_kpa)
    return low_n * exp(share * log(high_n / low_n))
