"""What the pressure channels make of the truth: noise, gain, 12 bits, and sabotage.

Channel B is another kind of element: its own gain and noise, well inside what trip T9 allows.
After taring, the converter's zero lies a little below no load, so a small negative reading is
honest. Without noise a channel repeats the truth to the last digit.
"""

from collections.abc import Callable, Iterable
from enum import Enum
from itertools import chain, repeat
from math import nan
from random import Random
from statistics import NormalDist

from hardware.roller import Sample, SensorStatus

RANGE_KPA = 200.0
FLOOR_KPA = -5.0
STEP_KPA = RANGE_KPA / 4096  # 12 bits
GAIN_B = 0.97
NOISE_SD_KPA = 0.5  # of channel A
NOISE_B_OVER_A = 1.2

# Equally likely values of a normal deviate, 4.3 sd far: one draw of 16 random bits picks one,
# ten times as fast as gauss(), and never periodic.
_DRAWS = 1 << 16
_NOISE_KPA = tuple(
    map(NormalDist(0.0, NOISE_SD_KPA).inv_cdf, ((draw + 0.5) / _DRAWS for draw in range(_DRAWS)))
)
_AHEAD = 2048  # bytes drawn at a time
_HALF_KPA = STEP_KPA / 2.0
_SURE_KPA = 190.0  # from 0 to here no noise leads out of the range: it is below 3.3 kPa


class Sabotage(Enum):
    """What can be done to a sensor."""

    UNPLUGGED = "unplugged"  # channel A reads NaN and says so
    FROZEN = "frozen"  # channel A repeats its last value, each time with a new time
    STALLED = "stalled"  # no channel delivers anything new: old values, old time


class Channels:
    """Two noisy channels with their own seeded randomness."""

    __slots__ = ("_noise",)

    def __init__(self, seed: int) -> None:
        """Begin the noise that belongs to `seed`."""
        noise = chain.from_iterable(map(_drawn, repeat(Random(seed).randbytes)))
        self._noise = zip(noise, noise, strict=True)  # one for each channel

    def measure(self, pressure_kpa: float) -> tuple[float, float]:
        """Return what channels A and B say of the true pressure, kPa."""
        a_kpa, b_kpa = next(self._noise)
        a_kpa = (pressure_kpa + a_kpa + _HALF_KPA) // STEP_KPA * STEP_KPA
        b_kpa = (GAIN_B * pressure_kpa + NOISE_B_OVER_A * b_kpa + _HALF_KPA) // STEP_KPA * STEP_KPA
        if 0.0 <= pressure_kpa < _SURE_KPA:
            return a_kpa, b_kpa
        return clipped(a_kpa, b_kpa)


def _drawn(randbytes: Callable[[int], bytes]) -> Iterable[float]:
    """Draw the next noise ahead."""
    return map(_NOISE_KPA.__getitem__, memoryview(randbytes(_AHEAD)).cast("H"))


def exactly(pressure_kpa: float) -> tuple[float, float]:
    """Return what two channels without noise say."""
    return clipped(pressure_kpa, pressure_kpa)


def clipped(a_kpa: float, b_kpa: float) -> tuple[float, float]:
    """Return what the converter's range leaves of a reading; an end of channel A's is B's too."""
    if FLOOR_KPA <= a_kpa < RANGE_KPA and b_kpa >= FLOOR_KPA:
        return a_kpa, b_kpa
    return min(RANGE_KPA, max(FLOOR_KPA, a_kpa)), min(RANGE_KPA, max(FLOOR_KPA, b_kpa))


def sabotaged(sample: Sample, last: Sample, how: Sabotage) -> Sample:
    """Return what becomes of `sample` when the last good one was `last`."""
    if how is Sabotage.UNPLUGGED:
        return sample._replace(pressure_kpa=nan, sensor=SensorStatus.OPEN)
    if how is Sabotage.FROZEN:
        return sample._replace(pressure_kpa=last.pressure_kpa, sensor=last.sensor)
    return sample._replace(
        taken_at_s=last.taken_at_s,
        pressure_kpa=last.pressure_kpa,
        pressure_b_kpa=last.pressure_b_kpa,
        sensor=last.sensor,
    )
