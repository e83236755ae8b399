"""What must never go on: every sample goes through `look()`, and the first trip comes out.

Pain (`controller/pain.py`) is asked before plausibility (`controller/plausible.py`): no rule
may call a fast rise a broken sensor before T1 and T2 have called it pain. T1 and T4 look at
the sample itself, all else at the median of the last three: one bad sample never stops a
person, and the median costs one sample of delay.
"""

from math import inf, isfinite

from controller.limits import LEVELS, Limits
from controller.pain import forgotten, pain
from controller.plausible import SECOND_S, implausible
from controller.watch import NOTHING_ODD, ROUNDING_S, Odd, Reason, Trip, Watch
from hardware.roller import Sample, SensorStatus

__all__ = [
    "Reason", "Trip", "Watch", "accepted", "clings", "foot_gone", "look", "overloaded", "steady",
]  # fmt: skip

UNREADABLE = {SensorStatus.OPEN: Trip.SENSOR_OPEN, SensorStatus.SHORTED: Trip.SENSOR_SHORTED}
"""What a reading that is no number means, when the sensor says of itself what is wrong."""
RELEASED_KPA = Limits().foot_kpa
"""Less is no foot to a microcontroller: its program is made with the default, not our settings."""
RESTING_TAU_S = 0.5
"""Time constant of the resting load: slower than postural sway, faster than settling in."""
_new = tuple.__new__  # half the price of Watch(...), which goes through a second call


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
    tick_s = limits.tick_s
    trip, late = None, None
    if not (0.0 < now_s - watch.now_s <= limits.tardy_s + tick_s):
        watch, late = _tardy(watch, now_s, limits)
    at_s = sample.taken_at_s
    if at_s > watch.sample_at_s:
        before = watch
        watch, calm = _folded(watch, sample, live, rolling, reference_kpa, limits, now_s)
        if not calm:
            watch, trip = _judged(before, watch, sample, live, reference_kpa, limits)
    else:
        if at_s < watch.sample_at_s:
            trip = Trip.SENSOR_BACKWARDS
        watch = watch._replace(now_s=now_s)
    if trip is None and not (-tick_s <= now_s - at_s <= limits.stale_s):
        trip = Trip.SENSOR_SILENT
    return watch, trip or late


def clings(sample: Sample) -> bool:
    """The machine has cut, and cannot let go: something lies on an element. NaN does."""
    a_kpa, b_kpa = sample.pressure_kpa, sample.pressure_b_kpa
    off = a_kpa < RELEASED_KPA and (b_kpa is None or b_kpa < RELEASED_KPA)
    return sample.cut is not None and not off


def foot_gone(watch: Watch, limits: Limits) -> bool:
    """T5: under the weight of a foot for long enough."""
    return watch.sample_at_s - watch.light_since_s >= limits.foot_gone_s


def overloaded(watch: Watch, limits: Limits) -> bool:
    """T8: over the accepted multiple of the reference for long enough."""
    return watch.now_s - watch.heavy_since_s >= limits.overload_s


def steady(watch: Watch, limits: Limits) -> bool:
    """A foot rests on the roller, neither too light nor too heavy, for long enough."""
    return watch.now_s - watch.steady_since_s >= limits.steady_s


def accepted(watch: Watch, level: int) -> bool:
    """The leg rests no heavier than `level` (1..10) takes."""
    return watch.resting_kpa <= LEVELS[level].resting_kpa


def _tardy(watch: Watch, now_s: float, limits: Limits) -> tuple[Watch, Trip | None]:
    """T13: one tick very late, or several tardy ones within a second; or time stands still.

    While it does, no sample is newer than the last, and nothing would be looked at.
    """
    late_s = now_s - watch.now_s - limits.tick_s
    tardies = (*(one for one in watch.tardies_at_s if one > now_s - SECOND_S), now_s)
    tripped = not (late_s <= limits.late_s) or len(tardies) >= limits.tardies
    return watch._replace(tardies_at_s=tardies), Trip.LATE if tripped else None


