"""The sole, and the leg that rests on it: how much force the roller's head feels.

The head is a cylinder under the sole. What it touches is a strip of tissue columns over bone,
each with `sigma = (E0/alpha)(exp(alpha eps) - 1)(1 + 0.3 q) + eta d(eps)/dt`; the strip is
summed by two-point Gauss quadrature. `q` is how fresh the tissue is: 1 at first touch, gone
after `relaxation_s` under a resting head, kept up by rolling onto new tissue. The leg is a mass
on a soft spring with a load on it. It alone makes the pressure: the head has no way up.

Not modelled: the sides of the sole (one lane only, so no single metatarsal heads), the round
back of the heel, and the push along the rail when the head climbs the arch.
Pure; SI units inside (metres, newtons, pascals); sources: `device.md`, else "estimate".
"""

from dataclasses import dataclass, field
from functools import lru_cache
from math import cos, exp, pi, sqrt, trunc

KPA_PER_N = 1.25  # what the pressure channels call a newton: the head's reference area is 8 cm²
_GAUSS_NEAR = 1.0 - (0.5 - 0.5 / sqrt(3.0)) ** 2  # depth of the two columns that stand for all
_GAUSS_FAR = 1.0 - (0.5 + 0.5 / sqrt(3.0)) ** 2
_CELLS_PER_M = 5000.0  # tissue is looked up every 0.2 mm along the sole
_MARGIN_CELLS = 100  # 20 mm before the heel and behind the toes

_Cell = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Region:
    """Tissue of one stretch of the sole, up to `ends_at` (0 = heel end, 1 = toe tip)."""

    ends_at: float
    thickness_mm: float
    e0_kpa: float
    alpha: float
    eta_kpa_s: float


HEEL = Region(ends_at=0.25, thickness_mm=16.0, e0_kpa=40.0, alpha=8.0, eta_kpa_s=30.0)
ARCH = Region(ends_at=0.60, thickness_mm=26.0, e0_kpa=15.0, alpha=5.5, eta_kpa_s=17.0)
BALL = Region(ends_at=0.78, thickness_mm=10.5, e0_kpa=40.0, alpha=8.0, eta_kpa_s=17.0)
TOES = Region(ends_at=1.0, thickness_mm=9.0, e0_kpa=45.0, alpha=8.0, eta_kpa_s=17.0)


@dataclass(frozen=True, slots=True)
class Foot:
    """One foot, the leg above it and the head below it."""

    length_cm: float = 26.0  # 23-30
    regions: tuple[Region, ...] = (HEEL, ARCH, BALL, TOES)
    blend: float = 0.05  # half-width of a border between regions, parts of the length; estimate
    arch_height_mm: float = 12.0  # 8-15
    arch_from: float = 0.18  # where the sole leaves the ground, parts of the length; estimate
    arch_to: float = 0.62
    relaxation_s: float = 0.7
    fresh_gain: float = 0.3  # fresh tissue is stiffer by this share
    contact_length_m: float = 0.03  # rolling renews the tissue over this way; 25 mm head at 4 mm
    head_radius_m: float = 0.025
    head_width_m: float = 0.05  # gives device.md's 39, 25, 43-52 kPa peaks at 30 N
    leg_mass_kg: float = 3.0  # shank and foot as felt at the sole; estimate
    leg_stiffness_n_m: float = 300.0  # calf rest and knee give way; estimate
    leg_damping_n_s_m: float = 25.0  # estimate
    guided_damping_n_s_m: float = 300.0  # muscles guide a foot in the air; estimate
    lift_height_m: float = 0.03  # how far a lifted foot hangs above the head; estimate


