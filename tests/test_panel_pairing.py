"""Pairing: who may come in, on a clock that the test sets."""

import pytest

from controller.panel.pairing import PHONES, TRIES, Pairing, PairingError
from controller.signs import PAIRING_S
from tests.panel_help import Clock, World

WRONG = "wrong!"


def opened() -> tuple[Pairing, Clock, list[str]]:
    clock = Clock()
    codes: list[str] = []
    pairing = Pairing(codes.append, clock)
    pairing.hear({"pairing_count": 3})
    pairing.hear({"pairing_count": 4})
    return pairing, clock, codes


def test_a_press_shows_six_digits() -> None:
    _, _, codes = opened()
    assert len(codes) == 1
    assert len(codes[0]) == 6
    assert codes[0].isdigit()


def test_the_first_count_heard_is_no_press() -> None:
    codes: list[str] = []
    pairing = Pairing(codes.append, Clock())
    pairing.hear({"pairing_count": 7})
    pairing.hear({"pairing_count": 7})
    pairing.hear({"pairing_count": 0})  # the engine was started again
    assert codes == []
    with pytest.raises(PairingError, match="closed"):
        pairing.pair("000000")


def test_the_code_gives_a_token_of_256_bits_once() -> None:
    pairing, _, codes = opened()
    token = pairing.pair(codes[0])
    assert len(token) == 43
    assert pairing.phone(token) == "phone 1"
    with pytest.raises(PairingError, match="closed"):
        pairing.pair(codes[0])


def test_only_a_hash_of_the_token_is_kept() -> None:
    pairing, _, codes = opened()
    token = pairing.pair(codes[0])
    assert token not in repr(vars(pairing))


def test_the_window_closes_in_time() -> None:
    pairing, clock, codes = opened()
    clock.now_s += PAIRING_S - 0.001
    assert pairing.left_s > 0
    clock.now_s += 0.001
    assert pairing.left_s == 0
    with pytest.raises(PairingError, match="closed"):
        pairing.pair(codes[0])


def test_five_wrong_tries_close_it_until_the_next_press() -> None:
    pairing, _, codes = opened()
    for left in range(TRIES - 1, 0, -1):
        with pytest.raises(PairingError, match=f"{left} tr(y is|ies are) left"):
            pairing.pair(WRONG)
    with pytest.raises(PairingError, match="last try"):
        pairing.pair(WRONG)
    with pytest.raises(PairingError, match="closed"):
        pairing.pair(codes[0])
    pairing.hear({"pairing_count": 5})
    assert pairing.phone(pairing.pair(codes[1])) == "phone 1"


def test_a_press_gives_a_fresh_code_and_ends_the_old_one() -> None:
    pairing, _, codes = opened()
    pairing.hear({"pairing_count": 5})
    if codes[0] != codes[1]:
        with pytest.raises(PairingError):
            pairing.pair(codes[0])
    pairing.pair(codes[1])


def test_pairing_again_ends_the_old_token() -> None:
    pairing, _, codes = opened()
    first = pairing.pair(codes[0])
    pairing.hear({"pairing_count": 5})
    second = pairing.pair(codes[1], first)
    assert pairing.phone(first) is None
    assert pairing.phone(second) == "phone 2"


def test_the_oldest_phone_makes_room() -> None:
    pairing, _, codes = opened()
    tokens = [pairing.pair(codes[0])]
    for press in range(5, 5 + PHONES):
        pairing.hear({"pairing_count": press})
        tokens.append(pairing.pair(codes[-1]))
    assert pairing.phone(tokens[0]) is None
    assert [pairing.phone(token) for token in tokens[1:]] == [
        f"phone {number}" for number in range(2, PHONES + 2)
    ]


@pytest.mark.parametrize("token", [None, "", "x", "é" * 300])
def test_an_unknown_token_is_nobody(token: str | None) -> None:
    pairing, _, _ = opened()
    assert pairing.phone(token) is None


def test_the_cookie_is_closed_to_scripts_and_other_sites() -> None:
    world = World()
    client = world.stranger()
    answer = client.post("/api/v1/pair", json={"code": world.press_pairing()})
    cookie = answer.headers["set-cookie"]
    assert answer.json() == {"ok": True}
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    secure = world.phone("https://127.0.0.1:8080")
    assert all(cookie.secure for cookie in secure.cookies.jar)


def test_a_wrong_code_is_403_with_a_sentence() -> None:
    world = World()
    client = world.stranger()
    closed = client.post("/api/v1/pair", json={"code": "123456"})
    assert closed.status_code == 403
    assert closed.json()["error"].startswith("Pairing is closed.")
    code = world.press_pairing()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    answer = client.post("/api/v1/pair", json={"code": wrong})
    assert answer.status_code == 403
    assert answer.json()["error"].endswith("4 tries are left.")
    assert "set-cookie" not in answer.headers


def test_a_guest_sees_that_pairing_is_open() -> None:
    world = World()
    client = world.stranger()
    assert client.get("/healthz").json()["pairing_left_s"] == 0
    world.press_pairing()
    world.clock.now_s += 20
    assert client.get("/healthz").json()["pairing_left_s"] == 100
