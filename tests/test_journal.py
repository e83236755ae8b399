"""What must survive a loss of power does, and what cannot be read comes back STOPPED."""

import json
import signal
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from controller import engine
from controller.journal import Journal, JournalError, recall, store
from controller.limits import Limits
from controller.modes import Mode, Sitting, State, Stop
from controller.session import Machine, Person
from controller.telemetry import journalled
from controller.watch import Trip
from sim.roller import SimRoller
from tests.engine_process import running
from tests.waiting import wait_for

NOW_S = 5.0
PAIN = Stop(Trip.RISE, 3.0, 61.25, 18.5, 0.4, 6, 4)


def kept(stop: Stop | None = None, **sitting: Any) -> dict[str, Any]:
    """The facts of a state at rest."""
    state = State.initial(0.0, 7, stop)
    return dict(journalled(state._replace(sitting=state.sitting._replace(**sitting))))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.json"


@pytest.fixture
def journal(path: Path) -> Iterator[tuple[Journal, list[int]]]:
    """A journal, and the sessions it has confirmed."""
    confirmed: list[int] = []
    made = Journal(path, confirmed.append)
    yield made, confirmed
    made.close()
    assert "journal" not in [thread.name for thread in threading.enumerate()]


def test_without_a_journal_all_is_new(path: Path) -> None:
    assert recall(path, NOW_S) == (0, 0, False, None)


def test_what_was_stored_is_recalled(path: Path) -> None:
    store(path, kept(pains=1))
    assert recall(path, NOW_S) == (7, 1, False, None)


def test_what_a_pain_stop_was_before_is_recalled_and_may_be_missing(path: Path) -> None:
    stop = PAIN._replace(first=Trip.STOP)
    store(path, kept(stop))
    assert recall(path, NOW_S).stop == stop._replace(at_s=NOW_S, reference_kpa=ANY)
    facts = kept(stop)
    del facts["stop"]["first"]
    store(path, facts)
    recalled = recall(path, NOW_S).stop
    assert recalled is not None
    assert (recalled.trip, recalled.first) == (Trip.RISE, None)


def test_it_is_the_owner_s_only(path: Path) -> None:
    store(path, kept())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("trip", Trip)
def test_a_latched_stop_comes_back_whatever_it_was(path: Path, trip: Trip) -> None:
    store(path, kept(PAIN._replace(trip=trip)))
    stop = recall(path, NOW_S).stop
    assert stop == PAIN._replace(trip=trip, at_s=NOW_S), "and its waiting begins anew"


def test_a_stop_without_a_pressure_or_place_comes_back(path: Path) -> None:
    nan = float("nan")
    store(
        path, kept(PAIN._replace(trip=Trip.SENSOR_NAN, pressure_kpa=nan, rise_kpa=nan, place=None))
    )
    stop = recall(path, NOW_S).stop
    assert stop is not None
    assert stop.trip is Trip.SENSOR_NAN
    assert stop.pressure_kpa != stop.pressure_kpa
    assert stop.place is None


@pytest.mark.hazard("starts-alone/power")
def test_an_open_session_comes_back_stopped(path: Path) -> None:
    store(path, kept(opened_at_s=1.0))
    number, _, _, stop = recall(path, NOW_S)
    assert number == 7
    assert stop is not None
    assert stop.trip is Trip.POWER


FACTS = json.dumps(kept(PAIN)).encode()


