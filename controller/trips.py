"""What must never go on: one small pure detector per trip.

`look()` folds a sample into the memory of all detectors (`Watch`) and returns the first trip
it finds. Pain is asked before plausibility: no rule may call a fast rise a broken sensor
before T1 and T2 have called it pain. Limits are compared as `not (x <= limit)`, so that NaN
breaks the rule instead of slipping through it.

Level rules look at the sample, all others at the median of the last three: one bad sample
never stops a person, and the median costs one sample of delay.
"""

from enum import Enum
from math import inf, isnan
from typing import NamedTuple

from controller.limits import Limits
from hardware.roller import Sample, SensorStatus

SECOND_S = 1.0
"""The window of every "in 1 s" of the specification."""
RESTING_TAU_S = 0.5
"""Time constant of the resting load: slower than postural sway, faster than settling in."""


class Reason(Enum):
    """Why the roller is not live. The first four latch."""

    PAIN = "pain"
    PERSON = "person"
    FAULT = "fault"
    POWER = "power lost"
    PAUSED = "paused"
    FOOT_GONE = "foot gone"
    CHANGE = "change"
    FINISHED = "finished"
    ENDED = "ended"
    OVERLOAD = "overload"
    TIME = "time over"
    AWAY = "away"


class Trip(Enum):
    """Every latching trip: rule of the specification, kind, and what exactly was seen."""

    LEVEL = ("T1", Reason.PAIN, "level")
    RISE = ("T2", Reason.PAIN, "rise")
    DOSE = ("T4", Reason.PAIN, "dose")
    FLINCH = ("T5", Reason.PAIN, "flinch")
    STOP = ("T6", Reason.PERSON, "stop")
    SENSOR_OPEN = ("T9", Reason.FAULT, "open")
    SENSOR_SHORTED = ("T9", Reason.FAULT, "shorted")
    SENSOR_SATURATED = ("T9", Reason.FAULT, "saturated")
    SENSOR_NAN = ("T9", Reason.FAULT, "nan")
    SENSOR_SILENT = ("T9", Reason.FAULT, "silent")
    SENSOR_GAPS = ("T9", Reason.FAULT, "gaps")
    SENSOR_BACKWARDS = ("T9", Reason.FAULT, "backwards")
    SENSOR_FROZEN = ("T9", Reason.FAULT, "frozen")
    SENSORS_APART = ("T9", Reason.FAULT, "apart")
    SENSOR_ZERO = ("T9", Reason.FAULT, "zero")
    SENSOR_WILD = ("T9", Reason.FAULT, "wild")
    LATE = ("T13", Reason.FAULT, "late")
    POWER = ("-", Reason.POWER, "power")
    ASTRAY = ("-", Reason.FAULT, "astray")

    def __init__(self, rule: str, reason: Reason, key: str) -> None:
        self.rule, self.reason, self.key = rule, reason, key


class Odd(NamedTuple):
    """Memory of what seldom happens; the same object as long as nothing does."""

    wilds_at_s: tuple[float, ...] = ()
    gaps_at_s: tuple[float, ...] = ()
    tardies_at_s: tuple[float, ...] = ()
    dose: tuple[tuple[float, float], ...] = ()  # (at_s, kPa*s) of what exceeded
    rose_at_s: float = -inf
    apart_since_s: float = inf
    status_samples: int = 0  # in a row, not OK
    zero_samples: int = 0  # in a row, below zero
    over_samples: int = 0  # in a row, over the level


NOTHING_ODD = Odd()
"""The healthy case, recognised by identity."""


class Watch(NamedTuple):
    """Memory of all detectors."""

    now_s: float  # of the last tick
    sample_at_s: float = -inf
    older_kpa: float = 0.0
    last_kpa: float = 0.0
    median_kpa: float = 0.0
    rise_kpa: float = 0.0  # over `rise_window_s`, of the median
    window: tuple[float, ...] = ()  # at_s, median, at_s, median, ...
    light_since_s: float = -inf  # under the weight of a foot since; inf: a foot is on
    heavy_since_s: float = inf  # overloaded since
    steady_since_s: float = inf  # a foot that may be massaged since
    changed_at_s: float = -inf  # the value last changed, or the roller last stood
    resting_kpa: float = 0.0  # slow mean
    odd: Odd = NOTHING_ODD


