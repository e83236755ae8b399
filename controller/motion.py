"""From a wanted speed to a drive that the motor, the gate and a foot can bear. Pure.

Duty rises no faster than its slew, falls as fast as it likes, passes a reversal through 0
with a dead time, never pushes into an open limit switch and never exceeds what the level
allows. A mode that may not move brakes for a moment and then lets go.
"""

from math import copysign, inf, isfinite

from controller.limits import LEVELS, LOWEST_LEVEL, Limits
from controller.machinery import Machinery
from controller.modes import NO_COURSE, Course, Mode, Request, State
from controller.watch import Watch
from hardware.roller import BRAKE, LATCHED_BRAKE, LATCHED_REST, REST, Drive, Sample

ROUNDING_S = 1e-9
"""A time that is due but for the rounding of floats is due."""
EARLY_S = 1.0
"""Longer than a tick and all rounding."""
_new = tuple.__new__  # half the price of State(...), which goes through a second call


def level_of(request: Request, sample: Sample, limits: Limits) -> int:
    """The level that applies: 1..10, lower without a second channel or a gate."""
    level = request.level if request.level in LEVELS else LOWEST_LEVEL
    if level > limits.top_level:
        level = int(limits.top_level)
    if sample.pressure_b_kpa is None or sample.gate_on is None:
        return min(level, int(limits.single_level))
    return level


def reference_of(request: Request, limits: Limits) -> float:
    """The pressure expected, kPa, within its limits; NaN is the lowest."""
    if not (request.reference_kpa > limits.reference_low_kpa):
        return limits.reference_low_kpa
    return min(request.reference_kpa, limits.reference_high_kpa)


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
        speed_cm_s = copysign(top_cm_s, speed_cm_s) if isfinite(speed_cm_s) else 0.0
    if speed_cm_s == 0.0 or _at_end(speed_cm_s, sample):
        return 0.0
    duty = duty_of(abs(speed_cm_s), limits)
    return duty if speed_cm_s > 0.0 else -duty


def duty_of(speed_cm_s: float, limits: Limits) -> float:
    """The duty (0..1) that keeps an unloaded carriage at `speed_cm_s`, above 0."""
    duty = limits.breakaway_duty + speed_cm_s * _duty_per_cm_s(limits)
    return duty if duty <= 1.0 else 1.0


def speed_of(duty: float, pressure_kpa: float, limits: Limits) -> float:
    """The inverse of `duty_of`, with its sign, for a carriage under load: cm/s."""
    lost = limits.breakaway_duty
    if pressure_kpa > 0.0:
        lost += limits.load_duty_per_kpa * pressure_kpa
    if duty > lost:
        return (duty - lost) / _duty_per_cm_s(limits)
    return (duty + lost) / _duty_per_cm_s(limits) if duty < -lost else 0.0


def soft_slew_per_s(limits: Limits) -> float:
    """How fast the duty may rise in SOFT_START, 1/s."""
    return limits.soft_cm_s2 * _duty_per_cm_s(limits)


def _duty_per_cm_s(limits: Limits) -> float:
    return (1.0 - limits.breakaway_duty) / limits.free_speed_cm_s


def moved(
    state: State, request: Request, sample: Sample, watch: Watch, limits: Limits
) -> tuple[State, Drive]:
    """The end of a tick: the state with `watch`, duty and times, and the drive."""
    (mode, since_s, before, last, heading, driven_at_s, rolled_s, sitting, stop, _, machinery,
     test, cause, letting_go) = state  # fmt: skip
    now_s = watch.now_s
    if last != 0.0:
        driven_at_s = now_s
    if not mode.moving:
        drive = _at_rest(mode, now_s - driven_at_s <= limits.brake_s)
        return State(
            mode, since_s, watch, 0.0, heading, driven_at_s, rolled_s, sitting, stop,
            machinery=machinery, test=test, cause=cause, letting_go=letting_go,
        ), drive  # fmt: skip
    duty = wanted = wanted_duty(state, request, sample, limits)
    if mode is Mode.WINDING_DOWN:
        duty = 0.0 if _at_end(last, sample) else _fading_duty(state, limits, now_s)
    elif duty != last:
        duty = _next_duty(state, duty, driven_at_s, limits, now_s)
    rolled_s += now_s - before.now_s
    if duty != 0.0:
        heading = 1.0 if duty > 0.0 else -1.0
    drive = Drive(duty, duty == 0.0, True, True, False, reference_of(request, limits))
    course = NO_COURSE
    if duty == wanted and mode in (Mode.RUNNING, Mode.EASED) and since_s < now_s:
        course = _course(state, request, drive, sample, limits)
    return State(
        mode, since_s, watch, duty, heading, driven_at_s, rolled_s, sitting, stop, course,
        machinery, test,
    ), drive  # fmt: skip