@dataclass(slots=True)
class Contact:
    """The foot on (or above) the head, advanced in place."""

    foot: Foot
    force_n: float = 0.0  # normal force on the head, 0..
    height_m: float = field(init=False)  # of the heel's underside above the head's top
    rise_m_s: float = 0.0
    freshness: float = 1.0  # q, 0..1
    cells: tuple[_Cell, ...] = field(init=False, repr=False)
    # What every step needs, together: one unpacking is cheaper than many look-ups.
    step: tuple[float, float, float, float, float, float, float] = field(init=False, repr=False)
    prepared_dt_s: float = field(init=False, default=0.0, repr=False)  # `step` is for this
    rest_height_m: float = -0.0035  # where the leg's spring is slack: a heel carrying about 19 N

    def __post_init__(self) -> None:
        """Begin with the foot in the air."""
        foot = self.foot
        self.height_m = foot.lift_height_m
        self.cells = _cells(foot)


def advance(
    contact: Contact, load_n: float, position_m: float, speed_m_s: float, dt_s: float
) -> float:
    """Let `dt_s` pass with `load_n` on the leg and the head at a place; return the force, N.

    Damping is implicit and elasticity explicit, which is stable to 4 ms and 300 N. A load below
    zero lifts the foot. The tissue never pulls: a head that outruns it feels nothing.
    """
    if dt_s != contact.prepared_dt_s:
        _prepare(contact, dt_s)
    line_m, slope, near_1_m, far_1_m, stiffness, viscosity = contact.cells[
        trunc(position_m * _CELLS_PER_M)
    ]
    mass_kg, spring_n_s_m, slack_n_s, inertia_kg, gain, renewal_1_m, faded = contact.step
    height_m = contact.height_m
    momentum = mass_kg * contact.rise_m_s - dt_s * load_n - spring_n_s_m * height_m + slack_n_s
    depth_m = -(height_m + line_m + slope * position_m)
    if not depth_m > 0.0:
        contact.freshness = 1.0
        guided_kg = mass_kg + dt_s * contact.foot.guided_damping_n_s_m
        return _let_go(contact, momentum / guided_kg, dt_s)
    root = sqrt(depth_m)
    fresh = contact.freshness
    columns = exp(depth_m * near_1_m) + exp(depth_m * far_1_m) - 2.0
    elastic_n = root * stiffness * columns * (1.0 + gain * fresh)
    rolled = renewal_1_m * (speed_m_s if speed_m_s > 0.0 else -speed_m_s)
    contact.freshness = fresh + rolled * (1.0 - fresh) - faded * fresh
    viscous = root * viscosity
    climb_m_s = slope * speed_m_s
    rise_m_s = (momentum + dt_s * (elastic_n - viscous * climb_m_s)) / (inertia_kg + dt_s * viscous)
    force_n = elastic_n - viscous * (rise_m_s + climb_m_s)
    if not force_n > 0.0:
        return _let_go(contact, momentum / inertia_kg, dt_s)
    contact.rise_m_s = rise_m_s
    contact.height_m = height_m + rise_m_s * dt_s
    contact.force_n = force_n
    return force_n


def _prepare(contact: Contact, dt_s: float) -> None:
    """Work out once what one step of `dt_s` does to leg and tissue."""
    foot = contact.foot
    spring_n_s_m = dt_s * foot.leg_stiffness_n_m
    contact.step = (
        foot.leg_mass_kg,
        spring_n_s_m,
        spring_n_s_m * contact.rest_height_m,
        foot.leg_mass_kg + dt_s * foot.leg_damping_n_s_m,
        foot.fresh_gain,
        dt_s / foot.contact_length_m,
        dt_s / foot.relaxation_s,
    )
    contact.prepared_dt_s = dt_s


def _let_go(contact: Contact, rise_m_s: float, dt_s: float) -> float:
    """Let a foot that nothing carries move on, up to where it hangs: no touched one is so high."""
    height_m = contact.height_m + rise_m_s * dt_s
    if height_m > contact.foot.lift_height_m:
        height_m, rise_m_s = contact.foot.lift_height_m, 0.0
    contact.height_m, contact.rise_m_s, contact.force_n = height_m, rise_m_s, 0.0
    return 0.0


def stress_kpa(region: Region, strain: float, freshness: float = 0.0) -> float:
    """Elastic stress of one column, kPa. `strain` 0..0.6."""
    elastic = region.e0_kpa / region.alpha * (exp(region.alpha * strain) - 1.0)
    return elastic * (1.0 + 0.3 * freshness)


