"""The real firmware on a simulated board, in a simulated machine, without any wall clock.

One step is a millisecond: the chip runs its 16,000 cycles, what its pins did in them drives the
plant, and what the plant shows is put on its pins for the next step: pressure, current, switches.
The plant is SimRoller's, so foot, person, gate and motor are the very ones of every other test.

To the controller the board is a serial port and a clock: bytes in and out, `now_s`, `wait_until`.
"""

from collections.abc import Callable
from math import ceil, pi
from pathlib import Path

from controller.limits import Limits
from controller.motion import duty_of
from firmware_bridge.line import Port
from firmware_bridge.mcu_roller import McuRoller
from firmware_bridge.mcu_settings import McuSettings
from firmware_bridge.messages import BAUD
from hardware.calibration import Calibration
from hardware.errors import ReadError
from hardware.roller import Drive
from sim.mcu import CYCLES_PER_MS, Event, Mcu, What
from sim.roller import SimRoller

STEP_US = 1000
SUPPLY_MV = 5000.0
ZERO, RISE_PER_KPA = 0.1, 0.8 / 200.0  # of the supply: the nominal element, `hardware.calibration`
STEPS_PER_M = 12 * 50 / (2.0 * pi * 0.010)  # encoder's lines, gear and drum of the reference
LIMITS = Limits()
SETTINGS = McuSettings(
    level_kpa=LIMITS.level_kpa,
    most_duty=duty_of(LIMITS.top_speed_cm_s, LIMITS),
    service_duty=duty_of(LIMITS.service_cm_s, LIMITS),
)
PULLED_UP = ("PB4", "PC3", "PC4", "PD2", "PD4")
BUTTONS = {"PB4": "start", "PC3": "plus", "PC4": "minus"}


class Board:
    """A powered board, and the machine it is wired to."""

    def __init__(self, firmware: Path, plant: SimRoller, chip: Callable[[Path], Mcu] = Mcu) -> None:
        """Power it on. `plant` must not be driven by anybody else."""
        self.plant = plant
        self.mcu = chip(firmware)
        self.events: list[Event] = []
        self._steps = 0
        self._encoder = 0
        for pin in PULLED_UP:
            self.mcu.drive(pin, True)
        self.mcu.watch("PD7")
        self._show()

    # The clock.

    def now_s(self) -> float:
        """Simulated seconds since power-on."""
        return self._steps * STEP_US / 1e6

    def wait_until(self, at_s: float) -> None:
        """Let board and machine live until `at_s`; whole milliseconds pass."""
        steps = ceil(at_s * 1e6 / STEP_US - 1e-6)
        while self._steps < steps:
            self._step()

    def _step(self) -> None:
        self._steps += 1
        self.mcu.run_to(self._steps * CYCLES_PER_MS)
        edges = 0
        for event in self.mcu.events():
            if event.what is What.EDGE:
                edges += 1
            elif event.what is What.RESET:
                self.events.append(event)
        self._turn(edges)
        self.plant.wait_until(self.now_s())
        self._show()

    # From the pins to the plant.

    def _turn(self, edges: int) -> None:
        enabled = self.mcu.level("PB0")
        forward, backward = self.mcu.duty("PB1"), self.mcu.duty("PB2")
        duty = forward - backward
        brake = enabled and forward + backward > 0.0
        self.plant.drive(Drive(duty, brake, enabled, edges % 2 == 1))

    # From the plant to the pins.

    def _show(self) -> None:
        sample, mcu = self.plant.read(), self.mcu
        second_kpa = sample.pressure_kpa if sample.pressure_b_kpa is None else sample.pressure_b_kpa
        for channel, kpa in enumerate((sample.pressure_kpa, second_kpa)):
            mcu.apply_mv(channel, SUPPLY_MV * min(1.0, ZERO + RISE_PER_KPA * kpa))
        mcu.apply_mv(
            2,
            SUPPLY_MV * min(1.0, (sample.motor_current_ma or 0.0) / SETTINGS.current_full_scale_ma),
        )
        mcu.drive("PD3", sample.heel_end_open)
        mcu.drive("PB3", sample.toe_end_open)
        mcu.drive("PD5", sample.stop_pressed)
        mcu.drive("PD6", bool(sample.gate_on))
        for pin, name in BUTTONS.items():
            mcu.drive(pin, not getattr(sample.buttons, name))
        self._show_encoder()

    def _show_encoder(self) -> None:
        steps = int(self.plant.truth().position_cm / 100.0 * STEPS_PER_M)
        self.mcu.drive("PD4", steps < self._encoder)
        for _ in range(abs(steps - self._encoder)):
            self.mcu.drive("PD2", False)
            self.mcu.drive("PD2", True)
        self._encoder = steps


def met(board: Board, port: Port, tell: Callable[[str], None] = print) -> McuRoller:
    """Return the roller behind `board`, met over `port`, with nominal pressure elements.

    `tell` gets a line when the link is lost and when it is back. Raises what `McuRoller` raises.
    """
    roller = McuRoller(
        "the simulated board",
        SETTINGS,
        Calibration(),
        opener=lambda: port,
        clock=board.now_s,
        tell=tell,
        pause=lambda seconds: board.wait_until(board.now_s() + seconds),
    )
    roller.name = "simulated roller, real firmware"
    return roller


class BoardPort:
    """The serial cable between board and controller, which can be pulled."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self.pulled = False
        self.cut_outward = False
        """The wire to the board is cut, and the other one is not."""

    def read(self) -> bytes:
        """What the board has sent since. Raises `ReadError` when the cable is pulled."""
        said = bytes(byte for _, byte in self._board.mcu.receive())
        self._check()
        return said

    def write(self, data: bytes) -> None:
        """Send it to the board, at the pace of the line. Raises `ReadError`."""
        self._check()
        if not self.cut_outward:
            self._board.mcu.send(data, baud=BAUD)

    def discard(self) -> None:
        """Nothing waits on this side."""

    def close(self) -> None:
        """The board runs on."""

    def _check(self) -> None:
        if self.pulled:
            raise ReadError("the cable of the simulated board is pulled: plug it in again")
