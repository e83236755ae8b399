"""The page alone, in a real Chromium: what it shows of a state, with no engine and no panel behind.

The test answers for the panel and moves the page's clock by hand, so every state comes at once and
stays for as long as it is looked at.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, WebSocketRoute, expect

from controller.panel.pictures import messages
from controller.panel.screen import Screen
from controller.panel.view import NOTHING
from sim import hands
from tests.browser_help import chromium
from tests.panel_help import RUNNING

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

HERE = "http://foot.lan"
SOON_MS, LOOK_MS, LONG_MS = 100, 2_100, 10_000
PICTURE = {**NOTHING, **RUNNING, "age_s": 0.0}
PAIN = {
    "rule": "T2", "reason": "pain", "at_s": 10.0, "pressure_kpa": 36.0, "place": 0.42, "level": 4,
    "next_level": 2, "rest": False, "reference_kpa": 25.0,
    "until": ["foot off", "30 s", "acknowledge"],
}  # fmt: skip
PERSON = {**PAIN, "rule": "T6", "reason": "person", "until": ["acknowledge"], "next_level": 4}
LIFT, REST = "Lift your foot off the roller.", "Rest for 30 seconds."
HOLD, BEGIN = "Hold Continue for 2 seconds.", "Press Start on the device to begin anew."
WORDS = "Stopped: pressure rose 38 kPa in 20 ms at the arch, level 4. Hold Continue to go on."
STATES: dict[str, dict[str, Any]] = {
    "running": {},
    "eased": {"mode": "EASED", "words": f"{RUNNING['words']} · gentler, the load was high"},
    "on its way": {"level": 2, "wanted_level": 10},
    "another holds": {"holder": "phone 12"},
    "pain": {"mode": "STOPPED", "words": WORDS, "stop": PAIN, "can": []},
    "enough": {"mode": "STOPPED", "words": WORDS, "stop": {**PAIN, "rest": True}, "can": []},
    "no engine": NOTHING,
}

AREAS = """Object.fromEntries([...document.querySelectorAll('body > :not(.hands) button')]
.map(each => [each.textContent, each.offsetWidth * each.offsetHeight]))"""


class Alone:
    """One page, and the panel as the test plays it."""

    def __init__(self, context: BrowserContext, phone: str | None = "phone 1") -> None:
        self.sockets: list[WebSocketRoute] = []
        self.status = 200
        self.pairing_left_s = 0
        self.slow = False
        self.waiting: list[Route] = []
        self.wrong: list[str] = []
        self._told = 0
        self._sent: dict[int, dict[str, Any]] = {}  # the last picture on each connection
        self._screen = Screen(hands.extras())
        self._phone = phone
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.add_init_script("delete AbortSignal.timeout")  # it has a clock of its own
        self.page.clock.install(time=0)
        self.page.clock.pause_at(1)
        self.page.route("**/*", self._answer)
        self.page.route_web_socket("**/ws", self._open)
        self.page.goto(HERE)
        self.page.evaluate(
            "window.told = 0; document.addEventListener('footloop:state', () => window.told++)"
        )

    def _open(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(HERE)
        if path == "/":
            page = self._screen.answer({**PICTURE, **STATES["running"]}, self._phone, gzip=False)
            route.fulfill(status=200, headers=dict(page.headers), body=bytes(page.body))
        elif path == "/healthz" and self.slow:
            self.waiting.append(route)
        elif path == "/healthz":
            route.fulfill(json={"engine": True, "pairing_left_s": self.pairing_left_s})
        elif path == "/sim/look":
            route.fulfill(json={"ok": True, "foot": True})
        else:
            route.fulfill(status=self.status, json={})

    def tell(self, **changes: Any) -> None:
        """A picture comes, and is drawn."""
        now = {**PICTURE, **changes}
        before = self._sent.get(len(self.sockets), {})
        self._sent[len(self.sockets)] = now
        for message in messages(before, now):
            self.sockets[-1].send(message)
        self._told += 1
        self.page.wait_for_function(f"window.told === {self._told}")
        self.pass_ms(SOON_MS)

    def pair(self) -> None:
        """The code is typed, and it is the right one."""
        self.page.get_by_label("Code").fill("123456")
        self.page.get_by_role("button", name="Pair", exact=True).click()
        self.sees("toast", "This phone is paired.")

    def pass_ms(self, ms: int) -> None:
        """Time passes on the page's clock."""
        self.page.clock.run_for(ms)

    def sees(self, name: str, text: str) -> None:
        """Wait until the part of the page called `name` says `text`."""
        expect(self.page.locator(f"#{name}")).to_have_text(text)

    def steps(self) -> list[str]:
        """The way back, as it is listed."""
        return self.page.locator("#steps li").all_inner_texts()

    def unfilled(self) -> str:
        """How much of the gauge is empty, on the right."""
        return str(self.page.evaluate("document.getElementById('bar').style.clipPath")).split()[1]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all of them."""
    with chromium() as one:
        yield one


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone's worth of browser."""
    made = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    yield made
    made.close()


