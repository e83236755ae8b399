"""Runs the panel: one socket, uvicorn with everything that is not needed switched off."""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

BACKLOG = 128
HEAD_S = 5.0


class PanelError(Exception):
    """The panel cannot run; the text names the cure."""


class Impatient(H11Protocol):
    """Hangs up when a new connection has sent no whole request head within `HEAD_S`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.loop.call_later(HEAD_S, self._hang_up)

    def _hang_up(self) -> None:
        if self.cycle is None and self.transport.get_protocol() is self:
            self.transport.abort()


def listen(host: str, port: int) -> socket.socket:
    """The listening socket, or a PanelError that says what to type."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            cure = f"Port {port} is in use. Stop what uses it, or choose another with --port N."
        elif error.errno in {errno.EACCES, errno.EPERM}:
            cure = f"Port {port} is not allowed for this user. Choose one from 1024 on: --port N."
        else:
            cure = f"Cannot listen on {host}: {error.strerror or error}. Give this machine's"
            cure += " own address with --host H, or leave --host out."
        raise PanelError(cure) from error


def serve(app: FastAPI, host: str, port: int, ready: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGTERM or SIGINT, then return; raises PanelError when the port is taken.

    `ready` is called once the port is ours: whoever asks from then on gets an answer.
    """
    with listen(host, port) as listening:
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
