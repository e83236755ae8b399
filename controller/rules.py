"""What a tick does to each mode when nothing trips: one small function per mode. Pure.

Each answers with an event of the transition table, or None, and why. STOPPED is not here: its
only way out is the kernel's `may_return`.
"""

from collections.abc import Callable
from math import inf

from controller.limits import Limits
from controller.modes import Event, Mode, Request, Sitting, State
from controller.motion import duty_of, level_of, soft_slew_per_s, top_speed_cm_s, wanted_duty
from controller.selftest import Phase
from controller.trips import accepted, foot_gone, overloaded, steady
from controller.watch import Reason, Watch
from hardware.roller import Sample

Decision = tuple[Event | None, Reason | None]
"""What a tick does to the mode, and why."""


def _idle(state: State, request: Request, sample: Sample, watch: Watch, limits: Limits) -> Decision:
    opened, test = state.sitting.opened_at_s is not None, state.test
    if opened and not test.over:
        return None, None
    serving = request.service and sample.buttons.start and not state.letting_go
    if serving and foot_gone(watch, limits):
        return Event.SERVE, None
    ready = opened and test.phase is Phase.PASSED and steady(watch, limits)
    return Event.ARM if ready else None, None


def _armed(
    state: State, request: Request, sample: Sample, watch: Watch, limits: Limits
) -> Decision:
    ending = _ending(state, request, watch, limits)
    if ending is not None:
        return Event.END, ending
    if not steady(watch, limits):
        return Event.DISARM, None
    wanted = request.start or request.press or watch.now_s <= state.sitting.start_until_s
    return Event.START if wanted and _willing(state, request, sample, watch, limits) else None, None


def _holding(
    state: State, request: Request, sample: Sample, watch: Watch, limits: Limits
) -> Decision:
    ending = _ending(state, request, watch, limits)
    if ending is None and watch.now_s - state.since_s >= limits.hold_s:
        ending = Reason.AWAY
    if ending is not None:
        return Event.END, ending
    wanted = request.resume or request.press
    willing = wanted and _willing(state, request, sample, watch, limits)
    return Event.CONTINUE if willing else None, None


def _moving(
    state: State, request: Request, sample: Sample, watch: Watch, limits: Limits
) -> Decision:
    ending = _ending(state, request, watch, limits)
    if ending is not None:
        return Event.END, ending
    if foot_gone(watch, limits):
        return Event.HOLD, Reason.FOOT_GONE
    if request.pause or request.press:
        return Event.HOLD, Reason.PAUSED
    if request.change:
        return Event.HOLD, Reason.CHANGE
    mode, sitting = state.mode, state.sitting
    if overloaded(watch, limits) and _counts(watch, sitting, limits):
        again = watch.now_s - sitting.eased_at_s <= limits.overload_pair_s
        return Event.END if again else Event.EASE, Reason.OVERLOAD
    if mode is Mode.RUNNING:
        return Event.EASE if sitting.ease < 1.0 else None, None
    if mode is Mode.EASED:
        return Event.RAISE if request.level > sitting.eased_level else None, None
    up = _up_to_speed(state, request, sample, watch, limits)
    return Event.FULL_SPEED if up else None, None


def _winding_down(
    state: State, request: Request, sample: Sample, watch: Watch, limits: Limits
) -> Decision:
    over = watch.now_s - state.since_s >= limits.wind_down_s or foot_gone(watch, limits)
    return Event.AT_REST if over else None, state.sitting.why


def _service(
    state: State, request: Request, sample: Sample, watch: Watch, limits: Limits
) -> Decision:
    on = request.service and sample.buttons.start and watch.light_since_s != inf
    return None if on else Event.AT_REST, None


def _up_to_speed(
    state: State, request: Request, sample: Sample, watch: Watch, limits: Limits
) -> bool:
    """At the wanted speed, or it would be, had the way no turns: small circles are too short."""
    full = wanted_duty(state, request, sample, limits)
    if full != 0.0 and abs(state.duty) >= abs(full):
        return True
    top = duty_of(top_speed_cm_s(state, request, sample, limits), limits)
    return watch.now_s - state.since_s >= top / soft_slew_per_s(limits)


def _counts(watch: Watch, sitting: Sitting, limits: Limits) -> bool:
    """An overload counts once, and again if it lasts."""
    lasted_s = watch.now_s - sitting.eased_at_s
    return watch.heavy_since_s > sitting.eased_at_s or lasted_s >= limits.overload_again_s


def _ending(state: State, request: Request, watch: Watch, limits: Limits) -> Reason | None:
    """Why an open session must end now, if it must."""
    now_s, opened_at_s = watch.now_s, state.sitting.opened_at_s
    if opened_at_s is None:
        return Reason.AWAY
    if not (state.rolled_s < limits.foot_time_s and now_s - opened_at_s < limits.session_time_s):
        return Reason.TIME
    if request.end:
        return Reason.ENDED
    return Reason.FINISHED if request.finished else None


def _willing(state: State, request: Request, sample: Sample, watch: Watch, limits: Limits) -> bool:
    """Whether motion may begin: foot steady, its load accepted, the session on disk."""
    return (
        steady(watch, limits)
        and accepted(watch, level_of(request, sample, limits))
        and request.recorded == state.sitting.number
    )


DECIDE: dict[Mode, Callable[[State, Request, Sample, Watch, Limits], Decision]] = {
    Mode.IDLE: _idle,
    Mode.ARMED: _armed,
    Mode.SOFT_START: _moving,
    Mode.RUNNING: _moving,
    Mode.EASED: _moving,
    Mode.WINDING_DOWN: _winding_down,
    Mode.HOLD: _holding,
    Mode.SERVICE: _service,
}
"""What a tick does to each mode when nothing trips; STOPPED asks `may_return` instead."""