def peak_kpa(foot: Foot, place: float, force_n: float) -> float:
    """Stress of the deepest column under a resting head that carries `force_n`, kPa.

    `place` is 0 (heel end) to 1 (toe tip). It is what a pain threshold feels; the pressure
    channels report force over the reference area.
    """
    cell = _cells(foot)[int(place * foot.length_cm / 100.0 * _CELLS_PER_M)]
    _, _, near_1_m, far_1_m, stiffness, _ = cell
    shallow_m, deep_m = 0.0, 0.02
    for _ in range(40):
        middle_m = (shallow_m + deep_m) / 2.0
        columns = exp(middle_m * near_1_m) + exp(middle_m * far_1_m) - 2.0
        if sqrt(middle_m) * stiffness * columns < force_n:
            shallow_m = middle_m
        else:
            deep_m = middle_m
    grown = deep_m * near_1_m / _GAUSS_NEAR
    return stiffness / _strip_m15(foot) * (exp(grown) - 1.0) / 1000.0


@lru_cache(maxsize=32)
def _cells(foot: Foot) -> tuple[_Cell, ...]:
    """Lay the sole out, cell by cell; those before the heel are last, where index -1 finds them."""
    ahead = range(int(foot.length_cm / 100.0 * _CELLS_PER_M) + _MARGIN_CELLS)
    return tuple(_cell(foot, index) for index in (*ahead, *range(-_MARGIN_CELLS, 0)))


def _cell(foot: Foot, index: int) -> _Cell:
    """One cell: the sole's height line (m, slope), alpha/t of both columns, and strip times
    E0/alpha, eta/t."""
    begin_m, end_m = index / _CELLS_PER_M, (index + 1) / _CELLS_PER_M
    slope = (_sole_m(foot, end_m) - _sole_m(foot, begin_m)) * _CELLS_PER_M
    thickness_mm, e0_kpa, alpha, eta_kpa_s = _tissue(foot, (begin_m + end_m) / 2.0)
    stiffness = _strip_m15(foot) * 1000.0 * e0_kpa / alpha
    viscosity = 2.0 * _strip_m15(foot) * 1e6 * eta_kpa_s / thickness_mm
    line_m = _sole_m(foot, begin_m) - slope * begin_m
    stiffening_1_m = 1000.0 * alpha / thickness_mm
    near_1_m, far_1_m = _GAUSS_NEAR * stiffening_1_m, _GAUSS_FAR * stiffening_1_m
    return line_m, slope, near_1_m, far_1_m, stiffness, viscosity


def _strip_m15(foot: Foot) -> float:
    """Half the touched area, m², per root of the depth in m: the chord of a cylinder."""
    return foot.head_width_m * sqrt(2.0 * foot.head_radius_m)


def _sole_m(foot: Foot, along_m: float) -> float:
    """Height of the unloaded sole above its heel: flat, and one smooth arch."""
    place = along_m * 100.0 / foot.length_cm
    if not foot.arch_from < place < foot.arch_to:
        return 0.0
    turn = 2.0 * pi * (place - foot.arch_from) / (foot.arch_to - foot.arch_from)
    return foot.arch_height_mm / 1000.0 * (1.0 - cos(turn)) / 2.0


def _tissue(foot: Foot, along_m: float) -> tuple[float, float, float, float]:
    """Thickness, E0, alpha, eta: each region's own, blended straight across the borders."""
    place = along_m * 100.0 / foot.length_cm
    here = foot.regions[0]
    values = (here.thickness_mm, here.e0_kpa, here.alpha, here.eta_kpa_s)
    for before, after in zip(foot.regions, foot.regions[1:], strict=False):
        share = (place - before.ends_at + foot.blend) / (2.0 * foot.blend)
        share = min(1.0, max(0.0, share))
        there = (after.thickness_mm, after.e0_kpa, after.alpha, after.eta_kpa_s)
        mixed = [old + share * (new - old) for old, new in zip(values, there, strict=True)]
        values = (mixed[0], mixed[1], mixed[2], mixed[3])
    return values
