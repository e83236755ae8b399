"""600 recorded steps through the production kernel: every strike stops, no roll-over does.

And `docs/recorded-feet.md` says what comes out: each of its lines is worked out again here.
"""

import pytest

from tests.recorded_feet import (
    HEEL_STRIKE_KPA,
    LEAD_IN_S,
    NOISE_KPA,
    SAMPLE_HZ,
    Step,
    clean_kpa,
    lay_out,
    load_steps,
)
from tests.recorded_page import (
    CASES,
    PAGE,
    PAIN_RULES,
    Case,
    outcomes,
    page,
    painful,
    rise_times,
    row,
)

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def steps() -> list[Step]:
    return load_steps()


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return PAGE.read_text(encoding="utf-8").splitlines()


def test_the_recordings_are_all_there(steps: list[Step]) -> None:
    assert len(steps) == 600
    assert {max(one.heel) for one in steps} == {max(one.forefoot) for one in steps} == {1.0}
    assert {one.person for one in steps} == set(range(10))
    assert {one.speed for one in steps} == {"slow", "normal", "fast"}


def test_a_step_is_laid_out_as_specified(steps: list[Step]) -> None:
    laid = lay_out(steps[0].heel, HEEL_STRIKE_KPA, seed=1)
    clean = clean_kpa(steps[0].heel, HEEL_STRIKE_KPA)
    lead_in = round(LEAD_IN_S * SAMPLE_HZ)
    assert laid[0][0] == 0.0
    assert laid[1][0] == 0.002
    assert set(clean[:lead_in]) == {12.0}
    assert max(clean) == HEEL_STRIKE_KPA
    noise_kpa = [kpa - truth for (_, kpa), truth in zip(laid, clean, strict=True)]
    assert sum(one * one for one in noise_kpa) / len(noise_kpa) == pytest.approx(
        NOISE_KPA**2, rel=0.2
    )


@pytest.mark.hazard("spike/strikes")
def test_every_heel_strike_stops(steps: list[Step]) -> None:
    strikes = CASES[0]
    assert strikes.peak_kpa == 75.0
    count = outcomes(strikes, steps)
    assert sum(count[rule] for rule in PAIN_RULES) == 600, count


def test_no_roll_over_at_1_3_times_the_reference_does(steps: list[Step]) -> None:
    roll_overs = CASES[1]
    assert roll_overs.peak_kpa == 32.0
    assert outcomes(roll_overs, steps) == {}


def test_the_truth_itself_agrees(steps: list[Step]) -> None:
    """Strikes are painful by the words of the specification alone, gentle roll-overs are not."""
    assert all(painful(clean_kpa(one.heel, 75.0)) for one in steps)
    assert not any(painful(clean_kpa(one.forefoot, 32.0)) for one in steps)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.peak_kpa:g} kPa")
def test_the_page_tells_what_comes_out(case: Case, steps: list[Step], lines: list[str]) -> None:
    assert row(case, steps) in lines


def test_the_page_is_the_one_this_code_makes(steps: list[Step], lines: list[str]) -> None:
    rows = [line for line in lines if line.startswith(tuple(f"| {one.name} |" for one in CASES))]
    assert page(rows, rise_times(steps)).splitlines() == lines
