"""`footloop-sim` and `make run`: how they begin beside others, what they say, what they leave."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim import __main__ as sim_cli
from tests.link_client import LinkClient, connected
from tests.waiting import GIVE_UP_S, processes_with, wait_for

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def simulator(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_port_in_use_is_one_sentence_and_leaves_nothing(tmp_path: Path, taken_port: int) -> None:
    folder = tmp_path / "state"
    run = simulator("run", "--folder", str(folder), "--host", "127.0.0.1", "--port",
                    str(taken_port))  # fmt: skip
    out, err = run.communicate(timeout=GIVE_UP_S)
    assert run.returncode == 1
    sentences = [line for line in err.splitlines() if line]
    assert sentences == [
        f"Port {taken_port} is in use. Stop what uses it, or choose another: --port N "
        "(make run PORT=N)."
    ]
    assert "page:" not in out
    assert processes_with(str(folder)) == []


@pytest.mark.parametrize(("port", "typed"), [((), ""), (("PORT=8123",), " --port '8123'")])
def test_make_run_takes_the_port_that_the_cure_names(port: tuple[str, ...], typed: str) -> None:
    told = subprocess.run(
        ["make", "--no-print-directory", "-n", "run", *port], cwd=Path(__file__).parent.parent,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.splitlines()[-1].rstrip() == f".venv/bin/footloop-sim run{typed}"


def test_a_folder_too_deep_for_a_socket_is_a_sentence(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / ("x" * 150)
    assert sim_cli.main(["engine", "--folder", str(folder)]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"cannot open the socket {folder}")
    assert told.endswith("use a shorter path, of at most 107 bytes\n")


def test_the_simulator_s_second_engine_is_one_sentence_and_the_first_goes_on(
    tmp_path: Path,
) -> None:
    first = simulator("engine", "--folder", str(tmp_path))
    try:
        with connected(tmp_path / "engine.sock") as client:
            second = simulator("engine", "--folder", str(tmp_path))
            _, err = second.communicate(timeout=GIVE_UP_S)
            assert second.returncode == 1
            assert len(err.splitlines()) == 1
            assert err.startswith("another engine is running on")
            assert client.state()["mode"] == "IDLE"
            with LinkClient(tmp_path / "hands.sock") as hand:
                hand.send(b'{"hand": "stop", "down": true}')
                assert b'"ok": true' in hand.socket.recv(100)
            wait_for(lambda: client.state()["mode"] == "STOPPED", "the first has its hands")
    finally:
        first.terminate()
        first.communicate(timeout=GIVE_UP_S)
    assert first.returncode == 0


def test_run_beside_a_running_engine_leaves_nothing(tmp_path: Path) -> None:
    first = simulator("engine", "--folder", str(tmp_path))
    try:
        connected(tmp_path / "engine.sock").close()
        second = simulator("run", "--folder", str(tmp_path), "--host", "127.0.0.1", "--port",
                           "1")  # fmt: skip
        second.communicate(timeout=GIVE_UP_S)
        assert second.returncode == 1
        assert len(processes_with(str(tmp_path))) == 1, "the first"
    finally:
        first.terminate()
        first.communicate(timeout=GIVE_UP_S)


def test_run_tells_the_address_once_the_page_answers(tmp_path: Path) -> None:
    port = free_port()
    run = simulator("run", "--folder", str(tmp_path), "--host", "127.0.0.1", "--port", str(port))
    try:
        assert run.stdout is not None
        told = next(line for line in run.stdout if "page:" in line)
        assert f"http://127.0.0.1:{port}/" in told
        with socket.create_connection(("127.0.0.1", port), GIVE_UP_S) as page:
            page.sendall(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            assert page.recv(12) == b"HTTP/1.1 200"
        with socket.create_connection(("127.0.0.1", port), GIVE_UP_S) as page:
            page.sendall(b"GET / HTTP/1.1\r\nHost: foot.lan\r\nConnection: close\r\n\r\n")
            refused = b"".join(iter(lambda: page.recv(4096), b""))
        assert b'Use its address."' in refused, "the simulator can be given no further name"
    finally:
        run.terminate()
        out, err = run.communicate(timeout=GIVE_UP_S)
    assert (run.returncode, err) == (0, "")
    assert "page:" not in out
    assert processes_with(str(tmp_path)) == []


def test_replay_and_bench_speak_json_or_words(tmp_path: Path, capsys: Captured) -> None:
    recording = tmp_path / "one.csv"
    recording.write_text("time_s,pressure_kpa\n0,20\n0.004,20.5\n")
    assert sim_cli.main(["replay", str(recording), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["samples"] == 2
    assert sim_cli.main(["replay", str(recording)]) == 0
    assert capsys.readouterr().out.startswith("2 samples, 0.004 s")
    assert sim_cli.main(["replay", str(tmp_path / "none.csv"), "--json"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"{tmp_path / 'none.csv'}: there is no such file\n"
