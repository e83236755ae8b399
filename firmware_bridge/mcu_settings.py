"""What the controller wants of the microcontroller, and the parameters that say it. Pure.

Everything is rounded to the side on which the firmware is not stricter than the kernel in duty and
not laxer in pressure; the firmware bounds each value once more. It knows an element as one straight
line. That line is as flat as the element's flattest piece: whatever is too much pressure, or too
quick a rise, for the kernel is so for the firmware.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor

from firmware_bridge.messages import PARAMETER_BOUNDS, Fitted, ParameterIndex
from hardware.calibration import KPA_PER_N, Calibration, Element
from hardware.errors import HardwareError

FULL_COUNTS = 1023
"""The end of the converter's range."""
SPAN_KPA = 75.0
MOST_COUNTS = 1000
"""There must be counts left above the pressure that is pain."""
LEAST_ZERO = 40
"""Of an element that reads less at rest, the firmware cannot tell a wire that is off (T9)."""
MOST_CURVED = 1.1
"""Its steepest piece to its flattest. So much too high the firmware may read: 20 kPa as 22."""
DUTY_UNITS = 500
NOT_FITTED = 0


@dataclass(frozen=True, slots=True)
class McuSettings:
    """Made by the controller from its settings; the bridge knows no others."""

    level_kpa: float  # 40..75, T1
    most_duty: float  # 0..1, of the fastest stroke
    service_duty: float  # 0..1, of the slow way without a foot
    stale_s: float = 0.020  # T9, T11: a sample that is older means that the link is lost
    gate: bool = True  # a power gate with its sense is fitted
    pressure_b: bool = True
    current: bool = True
    encoder: bool = False
    current_full_scale_ma: float = 11_111.0  # at its converter's 5 V

    @property
    def fitted(self) -> int:
        """The bits of what this machine has."""
        there = {
            Fitted.GATE: self.gate,
            Fitted.CURRENT: self.current,
            Fitted.ENCODER: self.encoder,
        }
        return sum(bit for bit, fitted in there.items() if fitted)


def parameters(settings: McuSettings, calibration: Calibration) -> Mapping[ParameterIndex, int]:
    """Return what is to be set. Raises `HardwareError` when an element does not fit."""
    a = line_of("pressure_a", calibration.pressure_a)
    b = line_of("pressure_b", calibration.pressure_b) if settings.pressure_b else (0, NOT_FITTED)
    return {
        ParameterIndex.A_ZERO: a[0],
        ParameterIndex.A_SPAN: a[1],
        ParameterIndex.B_ZERO: b[0],
        ParameterIndex.B_SPAN: b[1],
        ParameterIndex.LEVEL: floor(settings.level_kpa * 100.0 + 1e-6),
        ParameterIndex.MOST_DUTY: _duty(ParameterIndex.MOST_DUTY, settings.most_duty),
        ParameterIndex.SERVICE_DUTY: _duty(ParameterIndex.SERVICE_DUTY, settings.service_duty),
        ParameterIndex.FITTED: settings.fitted,
    }


def line_of(name: str, element: Element) -> tuple[int, int]:
    """Return zero and span of an element, counts: a straight line that is never above its curve.

    Raises `HardwareError` when there is none that the firmware takes.
    """
    slopes = _slopes(element)
    at_rest = element.raw_at(0.0) * FULL_COUNTS
    zero, end = round(at_rest), floor(at_rest + min(slopes) + 1e-6)
    _, most_zero = PARAMETER_BOUNDS[ParameterIndex.A_ZERO]
    least_span, most_span = PARAMETER_BOUNDS[ParameterIndex.A_SPAN]
    reads = f"{name} reads {zero} of {FULL_COUNTS} counts with nothing on the head"
    if not LEAST_ZERO <= zero <= most_zero:
        raise HardwareError(
            f"{reads}: the microcontroller takes {LEAST_ZERO} to {most_zero}, as with less it "
            "cannot tell a wire that is off; set the amplifier's offset, then calibrate"
        )
    if not max(slopes) <= MOST_CURVED * min(slopes):
        raise HardwareError(
            f"{name} is curved: where it is steepest it rises {max(slopes) / min(slopes):.2f} "
            f"times as much as where it is flattest, and the microcontroller knows only a straight "
            f"line (at most {MOST_CURVED:g} times): calibrate it anew, with weights that are well "
            "apart; if it stays so, use a straight element, such as a load cell"
        )
    if not (least_span <= end - zero <= most_span and end <= MOST_COUNTS):
        raise HardwareError(
            f"{reads} and {end} at {SPAN_KPA:g} kPa: the microcontroller takes {least_span} to "
            f"{most_span} counts more, {MOST_COUNTS} at most; change the amplifier's gain, then "
            "calibrate"
        )
    return zero, end - zero


def _slopes(element: Element) -> list[float]:
    """What 75 kPa would add at the slope of each piece of the curve up to there, counts."""
    span_n = SPAN_KPA / KPA_PER_N
    return [
        (high.raw - low.raw) / (high.load_n - low.load_n) * span_n * FULL_COUNTS
        for low, high in pairwise(element.points)
        if low.load_n < span_n
    ]


def _duty(index: ParameterIndex, duty: float) -> int:
    """A duty, in the wire's units, as high as it may ever be asked for, within the bounds."""
    low, high = PARAMETER_BOUNDS[index]
    return max(low, min(high, ceil(duty * DUTY_UNITS - 1e-6)))
