"""The contract's bench for a roller behind a microcontroller: session open, foot on the roller."""

from pathlib import Path

from hardware.roller import REST, Drive
from tests.fake_mcu import Bench

TICK_S = 0.004
FOOT_KPA = 20.0


class McuBench(Bench):
    """A bench whose board is ready to move: acknowledged, a foot on, a session opened."""

    delay_s = 0.010  # a sample may be as old as the heartbeat
    gate_off_s = 0.025 + 0.050  # the lease, then the pump

    def __init__(self, _folder: Path | None = None) -> None:
        super().__init__()
        self.roller = self.open()
        self.ticks(50, REST)
        assert not self.mcu.cut
        self.mcu.kpa = FOOT_KPA
        self.press()

    def press(self) -> None:
        """Press the device's start button."""
        self.mcu.inputs["start_down"] = True
        self.ticks(10, REST)
        del self.mcu.inputs["start_down"]
        self.ticks(10, REST)

    def ticks(self, count: int, drive: Drive) -> None:
        """Read and drive, as the loop does."""
        for _ in range(count):
            self.roller.read()
            self.roller.drive(drive)
            self.wait(TICK_S)

    def gate_contact(self) -> bool:
        return self.mcu.gate.contact

    def driven(self) -> bool:
        """What was sent last, has come."""
        self.wait(0.003)
        return self.mcu.driven
