"""Is the machine sound? T7 the motor's current, T14 limit switches and gate. Pure.

The sample of a tick shows what the last tick's drive did, so it is judged by that drive's duty.
A winding's current says what resists the motor: friction, the load on the head, and the rotor's
own inertia while the duty rises. After the duty fell by a step the motor brakes and its current
means nothing; there only the upper limit counts. At rest the gate must be off and no rail has
both its ends in one place.
"""

from math import inf
from typing import NamedTuple

from controller.limits import Limits
from controller.watch import ROUNDING_S, Trip
from hardware.roller import Sample

FOLLOWED_DUTY = 0.02
"""A fall of duty from one tick to the next which the rotor follows without braking hard."""
PUSHED_DUTY_PER_S = 0.2
"""A duty that rises more slowly, as in a soft start, draws no more than friction does."""
TWICE = 2
"""So many samples in a row are no accident."""


class Signs(NamedTuple):
    """What may become a fault if it lasts; `NO_SIGNS` as long as nothing does."""

    strained_since_s: float = inf  # more current than friction, load and inertia explain
    overdrawn_since_s: float = inf  # more current than the motor may ever draw
    unpowered_since_s: float = inf  # the gate is pulsed, yet off
    leaving_since_s: float = inf  # driven away from a limit switch that stays open
    powered_since_s: float = inf  # at rest and not pulsed, the gate is on
    both_samples: int = 0  # in a row, both ends at once


NO_SIGNS = Signs()
"""The healthy case, recognised by identity."""


class Machinery(NamedTuple):
    """What is remembered of motor, rail and gate."""

    duty: float = 0.0  # -1..1, of the last tick
    rose_at_s: float = -inf  # away from 0, so fast that the rotor's inertia draws a current
    fell_at_s: float = -inf  # toward 0, by more than the rotor follows at once
    signs: Signs = NO_SIGNS


SOUND = Machinery()
"""Nothing was driven yet and nothing is wrong."""


def attended(
    seen: Machinery, duty: float, sample: Sample, limits: Limits, now_s: float
) -> tuple[Machinery, Trip | None]:
    """Fold one sample of a moving mode in; return the memory and the first fault found, if any.

    `duty`: the last drive's, -1..1, under which the sample was taken; its gate had an edge.
    """
    if duty != seen.duty:
        seen = _changed(seen, duty, limits, now_s)
    if seen.signs is NO_SIGNS and _unremarkable(sample, limits):
        return seen, None
    signs = _read(seen, sample, limits, now_s)
    seen = seen._replace(signs=NO_SIGNS if signs == NO_SIGNS else signs)
    return seen, _first(signs, limits, now_s)


def _unremarkable(sample: Sample, limits: Limits) -> bool:
    """A sample that begins nothing. A shortcut, not a rule."""
    current_ma = sample.motor_current_ma
    return (
        sample.gate_on is not False
        and not (sample.heel_end_open or sample.toe_end_open)
        and (
            current_ma is None
            or current_ma
            <= limits.current_ratio
            * (limits.free_current_ma + limits.load_current_ma_kpa * sample.pressure_kpa)
        )
    )


def rested(
    seen: Machinery, testing: bool, sample: Sample, limits: Limits, now_s: float
) -> tuple[Machinery, Trip | None]:
    """Fold one sample of a mode at rest in; return the memory and the fault found, if any.

    `testing`: the self-test has the gate in hand and judges it itself.
    """
    on, both = sample.gate_on is True and not testing, _both(sample)
    if seen is SOUND and not on and not both:
        return seen, None
    signs = Signs(
        powered_since_s=_since(seen.signs.powered_since_s, on, now_s),
        both_samples=seen.signs.both_samples + 1 if both else 0,
    )
    return (SOUND if signs == NO_SIGNS else Machinery(signs=signs)), _first(signs, limits, now_s)


def _changed(seen: Machinery, duty: float, limits: Limits, now_s: float) -> Machinery:
    """The memory with another duty."""
    before = abs(seen.duty)
    return Machinery(
        duty,
        now_s if abs(duty) - before > PUSHED_DUTY_PER_S * limits.tick_s else seen.rose_at_s,
        now_s if abs(duty) < before - FOLLOWED_DUTY else seen.fell_at_s,
        seen.signs,
    )


def _both(sample: Sample) -> bool:
    return sample.heel_end_open and sample.toe_end_open


def _read(seen: Machinery, sample: Sample, limits: Limits, now_s: float) -> Signs:
    """What the sample shows, and since when it does."""
    signs, both = seen.signs, _both(sample)
    strained = _strained(seen, sample, limits, now_s)
    return Signs(
        strained_since_s=_since(signs.strained_since_s, strained, now_s),
        overdrawn_since_s=_since(signs.overdrawn_since_s, _overdrawn(sample, limits), now_s),
        unpowered_since_s=_since(signs.unpowered_since_s, sample.gate_on is False, now_s),
        leaving_since_s=_since(signs.leaving_since_s, _leaving(seen.duty, sample, limits), now_s),
        both_samples=signs.both_samples + 1 if both else 0,
    )


def model_ma(pressure_kpa: float, rising: bool, limits: Limits) -> float:
    """The current that a sound motor draws under a load, mA; `rising`: while its duty does."""
    load_ma = limits.load_current_ma_kpa * pressure_kpa if pressure_kpa > 0.0 else 0.0
    return limits.free_current_ma + load_ma + (limits.inertia_current_ma if rising else 0.0)


def _since(since_s: float, holds: bool, now_s: float) -> float:
    """Since when it holds; inf: it does not."""
    return min(since_s, now_s) if holds else inf


def _strained(seen: Machinery, sample: Sample, limits: Limits, now_s: float) -> bool:
    """T7: the motor pushes against what is no foot."""
    current_ma = sample.motor_current_ma
    braking = now_s - seen.fell_at_s < limits.settle_s
    if current_ma is None or seen.duty == 0.0 or braking:
        return False
    rising = now_s - seen.rose_at_s < limits.settle_s
    return not (current_ma <= limits.current_ratio * model_ma(sample.pressure_kpa, rising, limits))


def _overdrawn(sample: Sample, limits: Limits) -> bool:
    return sample.motor_current_ma is not None and not (
        sample.motor_current_ma <= limits.current_max_ma
    )


def _leaving(duty: float, sample: Sample, limits: Limits) -> bool:
    """A switch is open at the end from which the roller is driven, hard enough to move."""
    moves = 2.0 * limits.breakaway_duty
    return (duty > moves and sample.heel_end_open) or (duty < -moves and sample.toe_end_open)


def _first(signs: Signs, limits: Limits, now_s: float) -> Trip | None:
    late_s = now_s + ROUNDING_S
    rules = (
        (late_s - signs.overdrawn_since_s >= limits.current_max_s, Trip.MOTOR_OVERDRAWN),
        (late_s - signs.strained_since_s >= limits.current_s, Trip.MOTOR_STRAINED),
        (late_s - signs.unpowered_since_s >= limits.unpowered_s, Trip.GATE_OFF),
        (signs.both_samples >= TWICE, Trip.ENDS_BOTH),
        (late_s - signs.leaving_since_s >= limits.leave_end_s, Trip.END_STUCK),
        (now_s - signs.powered_since_s > limits.check_gate_s + limits.tick_s, Trip.GATE_ON),
    )
    return next((trip for broken, trip in rules if broken), None)
