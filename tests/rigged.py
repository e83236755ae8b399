"""A board on which a test can break single wires, contacts and counters."""

from collections.abc import Callable
from typing import Any

from hardware.roller import Sample
from sim.board import RISE_PER_KPA, SUPPLY_MV, Board
from sim.gate import Gate
from sim.mcu import CYCLES_PER_MS, RAM
from sim.roller import SimRoller
from tests.firmware_build import FIRMWARE, SIMULATOR, build_firmware, need, symbols
from tests.mcu_host import BRISK, Host

Bend = Callable[[float], float]  # what becomes of a voltage, mV
DEBOUNCE_MS = 20
REST = 1  # in struct seal, behind that of the settings
MV_PER_KPA = SUPPLY_MV * RISE_PER_KPA


class Rigged(Host):
    """A host, and hands inside the machine that it drives."""

    def __init__(self, gate: Gate | None = None, *, noise: bool = True) -> None:
        need(*SIMULATOR)
        plant = FalsePlant(gate or Gate(), noise)
        self.false = plant.false  # what the switches say instead of the truth
        self.bent: dict[int, Bend] = {}  # what the wires of the pressure elements do
        super().__init__(Board(build_firmware(), plant))
        self._apply_mv = self.mcu.apply_mv
        self.mcu.apply_mv = self._bend  # type: ignore[method-assign]

    def _bend(self, channel: int, millivolts: float) -> None:
        self._apply_mv(channel, self.bent.get(channel, float)(millivolts))

    def session_counter(self, duty: int = 0) -> int:
        """Where the memory counts the time of this session."""
        return self.counter(round((self.now_s - self.pressed_at_s) * 1000) - DEBOUNCE_MS, duty)

    def counter(self, about_ms: int, duty: int = 0) -> int:
        """Where the memory counts the milliseconds and has come so far: found by what it does."""
        before = bytes(self.mcu.data)
        self.drive(0.1, duty)
        after = bytes(self.mcu.data)

        def number(memory: bytes, at: int) -> int:
            return int.from_bytes(memory[at : at + 4], "little")

        return next(  # the variables lie before the stack, and what it still holds of them
            at
            for at in RAM
            if number(after, at) - number(before, at) == 100
            and abs(number(before, at) - about_ms) <= 10
        )

    def set_counter(self, at: int, value_ms: int) -> None:
        """Let its time be past at once; it is sealed, and so is what it becomes."""
        self._between_ticks()
        seal = symbols(FIRMWARE)["seal"] + REST
        before, after = self.mcu.data[at : at + 4], value_ms.to_bytes(4, "little")
        self.mcu.data[seal] = (self.mcu.data[seal] + sum(after) - sum(before)) % 256
        self.mcu.data[at : at + 4] = after

    def _between_ticks(self) -> None:
        """Run to half a millisecond behind the beginning of a tick: it is over by then."""
        count = symbols(FIRMWARE)["tick_ms"]
        before = self.mcu.data[count]
        while self.mcu.data[count] == before:
            self.mcu.run(100)
        self.mcu.run(CYCLES_PER_MS // 2)


class FalsePlant(SimRoller):
    """A plant whose switches can lie."""

    def __init__(self, gate: Gate, noise: bool) -> None:
        super().__init__(1, person=BRISK, gate=gate, noise=noise)
        self.false: dict[str, Any] = {}

    def read(self) -> Sample:
        """What is sensed, true or not."""
        return super().read()._replace(**self.false)
