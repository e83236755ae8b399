"""The safety kernel: may the motor move, how fast, and if not, why not.

`step()` is pure: the state, a request and a sample in, the new state and a drive out. It
trusts nobody: a request can only ask. Silence is the default: every mode but the moving
ones keeps the gate off, a trip latches with its first reason, and the only way out of
STOPPED is an acknowledgement, to IDLE, under the conditions of `may_return`. What a machine with
a latch of its own has cut trips, too, save for the one cut that was acknowledged. What trips is
in trips.py and machinery.py, what each mode does otherwise in rules.py, how it moves in motion.py,
and what must be proven before a session in selftest.py.
"""

from math import inf

from controller.limits import LEVELS, LOWEST_LEVEL, Limits
from controller.machinery import attended, rested
from controller.modes import TRANSITIONS, Event, Mode, Request, Sitting, State, Stop
from controller.motion import goes_on, moved, onward, reference_of
from controller.rules import DECIDE
from controller.selftest import SelfTest, advanced, begun, zeroed
from controller.trips import Reason, Trip, Watch, clings, foot_gone, look
from controller.watch import CUTS
from hardware.roller import Cut, Drive, Sample

__all__ = ["Event", "Mode", "Reason", "Request", "State", "Stop", "Trip", "step"]

PRESS_S = 3.0
"""A press that opened a session with a foot on also starts, if the foot is steady by then."""
LET_GO_S = 1.0
"""So long a machine with a latch of its own has to let go of what was acknowledged."""
UNHEARD = (Trip.SENSOR_SILENT, Trip.SENSOR_GAPS)
"""What a sensor looks like behind a lost link."""


def step(
    state: State, request: Request, sample: Sample, limits: Limits, now_s: float
) -> tuple[State, Drive]:
    """Fold one tick in; return the new state and what the roller must do until the next.

    Call it once per tick with a growing `now_s` (seconds, the loop's clock). No value, NaN
    and infinity included, makes it raise.
    """
    reference_kpa = reference_of(request, limits)
    live, rolling = state.mode.moving, state.duty != 0.0
    watch, trip = look(state.watch, sample, live, rolling, reference_kpa, limits, now_s)
    machinery = state.machinery
    if live:
        machinery, fault = attended(machinery, state.duty, sample, limits, now_s)
    else:
        machinery, fault = rested(machinery, state.testing, sample, limits, now_s)
    trip = trip or fault
    if trip is None and goes_on(state, request, sample, watch):
        return onward(state, watch, machinery), state.course.drive
    if machinery is not state.machinery:
        state = state._replace(machinery=machinery)
    if not live and trip is None and foot_gone(watch, limits):
        state = state._replace(test=zeroed(state.test, now_s))
    if state.letting_go:
        state = _let_go(state, sample)
    trip = _heard(_cut(trip, state, sample, now_s), state, request, sample)
    state = _decided(state, trip, request, sample, watch, limits)
    state, drive = moved(state, request, sample, watch, limits)
    return _idling(state, drive, sample, limits) if state.mode is Mode.IDLE else (state, drive)


def _let_go(state: State, sample: Sample) -> State:
    """Of what was acknowledged, what stands; once it is gone, it is new when it comes again."""
    left = tuple(cut for cut in state.letting_go if cut is sample.cut)
    return state if left == state.letting_go else state._replace(letting_go=left)


def _cut(trip: Trip | None, state: State, sample: Sample, now_s: float) -> Trip | None:
    """The trip, or what the machine has latched by itself: it was there first, save for pain."""
    if sample.cut is None or (trip is not None and trip.reason is Reason.PAIN):
        return trip
    waiting = state.mode is Mode.IDLE and now_s - state.since_s < LET_GO_S
    letting_go = waiting and sample.cut in state.letting_go
    if letting_go and sample.cut is Cut.LINK and trip in UNHEARD:
        return Trip.LINK  # nothing is let go of over a link that is gone
    return trip if letting_go or state.mode is Mode.STOPPED else CUTS[sample.cut]


def _heard(trip: Trip | None, state: State, request: Request, sample: Sample) -> Trip | None:
    """The trip that counts: a person's before all others, and the program's after them."""
    if sample.stop_pressed or request.stop:
        return Trip.STOP
    if trip is Trip.LATE and state.mode is Mode.IDLE and not state.testing:
        return None  # nothing moves and nothing is about to
    if trip is None and state.mode.moving:
        if request.lost:
            return Trip.LOST
        return Trip.END_EARLY if request.early else None
    return trip


def _decided(
    state: State, trip: Trip | None, request: Request, sample: Sample, watch: Watch, limits: Limits
) -> State:
    """The state after what tripped, or else what the rules of its mode say."""
    if state.mode is Mode.STOPPED:
        return _stopped(state, trip, request, sample, watch, limits)
    if trip is not None:
        return _trip(state, trip, request, watch, limits)
    if request.press or request.end or watch.light_since_s != inf:
        state = _session(state, request, watch, limits)
    event, why = DECIDE[state.mode](state, request, sample, watch, limits)
    return state if event is None else _enter(state, event, why, request, watch, limits)