@pytest.mark.parametrize(
    "torn",
    [b"", b"\0" * 200, FACTS[:-1], FACTS[: len(FACTS) // 2], b"null", b"[]", b"7", b'"x"', b"{}",
     b"\xff\xfe", b"[" * 100_000, FACTS.replace(b'"RISE"', b'"GHOST"'),
     FACTS.replace(b'"session": 7', b'"session": Infinity'),
     FACTS.replace(b'"session": 7', b'"session": null'),
     FACTS.replace(b'"level": 6', b'"level": "high"'), FACTS.replace(b'"stop": {', b'"stop": [{')],
)  # fmt: skip
def test_a_torn_or_foreign_journal_comes_back_stopped(path: Path, torn: bytes) -> None:
    path.write_bytes(torn)
    assert torn != FACTS
    stop = recall(path, NOW_S).stop
    assert stop is not None
    assert stop.trip is Trip.POWER


def test_a_journal_that_is_a_folder_comes_back_stopped(path: Path) -> None:
    path.mkdir()
    assert recall(path, NOW_S).stop is not None


def test_a_write_that_was_cut_short_leaves_the_one_before(path: Path) -> None:
    store(path, kept(PAIN))
    path.with_suffix(".new").write_bytes(FACTS[:20])
    assert recall(path, NOW_S).stop is not None
    store(path, kept())
    assert recall(path, NOW_S).stop is None


def test_a_session_is_confirmed_once_it_is_on_disk(
    path: Path, journal: tuple[Journal, list[int]]
) -> None:
    made, confirmed = journal
    made.write(kept(opened_at_s=1.0))
    wait_for(lambda: confirmed, "the session is recorded")
    assert confirmed == [7]
    assert json.loads(path.read_bytes())["session_open"] is True
    assert made.failure is None


def test_what_is_pending_at_the_end_is_written(path: Path) -> None:
    for pains in range(50):
        journal = Journal(path, lambda _number: None)
        journal.write(kept())
        journal.write(kept(pains=pains))
        journal.close()
        assert recall(path, NOW_S).pains == pains


def test_a_journal_that_cannot_be_written_says_so_and_confirms_nothing(
    path: Path, journal: tuple[Journal, list[int]]
) -> None:
    made, confirmed = journal
    path.with_suffix(".new").mkdir()
    made.write(kept(opened_at_s=1.0))
    wait_for(lambda: made.failure, "the failure")
    assert made.failure == f"cannot write {path}: Is a directory"
    assert confirmed == []
    path.with_suffix(".new").rmdir()
    made.write(kept(opened_at_s=1.0))
    wait_for(lambda: confirmed, "it is mended")
    assert made.failure is None


def test_without_a_writable_journal_no_engine_begins(tmp_path: Path) -> None:
    (tmp_path / "journal.new").mkdir()
    roller = SimRoller()
    setup = engine.Setup(Person(), Machine(), Limits(), tmp_path)
    with (
        engine.hold(setup) as held,
        pytest.raises(JournalError, match="free space or mend"),
    ):
        engine.run(roller, roller, held)


def test_what_the_journal_tells_is_the_kernel_s_beginning() -> None:
    state = State.initial(NOW_S, 7, PAIN)
    assert state.mode is Mode.STOPPED
    assert state.sitting == Sitting(number=7)


@pytest.mark.hazard("dead/killed")
def test_a_killed_engine_comes_back_stopped_and_says_why(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        first.until_rolling().end(signal.SIGKILL)
        assert first.process.returncode == -signal.SIGKILL
    told = json.loads((tmp_path / "journal.json").read_bytes())
    assert told["session_open"] is True
    with running(tmp_path) as second, second.client() as client:
        state = client.state()
        assert state["mode"] == "STOPPED"
        assert state["words"].startswith("Stopped: the power or the controller was lost")
        assert state["reason"] == "power lost"
        assert state["session_open"] is False
        assert client.ask(do="start", count=1, seen_s=state["at_s"])["kind"] == "refused"


def test_a_latched_stop_survives_a_kill(tmp_path: Path) -> None:
    with running(tmp_path) as first, first.until_rolling().client() as client:
        client.ask(do="stop")
        wait_for(lambda: client.state()["mode"] == "STOPPED", "it stops")
        journal = tmp_path / "journal.json"
        wait_for(lambda: json.loads(journal.read_bytes())["stop"], "the latch is on disk")
        first.end(signal.SIGKILL)
    with running(tmp_path) as second, second.client() as client:
        state = client.state()
        assert state["mode"] == "STOPPED"
        assert state["stop"]["rule"] == "T6"