def look(
    watch: Watch,
    sample: Sample,
    live: bool,
    rolling: bool,
    reference_kpa: float,
    limits: Limits,
    now_s: float,
) -> tuple[Watch, Trip | None]:
    """Fold `sample` in; return the new memory and the first trip found, if any.

    `live`: the mode is one that may move, so that pressure can be pain; `rolling`: the motor
    has a duty; `reference_kpa`: expected at this place, within its limits.
    """
    late_trip = None
    late_s = now_s - watch.now_s - limits.tick_s
    if not (late_s <= limits.tardy_s):
        watch, late_trip = _late(watch, late_s, limits, now_s)
    trip: Trip | None
    if sample.taken_at_s > watch.sample_at_s:
        watch, trip = _fresh(watch, sample, live, rolling, reference_kpa, limits, now_s)
    else:
        backwards = sample.taken_at_s < watch.sample_at_s or isnan(sample.taken_at_s)
        watch, trip = watch._replace(now_s=now_s), Trip.SENSOR_BACKWARDS if backwards else None
    if trip is None and not (-limits.tick_s <= now_s - sample.taken_at_s <= limits.stale_s):
        trip = Trip.SENSOR_SILENT
    return watch, trip or late_trip


def foot_gone(watch: Watch, limits: Limits) -> bool:
    """T5: under the weight of a foot for long enough."""
    return watch.now_s - watch.light_since_s >= limits.foot_gone_s


def overloaded(watch: Watch, limits: Limits) -> bool:
    """T8: over the accepted multiple of the reference for long enough."""
    return watch.now_s - watch.heavy_since_s >= limits.overload_s


def steady(watch: Watch, limits: Limits) -> bool:
    """A foot rests on the roller, neither too light nor too heavy, for long enough."""
    return watch.now_s - watch.steady_since_s >= limits.steady_s


def median(a: float, b: float, c: float) -> float:
    """The middle one of three."""
    if a > b:
        a, b = b, a
    if c >= b:
        return b
    return a if c <= a else c


def _late(watch: Watch, late_s: float, limits: Limits, now_s: float) -> tuple[Watch, Trip | None]:
    """T13: one tick very late, or several tardy ones within a second."""
    tardies = _within_second(watch.odd.tardies_at_s, now_s)
    watch = watch._replace(odd=watch.odd._replace(tardies_at_s=tardies))
    tripped = not (late_s <= limits.late_s) or len(tardies) >= limits.tardies
    return watch, Trip.LATE if tripped else None


def _fresh(
    watch: Watch,
    sample: Sample,
    live: bool,
    rolling: bool,
    reference_kpa: float,
    limits: Limits,
    now_s: float,
) -> tuple[Watch, Trip | None]:
    """All detectors that look at a new sample."""
    at_s, kpa = sample.taken_at_s, sample.pressure_kpa
    _, sample_at_s, older_kpa, last_kpa, _, _, window, light, heavy, steady_, changed, rest, odd = (
        watch
    )
    middle = median(older_kpa, last_kpa, kpa) if sample_at_s != -inf else kpa
    window = _slide((*window, at_s, middle), at_s - limits.rise_window_s)
    rise_kpa = middle - (min(window[1], window[3]) if len(window) > 2 else middle)
    light = inf if middle >= limits.foot_kpa else (at_s if light == inf else light)
    if not (live and middle > limits.overload_ratio * reference_kpa):
        heavy = inf
    elif heavy == inf:
        heavy = at_s
    if not (limits.present_low_kpa <= middle <= limits.present_high_kpa):
        steady_ = inf
    elif steady_ == inf:
        steady_ = at_s
    if kpa != last_kpa or not rolling:
        changed = at_s
    if light == inf:
        rest += (middle - rest) * min(1.0, (at_s - sample_at_s) / RESTING_TAU_S)
    else:
        rest = middle
    fresh = Watch(
        now_s, at_s, last_kpa, kpa, middle, rise_kpa, window, light, heavy, steady_, changed, rest,
        odd,
    )  # fmt: skip
    fresh, trip = _pain(fresh, sample, live, reference_kpa, limits)
    if trip is None:
        fresh, trip = _sensor(watch, fresh, sample, live, limits)
    return fresh, trip


def _slide(window: tuple[float, ...], since_s: float) -> tuple[float, ...]:
    """Drop what is not needed to span the time back to `since_s` and one sample more.

    The one sample more is there because a rise may begin and end between two samples.
    """
    while len(window) > 4 and window[4] <= since_s:
        window = window[2:]
    return window


