"""A real engine in a process of its own, on a simulated roller that writes down how it ended.

`python -m tests.engine_process FOLDER FATE`: a person comes, presses Start and lays a foot on;
the massage runs as fast as it can until it rolls, then no faster than real time. FATE says what
happens then: "well" (nothing), or what `read()` raises: "unplugged", "broken".
"""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from controller import engine
from controller.limits import Limits
from controller.session import Machine, Person
from hardware.errors import HardwareError
from hardware.roller import REST, Drive, Sample
from sim import person as leg
from sim.roller import SimRoller
from tests.link_client import LinkClient, connected
from tests.waiting import GIVE_UP_S, wait_for

ROLLING, END = "rolling", "end.json"
"""Files in the folder: the roller has moved; what was last driven, and whether it was closed."""


class Roller:
    """A simulated roller with somebody on it, and its end on record. Also the loop's clock."""

    def __init__(self, folder: Path, fate: str) -> None:
        self._sim = SimRoller(person=leg.Person(leg_load_n=12.0))
        self._folder, self._fate = folder, fate
        self._last, self._rolled = REST, False
        self._pause = threading.Event()
        self.name, self.now_s = self._sim.name, self._sim.now_s

    def read(self) -> Sample:
        pressed = not self._rolled and 1.0 < self._sim.now_s() % 4.0 < 1.3
        self._sim.set_button("start", pressed)  # again and again: the journal has its own pace
        if self._sim.now_s() < 0.1:
            self._sim.foot_on()
        if self._fate != "well" and self._rolled:
            raise HardwareError("wire off") if self._fate == "unplugged" else RuntimeError("broken")
        return self._sim.read()

    def drive(self, drive: Drive) -> None:
        self._sim.drive(drive)
        self._last = drive
        if drive.gate and drive.duty != 0.0 and not self._rolled:
            self._rolled = True
            (self._folder / ROLLING).touch()

    def close(self) -> None:
        self._sim.close()
        told = {"last": self._last, "rolled": self._rolled}
        (self._folder / END).write_text(json.dumps(told))

    def wait_until(self, at_s: float) -> None:
        if self._rolled:
            self._pause.wait(at_s - self._sim.now_s())
        self._sim.wait_until(at_s)


def main() -> None:
    """Run until a signal or the fate."""
    folder, fate = Path(sys.argv[1]), sys.argv[2]
    setup = engine.Setup(Person(), Machine(), Limits(), folder)
    with engine.hold(setup) as held:
        roller = Roller(folder, fate)
        print(engine.kept_time(engine.run(roller, roller, held)))


class Engine:
    """The process, seen from a test."""

    def __init__(self, folder: Path, fate: str, module: str) -> None:
        self.folder = folder
        self.begun_s = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, str(folder), fate],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def client(self) -> LinkClient:
        """A client of its link."""
        return connected(self.folder / "engine.sock")

    def until_rolling(self) -> "Engine":
        """Wait until the motor has turned."""
        wait_for((self.folder / ROLLING).exists, "the roller rolls")
        return self

    def end(self, how: signal.Signals | None = None) -> tuple[int, str, str]:
        """Send `how`, wait; return the exit code and what was printed."""
        if how is not None:
            self.process.send_signal(how)
        out, err = self.process.communicate(timeout=GIVE_UP_S)
        return self.process.returncode, out, err

    def last_drive(self) -> dict[str, Any]:
        """How the roller was left."""
        told = dict(json.loads((self.folder / END).read_text()))
        assert told["rolled"], "it never moved, so it proves nothing"
        return told


@contextmanager
def running(
    folder: Path, fate: str = "well", module: str = "tests.engine_process"
) -> Iterator[Engine]:
    """An engine; whatever the test does, it is gone afterwards."""
    engine = Engine(folder, fate, module)
    try:
        yield engine
    finally:
        if engine.process.poll() is None:
            engine.process.kill()
        engine.process.communicate()


if __name__ == "__main__":
    main()
