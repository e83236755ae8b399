"""What a raw reading weighs: converter's range -> N -> kPa under the head.

Every element differs, so the line of each is measured on the machine itself: with nothing and
with known weights on the head, and straight between the points.
A reading rises with the load. One that falls would show an unplugged cable, which is pulled down,
as the highest load or as none; the cure is to swap two wires, so it is refused.
What lies outside an element's range is said, not guessed: an open element has no pressure (NaN),
a saturated one has at least the pressure at its end.
Raw readings are fractions of the converter's range, 0..1, whatever its bits. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from hardware.converters import RESOLUTIONS
from hardware.roller import SensorStatus

KPA_PER_N = 1.25  # reference head: cylinder, radius 25 mm, effective area 8 cm²
STALE_AFTER_DAYS = 365
POINTS = (2, 6)  # nothing, and one to five weights
MOST_N = 1000.0
TRUSTED_RATIO = 2.0  # of the heaviest weight: the line is not believed beyond
HEAVIEST_N = {"pressure_a": 30.0, "pressure_b": 10.0}
"""Heaviest weight, at least. Of channel A twice this is 75 kPa, where the kernel calls it pain."""

NAN = float("nan")


class Reading(NamedTuple):
    """What one pressure element says."""

    pressure_kpa: float  # slightly negative when the zero has drifted; NaN: unreadable
    status: SensorStatus


class Point(NamedTuple):
    """What an element reads under a known load."""

    raw: float  # 0..1
    load_n: float  # 0..1000 N


class Trust(Enum):
    """How far the kPa of a machine may be believed. All but the first cap the level."""

    MEASURED = "measured"
    STALE = "stale"  # more than 12 months ago
    AHEAD = "ahead"  # dated after today: the clock is wrong, then or now
    UNMEASURED = "unmeasured"


@dataclass(frozen=True, slots=True)
class Element:
    """One pressure element: straight lines between measured points, and the ends of its range.

    The defaults are the nominal values of a load cell whose amplifier gives 10 % of the range
    at rest; they stand in until its points have been measured on the machine itself.
    """

    points: tuple[Point, ...] = (Point(0.10, 0.0), Point(0.90, 160.0))  # rising, from nothing on
    open_below: float = 0.02  # 0..1; a wire that is off is pulled down. 0: cannot be told
    saturated_from: float = 0.99  # 0..1; its range, or what the weights speak for, ends here
    shorted_from: float | None = None  # above saturated_from..1. None: reads as saturated
    chip: str = "MCP3008"  # the converter it was measured on
    measured_on: int | None = None  # day, counted from 0001-01-01 as 1; None: nominal values

    def reading(self, raw: float) -> Reading:
        """Return the pressure and the element's status at `raw`, 0..1 of the range."""
        if not raw >= self.open_below:
            return Reading(NAN, SensorStatus.OPEN)
        if self.shorted_from is not None and raw >= self.shorted_from:
            return Reading(NAN, SensorStatus.SHORTED)
        if raw >= self.saturated_from:
            return Reading(self.load_n(self.saturated_from) * KPA_PER_N, SensorStatus.SATURATED)
        return Reading(self.load_n(raw) * KPA_PER_N, SensorStatus.OK)

    def load_n(self, raw: float) -> float:
        """Return the load at `raw`; beyond the points the outer lines go on."""
        lines = pairwise(self.points)
        low, high = next((line for line in lines if raw < line[1].raw), self.points[-2:])
        return low.load_n + (raw - low.raw) / (high.raw - low.raw) * (high.load_n - low.load_n)

    def raw_at(self, load_n: float) -> float:
        """Return the reading under `load_n`; the other way round than `load_n()`."""
        lines = pairwise(self.points)
        low, high = next((line for line in lines if load_n < line[1].load_n), self.points[-2:])
        return low.raw + (load_n - low.load_n) / (high.load_n - low.load_n) * (high.raw - low.raw)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything measured on one machine."""

    pressure_a: Element = field(default_factory=Element)
    pressure_b: Element = field(default_factory=Element)

    def trust(self, today: int, *, b_fitted: bool) -> Trust:
        """Return how far the pressure may be believed on day `today`: as its worst element."""
        used = (self.pressure_a, self.pressure_b) if b_fitted else (self.pressure_a,)
        return max((_trust(one, today) for one in used), key=list(Trust).index)


def measured(points: tuple[Point, ...], on: int, chip: str = "MCP3008") -> Element:
    """Return the element that was weighed on day `on` with `chip`; `problems()` judges it.

    Its range ends with the converter's, or where the weights no longer speak for its line. A
    wire that is off can be told only from a zero that is clearly above the converter's.
    """
    nominal = Element()
    zero_raw, (_, heaviest_n) = points[0].raw, points[-1]
    end_raw = Element(points).raw_at(TRUSTED_RATIO * heaviest_n)
    return Element(
        points,
        open_below=0.0 if zero_raw < nominal.open_below else min(nominal.open_below, zero_raw / 2),
        saturated_from=min(nominal.saturated_from, end_raw),
        chip=chip,
        measured_on=on,
    )


def _trust(element: Element, today: int) -> Trust:
    if element.measured_on is None:
        return Trust.UNMEASURED
    age_days = today - element.measured_on
    if age_days < 0:
        return Trust.AHEAD
    return Trust.MEASURED if age_days <= STALE_AFTER_DAYS else Trust.STALE


def problems(calibration: Calibration) -> list[str]:
    """Return what is wrong with `calibration`, one sentence each; empty when it can be used."""
    found = []
    for name, heaviest_n in HEAVIEST_N.items():
        element: Element = getattr(calibration, name)
        found += [f"{name}: {one}" for one in element_problems(element, heaviest_n)]
    return found


def element_problems(element: Element, heaviest_n: float) -> list[str]:
    """Return what is wrong with `element`, whose heaviest weight is at least `heaviest_n`."""
    few, many = POINTS
    if not few <= len(element.points) <= many:
        return [f"points are {len(element.points)}: weigh {few} to {many}, the first with nothing"]
    if element.chip not in RESOLUTIONS:
        return [f"chip is {element.chip!r}: it is one of {', '.join(RESOLUTIONS)}; measure again"]
    least_raw_per_n = RESOLUTIONS[element.chip].least_raw_per_n
    found = [*_point_problems(element.points), *_line_problems(element.points, least_raw_per_n)]
    return found or list(_range_problems(element, heaviest_n))


def _point_problems(points: tuple[Point, ...]) -> Iterator[str]:
    for raw, load_n in points:
        if not 0.0 <= raw <= 1.0:
            yield f"raw is {raw}: it is within 0..1; measure again"
        if not 0.0 <= load_n <= MOST_N:
            yield f"load_n is {load_n}: weigh the load; it is within 0..{MOST_N:g} N"
    if points[0].load_n != 0.0:
        yield f"the first load_n is {points[0].load_n}: it is 0 N; measure with nothing on the head"


def _line_problems(points: tuple[Point, ...], least_raw_per_n: float) -> Iterator[str]:
    for low, high in pairwise(points):
        rise_n = high.load_n - low.load_n
        step = f"from {low.load_n:g} to {high.load_n:g} N the reading"
        if not rise_n > 0.0:
            yield (
                f"load_n {high.load_n:g} follows {low.load_n:g}: it must rise; weigh each load once"
            )
        elif not high.raw > low.raw:
            yield (
                f"{step} did not rise ({low.raw:.5f}, then {high.raw:.5f}): check its plug; if it "
                "falls under load, swap the element's two signal wires"
            )
        elif not (high.raw - low.raw) / rise_n >= least_raw_per_n:
            yield (
                f"{step} rose by {high.raw - low.raw:.5f}: it must rise by at least "
                f"{least_raw_per_n:g} per N; its range may end here, so use lighter weights or "
                "more gain"
            )


def _range_problems(element: Element, heaviest_n: float) -> Iterator[str]:
    (zero_raw, _), (top_raw, top_n) = element.points[0], element.points[-1]
    raws = (element.open_below, zero_raw, top_raw, element.saturated_from)
    if not (0.0 <= raws[0] <= raws[1] and raws[2] < raws[3] <= 1.0):
        yield (
            "open_below, the first and the last raw, saturated_from are "
            f"{', '.join(f'{one:.4f}' for one in raws)}: they must rise in this order within "
            "0..1; set the amplifier so that nothing and the heaviest weight lie inside"
        )
    elif not element.load_n(element.saturated_from) <= TRUSTED_RATIO * top_n * (1.0 + 1e-9):
        yield (
            f"saturated_from is {element.saturated_from}: it lies at most at "
            f"{TRUSTED_RATIO:g} times the heaviest weight; measure again"
        )
    if not top_n >= heaviest_n:
        yield f"the heaviest weight is {top_n:.1f} N: use one of at least {heaviest_n:g} N"
    shorted_from = element.shorted_from
    if shorted_from is not None and not element.saturated_from < shorted_from <= 1.0:
        yield (
            f"shorted_from is {shorted_from}: it lies above saturated_from "
            f"({element.saturated_from}) and at most at 1, or is left out"
        )
