"""A real engine on a real `GpioRoller` over fake-rpi, in a process that writes down every pin.

`python -m tests.pins_process FOLDER FATE`: a person presses Start and lays a foot on, with the
device's own button and no panel at all. It runs as fast as it can until the carriage rolls, then
no faster than real time. Each change of a pin is in the file before the next one happens, so
that kill -9 takes nothing from it. FATE: "well" (nothing), "pins" (they cannot be read any more
while it rolls), "broken" (something in the loop raises).
"""

import os
import sys
import threading
from pathlib import Path

from controller import engine
from controller.limits import Limits
from controller.session import Machine, Person
from hardware.roller import Drive, Sample
from sim import person as leg
from sim.pins import Wired
from sim.roller import SimRoller
from tests.engine_process import ROLLING
from tests.fake_pi import Event, FakePi
from tests.waiting import wait_for

TRACE = "trace"
"""File in the folder: one line per event."""
ROLLING_CM_S = 1.0


class Occupied(Wired):
    """The roller on its pins, somebody on it, and the fate of the process."""

    def __init__(self, folder: Path, fate: str) -> None:
        sim = SimRoller(person=leg.Person(leg_load_n=12.0))
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.open(folder / TRACE, flags, 0o600)
        self._folder, self._fate, self._rolled = folder, fate, False
        self._pause = threading.Event()
        self._fake = FakePi(sim.now_s, self._write)
        super().__init__(sim, self._fake)
        self.wait_until = self._wait_until

    def _write(self, event: Event) -> None:
        at_s, pin, what, value = event
        os.write(self._file, f"{at_s:.6f} {pin} {what} {value}\n".encode())

    def read(self) -> Sample:
        pressed = not self._rolled and 1.0 < self.sim.now_s() % 4.0 < 1.3
        self.sim.set_button("start", pressed)  # again and again: the journal has its own pace
        if self.sim.now_s() < 0.1:
            self.sim.foot_on()
        return super().read()

    def drive(self, drive: Drive) -> None:
        super().drive(drive)
        if abs(self.sim.truth().speed_cm_s) > ROLLING_CM_S and not self._rolled:
            self._rolled = True
            (self._folder / ROLLING).touch()

    def _wait_until(self, at_s: float) -> None:
        if self._rolled:
            self._pause.wait(at_s - self.sim.now_s())
            if self._fate == "broken":
                raise RuntimeError("broken")
            self._fake.chip.broken = self._fate == "pins"
        self.sim.wait_until(at_s)


def trace_of(folder: Path) -> list[Event]:
    """What the process has written so far."""
    lines = (folder / TRACE).read_text().splitlines()
    told = [line.split() for line in lines]
    return [Event(float(at), int(pin), what, float(value)) for at, pin, what, value in told]


def stopped(process_id: int) -> bool:
    """Whether a process stands still under SIGSTOP."""
    return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def until_stopped(process_id: int) -> None:
    """Wait until it stands."""
    wait_for(lambda: stopped(process_id), "the process stands still")


def main() -> None:
    """Run until a signal or the fate."""
    folder, fate = Path(sys.argv[1]), sys.argv[2]
    setup = engine.Setup(Person(), Machine(), Limits(), folder)
    with engine.hold(setup) as held:
        machine = Occupied(folder, fate)
        print(engine.kept_time(engine.run(machine, machine, held)))


if __name__ == "__main__":
    main()
