"""Can the reading be true? T9, as far as a new sample shows it. Pure.

Asked after pain, never before. One bad sample stops nobody. (One that is no number does;
`controller/trips.py` never brings it here.)
"""

from math import inf, isfinite

from controller.limits import Limits
from controller.watch import Odd, Trip, Watch
from hardware.roller import Sample, SensorStatus

SECOND_S = 1.0
"""The window of every "in 1 s" of the specification."""
TWICE = 2
"""So many bad samples in a row are no accident."""


def implausible(
    before: Watch, watch: Watch, odd: Odd, sample: Sample, live: bool, limits: Limits
) -> tuple[Odd, Trip | None]:
    """The memory after a new sample, and the first fault it shows, if any.

    `before` and `watch`: without and with the sample; `live`: the roller may be moving, so
    that the end of the sensor's range is pain and was asked already.
    """
    kpa, at_s = sample.pressure_kpa, watch.sample_at_s
    odd = odd._replace(
        status_samples=0 if sample.sensor is SensorStatus.OK else odd.status_samples + 1,
        zero_samples=odd.zero_samples + 1 if kpa < -limits.zero_kpa else 0,
        wilds_at_s=_noted(
            odd.wilds_at_s, _wild(before.older_kpa, before.last_kpa, kpa, limits), at_s
        ),
        gaps_at_s=_noted(odd.gaps_at_s, _gap(before, at_s, limits), at_s),
        apart_since_s=_apart(odd.apart_since_s, sample, at_s, limits),
    )
    return odd, _first(odd, watch, sample, live, limits)


def _first(odd: Odd, watch: Watch, sample: Sample, live: bool, limits: Limits) -> Trip | None:
    at_s = watch.sample_at_s
    if odd.status_samples >= TWICE:
        trip = _status(sample.sensor, live)
        if trip is not None:
            return trip
    rules = (
        (odd.zero_samples >= TWICE, Trip.SENSOR_ZERO),
        (len(odd.wilds_at_s) > limits.wilds, Trip.SENSOR_WILD),
        (len(odd.gaps_at_s) >= limits.gaps, Trip.SENSOR_GAPS),
        (at_s - odd.apart_since_s >= limits.apart_s, Trip.SENSORS_APART),
        (at_s - watch.changed_at_s >= limits.frozen_s, Trip.SENSOR_FROZEN),
    )
    return next((trip for broken, trip in rules if broken), None)


def _status(status: SensorStatus, live: bool) -> Trip | None:
    if status is SensorStatus.OPEN:
        return Trip.SENSOR_OPEN
    if status is SensorStatus.SHORTED:
        return Trip.SENSOR_SHORTED
    return None if live else Trip.SENSOR_SATURATED


def _wild(older: float, middle: float, newer: float, limits: Limits) -> bool:
    """The middle sample is off both neighbours, to the same side."""
    up, down = middle - older, middle - newer
    return min(up, down) > limits.wild_kpa or max(up, down) < -limits.wild_kpa


def _gap(before: Watch, at_s: float, limits: Limits) -> bool:
    """Samples came too far apart; at a slow loop its own period is no gap."""
    allowed_s = max(limits.gap_s, 1.5 * limits.tick_s)
    return before.sample_at_s != -inf and not (at_s - before.sample_at_s <= allowed_s)


def _apart(since_s: float, sample: Sample, at_s: float, limits: Limits) -> float:
    """Since when the two channels disagree; inf: they agree, or there is one."""
    other_kpa, kpa = sample.pressure_b_kpa, sample.pressure_kpa
    if other_kpa is None:
        return inf
    allowed_kpa = max(limits.apart_kpa, limits.apart_ratio * max(kpa, other_kpa))
    if isfinite(other_kpa) and abs(kpa - other_kpa) <= allowed_kpa:
        return inf
    return at_s if since_s == inf else since_s


def _noted(times_s: tuple[float, ...], happened: bool, now_s: float) -> tuple[float, ...]:
    """`times_s` of the last second, and now if it happened."""
    kept = tuple(one for one in times_s if one > now_s - SECOND_S) if times_s else ()
    return (*kept, now_s) if happened else kept
