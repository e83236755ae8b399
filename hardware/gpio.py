"""The roller whose every part hangs on this Pi's own pins.

gpiozero gives the pins; which Pi, or which mock, is the pin factory's business. Levels are read,
never awaited: no thread, no callback, no debounce. Every output rests low: enable 0, both bridge
inputs 0. The gate line may rest high or low, for only its edges hold the gate, and only `drive()`
makes them: whatever ends this process, or hangs it, ends them.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any

from gpiozero import InputDevice, OutputDevice

from hardware import calibration as calibrations
from hardware import pin_rules
from hardware.adc import Channel, Source, open_channels
from hardware.ads1115 import Bus, open_bus
from hardware.bridge import open_bridge
from hardware.calibration import Calibration, Reading
from hardware.errors import AccessError, HardwareError, ReadError
from hardware.lights import GpioSignals
from hardware.pins import open_pins, translated
from hardware.pwm import open_pwm
from hardware.roller import Buttons, Drive, RawPressure, Sample, SensorStatus
from hardware.wiring import Wiring, full_scale_ma

NAN = float("nan")


def open_roller(
    wiring: Wiring, calibration: Calibration, *, clock: Callable[[], float]
) -> "GpioRoller":
    """Open the roller on this Pi; `clock` is the loop's, in seconds.

    Raises what `open_pins` and `GpioRoller` raise.
    """
    return GpioRoller(wiring, calibration, pin_factory=open_pins(), clock=clock)


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
        i2c: Callable[[], Bus] = open_bus,
        kernel_pwm: Callable[[Wiring], Callable[[int], Any]] = open_pwm,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Claim every pin of `wiring`; the outputs start at rest, and end there if this fails.

        `pin_factory` is a gpiozero factory and is closed with the roller. `clock` is the loop's,
        in seconds; `pause` passes its time, and only here. Raises `ValueError` when `wiring` or
        `calibration` has problems, `MissingHardwareError` when a bus, an overlay or a chip's
        answer is missing, `AccessError` when something cannot be had.
        """
        self._calibration = calibration
        self._clock = clock
        self._closed = False
        self._gate_high = False
        self._pressure_a, self._taken_at_s = Reading(NAN, SensorStatus.OK), NAN
        with ExitStack() as parts:
            parts.callback(pin_factory.close)
            if found := pin_rules.problems(wiring) + calibrations.problems(calibration):
                raise ValueError("; ".join(found))
            self._full_scale_ma = full_scale_ma(wiring)
            with translated(AccessError, "The pins cannot be claimed", "see `gpioinfo` for users"):
                self._bridge = open_bridge(wiring, pin_factory, kernel_pwm, parts)
                self._claim_pins(wiring, pin_factory, parts)
                source = Source(pin_factory, i2c, clock, pause)
                self._channels = open_channels(wiring, source, parts)
            self.signals = parts.enter_context(closing(_signals(wiring, pin_factory)))
            for line in reversed(self._bridge.lines):
                parts.callback(line.off)  # called in reverse: the driver first
            self._parts = parts.pop_all()

    def _claim_pins(self, wiring: Wiring, pin_factory: Any, parts: ExitStack) -> None:
        def claim(kind: Any, pin: int | None, **options: Any) -> Any:
            if pin is None:
                return None
            return parts.enter_context(kind(pin, pin_factory=pin_factory, **options))

        self._gate = claim(OutputDevice, wiring.gate_pin)
        self._gate_sense = claim(InputDevice, wiring.gate_sense_pin, pull_up=False)
        self._stop = claim(InputDevice, wiring.stop_pin, pull_up=True)
        self._heel_end = claim(InputDevice, wiring.heel_end_pin, pull_up=True)
        self._toe_end = claim(InputDevice, wiring.toe_end_pin, pull_up=True)
        self._start = claim(InputDevice, wiring.start_button_pin, pull_up=True)
        self._plus = claim(InputDevice, wiring.plus_button_pin, pull_up=True)
        self._minus = claim(InputDevice, wiring.minus_button_pin, pull_up=True)

    def read(self) -> Sample:
        """Return the newest sample, its pressure taken first. Raises `HardwareError`.

        A transfer that fails is told by its value, not by an error, as the next may work:
        pressure A keeps its age, the others are NaN for this sample.
        """
        self._check_open()
        self._take_pressure_a()
        pressure_b_kpa, current_ma = self._pressure_b_kpa(), self._current_ma()
        with translated(ReadError, "The pins could not be read", "restart; then check the Pi"):
            return Sample(
                taken_at_s=self._taken_at_s,
                pressure_kpa=self._pressure_a.pressure_kpa,
                pressure_b_kpa=pressure_b_kpa,
                sensor=self._pressure_a.status,
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

    def raw(self) -> RawPressure:
        """Return what the pressure elements read, to calibrate by. Raises `HardwareError`."""
        self._check_open()
        a, b = self._channels.pressure_a, self._channels.pressure_b
        return RawPressure(a.raw(), None if b is None else b.raw())

    def _take_pressure_a(self) -> None:
        at_s = self._clock()
        try:
            raw = self._channels.pressure_a.raw()
        except ReadError:
            return  # the sample's age says so, and the kernel stops at 20 ms
        self._pressure_a, self._taken_at_s = self._calibration.pressure_a.reading(raw), at_s

    def _pressure_b_kpa(self) -> float | None:
        channel = self._channels.pressure_b
        if channel is None:
            return None
        return self._calibration.pressure_b.reading(_raw_or_nan(channel)).pressure_kpa

    def _current_ma(self) -> float | None:
        channel = self._channels.current
        return None if channel is None else _raw_or_nan(channel) * self._full_scale_ma

    def drive(self, drive: Drive) -> None:
        """Apply `drive`: the bridge first, then the gate's edge.

        Raises `ValueError` for a duty outside -1..1 or NaN, with nothing changed, and
        `HardwareError` when a pin cannot be set; then the gate gets no edge.
        """
        if not -1.0 <= drive.duty <= 1.0:
            raise ValueError(f"duty is {drive.duty}: it must be within -1..1")
        self._check_open()
        with translated(HardwareError, "The pins could not be set", "restart; then check the Pi"):
            self._bridge.apply(drive)
            if drive.gate and self._gate is not None:
                self._gate_high = not self._gate_high
                self._gate.value = self._gate_high

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


def _raw_or_nan(channel: Channel) -> float:
    try:
        return channel.raw()
    except ReadError:
        return NAN


def _signals(wiring: Wiring, pin_factory: Any) -> GpioSignals:
    leds = wiring.led_red_pin, wiring.led_green_pin, wiring.led_blue_pin
    return GpioSignals(*leds, wiring.buzzer_pin, pin_factory=pin_factory)
