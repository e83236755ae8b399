"""Was it safe? Judged by what the machine did, never by what the controller thought it did.

The judge shares no code with the kernel. It knows the plant's truth, by milliseconds, and what a
person sees: the mode shown and the rule of the stop shown. What must hold always:

- nothing moves before a person asks, and nothing at all after a stop;
- a stop that is shown stays, with its first reason;
- no faster than the level allows, nor under more pressure than anybody bears, save for as long as
  the fault may take;
- what must stop has no power once its deadline is over; what is harmless stops nobody.
"""

from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

GOES_ON, STANDS = "goes on", "stands"
"""What came of it when nothing is latched; else the rule of the stop says it."""
MOVES = ("SOFT_START", "RUNNING", "EASED", "WINDING_DOWN", "SERVICE")
LASTS = ("SOFT_START", "RUNNING", "EASED")
"""Here a machine that stands without a stop has given something up."""
FASTEST_CM_S = {"SERVICE": 2.0}
LEVEL_CM_S = 3.5
"""What level 3 allows, at which all this happens."""
OVERSHOOT = 1.25
"""A foot that is carried along makes a carriage so much quicker."""
PAIN_KPA, PAIN_S = 75.0, 0.030
"""Under more than this nothing is driven for longer, safety specification, "spikes caught"."""
FOOT_KPA, FOOT_S = 4.0, 0.100
"""SERVICE: any more is a foot, and ends it within this."""
REST_S = 0.012
"""Two samples and a tick, until what is stopped has no power."""
LATELY_S = 0.5
"""Longer than any turn of the roller."""


class Moment(NamedTuple):
    """What was true at one instant."""

    at_s: float
    powered: bool  # the motor is under voltage
    speed_cm_s: float
    pressure_kpa: float
    gate_on: bool


class Shown(NamedTuple):
    """What a person was shown from then on."""

    at_s: float
    mode: str
    stop: str | None  # the rule of the latched stop


class Trace(NamedTuple):
    """One cell, from the fault on."""

    begun_s: float
    asked_s: float  # when a person first asked for motion; inf: nobody did
    moments: list[Moment]
    shown: list[Shown]  # each change; the first is what was so before


class Expected(NamedTuple):
    """What may come of a fault."""

    deadline_s: float
    outcomes: frozenset[str]
    passing: bool = False  # it is over before anything moves
    forgets: bool = False  # the disk loses what was written: the stop stays, its reason cannot


def outcome(trace: Trace) -> str:
    """What came of it: the rule of the first new stop, or whether it still moves."""
    if trace.shown[0].stop is None:
        for one in trace.shown:
            if one.stop is not None:
                return one.stop
    since_s = trace.moments[-1].at_s - LATELY_S
    return GOES_ON if any(one.powered and one.at_s > since_s for one in trace.moments) else STANDS


def moving_since_s(trace: Trace) -> float:
    """Since when the motor has power with the fault there; inf: it never had."""
    if trace.shown[0].mode in MOVES:
        return trace.begun_s
    return next((one.at_s for one in trace.moments if one.powered), inf)


def took_s(trace: Trace) -> float | None:
    """How long the motor had power under the fault; None: it never had, or still has."""
    powered = [one.at_s for one in trace.moments if one.powered]
    if not powered or outcome(trace) == GOES_ON:
        return None
    return powered[-1] - moving_since_s(trace)


def wrong(trace: Trace, expected: Expected, healthy: str) -> list[str]:
    """Everything that must not be; `healthy`: what comes of this mode without any fault."""
    return [
        *_always(trace, expected.deadline_s),
        *_latch(trace, expected),
        *_as_expected(trace, expected, healthy),
    ]


