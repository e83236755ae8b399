"""The sole, and the leg that rests on it: how much force the roller's head feels.

What the head meets (`sim.anatomy`) and how hard it must press to sink in (`sim.indent`) is worked
out beforehand, cell by cell; a step looks it up. `q` is how fresh the tissue is: 1 at first touch,
gone after `relaxation_s` under a resting head, kept up by rolling onto new tissue. The leg is a
mass on a soft spring with a load on it. It alone makes the pressure: the head has no way up.

Not modelled: skin that shears, a foot that turns sideways on the head, the crease before the toes.
Pure; SI units inside (metres, newtons, pascals); sources: `device.md`, else "estimate".
"""

from dataclasses import dataclass, field, replace
from math import sqrt, trunc

from sim.anatomy import Foot, Side
from sim.indent import (
    CALM_N,
    CELLS_1_M,
    ROOTS,
    Cell,
    deepest,
    rested_depth_m,
    sole_of,
)
from sim.peak import peak_kpa
from sim.tissue import ARCH, BALL, HEEL, TOES, Region, stress_kpa
from sim.touch import touch

__all__ = [
    "ARCH", "BALL", "HEEL", "KPA_PER_N", "TOES", "Contact", "Foot", "Region", "Side", "advance",
    "lay", "lay_out", "peak_kpa", "stress_kpa",
]  # fmt: skip

HEEL_MIDDLE = 0.12  # of the length; estimate
"""The rest is set so that the leg's spring is slack when the heel's middle carries `CALM_N`."""
KPA_PER_N = 1.25  # what the pressure channels call a newton: the head's reference area is 8 cm²


@dataclass(slots=True)
class Contact:
    """The foot on (or above) the head, advanced in place."""

    foot: Foot
    force_n: float = 0.0  # normal force on the head, 0..
    height_m: float = field(init=False)  # of the heel's underside above the head's top
    rise_m_s: float = 0.0
    freshness: float = 1.0  # q, 0..1
    cells: dict[int, Cell] = field(init=False, repr=False)
    # What every step needs, together: one unpacking is cheaper than many look-ups.
    step: tuple[float, float, float, float, float, float, float] = field(init=False, repr=False)
    prepared_dt_s: float = field(init=False, default=0.0, repr=False)  # `step` is for this
    rest_height_m: float = field(init=False)  # where the leg's spring is slack
    hanging_m: float = field(init=False)  # as high as a lifted foot goes

    def __post_init__(self) -> None:
        """Begin with the foot in the air."""
        foot = self.foot
        home_m = -touch(foot, 0.0).lift_m  # a foot so high touches the head at home
        self.height_m = self.hanging_m = home_m + foot.lift_height_m
        self.rest_height_m = -rested_depth_m(foot, HEEL_MIDDLE, CALM_N)
        self.cells = sole_of(foot).cells


def advance(
    contact: Contact, load_n: float, position_m: float, speed_m_s: float, dt_s: float
) -> float:
    """Let `dt_s` pass with `load_n` on the leg and the head at a place; return the force, N.

    Damping is implicit and elasticity explicit, which is stable to 4 ms and 300 N. A load below
    zero lifts the foot. The tissue never pulls: a head that outruns it feels nothing.
    """
    if dt_s != contact.prepared_dt_s:
        _prepare(contact, dt_s)
    try:
        line_m, slope, skin_slope, law = contact.cells[trunc(position_m * CELLS_1_M)]
    except KeyError:  # the head was never here before
        line_m, slope, skin_slope, law = sole_of(contact.foot).make(trunc(position_m * CELLS_1_M))
    mass_kg, spring_n_s_m, slack_n_s, inertia_kg, gain, renewal_1_m, faded = contact.step
    height_m = contact.height_m
    momentum = mass_kg * contact.rise_m_s - dt_s * load_n - spring_n_s_m * height_m + slack_n_s
    depth_m = -(height_m + line_m + slope * position_m)
    if not depth_m > 0.0:
        return _hover(contact, momentum, dt_s)
    root = sqrt(depth_m)
    try:
        less_n, force_n, less_n_s_m, damping_n_s_m = law[trunc(root * ROOTS)]
    except IndexError:
        root, (less_n, force_n, less_n_s_m, damping_n_s_m) = deepest(law, depth_m)
    damping_n_s_m = damping_n_s_m * root - less_n_s_m
    fresh = contact.freshness
    elastic_n = (force_n * root - less_n) * (1.0 + gain * fresh)
    rolled = renewal_1_m * (speed_m_s if speed_m_s > 0.0 else -speed_m_s)
    contact.freshness = fresh + rolled * (1.0 - fresh) - faded * fresh
    climb_m_s = skin_slope * speed_m_s
    driven = momentum + dt_s * (elastic_n - damping_n_s_m * climb_m_s)
    rise_m_s = driven / (inertia_kg + dt_s * damping_n_s_m)
    force_n = elastic_n - damping_n_s_m * (rise_m_s + climb_m_s)
    if not force_n > 0.0:
        return _let_go(contact, momentum / inertia_kg, dt_s)
    contact.rise_m_s, contact.height_m = rise_m_s, height_m + rise_m_s * dt_s
    contact.force_n = force_n
    return force_n


def lay(contact: Contact, lane_mm: float) -> None:
    """Move the foot sideways: the head now runs `lane_mm` right of its middle."""
    contact.foot = replace(contact.foot, lane_mm=lane_mm)
    contact.cells = sole_of(contact.foot).cells


def lay_out(contact: Contact, begin_m: float, end_m: float) -> None:
    """Work out now what the head will meet from one place to another."""
    known = sole_of(contact.foot)
    for cell in range(trunc(begin_m * CELLS_1_M), trunc(end_m * CELLS_1_M) + 1):
        known.make(cell)


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


def _hover(contact: Contact, momentum: float, dt_s: float) -> float:
    """Let muscles guide a foot that does not touch; its tissue is fresh again."""
    contact.freshness = 1.0
    foot = contact.foot
    guided_kg = foot.leg_mass_kg + dt_s * foot.guided_damping_n_s_m
    return _let_go(contact, momentum / guided_kg, dt_s)


def _let_go(contact: Contact, rise_m_s: float, dt_s: float) -> float:
    """Let a foot that nothing carries move on, up to where it hangs: no touched one is so high."""
    height_m = contact.height_m + rise_m_s * dt_s
    if height_m > contact.hanging_m:
        height_m, rise_m_s = contact.hanging_m, 0.0
    contact.height_m, contact.rise_m_s = height_m, rise_m_s
    contact.force_n = 0.0
    return 0.0