@pytest.fixture
def alone(context: BrowserContext) -> Alone:
    """The page of a paired phone."""
    return Alone(context)


def test_the_first_connection_is_kept(alone: Alone) -> None:
    alone.pass_ms(SOON_MS)
    alone.tell()
    alone.sees("chip", "Running")
    assert len(alone.sockets) == 1


@pytest.mark.parametrize(
    ("stop", "steps", "hold"),
    [
        (PERSON, [HOLD, BEGIN], "Hold to continue"),
        (PAIN, [LIFT, REST, HOLD, BEGIN], "Hold to continue"),
        (
            {**PAIN, "rest": True},
            [LIFT, REST, "Hold the button below for 2 seconds."],
            "Hold to close this stop",
        ),
    ],
)
def test_the_way_back_promises_only_what_it_does(
    alone: Alone, stop: dict[str, Any], steps: list[str], hold: str
) -> None:
    alone.tell(mode="STOPPED", stop=stop, can=["acknowledge"])
    alone.sees("hold", hold)
    assert alone.steps() == steps


def test_a_step_that_is_asked_for_again_is_listed_again(alone: Alone) -> None:
    alone.tell(mode="STOPPED", stop={**PAIN, "until": ["acknowledge"]})
    assert alone.steps() == [HOLD, BEGIN]
    alone.tell(mode="STOPPED", stop=PAIN)
    assert alone.steps() == [LIFT, REST, HOLD, BEGIN]
    alone.tell(mode="STOPPED", stop={**PAIN, "until": ["12 s", "acknowledge"]})
    expect(alone.page.locator("#steps .done")).to_have_text(LIFT)


def test_the_gauge_of_a_stop_keeps_the_scale_of_its_instant(alone: Alone) -> None:
    alone.tell(mode="STOPPED", stop=PAIN, pressure_kpa=20.0, reference_kpa=25.0)
    assert alone.unfilled() == "28%"
    alone.tell(mode="STOPPED", stop=PAIN, pressure_kpa=0.0, reference_kpa=8.0)
    assert alone.unfilled() == "28%"
    alone.tell(mode="STOPPED", stop={**PAIN, "reference_kpa": 36.0})
    assert alone.unfilled() == "50%"


def test_a_level_on_its_way_is_not_yet_there(alone: Alone) -> None:
    alone.tell(level=2, wanted_level=10)
    alone.sees("level", "2→10")
    alone.sees("feel", "rising to strong · 10 cm/s")
    alone.tell(level=10, wanted_level=10)
    alone.sees("level", "10")
    alone.sees("feel", "strong · 10 cm/s")


@pytest.mark.parametrize(
    ("holder", "may"), [(None, True), ("this phone", True), ("phone 2", False)]
)
def test_stronger_is_for_the_phone_that_may(alone: Alone, holder: str | None, may: bool) -> None:
    alone.tell(holder=holder)
    expect(alone.page.locator("#raise")).to_be_enabled(enabled=may)
    expect(alone.page.locator("#lower button")).to_be_enabled()


