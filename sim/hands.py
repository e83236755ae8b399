"""The simulator's own part of the page: hands that reach into the simulated world.

These routes exist in the simulator's panel only; the product's panel has never heard of them.
"""

import asyncio
import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from controller.panel.screen import PageExtras

TIMEOUT_S = 2.0


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


def routes(hands_socket: Path, display: Display) -> list[BaseRoute]:
    """Routes under /sim."""

    async def hand(request: Request) -> JSONResponse:
        body = (await request.body()).replace(b"\n", b" ")
        answer = await _reach(hands_socket, body)
        return JSONResponse(answer, 200 if "ok" in answer else 422)

    async def shown(_request: Request) -> JSONResponse:
        return JSONResponse({"code": display.code})

    return [Route("/sim/hand", hand, methods=["POST"]), Route("/sim/display", shown)]


async def _reach(path: Path, line: bytes) -> dict[str, object]:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(line + b"\n")
            answer = json.loads(await reader.readline())
            writer.close()
    except (OSError, TimeoutError, ValueError):
        return {"error": "the simulated world does not answer"}
    return dict(answer)
