"""The door: Host, Origin, pairing, headers, floods."""

import asyncio
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import WebSocketDenialResponse
from starlette.types import Message, Receive, Scope, Send

from controller.panel.address import Settable
from controller.panel.app import create_app
from controller.panel.flood import BODY_LIMIT, BURST, OPEN_SCREENS, Flood
from controller.panel.security import Armour, judge_host, own_names
from tests.panel_help import HERE, PICTURES, Clock, World

URGENT = ["/api/v1/stop", "/api/v1/lower"]
PAIRED = [
    ("/api/v1/intensity", {"level": 4}),
    ("/api/v1/session/start", None),
    ("/api/v1/session/pause", None),
    ("/api/v1/session/continue", None),
    ("/api/v1/session/end", None),
    ("/api/v1/acknowledge", None),
]


@pytest.mark.parametrize("path", URGENT)
def test_anyone_may_stop_and_lower(path: str) -> None:
    world = World()
    assert world.stranger().post(path).json() == {"ok": True}
    assert world.link.asked == [(path.rsplit("/", 1)[1], {})]


@pytest.mark.parametrize(("path", "body"), PAIRED)
def test_the_rest_is_for_paired_phones(path: str, body: dict[str, int] | None) -> None:
    world = World()
    refused = world.stranger().post(path, json=body)
    assert refused.status_code == 401
    assert refused.json()["error"] == "This phone is not paired with the device yet."
    assert world.link.asked == []
    assert world.phone().post(path, json=body).json() == {"ok": True}
    assert len(world.link.asked) == 1


@pytest.mark.parametrize("path", ["/api/v1/state", "/nothing", "/api/v1/", "//", "/ws", "/API"])
def test_what_nobody_thought_of_is_closed(path: str) -> None:
    assert World().stranger().get(HERE + path).status_code == 401


@pytest.mark.parametrize("path", ["/nothing", "/docs", "/redoc", "/api/v1/state/", "/api/v1/stop"])
def test_unknown_addresses_and_methods_have_the_one_shape(path: str) -> None:
    answer = World().phone().get(path)
    assert answer.status_code in {404, 405}
    assert set(answer.json()) == {"error", "problems"}


@pytest.mark.parametrize("body", ["{", "[1]", '{"level": 99}'])
def test_pairing_is_asked_before_the_body_is_read(body: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = World().stranger().post("/api/v1/intensity", content=body, headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("cookie", ["footloop_phone=x", "footloop_phone=", "=", ";;", "a\x01b=c"])
def test_a_wrong_cookie_opens_nothing(cookie: str) -> None:
    answer = World().stranger().get("/api/v1/state", headers={"Cookie": cookie})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "host",
    [
        "foot.lan", "FOOT.LAN:8080", "foot.lan.", "localhost", "localhost:1", "127.0.0.1:8080",
        "[::1]:8080", *sorted(own_names() - {"::1"}),
    ],
)  # fmt: skip
def test_our_names_are_answered(host: str) -> None:
    assert World().stranger().post("/api/v1/stop", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.localhost", "",
        "foot.lan@evil.example", "192.0.2.7", "[::2]", "[::1", "127.1", "2130706433", "foot.lan:x",
        "foot.lan evil", "foot..lan", "127.0.0.1:8080:80",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/v1/stop"), ("GET", "/"), ("GET", "/x")]
)
def test_other_names_are_421(host: str, method: str, path: str) -> None:
    world = World()
    answer = world.stranger().request(method, path, headers={"Host": host})
    assert answer.status_code == 421
    assert world.link.asked == []


@pytest.mark.parametrize(
    ("settable", "says"),
    [
        (None, "Use its address."),
        ("--name NAME", "Use its address, or, if that is its name, give it to it: --name NAME."),
    ],
)
def test_another_name_is_told_where_it_could_be_given(settable: str | None, says: str) -> None:
    scope = {"server": ("127.0.0.1", 80), "headers": [(b"host", b"foot.lan")]}
    told = judge_host(scope, frozenset(), settable)
    assert told == f"This device does not answer to the name 'foot.lan'. {says}"


def test_the_panel_names_what_its_starter_can_type() -> None:
    app = create_app(
        World().link, hosts=[], show_code=lambda _code: None, settable=Settable(names="a, b")
    )
    answer = TestClient(app, HERE).get("/", headers={"Host": "foot.lan"})
    assert answer.json()["error"].endswith("give it to it: a, b.")


def test_the_address_the_connection_came_in_on_is_ours() -> None:
    assert World().stranger("http://192.0.2.7").get("/healthz").status_code == 200
    scope = {"server": ("::ffff:192.0.2.7", 80), "headers": [(b"host", b"192.0.2.7:80")]}
    assert judge_host(scope, frozenset()) is None


@pytest.mark.parametrize("hosts", [[], [b"foot.lan", b"foot.lan"], [b"foot.lan", b"evil"]])
def test_there_is_exactly_one_host(hosts: list[bytes]) -> None:
    scope = {"server": ("127.0.0.1", 80), "headers": [(b"host", host) for host in hosts]}
    assert judge_host(scope, frozenset({"foot.lan"})) is not None


OTHERS = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "https://127.0.0.1:8080"},
    {"Origin": "http://127.0.0.1"},
    {"Origin": "http://127.0.0.1:9090"},
    {"Origin": "http://localhost:8080"},
    {"Origin": HERE, "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]
OURS = [{}, {"Origin": HERE}, {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}]


@pytest.mark.parametrize("headers", OTHERS)
@pytest.mark.parametrize("path", ["/api/v1/stop", "/api/v1/lower", "/api/v1/session/start"])
def test_other_pages_change_nothing(headers: dict[str, str], path: str) -> None:
    world = World()
    answer = world.phone().post(path, headers=headers)
    assert answer.status_code == 403
    assert world.link.asked == []


@pytest.mark.parametrize("headers", OURS)
def test_our_page_and_plain_clients_may(headers: dict[str, str]) -> None:
    world = World()
    assert world.phone().post("/api/v1/session/start", headers=headers).status_code == 200


def test_following_a_link_to_the_page_is_fine() -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert World().stranger().get("/", headers=headers).status_code == 200


@pytest.mark.parametrize("headers", [*OTHERS, {"Host": "evil.example"}])
def test_other_pages_see_no_pictures(headers: dict[str, str]) -> None:
    client = World().phone()
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        client.websocket_connect(PICTURES, headers=headers),
    ):
        pass
    assert refused.value.status_code == (421 if "Host" in headers else 403)


