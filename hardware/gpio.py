"""The roller whose every part hangs on this Pi's own pins.

gpiozero gives the pins; which Pi, or which mock, is the pin factory's business. Levels are read,
never awaited: no thread, no callback, no debounce. Every output rests low: enable 0, both bridge
inputs 0. The gate line may rest high or low, for only its edges hold the gate, and only `drive()`
makes them: whatever ends this process, or hangs it, ends them.
"""

from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any, NamedTuple

from gpiozero import InputDevice, OutputDevice, PWMOutputDevice

from hardware import calibration as calibrations
from hardware import wiring as wirings
from hardware.adc import AnalogChannel
from hardware.calibration import Calibration
from hardware.errors import AccessError, HardwareError, ReadError
from hardware.pins import open_pins, translated
from hardware.roller import Buttons, Drive, Sample
from hardware.wiring import Wiring

PWM_HZ = 1000  # a new duty takes effect with the next period, so within 1 ms


def open_roller(
    wiring: Wiring, calibration: Calibration, *, clock: Callable[[], float]
) -> "GpioRoller":
    """Open the roller on this Pi; `clock` is the loop's, in seconds.

    Raises what `open_pins` and `GpioRoller` raise.
    """
    return GpioRoller(wiring, calibration, pin_factory=open_pins(), clock=clock)


class _Bridge(NamedTuple):
    """Levels of the driver's three lines."""

    forward: float  # 0..1
    backward: float  # 0..1
    enabled: bool


