"""The machine of the faults: a plant that can break, wires that can lie, a clock that can slip.

The controller's loop reads, drives and waits through `Wires` and `Ticker`; whoever injects a
fault puts a function in between. Both keep what was true beside what was passed on, so that a
fault can prove that it took effect. The plant keeps its own trace, by its own time.
"""

from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import NamedTuple

from controller.loop import Clock
from hardware.roller import Drive, Roller, Sample
from sim import foot as sole
from sim.faults.judge import Moment
from sim.roller import SimRoller

CHUNK_S = 0.004
FINE_S = 0.001
ROUNDING_S = 1e-8
"""A board lives by whole milliseconds: less than this is not waited for."""
IMMOVABLE_N = 1e6
"""More than any motor pushes."""


class Breakable(SimRoller):
    """A plant whose parts can break."""

    def weld_gate(self) -> None:
        """The contact is closed, and no coil opens it."""
        self.slow_gate(inf)
        self._gate.contact = True

    def slow_gate(self, open_s: float) -> None:
        """The contact takes so long to open."""
        self._gate.gate = replace(self._gate.gate, open_s=open_s)

    def set_contact(self, closed: bool) -> None:
        """Move the contact by hand."""
        self._gate.contact = closed

    def jam(self) -> None:
        """Something holds the carriage."""
        self._carriage.friction_n = IMMOVABLE_N
        self._carriage.prepared_dt_s = 0.0

    def change_foot(self, foot: sole.Foot) -> None:
        """The leg ends in another foot now."""
        other = sole.Contact(foot)
        self._contact.foot, self._contact.cells = foot, other.cells

    def put_duty(self, duty: float) -> None:
        """Put so much of the supply at the motor, until the next change of the drive."""
        self._volts = duty * self._carriage.motor.supply_v

    def place(self, position_cm: float) -> None:
        """Put the carriage there, whatever the motor does."""
        self._carriage.position_m = position_cm / 100.0

    def shove(self, speed_cm_s: float) -> None:
        """Give the carriage a speed."""
        self._carriage.speed_m_s = speed_cm_s / 100.0


class Read(NamedTuple):
    """One reading: as it is, and as the controller got it."""

    at_s: float
    true: Sample
    given: Sample


class Driven(NamedTuple):
    """One drive: as the controller asked, and as the machine got it."""

    at_s: float
    asked: Drive
    given: Drive


class Wires:
    """Everything between the controller and the machine."""

    def __init__(self, roller: Roller, plant: SimRoller) -> None:
        """`roller`: the plant itself, or what stands before it."""
        self._roller, self._plant = roller, plant
        self.reading: list[Callable[[Sample], Sample]] = []
        self.driving: list[Callable[[Drive], Drive]] = []
        self.read_so_far: list[Read] = []
        self.driven_so_far: list[Driven] = []
        self.noting = False

    @property
    def name(self) -> str:
        """As the machine is called."""
        return self._roller.name

    def read(self) -> Sample:
        """The machine's, or what the faults make of it."""
        true = given = self._roller.read()
        for change in self.reading:
            given = change(given)
        if self.noting:
            self.read_so_far.append(Read(self._plant.now_s(), true, given))
        return given

    def drive(self, drive: Drive) -> None:
        """To the machine, or what the faults make of it."""
        given = drive
        for change in self.driving:
            given = change(given)
        if self.noting:
            self.driven_so_far.append(Driven(self._plant.now_s(), drive, given))
        self._roller.drive(given)

    def close(self) -> None:
        """The machine's."""
        self._roller.close()


class Ticker:
    """The controller's clock, and the trace of what is true while it waits."""

    def __init__(self, clock: Clock, plant: SimRoller) -> None:
        """`clock`: whoever lets time pass for the plant."""
        self._clock, self._plant = clock, plant
        self.meddling: list[Callable[[float], None]] = []
        self.told: Callable[[float], float] | None = None
        self.waiting: Callable[[float], float] | None = None
        self.moments: list[Moment] = []
        self.noting = False

    def now_s(self) -> float:
        """What the controller believes."""
        now_s = self._clock.now_s()
        return now_s if self.told is None else self.told(now_s)

    def wait_until(self, at_s: float) -> None:
        """Let the world live until then, or until when the faults make of it."""
        self.live_until(at_s if self.waiting is None else self.waiting(at_s))

    def live_until(self, at_s: float) -> None:
        """Let the world live until `at_s` of its own time."""
        clock, plant = self._clock, self._plant
        chunk_s = FINE_S if self.meddling else CHUNK_S
        while (now_s := clock.now_s()) < at_s - ROUNDING_S:
            clock.wait_until(min(now_s + chunk_s, at_s))
            for meddle in self.meddling:
                meddle(plant.now_s())
            if self.noting:
                self._note()

    def _note(self) -> None:
        truth, at_s = self._plant.truth(), self._plant.now_s()
        self.moments.append(
            Moment(at_s, truth.motor_powered, truth.speed_cm_s, truth.pressure_kpa, truth.gate_on)
        )
