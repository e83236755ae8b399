"""docs/recorded-feet.md, made by `python -m tests.recorded_page`: recorded steps and the kernel.

The page and the tests are made by the same code: each line of the page is a line that a test works
out again. The feet are laid out by `tests/recorded_feet.py`; here they go through the production
`step()`, forced into RUNNING with an open session, at the recordings' own 500 Hz.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from textwrap import fill
from typing import NamedTuple

from controller.limits import Limits
from controller.modes import Mode, Request, Sitting, State
from controller.safety import step
from controller.watch import Watch
from hardware.roller import Sample
from tests.recorded_feet import (
    BASELINE_KPA,
    HEEL_STRIKE_KPA,
    NOISE_KPA,
    REFERENCE_KPA,
    ROLL_OVERS_KPA,
    SAMPLE_HZ,
    Step,
    clean_kpa,
    lay_out,
    load_steps,
    rise_ms,
)

PAGE = Path(__file__).resolve().parent.parent / "docs" / "recorded-feet.md"
LIMITS = Limits(tick_s=1.0 / SAMPLE_HZ)
REQUEST = Request(speed_cm_s=5.0, level=5, reference_kpa=REFERENCE_KPA, place=0.4, recorded=1)
PAIN_RULES = ("T1", "T2")


class Case(NamedTuple):
    """One way to lay all steps out."""

    name: str
    region: str  # heel or forefoot
    peak_kpa: float


CASES = (
    Case("heel strikes", "heel", HEEL_STRIKE_KPA),
    *(Case(f"roll-overs, {name}", "forefoot", kpa) for name, kpa in ROLL_OVERS_KPA.items()),
)


def shape_of(one: Step, case: Case) -> Sequence[float]:
    """The load on the region that `case` looks at."""
    return one.heel if case.region == "heel" else one.forefoot


def outcome(shape: Sequence[float], peak_kpa: float, seed: int) -> set[str]:
    """What the kernel did over one step: rules that stopped it, or HOLD, EASED; nothing: it ran."""
    before_s = -LIMITS.tick_s
    sitting = Sitting(number=1, opened_at_s=before_s)
    state = State(Mode.RUNNING, before_s, Watch(before_s), sitting=sitting)
    seen = set()
    for at_s, kpa in lay_out(shape, peak_kpa, seed):
        sample = Sample(at_s, kpa, kpa, motor_current_ma=200.0, gate_on=True)
        state, _ = step(state, REQUEST, sample, LIMITS, at_s)
        if state.stop is not None:
            return {state.stop.trip.rule}
        if state.mode is not Mode.RUNNING:
            seen.add(state.mode.name)
            if not state.mode.moving:
                break
    return seen


def outcomes(case: Case, steps: Iterable[Step]) -> Counter[str]:
    """How many steps ended how."""
    return Counter(
        what
        for number, one in enumerate(steps)
        for what in outcome(shape_of(one, case), case.peak_kpa, number)
    )


def painful(kpa: Sequence[float]) -> bool:
    """Whether the pressures themselves, without noise, break T1 or T2 as the words go."""
    window = round(0.020 * SAMPLE_HZ)
    allowed_kpa, above_kpa = max(10.0, 0.4 * REFERENCE_KPA), REFERENCE_KPA + 7.5
    rises = any(
        now - kpa[frame] > allowed_kpa and now > above_kpa for frame, now in enumerate(kpa[window:])
    )
    return rises or any(a > 75.0 and b > 75.0 for a, b in pairwise(kpa))


def row(case: Case, steps: Sequence[Step]) -> str:
    """The line of the table."""
    count = outcomes(case, steps)
    stops = sum(count[rule] for rule in PAIN_RULES)
    true = sum(painful(clean_kpa(shape_of(one, case), case.peak_kpa)) for one in steps)
    by_rule = [count[rule] for rule in PAIN_RULES]
    other = sum(number for what, number in count.items() if what not in (*PAIN_RULES, "EASED"))
    cells = (case.peak_kpa, stops, *by_rule, other, count["EASED"], true)
    return f"| {case.name} | " + " | ".join(f"{cell:g}" for cell in cells) + " |"


def rise_times(steps: Iterable[Step]) -> str:
    """The sentence that ties our cut of the recordings to the specification's."""
    fast = [one for one in steps if one.speed == "fast"]
    low, high = _percentiles([rise_ms(one.heel) for one in fast])
    begin, _ = _percentiles([rise_ms(one.forefoot) for one in fast])
    slow = [rise_ms(one.forefoot) for one in steps if one.speed == "slow"]
    _, end = _percentiles(slow)
    return _bullet(
        f"So cut, 90 % of the fast heel strikes rise (10-90 %) in {low:g} to {high:g} ms, and the"
        f" forefoot takes {begin:g} ms (5th percentile, fast) to {end:g} ms (95th, slow)."
    )


def _bullet(text: str) -> str:
    return fill(text, 100, initial_indent="- ", subsequent_indent="  ", break_long_words=False)


def _percentiles(values: Sequence[float]) -> tuple[float, float]:
    """The 5th and the 95th, nearest rank."""
    ranked = sorted(values)
    return ranked[round(0.05 * (len(ranked) - 1))], ranked[round(0.95 * (len(ranked) - 1))]


def page(rows: Iterable[str], rise_line: str) -> str:
    """The whole page."""
    table = "\n".join(rows)
    return f"""# Recorded feet

600 barefoot steps of 10 people, walked over a pressure plate at slow, normal and fast speed and
recorded at {SAMPLE_HZ} Hz, through the production safety kernel: does it stop for a strike, and let
a foot roll over in peace?

| what | peak kPa | pain stops | by T1 | by T2 | other stops | eased | painful in truth |
|---|---|---|---|---|---|---|---|
{table}

All of 600. A *pain stop* is a latched stop by T1 or T2. *Painful in truth*: the pressures
themselves, without noise and filter, break T1 or T2 as the specification words them. What must
hold: every heel strike stops, no roll-over at 1.3 × the reference does. The two rows below are
reported, not promised: up there a fast walker's forefoot is as sudden as a strike.

## How they are laid out

- Each step lies on a {BASELINE_KPA:g} kPa baseline with {NOISE_KPA:g} kPa of noise and 2 s of
  lead-in; the reference is {REFERENCE_KPA:g} kPa.
- Heel: the first 30 % of the footprint's length; forefoot: 60 to 83 %; the maximum of the region,
  frame by frame, scaled to the peak. The plate's unit is not stated, so only shapes are used.
{rise_line}
- The kernel runs at 500 Hz, RUNNING at level 5 with an open session.

## Source

Pataky, Caravaggi, Savage, Parker, Goulermas, Sellers, Crompton (2008), J. Biomech. 41(9),
1987-1994, doi 10.1016/j.jbiomech.2008.03.034; published by its authors in the test-only package
`jiku-data` (dataset `SpeedPP2DS`). Nothing of it is copied here.

Made by `python -m tests.recorded_page`; `tests/test_recorded_feet.py` works every line out again.
"""


def made() -> str:
    """The page as it should be."""
    steps = load_steps()
    return page([row(case, steps) for case in CASES], rise_times(steps))


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
