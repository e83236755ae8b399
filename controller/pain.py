"""Is it pain? T1 level, T2 rise, T4 dose, and the flinch of T5, in this order. Pure.

Asked only in a mode that may move: a foot that lands on a roller at rest rises fast, too.
Limits are compared as `not (x <= limit)`: NaN breaks the rule instead of slipping through.
"""

from math import inf

from controller.limits import Limits
from controller.watch import ROUNDING_S, Odd, Trip, Watch
from hardware.roller import Sample, SensorStatus


def pain(
    watch: Watch, sample: Sample, reference_kpa: float, dt_s: float, limits: Limits
) -> tuple[Odd, Trip | None]:
    """The memory after a new sample, and the first of the pain trips, if any.

    `watch` already holds the sample; `dt_s` is the time since the one before.
    """
    odd, at_s = watch.odd, watch.sample_at_s
    odd = odd._replace(
        over_samples=_over(odd.over_samples, sample, limits),
        dose=_dose(odd.dose, watch, reference_kpa, dt_s, limits),
    )
    rose = not (watch.rise_kpa <= max(limits.rise_kpa, limits.rise_ratio * reference_kpa))
    if rose:
        odd = odd._replace(rose_at_s=at_s)
    return odd, _first(odd, watch, rose, reference_kpa, limits)


def _first(odd: Odd, watch: Watch, rose: bool, reference_kpa: float, limits: Limits) -> Trip | None:
    if odd.over_samples >= limits.level_samples:
        return Trip.LEVEL
    if rose and not (watch.median_kpa <= reference_kpa + limits.rise_above_kpa):
        return Trip.RISE
    if not (sum(part for _, part in odd.dose) <= limits.dose_kpa_s):
        return Trip.DOSE
    gone = watch.sample_at_s - watch.light_since_s >= limits.foot_gone_s
    if gone and watch.light_since_s - odd.rose_at_s <= limits.flinch_s:
        return Trip.FLINCH
    return None


def _over(samples: int, sample: Sample, limits: Limits) -> int:
    """T1: samples in a row over the level; the end of the sensor's range counts as over."""
    over = not (sample.pressure_kpa <= limits.level_kpa)
    return samples + 1 if over or sample.sensor is SensorStatus.SATURATED else 0


def _dose(
    dose: tuple[tuple[float, float], ...],
    watch: Watch,
    reference_kpa: float,
    dt_s: float,
    limits: Limits,
) -> tuple[tuple[float, float], ...]:
    """T4: the parts of the last half second in which the pressure was too high."""
    since_s = watch.sample_at_s - limits.dose_window_s + ROUNDING_S
    if dose and dose[0][0] <= since_s:
        dose = tuple(part for part in dose if part[0] > since_s)
    excess_kpa = watch.last_kpa - limits.dose_ratio * reference_kpa
    return dose if excess_kpa <= 0.0 else (*dose, (watch.sample_at_s, excess_kpa * dt_s))


def forgotten(odd: Odd) -> Odd:
    """The memory without pain, for a mode that cannot move."""
    return odd._replace(over_samples=0, dose=(), rose_at_s=-inf)
