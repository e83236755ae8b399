"""The simulated plant behind a Pi's pins: the roller for the pins, moving a world.

`Wired` is a `GpioRoller` and what a maker would have soldered to it: bridge and gate line move
`SimRoller`'s plant, its switches, gate sense and sensors answer on pins and converter. What
carries the levels is a `Pi`: `MockPi`, gpiozero's own mock pins with an SPI bus that answers at
once, or in the tests a stricter one. For bench and tests; nothing that runs a machine asks here.
"""

from bisect import bisect
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import isnan
from typing import Any, Protocol

from gpiozero.pins import SPI
from gpiozero.pins.mock import MockFactory, MockPWMPin

from hardware.calibration import Calibration, Element
from hardware.gpio import GpioRoller
from hardware.roller import Drive, Sample, SensorStatus
from hardware.wiring import Wiring, full_scale_ma
from sim.roller import SimRoller

HIGHEST = 1023
"""An MCP3008 counts 10 bits."""


def converted(counts: Sequence[int], sent: Sequence[int]) -> list[int]:
    """What an MCP3008 answers to the three bytes `sent`, given the count of each channel."""
    return [0, *divmod(counts[sent[1] >> 4 & 0b111], 256)]


class Pi(Protocol):
    """A pin factory of gpiozero, seen from the solder side."""

    counts: list[int]  # of the converter's channels, 0..`HIGHEST`

    def line(self, pin: int) -> float:
        """What an output carries, 0..1; a released one is pulled down."""

    def wire(self, pin: int, high: bool) -> None:
        """Put an input to a level, against its pull."""


class _Bus(SPI):  # type: ignore[misc]
    """An SPI bus with a converter that needs no time."""

    def __init__(self, pin_factory: Any) -> None:
        super().__init__(pin_factory=pin_factory)
        self._counts = pin_factory.counts

    @property
    def closed(self) -> bool:
        return False

    def transfer(self, data: list[int]) -> list[int]:
        return converted(self._counts, data)


class MockPi(MockFactory):  # type: ignore[misc]
    """gpiozero's mock pins, each good for PWM as on a Pi, and a bus."""

    def __init__(self) -> None:
        self.counts = [0] * 8
        super().__init__(pin_class=MockPWMPin)

    def line(self, pin: int) -> float:
        """What an output carries. The mock would remember every level; nobody asks for that."""
        found = self.pin(pin)
        found.clear_states()
        return float(found.state) if found.function == "output" else 0.0

    def wire(self, pin: int, high: bool) -> None:
        """Put an input to a level."""
        found = self.pin(pin)
        if high:
            found.drive_high()
        else:
            found.drive_low()

    def _get_spi_class(self, shared: bool, hardware: bool) -> Any:
        return lambda **pins: _Bus(self)


class _Scale:
    """A calibrated element, read backwards: what the converter counts under a pressure."""

    def __init__(self, element: Element) -> None:
        readings = [element.reading(count / HIGHEST) for count in range(HIGHEST + 1)]
        sound = [count for count, one in enumerate(readings) if one.status is SensorStatus.OK]
        self._first = sound[0]
        kpa = [readings[count].pressure_kpa for count in sound]
        self._bounds = [(low + high) / 2.0 for low, high in pairwise(kpa)]

    def count(self, kpa: float | None, status: SensorStatus = SensorStatus.OK) -> int:
        if kpa is None or isnan(kpa):
            return 0
        if status is SensorStatus.SATURATED:
            return HIGHEST
        return self._first + bisect(self._bounds, kpa)


class Wired:
    """A `Roller` and the loop's clock: `GpioRoller` in front, the plant behind its pins."""

    def __init__(
        self,
        sim: SimRoller,
        pi: Any,
        wiring: Wiring | None = None,
        calibration: Calibration | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Claim the pins of `pi`, a pin factory that is a `Pi`, and let `sim` hang on them.

        `clock`: the loop's, in seconds, where it is not the plant's.
        """
        self.sim, self.wiring = sim, wiring or Wiring()
        calibration = calibration or Calibration()
        self.pi: Pi = pi
        self._scales = _Scale(calibration.pressure_a), _Scale(calibration.pressure_b)
        self._full_scale_ma = full_scale_ma(self.wiring)
        self._pulse = 0.0
        self.roller = GpioRoller(self.wiring, calibration, pin_factory=pi, clock=clock or sim.now_s)
        self.now_s, self.wait_until = sim.now_s, sim.wait_until

    @property
    def name(self) -> str:
        """As the machine on the pins calls itself."""
        return self.roller.name

    def read(self) -> Sample:
        """What the pins tell of the plant."""
        self.feel(self.sim.read())
        return self.roller.read()

    def drive(self, drive: Drive) -> None:
        """Drive the pins, and let the plant follow them."""
        self.roller.drive(drive)
        self.move()

    def close(self) -> None:
        """Release the pins; the plant sees what becomes of their levels."""
        self.roller.close()
        self.move()

    def feel(self, sample: Sample) -> None:
        """Bring what the plant's sensors say to the pins and the converter."""
        wiring, buttons = self.wiring, sample.buttons
        for pin, high in (
            (wiring.stop_pin, sample.stop_pressed),  # closed to ground while all is well
            (wiring.heel_end_pin, sample.heel_end_open),
            (wiring.toe_end_pin, sample.toe_end_open),
            (wiring.start_button_pin, not buttons.start),  # closed to ground while held
            (wiring.plus_button_pin, not buttons.plus),
            (wiring.minus_button_pin, not buttons.minus),
            (wiring.gate_sense_pin, bool(sample.gate_on)),
        ):
            if pin is not None:
                self.pi.wire(pin, high)
        self._convert(sample)

    def _convert(self, sample: Sample) -> None:
        (a, b), wiring, counts = self._scales, self.wiring, self.pi.counts
        counts[wiring.pressure_a_channel] = a.count(sample.pressure_kpa, sample.sensor)
        if wiring.pressure_b_channel is not None:
            counts[wiring.pressure_b_channel] = b.count(sample.pressure_b_kpa)
        if wiring.current_channel is not None:
            part = (sample.motor_current_ma or 0.0) / self._full_scale_ma
            counts[wiring.current_channel] = round(min(part, 1.0) * HIGHEST)

    def move(self) -> None:
        """Let the plant feel what the bridge's lines carry, and whether the gate's has changed."""
        line, wiring = self.pi.line, self.wiring
        forward, backward = line(wiring.forward_pin), line(wiring.backward_pin)
        pulse = 0.0 if wiring.gate_pin is None else line(wiring.gate_pin)
        self.sim.drive(
            Drive(
                duty=forward - backward,
                brake=forward == backward == 1.0,
                enabled=line(wiring.enable_pin) == 1.0,
                gate=pulse != self._pulse,
            )
        )
        self._pulse = pulse
