"""A Pi made of fake-rpi: gpiozero's real `RPiGPIOFactory`, over an `RPi.GPIO` with a memory.

Stock, fake-rpi forgets everything: each pin is an output, each input random, PWM silent. `Chip`
keeps functions, levels, pulls and duties as the BCM chip and the real library would, checks what
the real one checks, and tells every change, in order. What hangs on the pins is put there with
`wire()`; `anything()` is what the stock one would have read. The converter hangs on gpiozero's
real SPI class over a spidev that answers at once.
"""

import gc
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from importlib import import_module
from random import randrange
from typing import Any, NamedTuple
from unittest.mock import patch

from gpiozero.pins import local

from hardware.wiring import Wiring
from sim.pins import HIGHEST, converted

with redirect_stdout(None):  # it greets whoever imports it
    RPi: Any = import_module("fake_rpi.RPi")
import_module("fake_rpi.wrappers").toggle_print(False)
with patch.dict(sys.modules, {"RPi": RPi, "RPi.GPIO": RPi.GPIO}):
    rpigpio: Any = import_module("gpiozero.pins.rpigpio")

ZERO_2_W = 0x902120
Stock: Any = type(RPi.GPIO)
OUT, IN = Stock.OUT, Stock.IN


class Event(NamedTuple):
    """One change of one pin. `what`: "function" (OUT or IN), "level" or "duty" (0..1)."""

    at_s: float
    pin: int
    what: str
    value: float


class Chip(Stock):  # type: ignore[misc]
    """The pins, the library that drives them, and the trace of all they did."""

    def __init__(self, now_s: Callable[[], float], told: Callable[[Event], object]) -> None:
        with redirect_stdout(None):
            super().__init__()
        self._now_s, self._told = now_s, told
        self.functions: dict[int, int] = {}
        self.latches: dict[int, float] = {}  # what a pin would carry as an output
        self.pulls: dict[int, int] = {}  # of the pins that were set up
        self.wires: dict[int, bool] = {}  # levels from outside
        self.broken = False  # no input can be read any more

    def line(self, pin: int) -> float:
        """What a pin carries as an output; a released one is pulled down by the wiring."""
        return self.latches.get(pin, 0.0) if self.gpio_function(pin) == OUT else 0.0

    def anything(self, pin: int) -> bool:
        """Stock fake-rpi's reading: a random level."""
        return bool(super().input(pin))

    def _tell(self, pin: int, what: str, value: float) -> None:
        self._told(Event(self._now_s(), pin, what, value))

    def latch(self, pin: int, what: str, value: float) -> None:
        """Change what a pin carries."""
        self.latches[pin] = value
        self._tell(pin, what, value)

    # What `RPi.GPIO` offers, with its own signatures and its own complaints.

    def setup(
        self, channel: int, state: int, pull_up_down: int = Stock.PUD_OFF, initial: int = -1
    ) -> None:
        if state == OUT and pull_up_down != Stock.PUD_OFF:
            raise ValueError("pull_up_down parameter is not valid for outputs")
        if state == OUT and initial >= 0:
            self.latch(channel, "level", float(initial))
        self.pulls[channel] = pull_up_down
        self.functions[channel] = state
        self._tell(channel, "function", state)

    def cleanup(self, a: int | None = None) -> None:
        for pin in [one for one in self.pulls if a in (None, one)]:
            self.functions[pin] = IN
            self._tell(pin, "function", IN)
            del self.pulls[pin]

    def input(self, channel: int) -> int:
        if self.broken:
            raise RuntimeError("no access to /dev/mem")
        if channel not in self.pulls:
            raise RuntimeError("You must setup() the GPIO channel first")
        if self.functions[channel] == OUT:
            return int(self.latches[channel])
        return int(self.wires.get(channel, self.pulls[channel] == Stock.PUD_UP))

    def output(self, channel: int, state: int) -> None:
        if self.functions.get(channel) != OUT or channel not in self.pulls:
            raise RuntimeError("The GPIO channel has not been set up as an OUTPUT")
        self.latch(channel, "level", float(state))

    def gpio_function(self, channel: int) -> int:
        return self.functions.get(channel, int(IN))

    def PWM(self, channel: int, frequency: float) -> "Pwm":
        if self.functions.get(channel) != OUT:
            raise RuntimeError("You must setup() the GPIO channel as an output first")
        return Pwm(self, channel, frequency)

    def add_event_detect(self, *_: Any, **__: Any) -> None:
        raise AssertionError("levels are read, never awaited")


