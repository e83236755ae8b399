"""What a screen is sent: 20 small messages a second, which together are the whole state."""

import json
import re
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from controller.panel.client import Heard
from controller.panel.pictures import QUICK, messages
from controller.panel.view import NOTHING, Shown, shown
from tests.panel_help import PICTURES, RUNNING, World

MESSAGE_BYTES = 90
RATE_HZ = 20
WIDEST = {"at_s": 99_999_999.999, "age_s": 9_999.999, "pressure_kpa": -9_999.9,
          "reference_kpa": -9_999.9, "place": -0.999}  # fmt: skip


def taken(state: dict[str, Any], told: list[str]) -> dict[str, Any]:
    """The picture a screen has after these messages, as touch.js puts it together."""
    for message in told:
        news = json.loads(message)
        state = {
            **state,
            **(news if isinstance(news, dict) else dict(zip(QUICK, news, strict=True))),
        }
    return state


def picture(socket: WebSocketTestSession, before: dict[str, Any]) -> dict[str, Any]:
    """The next whole picture that arrives."""
    told = [socket.receive_text()]
    while told[-1].startswith("{"):
        told.append(socket.receive_text())
    return taken(before, told)


def tick(number: int) -> dict[str, Any]:
    """What is shown at one of the ticks of a minute's massage."""
    at_s = 86_000.0 + number / RATE_HZ
    left_s = 60 - number // RATE_HZ
    state = {
        **RUNNING, "at_s": at_s, "left_s": left_s, "pressure_kpa": 23.1 + number % 7,
        "place": round((number % 100) / 100, 3), "reference_kpa": 25.0 + number % 3,
        "words": f"Right foot · small circles · 0:{left_s:02d} left · gentler, the load was high",
    }  # fmt: skip
    return shown(Heard(number, state, 1000.0), 1000.012, "phone 1")


def test_a_minute_of_pictures_is_small_and_every_message_of_it() -> None:
    frames = [tick(number) for number in range(60 * RATE_HZ)]
    sizes = [
        len(message.encode())
        for before, now in pairwise(frames)
        for message in messages(before, now)
    ]
    print(f"pictures: {max(sizes)} bytes at most, {sum(sizes) / len(sizes):.1f} on average")
    assert max(sizes) <= MESSAGE_BYTES
    assert len(sizes) <= len(frames) * 1.11, "twice a second more: the words, the time left"


def test_the_row_is_small_whatever_the_numbers() -> None:
    (row,) = messages(NOTHING, {**NOTHING, **WIDEST})
    assert len(row.encode()) <= MESSAGE_BYTES


@pytest.mark.parametrize("before", [{}, NOTHING, tick(0)])
@pytest.mark.parametrize("now", [NOTHING, tick(0), tick(77), {**tick(1), "stop": {"rule": "T2"}}])
def test_what_is_sent_is_all_there_is(before: dict[str, Any], now: dict[str, Any]) -> None:
    assert taken(before, messages(before, now)) == now


def test_what_did_not_change_is_not_sent_again() -> None:
    assert len(messages(tick(0), tick(1))) == 1
    changed, _row = messages(tick(0), {**tick(1), "level": 4})
    assert json.loads(changed) == {"level": 4}


def test_the_page_reads_the_row_in_the_order_it_is_written() -> None:
    script = files("controller.panel").joinpath("page", "touch.js").read_text("utf-8")
    found = re.search(r"const \[([a-z_, ]+)\] = news;", script)
    assert found is not None
    assert tuple(found[1].split(", ")) == QUICK
    assert set(QUICK) <= set(Shown.model_fields)


def test_pictures_come_newest_first_and_none_is_queued() -> None:
    world = World()
    with world.phone() as client, client.websocket_connect(PICTURES) as socket:
        first = picture(socket, {})
        assert first["age_s"] == 0.0
        assert set(first) == set(NOTHING)

        async def two_at_once() -> None:
            world.link.push(level=6)
            world.link.push(level=7, holder="phone 1")

        assert client.portal is not None
        client.portal.call(two_at_once)
        second = picture(socket, first)
        assert second["level"] == 7
        assert second["holder"] == "this phone"
        assert second == {**first, "level": 7, "holder": "this phone"}


def test_a_message_on_the_websocket_ends_it() -> None:
    with World().phone() as client, client.websocket_connect(PICTURES) as socket:
        picture(socket, {})
        socket.send_text('{"do": "start"}')
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 1008
