"""Too much at once: bodies, requests, connections. Stop and lower are never held up by it.

A body is read whole before any handler sees it, at most 4 KiB and within 5 s. Each address has a
bucket of requests that fills steadily. Above the cap of open requests and of watching screens the
rest is shed politely: 503 and when to come back.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.panel.problems import problem
from controller.panel.security import is_urgent

BODY_LIMIT = 4096
BODY_S = 5.0
REQUESTS_PER_S = 20.0
BURST = 60.0
ADDRESSES = 256  # remembered at once; the one not seen for longest is forgotten
OPEN_REQUESTS = 64
OPEN_SCREENS = 32


class Bucket(NamedTuple):
    """How many requests an address has left, as of when."""

    tokens: float
    at_s: float


class Flood:
    """Sheds what is too much before it costs anything."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float], body_s: float = BODY_S) -> None:
        self._app = app
        self._body_s = body_s
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._open = {"http": 0, "websocket": 0}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "lifespan" or is_urgent(scope):
            await self._app(scope, receive, send)
            return
        refusal = self._judge(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        self._open[kind] += 1
        try:
            await self._pass_on(scope, receive, send)
        finally:
            self._open[kind] -= 1

    def _judge(self, scope: Scope) -> JSONResponse | None:
        limit = OPEN_SCREENS if scope["type"] == "websocket" else OPEN_REQUESTS
        if self._open[scope["type"]] >= limit:
            wait = {"Retry-After": "2"}
            return problem(503, "Too many phones at once. Try again in 2 seconds.", headers=wait)
        if not self._draw(str((scope.get("client") or ("",))[0])):
            wait = {"Retry-After": "1"}
            return problem(429, "Too many requests. Try again in 1 second.", headers=wait)
        return None

    def _draw(self, address: str) -> bool:
        now_s = self._clock()
        tokens, at_s = self._buckets.pop(address, Bucket(BURST, now_s))
        tokens = min(BURST, tokens + (now_s - at_s) * REQUESTS_PER_S)
        allowed = tokens >= 1.0
        self._buckets[address] = Bucket(tokens - 1.0 if allowed else tokens, now_s)
        if len(self._buckets) > ADDRESSES:
            del self._buckets[next(iter(self._buckets))]
        return allowed

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                async with asyncio.timeout(self._body_s):
                    body = await read_body(receive)
            except TimeoutError:
                await problem(408, "The request took too long to arrive.")(scope, receive, send)
                return
            if body is None:
                limit = f"The body is too large: at most {BODY_LIMIT} bytes."
                await problem(413, limit, headers={"Connection": "close"})(scope, receive, send)
                return
            receive = _replay(body, receive)
        await self._app(scope, receive, send)


async def read_body(receive: Receive) -> bytes | None:
    """The whole body, or None when it is larger than allowed."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > BODY_LIMIT:
            return None
        if not message.get("more_body", False):
            return body


def _replay(body: bytes, receive: Receive) -> Receive:
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return first.pop() if first else await receive()

    return replayed