class Pwm(Stock.PWM):  # type: ignore[misc]
    """Software PWM on one pin: it carries a duty from `start` to `stop`, then stays low."""

    def __init__(self, chip: Chip, channel: int, frequency: float) -> None:
        self._chip, self._channel, self.frequency = chip, channel, frequency

    def start(self, dc: float) -> None:
        self.ChangeDutyCycle(dc)

    def ChangeDutyCycle(self, dc: float) -> None:
        if not 0.0 <= dc <= 100.0:
            raise ValueError("dutycycle must have a value from 0.0 to 100.0")
        self._chip.latch(self._channel, "duty", dc / 100.0)

    def stop(self) -> None:
        self._chip.latch(self._channel, "level", 0.0)


class SpiDev:
    """What spidev would open: a bus with an MCP3008 on it."""

    mode, lsbfirst, cshigh, bits_per_word, max_speed_hz = 0, False, False, 8, 500_000

    def __init__(self, pi: "FakePi") -> None:
        self._pi = pi

    def open(self, port: int, device: int) -> None:
        assert (port, device) == (0, 0)

    def xfer2(self, data: Sequence[int]) -> list[int]:
        if self._pi.wild_bus:
            return [randrange(256) for _ in data]
        return converted(self._pi.counts, data)

    def close(self) -> None:
        pass


class FakePi(rpigpio.RPiGPIOFactory):  # type: ignore[misc]
    """The factory a Pi with RPi.GPIO and spidev would have; also a `Pi` for `sim.pins.Wired`."""

    def __init__(
        self,
        now_s: Callable[[], float] = lambda: 0.0,
        told: Callable[[Event], object] | None = None,
        chip: Chip | None = None,
    ) -> None:
        """`told` gets every event instead of `trace`; `chip`: not a new one."""
        # gpiozero's SPI frees its pins when it is collected, behind a lock; were that to happen
        # while the next roller claims its own behind the same lock, it would wait for ever.
        gc.collect()
        for shared in (local.LocalPiFactory.pins, local.LocalPiFactory._reservations,
                       local.LocalPiHardwareSPIShared._instances):  # fmt: skip
            shared.clear()  # as a new process begins, whatever the test before has left
        self.trace: list[Event] = []
        self.counts = [HIGHEST // 2] * 8
        self.wild_bus = False
        self.chip = chip or Chip(now_s, told or self.trace.append)
        self.line, self.wire = self.chip.line, self.chip.wires.__setitem__
        rpigpio.GPIO, self._spidev_before = self.chip, local.SpiDev
        local.SpiDev = lambda: SpiDev(self)
        super().__init__()

    def _get_revision(self) -> int:
        return ZERO_2_W

    def close(self) -> None:
        super().close()
        local.SpiDev = self._spidev_before


class Seen(NamedTuple):
    """What the driver and the gate see at an instant."""

    at_s: float
    forward: float
    backward: float
    enabled: bool
    gate: float

    @property
    def driving(self) -> float:
        """The duty at the motor, -1..1, if the gate is closed; 0 for brake and rest."""
        return self.forward - self.backward if self.enabled else 0.0


def seen(trace: Sequence[Event], wiring: Wiring) -> list[Seen]:
    """The lines of the bridge and the gate after each event, whichever pin it was on."""
    pins = (wiring.forward_pin, wiring.backward_pin, wiring.enable_pin, wiring.gate_pin)
    latches = dict.fromkeys(pins, 0.0)
    lines = dict.fromkeys(pins, 0.0)
    outputs: set[int | None] = set()
    found = []
    for at_s, pin, what, value in trace:
        if pin in lines:
            if what == "function":
                (outputs.add if value == OUT else outputs.discard)(pin)
            else:
                latches[pin] = value
            lines[pin] = latches[pin] if pin in outputs else 0.0
        forward, backward, enable, gate = lines.values()
        found.append(Seen(at_s, forward, backward, enable == 1.0, gate))
    return found
