"""Runs the panel: one socket, uvicorn with everything that is not needed switched off."""

import asyncio
import contextlib
import errno
import resource
import signal
import socket
from collections.abc import Callable
from typing import ClassVar

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from controller.panel.address import Settable
from controller.processes import CONFIGURATION, FAILED, end_with_parent

BACKLOG = 128
HEAD_S = 5.0
MOST_CONNECTIONS = 256


class PanelError(Exception):
    """The panel cannot run; the text names the cure."""

    code = FAILED


class PanelAddressError(PanelError, ValueError):
    """Where the panel was told to listen is nowhere that this user, on this machine, can."""

    code = CONFIGURATION


class Impatient(H11Protocol):
    """A connection that must come to the point, and make room when there are too many.

    A request head that has begun must be whole within `HEAD_S`, on a new connection and on a kept
    one. Above `MOST_CONNECTIONS` the one that has been idle for longest goes: never the newest, in
    which a Stop may come.
    """

    idle: ClassVar[dict["Impatient", None]] = {}  # the longest idle first
    _hurry: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()
        self.idle[self] = None
        if len(self.idle) > MOST_CONNECTIONS:
            next(iter(self.idle)).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        self.idle.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self.idle.pop(self, None)
        super().data_received(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            self._disarm()  # over, or a WebSocket now, which has limits of its own
            return
        self.idle[self] = None
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._arm()
        elif self.conn.their_state is not h11.IDLE:
            self._disarm()

    def _arm(self) -> None:
        if self._hurry is None:
            self._hurry = self.loop.call_later(HEAD_S, self.transport.abort)

    def _disarm(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None


def _more_descriptors() -> None:
    """Take as many open connections as the system grants."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def listen(host: str, port: int, settable: Settable = Settable()) -> socket.socket:  # noqa: B008
    """The listening socket, or a PanelError that says what to set, and where."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PanelError(
                f"Port {port} is in use. Stop what uses it, or choose another: {settable.port}."
            ) from error
        if error.errno in {errno.EACCES, errno.EPERM}:
            raise PanelAddressError(
                f"Port {port} is not allowed for this user. Choose one from 1024 to 65535:"
                f" {settable.port}."
            ) from error
        why = (error.strerror or str(error)).partition(" (while")[0]
        raise PanelAddressError(
            f"Cannot listen on {host!r}: {why}. Give an address of this machine, or 0.0.0.0 for"
            f" every network it is in: {settable.host}."
        ) from error


def serve(
    app: FastAPI,
    host: str,
    port: int,
    settable: Settable,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM or SIGINT, then return. Raises `PanelError`.

    `ready` is called once the port is ours: whoever asks from then on gets an answer.
    """
    end_with_parent()
    _more_descriptors()
    with listen(host, port, settable) as listening:
        ready()
        config = uvicorn.Config(
            app, http=Impatient, ws="websockets-sansio", loop="asyncio", lifespan="on",
            log_level="warning", access_log=False, server_header=False, proxy_headers=False,
            ws_max_size=1024, ws_max_queue=4, ws_ping_interval=5.0, ws_ping_timeout=5.0,
            ws_per_message_deflate=False, h11_max_incomplete_event_size=16_384,
            timeout_keep_alive=10, timeout_graceful_shutdown=2,
        )  # fmt: skip
        before = signal.signal(signal.SIGTERM, lambda _number, _frame: None)
        try:  # uvicorn raises the signal again when it is done; here that is the normal end
            with contextlib.suppress(KeyboardInterrupt):
                uvicorn.Server(config).run(sockets=[listening])
        finally:
            signal.signal(signal.SIGTERM, before)
