"""What the pressure channels make of the truth: noise, gain, 12 bits, and sabotage.

Channel B is another kind of element: its own gain and noise, well inside what trip T9 allows.
After taring, the converter's zero lies a little below no load, so a small negative reading is
honest. Without noise a channel repeats the truth to the last digit.
"""

from enum import Enum
from math import nan
from random import Random

from hardware.roller import Sample, SensorStatus

RANGE_KPA = 200.0
FLOOR_KPA = -5.0
STEP_KPA = RANGE_KPA / 4096  # 12 bits
GAIN_B = 0.97
NOISE_SD_KPA = 0.5  # of channel A
NOISE_B_OVER_A = 1.2

# The sum of two draws by 12 random bits each is a normal deviate as far out as 4.9 sd: five
# times as fast as gauss(), and never periodic.
_NOISE_KPA = tuple(map(Random(12).gauss, [0.0] * 4096, [NOISE_SD_KPA / 2**0.5] * 4096))


class Sabotage(Enum):
    """What can be done to a sensor."""

    UNPLUGGED = "unplugged"  # channel A reads NaN and says so
    FROZEN = "frozen"  # channel A repeats its last value, each time with a new time
    STALLED = "stalled"  # no channel delivers anything new: old values, old time


class Channels:
    """Two noisy channels with their own seeded randomness."""

    __slots__ = ("_bits",)

    def __init__(self, seed: int) -> None:
        """Begin the noise that belongs to `seed`."""
        self._bits = Random(seed).getrandbits

    def measure(self, pressure_kpa: float) -> tuple[float, float]:
        """Return what channels A and B say of the true pressure, kPa."""
        bits, noise_kpa = self._bits(48), _NOISE_KPA
        a_kpa = pressure_kpa + noise_kpa[bits & 4095] + noise_kpa[bits >> 12 & 4095]
        other_kpa = noise_kpa[bits >> 24 & 4095] + noise_kpa[bits >> 36]
        b_kpa = GAIN_B * pressure_kpa + NOISE_B_OVER_A * other_kpa
        a_kpa = (a_kpa + STEP_KPA / 2.0) // STEP_KPA * STEP_KPA
        b_kpa = (b_kpa + STEP_KPA / 2.0) // STEP_KPA * STEP_KPA
        if not (FLOOR_KPA <= a_kpa <= RANGE_KPA and b_kpa >= FLOOR_KPA):
            return clipped(a_kpa), clipped(b_kpa)
        return a_kpa, b_kpa


def clipped(pressure_kpa: float) -> float:
    """Return the reading that the converter's range leaves of a pressure, kPa."""
    return min(RANGE_KPA, max(FLOOR_KPA, pressure_kpa))


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