def _folded(
    watch: Watch,
    sample: Sample,
    live: bool,
    rolling: bool,
    reference_kpa: float,
    limits: Limits,
    now_s: float,
) -> tuple[Watch, bool]:
    """The memory with a new sample in it; and whether all is calm.

    Calm: no detector would report or remember anything. It is a shortcut, not a rule:
    `_judged` gives the same answer, only slower.
    """
    (_, before_s, older, last, _, _, window, light_s, heavy_s, steady_s, changed_s, resting,
     odd, tardies) = watch  # fmt: skip
    at_s, kpa = sample.taken_at_s, sample.pressure_kpa
    dt_s = at_s - before_s
    middle = kpa if dt_s == inf else median(older, last, kpa)
    window = _slid(window, at_s, middle, at_s - limits.rise_window_s + ROUNDING_S)
    low = window[1] if len(window) == 2 or window[1] < window[3] else window[3]
    heavy = live and middle > limits.overload_ratio * reference_kpa
    rests = limits.present_low_kpa <= middle <= limits.present_high_kpa
    if heavy or not rests or light_s != inf or heavy_s != inf or steady_s == inf:
        light_s, heavy_s, steady_s = _touched(watch, at_s, middle, heavy, rests, limits)
    if middle == middle:  # noqa: PLR0124 - one NaN must not stay in the mean for ever
        resting += (middle - resting) * (dt_s / RESTING_TAU_S if dt_s < RESTING_TAU_S else 1.0)
    if kpa != last or not rolling:
        changed_s = at_s
    calm = (
        odd is NOTHING_ODD
        and middle - low <= limits.rise_kpa
        and dt_s <= limits.gap_s
        and at_s - changed_s < limits.frozen_s
        and _unremarkable(sample, last, reference_kpa, limits)
    )
    return _new(Watch, (
        now_s, at_s, last, kpa, middle, middle - low, window, light_s, heavy_s, steady_s,
        changed_s, resting, odd, tardies,
    )), calm  # fmt: skip


def _touched(
    watch: Watch, at_s: float, kpa: float, heavy: bool, rests: bool, limits: Limits
) -> tuple[float, float, float]:
    """Since when no foot is felt, it is overloaded, and it rests as it should; inf: it is not."""
    return (
        inf if kpa >= limits.foot_kpa else min(watch.light_since_s, at_s),
        min(watch.heavy_since_s, at_s) if heavy else inf,
        min(watch.steady_since_s, at_s) if rests else inf,
    )


def _unremarkable(sample: Sample, last_kpa: float, reference_kpa: float, limits: Limits) -> bool:
    """A sample by which no detector is moved."""
    kpa, other_kpa, wild_kpa = sample.pressure_kpa, sample.pressure_b_kpa, limits.wild_kpa
    return (
        sample.sensor is SensorStatus.OK
        and -limits.zero_kpa <= kpa <= limits.level_kpa
        and kpa <= limits.dose_ratio * reference_kpa
        and -wild_kpa <= kpa - last_kpa <= wild_kpa
        and (other_kpa is None or -limits.apart_kpa <= kpa - other_kpa <= limits.apart_kpa)
    )


def median(a: float, b: float, c: float) -> float:
    """The middle one of three."""
    if a > b:
        a, b = b, a
    if c >= b:
        return b
    return a if c <= a else c


def _slid(
    window: tuple[float, ...], at_s: float, value: float, since_s: float
) -> tuple[float, ...]:
    """The window with one more value, reaching back to `since_s` and one sample further.

    The one sample further is there because a rise may begin and end between two samples.
    """
    window += (at_s, value)
    first = 0
    while len(window) > first + 4 and window[first + 4] <= since_s:
        first += 2
    return window[first:]


def _judged(
    before: Watch, watch: Watch, sample: Sample, live: bool, reference_kpa: float, limits: Limits
) -> tuple[Watch, Trip | None]:
    """All detectors, one after the other. Of what is no number nothing can be said but that."""
    trip: Trip | None = None
    if not isfinite(sample.pressure_kpa):
        return watch, UNREADABLE.get(sample.sensor, Trip.SENSOR_NAN)
    if live:
        first = before.sample_at_s == -inf
        dt_s = limits.tick_s if first else watch.sample_at_s - before.sample_at_s
        odd, trip = pain(watch, sample, reference_kpa, dt_s, limits)
    else:
        odd = forgotten(watch.odd)
    if trip is None:
        odd, trip = implausible(before, watch, odd, sample, live, limits)
    return watch._replace(odd=_settled(odd, watch, limits)), trip


def _settled(odd: Odd, watch: Watch, limits: Limits) -> Odd:
    """The memory without what is too old to matter, so that calm can return."""
    if watch.sample_at_s - odd.rose_at_s > limits.flinch_s + limits.foot_gone_s:
        odd = odd._replace(rose_at_s=-inf)
    return NOTHING_ODD if odd == NOTHING_ODD else odd