def _stopped(
    state: State, trip: Trip | None, request: Request, sample: Sample, watch: Watch, limits: Limits
) -> State:
    """What trips still; whether the machine felt pain; and the way back."""
    if trip is not state.cause:
        state = state._replace(cause=trip)
    felt = None if sample.cut is None else CUTS[sample.cut]
    if felt is not None and felt.reason is Reason.PAIN and not _pained(state):
        return _hurt(state, felt, request, watch, limits)
    if not (request.acknowledge and may_return(state, sample, watch, limits)):
        return state
    state = _enter(state, Event.ACKNOWLEDGE, None, request, watch, limits)
    return state._replace(letting_go=() if sample.cut is None else (sample.cut,))


def _hurt(state: State, pain: Trip, request: Request, watch: Watch, limits: Limits) -> State:
    """A stop for something else turns out to be one for pain, at its place and level."""
    first = state.stop
    if first is not None:
        request = request._replace(
            level=first.level, place=first.place, reference_kpa=first.reference_kpa
        )
    return _trip(state, pain, request, watch, limits)


def _idling(state: State, rest: Drive, sample: Sample, limits: Limits) -> tuple[State, Drive]:
    """IDLE: the self-test of a session that was opened."""
    sitting, test = state.sitting, state.test
    if sitting.opened_at_s is None or test.over:
        return state, rest
    test, drive = advanced(test, sample, limits, state.watch.now_s)
    if test.failed is not None:
        sitting = sitting.closed(Reason.UNFIT)
    return state._replace(test=test, sitting=sitting), drive


def _session(state: State, request: Request, watch: Watch, limits: Limits) -> State:
    """A press on the device opens a session; an end, or a foot long gone, closes it."""
    sitting, now_s = state.sitting, watch.now_s
    if sitting.opened_at_s is not None:
        if request.end and state.mode is Mode.IDLE:
            return state._replace(sitting=sitting.closed(Reason.ENDED))
        away = now_s - max(watch.light_since_s, sitting.opened_at_s) > limits.away_s
        return state._replace(sitting=sitting.closed(Reason.AWAY)) if away else state
    if not request.press or state.mode is not Mode.IDLE or now_s < sitting.rest_until_s:
        return state
    if state.letting_go:  # a machine that is cut takes no press either
        return state
    start_until_s = now_s + PRESS_S if watch.light_since_s == inf else -inf
    opened = sitting.opened(now_s, start_until_s, limits.session_time_s)
    return state._replace(sitting=opened, rolled_s=0.0, test=begun(state.test, now_s))


def _trip(state: State, trip: Trip, request: Request, watch: Watch, limits: Limits) -> State:
    """Latch the first reason with the way back; the session is over."""
    sitting, now_s = state.sitting, watch.now_s
    level = next_level = request.level if request.level in LEVELS else LOWEST_LEVEL
    rest = False
    if trip.reason is Reason.PAIN:
        next_level = max(LOWEST_LEVEL, int(limits.pain_ratio * level + 1e-9))
        again = any(CUTS[cut] is trip for cut in state.letting_go)  # it never went
        rest = sitting.pains > 0 and not again
        rest_until_s = now_s + limits.pain_rest_s if rest else sitting.rest_until_s
        sitting = sitting._replace(
            pains=0 if rest else 1, pain_at_s=now_s, rest_until_s=rest_until_s
        )
    stop = Stop(
        trip, now_s, watch.last_kpa, watch.rise_kpa, request.place, level, next_level, rest,
        request.reference_kpa, None if state.stop is None else state.stop.trip,
    )  # fmt: skip
    test = SelfTest() if trip.rule == "T9" else state.test  # the zero must be seen anew
    sitting = sitting.closed(None)
    return state._replace(
        mode=Mode.STOPPED, since_s=now_s, stop=stop, sitting=sitting, test=test, cause=trip
    )


def may_return(state: State, sample: Sample, watch: Watch, limits: Limits) -> bool:
    """Whether a stop may be acknowledged: nothing trips any more, and after pain a rest.

    A machine with a latch of its own must be able to let go of it, too.
    """
    if state.cause is not None or clings(sample):
        return False
    if state.stop is None or not _pained(state):
        return True
    now_s = watch.now_s
    off = now_s - watch.light_since_s >= limits.pain_off_s
    return off and now_s - state.stop.at_s >= limits.pain_wait_s


def _pained(state: State) -> bool:
    return state.stop is not None and state.stop.trip.reason is Reason.PAIN


def _enter(
    state: State, event: Event, why: Reason | None, request: Request, watch: Watch, limits: Limits
) -> State:
    """Make the transition. One that is not in the table is a fault of ours."""
    mode = TRANSITIONS[state.mode].get(event)
    if mode is None:
        return _trip(state, Trip.ASTRAY, request, watch, limits)
    sitting, now_s = state.sitting._replace(why=why), watch.now_s
    if event is Event.EASE and why is Reason.OVERLOAD:
        ease = sitting.ease * limits.ease_ratio
        sitting = sitting._replace(ease=ease, eased_at_s=now_s, eased_level=request.level)
    elif event is Event.RAISE:
        sitting = sitting._replace(ease=1.0)
    elif event is Event.START:
        sitting = sitting._replace(start_until_s=-inf)
    if mode in (Mode.IDLE, Mode.WINDING_DOWN) and event is not Event.DISARM:
        sitting = _after(sitting, event, why)
    stop = state.stop if mode is Mode.STOPPED else None
    return state._replace(mode=mode, since_s=now_s, sitting=sitting, stop=stop)


def _after(sitting: Sitting, event: Event, why: Reason | None) -> Sitting:
    """The session closes with its end; the way down to rest still belongs to it."""
    return sitting if event is Event.AT_REST and why is None else sitting.closed(why)