@pytest.mark.parametrize(("last", "rests"), [("no engine", True), ("running", False)])
def test_the_last_word_about_the_engine_outlives_the_link(
    alone: Alone, last: str, rests: bool
) -> None:
    alone.tell()
    alone.tell(**STATES[last])
    alone.status = 503
    alone.sockets[-1].close()
    alone.pass_ms(LONG_MS)
    alone.sees("chip", "Out of touch")
    words = expect(alone.page.locator("#more"))
    words.to_contain_text("the roller had no power" if rests else "It goes on, or rests, by itself")


def test_before_the_first_picture_only_stop_may_be_pressed(alone: Alone) -> None:
    alone.pass_ms(SOON_MS * 5)
    for name in ("primary", "end", "raise", "slider"):
        expect(alone.page.locator(f"#{name}")).to_be_disabled()
    expect(alone.page.get_by_role("button", name="Stop", exact=True)).to_be_enabled()


def test_a_late_answer_to_a_guest_is_nothing_to_a_paired_phone(context: BrowserContext) -> None:
    alone = Alone(context, phone=None)
    alone.slow = True
    with alone.page.expect_request("**/healthz"):
        alone.pass_ms(LOOK_MS)
    alone.pair()
    alone.tell()
    alone.slow = False
    for late in list(alone.waiting):
        with alone.page.expect_response("**/healthz"):
            late.fulfill(json={"engine": True, "pairing_left_s": 0})
    alone.tell()
    alone.sees("chip", "Running")
    assert not alone.wrong


def test_a_forgotten_phone_is_told_why_and_finds_no_old_code(context: BrowserContext) -> None:
    alone = Alone(context, phone=None)
    alone.pairing_left_s = 119
    alone.pass_ms(LONG_MS)
    alone.sees("window", "The code is good for 119 more seconds.")
    alone.pair()
    alone.tell()
    alone.sees("chip", "Running")

    alone.status, alone.pairing_left_s = 401, 0
    alone.sockets[-1].close()
    alone.pass_ms(SOON_MS)  # for the page to notice
    alone.pass_ms(1000)
    expect(alone.page.locator("#toast")).to_contain_text("no longer knows this phone")
    expect(alone.page.get_by_label("Code")).to_have_value("")
    alone.sees("window", "")


@pytest.mark.parametrize("width", [390, 320, 195])
def test_nothing_overflows_and_stop_is_the_largest_in_its_place(alone: Alone, width: int) -> None:
    """195: a phone of 390 at twice the size."""
    alone.page.set_viewport_size({"width": width, "height": 640})
    for name, changes in STATES.items():
        alone.tell(**changes)
        assert alone.page.evaluate("document.documentElement.scrollWidth") == width, name
        areas = alone.page.evaluate(AREAS)
        assert max(areas, key=areas.__getitem__) == "Stop", name
        stop = alone.page.get_by_role("button", name="Stop", exact=True).bounding_box()
        assert stop is not None
        assert 600 < stop["y"] + stop["height"] <= 640, name


def test_with_scripts_off_a_stop_still_leaves_what_the_note_promises(browser: Browser) -> None:
    page = browser.new_page(java_script_enabled=False)
    stopped = {**PICTURE, **STATES["pain"]}
    answer = Screen().answer(stopped, "phone 1", gzip=False)
    page.route(
        HERE, lambda route: route.fulfill(body=bytes(answer.body), headers=dict(answer.headers))
    )
    page.goto(HERE)
    for name in ("Stop", "Gentler"):
        expect(page.get_by_role("button", name=name)).to_be_visible()
    expect(page.get_by_role("button", name="Hold to continue")).to_be_hidden()
    expect(page.locator(".note")).to_contain_text("hold − on it for 2 seconds")
    page.context.close()
