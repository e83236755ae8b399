"""What the controller wants of the microcontroller, and the parameters that say it. Pure.

Everything is rounded to the side on which the firmware is not stricter than the kernel in duty and
not laxer in pressure; the firmware bounds each value once more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor

from firmware_bridge.messages import PARAMETER_BOUNDS, Fitted, ParameterIndex
from hardware.calibration import KPA_PER_N, Calibration, Element
from hardware.errors import HardwareError

FULL_COUNTS = 1023
"""The end of the converter's range."""
SPAN_KPA = 75.0
MOST_COUNTS = 1000
"""There must be counts left above the pressure that is pain."""
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
    a = _line("pressure_a", calibration.pressure_a)
    b = _line("pressure_b", calibration.pressure_b) if settings.pressure_b else (0, NOT_FITTED)
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


def _line(name: str, element: Element) -> tuple[int, int]:
    """Zero and span of an element, counts: a straight line that is exact at 0 and at 75 kPa."""
    zero = round(element.raw_at(0.0) * FULL_COUNTS)
    end = floor(element.raw_at(SPAN_KPA / KPA_PER_N) * FULL_COUNTS)
    _, most_zero = PARAMETER_BOUNDS[ParameterIndex.A_ZERO]
    least_span, most_span = PARAMETER_BOUNDS[ParameterIndex.A_SPAN]
    if not 0 <= zero <= most_zero:
        raise HardwareError(
            f"{name} reads {zero} of {FULL_COUNTS} counts with nothing on the head: the "
            f"microcontroller takes 0 to {most_zero}; set the amplifier's offset, then calibrate"
        )
    if not (least_span <= end - zero <= most_span and end <= MOST_COUNTS):
        raise HardwareError(
            f"{name} reads {zero} of {FULL_COUNTS} counts with nothing on the head and {end} at "
            f"{SPAN_KPA:g} kPa: the microcontroller takes {least_span} to {most_span} counts more, "
            f"{MOST_COUNTS} at most; change the amplifier's gain, then calibrate"
        )
    return zero, end - zero


def _duty(index: ParameterIndex, duty: float) -> int:
    """A duty, in the wire's units, as high as it may ever be asked for, within the bounds."""
    low, high = PARAMETER_BOUNDS[index]
    return max(low, min(high, ceil(duty * DUTY_UNITS - 1e-6)))
