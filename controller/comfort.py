"""The pressure that is expected along the sole. Pure.

The leg makes the pressure, so what to expect is learned: in the first two slow strokes, per
foot, place by place; then it is frozen. Until then the expectation follows the felt pressure
slowly, so that a slow change is no surprise and a fast one is. It always stays within the
limits of the specification (6 to 40 kPa), and nothing raises it afterwards.
"""

from typing import NamedTuple

from controller.limits import Limits

BINS = 20
"""Places along the sole, 0..1; about 13 mm each, half a roller's width."""
FOLLOW_S = 1.0
"""Time constant of the expectation while learning."""


class Reference(NamedTuple):
    """What is expected, and how far learning has come."""

    kpa: tuple[float | None, ...] = (None,) * BINS  # by place; None: not felt yet
    bin: int = -1  # being averaged
    sum_kpa: float = 0.0
    samples: int = 0
    follow_kpa: float = 0.0
    frozen: bool = False


def learn(reference: Reference, place: float | None, pressure_kpa: float, dt_s: float) -> Reference:
    """Fold one sample in, while the first two strokes last.

    Where the place is unknown, or the roller stands, `place` is None: nothing is learned of it.
    """
    kpa, at, sum_kpa, samples, follow_kpa, frozen = reference
    if frozen or not (-1000.0 < pressure_kpa < 1000.0):
        return reference
    follow_kpa += (pressure_kpa - follow_kpa) * (dt_s / FOLLOW_S if dt_s < FOLLOW_S else 1.0)
    if place is None:
        return reference._replace(follow_kpa=follow_kpa)
    here = _bin(place)
    if here != at:
        kpa = _averaged(reference)
        sum_kpa, samples = 0.0, 0
    return Reference(kpa, here, sum_kpa + pressure_kpa, samples + 1, follow_kpa, False)


def freeze(reference: Reference) -> Reference:
    """The two strokes are over: what was felt is what is expected from now on."""
    return Reference(_averaged(reference), -1, 0.0, 0, reference.follow_kpa, True)


def begin(pressure_kpa: float) -> Reference:
    """A new foot, which rests with `pressure_kpa`."""
    return Reference(follow_kpa=pressure_kpa)


def expected_kpa(reference: Reference, place: float | None, limits: Limits) -> float:
    """The reference at `place` (0..1), within its limits, kPa."""
    kpa = reference.follow_kpa
    if reference.frozen and place is not None:
        kpa = _felt_at(reference.kpa, place, kpa)
    if not (kpa > limits.reference_low_kpa):
        return limits.reference_low_kpa
    return kpa if kpa <= limits.reference_high_kpa else limits.reference_high_kpa


def _bin(place: float) -> int:
    number = int(place * BINS)
    return 0 if number < 0 else (number if number < BINS else BINS - 1)


def _felt_at(felt_kpa: tuple[float | None, ...], place: float, unknown_kpa: float) -> float:
    """Between the middles of the two nearest bins; the nearer one where the other is unknown."""
    spot = place * BINS - 0.5
    low = 0 if spot < 0.0 else (int(spot) if spot < BINS - 1 else BINS - 2)
    here_kpa, there_kpa = felt_kpa[low], felt_kpa[low + 1]
    if here_kpa is None:
        return unknown_kpa if there_kpa is None else there_kpa
    if there_kpa is None:
        return here_kpa
    share = spot - low
    if share <= 0.0:
        return here_kpa
    return there_kpa if share >= 1.0 else here_kpa + (there_kpa - here_kpa) * share


def _averaged(reference: Reference) -> tuple[float | None, ...]:
    """The bins with the one being averaged written down; two strokes count alike."""
    if reference.bin < 0 or not reference.samples:
        return reference.kpa
    mean = reference.sum_kpa / reference.samples
    before = reference.kpa[reference.bin]
    kpa = list(reference.kpa)
    kpa[reference.bin] = mean if before is None else (before + mean) / 2
    return tuple(kpa)
