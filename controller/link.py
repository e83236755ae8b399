"""The desk over a Unix socket: JSON lines, one thread, nobody is ever waited for.

Engine to client: the newest telemetry, 20 times a second. Client to engine: one ask per line
(`controller/asks.py`), answered by a line of its own. A client that does not read loses old
pictures first and its connection at last; a flood delays nobody but itself.
"""

import json
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from controller.asks import LINE_BYTES, Source, answer
from controller.desk import Desk

TELL_EVERY_S = 0.05
MOST_CLIENTS = 16
MOST_UNSENT_BYTES = 65536
LINES_A_TURN = 64
"""So many lines of one client are handled before the others get their turn."""


class LinkError(OSError):
    """The socket cannot be opened; the text says why and what to do."""


class _Client:
    """One connection: what came in and is no line yet, what could not be sent yet."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.source = Source()
        self.unread = b""
        self.unsent = b""

    def send(self, line: bytes, *, may_drop: bool) -> None:
        """Queue and try. A picture may be dropped while an older one is still unsent."""
        if self.unsent and may_drop:
            return
        self.unsent += line
        self.flush()

    def flush(self) -> None:
        """Send what the kernel takes. Raises `OSError` when the client is gone or stuck."""
        while self.unsent:
            try:
                sent = self.connection.send(self.unsent)
            except BlockingIOError:
                break
            self.unsent = self.unsent[sent:]
        if len(self.unsent) > MOST_UNSENT_BYTES:
            raise ConnectionError("the client does not read")


class Link:
    """Serves one socket until closed."""

    def __init__(self, path: Path, desk: Desk, clock: Callable[[], float] = time.monotonic) -> None:
        """Open the socket, owner-only. Raises `LinkError`."""
        self._path, self._desk, self._clock = path, desk, clock
        self._holder: str | None = None
        self._clients: list[_Client] = []
        self._selector = selectors.DefaultSelector()
        self._server = _listen(path)
        self._selector.register(self._server, selectors.EVENT_READ)
        self._waker, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._open = True
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)

    def start(self) -> None:
        """Serve, in a thread."""
        self._thread.start()

    def close(self) -> None:
        """End the thread and remove the socket."""
        self._open = False
        self._waker.send(b".")
        self._thread.join()
        for client in list(self._clients):
            self._drop(client)
        self._selector.close()
        for one in (self._server, self._waker, self._woken):
            one.close()
        self._path.unlink(missing_ok=True)

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
                elif isinstance(key.data, _Client):
                    self._receive(key.data)

    def _accept(self) -> None:
        connection, _ = self._server.accept()
        if len(self._clients) >= MOST_CLIENTS:
            connection.close()
            return
        connection.setblocking(False)
        client = _Client(connection)
        self._clients.append(client)
        self._selector.register(connection, selectors.EVENT_READ, client)

    def _drop(self, client: _Client) -> None:
        self._selector.unregister(client.connection)
        client.connection.close()
        self._clients.remove(client)

    def _tell(self, now_s: float) -> None:
        """Send the newest picture to everybody."""
        told = dict(self._desk.telemetry)
        if not told.get("session_open"):
            self._holder = None
        picture = {"kind": "state", "at_s": now_s, **told, "holder": self._holder}
        line = json.dumps(picture, separators=(",", ":")).encode() + b"\n"
        for client in list(self._clients):
            try:
                client.send(line, may_drop=True)
                client.flush()
            except OSError:
                self._drop(client)

    def _receive(self, client: _Client) -> None:
        try:
            read = client.connection.recv(LINES_A_TURN * LINE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            read = b""
        if not read:
            self._drop(client)
            return
        *lines, client.unread = (client.unread + read).split(b"\n")
        if len(client.unread) > LINE_BYTES:
            lines, client.unread = [*lines, client.unread], b""
        try:
            for line in lines:
                self._answer(client, line)
        except OSError:
            self._drop(client)

    def _answer(self, client: _Client, line: bytes) -> None:
        desk = self._desk
        told = answer(line, desk.wish, client.source, self._holder, desk.telemetry, self._clock())
        client.source, self._holder = told.source, told.holder
        desk.ask(told.wish)
        reply: dict[str, object] = {"kind": "ok" if told.refusal is None else "refused"}
        if told.id is not None:
            reply["id"] = told.id
        if told.refusal is not None:
            reply["reason"] = told.refusal
        client.send(json.dumps(reply).encode() + b"\n", may_drop=False)


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
        cure = "use a shorter path" if "too long" in str(error) else "check the folder's rights"
        raise LinkError(f"cannot open the socket {path}: {error}; {cure}") from error
    finally:
        os.umask(mask)
    return server
