"""From a wanted speed to a drive that the motor, the gate and a foot can bear. Pure.

Duty rises no faster than its slew, falls as fast as it likes, passes a reversal through 0
with a dead time, never pushes into an open limit switch and never exceeds what the level
allows. A mode that may not move brakes for a moment and then lets go.
"""

from math import copysign

from controller.limits import LEVELS, LOWEST_LEVEL, Limits
from controller.modes import Mode, Request, State
from hardware.roller import BRAKE, REST, Drive, Sample


def level_of(request: Request, sample: Sample, limits: Limits) -> int:
    """The level that applies: 1..10, lower without a second channel or a gate."""
    level = request.level if request.level in LEVELS else LOWEST_LEVEL
    if sample.pressure_b_kpa is None or sample.gate_on is None:
        return min(level, int(limits.single_level))
    return level


def top_speed_cm_s(state: State, request: Request, sample: Sample, limits: Limits) -> float:
    """The fastest this tick may ask for, cm/s."""
    if state.mode is Mode.SERVICE:
        return limits.service_cm_s
    speed_cm_s = LEVELS[level_of(request, sample, limits)].speed_cm_s * state.sitting.ease
    return min(speed_cm_s, limits.top_speed_cm_s)


def wanted_duty(state: State, request: Request, sample: Sample, limits: Limits) -> float:
    """The steady duty (-1..1) of the wanted speed, limited by level, mode and limit switches."""
    top_cm_s = top_speed_cm_s(state, request, sample, limits)
    speed_cm_s = request.speed_cm_s
    if not (-top_cm_s <= speed_cm_s <= top_cm_s):
        finite = abs(speed_cm_s) > top_cm_s  # false for NaN
        speed_cm_s = copysign(top_cm_s, speed_cm_s) if finite else 0.0
    if speed_cm_s == 0.0:
        return 0.0
    if sample.toe_end_open if speed_cm_s > 0.0 else sample.heel_end_open:
        return 0.0
    return duty_of(speed_cm_s, limits)


def duty_of(speed_cm_s: float, limits: Limits) -> float:
    """The duty that keeps an unloaded carriage at `speed_cm_s`."""
    duty = abs(speed_cm_s) / limits.free_speed_cm_s * (1.0 - limits.breakaway_duty)
    return copysign(min(1.0, duty + limits.breakaway_duty), speed_cm_s) if duty else 0.0


def speed_of(duty: float, limits: Limits) -> float:
    """The inverse of `duty_of`: cm/s of an unloaded carriage."""
    turning = max(0.0, abs(duty) - limits.breakaway_duty) / (1.0 - limits.breakaway_duty)
    return copysign(turning * limits.free_speed_cm_s, duty)


def next_duty(state: State, wanted: float, limits: Limits, dt_s: float) -> float:
    """The duty of this tick on the way from the last one to `wanted`."""
    duty, now_s = state.duty, state.watch.now_s
    if state.mode is Mode.WINDING_DOWN:
        left_s = limits.wind_down_s - (now_s - state.since_s)
        return duty * left_s / (left_s + dt_s) if left_s > 0.0 else 0.0
    if wanted * duty < 0.0:
        return 0.0
    if wanted * state.heading < 0.0 and now_s - state.driven_at_s < limits.dead_s:
        return 0.0
    soft = state.mode is Mode.SOFT_START
    slew = limits.soft_cm_s2 / limits.free_speed_cm_s if soft else limits.slew_per_s
    if abs(wanted) <= abs(duty) + slew * dt_s:
        return wanted
    return duty + copysign(slew * dt_s, wanted)


def drive_of(state: State, limits: Limits) -> Drive:
    """What the roller does in this state."""
    if state.mode.moving:
        return Drive(state.duty, state.duty == 0.0, True, True)
    braking = state.watch.now_s - state.driven_at_s <= limits.brake_s
    return BRAKE if braking else REST
