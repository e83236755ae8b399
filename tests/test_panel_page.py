"""The page: one small answer, complete with scripts off, with a policy that nothing slips past."""

import base64
import gzip
import hashlib
import re
from html.parser import HTMLParser

import pytest

from controller.limits import LEVELS
from controller.panel.client import NO_ENGINE
from controller.panel.screen import MODES, PageExtras, Screen
from controller.panel.view import NOTHING
from controller.safety import Mode
from sim import hands
from tests.panel_help import World

FIRST_PAGE_BYTES = 14_000
STOPPED = {
    "rule": "T2", "reason": "pain", "at_s": 10.0, "pressure_kpa": 61.0, "place": 0.42, "level": 4,
    "next_level": 2, "until": ["foot off", "30 s", "acknowledge"],
}  # fmt: skip


class Forms(HTMLParser):
    """Collects the forms and every address a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.actions: list[tuple[str | None, str | None]] = []
        self.loads: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.actions.append((found.get("method"), found.get("action")))
        self.loads += [found[name] or "" for name in ("src", "href", "data") if name in found]
        self.handlers += [name for name in found if name.startswith("on") or name == "style"]


def page(world: World, paired: bool = True) -> str:
    return str((world.phone() if paired else world.stranger()).get("/").text)


@pytest.mark.parametrize("extras", [None, hands.extras()])
def test_the_first_page_is_small(extras: PageExtras | None) -> None:
    world = World(extras=extras)
    world.link.push(mode="STOPPED", stop=STOPPED, words="Stopped: " + "x" * 150)
    answer = world.phone().get("/", headers={"Accept-Encoding": "gzip, br"})
    assert answer.headers["content-encoding"] == "gzip"
    size = int(answer.headers["content-length"])
    print(f"first page: {size} bytes of {FIRST_PAGE_BYTES}")
    assert size <= FIRST_PAGE_BYTES


def test_packed_and_plain_are_the_same_page() -> None:
    screen = Screen(PageExtras(banner="a & $b ${c}", html="<i>$1 $$ ${x}</i>"))
    plain = screen.answer(NOTHING, "phone 1", gzip=False).body
    packed = screen.answer(NOTHING, "phone 1", gzip=True).body
    assert gzip.decompress(packed) == plain
    assert b"<i>$1 $$ ${x}</i>" in plain
    assert b"a &amp; $b ${c}" in plain


def test_with_scripts_off_it_says_what_happens_and_stops() -> None:
    world = World()
    text = page(world)
    forms = Forms()
    forms.feed(text)
    assert ("post", "/api/v1/stop") in forms.actions
    assert ("post", "/api/v1/lower") in forms.actions
    assert "Left foot · small circles · 3:40 left" in text
    assert ">Running<" in text
    assert re.search(r'<output id="level"[^>]*>5</output>', text)
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in text


def test_the_form_stops_and_comes_back() -> None:
    world = World()
    client = world.stranger()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": "http://127.0.0.1:8080",
    }
    answer = client.post("/api/v1/stop", headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert world.link.asked == [("stop", {})]


def test_a_stop_is_told_with_scripts_off_too() -> None:
    world = World()
    words = "Stopped: pressure rose 38 kPa in 20 ms at the arch, level 4. Lift your foot & wait."
    world.link.push(mode="STOPPED", stop=STOPPED, words=words)
    text = page(world)
    assert 'data-mode="STOPPED"' not in text  # pairing pushed a new state
    world.link.push(mode="STOPPED", stop=STOPPED, words=words)
    client = world.phone()
    world.link.push(mode="STOPPED", stop=STOPPED, words=words)
    text = client.get("/").text
    assert 'data-mode="STOPPED"' in text
    assert "at the arch, level 4.</h1>" in text
    assert "Lift your foot &amp; wait.</p>" in text


def test_a_guest_is_told_how_to_pair_and_nothing_else() -> None:
    text = page(World(), paired=False)
    assert '<body class="guest" data-mode=""' in text
    assert "hold <b>+</b> and <b>−</b>" in text
    assert "small circles" not in text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in text, "its chip, too"


def test_no_engine_and_old_news_are_told() -> None:
    world = World()
    client = world.phone()
    world.clock.now_s += 5
    assert "No news from the engine for 5 seconds." in client.get("/").text
    world.link.vanish()
    assert NO_ENGINE.split(". ", maxsplit=1)[0] in client.get("/").text


def test_words_cannot_become_markup() -> None:
    world = World()
    client = world.phone()
    world.link.push(words="<script>x</script>", mode='"><b>')
    text = client.get("/").text
    assert "<script>x" not in text
    assert '"><b>' not in text


def test_the_page_loads_nothing_else_and_carries_no_inline_handlers() -> None:
    forms = Forms()
    forms.feed(page(World(extras=hands.extras())))
    assert [each[:20] for each in forms.loads if not each.startswith("#")] == [
        "data:image/svg+xml,%"
    ]
    assert forms.handlers == []


def test_the_policy_names_exactly_what_is_inlined() -> None:
    world = World(extras=PageExtras(script="1;", css="i{}"))
    answer = world.phone().get("/")
    inlined = re.findall(
        r'<(?:script type="module"|style)>(.*?)</(?:script|style)>', answer.text, re.S
    )
    assert len(inlined) == 3
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in inlined
    }
    policy = answer.headers["content-security-policy"]
    assert set(re.findall(r"'sha256-[^']+'", policy)) == hashes
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_title_icon_and_banner_are_the_extras() -> None:
    extras = PageExtras(banner="Simulator", title="SIM", icon="<svg/>")
    text = page(World(extras=extras))
    assert "<title>SIM</title>" in text
    assert '<p class="banner">Simulator</p>' in text
    assert 'href="data:image/svg+xml,%3Csvg/%3E"' in text
    assert "banner" not in re.sub(r"<style>.*?</style>", "", page(World()), flags=re.S)


def test_every_mode_has_a_word_and_every_level_a_speed() -> None:
    assert set(MODES) == {None, *Mode.__members__}
    text = page(World())
    assert f'data-speeds="{",".join(f"{row.speed_cm_s:g}" for row in LEVELS.values())}"' in text


def test_stop_is_never_called_an_emergency_stop() -> None:
    assert "emergency" not in page(World()).lower()
