"""Too many connections, and slow ones: a Stop still finds its way in."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from controller.panel.server import MOST_CONNECTIONS
from tests.panel_help import RUNNING
from tests.test_panel_server import free_port

PATIENCE_S = 60.0


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A panel process beside an engine that says one thing and takes everything."""
    number = free_port()
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(str(tmp_path / "engine.sock"))
        engine.listen()
        engine.settimeout(PATIENCE_S)
        line = [sys.executable, "-m", "controller.panel", "--host", "127.0.0.1"]
        line += ["--socket", str(tmp_path / "engine.sock"), "--port", str(number)]
        with subprocess.Popen(line, stdout=subprocess.DEVNULL) as panel:
            connection, _ = engine.accept()
            with connection:
                connection.sendall(json.dumps(RUNNING).encode() + b"\n")
                yield number
                panel.terminate()


def kept(port: int) -> socket.socket:
    """A connection that has had one answer and has begun, but not ended, a second head."""
    one = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
    one.sendall(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    assert one.recv(4096).startswith(b"HTTP/1.1 ")
    one.sendall(b"GET /healthz HTTP/1.1\r\nHost: loc")
    return one


def closed(one: socket.socket) -> bool:
    """Whether the other side hangs up, after what is still on its way."""
    try:
        while one.recv(4096):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


def test_a_head_that_never_ends_is_cut_off_on_a_kept_connection_too(port: int) -> None:
    with kept(port) as one:
        assert closed(one)


def test_a_crowd_of_idlers_makes_room_for_a_stop(port: int) -> None:
    with ExitStack() as crowd:
        idlers = [crowd.enter_context(kept(port)) for _ in range(MOST_CONNECTIONS)]
        with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as hand:
            host = f"Host: 127.0.0.1:{port}\r\n"
            form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n"
            hand.sendall(f"POST /api/v1/stop HTTP/1.1\r\n{host}{form}\r\n".encode())
            assert hand.recv(4096).startswith(b"HTTP/1.1 303")
        assert closed(idlers[0])
