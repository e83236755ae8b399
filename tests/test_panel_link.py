"""The panel's end of the link, against a real Unix socket whose engine is played by the test."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from controller.panel.client import (
    NO_ANSWER,
    NO_ENGINE,
    STOP_KEPT,
    EngineLink,
    NoEngineError,
    RefusedError,
    State,
)

Scene = Callable[["Engine", EngineLink], Awaitable[None]]


class Engine:
    """A Unix socket server: one connection at a time, lines by hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._arrived: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
        self._arrived = asyncio.Queue()
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    async def open(self) -> None:
        async def arrive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._writers.append(writer)
            self._arrived.put_nowait((reader, writer))

        self._server = await asyncio.start_unix_server(arrive, self.path)

    async def shut(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in self._writers:
                writer.transport.abort()
            self.path.unlink(missing_ok=True)

    async def accept(self) -> None:
        self.reader, self.writer = await self._arrived.get()

    def say(self, **message: Any) -> None:
        self.writer.write(json.dumps(message).encode() + b"\n")

    async def hear(self) -> dict[str, Any]:
        return dict(json.loads(await self.reader.readline()))

    async def answer(self, kind: str = "ok", **more: Any) -> dict[str, Any]:
        heard = await self.hear()
        self.say(kind=kind, id=heard.pop("id"), **more)
        return heard


def play(tmp_path: Path, scene: Scene, silence_s: float = 3.0, answer_s: float = 1.0) -> None:
    """Run one scene with a server that listens and a link that runs."""

    async def run() -> None:
        engine = Engine(tmp_path / "engine.sock")
        link = EngineLink(
            str(engine.path),
            first_wait_s=0.001,
            longest_wait_s=0.01,
            silence_s=silence_s,
            answer_s=answer_s,
        )
        running = asyncio.create_task(link.run())
        try:
            async with asyncio.timeout(20):
                await scene(engine, link)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await engine.shut()

    asyncio.run(run())


async def meet(engine: Engine, link: EngineLink) -> None:
    await engine.open()
    await engine.accept()
    engine.say(kind="state", at_s=1.0)
    await link.newer(link.heard.number)


def test_states_arrive_the_newest_wins_and_ears_hear_all(tmp_path: Path) -> None:
    heard: list[State] = []

    async def scene(engine: Engine, link: EngineLink) -> None:
        link.listen(heard.append)
        await engine.open()
        await engine.accept()
        engine.writer.write(b'{"kind":"state","at_s":1}\n{"kind":"state","at_s":2}\n')
        engine.writer.write(b'{"kind":"state","at_s":3,"pressure_kpa":NaN}\n')
        while len(heard) < 3:
            await link.newer(link.heard.number)
        assert link.heard.state == {"at_s": 3, "pressure_kpa": None}
        assert (await link.newer(0)).number == 3

    play(tmp_path, scene)
    assert [state["at_s"] for state in heard] == [1, 2, 3]


def test_wishes_are_lines_with_counts_of_their_own(tmp_path: Path) -> None:
    async def scene(engine: Engine, link: EngineLink) -> None:
        await meet(engine, link)
        wishes = [
            ("start", {"seen_s": 1.0, "who": "phone 1"}, {"count": 1}),
            ("start", {"seen_s": 2.0, "who": "phone 1"}, {"count": 2}),
            ("pause", {"seen_s": 2.0, "who": "phone 1"}, {"count": 1}),
            ("level", {"level": 6, "who": "phone 2"}, {}),
            ("lower", {}, {}),
            ("stop", {}, {}),
        ]
        for do, more, count in wishes:
            asking = asyncio.create_task(link.ask(do, **more))
            assert await engine.answer() == {"do": do, **count, **more}
            await asking

    play(tmp_path, scene)


def test_a_refusal_carries_its_sentence(tmp_path: Path) -> None:
    async def scene(engine: Engine, link: EngineLink) -> None:
        await meet(engine, link)
        asking = asyncio.create_task(link.ask("start", seen_s=0.1, who="phone 1"))
        await engine.answer("refused", reason="too late: asked on a picture older than 0.5 s")
        with pytest.raises(RefusedError, match="too late"):
            await asking

    play(tmp_path, scene)


def test_answers_may_come_in_any_order(tmp_path: Path) -> None:
    async def scene(engine: Engine, link: EngineLink) -> None:
        await meet(engine, link)
        first = asyncio.create_task(link.ask("level", level=3))
        second = asyncio.create_task(link.ask("stop"))
        one, two = await engine.hear(), await engine.hear()
        engine.say(kind="ok", id=two["id"])
        await second
        assert not first.done()
        engine.say(kind="ok", id=one["id"])
        await first

    play(tmp_path, scene)


def test_without_an_engine_nothing_is_asked(tmp_path: Path) -> None:
    async def scene(_engine: Engine, link: EngineLink) -> None:
        assert link.heard.state is None
        with pytest.raises(NoEngineError) as refused:
            await link.ask("start", seen_s=0.0, who="phone 1")
        assert str(refused.value) == NO_ENGINE

    play(tmp_path, scene)


def test_a_stop_without_an_engine_is_kept_and_goes_first(tmp_path: Path) -> None:
    async def scene(engine: Engine, link: EngineLink) -> None:
        for _ in range(3):
            with pytest.raises(NoEngineError) as refused:
                await link.ask("stop")
        assert str(refused.value) == NO_ENGINE + STOP_KEPT
        await meet(engine, link)
        assert await engine.hear() == {"do": "stop"}
        asking = asyncio.create_task(link.ask("lower"))
        assert await engine.answer() == {"do": "lower"}
        await asking

    play(tmp_path, scene)


def test_it_comes_back_for_ever_and_counts_from_one(tmp_path: Path) -> None:
    async def scene(engine: Engine, link: EngineLink) -> None:
        for _ in range(4):
            await meet(engine, link)
            asking = asyncio.create_task(link.ask("end", seen_s=1.0, who="phone 1"))
            assert (await engine.answer())["count"] == 1
            await asking
            before = link.heard.number
            engine.writer.close()
            await engine.shut()
            gone = await link.newer(before)
            assert gone.state is None

    play(tmp_path, scene)


def test_a_stop_cut_off_before_its_answer_is_sent_again(tmp_path: Path) -> None:
    async def scene(engine: Engine, link: EngineLink) -> None:
        await meet(engine, link)
        asking = asyncio.create_task(link.ask("stop"))
        start = asyncio.create_task(link.ask("start", seen_s=1.0, who="phone 1"))
        await engine.hear()
        await engine.hear()
        engine.writer.close()
        with pytest.raises(NoEngineError, match="kept"):
            await asking
        with pytest.raises(NoEngineError):
            await start
        await engine.accept()
        assert await engine.hear() == {"do": "stop"}

    play(tmp_path, scene)


def test_no_answer_is_told(tmp_path: Path) -> None:
    async def scene(engine: Engine, link: EngineLink) -> None:
        await meet(engine, link)
        with pytest.raises(NoEngineError) as refused:
            await link.ask("pause", seen_s=1.0, who="phone 1")
        assert str(refused.value) == NO_ANSWER

    play(tmp_path, scene, answer_s=0.0)


def test_a_silent_engine_is_left_and_taken_up_again(tmp_path: Path) -> None:
    async def scene(engine: Engine, link: EngineLink) -> None:
        await engine.open()
        await engine.accept()
        await engine.accept()

    play(tmp_path, scene, silence_s=0.01)


@pytest.mark.parametrize("line", [b"{\n", b"\xff\n", b"x" * 70_000 + b"\n", b"[" * 5000 + b"\n"])
def test_nonsense_ends_the_connection_and_it_is_taken_up_again(tmp_path: Path, line: bytes) -> None:
    async def scene(engine: Engine, link: EngineLink) -> None:
        await meet(engine, link)
        engine.writer.write(line)
        await engine.accept()
        engine.say(kind="state", at_s=2.0)
        while link.heard.state != {"at_s": 2.0}:
            await link.newer(link.heard.number)

    play(tmp_path, scene)


@pytest.mark.parametrize(
    "message", [{"kind": "news"}, {"kind": "ok"}, {"kind": "ok", "id": 99}, []]
)
def test_unknown_messages_are_passed_over(tmp_path: Path, message: object) -> None:
    async def scene(engine: Engine, link: EngineLink) -> None:
        await meet(engine, link)
        engine.writer.write(json.dumps(message).encode() + b"\n")
        before = link.heard.number
        engine.say(kind="state", at_s=2.0)
        assert (await link.newer(before)).state == {"at_s": 2.0}

    play(tmp_path, scene)


def test_an_engine_that_does_not_read_gets_stops_only(tmp_path: Path) -> None:
    async def scene(engine: Engine, link: EngineLink) -> None:
        await meet(engine, link)
        asked: list[asyncio.Task[None]] = []
        while not asked or not asked[-1].done():  # until socket and buffer are full
            asked.append(asyncio.create_task(link.ask("level", level=1, pad="x" * 900)))
            await asyncio.wait([asked[-1]], timeout=0)
        with pytest.raises(NoEngineError):
            await asked.pop()
        stopping = asyncio.create_task(link.ask("stop"))
        while (heard := await engine.hear())["do"] != "stop":
            engine.say(kind="ok", id=heard["id"])
        engine.say(kind="ok", id=heard["id"])
        await stopping
        await asyncio.gather(*asked, return_exceptions=True)

    play(tmp_path, scene, answer_s=10.0)
