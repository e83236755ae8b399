"""How hard a head must press to sink into the sole: worked out once for each place, then looked up.

The head is cut into strips along the sole. Under each strip four columns stand for all (two-point
Gauss quadrature before and behind the point of touch), with the tissue of their own spot. It gives
a row of forces, one for every step of depth, and one of damping. Rows stand every 2 mm along the
sole and run straight in between; they are made when first asked for.

Pure; SI units.
"""

from bisect import bisect_right
from functools import lru_cache
from itertools import pairwise
from math import floor, sqrt

from sim.anatomy import Foot, column
from sim.heads import Strip, strips
from sim.tissue import stress
from sim.touch import Touch, touch

CALM_N = 19.0  # what a calm leg rests with
CELLS_1_M = 5000.0  # tissue is looked up every 0.2 mm along the sole
ROOTS = 250.0  # and by the root of the depth in m: 1 mm of depth is 8 steps, 10 mm are 25
SPOTS_1_M = 1000.0  # columns stand so close,
_KNOTS_1_M = 500.0  # rows so close,
_CELLS_A_LAW = 5  # and so many cells share one law
_MOST_N = 800.0  # a row goes on to this force; beyond it grows in a straight line
_NODES = tuple(0.5 + side * 0.5 / sqrt(3.0) for side in (-1.0, 1.0))  # of half the chord, 0..1

Row = tuple[float, ...]
_Spot = tuple[float, ...]
"""A `Column` as a plain tuple, which is quicker to unpack."""
Piece = tuple[float, float, float, float]
"""Force is the second times the root of the depth, less the first; damping the fourth, less the
third: straight lines for one step of that root."""
Law = tuple[Piece, ...]
Cell = tuple[float, float, float, Law]
"""What a step looks up: the line that depth is counted from, as height (m, extended to the heel
end) and slope, the slope of the skin, and the pieces by depth."""


