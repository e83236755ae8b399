"""The simulator's own part of the page: hands that reach into the simulated world.

These routes exist in the simulator's panel only; the product's panel has never heard of them.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from controller.panel.screen import PageExtras
from controller.signs import Rhythm, Sign, Sound

TIMEOUT_S = 2.0
NO_WORLD = "The simulated world does not answer: its engine is not running."
DARK: dict[str, Any] = {"light": None, "says": "The light is dark."}
LOOK = b""
"""An empty line only looks."""


def _page(name: str) -> str:
    return (Path(__file__).parent / "page" / name).read_text(encoding="utf-8")


def extras() -> PageExtras:
    """What the simulator adds to the page."""
    return PageExtras(
        banner="Simulator: no real roller moves",
        html=_page("hands.html"),
        css=_page("hands.css"),
        script=_page("hands.js"),
        title="Footloop simulator",
        icon=_page("icon.svg"),
    )


class Display:
    """The simulated device's own display: it shows the pairing code."""

    def __init__(self) -> None:
        self.code = ""

    def show(self, code: str) -> None:
        """Show `code`."""
        self.code = code


def shining(told: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the device's light and buzzer say now, to be drawn; `told`: the engine's telemetry."""
    if told is None:
        return DARK
    sign = Sign[told["sign"]]
    says = f"Light: {sign.looks}. {sign.meaning[0].upper()}{sign.meaning[1:]}."
    if told["sound"] is not None:
        says += f" Buzzer: {Sound[told['sound']].looks}."
    light = {"colour": sign.colour.name.lower(), **_frames(sign.rhythm)}
    return {"light": light, "says": says}


def _frames(rhythm: Rhythm) -> dict[str, Any]:
    """A rhythm as a browser animates it: two frames a step, so that it may jump in between."""
    frames, at_s = [], 0.0
    for step in rhythm.steps:
        for level, into_s in ((step.begins, 0.0), (step.ends, step.for_s)):
            frames.append({"offset": (at_s + into_s) / rhythm.period_s, "opacity": level})
        at_s += step.for_s
    return {"frames": frames, "period_ms": rhythm.period_s * 1000.0}


def routes(
    hands_socket: Path, display: Display, told: Callable[[], Mapping[str, Any] | None]
) -> list[BaseRoute]:
    """Routes under /sim: a hand reaches in, an eye looks. `told`: the engine's newest telemetry."""

    async def hand(request: Request) -> JSONResponse:
        body = (await request.body()).replace(b"\n", b" ")
        return _told(await _reach(hands_socket, body or b"{}"))

    async def look(_request: Request) -> JSONResponse:
        shown = {"code": display.code, **shining(told())}
        return _told({**shown, **await _reach(hands_socket, LOOK)})

    return [Route("/sim/hand", hand, methods=["POST"]), Route("/sim/look", look)]


def _told(answer: dict[str, object]) -> JSONResponse:
    return JSONResponse(answer, 200 if "ok" in answer else 422 if "refused" in answer else 503)


async def _reach(path: Path, line: bytes) -> dict[str, object]:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                writer.write(line + b"\n")
                return dict(json.loads(await reader.readline()))
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return {"error": NO_WORLD}
