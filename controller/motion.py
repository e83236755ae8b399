"""From a wanted speed to a drive that the motor, the gate and a foot can bear. Pure.

Duty rises no faster than its slew, falls as fast as it likes, passes a reversal through 0
with a dead time, never pushes into an open limit switch and never exceeds what the level
allows. A mode that may not move brakes for a moment and then lets go.
"""

from math import copysign

from controller.limits import LEVELS, LOWEST_LEVEL, Limits
from controller.modes import Mode, Request, State
from controller.watch import Watch
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
    top_cm_s = LEVELS[level_of(request, sample, limits)].speed_cm_s * state.sitting.ease
    return top_cm_s if top_cm_s <= limits.top_speed_cm_s else limits.top_speed_cm_s


def wanted_duty(state: State, request: Request, sample: Sample, limits: Limits) -> float:
    """The steady duty (-1..1) of the wanted speed, limited by level, mode and limit switches."""
    speed_cm_s = request.speed_cm_s
    if speed_cm_s == 0.0:
        return 0.0
    top_cm_s = top_speed_cm_s(state, request, sample, limits)
    if not (-top_cm_s <= speed_cm_s <= top_cm_s):
        finite = abs(speed_cm_s) > top_cm_s  # false for NaN
        speed_cm_s = copysign(top_cm_s, speed_cm_s) if finite else 0.0
    if speed_cm_s > 0.0:
        return 0.0 if sample.toe_end_open else duty_of(speed_cm_s, limits)
    if speed_cm_s < 0.0:
        return 0.0 if sample.heel_end_open else -duty_of(-speed_cm_s, limits)
    return 0.0


def duty_of(speed_cm_s: float, limits: Limits) -> float:
    """The duty (0..1) that keeps an unloaded carriage at `speed_cm_s`, above 0."""
    breakaway = limits.breakaway_duty
    duty = breakaway + speed_cm_s * (1.0 - breakaway) / limits.free_speed_cm_s
    return duty if duty <= 1.0 else 1.0


def speed_of(duty: float, limits: Limits) -> float:
    """The inverse of `duty_of`, with its sign: cm/s of an unloaded carriage."""
    breakaway = limits.breakaway_duty
    per_duty_cm_s = limits.free_speed_cm_s / (1.0 - breakaway)
    if duty > breakaway:
        return (duty - breakaway) * per_duty_cm_s
    return (duty + breakaway) * per_duty_cm_s if duty < -breakaway else 0.0


def moved(
    state: State, request: Request, sample: Sample, watch: Watch, limits: Limits
) -> tuple[State, Drive]:
    """The end of a tick: the state with `watch`, duty and times, and the drive."""
    mode, since_s, before, last, heading, driven_at_s, rolled_s, sitting, stop = state
    now_s = watch.now_s
    if last != 0.0:
        rolled_s += now_s - before.now_s
    if not mode.moving:
        drive = BRAKE if now_s - driven_at_s <= limits.brake_s else REST
        return State(
            mode, since_s, watch, 0.0, heading, driven_at_s, rolled_s, sitting, stop
        ), drive
    duty = wanted_duty(state, request, sample, limits)
    if duty != last or mode is Mode.WINDING_DOWN:
        duty = _next_duty(state, duty, limits, before.now_s, now_s)
    if duty != 0.0:
        heading, driven_at_s = (1.0 if duty > 0.0 else -1.0), now_s
    state = State(mode, since_s, watch, duty, heading, driven_at_s, rolled_s, sitting, stop)
    return state, Drive(duty, duty == 0.0, True, True)


def _next_duty(state: State, wanted: float, limits: Limits, before_s: float, now_s: float) -> float:
    """The duty of this tick on the way from the last one, at `before_s`, to `wanted`."""
    duty = state.duty
    if state.mode is Mode.WINDING_DOWN:
        left_s = state.since_s + limits.wind_down_s - now_s
        return duty * left_s / (left_s + now_s - before_s) if left_s > 0.0 else 0.0
    if wanted * duty < 0.0:
        return 0.0
    if wanted * state.heading < 0.0 and now_s - state.driven_at_s < limits.dead_s:
        return 0.0
    soft = state.mode is Mode.SOFT_START
    slew = limits.soft_cm_s2 / limits.free_speed_cm_s if soft else limits.slew_per_s
    allowed = slew * (now_s - before_s)
    if -allowed <= abs(duty) - abs(wanted):
        return wanted
    return duty + allowed if wanted > 0.0 else duty - allowed
