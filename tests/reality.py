"""What is measured on people and on the reference device, beside what the simulator says.

The figures are device.md's. The simulator is never fitted to them: a check whose figure the
simulator misses stays here and is called wrong, with both numbers.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from math import trunc
from typing import NamedTuple

from sim.foot import BALL, HEEL, Contact, Foot, advance, peak_kpa, stress_kpa
from sim.indent import CELLS_1_M, rested_depth_m, sole_of
from sim.motor import Carriage, Motor
from sim.motor import advance as run_on
from sim.tissue import Bone

FOOT = Foot()
FLAT_BONE = tuple(replace(region, bone=Bone.FLAT) for region in FOOT.regions)
BONELESS = Foot(regions=FLAT_BONE, arch_height_mm=0.0)
"""A sole below flat bone, and no arch: what device.md's peaks seem to be reckoned with."""
LOAD_N = 19.0  # a calm leg
BARE = Motor(carriage_friction_n=0.0, rolling_friction=0.0)
"""What device.md calls unloaded."""
FINE_S = 0.00025


class Check(NamedTuple):
    """One figure: what is measured, what is simulated, and whether that agrees."""

    what: str
    measured: str
    low: float
    high: float
    unit: str
    simulated: float
    agrees: bool = True


def _near(what: str, measured: float, unit: str, simulated: float, off: float = 0.06) -> Check:
    return Check(
        what, f"{measured:g}", measured * (1.0 - off), measured * (1.0 + off), unit, simulated
    )


@cache
def checks() -> tuple[Check, ...]:
    """All of them, in the order of the page."""
    return (*_tissue(), *_peaks(), *_bumps(), *_jam(), *_motor())


def _tissue() -> Iterator[Check]:
    heel_kpa = stress_kpa(HEEL, 0.52)
    yield _near("heel at 52 % strain", 315.0, "kPa", heel_kpa, 0.01)
    yield Check("the same, as walking measures it", "367 ± 115", 252.0, 482.0, "kPa", heel_kpa)
    yield _near("2nd ray at 45.7 % strain", 189.0, "kPa", stress_kpa(BALL, 0.457), 0.01)
    yield _near("held tissue gives way within", 0.7, "s", relaxation_s(), 0.02)


def _peaks() -> Iterator[Check]:
    """Within a tenth: device.md does not say how large the spot of a peak is."""
    for below, foot, agrees in (("flat bone", BONELESS, True), ("the bones", FOOT, False)):
        ball_kpa = max(peak_kpa(foot, at / 100.0, 30.0) for at in range(66, 75))
        name = f"30 N cylinder, {{}}, below {below}"
        for where, kpa, place in (("heel", 39.0, 0.1), ("arch", 25.0, 0.4)):
            check = _near(name.format(where), kpa, "kPa", peak_kpa(foot, place, 30.0), 0.1)
            yield check._replace(agrees=agrees)
        yield Check(name.format("ball"), "43-52", 43.0 * 0.9, 52.0 * 1.1, "kPa", ball_kpa)


def _bumps() -> Iterator[Check]:
    for lane_mm, where in ((0.0, "3rd ray"), (16.0, "4th ray"), (-16.0, "2nd ray")):
        share, time_ms = bump_rise(lane_mm)
        name, agrees = f"bone head at 5 cm/s, {where}, locally", lane_mm <= 0.0
        yield Check(name, "20-60", 20.0, 60.0, "% more", share, agrees)
        yield Check(f"rise of the {where}'s", "100-400", 100.0, 400.0, "ms", time_ms)
    felt = bump_felt_percent()
    yield Check("a bone head, as the channels feel it", "20-60", 20.0, 60.0, "% more", felt, False)


def _jam() -> Iterator[Check]:
    yield Check("20 N more in 5 ms: nine tenths felt after", "5-30", 5.0, 30.0, "ms", jam_ms())


def _motor() -> Iterator[Check]:
    for inertia_kg_m2, mm in ((1e-6, 1.5), (2e-6, 2.9)):
        motor = replace(BARE, inertia_kg_m2=inertia_kg_m2)
        name = f"braked at 10 cm/s, J = {inertia_kg_m2:g}"
        yield _near(name, mm, "mm", way_mm(stop(motor, 10.0, True, FINE_S)))
    slowest_ms = stop_ms(replace(BARE, inertia_kg_m2=2e-6), 10.0, True)
    yield Check("the same, until it stands", "76", 72.0, 80.0, "ms", slowest_ms, False)
    for name, braked, mm in (
        ("coasting from 5 cm/s", False, 2.9),
        ("short-braked from 5 cm/s", True, 0.64),
    ):
        yield _near(name, mm, "mm", way_mm(stop(BARE, 5.0, braked, FINE_S)))
    for name, inertia_kg_m2, friction_n, coast_ms, brake_ms in (
        ("unloaded", 1e-6, 0.0, 115.0, 35.0),
        ("10 N of friction", 1e-6, 10.0, 46.0, 23.0),
        ("lightest rotor", 0.5e-6, 0.0, 59.0, 18.0),
        ("heaviest rotor", 2e-6, 0.0, 228.0, 71.0),
    ):
        motor = replace(BARE, inertia_kg_m2=inertia_kg_m2, carriage_friction_n=friction_n)
        yield _near(f"from 5 cm/s coasting, {name}", coast_ms, "ms", stop_ms(motor, 5.0, False))
        yield _near(f"braked, {name}", brake_ms, "ms", stop_ms(motor, 5.0, True))


# The foot.


