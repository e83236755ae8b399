"""The API: what is forwarded, what is shown, and what a wrong request is told."""

import asyncio
import json
from typing import Any

import pytest

from controller.panel.client import NO_ENGINE, NoEngineError, RefusedError
from tests.panel_help import RUNNING, World

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PRESSES = {
    "session/start": "start",
    "session/pause": "pause",
    "session/continue": "continue",
    "session/end": "end",
    "acknowledge": "acknowledge",
}
FIELDS = {
    "mode", "level", "pressure_kpa", "reference_kpa", "place", "foot", "program", "phase", "left_s",
    "reason", "words", "stop", "session_open", "holder", "device_name", "age_s", "can",
    "wanted_level", "level_max", "at_s",
}  # fmt: skip


def test_the_state_is_the_engines_and_tells_its_age() -> None:
    world = World()
    client = world.phone()
    world.link.push(holder="phone 1", pressure_kpa=None)
    world.clock.now_s += 0.25
    state = client.get("/api/v1/state").json()
    assert set(state) == FIELDS
    assert state["age_s"] == 0.25
    assert state["holder"] == "this phone"
    assert state["pressure_kpa"] is None
    assert state["words"] == RUNNING["words"]


def test_another_holder_keeps_its_name() -> None:
    world = World()
    client = world.phone()
    world.link.push(holder="phone 2")
    assert client.get("/api/v1/state").json()["holder"] == "phone 2"


def test_without_an_engine_the_state_says_so() -> None:
    world = World()
    client = world.phone()
    world.link.vanish()
    state = client.get("/api/v1/state").json()
    assert set(state) == FIELDS
    assert state["mode"] is None
    assert state["age_s"] is None
    assert state["words"] == NO_ENGINE
    assert client.get("/healthz").json()["engine"] is False


def test_health_tells_what_a_bystander_sees() -> None:
    world = World()
    expected = {"ok": True, "engine": True, "moving": True, "pairing_left_s": 0}
    assert world.stranger().get("/healthz").json() == expected
    world.clock.now_s += 1.5
    assert world.stranger().get("/healthz").json()["engine"] is False


def test_a_level_is_forwarded_with_who_asked() -> None:
    world = World()
    assert world.phone().post("/api/v1/intensity", json={"level": 6}).json() == {"ok": True}
    assert world.link.asked == [("level", {"level": 6, "who": "phone 1"})]


@pytest.mark.parametrize(("path", "do"), PRESSES.items())
@pytest.mark.parametrize(
    ("body", "seen_s"),
    [(None, 12.5), ({}, 12.5), ({"seen_s": None}, 12.5), ({"seen_s": 12}, 12.0),
     ({"seen_s": 99.0}, 12.5)],
)  # fmt: skip
def test_a_press_names_the_picture_it_answers(
    path: str, do: str, body: dict[str, Any] | None, seen_s: float
) -> None:
    world = World()
    assert world.phone().post(f"/api/v1/{path}", json=body).json() == {"ok": True}
    assert world.link.asked == [(do, {"seen_s": seen_s, "who": "phone 1"})]


def test_a_press_without_any_picture_is_old() -> None:
    world = World()
    client = world.phone()
    world.link.vanish()
    client.post("/api/v1/session/start", json={"seen_s": 7.0})
    assert world.link.asked == [("start", {"seen_s": 0.0, "who": "phone 1"})]