class GpioRoller:
    """A `Roller` on a Pi's pins. Units and ranges: `Sample` and `Drive`."""

    name = "roller on this Pi"

    def __init__(
        self,
        wiring: Wiring,
        calibration: Calibration,
        *,
        pin_factory: Any,
        clock: Callable[[], float],
    ) -> None:
        """Claim every pin of `wiring`; the outputs start at rest, and end there if this fails.

        `pin_factory` is a gpiozero factory and is closed with the roller. `clock` is the loop's,
        in seconds. Raises `ValueError` when `wiring` or `calibration` has problems,
        `MissingHardwareError` without an SPI bus, `AccessError` when a pin cannot be had.
        """
        self._calibration = calibration
        self._clock = clock
        self._closed = False
        self._gate_high = False
        self._bridge: _Bridge | None = None  # None: not known
        with ExitStack() as parts:
            parts.callback(pin_factory.close)
            if found := wirings.problems(wiring) + calibrations.problems(calibration):
                raise ValueError("; ".join(found))
            with translated(AccessError, "The pins cannot be claimed", "see `gpioinfo` for users"):
                self._claim_outputs(wiring, pin_factory, parts)
                self._claim_inputs(wiring, pin_factory, parts)
            for line in (self._backward, self._forward, self._enable):
                parts.callback(line.off)  # called in reverse: the driver first
            self._parts = parts.pop_all()

    def _claim_outputs(self, wiring: Wiring, pin_factory: Any, parts: ExitStack) -> None:
        def claim(kind: Any, pin: int | None, **options: Any) -> Any:
            if pin is None:
                return None
            return parts.enter_context(kind(pin, pin_factory=pin_factory, **options))

        self._enable = claim(OutputDevice, wiring.enable_pin)
        self._forward = claim(PWMOutputDevice, wiring.forward_pin, frequency=PWM_HZ)
        self._backward = claim(PWMOutputDevice, wiring.backward_pin, frequency=PWM_HZ)
        self._gate = claim(OutputDevice, wiring.gate_pin)

    def _claim_inputs(self, wiring: Wiring, pin_factory: Any, parts: ExitStack) -> None:
        def switch(pin: int, pull_up: bool = True) -> Any:
            return parts.enter_context(InputDevice(pin, pull_up=pull_up, pin_factory=pin_factory))

        def channel(number: int) -> AnalogChannel:
            found = AnalogChannel(wiring.adc_chip, number, pin_factory=pin_factory)
            return parts.enter_context(closing(found))

        self._stop = switch(wiring.stop_pin)
        self._heel_end = switch(wiring.heel_end_pin)
        self._toe_end = switch(wiring.toe_end_pin)
        self._start = switch(wiring.start_button_pin)
        self._plus = switch(wiring.plus_button_pin)
        self._minus = switch(wiring.minus_button_pin)
        sense, b, current = wiring.gate_sense_pin, wiring.pressure_b_channel, wiring.current_channel
        self._gate_sense = None if sense is None else switch(sense, pull_up=False)
        self._pressure_a = channel(wiring.pressure_a_channel)
        self._pressure_b = None if b is None else channel(b)
        self._current = None if current is None else channel(current)

    def read(self) -> Sample:
        """Return the newest sample, its pressure taken first. Raises `HardwareError`."""
        self._check_open()
        taken_at_s = self._clock()
        pressure_a = self._calibration.pressure_a.reading(self._pressure_a.raw())
        pressure_b_kpa, current_ma = self._pressure_b_kpa(), self._current_ma()
        with translated(ReadError, "The pins could not be read", "restart; then check the Pi"):
            return Sample(
                taken_at_s=taken_at_s,
                pressure_kpa=pressure_a.pressure_kpa,
                pressure_b_kpa=pressure_b_kpa,
                sensor=pressure_a.status,
                motor_current_ma=current_ma,
                heel_end_open=not self._heel_end.is_active,
                toe_end_open=not self._toe_end.is_active,
                stop_pressed=not self._stop.is_active,
                gate_on=None if self._gate_sense is None else self._gate_sense.is_active,
                buttons=Buttons(
                    start=self._start.is_active,
                    plus=self._plus.is_active,
                    minus=self._minus.is_active,
                ),
            )

    def _pressure_b_kpa(self) -> float | None:
        if self._pressure_b is None:
            return None
        return self._calibration.pressure_b.reading(self._pressure_b.raw()).pressure_kpa

    def _current_ma(self) -> float | None:
        return None if self._current is None else self._calibration.current_ma(self._current.raw())

    def drive(self, drive: Drive) -> None:
        """Apply `drive`: the bridge first, then the gate's edge.

        Raises `ValueError` for a duty outside -1..1 or NaN, with nothing changed, and
        `HardwareError` when a pin cannot be set; then the gate gets no edge.
        """
        if not -1.0 <= drive.duty <= 1.0:
            raise ValueError(f"duty is {drive.duty}: it must be within -1..1")
        self._check_open()
        with translated(HardwareError, "The pins could not be set", "restart; then check the Pi"):
            self._apply(_levels(drive))
            if drive.gate and self._gate is not None:
                self._gate_high = not self._gate_high
                self._gate.value = self._gate_high

    def _apply(self, wanted: _Bridge) -> None:
        """Set the driver's lines; while both inputs change, the driver is off.

        Pins change one by one, and the process may be paused in between: into and out of the
        brake, one input high alone would be full speed.
        """
        before, self._bridge = self._bridge, None
        if wanted != before:
            if before is None or not wanted.enabled or _both_change(before, wanted):
                self._enable.off()
            self._forward.value = wanted.forward
            self._backward.value = wanted.backward
            self._enable.value = wanted.enabled
        self._bridge = wanted

    def _check_open(self) -> None:
        if self._closed:
            raise HardwareError("The roller is closed: open it again.")

    def close(self) -> None:
        """Switch the driver off, both inputs to 0, and release every pin; harmless when repeated.

        The gate line gets no edge. Every step is tried even if one fails: then `HardwareError`.
        """
        self._closed = True
        with translated(HardwareError, "The pins could not be released", "restart the Pi"):
            self._parts.close()


def _levels(drive: Drive) -> _Bridge:
    if not drive.enabled:
        return _Bridge(0.0, 0.0, enabled=False)
    if drive.duty == 0.0 and drive.brake:
        return _Bridge(1.0, 1.0, enabled=True)
    return _Bridge(max(drive.duty, 0.0), max(-drive.duty, 0.0), enabled=True)


def _both_change(before: _Bridge, wanted: _Bridge) -> bool:
    return before.forward != wanted.forward and before.backward != wanted.backward
