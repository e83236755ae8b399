"""Thresholds among people, and what they come to under the roller's head."""

import statistics
from math import log
from random import Random

import pytest

from sim.foot import KPA_PER_N, Foot, peak_kpa
from sim.pain_map import LONG_S, SITES, PainMap, drawn_thresholds, pain_map

FOOT = Foot()
MEANS = {name: site.mean_kpa for name, site in SITES.items()}
PEOPLE = 4000


@pytest.fixture(scope="module")
def men() -> list[dict[str, float]]:
    rng = Random(5)
    return [drawn_thresholds(rng, woman=False) for _ in range(PEOPLE)]


# device.md, copied by hand: the mean over men of each site, kPa.
@pytest.mark.parametrize(
    ("site", "mean_kpa"),
    [
        ("arch", 330.0),
        ("outer midfoot", 420.0),
        ("ball", 420.0),
        ("big toe", 430.0),
        ("small toes", 350.0),
        ("heel", 550.0),
    ],
)
def test_thresholds_have_their_mean_and_their_spread(
    men: list[dict[str, float]], site: str, mean_kpa: float
) -> None:
    drawn_kpa = [one[site] for one in men]
    assert statistics.mean(drawn_kpa) == pytest.approx(mean_kpa, rel=0.02)
    assert statistics.stdev(map(log, drawn_kpa)) == pytest.approx(0.35, rel=0.04)


def test_a_womans_thresholds_are_lower_everywhere_by_one_factor() -> None:
    for seed in range(20):
        man = drawn_thresholds(Random(seed), woman=False)
        woman = drawn_thresholds(Random(seed), woman=True)
        assert woman == pytest.approx({site: 0.78 * kpa for site, kpa in man.items()})


def test_the_sites_of_one_person_go_together_but_are_not_one(men: list[dict[str, float]]) -> None:
    heels, arches = ([log(one[site]) for one in men] for site in ("heel", "arch"))
    assert 0.66 < statistics.correlation(heels, arches) < 0.74


@pytest.mark.parametrize("share", [0.15, 0.4, 1.0])
def test_a_threshold_is_met_by_the_deepest_tissue_under_the_head(share: float) -> None:
    """The area is what a head of that peak and 0.6 of it in the mean needs for its force."""
    pain = pain_map(FOOT, {site: share * kpa for site, kpa in MEANS.items()})
    for cm, site in ((2, "heel"), (10, "arch"), (17, "ball"), (23, "small toes")):
        force_n = pain.by_cm_kpa[cm] / KPA_PER_N
        peak = peak_kpa(FOOT, cm / FOOT.length_cm, force_n)
        area_cm2 = force_n / (0.6 * peak) * 10.0
        assert 8.0 < area_cm2 < 40.0  # the arch lies down on the head: the largest patch
        assert peak == pytest.approx(share * MEANS[site] * area_cm2**-0.25, rel=0.03)


def test_the_most_sensitive_site_under_the_head_counts() -> None:
    numb = dict.fromkeys(SITES, 900.0)
    least = {
        site: [cm for cm, kpa in enumerate(pain_map(FOOT, {**numb, site: 90.0}).by_cm_kpa)
               if kpa < 0.5 * pain_map(FOOT, numb).by_cm_kpa[cm]]
        for site in SITES
    }  # fmt: skip
    assert least["heel"] == list(range(7))
    assert least["arch"] == least["outer midfoot"] == list(range(7, 16))
    assert least["ball"] == list(range(16, 21))
    assert least["big toe"] == least["small toes"] == list(range(21, 27))


def test_a_higher_threshold_takes_more_force_everywhere() -> None:
    before = pain_map(FOOT, dict.fromkeys(SITES, 60.0)).by_cm_kpa
    for threshold_kpa in (90.0, 160.0, 300.0, 550.0, 1500.0):
        after = pain_map(FOOT, dict.fromkeys(SITES, threshold_kpa)).by_cm_kpa
        assert all(old < new for old, new in zip(before, after, strict=True))
        before = after


def test_the_longer_it_presses_the_less_is_borne() -> None:
    pain = PainMap((200.0, 100.0))
    assert pain.hurts_over_kpa(0.0, 1.0) == 200.0
    assert pain.hurts_over_kpa(0.0, 10.0) == pytest.approx(200.0 * 10.0**-0.08)
    assert pain.hurts_over_kpa(0.0, 0.1) == pytest.approx(200.0 * 10.0**0.08)
    assert pain.hurts_over_kpa(0.01, 3.0) == 0.5 * pain.hurts_over_kpa(0.0, 3.0)
    assert pain.least_kpa == pain.hurts_over_kpa(0.01, LONG_S) == pain.hurts_over_kpa(0.01, 1e6)
    assert pain.hurts_over_kpa(0.0, 0.0) == pytest.approx(200.0 * 0.01**-0.08)


@pytest.mark.parametrize(("position_m", "cm"), [(-0.01, 0), (0.014, 1), (0.016, 2), (0.9, 2)])
def test_a_place_is_looked_up_at_the_nearest_centimetre_of_the_sole(
    position_m: float, cm: int
) -> None:
    assert PainMap((100.0, 200.0, 300.0)).hurts_over_kpa(position_m, 1.0) == 100.0 * (cm + 1)


def test_few_hurt_below_the_level_at_which_the_machine_stops() -> None:
    """75 kPa for a tenth of a second, somewhere from heel to ball; T1 stops within milliseconds.

    With bones in the foot it is one in twenty, at the arch's beginning or below a bone head.
    """
    rng = Random(1)
    sensitive = 0
    for index in range(2000):
        pain = pain_map(FOOT, drawn_thresholds(rng, woman=index % 2 == 0))
        sensitive += any(pain.hurts_over_kpa(cm / 100.0, 0.1) < 75.0 for cm in range(20))
    assert 0.02 < sensitive / 2000 < 0.07
