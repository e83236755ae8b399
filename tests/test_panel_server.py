"""The panel as a process: how it starts, what it says when it cannot, how it ends."""

import errno
import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from controller.panel.__main__ import main, show_code
from controller.panel.address import Settable
from controller.panel.server import PanelAddressError, listen
from tests.panel_help import RUNNING


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_a_port_in_use_is_a_sentence_with_the_cure(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--socket", "/nowhere", "--host", "127.0.0.1", "--port", str(port)]) == 1
    told = capsys.readouterr().err
    assert told == f"Port {port} is in use. Stop what uses it, or choose another: --port N.\n"


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid", "::2"])
def test_a_foreign_address_is_a_sentence_with_the_cure(host: str) -> None:
    with pytest.raises(PanelAddressError) as raised:
        listen(host, 8080)
    told = str(raised.value)
    assert told.startswith(f"Cannot listen on {host!r}: ")
    assert told.endswith(
        ". Give an address of this machine, or 0.0.0.0 for every network it is in: --host H."
    )
    assert "while attempting" not in told


def test_a_port_for_others_is_a_sentence_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_given: object, **_named: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refused)
    with pytest.raises(PanelAddressError) as raised:
        listen("127.0.0.1", 80, Settable(port="port in [panel] of x.toml"))
    assert str(raised.value) == (
        "Port 80 is not allowed for this user. Choose one from 1024 to 65535: "
        "port in [panel] of x.toml."
    )


def test_what_can_never_work_is_told_apart_from_what_is_busy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--socket", "/nowhere", "--host", "192.0.2.1"]) == 3
    assert capsys.readouterr().err.startswith("Cannot listen on '192.0.2.1': ")


@pytest.mark.parametrize(
    "arguments",
    [[], ["--socket", "x", "--port", "0"], ["--socket", "x", "--port", "70000"],
     ["--socket", "x", "--port", "http"], ["--socket", "x", "--host", ""],
     ["--socket", "x", "--reload"]],
)  # fmt: skip
def test_wrong_arguments_are_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_the_code_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    show_code("012345")
    assert re.search(r"\b012 345\b", capsys.readouterr().out)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_process_serves_what_the_engine_tells_and_ends_cleanly(
    tmp_path: Path, end: signal.Signals
) -> None:
    port = free_port()
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(str(tmp_path / "engine.sock"))
        engine.listen()
        engine.settimeout(60)
        panel = subprocess.Popen(
            [sys.executable, "-m", "controller.panel", "--socket", str(tmp_path / "engine.sock"),
             "--host", "127.0.0.1", "--port", str(port)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            connection, _ = engine.accept()
            with connection:
                connection.sendall(json.dumps(RUNNING).encode() + b"\n")
                address = f"http://127.0.0.1:{port}/healthz"
                while True:
                    with urllib.request.urlopen(address, timeout=60) as answer:
                        health = json.load(answer)
                    if health["engine"]:
                        break
                assert health["moving"] is True
                panel.send_signal(end)
                out, err = panel.communicate(timeout=60)
        finally:
            panel.kill()
            panel.wait()
    assert (panel.returncode, out, err) == (0, b"", b"")
