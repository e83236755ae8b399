"""The desk over a Unix socket: JSON lines, one thread, nobody is ever waited for.

Engine to client: the newest telemetry, 20 times a second. Client to engine: one ask per line
(`controller/asks.py`), answered by a line of its own. A client that does not read loses old
pictures first and its connection at last; a flood delays nobody but itself. A stop always goes
through: what a client has sent is taken in to the end, also when it is gone or is thrown out.
A task of service is withdrawn with the client that asked for it, however that client ended.
"""

import json
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from controller.asks import answer, withdrawn
from controller.caller import Caller
from controller.desk import Desk

TELL_EVERY_S = 0.05
MOST_CLIENTS = 16
LONGEST_PATH = 107
"""Bytes of a Unix socket's path, as Linux allows."""


class LinkError(OSError):
    """The socket cannot be opened; the text says why and what to do."""


class Link:
    """Serves one socket until closed."""

    def __init__(self, path: Path, desk: Desk, clock: Callable[[], float] = time.monotonic) -> None:
        """Open the socket, owner-only. Raises `LinkError`."""
        self._path, self._desk, self._clock = path, desk, clock
        self._holder: str | None = None
        self._clients: list[Caller] = []
        self._selector = selectors.DefaultSelector()
        self._server = _listen(path)
        self._selector.register(self._server, selectors.EVENT_READ)
        self._waker, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._open = True
        self._thread = threading.Thread(target=self._serve, name="link", daemon=True)

    def start(self) -> None:
        """Serve, in a thread."""
        self._thread.start()

    def close(self) -> None:
        """End the thread and remove the socket."""
        self._open = False
        self._waker.send(b".")
        if self._thread.ident is not None:
            self._thread.join()
        for client in list(self._clients):
            self._drop(client)
        self._selector.close()
        for one in (self._server, self._waker, self._woken):
            one.close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        """Run; an end that nobody asked for is told to the loop, which must not go on deaf."""
        try:
            self._run()
        finally:
            if self._open:
                self._desk.abandon()

    def _run(self) -> None:
        next_s = self._clock()
        while self._open:
            now_s = self._clock()
            if now_s >= next_s:
                self._tell(now_s)
                next_s = max(next_s + TELL_EVERY_S, now_s)
            for key, _ in self._selector.select(max(0.0, next_s - self._clock())):
                if key.fileobj is self._server:
                    self._accept()
                elif isinstance(key.data, Caller):
                    self._receive(key.data)

    def _accept(self) -> None:
        try:
            connection, _ = self._server.accept()
        except OSError:
            return  # gone again, or no descriptor left: those who are in are served on
        connection.setblocking(False)
        client = Caller(connection, self._clock())
        if len(self._clients) >= MOST_CLIENTS:
            client.send(_reply(f"{MOST_CLIENTS} clients are connected already", None))
            connection.close()
            return
        self._clients.append(client)
        self._selector.register(connection, selectors.EVENT_READ, client)

    def _drop(self, client: Caller) -> None:
        self._selector.unregister(client.connection)
        client.connection.close()
        self._clients.remove(client)
        self._desk.ask(withdrawn(self._desk.wish, client.source))

    def _tell(self, now_s: float) -> None:
        """Send the newest picture to everybody. An old one is not told again as a new one."""
        told = self._desk.telemetry
        if not told:
            return
        if not told.get("session_open"):
            self._holder = None
        picture = {"kind": "state", **told, "holder": self._holder}
        line = json.dumps(picture, separators=(",", ":")).encode() + b"\n"
        for client in self._clients:
            client.show(told, line, now_s)

    def _receive(self, client: Caller) -> None:
        """One turn of a client."""
        lines = client.lines()
        if lines is None:
            self._drop(client)
            return
        for line in lines:
            self._answer(client, line)

    def _answer(self, client: Caller, line: bytes) -> None:
        desk = self._desk
        told = answer(line, desk.wish, client.source, self._holder, desk.telemetry, self._clock())
        client.source, self._holder = told.source, told.holder
        desk.ask(told.wish)
        client.send(_reply(told.refusal, told.id))


def _reply(refusal: str | None, number: int | None) -> bytes:
    reply: dict[str, object] = {"kind": "ok" if refusal is None else "refused"}
    if number is not None:
        reply["id"] = number
    if refusal is not None:
        reply["reason"] = refusal
    return json.dumps(reply).encode() + b"\n"


def not_opened(path: Path, error: OSError) -> LinkError:
    """Say why there is no socket at `path`, and what to do."""
    if len(os.fsencode(path)) > LONGEST_PATH:
        cure = f"use a shorter path, of at most {LONGEST_PATH} bytes"
    else:
        cure = "check the folder's rights"
    return LinkError(f"cannot open the socket {path}: {error}; {cure}")


def reached(path: Path, patience_s: float | None = None) -> socket.socket:
    """A line to the engine that listens on `path`; None waits for ever. Raises `LinkError`."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(patience_s)
    try:
        line.connect(str(path))
    except OSError as error:
        line.close()
        raise LinkError(
            f"no engine listens on {path} ({error.strerror or error}): start it with "
            "`footloop engine --device gpio`, or with the microcontroller's port, `--device "
            "mcu:/dev/ttyUSB0`"
        ) from error
    return line


def _listen(path: Path) -> socket.socket:
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.setblocking(False)
    mask = os.umask(0o177)
    try:
        path.unlink(missing_ok=True)
        server.bind(os.fspath(path))
        server.listen()
    except OSError as error:
        server.close()
        raise not_opened(path, error) from error
    finally:
        os.umask(mask)
    return server
