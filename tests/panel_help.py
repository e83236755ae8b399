"""What the panel's tests share: a link without an engine, a clock set by hand, a client."""

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from controller.panel.app import create_app
from controller.panel.client import Heard, State

HERE = "http://127.0.0.1:8080"
PICTURES = "ws://127.0.0.1:8080/ws"
RUNNING: State = {
    "kind": "state",
    "at_s": 12.5,
    "mode": "RUNNING",
    "level": 5,
    "wanted_level": 5,
    "level_max": 10,
    "pressure_kpa": 23.1,
    "reference_kpa": 25.0,
    "place": 0.42,
    "foot": "left",
    "program": "whole-foot",
    "phase": "small circles",
    "left_s": 220,
    "reason": None,
    "words": "Left foot · small circles · 3:40 left",
    "stop": None,
    "session_open": True,
    "can": ["pause", "end"],
    "pairing_count": 0,
    "device_name": "simulated roller",
    "holder": None,
}


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class FakeLink:
    """The engine's side, played by the test: what it was asked, what it answers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._news = asyncio.Event()
        self._ears: list[Callable[[State], None]] = []
        self.heard = Heard(0, None, clock())
        self.asked: list[tuple[str, dict[str, object]]] = []
        self.error: Exception | None = None

    def listen(self, ear: Callable[[State], None]) -> None:
        self._ears.append(ear)

    async def newer(self, than: int) -> Heard:
        while self.heard.number <= than:
            await self._news.wait()
        return self.heard

    async def ask(self, do: str, **more: object) -> None:
        if self.error is not None:
            raise self.error
        self.asked.append((do, more))

    async def run(self) -> None:
        await asyncio.Event().wait()

    def push(self, **changes: Any) -> None:
        """The engine tells a new state."""
        self.heard = Heard(self.heard.number + 1, {**RUNNING, **changes}, self._clock())
        for ear in self._ears:
            ear({**RUNNING, **changes})
        news, self._news = self._news, asyncio.Event()
        news.set()

    def vanish(self) -> None:
        """The engine is gone."""
        self.heard = Heard(self.heard.number + 1, None, self._clock())


class World:
    """A panel with its fake engine, and phones that reach it."""

    def __init__(self, **more: Any) -> None:
        self.clock = Clock()
        self.link = FakeLink(self.clock)
        self.codes: list[str] = []
        self.app: FastAPI = create_app(
            self.link, hosts=["foot.lan"], show_code=self.codes.append, clock=self.clock, **more
        )
        self.link.push()

    def stranger(self, base_url: str = HERE) -> TestClient:
        """A phone nobody knows."""
        return TestClient(self.app, base_url=base_url, follow_redirects=False)

    def press_pairing(self) -> str:
        """Someone holds + and − on the device; returns the code it shows."""
        state = self.link.heard.state or {}
        self.link.push(pairing_count=int(state.get("pairing_count", 0)) + 1)
        return self.codes[-1]

    def phone(self, base_url: str = HERE) -> TestClient:
        """A phone that is paired."""
        client = self.stranger(base_url)
        answer = client.post("/api/v1/pair", json={"code": self.press_pairing()})
        if answer.status_code != 200:
            raise AssertionError(answer.text)
        return client
