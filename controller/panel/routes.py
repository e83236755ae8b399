"""What can be asked of the panel, in four groups: looking, stopping, asking, pairing.

Stop and lower act on their headers alone, so a slow or odd body cannot hold them up, and they are
never refused here. Whoever asks for anything else has passed the door, which wrote the phone's
name into the scope.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from controller.limits import HIGHEST_LEVEL, LOWEST_LEVEL
from controller.panel.client import Link, NoEngineError
from controller.panel.pairing import Pairing
from controller.panel.pictures import messages
from controller.panel.problems import Problem
from controller.panel.screen import Screen
from controller.panel.security import COOKIE, token_of
from controller.panel.view import STALE_S, Shown, shown

YEAR_S = 365 * 24 * 3600
TOLD_S = 0.3  # at most so long a form waits for the picture of what it did
MOVING = frozenset({"SOFT_START", "RUNNING", "EASED", "WINDING_DOWN"})
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
WRONG: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem} for status in (401, 403, 409, 413, 421, 422, 429, 503)
}


class Strict(BaseModel):
    """A body: known fields of the right type, nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Level(Strict):
    """The wanted level."""

    level: int = Field(ge=LOWEST_LEVEL, le=HIGHEST_LEVEL)


class Press(Strict):
    """A press; `seen_s` is the `at_s` the person was looking at, so a late press can expire."""

    seen_s: float | None = Field(default=None, ge=0, allow_inf_nan=False)


class Code(Strict):
    """The code the device shows."""

    code: str = Field(pattern=r"^[0-9]{6}$")


class Done(BaseModel):
    """The engine has taken it."""

    ok: bool = True


class Panel:
    """What the routes share: the link, the phones, the page, the clock."""

    def __init__(
        self, link: Link, pairing: Pairing, screen: Screen, clock: Callable[[], float]
    ) -> None:
        self.link = link
        self.pairing = pairing
        self.screen = screen
        self.clock = clock

    def shown(self, phone: str | None) -> dict[str, Any]:
        return shown(self.link.heard, self.clock(), phone)

    async def press(self, do: str, request: Request, press: Press | None) -> Done:
        """Pass a press on, with the state it answers to: the phone's, never newer than ours.

        A press that names none answers to the state there was when its head came in.
        """
        waited_s = self.clock() - request.scope["arrived_at_s"]
        newest_s = (self.link.heard.state or {}).get("at_s", 0.0) - waited_s
        seen_s = newest_s if press is None or press.seen_s is None else press.seen_s
        who = request.scope["phone"]
        await self.link.ask(do, seen_s=min(seen_s, newest_s), who=who)
        return Done()

    async def urgent(self, do: str, request: Request) -> Response:
        """Stop or lower: at once, whatever the body; a plain form goes back to the page."""
        kind = request.headers.get("content-type", "")
        if not kind.startswith(FORMS):
            await self.link.ask(do)
            return JSONResponse({"ok": True})
        with contextlib.suppress(NoEngineError, TimeoutError):  # the page it returns to says so
            await self.link.ask(do)
            async with asyncio.timeout(TOLD_S):  # the next picture may have been on its way
                await self.link.newer(self.link.heard.number + 1)
        return RedirectResponse("/", 303)

    async def push(self, socket: WebSocket) -> None:
        """The newest state, again and again; what a slow phone misses is never sent."""
        phone, number = socket.scope["phone"], -1
        before: dict[str, Any] = {}
        while True:
            number = (await self.link.newer(number)).number
            now = self.shown(phone)
            for message in messages(before, now):
                await socket.send_text(message)
            before = now


def looking(panel: Panel) -> APIRouter:
    router = APIRouter()

    @router.get("/", include_in_schema=False)
    async def page(request: Request) -> Response:
        gzip = "gzip" in request.headers.get("accept-encoding", "")
        phone = request.scope["phone"]
        return panel.screen.answer(panel.shown(phone), phone, gzip)

    @router.get("/healthz")
    async def health() -> dict[str, Any]:
        """What anyone who stands beside the device knows too: for supervisors and guests."""
        state = panel.shown(None)
        return {
            "ok": True,
            "engine": state["age_s"] is not None and state["age_s"] <= STALE_S,
            "moving": state["mode"] in MOVING,
            "pairing_left_s": round(panel.pairing.left_s),
        }

    @router.get("/api/v1/state", responses={200: {"model": Shown}, 401: {"model": Problem}})
    async def state(request: Request) -> JSONResponse:
        """What is happening now."""
        return JSONResponse(panel.shown(request.scope["phone"]))

    @router.websocket("/ws")
    async def watch(socket: WebSocket) -> None:
        await socket.accept()
        pushing = asyncio.create_task(panel.push(socket))
        hearing = asyncio.create_task(socket.receive())  # a message or the end: both end it
        await asyncio.wait({pushing, hearing}, return_when=asyncio.FIRST_COMPLETED)
        for task in (pushing, hearing):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect):
            await pushing
        with contextlib.suppress(asyncio.CancelledError):
            if (await hearing)["type"] == "websocket.receive":
                await socket.close(1008, "Nothing is accepted here.")

    return router


def stopping(panel: Panel) -> APIRouter:
    router = APIRouter(responses={303: {"description": "Back to the page, after a plain form."}})

    @router.post("/stop", responses={200: {"model": Done}, 503: {"model": Problem}})
    async def stop(request: Request) -> Response:
        """Stop. Anyone, always; any body, or none."""
        return await panel.urgent("stop", request)

    @router.post("/lower", responses={200: {"model": Done}, 503: {"model": Problem}})
    async def lower(request: Request) -> Response:
        """One level gentler. Anyone, always; any body, or none."""
        return await panel.urgent("lower", request)

    return router


def asking(panel: Panel) -> APIRouter:
    router = APIRouter()

    @router.post("/intensity")
    async def intensity(request: Request, wish: Level) -> Done:
        """The wanted level, 1 to 10; the last one wins."""
        await panel.link.ask("level", level=wish.level, who=request.scope["phone"])
        return Done()

    @router.post("/session/start")
    async def start(request: Request, press: Press | None = None) -> Done:
        """Start, inside a session opened at the device, with a foot on the roller."""
        return await panel.press("start", request, press)

    @router.post("/session/pause")
    async def pause(request: Request, press: Press | None = None) -> Done:
        """Pause; Continue goes on."""
        return await panel.press("pause", request, press)

    @router.post("/session/continue")
    async def go_on(request: Request, press: Press | None = None) -> Done:
        """Go on after a pause."""
        return await panel.press("continue", request, press)

    @router.post("/session/end")
    async def end(request: Request, press: Press | None = None) -> Done:
        """Wind down and end the session."""
        return await panel.press("end", request, press)

    @router.post("/acknowledge")
    async def acknowledge(request: Request, press: Press | None = None) -> Done:
        """Leave a stop behind, once what it waits for has happened; starts nothing."""
        return await panel.press("acknowledge", request, press)

    return router


def entering(panel: Panel) -> APIRouter:
    router = APIRouter()

    @router.post("/pair")
    async def pair(request: Request, response: Response, given: Code) -> Done:
        """Pair this phone with the code that the device shows."""
        token = panel.pairing.pair(given.code, token_of(request.scope))
        response.set_cookie(
            COOKIE, token, max_age=YEAR_S, path="/", httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return Done()

    return router
