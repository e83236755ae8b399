"""The reference: learned in two strokes, then frozen, always within 6 to 40 kPa."""

from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.comfort import BINS, Reference, begin, expected_kpa, freeze, learn
from controller.limits import Limits

LIMITS = Limits()
DT_S = 0.01


def sole(place: float) -> float:
    """Pressures along a foot, 15 to 30 kPa."""
    return 15.0 + 15.0 * place


def stroked(reference: Reference, places: list[float], kpa: float | None = None) -> Reference:
    for place in places:
        reference = learn(reference, place, sole(place) if kpa is None else kpa, DT_S)
    return reference


THERE = [tick / 1000 for tick in range(1000)]
BACK = THERE[::-1]


def test_two_strokes_learn_the_sole_place_by_place() -> None:
    reference = freeze(stroked(begin(20.0), THERE + BACK))
    for place in (0.1, 0.33, 0.5, 0.77, 0.9):
        assert expected_kpa(reference, place, LIMITS) == pytest.approx(sole(place), abs=0.1)


def test_both_strokes_count_alike() -> None:
    reference = freeze(stroked(stroked(begin(20.0), THERE, 18.0), BACK, 24.0))
    # the turning bin is one stay, its samples averaged
    for place in (0.1, 0.5, 0.9):
        assert expected_kpa(reference, place, LIMITS) == pytest.approx(21.0)


def test_a_bin_is_the_mean_of_what_was_felt_there() -> None:
    reference = begin(20.0)
    for kpa in (10.0, 20.0, 30.0, 12.0):
        reference = learn(reference, 0.51, kpa, DT_S)
    assert freeze(reference).kpa[10] == pytest.approx(18.0)


def test_the_last_place_is_learned_too() -> None:
    reference = freeze(stroked(begin(20.0), [0.0, 0.0, 0.3]))
    assert reference.kpa[0] == pytest.approx(15.0)
    assert reference.kpa[6] == pytest.approx(sole(0.3))
    assert [kpa for kpa in reference.kpa if kpa is not None] == [15.0, sole(0.3)]


@pytest.mark.parametrize(
    ("place", "number"),
    [(-0.2, 0), (0.0, 0), (0.0499, 0), (0.05, 1), (0.99, 19), (1.0, 19), (1.4, 19)],
)
def test_every_place_has_its_bin(place: float, number: int) -> None:
    kpa = freeze(learn(begin(20.0), place, 25.0, DT_S)).kpa
    assert [at for at, one in enumerate(kpa) if one is not None] == [number]
    assert len(kpa) == BINS


def test_what_is_frozen_learns_no_more() -> None:
    frozen = freeze(stroked(begin(20.0), THERE))
    assert learn(frozen, 0.5, 39.0, DT_S) is frozen
    assert freeze(frozen) == frozen


@pytest.mark.parametrize("kpa", [nan, inf, -inf, 1000.0, -1000.0])
def test_what_is_no_pressure_is_not_learned(kpa: float) -> None:
    reference = begin(20.0)
    assert learn(reference, 0.5, kpa, DT_S) is reference


def test_while_it_stands_no_place_is_learned_but_the_expectation_follows() -> None:
    before = stroked(begin(20.0), [0.5])
    after = before
    for _ in range(300):
        after = learn(after, None, 0.0, DT_S)
    assert after._replace(follow_kpa=0.0) == before._replace(follow_kpa=0.0)
    assert after.follow_kpa < 2.0


def test_until_frozen_the_expectation_follows_slowly() -> None:
    """A slow change is no surprise, a fast one is: time constant 1 s."""
    reference = begin(10.0)
    assert expected_kpa(reference, None, LIMITS) == 10.0
    for _ in range(100):
        reference = learn(reference, 0.5, 20.0, DT_S)
    assert expected_kpa(reference, 0.5, LIMITS) == pytest.approx(16.3, abs=0.1)
    assert expected_kpa(reference, None, LIMITS) == expected_kpa(reference, 0.5, LIMITS)
    jumped = learn(begin(10.0), 0.5, 20.0, 60.0)
    assert jumped.follow_kpa == 20.0


def known(**kpa: float) -> Reference:
    """Frozen; `b3=20.0`: 20 kPa in bin 3."""
    bins: list[float | None] = [None] * BINS
    for name, value in kpa.items():
        bins[int(name[1:])] = value
    return Reference(tuple(bins), follow_kpa=33.0, frozen=True)


@pytest.mark.parametrize(
    ("place", "kpa"),
    [
        (0.175, 20.0),  # the middle of bin 3
        (0.200, 25.0),  # between the middles
        (0.225, 30.0),  # the middle of bin 4
        (0.26, 30.0),  # bin 5 is unknown: the nearer one counts
        (0.14, 20.0),  # bin 2 is unknown
        (0.5, 33.0),  # nothing known near: what was felt on the whole
        (None, 33.0),
    ],
)
def test_between_places_it_is_between_pressures(place: float | None, kpa: float) -> None:
    assert expected_kpa(known(b3=20.0, b4=30.0), place, LIMITS) == pytest.approx(kpa)


@pytest.mark.parametrize(
    ("place", "kpa"),
    [
        (-0.5, 10.0),
        (0.0, 10.0),
        (0.025, 10.0),
        (0.05, 11.0),
        (0.975, 30.0),
        (1.0, 30.0),
        (3.0, 30.0),
    ],
)
def test_beyond_the_last_middles_it_stays(place: float, kpa: float) -> None:
    reference = known(b0=10.0, b1=12.0, b18=28.0, b19=30.0)
    assert expected_kpa(reference, place, LIMITS) == pytest.approx(kpa)


@pytest.mark.parametrize(
    ("felt", "kpa"),
    [(-5.0, 6.0), (5.9, 6.0), (6.1, 6.1), (40.0, 40.0), (41.0, 40.0), (nan, 6.0), (inf, 40.0)],
)
def test_the_reference_stays_within_its_limits(felt: float, kpa: float) -> None:
    assert expected_kpa(begin(felt), None, LIMITS) == kpa
    assert expected_kpa(known(b10=felt), 0.525, LIMITS) == kpa


@given(
    felt=st.lists(st.tuples(st.none() | st.floats(-0.5, 1.5), st.floats()), max_size=30),
    place=st.none() | st.floats(-1.0, 2.0),
    frozen=st.booleans(),
)
def test_whatever_was_felt_the_reference_stays_within_its_limits(
    felt: list[tuple[float | None, float]], place: float | None, frozen: bool
) -> None:
    reference = begin(20.0)
    for at, kpa in felt:
        reference = learn(reference, at, kpa, DT_S)
    reference = freeze(reference) if frozen else reference
    assert 6.0 <= expected_kpa(reference, place, LIMITS) <= 40.0
    tight = replace(LIMITS, reference_low_kpa=5.0, reference_high_kpa=20.0)
    assert 5.0 <= expected_kpa(reference, place, tight) <= 20.0
