"""The motor driver: two inputs with PWM, and its enable line.

Both inputs high are the short brake, both low let the motor coast. Between the pulses of a duty the
motor is braked, not let go: only then is its speed in proportion to the duty, and its current seen
all the time (docs/decisions/0018). Every line rests low. Pins
change one by one, and the process may be paused in between; so while both inputs change, the
driver is off.
"""

from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any, NamedTuple, Protocol

from gpiozero import OutputDevice, PWMOutputDevice

from hardware.roller import Drive
from hardware.wiring import Wiring

SOFTWARE_HZ = 1000  # a new duty takes effect with the next period, so within 1 ms


class Line(Protocol):
    """One output, at `value` 0..1."""

    value: float

    def off(self) -> None:
        """Value 0."""


class Levels(NamedTuple):
    """Levels of the driver's three lines."""

    forward: float  # 0..1
    backward: float  # 0..1
    enabled: bool


def open_bridge(
    wiring: Wiring,
    pin_factory: Any,
    kernel_pwm: Callable[[Wiring], Callable[[int], Any]],
    parts: ExitStack,
) -> "Bridge":
    """Claim the driver's lines, at rest; `parts` releases them.

    Raises `MissingHardwareError` without the kernel's PWM where it is wanted, `AccessError`
    when it cannot be used, and what gpiozero raises.
    """
    enable = parts.enter_context(OutputDevice(wiring.enable_pin, pin_factory=pin_factory))
    claim = _software(pin_factory) if wiring.pwm == "software" else kernel_pwm(wiring)
    forward = parts.enter_context(closing(claim(wiring.forward_pin)))
    backward = parts.enter_context(closing(claim(wiring.backward_pin)))
    return Bridge(enable, forward, backward)


def _software(pin_factory: Any) -> Callable[[int], Any]:
    return lambda pin: PWMOutputDevice(pin, frequency=SOFTWARE_HZ, pin_factory=pin_factory)


class Bridge:
    """The driver, in the state it was last given."""

    def __init__(self, enable: Line, forward: Line, backward: Line) -> None:
        self._enable, self._forward, self._backward = enable, forward, backward
        self.lines = (enable, forward, backward)  # in the order in which they come to rest
        self._levels: Levels | None = None  # None: not known

    def apply(self, drive: Drive) -> None:
        """Set the lines that `drive` asks to change."""
        wanted = levels(drive)
        before, self._levels = self._levels, None
        if wanted != before:
            if before is None or not wanted.enabled or _both_change(before, wanted):
                self._enable.off()
            if before is None or wanted.forward != before.forward:
                self._forward.value = wanted.forward
            if before is None or wanted.backward != before.backward:
                self._backward.value = wanted.backward
            self._enable.value = wanted.enabled
        self._levels = wanted


def levels(drive: Drive) -> Levels:
    """Return what the driver shall see."""
    if not drive.enabled:
        return Levels(0.0, 0.0, enabled=False)
    if drive.duty == 0.0 and drive.brake:
        return Levels(1.0, 1.0, enabled=True)
    if drive.duty == 0.0:
        return Levels(0.0, 0.0, enabled=True)
    low = 1.0 - abs(drive.duty)
    return Levels(1.0, low, True) if drive.duty > 0.0 else Levels(low, 1.0, True)


def _both_change(before: Levels, wanted: Levels) -> bool:
    return before.forward != wanted.forward and before.backward != wanted.backward
