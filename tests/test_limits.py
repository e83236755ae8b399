"""Every limit: the specification's number is the default, and nothing loosens it."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.limits import (
    HIGHEST_LEVEL,
    LEVELS,
    LOWEST_LEVEL,
    MODERATE_LEVEL,
    NEW_PERSON_LEVEL,
    Limits,
    allowed,
    bounds,
    problems,
)

LOOSER_UP, LOOSER_DOWN = "up", "down"
MACHINE = {"free_speed_cm_s", "breakaway_duty", "load_duty_per_kpa", "tick_s"} | {
    "free_current_ma",
    "load_current_ma_kpa",
    "inertia_current_ma",
}
"""Facts of the motor and the loop: measured, not specified."""

# The numbers of the safety specification, typed here once more, and the direction in which each
# would be loosened.
SPECIFIED: dict[str, tuple[float, str]] = {
    "level_kpa": (75, LOOSER_UP),
    "level_samples": (2, LOOSER_UP),
    "rise_kpa": (10, LOOSER_UP),
    "rise_ratio": (0.4, LOOSER_UP),
    "rise_window_s": (0.020, LOOSER_DOWN),
    "rise_above_kpa": (7.5, LOOSER_UP),
    "dose_ratio": (1.5, LOOSER_UP),
    "dose_kpa_s": (3.75, LOOSER_UP),
    "dose_window_s": (0.5, LOOSER_DOWN),
    "foot_kpa": (4, LOOSER_DOWN),
    "foot_gone_s": (0.1, LOOSER_UP),
    "flinch_s": (0.3, LOOSER_DOWN),
    "overload_ratio": (1.3, LOOSER_UP),
    "overload_s": (0.3, LOOSER_UP),
    "overload_pair_s": (60, LOOSER_DOWN),
    "overload_again_s": (1.0, LOOSER_UP),
    "ease_ratio": (0.8, LOOSER_UP),
    "stale_s": (0.020, LOOSER_UP),
    "gap_s": (0.010, LOOSER_UP),
    "gaps": (3, LOOSER_UP),
    "frozen_s": (0.2, LOOSER_UP),
    "apart_kpa": (6, LOOSER_UP),
    "apart_ratio": (0.25, LOOSER_UP),
    "apart_s": (0.05, LOOSER_UP),
    "zero_kpa": (4, LOOSER_UP),
    "wild_kpa": (15, LOOSER_UP),
    "wilds": (3, LOOSER_UP),
    "late_s": (0.020, LOOSER_UP),
    "tardy_s": (0.010, LOOSER_UP),
    "tardies": (3, LOOSER_UP),
    "foot_time_s": (600, LOOSER_UP),
    "session_time_s": (1200, LOOSER_UP),
    "away_s": (120, LOOSER_UP),
    "hold_s": (120, LOOSER_UP),
    "present_low_kpa": (6, LOOSER_DOWN),
    "present_high_kpa": (40, LOOSER_UP),
    "steady_s": (2, LOOSER_DOWN),
    "reference_low_kpa": (6, LOOSER_UP),
    "reference_high_kpa": (40, LOOSER_UP),
    "soft_cm_s2": (2, LOOSER_UP),
    "slew_per_s": (1, LOOSER_UP),
    "dead_s": (0.1, LOOSER_DOWN),
    "wind_down_s": (0.5, LOOSER_UP),
    "brake_s": (0.1, LOOSER_UP),
    "service_cm_s": (2, LOOSER_UP),
    "pain_off_s": (2, LOOSER_DOWN),
    "pain_wait_s": (30, LOOSER_DOWN),
    "pain_ratio": (0.7, LOOSER_UP),
    "pain_rest_s": (900, LOOSER_DOWN),
    "current_ratio": (1.5, LOOSER_UP),
    "current_s": (0.05, LOOSER_UP),
    "current_max_ma": (2000, LOOSER_UP),
    "current_max_s": (0.02, LOOSER_UP),
    "settle_s": (0.1, LOOSER_UP),
    "unpowered_s": (0.03, LOOSER_UP),
    "leave_end_s": (1.0, LOOSER_UP),
    "check_ma": (50, LOOSER_UP),
    "check_duty": (0.1, LOOSER_UP),
    "check_gate_s": (0.05, LOOSER_UP),
    "single_level": (3, LOOSER_UP),
    "top_level": (10, LOOSER_UP),
    "top_speed_cm_s": (10, LOOSER_UP),
}

LEVELS_SPECIFIED = {
    1: (2, 12),
    2: (2.75, 15),
    3: (3.5, 18),
    4: (4.25, 22),
    5: (5, 25),
    6: (6, 28),
    7: (7, 31),
    8: (8, 34),
    9: (9, 37),
    10: (10, 40),
}


def test_every_limit_has_its_number_here() -> None:
    assert set(SPECIFIED) | MACHINE == set(bounds())
    assert not set(SPECIFIED) & MACHINE


@pytest.mark.parametrize("name", bounds())
def test_the_default_is_the_specified_number_and_within_its_bounds(name: str) -> None:
    default = getattr(Limits(), name)
    low, high, unit, source = bounds()[name]
    assert name in MACHINE or default == SPECIFIED[name][0]
    assert low <= default <= high
    assert unit
    assert source


@pytest.mark.parametrize("name", SPECIFIED)
def test_no_safety_limit_can_be_loosened(name: str) -> None:
    number, looser = SPECIFIED[name]
    low, high, _, source = bounds()[name]
    assert number == (high if looser == LOOSER_UP else low)
    loose = number * 1.001 if looser == LOOSER_UP else number * 0.999
    (problem,) = problems({name: loose})
    assert problem == f"{name} = {loose!r}: must be {allowed(name)} ({source})"


@pytest.mark.parametrize("name", bounds())
def test_bounds_themselves_are_allowed_and_nothing_just_outside_is(name: str) -> None:
    low, high, _, _ = bounds()[name]
    assert problems({name: low}) == []
    assert problems({name: high}) == []
    assert len(problems({name: low - 1e-6})) == 1
    assert len(problems({name: high + 1e-6})) == 1


@pytest.mark.parametrize("value", [nan, inf, -inf, None, "75", True, [75.0], 75j])
def test_what_is_no_number_is_no_limit(value: object) -> None:
    assert len(problems({"level_kpa": value})) == 1


def test_true_is_no_number_even_where_one_would_fit() -> None:
    assert len(problems({"level_samples": True})) == 1


def test_an_unknown_limit_is_told_by_name() -> None:
    assert problems({"nope": 1.0}) == [
        "nope: there is no such limit; `footloop init` writes a file that lists all"
    ]
    assert problems({"kpa_level": 1.0}) == [
        "kpa_level: there is no such limit; did you mean top_level?"
    ]
    assert problems({"rise_windows": 1.0}) == [
        "rise_windows: there is no such limit; did you mean rise_window_s or dose_window_s or "
        "rise_ratio?"
    ]


COUNTS = {"level_samples", "gaps", "wilds", "tardies", "single_level", "top_level"}


@pytest.mark.parametrize("name", bounds())
def test_what_counts_is_whole_and_the_rest_need_not_be(name: str) -> None:
    low, high, unit, _ = bounds()[name]
    halfway = (low + high) / 2.0 + (0.5 if (low + high) % 2 == 0 else 0.0)
    if name in COUNTS:
        assert problems({name: int(high)}) == []
        assert len(problems({name: min(halfway, high - 0.5)})) == 1
        assert len(problems({name: float(high)})) == 1
        assert allowed(name) == f"a whole number from {low:g} to {high:g} {unit}"
    else:
        assert problems({name: (low + high) / 2.0}) == []
        assert allowed(name) == f"{low:g} to {high:g} {unit}"


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = problems({"nothing": 1.0, "level_kpa": 200, "dead_s": 0.1, "tick_s": 0.02})
    assert [one.split(" ")[0] for one in found] == ["nothing:", "level_kpa", "tick_s"]
    assert "must be 40 to 75 kPa (T1: pressure that is pain)" in found[1]


@given(value=st.floats())
def test_a_level_is_accepted_exactly_within_its_bounds(value: float) -> None:
    assert (problems({"level_kpa": value}) == []) == (40.0 <= value <= 75.0)


def test_the_loop_may_run_at_100_to_1000_hz() -> None:
    low, high, _, _ = bounds()["tick_s"]
    assert (1.0 / high, 1.0 / low) == (100.0, 1000.0)


def test_levels_are_those_of_the_specification() -> None:
    assert {n: (row.speed_cm_s, row.resting_kpa) for n, row in LEVELS.items()} == LEVELS_SPECIFIED
    assert (LOWEST_LEVEL, HIGHEST_LEVEL, NEW_PERSON_LEVEL, MODERATE_LEVEL) == (1, 10, 3, 5)


def test_no_level_is_faster_than_the_carriage_may_or_heavier_than_a_foot_may_rest() -> None:
    limits = Limits()
    assert max(row.speed_cm_s for row in LEVELS.values()) <= limits.top_speed_cm_s
    assert max(row.resting_kpa for row in LEVELS.values()) <= limits.present_high_kpa


def test_limits_cannot_be_changed_in_place() -> None:
    with pytest.raises(AttributeError):
        Limits().level_kpa = 80.0  # type: ignore[misc]
