"""The panel as a process: how it starts, what it says when it cannot, how it ends."""

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
from controller.panel.server import PanelError, listen
from tests.panel_help import RUNNING


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_a_port_in_use_is_a_sentence_with_the_cure(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--socket", "/nowhere", "--host", "127.0.0.1", "--port", str(port)]) == 1
    told = capsys.readouterr().err
    assert told == f"Port {port} is in use. Stop what uses it, or choose another with --port N.\n"


def test_a_foreign_address_is_a_sentence_with_the_cure() -> None:
    with pytest.raises(PanelError, match="Cannot listen on 192"):
        listen("192.0.2.1", 8080)


@pytest.mark.parametrize(
    "arguments",
    [[], ["--socket", "x", "--port", "0"], ["--socket", "x", "--port", "70000"],
     ["--socket", "x", "--port", "http"], ["--socket", "x", "--reload"]],
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