def _pain(
    watch: Watch, sample: Sample, live: bool, reference_kpa: float, limits: Limits
) -> tuple[Watch, Trip | None]:
    """T1, T2, T4 and the flinch of T5, in this order; at rest nothing of it is asked."""
    if not live:
        return (
            watch._replace(odd=watch.odd._replace(over_samples=0, dose=(), rose_at_s=-inf))
            if watch.odd.over_samples or watch.odd.dose or watch.odd.rose_at_s != -inf
            else watch
        ), None
    odd, at_s, kpa = watch.odd, watch.sample_at_s, sample.pressure_kpa
    if not (kpa <= limits.level_kpa) or (live and sample.sensor is SensorStatus.SATURATED):
        odd = odd._replace(over_samples=odd.over_samples + 1)
    elif odd.over_samples:
        odd = odd._replace(over_samples=0)
    excess_kpa = kpa - limits.dose_ratio * reference_kpa
    if odd.dose or not (excess_kpa <= 0.0):
        odd = odd._replace(dose=_dose(odd.dose, excess_kpa, watch, limits))
    rose = not (watch.rise_kpa <= max(limits.rise_kpa, limits.rise_ratio * reference_kpa))
    if rose:
        odd = odd._replace(rose_at_s=at_s)
    if odd is not watch.odd:
        watch = watch._replace(odd=odd)
    if odd.over_samples >= limits.level_samples:
        return watch, Trip.LEVEL
    if rose and not (watch.median_kpa <= reference_kpa + limits.rise_above_kpa):
        return watch, Trip.RISE
    if odd.dose and not (sum(part for _, part in odd.dose) <= limits.dose_kpa_s):
        return watch, Trip.DOSE
    if foot_gone(watch, limits) and watch.light_since_s - odd.rose_at_s <= limits.flinch_s:
        return watch, Trip.FLINCH
    return watch, None


def _dose(
    dose: tuple[tuple[float, float], ...], excess_kpa: float, watch: Watch, limits: Limits
) -> tuple[tuple[float, float], ...]:
    """T4: add this sample's part to the sum of the last half second."""
    at_s = watch.sample_at_s
    if dose and dose[0][0] <= at_s - limits.dose_window_s:
        dose = tuple(part for part in dose if part[0] > at_s - limits.dose_window_s)
    if excess_kpa <= 0.0:
        return dose
    return (*dose, (at_s, excess_kpa * limits.tick_s))


def _sensor(
    before: Watch, watch: Watch, sample: Sample, live: bool, limits: Limits
) -> tuple[Watch, Trip | None]:
    """T9, as far as a new sample shows it."""
    kpa, at_s = sample.pressure_kpa, watch.sample_at_s
    if isnan(kpa):
        return watch, Trip.SENSOR_NAN
    odd = watch.odd
    if sample.sensor is not SensorStatus.OK or odd.status_samples:
        bad = sample.sensor is not SensorStatus.OK
        odd = odd._replace(status_samples=odd.status_samples + 1 if bad else 0)
    if kpa < -limits.zero_kpa or odd.zero_samples:
        odd = odd._replace(zero_samples=odd.zero_samples + 1 if kpa < -limits.zero_kpa else 0)
    if _wild(before.older_kpa, before.last_kpa, kpa, limits):
        odd = odd._replace(wilds_at_s=_within_second(odd.wilds_at_s, at_s))
    if not (at_s - before.sample_at_s <= max(limits.gap_s, 1.5 * limits.tick_s)):
        if before.sample_at_s != -inf:
            odd = odd._replace(gaps_at_s=_within_second(odd.gaps_at_s, at_s))
    other_kpa = sample.pressure_b_kpa
    if other_kpa is not None:
        if abs(kpa - other_kpa) <= max(limits.apart_kpa, limits.apart_ratio * max(kpa, other_kpa)):
            if odd.apart_since_s != inf:
                odd = odd._replace(apart_since_s=inf)
        elif odd.apart_since_s == inf:
            odd = odd._replace(apart_since_s=at_s)
    if odd is not watch.odd:
        watch = watch._replace(odd=odd)
    if odd is not NOTHING_ODD:
        trip = _odd_trip(odd, sample, live, at_s, limits)
        if trip is not None:
            return watch, trip
    return watch, Trip.SENSOR_FROZEN if at_s - watch.changed_at_s >= limits.frozen_s else None


def _odd_trip(odd: Odd, sample: Sample, live: bool, at_s: float, limits: Limits) -> Trip | None:
    """Which of the seldom things is by now a fault."""
    if odd.status_samples >= 2 and sample.sensor is not SensorStatus.SATURATED:
        return Trip.SENSOR_OPEN if sample.sensor is SensorStatus.OPEN else Trip.SENSOR_SHORTED
    if odd.status_samples >= 2 and not live:
        return Trip.SENSOR_SATURATED
    if odd.zero_samples >= 2:
        return Trip.SENSOR_ZERO
    if len(odd.wilds_at_s) > limits.wilds:
        return Trip.SENSOR_WILD
    if len(odd.gaps_at_s) >= limits.gaps:
        return Trip.SENSOR_GAPS
    if at_s - odd.apart_since_s >= limits.apart_s:
        return Trip.SENSORS_APART
    return None


def _wild(older: float, middle: float, newer: float, limits: Limits) -> bool:
    """The middle sample is off both neighbours, to the same side."""
    up, down = middle - older, middle - newer
    return min(up, down) > limits.wild_kpa or max(up, down) < -limits.wild_kpa


def _within_second(times_s: tuple[float, ...], now_s: float) -> tuple[float, ...]:
    """`times_s` of the last second, and now."""
    return (*(one for one in times_s if one > now_s - SECOND_S), now_s)
