"""A Pi made of gpiozero's mock pins, with the roller's parts hanging on them.

The chips answer real bytes where the bus would be (`tests/fake_chips.py`). Switches are closed
and buttons open until a test says otherwise. Every change of a pin is kept in `trace`, in order,
so that a test can ask what the driver saw at any instant.
"""

from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin, MockPWMPin

from hardware.calibration import KPA_PER_N, Calibration, Element
from hardware.gpio import GpioRoller
from hardware.pwm import open_pwm
from hardware.wiring import PWM_CHANNELS, PWM_PINS, Wiring
from tests.fake_chips import FakeHx711, FakeI2c, FakeMcp, FakeSysfs

REFERENCE = Wiring()
BITS = {"MCP3008": 10, "MCP3208": 12, "ADS1115": 10}
SYSFS_CHIP = 1  # the second of a FakeSysfs; the first is for sound


class _Traced:
    """What a mock pin needs to keep its factory's trace."""

    def _change_state(self: Any, value: float) -> bool:
        changed: bool = super()._change_state(value)  # type: ignore[misc]
        if changed and self.factory is not None:
            self.factory.trace.append((self._number, value))
        if self.factory is not None and self._number == self.factory.hx711_clock_pin:
            self.factory.hx711.clock_changed(bool(value))
        return changed

    def _get_state(self: Any) -> Any:
        if self.factory is not None and self._number == self.factory.hx711_data_pin:
            return self.factory.hx711.data_level()
        return super()._get_state()  # type: ignore[misc]


class TracedPin(_Traced, MockPin):  # type: ignore[misc]
    pass


class TracedPWMPin(_Traced, MockPWMPin):  # type: ignore[misc]
    pass


class MockPi(MockFactory):  # type: ignore[misc]
    """gpiozero's mock factory, with PWM on the pins that have it and a converter on the bus.

    A light's pins have it in software, too, as everywhere under lgpio.
    """

    def __init__(self, bits: int = 10, wiring: Wiring = REFERENCE) -> None:
        self._pulsed = {*PWM_PINS, wiring.led_red_pin, wiring.led_green_pin, wiring.led_blue_pin}
        self.trace: list[tuple[int, float]] = []
        self.hx711: FakeHx711 | None = None
        self.hx711_data_pin: int | None = None
        self.hx711_clock_pin: int | None = None
        super().__init__(pin_class=TracedPin)
        self.mcp = FakeMcp(self, bits)

    def pin(self, name: Any, pin_class: Any = None, **options: Any) -> Any:
        if pin_class is None and name in self._pulsed:
            pin_class = TracedPWMPin
        return super().pin(name, pin_class=pin_class, **options)

    def _get_spi_class(self, shared: bool, hardware: bool) -> Any:
        assert hardware, "gpiozero fell back to bit-banging"
        return lambda **pins: self.mcp


class Rig:
    """A reference machine on a mock Pi, before, with and after its roller."""

    def __init__(
        self,
        wiring: Wiring | None = None,
        calibration: Calibration | None = None,
        folder: Path | None = None,
    ) -> None:
        """`folder` holds the kernel's PWM, for a wiring that uses it."""
        self.wiring = wiring or Wiring()
        self.calibration = calibration or Calibration()
        self.now_s = 0.0
        self.pi = MockPi(BITS[self.wiring.adc_chip], self.wiring)
        self.mcp = self.pi.mcp
        self.i2c = FakeI2c(self._clock)
        self.hx711 = FakeHx711(self._clock, self.wait)
        self._sysfs = None if folder is None else FakeSysfs(folder)
        if self.wiring.hx711_data_pin is not None:
            self.pi.hx711 = self.hx711
            self.pi.hx711_data_pin = self.wiring.hx711_data_pin
            self.pi.hx711_clock_pin = self.wiring.hx711_clock_pin
        self._pins = {name: self.pi.pin(pin) for name, pin in self._numbers().items()}
        self.roller: GpioRoller | None = None
        self.set_pressure(0.0)

    def _numbers(self) -> dict[str, int]:
        names = (name for name in Wiring.__slots__ if name.endswith("_pin"))
        numbers = {name: getattr(self.wiring, name) for name in names}
        return {name: number for name, number in numbers.items() if number is not None}

    def _clock(self) -> float:
        return self.now_s

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds

    @property
    def pwm_folder(self) -> Path:
        """Where the kernel's PWM is."""
        assert self._sysfs is not None
        return self._sysfs.folder

    def _kernel_pwm(self, wiring: Wiring) -> Any:
        assert self._sysfs is not None
        return open_pwm(wiring, self._sysfs.folder, self._sysfs.make)

    def open(self) -> GpioRoller:
        """Claim the pins; then every normally closed switch is closed, as on a sound machine."""
        self.roller = GpioRoller(
            self.wiring,
            self.calibration,
            pin_factory=self.pi,
            clock=self._clock,
            i2c=lambda: self.i2c,
            kernel_pwm=self._kernel_pwm,
            pause=self.wait,
        )
        for name in ("stop", "heel_end", "toe_end"):
            self.ground(f"{name}_pin", closed=True)
        self.pi.trace.clear()
        return self.roller

    def pin(self, name: str) -> Any:
        """Return the mock pin of a field of `Wiring`; it outlives the roller."""
        return self._pins[name]

    def ground(self, name: str, *, closed: bool) -> None:
        """Close or open the switch between a pin and ground."""
        pin = self.pin(name)
        if closed:
            pin.drive_low()
        else:
            pin.drive_high()

    def set_raw(self, channel: int, raw: float) -> None:
        """Give a channel a level, 0..1 of the converter's range."""
        self.mcp.counts[channel] = round(raw * ((1 << self.mcp.bits) - 1))
        self.i2c.set_raw(channel, raw)

    def set_pressure(self, pressure_kpa: float) -> None:
        """Load the head: both elements feel it, as far as the converter's range goes."""
        for element, channel in (
            (self.calibration.pressure_a, self.wiring.pressure_a_channel),
            (self.calibration.pressure_b, self.wiring.pressure_b_channel),
        ):
            if channel is not None:
                self.set_raw(channel, min(1.0, raw_of(element, pressure_kpa)))
        self.hx711.set_raw(min(1.0, raw_of(self.calibration.pressure_b, pressure_kpa)))

    def levels(self, *names: str) -> list[float]:
        """Return the levels of pins, 0..1."""
        return [float(self.pin(name).state) for name in names]

    def bridge(self) -> list[float]:
        """Return forward, backward, enable, 0..1."""
        if self._sysfs is None:
            return self.levels("forward_pin", "backward_pin", "enable_pin")
        inputs = (self.wiring.forward_pin, self.wiring.backward_pin)
        duties = [self._sysfs.level(SYSFS_CHIP, PWM_CHANNELS[pin]) for pin in inputs]
        return [*duties, *self.levels("enable_pin")]

    def gate_edges(self) -> int:
        """Return how many edges the gate line has had since the roller opened."""
        return sum(1 for number, _ in self.pi.trace if number == self.wiring.gate_pin)

    def close(self) -> None:
        """Close the roller, if there is one."""
        if self.roller is not None:
            self.roller.close()


def raw_of(element: Element, pressure_kpa: float) -> float:
    """Return the fraction of the range at which `element` feels `pressure_kpa`."""
    return element.raw_at(pressure_kpa / KPA_PER_N)
