"""docs/simulator.md and its pictures, made by `python -m tests.simulator_page`.

The tables of numbers come out of the dataclasses the plant stands on, the checks out of
`tests/reality.py`, the pictures out of the plant itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

from sim.anatomy import column, outline
from sim.foot import KPA_PER_N, Foot, peak_kpa, stress_kpa
from sim.gate import Gate
from sim.heads import BALL_HEAD
from sim.indent import rested_depth_m
from sim.known import table
from sim.motor import Motor
from sim.tissue import BOTTOM, RAYS
from tests.plotted import Line, plot
from tests.reality import (
    BARE,
    FOOT,
    Check,
    checks,
    held_n,
    jam,
    over_the_ball,
    rolled,
    run_out,
    slope_push_n,
)

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, PICTURES = DOCS / "simulator.md", DOCS / "simulator"
REGIONS = ("heel", "arch", "ball", "toes")
MIDDLES = (0.1, 0.4, 0.7, 0.9)
PLACES = [number / 100.0 for number in range(77)]

WORDS = """# The simulator's plant

What `footloop-sim` lets a controller meet: a foot on a head, a leg above it, a motor below, and the
gate between the motor and its bridge. This page is made from the plant's own code: each number
of its tables is the one the plant uses, each picture is drawn by it.

## The foot

The sole is cut into columns between skin and bone. A column answers a strain `eps` with
`(E0/alpha)·(exp(alpha·eps) − 1)·(1 + 0.3 q) + eta·d(eps)/dt`. `q` is how fresh the tissue is:
1 at first touch, gone after 0.7 s under a resting head, kept up by rolling onto new tissue. Pressed
to {bottom} of its thickness a column is flat against the bone, and from there on the stress grows
in a straight line: it is finite however hard it is pressed.

![Stress of one column](simulator/stress.svg)

From the side the sole has a round back, a flat heel, one arch (higher on the inner side) and a flat
forefoot. Above it are bones: a round heel bone, one bump for the bone head of each ray, and toes
with gaps between them. Beside the sole there is nothing. A lane is where the head's middle runs,
in millimetres right of the foot's middle; a left foot is a right one in a mirror.

![Skin and bone along the middle lane](simulator/outline.svg)

A head presses a whole patch of columns. How hard it must press for each depth is worked out once
for each place and looked up; the plant's step costs the same for every foot.

![Force by depth](simulator/force.svg)

The bone heads are where it hurts first, and a ball is harder than the cylinder.

![Hardest pressed square centimetre along the sole](simulator/peaks.svg)

The leg is a mass on a soft spring with a load on it. It alone makes the pressure: the head has no
way up. So a stroke is felt by the channels as the leg's rise and fall over heel, arch and ball,
and hardly by its bones.

![Pressure along a stroke](simulator/stroke.svg)

![One bone head, felt and local](simulator/bump.svg)

![A jam](simulator/jam.svg)

## The motor and the gate

The winding's current follows its exponential exactly; from the carriage the rotor weighs about
25 kg. What resists at the carriage weighs heavier on the motor, by the gear's efficiency. 0 V in a
closed circuit is the short brake; an open circuit coasts. The gate lives on edges: a pump feeds a
relay, and a level that stands still opens it.

![Coming to rest from 5 cm/s](simulator/stop.svg)
"""

TAIL = """
*Wrong* rows are known and left so; nothing is fitted.

- A peak is that of the hardest pressed square centimetre: a pain threshold is measured with a probe
  of that size. Below flat bone and without an arch the peaks are met within a tenth. A heel bone
  that is round presses harder; the arch's own curve lies down on the head and presses less.
- A bone head raises the stress below it, under thin tissue more than was measured. But the channels
  feel only how far the leg must rise. Whoever wants a bump in the channels presses: that is a
  person's act.
- The heaviest rotor is down to a twentieth of its speed in 76 ms; an unloaded exponential takes
  longer over its last millimetre.
- Slopes do not push the head. The force times the slope would push it on into the arch and hold
  it back out of it, with up to {push:.1f} N under a calm leg at 5 cm/s, where rail and rolling take
  {held:.1f} N. The model of the current that T7 judges by knows no slope either: with that push it
  stopped an ordinary massage at level 5 for a strained motor. A machine will tell which is right.

## Not modelled

Skin that shears; a foot that turns sideways on the head; the crease before the toes; skin that is
round across; a drift of the pressure elements; backlash (0.17 to 0.35 mm of carriage at each turn),
belt stretch, the few milliseconds a relay's contact travels, and heat.