@pytest.mark.parametrize("path", ["/api/v1/stop", "/api/v1/lower"])
@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 200), (b"{}", JSON, 200), (b"{", JSON, 200), (b'{"x": 1}', JSON, 200),
        (b"[" * 4000, JSON, 200), (b"\xff", {"Content-Type": "image/png"}, 200), (b"", FORM, 303),
        (b"a=b&c", FORM, 303), (b"x", {"Content-Type": "multipart/form-data; boundary=x"}, 303),
    ],
)  # fmt: skip
def test_stop_and_lower_take_any_body(
    path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    world = World()
    answer = world.stranger().post(path, content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers.get("location") == ("/" if status == 303 else None)
    assert world.link.asked == [(path.rsplit("/", 1)[1], {})]


def test_a_refusal_is_409_with_the_engines_sentence() -> None:
    world = World()
    client = world.phone()
    world.link.error = RefusedError("Put your foot on the roller first.")
    answer = client.post("/api/v1/session/start")
    assert answer.status_code == 409
    assert answer.json() == {"error": "Put your foot on the roller first.", "problems": []}


@pytest.mark.parametrize("path", ["session/start", "intensity", "stop", "lower"])
def test_an_absent_engine_is_503(path: str) -> None:
    world = World()
    client = world.phone()
    world.link.error = NoEngineError(NO_ENGINE)
    body = {"level": 1} if path == "intensity" else None
    answer = client.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 503
    assert answer.json()["error"] == NO_ENGINE
    assert answer.headers["retry-after"] == "1"


def test_a_plain_form_returns_to_the_page_even_then() -> None:
    world = World()
    world.link.error = NoEngineError(NO_ENGINE)
    answer = world.stranger().post("/api/v1/stop", headers=FORM)
    assert answer.status_code == 303


LEVEL, START, PAIR = "intensity", "session/start", "pair"


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        (LEVEL, '{"level": 0}', "“level” must be a whole number from 1 to 10, not 0."),
        (LEVEL, '{"level": 11}', "“level” must be a whole number from 1 to 10, not 11."),
        (
            LEVEL,
            '{"level": -99999999999999999999}',
            "“level” must be a whole number from 1 to 10, not -9",
        ),
        (LEVEL, '{"level": "5"}', "“level” must be a whole number from 1 to 10, not '5'."),
        (LEVEL, '{"level": 5.5}', "“level” must be a whole number from 1 to 10, not 5.5."),
        (LEVEL, '{"level": 5.0}', "“level” must be a whole number from 1 to 10, not 5.0."),
        (LEVEL, '{"level": true}', "“level” must be a whole number from 1 to 10, not True."),
        (LEVEL, '{"level": null}', "“level” must be a whole number from 1 to 10, not None."),
        (LEVEL, '{"level": NaN}', "“level” must be a whole number from 1 to 10, not nan."),
        (LEVEL, '{"level": [5]}', "“level” must be a whole number from 1 to 10, not [5]."),
        (LEVEL, "{}", "“level” is missing."),
        (LEVEL, '{"level": 5, "speed": 3}', "“speed” is not a known field."),
        (LEVEL, '{"Level": 5}', "“level” is missing."),
        (LEVEL, "[5]", "The body must be a JSON object, with content type application/json."),
        (LEVEL, "5", "The body must be a JSON object, with content type application/json."),
        (LEVEL, "", "The body is missing."),
        (LEVEL, "{level: 5}", "The body is not valid JSON: "),
        (START, '{"seen_s": -1}', "“seen_s” must be 0 or more, not -1"),
        (START, '{"seen_s": Infinity}', "“seen_s” must be a finite number."),
        (START, '{"seen_s": NaN}', "“seen_s” must be a finite number."),
        (START, '{"seen_s": "now"}', "“seen_s” must be a number, not 'now'."),
        (START, '{"count": 1}', "“count” is not a known field."),
        (START, "[]", "The body must be a JSON object, with content type application/json."),
        (PAIR, '{"code": 123456}', "“code” must be text in quotes, not 123456."),
        (PAIR, '{"code": "12345"}', "“code” must be six digits."),
        (PAIR, '{"code": "123456\\n"}', "“code” must be six digits."),
        (
            PAIR,
            '{"code": "\\uff11\\uff12\\uff13\\uff14\\uff15\\uff16"}',
            "“code” must be six digits.",
        ),
        (PAIR, "{}", "“code” is missing."),
    ],
)
def test_a_wrong_body_is_told_what_and_where(path: str, body: str, sentence: str) -> None:
    world = World()
    answer = world.phone().post(f"/api/v1/{path}", content=body.encode(), headers=JSON)
    assert answer.status_code == 422
    told = answer.json()
    assert any(problem.startswith(sentence) for problem in told["problems"]), told
    assert told["error"].startswith("Nothing was changed: ")
    assert world.link.asked == []


def test_every_problem_is_told() -> None:
    answer = World().phone().post("/api/v1/intensity", json={"level": 99, "a": 1, "b": 2})
    assert len(answer.json()["problems"]) == 3


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[" * 4000, b'{"level": "\xed\xa0\x80"}'])
def test_what_is_no_json_at_all_is_told(body: bytes) -> None:
    world = World()
    answer = world.phone().post("/api/v1/intensity", content=body, headers=JSON)
    assert answer.status_code in {400, 422}
    assert set(answer.json()) == {"error", "problems"}
    assert world.link.asked == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_only_json_changes_the_level(kind: str) -> None:
    world = World()
    headers = {"Content-Type": kind}
    answer = world.phone().post("/api/v1/intensity", content=b'{"level": 5}', headers=headers)
    assert answer.status_code == 422
    assert world.link.asked == []


def test_the_link_runs_while_the_app_does() -> None:
    world = World()
    ran: list[str] = []

    async def run() -> None:
        ran.append("on")
        try:
            await asyncio.Event().wait()
        finally:
            ran.append("off")

    world.link.run = run  # type: ignore[method-assign]
    with world.stranger() as client:
        client.get("/healthz")
        assert ran == ["on"]
    assert ran == ["on", "off"]


def test_the_api_describes_itself() -> None:
    schema = World().stranger().get("/openapi.json").json()
    assert set(schema["paths"]) == {
        "/healthz", "/api/v1/state", "/api/v1/stop", "/api/v1/lower", "/api/v1/intensity",
        "/api/v1/pair", *(f"/api/v1/{path}" for path in PRESSES),
    }  # fmt: skip
    assert set(schema["components"]["schemas"]["Shown"]["properties"]) == FIELDS
    assert "401" in schema["paths"]["/api/v1/intensity"]["post"]["responses"]
    assert json.dumps(schema).count("HTTPValidationError") == 0
