"""The panel's end of the engine's link: one Unix socket, one JSON object a line.

Rules: the newest state wins and nothing queues; a lost connection is taken up again for ever; each
connection counts its own presses from 1; a stop that could not be handed over is kept and goes
first on the next connection. Nothing is decided here: the engine refuses, and its sentence is
passed on.
"""

import asyncio
import contextlib
import itertools
import json
import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

State = dict[str, Any]

NO_ENGINE = (
    "The engine is not running, so the roller has no power. If it moves all the same, use the stop"
    " switch on the device."
)
NO_ANSWER = (
    "The engine did not answer. If the roller moves, use the stop switch on the device, then look"
    " at the screen again."
)
STOP_KEPT = " The stop is kept and goes first as soon as the engine is back."
COUNTED = frozenset({"start", "continue", "acknowledge", "pause", "end"})
BROKEN = (
    OSError, TimeoutError, EOFError, ValueError, RecursionError, asyncio.LimitOverrunError,
)  # fmt: skip
LINE_LIMIT = 65_536
WRITE_LIMIT = 65_536

log = logging.getLogger(__name__)


class LinkError(Exception):
    """What the engine was asked did not happen; the text says why."""


class NoEngineError(LinkError):
    """The engine cannot be reached, or does not answer."""


class RefusedError(LinkError):
    """The engine refused, with a plain sentence."""


class Heard(NamedTuple):
    """The newest news. `state` is None while no engine is connected."""

    number: int  # grows with every change
    state: State | None
    at_s: float  # when it arrived, on the panel's clock


class Link(Protocol):
    """What the panel needs of the engine; tests bring their own."""

    @property
    def heard(self) -> Heard: ...

    def listen(self, ear: Callable[[State], None]) -> None: ...

    async def newer(self, than: int) -> Heard: ...

    async def ask(self, do: str, **more: object) -> None: ...

    async def run(self) -> None: ...


class EngineLink:
    """The real link. `run()` keeps it connected until it is cancelled."""

    def __init__(
        self,
        path: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        first_wait_s: float = 0.2,
        longest_wait_s: float = 2.0,
        silence_s: float = 3.0,
        answer_s: float = 1.0,
    ) -> None:
        self._path = path
        self._clock = clock
        self._first_wait_s = first_wait_s
        self._longest_wait_s = longest_wait_s
        self._silence_s = silence_s
        self._answer_s = answer_s
        self._heard = Heard(0, None, clock())
        self._news = asyncio.Event()
        self._hurry = asyncio.Event()
        self._ears: list[Callable[[State], None]] = []
        self._writer: asyncio.StreamWriter | None = None
        self._counts: dict[str, int] = {}
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._stop_kept = False

    @property
    def heard(self) -> Heard:
        return self._heard

    def listen(self, ear: Callable[[State], None]) -> None:
        """Call `ear` with every state, before anyone who waits for it wakes."""
        self._ears.append(ear)

    async def newer(self, than: int) -> Heard:
        """Wait for news with a number above `than`; what lies between is skipped."""
        while self._heard.number <= than:
            await self._news.wait()
        return self._heard

    async def ask(self, do: str, **more: object) -> None:
        """Pass one wish on and wait for the answer; raises RefusedError or NoEngineError."""
        if self._writer is None or self._stuffed(self._writer, do):
            raise self._unreached(do, NO_ENGINE if self._writer is None else NO_ANSWER)
        number = next(self._ids)
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._send(self._writer, do, {**more, "id": number})
            await asyncio.wait_for(answer, self._answer_s)
        except TimeoutError:
            raise self._unreached(do, NO_ANSWER) from None
        except ConnectionError:
            raise self._unreached(do, NO_ENGINE) from None
        finally:
            self._waiting.pop(number, None)

    async def run(self) -> None:
        """Stay connected, for ever."""
        wait_s = self._first_wait_s
        while True:
            before = self._heard.number
            with contextlib.suppress(*BROKEN):
                await self._talk()
            if self._heard.number > before:
                wait_s = self._first_wait_s
            self._lost()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), wait_s)
            self._hurry.clear()
            wait_s = min(2 * wait_s, self._longest_wait_s)

    async def _talk(self) -> None:
        reader, writer = await asyncio.open_unix_connection(self._path, limit=LINE_LIMIT)
        self._counts.clear()
        self._writer = writer
        try:
            if self._stop_kept:
                self._send(writer, "stop", {})
                self._stop_kept = False
            while True:
                async with asyncio.timeout(self._silence_s):
                    line = await reader.readuntil(b"\n")
                self._take(json.loads(line, parse_constant=lambda _name: None))
        finally:
            writer.close()

    def _take(self, message: object) -> None:
        match message:
            case {"kind": "state", **state}:
                self._publish({str(name): value for name, value in state.items()})
            case {"kind": "ok", "id": int(number)}:
                self._settle(number, None)
            case {"kind": "refused", "id": int(number), "reason": str(reason)}:
                self._settle(number, RefusedError(reason))
            case _:
                log.warning("The engine said something the panel does not know: %.200r", message)

    def _settle(self, number: int, error: Exception | None) -> None:
        answer = self._waiting.pop(number, None)
        if answer is None or answer.done():
            return
        if error is None:
            answer.set_result(None)
        else:
            answer.set_exception(error)

    def _publish(self, state: State | None) -> None:
        self._heard = Heard(self._heard.number + 1, state, self._clock())
        if state is not None:
            for ear in self._ears:
                ear(state)
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _lost(self) -> None:
        self._writer = None
        for number in list(self._waiting):
            self._settle(number, ConnectionResetError())
        if self._heard.state is not None:
            self._publish(None)

    def _send(self, writer: asyncio.StreamWriter, do: str, more: dict[str, object]) -> None:
        if do in COUNTED:
            self._counts[do] = self._counts.get(do, 0) + 1
            more = {"count": self._counts[do], **more}
        writer.write(json.dumps({"do": do, **more}).encode() + b"\n")

    def _stuffed(self, writer: asyncio.StreamWriter, do: str) -> bool:
        return do != "stop" and writer.transport.get_write_buffer_size() > WRITE_LIMIT

    def _unreached(self, do: str, why: str) -> NoEngineError:
        if do != "stop":
            return NoEngineError(why)
        self._stop_kept = True
        self._hurry.set()
        return NoEngineError(why + STOP_KEPT)