class Sole:
    """What was worked out of one foot, kept for the next who asks."""

    def __init__(self, foot: Foot) -> None:
        """Begin with nothing."""
        self.foot = foot
        self.strips = strips(foot.head)
        self.strip_m = foot.head.width_mm / 1000.0 / len(self.strips)
        self.bands = _bands(self.strips)
        self.cells: dict[int, Cell] = {}
        self.lifts_m: dict[int, float] = {}
        self.laws: dict[int, tuple[Law, float]] = {}
        self.knots: dict[int, tuple[Row, Row]] = {}
        self.columns: dict[int, list[_Spot]] = {}

    def make(self, index: int) -> Cell:
        """Make the cell `index`, and keep it.

        Cells that share a law count depth from a line of their own, so that a calm leg feels no
        step where the law changes: as if the skin were where that leg rests.
        """
        law, rests_m = self.law(index // _CELLS_A_LAW)
        ends_m = index / CELLS_1_M, (index + 1) / CELLS_1_M
        skin_m = [self.lift_m(one) for one in (index, index + 1)]
        line_m = [lift_m + self.rested_m(end_m) - rests_m
                  for lift_m, end_m in zip(skin_m, ends_m, strict=True)]  # fmt: skip
        slope = (line_m[1] - line_m[0]) * CELLS_1_M
        skin_slope = (skin_m[1] - skin_m[0]) * CELLS_1_M
        made = self.cells[index] = line_m[0] - slope * ends_m[0], slope, skin_slope, law
        return made

    def lift_m(self, index: int) -> float:
        """How high the skin's line is where the cell `index` begins."""
        if index not in self.lifts_m:
            self.lifts_m[index] = touch(self.foot, index / CELLS_1_M).lift_m
        return self.lifts_m[index]

    def law(self, number: int) -> tuple[Law, float]:
        """The pieces that a few neighbouring cells share, and how deep a calm leg rests in them."""
        if number not in self.laws:
            rows = self.rows((number + 0.5) * _CELLS_A_LAW / CELLS_1_M * _KNOTS_1_M)
            self.laws[number] = _pieces(*rows), _depth_m(rows[0], CALM_N)
        return self.laws[number]

    def rested_m(self, along_m: float) -> float:
        """How deep a calm leg rests, straight between the knots."""
        spot = along_m * _KNOTS_1_M
        knot = floor(spot)
        before_m, after_m = (_depth_m(self.knot(one)[0], CALM_N) for one in (knot, knot + 1))
        return before_m + (spot - knot) * (after_m - before_m)

    def rows(self, spot: float) -> tuple[Row, Row]:
        """Force and damping by depth at `spot`, counted in knots."""
        knot = floor(spot)
        before, after = self.knot(knot), self.knot(knot + 1)
        share = spot - knot
        return _between(before[0], after[0], share), _between(before[1], after[1], share)

    def knot(self, number: int) -> tuple[Row, Row]:
        """The two rows at a knot."""
        if number not in self.knots:
            self.knots[number] = self._rows(touch(self.foot, number / _KNOTS_1_M))
        return self.knots[number]

    def _rows(self, at: Touch) -> tuple[Row, Row]:
        elastic_n, viscous_n_s_m = [0.0], [0.0]
        while elastic_n[-1] < _MOST_N:
            force_n, damping_n_s_m = self._pressed(at, (len(elastic_n) / ROOTS) ** 2)
            elastic_n.append(force_n)
            viscous_n_s_m.append(damping_n_s_m)
        return tuple(elastic_n), tuple(viscous_n_s_m)

    def _pressed(self, at: Touch, depth_m: float) -> tuple[float, float]:
        """Force and damping of the whole head, sunk by `depth_m`."""
        force_n = damping_n_s_m = 0.0
        for low_m, band in self.bands:
            deep_m = depth_m - low_m
            if not deep_m > 0.0:
                continue
            chord_m = sqrt(2.0 * at.radius_m * deep_m)
            area_m2 = self.strip_m * chord_m / 2.0
            for way in _NODES:
                for along_m in (at.along_m - way * chord_m, at.along_m + way * chord_m):
                    columns = self.spots(along_m)[band]
                    more_n, more = _of_columns(columns, deep_m * (1.0 - way * way))
                    force_n += area_m2 * more_n
                    damping_n_s_m += area_m2 * more
        return force_n, damping_n_s_m

    def spots(self, along_m: float) -> list[_Spot]:
        """One column for each strip, as near as they stand."""
        number = floor(along_m * SPOTS_1_M + 0.5)
        if number not in self.columns:
            self.columns[number] = [
                tuple(column(self.foot, number / SPOTS_1_M, self.foot.lane_mm + strip.aside_mm))
                for strip in self.strips
            ]
        return self.columns[number]


def _bands(cut: tuple[Strip, ...]) -> list[tuple[float, slice]]:
    """Neighbouring strips that lie equally low: how low (m), and which."""
    starts = [
        number
        for number in range(len(cut))
        if not number or cut[number].low_mm != cut[number - 1].low_mm
    ]
    return [
        (cut[start].low_mm / 1000.0, slice(start, end))
        for start, end in zip(starts, [*starts[1:], len(cut)], strict=True)
    ]


def _of_columns(columns: list[_Spot], sunk_m: float) -> tuple[float, float]:
    """What columns of 1 m² each answer to a head that has sunk so far: force and damping."""
    force_n = damping_n_s_m = 0.0
    for thickness_m, stiffness_pa, alpha, eta_pa_s, recess_m, filled in columns:
        if sunk_m > recess_m:
            strain = (sunk_m - recess_m) / thickness_m
            force_n += filled * stress(stiffness_pa, alpha, strain)
            damping_n_s_m += filled * eta_pa_s / thickness_m
    return force_n, damping_n_s_m


def _between(before: Row, after: Row, share: float) -> Row:
    """The row between two, as deep as the stiffer one goes."""
    return tuple([old + share * (new - old) for old, new in zip(before, after, strict=False)])


def _pieces(forces_n: Row, dampings_n_s_m: Row) -> Law:
    """Turn two rows into straight lines."""
    pieces = []
    for step, ((low_n, high_n), (low, high)) in enumerate(
        zip(pairwise(forces_n), pairwise(dampings_n_s_m), strict=True)
    ):
        more_n, more = high_n - low_n, high - low
        pieces.append((more_n * step - low_n, more_n * ROOTS, more * step - low, more * ROOTS))
    return tuple(pieces)


def deepest(law: Law, depth_m: float) -> tuple[float, Piece]:
    """Skin is on bone: the last piece, and a root that makes it a straight line of the depth."""
    end = len(law) / ROOTS
    return (depth_m + end * end) / (2.0 * end), law[-1]


@lru_cache(maxsize=32)
def sole_of(foot: Foot) -> Sole:
    """The cells of a foot; the same foot twice shares them."""
    return Sole(foot)


def rested_depth_m(foot: Foot, place: float, force_n: float) -> float:
    """How deep a head sinks that rests with `force_n`; `place` is 0 (heel end) to 1 (toe tip)."""
    rows = sole_of(foot).rows(place * foot.length_cm / 100.0 * _KNOTS_1_M)
    return _depth_m(rows[0], force_n)


def _depth_m(forces_n: Row, force_n: float) -> float:
    """Where a row reaches a force."""
    step = min(bisect_right(forces_n, force_n) - 1, len(forces_n) - 2)
    low_n, high_n = forces_n[step : step + 2]
    return ((step + (force_n - low_n) / (high_n - low_n)) / ROOTS) ** 2
