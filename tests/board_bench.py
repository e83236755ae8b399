"""The real firmware on its board, to the contract and under the production loop."""

from pathlib import Path

from hardware.roller import REST, Drive
from sim import person as leg
from sim.board import Board, BoardPort, met
from sim.roller import SimRoller
from tests.firmware_build import SIMULATOR, build_firmware, need

TICK_S = 0.004
ONWARD = Drive(duty=0.3, brake=False, enabled=True, gate=True)


def powered(seed: int = 1, person: leg.Person | None = None) -> tuple[SimRoller, Board]:
    """A plant, and the board that drives it, just powered on."""
    need(*SIMULATOR)
    plant = SimRoller(seed, person=person or leg.Person(leg_load_n=12.0))
    return plant, Board(build_firmware(), plant)


class BoardBench:
    """A bench whose board is ready to move: a session is open, a foot on, off the heel's end."""

    delay_s = 0.010  # a sample may be as old as the heartbeat
    gate_off_s = 0.025 + 0.050  # the lease, then the pump

    def __init__(self, _folder: Path | None = None) -> None:
        self.plant, self._board = powered()
        self.now_s, self.wait_until = self._board.now_s, self._board.wait_until
        self.roller = met(self._board, BoardPort(self._board))
        self.ticks(0.1, REST)
        self.plant.foot_on()
        self.ticks(1.0, REST)
        self.plant.set_button("start", True)
        self.ticks(0.1, REST)
        self.plant.set_button("start", False)
        self.ticks(0.8, ONWARD)  # up the round of the heel
        self.ticks(0.3, REST)

    def ticks(self, seconds: float, drive: Drive) -> None:
        """Read and drive for so long, as the loop does."""
        for _ in range(round(seconds / TICK_S)):
            self.roller.read()
            self.roller.drive(drive)
            self.wait_until(self.now_s() + TICK_S)

    def gate_contact(self) -> bool:
        return self.plant.truth().gate_on

    def driven(self) -> bool:
        """What was sent last, has come."""
        self.wait_until(self.now_s() + 0.003)
        return self.plant.truth().motor_powered