def rested(foot: Foot, position_m: float, load_n: float = LOAD_N) -> Contact:
    """A foot that has lain on the head for three seconds."""
    contact = Contact(foot)
    for _ in range(3000):
        advance(contact, load_n, position_m, 0.0, 0.001)
    return contact


def rolled(foot: Foot, cm_s: float, begin_m: float, end_m: float) -> list[tuple[float, float]]:
    """Force on the head at each place, N, while it rolls under a calm leg."""
    contact, position_m, seen = rested(foot, begin_m), begin_m, []
    while position_m < end_m:
        position_m += cm_s / 100.0 * 0.001
        seen.append((position_m, advance(contact, LOAD_N, position_m, cm_s / 100.0, 0.001)))
    return seen


def slope_push_n() -> float:
    """The most that the skin's slope would push the head along its rail, N, at 5 cm/s."""
    sole = sole_of(FOOT)
    return max(
        abs(sole.make(trunc(at_m * CELLS_1_M))[2]) * force_n
        for at_m, force_n in rolled(FOOT, 5.0, 0.02, 0.19)
    )


def held_n() -> float:
    """What rail and rolling take from the motor under a calm leg, N."""
    motor = Motor()
    return motor.carriage_friction_n + motor.rolling_friction * LOAD_N


@cache
def over_the_ball(lane_mm: float) -> tuple[tuple[float, float, float], ...]:
    """Place (m), force (N) and hardest pressed cm² (kPa) at 5 cm/s, every 2 mm."""
    foot = replace(FOOT, lane_mm=lane_mm)
    seen = rolled(foot, 5.0, 0.10, 0.198)[::40]
    return tuple((at_m, n, peak_kpa(foot, at_m * 100.0 / foot.length_cm, n)) for at_m, n in seen)


def bump_rise(lane_mm: float) -> tuple[float, float]:
    """How much more is felt below a bone head than within 2 cm before it, %, and how fast, ms."""
    seen = over_the_ball(lane_mm)
    top_m, _, high_kpa = max(seen, key=lambda one: one[2])
    before = [one for one in seen if top_m - 0.0201 < one[0] < top_m]
    begun_m, _, low_kpa = min(before, key=lambda one: one[2])
    return (high_kpa / low_kpa - 1.0) * 100.0, (top_m - begun_m) / 0.05 * 1000.0


def bump_felt_percent() -> float:
    """How much more the whole head feels, from before the bone heads to their middle."""
    forces_n = [n for at_m, n, _ in over_the_ball(0.0) if at_m >= 0.168]
    return (max(forces_n) / forces_n[0] - 1.0) * 100.0


def jam() -> list[tuple[float, float]]:
    """20 N more on the leg within 5 ms: time (ms) and what the head feels more, N."""
    contact, seen = rested(FOOT, 0.1), [(0.0, 0.0)]
    before_n = contact.force_n
    for step in range(1, 81):
        load_n = LOAD_N + 20.0 * min(step * FINE_S / 0.005, 1.0)
        force_n = advance(contact, load_n, 0.1, 0.0, FINE_S)
        seen.append((step * FINE_S * 1000.0, force_n - before_n))
    return seen


def jam_ms() -> float:
    """When nine tenths of a jam are felt."""
    return next(at_ms for at_ms, more_n in jam() if more_n >= 18.0)


def relaxation_s() -> float:
    """When a head that holds its depth feels a 1/e of what fresh tissue gave more."""
    contact = Contact(replace(FOOT, leg_mass_kg=1e9))
    contact.height_m, forces_n = -0.004, []
    for _ in range(5000):
        forces_n.append(advance(contact, LOAD_N, 0.03, 0.0, 0.001))
    more_n = forces_n[0] - forces_n[-1]
    return 0.001 * sum(force_n - forces_n[-1] > more_n / 2.71828 for force_n in forces_n)


def stiffness_n_mm(place: float, force_n: float) -> float:
    """How steep the force is at `force_n`: over a fifth of it."""
    depths_m = [rested_depth_m(FOOT, place, force_n * part) for part in (0.9, 1.1)]
    return force_n * 0.2 / (depths_m[1] - depths_m[0]) / 1000.0


# The motor.


def stop(motor: Motor, cm_s: float, braked: bool, dt_s: float, load_n: float = 0.0) -> Carriage:
    """Let the carriage run out from a speed at 5 cm."""
    carriage = Carriage(motor, position_m=0.05, speed_m_s=cm_s / 100.0)
    for _ in range(round(0.5 / dt_s)):
        run_on(carriage, 0.0, braked, load_n, dt_s)
    return carriage


def run_out(motor: Motor, cm_s: float, braked: bool) -> list[tuple[float, float]]:
    """Time (ms) and speed (cm/s) until the carriage stands."""
    carriage, seen = Carriage(motor, position_m=0.05, speed_m_s=cm_s / 100.0), [(0.0, cm_s)]
    while carriage.speed_m_s > 0.0:
        run_on(carriage, 0.0, braked, 0.0, FINE_S)
        seen.append((len(seen) * FINE_S * 1000.0, carriage.speed_m_s * 100.0))
    return seen


def stop_ms(motor: Motor, cm_s: float, braked: bool, below_cm_s: float = 0.0) -> float:
    """How long until the carriage is as slow as `below_cm_s`."""
    return next(at_ms for at_ms, now_cm_s in run_out(motor, cm_s, braked) if now_cm_s <= below_cm_s)


def way_mm(carriage: Carriage) -> float:
    """How far it ran."""
    return (carriage.position_m - 0.05) * 1000.0
