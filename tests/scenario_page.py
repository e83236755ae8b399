"""docs/scenarios.md, made by `python -m tests.scenario_page` from the words of the format."""

from collections.abc import Iterable
from pathlib import Path

from controller.scenario_keys import (
    AROUND,
    CRITERIA,
    HEAD,
    RECORDING,
    REQUIRED,
    SECTIONS,
    VERBS,
    WHEN,
    WITHIN,
    Word,
)
from sim.scenario import SCENARIOS
from sim.scenario_faults import FAULTS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "scenarios.md"
EXAMPLE = SCENARIOS / "way-back-after-pain.toml"

ABOUT = """# Scenarios

A scenario is a story of one machine and one person, and what must be true in it: one TOML file
that reads like a page. The simulator plays it with the production safety loop in simulated time,
much faster than real time, and judges it:

```sh
footloop-sim scenario                       # every story that comes with it (sim/scenarios/)
footloop-sim scenario mine.toml stories/    # files, and folders of them
footloop-sim scenario mine.toml --json      # one object; the exit code is 1 when one fails
```

The same file is rehearsed on a real roller, whose engine is running:

```sh
footloop rehearse mine.toml
```

There a person is told what to press, to lay on, to lift and to unplug; the phone's part is done for
them. What the link tells is judged. What only a simulated plant knows is named line by line, and
what would take the engine away (`cut power`, `hang`) cannot be rehearsed. A rehearsal that breaks
off leaves a stopped roller behind.

What is wrong in a file is told at once, each problem with file, line, key and what may stand there.

## One of them

```toml
"""
PARTS = """```

## The parts

- The head: `format`, `title` and `story`.
- `timeline`: one line after the other. A line either lets something happen (`do`), waits for
  something (`until`, at most `within_s`), or demands something at this moment (`must`). It comes
  when the line before is done, or `after_s` later, or `at_s` seconds after the machine was switched
  on.
- `[must]`: what must be true at the end. `[always]`: what must be true on every tick.
- `[device]` and `[person]`: what differs from a sound machine and a calm person.
- `[limits]`: limits that a maker has tightened, with the names of the configuration's `[limits]`.
- `[recording]`: what a machine kept of a trip, in the place of a timeline; `footloop-sim import`
  writes such a file.
"""
FOOT = """
Made by `python -m tests.scenario_page`; `tests/test_scenario_page.py` holds it against the tables
in `controller/scenario_keys.py`.
"""


def made() -> str:
    """The page."""
    sections = [
        line
        for name, words in SECTIONS.items()
        for line in ("", f"## `[{name}]`", "", *_table(words))
    ]
    return "\n".join([
        ABOUT.rstrip("\n"), EXAMPLE.read_text(encoding="utf-8").rstrip("\n"),
        PARTS, "## The head", "", *_table(HEAD), *sections,
        "", "## `[recording]`", "", *_table(RECORDING),
        "", "## When a line of the timeline comes", "", *_table((*WHEN, WITHIN)),
        "", "## What can happen: `do`", "", *_verbs(),
        "", "Beside any `do` may stand:", "", *_table(AROUND),
        "", "Faults for `break` and `mend`: " + ", ".join(f"`{name}`" for name in FAULTS) + ".",
        "", "## What can be demanded: `must`, `until`, `[must]`, `[always]`", "", *_criteria(),
        FOOT,
    ])  # fmt: skip


def _table(words: Iterable[Word]) -> list[str]:
    rows = [f"| `{one.name}` | {one.allowed} | {_default(one)} | {one.comment} |" for one in words]
    return ["| key | what it may be | if left out | meaning |", "|---|---|---|---|", *rows]


def _default(word: Word) -> str:
    if word.default is REQUIRED:
        return "must be given"
    if word.default is None:
        return ""
    return f"`{str(word.default).lower() if isinstance(word.default, bool) else word.default}`"


def _verbs() -> list[str]:
    rows = []
    for verb in VERBS:
        given = "; ".join(
            f"`{one.name}` ({one.allowed}{'' if one.default is REQUIRED else ', or left out'}): "
            f"{one.comment}"
            for one in verb.words
        )
        rows.append(f"| `{verb.name}` | {verb.comment} | {given} |")
    return ["| do | meaning | with |", "|---|---|---|", *rows]


def _criteria() -> list[str]:
    rows = [
        f"| `{one.name}` | {one.allowed} | {one.comment} | {'no' if one.truth else 'yes'} |"
        for one in CRITERIA
    ]
    return ["| key | what it may be | meaning | seen at a bench |", "|---|---|---|---|", *rows]


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
