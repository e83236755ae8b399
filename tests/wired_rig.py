"""The rig with a Pi in between: the real loop on a real `GpioRoller` on fake-rpi's pins.

`WiredRig` is a `Rig` whose plant hangs behind the pins, so a story told on one can be told on the
other. `Gate` tells from a trace alone what the power gate made of it.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from hardware.roller import Drive, Sample
from hardware.wiring import Wiring
from sim import gate as power
from sim.pins import Wired
from tests.fake_pi import Event, FakePi, seen
from tests.harness import Rig

WIRING = Wiring()
SLOWEST = power.Gate(hold_s=0.035, open_s=0.015)
"""The slowest gate that device.md allows."""


class WiredRig(Rig):
    """A `Rig` whose every sample comes from pins, and whose every drive goes to pins."""

    @cached_property
    def pi(self) -> FakePi:
        """The Pi, and the trace of its pins."""
        return FakePi(self.sim.now_s)

    @cached_property
    def wired(self) -> Wired:
        """The roller on the pins and the plant behind them."""
        return Wired(self.sim, self.pi, WIRING)

    def read(self) -> Sample:
        """The pins', after what a fault makes of the plant's."""
        self.wired.feel(self.distorted(self.sim.read()))
        return self.wired.roller.read()

    def drive(self, drive: Drive) -> None:
        """To the pins, and remembered."""
        self._drive = drive
        self.wired.drive(drive)

    def close(self) -> None:
        """The pins'."""
        self.wired.close()


def after(trace: Sequence[Event], parts: power.Gate, seconds: float) -> tuple[float, float, bool]:
    """Feed a gate with a trace, then with silence: last edge, contact open since, was it closed.

    The second is the last instant at which the contact was still closed, and one step of 1 ms.
    """
    gate, pulse = power.GateState(parts), 0.0
    edge_at_s = open_at_s = trace[0].at_s
    closed = False
    now_s = trace[0].at_s
    events: list[Any] = [(one.at_s, one.gate) for one in seen(trace, WIRING)]
    for at_s, level in [*events, (events[-1][0] + seconds, events[-1][1])]:
        while now_s < at_s - 1e-9:
            now_s += 0.001
            if power.advance(gate, True, 0.001):
                open_at_s, closed = now_s + 0.001, True
        if level != pulse:
            edge_at_s, pulse = at_s, level
            power.give_edge(gate)
    assert not gate.contact, "silence did not open the gate"
    return edge_at_s, open_at_s, closed
