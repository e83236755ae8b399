"""The engine as a process: on every way out the roller rests, and there is only one engine."""

import signal
from pathlib import Path
from typing import Any

import pytest

from controller import engine
from controller.journal import JournalError, recall
from controller.limits import Limits
from controller.loop import Loop
from controller.pace import Pace
from controller.session import Machine, Person, Session
from controller.wish import Wish
from hardware.errors import HardwareError
from hardware.roller import LATCHED_REST, Sample
from sim.roller import SimRoller
from tests.engine_process import running
from tests.link_client import LinkClient
from tests.waiting import wait_for

RESTING = list(LATCHED_REST)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_and_the_roller_rests(tmp_path: Path, how: signal.Signals) -> None:
    with running(tmp_path) as process:
        process.until_rolling()
        code, told, _ = process.end(how)
    assert code == 0
    assert "overruns" in told
    assert process.last_drive()["last"] == RESTING
    assert not (tmp_path / "engine.sock").exists()
    number, _, _, stop = recall(tmp_path / "journal.json", 0.0)
    assert (number, stop) == (1, None), "it was told to end: no session was cut short"


@pytest.mark.parametrize(
    ("fate", "error"),
    [("unplugged", "HardwareError: wire off"), ("broken", "RuntimeError: broken")],
)
def test_an_exception_ends_it_and_the_roller_rests(tmp_path: Path, fate: str, error: str) -> None:
    with running(tmp_path, fate) as process:
        code, _, told = process.end()
    assert code == 1
    assert error in told
    assert process.last_drive()["last"] == RESTING


def test_the_folder_is_the_owner_s_only(tmp_path: Path) -> None:
    with engine.hold(setup(tmp_path / "deep" / "state")) as held:
        assert held.setup.folder.stat().st_mode & 0o077 == 0


def test_a_second_engine_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    with running(tmp_path) as first, first.client() as client:
        with pytest.raises(engine.BusyError, match="another engine is running on"):
            engine.hold(setup(tmp_path)).__enter__()
        assert client.ask(do="stop") == {"kind": "ok"}
        wait_for(lambda: client.state()["mode"] == "STOPPED", "the first still stops")


def test_when_the_first_has_died_the_next_one_begins(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        first.until_rolling().end(signal.SIGKILL)
    with running(tmp_path) as second, second.client() as client:
        assert client.state()["mode"] == "STOPPED"


def test_a_folder_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(JournalError, match="cannot use the folder"):
        engine.hold(setup(tmp_path / "file" / "state")).__enter__()


def test_what_fails_before_the_first_tick_leaves_the_roller_at_rest(tmp_path: Path) -> None:
    (tmp_path / "engine.sock").mkdir()
    roller = SimRoller()
    with engine.hold(setup(tmp_path)) as held, pytest.raises(OSError, match="cannot open"):
        engine.run(roller, roller, held)
    with pytest.raises(HardwareError, match="closed"):
        roller.read()


def test_a_stop_through_the_link_stops_a_running_massage(tmp_path: Path) -> None:
    with running(tmp_path) as process, process.until_rolling().client() as client:
        assert client.state()["mode"] in ("SOFT_START", "RUNNING", "EASED")
        assert client.ask(do="stop") == {"kind": "ok"}
        wait_for(lambda: in_mode(client, "STOPPED"), "it stops")
        stopped = in_mode(client, "STOPPED")
    assert stopped["stop"]["rule"] == "T6"
    assert stopped["words"].startswith("Stopped: ")
    assert stopped["can"] == ["acknowledge"]


def in_mode(client: LinkClient, mode: str) -> dict[str, Any]:
    state = client.state()
    return state if state["mode"] == mode else {}


def setup(folder: Path) -> engine.Setup:
    return engine.Setup(Person(), Machine(), Limits(), folder)


class Late:
    """A clock that is late as told, and an observer that ends the loop."""

    def __init__(self, lateness_s: list[float]) -> None:
        self._left, self._due_s = list(lateness_s), 0.0
        self.loop: Loop | None = None

    def now_s(self) -> float:
        return self._due_s + (self._left[0] if self._left else 0.0)

    def wait_until(self, at_s: float) -> None:
        self._due_s = at_s

    def wish(self) -> Wish:
        return Wish()

    def publish(self, *_tick: object) -> None:
        self._left.pop(0)
        if not self._left and self.loop is not None:
            self.loop.stop()


class Still:
    """A roller with nobody on it."""

    name = "still"

    def __init__(self) -> None:
        self.closed = False

    def read(self) -> Sample:
        return Sample(0.0, 0.0)

    def drive(self, drive: object) -> None:
        self.driven = drive

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("lateness_s", "overruns", "worst_s"),
    [
        ([0.0, 0.0, 0.0], 0, 0.0),
        ([0.0, 0.003, 0.0], 0, 0.003),
        ([0.0, 0.004, 0.0], 1, 0.004),
        ([0.0, 0.030, 0.002, 0.012], 2, 0.030),
    ],
)
def test_the_loop_counts_how_late_it_was(
    lateness_s: list[float], overruns: int, worst_s: float
) -> None:
    late, roller, limits = Late(lateness_s), Still(), Limits(tick_s=0.004)
    loop = late.loop = Loop(roller, late, late, Session.new(Person(), Machine(), limits), limits)
    loop.run()
    pace = loop.pace
    assert (pace.ticks, pace.overruns) == (len(lateness_s), overruns)
    assert pace.worst_late_s == pytest.approx(worst_s)
    assert roller.driven == LATCHED_REST
    assert roller.closed


def test_a_pace_in_words() -> None:
    pace = Pace()
    pace.count(0.0, 0.004)
    pace.count(0.0061, 0.004)
    assert engine.kept_time(pace) == "2 ticks, 1 overruns, at worst 6.1 ms late"
