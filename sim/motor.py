"""The gear motor, the carriage on its belt, and the rail with a switch at each end.

Everything is seen from the carriage: the rotor's inertia, turned through gear and drum, weighs
about 25 kg there, far more than the carriage. Losses in the gear make what resists at the
carriage heavier for the motor (divided by the gear's efficiency). The winding's current follows
its own exponential exactly, so a step may be longer than L/R (0.7 ms). The heel switch opens
at position 0 and the toe switch at `toe_end_m`; hard stops stand a little behind them.

Not modelled: the push of a sloping sole along the rail, backlash (1-2° are 0.17-0.35 mm of
carriage at each turn), belt stretch, the few milliseconds a relay contact travels, heating.
Pure; SI units inside, position counted from home (the heel switch) toward the toes.
Sources: `device.md`, else "estimate".
"""

from dataclasses import dataclass, field
from math import exp

from sim.known import DEVICE, ESTIMATE, known

_LONGEST_STEP_S = 0.0015  # the rotor's own time constant under brake is 9-37 ms


@dataclass(frozen=True, slots=True)
class Motor:
    """Motor, gear, belt and rail. Defaults are the reference device."""

    supply_v: float = known(12.0, "V", DEVICE, "of the motor's supply")
    resistance_ohm: float = known(2.18, "Ω", DEVICE, "of the winding")
    inductance_h: float = known(0.0015, "H", DEVICE, "of the winding")
    torque_n_m_a: float = known(0.0110, "N·m/A", DEVICE, "Kt, equal to Ke in V·s/rad")
    inertia_kg_m2: float = known(1e-6, "kg·m²", DEVICE, "of the rotor, 0.5-2e-6")
    coulomb_n_m: float = known(2.2e-3, "N·m", DEVICE, "dry friction at the rotor: 0.2 A free")
    gear_ratio: float = known(50.0, "–", DEVICE, "turns of the rotor for one of the drum")
    gear_efficiency: float = known(0.6, "–", DEVICE, "of the gear, 0.6-0.7")
    drum_radius_m: float = known(0.010, "m", DEVICE, "of the drum that pulls the belt")
    carriage_mass_kg: float = known(0.6, "kg", DEVICE, "of carriage and head, 0.3-1")
    carriage_friction_n: float = known(1.0, "N", ESTIMATE, "of rail and belt, unloaded")
    rolling_friction: float = known(0.10, "–", ESTIMATE, "of the force of a foot on the head")
    travel_cm: float = known(20.0, "cm", ESTIMATE, "between the switches")
    overtravel_cm: float = known(0.3, "cm", ESTIMATE, "from a switch to the hard stop behind it")


@dataclass(slots=True)
class Carriage:
    """Where the carriage is and what flows in the motor, advanced in place."""

    motor: Motor
    position_m: float = 0.0
    speed_m_s: float = 0.0  # positive toward the toes
    current_a: float = 0.0  # signed, in the winding
    toe_end_m: float = field(init=False, repr=False)  # where the toe switch opens
    force_n_a: float = field(init=False, repr=False)  # also back-EMF in V per m/s
    mass_kg: float = field(init=False, repr=False)  # the rotor's inertia included
    friction_n: float = field(init=False, repr=False)  # unloaded, the motor's own included
    # What every step needs, together: one unpacking is cheaper than many look-ups.
    step: tuple[float, ...] = field(init=False, repr=False)
    prepared_dt_s: float = field(init=False, default=0.0, repr=False)  # `step` is for this

    def __post_init__(self) -> None:
        """Turn the motor's data into what is felt at the carriage."""
        motor = self.motor
        per_m = motor.gear_ratio / motor.drum_radius_m
        self.toe_end_m = motor.travel_cm / 100.0
        self.force_n_a = motor.torque_n_m_a * per_m
        self.mass_kg = motor.carriage_mass_kg + motor.inertia_kg_m2 * per_m**2
        resisting_n = motor.carriage_friction_n / motor.gear_efficiency
        self.friction_n = motor.coulomb_n_m * per_m + resisting_n


def advance(
    carriage: Carriage, volts: float, circuit_closed: bool, normal_n: float, dt_s: float
) -> None:
    """Let `dt_s` pass with `volts` at the motor's terminals and `normal_n` on the head.

    0 V in a closed circuit is the short brake; an open circuit coasts.
    """
    if dt_s != carriage.prepared_dt_s:
        if dt_s > _LONGEST_STEP_S:
            advance(carriage, volts, circuit_closed, normal_n, dt_s / 2.0)
            advance(carriage, volts, circuit_closed, normal_n, dt_s / 2.0)
            return
        _prepare(carriage, dt_s)
    (force_n_a, kept, gain_a_v, push_m_s_a, push_m_s_v, lost_m_s, lost_m_s_n, half_s, low_m,
     high_m) = carriage.step  # fmt: skip
    pushed_m_s = speed_m_s = carriage.speed_m_s
    if circuit_closed:
        driving_v = volts - force_n_a * speed_m_s
        current_a = carriage.current_a
        carriage.current_a = kept * current_a + gain_a_v * driving_v
        pushed_m_s += push_m_s_a * current_a + push_m_s_v * driving_v
    else:
        carriage.current_a = 0.0  # the bridge's diodes empty the winding at once
    lost_m_s += lost_m_s_n * normal_n
    if pushed_m_s > lost_m_s:
        pushed_m_s -= lost_m_s
    elif pushed_m_s < -lost_m_s:
        pushed_m_s += lost_m_s
    else:
        pushed_m_s = 0.0  # friction holds it
    position_m = carriage.position_m + (speed_m_s + pushed_m_s) * half_s
    if position_m < low_m:
        position_m, pushed_m_s = low_m, 0.0
    elif position_m > high_m:
        position_m, pushed_m_s = high_m, 0.0
    carriage.position_m, carriage.speed_m_s = position_m, pushed_m_s


def _prepare(carriage: Carriage, dt_s: float) -> None:
    """Work out once what one step of `dt_s` does to current, speed and place."""
    motor = carriage.motor
    settling_s = motor.inductance_h / motor.resistance_ohm
    kept = exp(-dt_s / settling_s)  # of the current; its mean over the step keeps more:
    mean_kept = (1.0 - kept) * settling_s / dt_s
    push_m_s_a = carriage.force_n_a * dt_s / carriage.mass_kg
    lost_m_s_n = dt_s / carriage.mass_kg
    carriage.step = (
        carriage.force_n_a,
        kept,
        (1.0 - kept) / motor.resistance_ohm,
        push_m_s_a * mean_kept,
        push_m_s_a * (1.0 - mean_kept) / motor.resistance_ohm,
        lost_m_s_n * carriage.friction_n,
        lost_m_s_n * motor.rolling_friction / motor.gear_efficiency,
        dt_s / 2.0,
        -motor.overtravel_cm / 100.0,
        (motor.travel_cm + motor.overtravel_cm) / 100.0,
    )
    carriage.prepared_dt_s = dt_s