def test_a_stranger_sees_no_pictures() -> None:
    client = World().stranger()
    with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect(PICTURES):
        pass
    assert refused.value.status_code == 401
    assert refused.value.headers["cache-control"] == "no-store"


def test_no_cors() -> None:
    headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answer = World().phone().options("/api/v1/intensity", headers=headers)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"), ("GET", "/healthz"), ("GET", "/openapi.json"), ("GET", "/x"),
        ("POST", "/api/v1/stop"), ("GET", "/api/v1/state"), ("POST", "/api/v1/pair"),
    ],
)  # fmt: skip
def test_every_answer_is_armoured(method: str, path: str) -> None:
    headers = World().stranger().request(method, path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_a_crash_is_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ZeroDivisionError

    answer = TestClient(Armour(broken), base_url=HERE).get("/")
    assert answer.status_code == 500
    assert answer.json()["error"].startswith("The panel made a mistake")
    assert "ZeroDivisionError" in caplog.text


def test_extra_routes_need_no_pairing_but_the_same_door() -> None:
    async def hand(_request: object) -> JSONResponse:
        return JSONResponse({"pressed": True})

    client = World(extra_routes=[Route("/sim/hand", hand, methods=["POST"])]).stranger()
    assert client.post("/sim/hand").json() == {"pressed": True}
    assert client.post("/sim/hand", headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.get("/sim/other").status_code == 401


def test_a_large_body_is_413_and_stop_does_not_care() -> None:
    world = World()
    client = world.phone()
    large = b" " * (BODY_LIMIT + 1)
    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/v1/intensity", content=large, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["error"] == "The body is too large: at most 4096 bytes."
    assert client.post("/api/v1/stop", content=large, headers=headers).status_code == 200
    assert [do for do, _ in world.link.asked] == ["stop"]


def test_a_flood_is_shed_politely_and_never_a_stop() -> None:
    world = World()
    client = world.stranger()
    codes = [client.get("/healthz").status_code for _ in range(int(BURST) + 1)]
    assert codes == [200] * int(BURST) + [429]
    shed = client.get("/healthz")
    assert shed.headers["retry-after"] == "1"
    assert all(client.post(path).status_code == 200 for path in URGENT * 50)
    world.clock.now_s += 0.06
    assert client.get("/healthz").status_code == 200
    assert client.get("/healthz").status_code == 429


def test_too_many_screens_are_sent_away() -> None:
    world = World()
    client = world.phone()
    world.clock.now_s += 60
    with client:
        watching = [client.websocket_connect(PICTURES) for _ in range(OPEN_SCREENS)]
        for screen in watching:
            screen.__enter__()
        with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect(PICTURES):
            pass
        assert refused.value.status_code == 503
        assert refused.value.headers["retry-after"] == "2"
        watching.pop().__exit__(None, None, None)
        watching.append(client.websocket_connect(PICTURES))
        watching[-1].__enter__()
        for screen in watching:
            screen.__exit__(None, None, None)


def test_a_slow_body_is_408() -> None:
    sent: list[Message] = []

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise AssertionError("the body never came")

    async def never() -> Message:
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/api/v1/intensity"}
    asyncio.run(Flood(app, clock=Clock(), body_s=0.0)(scope, never, send))
    assert sent[0]["status"] == 408


def test_many_addresses_do_not_fill_the_memory() -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        return

    async def knock(flood: Flood) -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        async def send(_message: Message) -> None:
            return

        for number in range(1000):
            scope = {"type": "http", "method": "GET", "path": "/", "client": (f"a{number}", 1)}
            await flood(scope, receive, send)

    flood = Flood(app, clock=Clock())
    asyncio.run(knock(flood))
    assert len(flood._buckets) == 256