def _at_rest(mode: Mode, braking: bool) -> Drive:
    """Of a mode that may not move."""
    if mode is Mode.STOPPED:
        return LATCHED_BRAKE if braking else LATCHED_REST
    return BRAKE if braking else REST


def _course(state: State, request: Request, drive: Drive, sample: Sample, limits: Limits) -> Course:
    """What `drive` is good for: until a little before the first limit of time is reached."""
    sitting = state.sitting
    if sitting.opened_at_s is None or not _plain(sample):
        return NO_COURSE
    foot_s = state.watch.now_s + limits.foot_time_s - state.rolled_s
    session_s = sitting.opened_at_s + limits.session_time_s
    return Course(request, state.mode, sitting, drive, min(foot_s, session_s) - EARLY_S)


def goes_on(state: State, request: Request, sample: Sample, watch: Watch) -> bool:
    """Whether nothing happened that the rules or the duty would answer to.

    A shortcut, not a rule: the long way gives the same answer.
    """
    asked, mode, sitting, _, until_s = state.course
    return (
        request is asked
        and state.mode is mode
        and state.sitting is sitting
        and watch.now_s < until_s
        and watch.light_since_s == inf
        and watch.heavy_since_s == inf
        and _plain(sample)
    )


def _plain(sample: Sample) -> bool:
    """No switch is open, nothing is missing, nothing is cut: all levels and ways are open."""
    return (
        not (sample.stop_pressed or sample.heel_end_open or sample.toe_end_open)
        and sample.pressure_b_kpa is not None
        and sample.gate_on is not None
        and sample.cut is None
    )


def onward(state: State, watch: Watch, machinery: Machinery) -> State:
    """One more tick on the same course."""
    (mode, since_s, before, duty, heading, driven_at_s, rolled_s, sitting, stop, course, _,
     test, _, _) = state  # fmt: skip
    now_s = watch.now_s
    if duty != 0.0:
        driven_at_s = now_s
    rolled_s += now_s - before.now_s
    values = (
        mode, since_s, watch, duty, heading, driven_at_s, rolled_s, sitting, stop, course,
        machinery, test, None, (),
    )  # fmt: skip
    return _new(State, values)


def _next_duty(
    state: State, wanted: float, driven_at_s: float, limits: Limits, now_s: float
) -> float:
    """The duty of this tick on the way from the last one to `wanted`."""
    duty, before_s = state.duty, state.watch.now_s
    if wanted * duty < 0.0:
        return 0.0
    if wanted * state.heading < 0.0 and now_s - driven_at_s < limits.dead_s - ROUNDING_S:
        return 0.0
    soft = state.mode is Mode.SOFT_START
    slew = soft_slew_per_s(limits) if soft else limits.slew_per_s
    allowed = slew * (now_s - before_s)
    if -allowed <= abs(duty) - abs(wanted):
        return wanted
    return duty + allowed if wanted > 0.0 else duty - allowed


def _fading_duty(state: State, limits: Limits, now_s: float) -> float:
    """A straight line from the duty of the last tick to 0 at the end of WINDING_DOWN."""
    left_s = state.since_s + limits.wind_down_s - now_s
    return state.duty * left_s / (left_s + now_s - state.watch.now_s) if left_s > 0.0 else 0.0


def _at_end(duty: float, sample: Sample) -> bool:
    """The limit switch in the direction of `duty` is open."""
    return sample.toe_end_open if duty > 0.0 else sample.heel_end_open