def wrong_together(trace: Trace, both: Sequence[Expected], deadline_s: float) -> list[str]:
    """What must not be under several faults at once; whoever stops it first may say why."""
    forgets = any(one.forgets for one in both)
    found = [
        *_always(trace, deadline_s),
        *_latch(trace, Expected(deadline_s, frozenset(), forgets=forgets)),
    ]
    lasts = trace.shown[0].mode in LASTS
    if any(GOES_ON not in one.outcomes and (lasts or not one.passing) for one in both):
        found += _late(trace, deadline_s)
    return found


def _always(trace: Trace, deadline_s: float) -> Iterator[str]:
    since_s = moving_since_s(trace)
    due_s = since_s + deadline_s
    if trace.shown[0].mode not in MOVES and since_s < trace.asked_s:
        yield "it moved before anybody asked"
    for one in trace.moments:
        mode = _mode_at(trace, one.at_s)
        top_cm_s = FASTEST_CM_S.get(mode, LEVEL_CM_S) * OVERSHOOT
        if one.powered and one.at_s > due_s and not (abs(one.speed_cm_s) <= top_cm_s):
            yield f"{abs(one.speed_cm_s):.1f} cm/s in {mode}"
            break
    yield from _pressed(trace, "", PAIN_KPA, max(deadline_s, PAIN_S))
    yield from _pressed(trace, "SERVICE", FOOT_KPA, max(deadline_s, FOOT_S))


def _mode_at(trace: Trace, at_s: float) -> str:
    return next(
        one.mode for one in reversed(trace.shown) if one is trace.shown[0] or one.at_s <= at_s
    )


def _latch(trace: Trace, expected: Expected) -> Iterator[str]:
    """A stop stays, with its reason, and nothing moves after it."""
    stops = [one for one in trace.shown if one.stop is not None]
    if not stops:
        return
    first = stops[0]
    for later in trace.shown[trace.shown.index(first) :]:
        if later.stop != first.stop and not _forgotten(trace, later, expected):
            yield f"the stop {first.stop} became {later.stop}: {later.mode}"
            break
    late_s = first.at_s + (0.0 if first is trace.shown[0] else max(expected.deadline_s, REST_S))
    if any(one.powered and one.at_s > late_s for one in trace.moments):
        yield f"it moved after the stop {first.stop}"


def _forgotten(trace: Trace, later: Shown, expected: Expected) -> bool:
    """The disk lost the stop: what was on it before says whether a session was cut short."""
    return expected.forgets and (later.stop is not None or trace.shown[0].mode not in LASTS)


def _pressed(trace: Trace, mode: str, most_kpa: float, most_s: float) -> Iterator[str]:
    """In `mode`, or in any, more pressure than that is not driven under for long."""
    since_s = inf
    for one in trace.moments:
        here = mode in ("", _mode_at(trace, one.at_s))
        since_s = min(since_s, one.at_s) if here and not (one.pressure_kpa <= most_kpa) else inf
        if one.powered and one.at_s > since_s + most_s:
            yield f"driven {(one.at_s - since_s) * 1000:.0f} ms under {one.pressure_kpa:.0f} kPa"
            return


def _as_expected(trace: Trace, expected: Expected, healthy: str) -> Iterator[str]:
    came, lasts = outcome(trace), trace.shown[0].mode in LASTS
    if expected.outcomes == {GOES_ON}:
        if came != healthy:
            yield f"it is harmless, and yet: {came} (without it: {healthy})"
        return
    allowed = expected.outcomes | (frozenset() if lasts else {STANDS})
    over = expected.passing and not lasts
    if came not in allowed | {GOES_ON} and not (over and came == healthy):
        yield f"expected {' or '.join(sorted(allowed))}, came: {came}"
    if GOES_ON not in allowed and not over:
        yield from _late(trace, expected.deadline_s)


def _late(trace: Trace, deadline_s: float) -> Iterator[str]:
    due_s = moving_since_s(trace) + deadline_s
    late = [one.at_s for one in trace.moments if one.powered and one.at_s > due_s]
    if late:
        yield f"powered {(late[-1] - due_s) * 1000:.0f} ms after its deadline"
