"""A Pi made of gpiozero's mock pins, with the roller's parts hanging on them.

The converter answers gpiozero's own bytes where the hardware bus would be. Switches are closed
and buttons open until a test says otherwise. Every change of a pin is kept in `trace`, in order,
so that a test can ask what the driver saw at any instant.
"""

from typing import Any

from gpiozero.pins import SPI
from gpiozero.pins.mock import MockFactory, MockPin, MockPWMPin

from hardware.calibration import KPA_PER_N, Calibration, Element
from hardware.gpio import GpioRoller
from hardware.wiring import PWM_PINS, Wiring

BITS = {"MCP3008": 10, "MCP3208": 12}


class _Traced:
    """What a mock pin needs to keep its factory's trace."""

    def _change_state(self: Any, value: float) -> bool:
        changed: bool = super()._change_state(value)  # type: ignore[misc]
        if changed and self.factory is not None:
            self.factory.trace.append((self._number, value))
        return changed


class TracedPin(_Traced, MockPin):  # type: ignore[misc]
    pass


class TracedPWMPin(_Traced, MockPWMPin):  # type: ignore[misc]
    pass


class MockPi(MockFactory):  # type: ignore[misc]
    """gpiozero's mock factory, with PWM on the pins that have it and a converter on the bus."""

    def __init__(self, bits: int = 10) -> None:
        self.trace: list[tuple[int, float]] = []
        super().__init__(pin_class=TracedPin)
        self.mcp = MockMcp(self, bits)

    def pin(self, name: Any, pin_class: Any = None, **options: Any) -> Any:
        if pin_class is None and name in PWM_PINS:
            pin_class = TracedPWMPin
        return super().pin(name, pin_class=pin_class, **options)

    def _get_spi_class(self, shared: bool, hardware: bool) -> Any:
        assert hardware, "gpiozero fell back to bit-banging"
        return lambda **pins: self.mcp


class MockMcp(SPI):  # type: ignore[misc]
    """An MCP3008 or MCP3208 behind the hardware bus: what is clocked in, and what comes back."""

    def __init__(self, pin_factory: Any, bits: int) -> None:
        super().__init__(pin_factory=pin_factory)
        self.bits = bits
        self.counts = [0] * 8
        self.transfers = 0

    @property
    def closed(self) -> bool:
        return False

    def transfer(self, data: list[int]) -> list[int]:
        """Take start bit, single-ended bit and channel; give the count after a null bit."""
        command = int.from_bytes(bytes(data), "big") >> (self.bits + 2)
        assert command >> 3 == 0b11, "start bit, then single-ended"
        self.transfers += 1
        return [0, *self.counts[command & 0b111].to_bytes(2, "big")]


class Rig:
    """A reference machine on a mock Pi, before, with and after its roller."""

    def __init__(
        self, wiring: Wiring | None = None, calibration: Calibration | None = None
    ) -> None:
        self.wiring = wiring or Wiring()
        self.calibration = calibration or Calibration()
        self.now_s = 0.0
        self.pi = MockPi(BITS[self.wiring.adc_chip])
        self.mcp = self.pi.mcp
        self._pins = {name: self.pi.pin(pin) for name, pin in self._numbers().items()}
        self.roller: GpioRoller | None = None
        self.set_pressure(0.0)

    def _numbers(self) -> dict[str, int]:
        names = (name for name in Wiring.__slots__ if name.endswith("_pin"))
        numbers = {name: getattr(self.wiring, name) for name in names}
        return {name: number for name, number in numbers.items() if number is not None}

    def open(self) -> GpioRoller:
        """Claim the pins; then every normally closed switch is closed, as on a sound machine."""
        self.roller = GpioRoller(
            self.wiring, self.calibration, pin_factory=self.pi, clock=lambda: self.now_s
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

    def set_pressure(self, pressure_kpa: float) -> None:
        """Load the head: both elements feel it, as far as the converter's range goes."""
        for element, channel in (
            (self.calibration.pressure_a, self.wiring.pressure_a_channel),
            (self.calibration.pressure_b, self.wiring.pressure_b_channel),
        ):
            if channel is not None:
                self.set_raw(channel, min(1.0, raw_of(element, pressure_kpa)))

    def levels(self, *names: str) -> list[float]:
        """Return the levels of pins, 0..1."""
        return [float(self.pin(name).state) for name in names]

    def bridge(self) -> list[float]:
        """Return forward, backward, enable, 0..1."""
        return self.levels("forward_pin", "backward_pin", "enable_pin")

    def gate_edges(self) -> int:
        """Return how many edges the gate line has had since the roller opened."""
        return sum(1 for number, _ in self.pi.trace if number == self.wiring.gate_pin)

    def close(self) -> None:
        """Close the roller, if there is one."""
        if self.roller is not None:
            self.roller.close()


def raw_of(element: Element, pressure_kpa: float) -> float:
    """Return the fraction of the range at which `element` feels `pressure_kpa`."""
    span = (element.load_raw - element.zero_raw) / element.load_n
    return element.zero_raw + pressure_kpa / KPA_PER_N * span
