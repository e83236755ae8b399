"""What a raw reading weighs: converter's range -> N -> kPa under the head.

Every element and every motor driver differs, so the line of each is measured once, with nothing
and with a known load on the head. What lies outside an element's range is said, not guessed:
an open element has no pressure (NaN), a saturated one has at least the pressure at its end.
Raw readings are fractions of the converter's range, 0..1, whatever its bits. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hardware.roller import SensorStatus

KPA_PER_N = 1.25  # reference head: cylinder, radius 25 mm, effective area 8 cm²

NAN = float("nan")


class Reading(NamedTuple):
    """What one pressure element says."""

    pressure_kpa: float  # slightly negative when the zero has drifted; NaN: unreadable
    status: SensorStatus


@dataclass(frozen=True, slots=True)
class Element:
    """One pressure element: a line through two measured points, and the ends of its range.

    The defaults are the nominal values of a load cell whose amplifier gives 10 % of the range
    at rest; they stand in until two points have been measured on the machine itself.
    """

    zero_raw: float = 0.10  # 0..1, nothing on the head
    load_raw: float = 0.90  # 0..1, `load_n` on the head
    load_n: float = 160.0  # N, above 0; the default is 200 kPa
    open_below: float = 0.02  # 0..1; a wire that is off is pulled down. 0: cannot be told
    saturated_from: float = 0.99  # 0..1; the last 1 % of the range
    shorted_from: float | None = None  # above saturated_from..1. None: reads as saturated

    def reading(self, raw: float) -> Reading:
        """Return the pressure and the element's status at `raw`, 0..1 of the range."""
        if not raw >= self.open_below:
            return Reading(NAN, SensorStatus.OPEN)
        if self.shorted_from is not None and raw >= self.shorted_from:
            return Reading(NAN, SensorStatus.SHORTED)
        if raw >= self.saturated_from:
            return Reading(self._pressure_kpa(self.saturated_from), SensorStatus.SATURATED)
        return Reading(self._pressure_kpa(raw), SensorStatus.OK)

    def _pressure_kpa(self, raw: float) -> float:
        load_n = (raw - self.zero_raw) / (self.load_raw - self.zero_raw) * self.load_n
        return load_n * KPA_PER_N


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything measured on one machine."""

    pressure_a: Element = field(default_factory=Element)
    pressure_b: Element = field(default_factory=Element)
    # A DRV8874 gives 450 µA per A; through 1 kΩ the converter's 3.3 V are 7.33 A.
    current_full_scale_ma: float = 7333.0  # mA at the end of the range, above 0

    def current_ma(self, raw: float) -> float:
        """Return the magnitude of the motor's current, mA, at `raw`, 0..1 of the range."""
        return raw * self.current_full_scale_ma


def problems(calibration: Calibration) -> list[str]:
    """Return what is wrong with `calibration`, one sentence each; empty when it can be used."""
    found = [f"pressure_a: {problem}" for problem in _element_problems(calibration.pressure_a)]
    found += [f"pressure_b: {problem}" for problem in _element_problems(calibration.pressure_b)]
    if not 0.0 < calibration.current_full_scale_ma <= 100_000.0:
        found.append(
            f"current_full_scale_ma is {calibration.current_full_scale_ma}: "
            "give the current at the converter's full range, above 0 and at most 100000 mA"
        )
    return found


def _element_problems(element: Element) -> Iterator[str]:
    raws = (element.open_below, element.zero_raw, element.load_raw, element.saturated_from)
    if not (0.0 <= raws[0] <= raws[1] < raws[2] < raws[3] <= 1.0):
        yield (
            f"open_below, zero_raw, load_raw, saturated_from are {raws}: "
            "they must rise in this order within 0..1; measure the two points again"
        )
    if not 0.0 < element.load_n <= 1000.0:
        yield f"load_n is {element.load_n}: weigh the load; it is above 0 and at most 1000 N"
    shorted_from = element.shorted_from
    if shorted_from is not None and not element.saturated_from < shorted_from <= 1.0:
        yield (
            f"shorted_from is {shorted_from}: it lies above saturated_from "
            f"({element.saturated_from}) and at most at 1, or is left out"
        )