Made by `python -m tests.simulator_page`; `tests/test_simulator_page.py` makes it again.
"""


def made() -> str:
    """The page."""
    return "\n".join(
        [
            WORDS.format(bottom=BOTTOM),
            "## How it compares",
            "",
            *_compared(checks()),
            TAIL.format(push=slope_push_n(), held=held_n()).rstrip().split("\n\nMade by")[0],
            "",
            "## Every number",
            "",
            *_numbers(),
            "Made by" + TAIL.split("\n\nMade by")[1].rstrip(),
            "",
        ]
    )


def _compared(all_checks: Iterable[Check]) -> list[str]:
    rows = [
        f"| {one.what} | {one.measured} {one.unit} | {one.simulated:.3g} | "
        f"{'agrees' if one.agrees else '*wrong*'} |"
        for one in all_checks
    ]
    return ["| what | measured or given | simulated | |", "|---|---|---|---|", *rows]


def _numbers() -> list[str]:
    tables: list[tuple[str, Sequence[Any], Sequence[str]]] = [
        ("Regions of the sole", FOOT.regions, REGIONS),
        ("Rays, at a foot of 26 cm", RAYS, ("1st", "2nd", "3rd", "4th", "5th")),
        ("Heads", (FOOT.head, BALL_HEAD), ("cylinder", "ball")),
        ("Foot and leg", (FOOT,), ("value",)),
        ("Motor and rail", (Motor(),), ("value",)),
        ("Gate", (Gate(),), ("value",)),
    ]
    return [line for name, parts, heads in tables for line in _table(name, parts, heads)]


def _table(name: str, parts: Sequence[Any], heads: Sequence[str]) -> list[str]:
    lines = [f"### {name}", "", f"| name | {' | '.join(heads)} | unit | what | source |"]
    lines.append("|---" * (len(heads) + 4) + "|")
    for row in zip(*(table(one) for one in parts), strict=True):
        values = " | ".join(_told(one.value) for one in row)
        first = row[0]
        lines.append(
            f"| `{first.name}` | {values} | {first.unit} | {first.about} | {first.source} |"
        )
    return [*lines, ""]


def _told(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return ("yes" if value else "no") if isinstance(value, bool) else f"{value:g}"


def pictures() -> dict[str, str]:
    """Every picture by the name of its file."""
    return {
        "stress.svg": _stress(),
        "outline.svg": _outline(),
        "force.svg": _force(),
        "peaks.svg": _peaks(),
        "stroke.svg": _stroke(),
        "bump.svg": _bump(),
        "jam.svg": plot("20 N more within 5 ms", "ms", "N more", [Line("the head", jam())]),
        "stop.svg": _stop(),
    }


def _stress() -> str:
    strains = [number / 50.0 for number in range(33)]
    return plot(
        "Stress of one column, relaxed",
        "strain",
        "kPa",
        [
            Line(name, [(strain, stress_kpa(region, strain)) for strain in strains])
            for name, region in zip(REGIONS, FOOT.regions, strict=True)
        ],
    )


def _outline() -> str:
    alongs_m = [number / 1000.0 for number in range(261)]
    skin = [(at_m * 100.0, outline(FOOT, at_m).height_m * 1000.0) for at_m in alongs_m]
    bone = [
        (at_cm, mm + column(FOOT, at_cm / 100.0, 0.0).thickness_m * 1000.0) for at_cm, mm in skin
    ]
    return plot(
        "Skin and bone along the middle lane",
        "cm from the heel end",
        "mm above the heel's underside",
        [Line("bone", bone), Line("skin", skin)],
    )


def _force() -> str:
    forces_n = [number * 2.0 for number in range(1, 51)]
    return plot(
        "Force on the cylinder, relaxed",
        "mm deep",
        "N",
        [
            Line(name, [(rested_depth_m(FOOT, place, n) * 1000.0, n) for n in (0.1, *forces_n)])
            for name, place in zip(REGIONS, MIDDLES, strict=True)
        ],
    )


def _peaks() -> str:
    feet = {
        "3rd ray": FOOT,
        "2nd ray": replace(FOOT, lane_mm=-16.0),
        "4th ray": replace(FOOT, lane_mm=16.0),
        "3rd ray, ball": replace(FOOT, head=BALL_HEAD),
    }
    return plot(
        "Hardest pressed cm² under a resting 19 N",
        "cm from the heel end",
        "kPa",
        [Line(name, _resting_peaks(foot)) for name, foot in feet.items()],
    )


def _resting_peaks(foot: Foot) -> list[tuple[float, float]]:
    return [(place * foot.length_cm, peak_kpa(foot, place, 19.0)) for place in PLACES]


def _stroke() -> str:
    lines = []
    for cm_s in (2.0, 5.0, 10.0):
        felt = [
            (at_m * 100.0, n * KPA_PER_N)
            for at_m, n in rolled(FOOT, cm_s, 0.02, 0.19)[:: round(100 / cm_s)]
        ]
        lines.append(Line(f"{cm_s:g} cm/s", felt))
    return plot("Felt along a stroke, calm leg", "cm from the heel end", "kPa", lines)


def _bump() -> str:
    seen = [one for one in over_the_ball(0.0) if one[0] > 0.156]
    return plot(
        "Over a bone head at 5 cm/s",
        "cm from the heel end",
        "kPa",
        [
            Line("hardest cm²", [(at_m * 100.0, kpa) for at_m, _, kpa in seen]),
            Line("the channels", [(at_m * 100.0, n * KPA_PER_N) for at_m, n, _ in seen]),
        ],
    )


def _stop() -> str:
    lines = [
        Line(f"{how}, J {j:g}", run_out(replace(BARE, inertia_kg_m2=j), 5.0, how == "braked"))
        for how, j in (("coasting", 1e-6), ("coasting", 2e-6), ("braked", 1e-6), ("braked", 2e-6))
    ]
    return plot("Coming to rest from 5 cm/s, unloaded", "ms", "cm/s", lines)


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    for name, text in pictures().items():
        (PICTURES / name).write_text(text, encoding="utf-8")
    PAGE.write_text(made(), encoding="utf-8")
