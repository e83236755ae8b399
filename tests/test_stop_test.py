"""`footloop stop-test` against a real engine: three holds of a button, and one number each."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from controller import cli, stop_test
from controller.link import LinkError
from controller.service import Task
from controller.stop_test import StopTestError
from tests.firmware_build import COMPILER, SIMULATOR, need
from tests.link_client import LinkClient, connected
from tests.waiting import GIVE_UP_S, wait_for

MCU = "--mcu"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def engine(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The folder of a simulated roller's engine that is up; a parameter is one more option."""
    option = getattr(request, "param", None)
    if option == MCU:
        need(*COMPILER, *SIMULATOR)
    line = [sys.executable, "-m", "sim", "engine", "--folder", str(tmp_path)]
    line += [] if option is None else [option]
    with subprocess.Popen(line, stdout=subprocess.DEVNULL) as process:
        try:
            connected(tmp_path / "engine.sock").close()
            wait_for((tmp_path / "hands.sock").exists, "it has hands")
            yield tmp_path
        finally:
            process.terminate()


class Maker(threading.Thread):
    """Somebody at the machine: holds Start while a task waits or moves, presses Stop when told."""

    def __init__(self, folder: Path, does: tuple[str, ...] = ("hold", "stop")) -> None:
        super().__init__(daemon=True)
        self._client: LinkClient = connected(folder / "engine.sock")
        self._hands = socket.socket(socket.AF_UNIX)
        self._hands.connect(str(folder / "hands.sock"))
        self._does, self._asked = does, -1
        self._over = threading.Event()

    def run(self) -> None:
        """Act on every picture."""
        while not self._over.is_set() and (told := self._client.hear()) is not None:
            service: dict[str, Any] = told.get("service") or {}
            busy = service.get("phase") in ("waiting", "moving")
            if busy and "hold" in self._does:
                self._hand("start", True)
            if service.get("phase") == "moving" and service["task"] == "switch":
                self._hand("stop", "stop" in self._does)

    def _hand(self, name: str, down: bool) -> None:
        self._hands.sendall(json.dumps({"hand": name, "down": down}).encode() + b"\n")

    def end(self) -> None:
        """Go."""
        self._over.set()
        self.join()
        self._hands.close()
        self._client.close()


@contextmanager
def somebody(folder: Path, *does: str) -> Iterator[None]:
    maker = Maker(folder, does)
    maker.start()
    try:
        yield
    finally:
        maker.end()


@pytest.mark.parametrize("engine", [None, MCU], indirect=True)
def test_the_stop_of_the_simulated_roller(engine: Path, capsys: Captured) -> None:
    with somebody(engine, "hold", "stop"):
        assert cli.main(["stop-test", "--folder", str(engine), "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["passed"] is True
    assert found["bar_ms"] == 50.0
    for task in (Task.PULSES, Task.SWITCH):
        assert 0.0 < found[task.value]["gate_off_ms"] <= 50.0
        assert 0.0 <= found[task.value]["still_ms"] <= 50.0
    told = err.splitlines()
    assert [one[:7] for one in told if one[0] != " "] == ["1 of 3.", "2 of 3.", "3 of 3."]
    assert "pulses withheld: gate off after " in err
    assert "stop switch pressed: gate off after " in err
    with connected(engine / "engine.sock") as client:
        assert client.state()["mode"] == "STOPPED"  # the switch was pressed, after all
    assert cli.main(["stop-test", "--folder", str(engine)]) == 1
    assert "not now: service is not possible now. Stopped: " in capsys.readouterr().err


def test_who_lays_a_foot_on_ends_it(engine: Path) -> None:
    with somebody(engine, "hold"), socket.socket(socket.AF_UNIX) as hands:
        hands.connect(str(engine / "hands.sock"))

        def say(line: str) -> None:
            if line.startswith("3 of 3"):
                hands.sendall(b'{"hand": "foot_on"}\n')

        with pytest.raises(StopTestError, match=r"not done: .*ask again"):
            stop_test.stop_test(engine / "engine.sock", say)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_once_it_is_gone_start_opens_a_session_as_usual(engine: Path, how: signal.Signals) -> None:
    """However it went: nothing of its task is left in the engine."""
    line = [sys.executable, "-m", "controller.cli", "stop-test", "--folder", str(engine)]
    with (
        connected(engine / "engine.sock") as client,
        socket.socket(socket.AF_UNIX) as hands,
        subprocess.Popen(line, stderr=subprocess.PIPE, text=True) as asking,
    ):
        hands.connect(str(engine / "hands.sock"))
        wait_for(lambda: in_service(client, "waiting"), "its task waits")
        asking.send_signal(how)
        _, told = asking.communicate(timeout=GIVE_UP_S)
        assert "Traceback" not in told
        assert (asking.returncode == 1) == (how == signal.SIGINT)
        wait_for(lambda: in_service(client, "failed"), "its task is withdrawn")
        for down in (True, False):
            hands.sendall(json.dumps({"hand": "start", "down": down}).encode() + b"\n")
            assert b'"ok": true' in hands.recv(100)
            at_s = client.state()["at_s"]
            wait_for(lambda at_s=at_s: client.state()["at_s"] > at_s + 0.2, "0.2 s of the engine")  # type: ignore[misc]
        assert client.state()["session_open"] is True
        assert client.state()["mode"] == "IDLE"


def in_service(client: LinkClient, phase: str) -> bool:
    service = client.state()["service"]
    return service is not None and service["phase"] == phase


def test_without_an_engine(tmp_path: Path, capsys: Captured) -> None:
    assert cli.main(["stop-test", "--folder", str(tmp_path)]) == 1
    assert "no engine listens on " in capsys.readouterr().err
    with pytest.raises(LinkError, match=r"start it with `footloop engine --device gpio`.*mcu:/dev"):
        stop_test.stop_test(tmp_path / "engine.sock", print)


@pytest.mark.parametrize("last", [b"", b'{"kind":"state","at_s":1.0}\n'])
def test_an_engine_that_ends_is_told(tmp_path: Path, last: bytes) -> None:
    path = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def serve() -> None:
            with server.accept()[0] as connection:
                connection.sendall(last)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(StopTestError, match=r"the engine has ended|gone silent"):
            stop_test.stop_test(path, lambda _: None)
        thread.join()


def test_an_interruption_is_a_sentence(
    engine: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(stop_test, "_done", interrupted)
    assert cli.main(["stop-test", "--folder", str(engine)]) == 1
    assert (
        "not finished: its task is withdrawn, and Start begins a session as usual"
        in capsys.readouterr().err
    )


def test_a_slow_gate_does_not_pass(
    engine: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(stop_test, "_done", lambda *_: {"gate_off_ms": 50.1, "still_ms": None})
    assert cli.main(["stop-test", "--folder", str(engine)]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("NOT PASSED: do not use this machine")
    assert "gate off after 50.1 ms\n" in err
