"""A person with a phone: the product's two processes, a real Chromium, the whole way through.

Nothing is mocked: `footloop-sim` as it is typed, the production engine and panel in their own
processes, only the roller and the foot are simulated. Screenshots land in build/screenshots.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser_help import MOVING, Phone, Product, chromium, phone

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAIN = re.compile(
    r"Stopped: pressure (rose \d+ kPa in 20 ms|reached \d+ kPa) at the (heel|arch|ball|toes),"
    r" level 3\.\s+Lift your foot; in \d+ s hold Continue to go on at level 2\."
)
FOR_SOMEBODY_PAIRED = ("#primary", "#end", "#raise", "#slider")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all of them."""
    with chromium() as one:
        yield one


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """Ready to be started; ended after the test, however that ends."""
    made = Product(tmp_path)
    yield made
    made.end()


def massage(one: Phone) -> None:
    """A session opened at the device, a foot on the roller, started on the phone."""
    one.device("start").tap()
    expect(one.words).to_contain_text("Session open. Lay your foot on the roller.")
    one.lay_foot()
    expect(one.words).to_contain_text("Ready. Press Start.")
    one.press_until("Start", MOVING)


def test_a_massage_from_the_first_look_to_the_way_back(browser: Browser, product: Product) -> None:
    product.start()
    with phone(browser, product) as one:
        expect(one.page.get_by_text("Simulator: no real roller moves")).to_be_visible()
        one.take("01-first-look")
        one.pair()
        expect(one.words).to_contain_text("To begin, press Start on the device.")
        expect(one.primary).to_be_disabled()
        one.take("02-paired")
        massage(one)
        one.sees("RUNNING")
        expect(one.words).to_contain_text("Left foot · settle in · ")
        assert_it_moves(one)
        one.take("03-running")
        one.page.get_by_role("button", name="Stronger").tap()
        expect(one.page.locator("#level")).to_have_text("4")
        expect(one.page.locator("#bars .on")).to_have_count(4)

        stop_without_scripts(browser, product)
        one.sees("STOPPED")
        expect(one.words).to_contain_text("Stopped: Stop was pressed. Hold Continue to go on.")
        one.take("05-stopped-by-a-person")
        assert_held_for_two_seconds(one)
        expect(one.words).to_contain_text("To begin, press Start on the device.")
        expect(one.primary).to_be_disabled()
        one.device("start").tap()
        one.sees("RUNNING")

        one.hand("press_harder").tap()
        one.sees("STOPPED")
        expect(one.words).to_have_text(PAIN)
        assert_no_way_back_yet(one)
        one.take("06-stopped-by-pain")


def assert_it_moves(one: Phone) -> None:
    """The pressure and the place change before the eyes."""
    pressure, roller = one.page.locator("#pressure"), one.page.locator("#roller")
    place = roller.get_attribute("style") or ""
    expect(pressure).not_to_have_text(pressure.inner_text())
    expect(roller).not_to_have_attribute("style", place)
    assert "translateY" in place


def stop_without_scripts(browser: Browser, product: Product) -> None:
    """Another phone, not paired, with JavaScript switched off."""
    with phone(browser, product, java_script_enabled=False) as other:
        expect(other.page.locator("#chip")).to_have_text(re.compile("^(Starting|Running)$"))
        other.page.get_by_role("button", name="Stop", exact=True).tap()
        expect(other.page.locator("#chip")).to_have_text("Stopped")
        other.take("04-stop-without-scripts")


def assert_held_for_two_seconds(one: Phone) -> None:
    """A tap is no acknowledgement; a hold is."""
    expect(one.hold).to_have_text("Hold to continue")
    one.hold.tap()
    expect(one.page.locator("#toast")).to_contain_text("Hold it for 2 seconds")
    one.sees("STOPPED")
    one.hold_on()


def assert_no_way_back_yet(one: Phone) -> None:
    """A pain stop asks for a foot off and half a minute, on the page and behind it."""
    expect(one.steps).to_contain_text("Lift your foot off the roller.")
    expect(one.steps).to_contain_text(re.compile(r"Rest for \d+ seconds\."))
    expect(one.hold).to_be_disabled()
    answer = one.page.request.post("/api/v1/acknowledge")
    assert answer.status == 409
    assert "not possible now" in answer.json()["error"]
    one.sees("STOPPED")


def test_the_device_s_light_is_seen_without_a_paired_phone(
    browser: Browser, product: Product
) -> None:
    product.start()
    with phone(browser, product) as me, phone(browser, product, reduced_motion="reduce") as calm:
        for one in (me, calm):
            expect(one.light).to_contain_text("Light: green, breathing. Ready")
        me.hand("pair").tap()
        expect(me.light).to_contain_text("Light: blue")
        me.switch("stop").tap()
        expect(me.light).to_contain_text("Light: red, 1 blink, then a pause. Stopped by a person.")
        expect(calm.light).to_contain_text("Light: red, 1 blink")
        me.hand("pair").scroll_into_view_if_needed()
        me.take("12-light-says-why")
        moving = "document.getElementById('sim-light').getAnimations().length"
        assert (me.page.evaluate(moving), calm.page.evaluate(moving)) == (1, 0)


def test_more_ways_to_stop_and_hands_that_let_go(browser: Browser, product: Product) -> None:
    product.start()
    with phone(browser, product, color_scheme="dark", viewport={"width": 320, "height": 640}) as me:
        me.pair()
        assert_a_finger_that_slides_off_lets_go(me)
        massage(me)

        me.switch("foot").tap()
        me.sees("HOLD")
        expect(me.words).to_contain_text("Paused: the foot is gone.")
        me.lay_foot()
        me.press_until("Continue", MOVING)

        me.switch("stop").tap()
        me.sees("STOPPED")
        expect(me.words).to_contain_text("Release the switch, then hold Continue to go on.")
        expect(me.hold).to_be_disabled()
        me.take("07-stop-switch")
        me.switch("stop").tap()
        me.hold_on()

        me.device("start").press("Enter")  # by keyboard: opens a session, and starts
        me.sees(MOVING)
        me.page.get_by_role("button", name="Stop", exact=True).tap()
        me.sees("STOPPED")
        me.hold_on()

        me.device("start").press("Enter")
        me.sees(MOVING)
        me.switch("plugged").tap()
        me.sees("STOPPED")
        expect(me.words).to_contain_text("the pressure sensor is not connected")
        me.take("08-sensor-unplugged")


def assert_a_finger_that_slides_off_lets_go(me: Phone) -> None:
    """Of a button of the device, before it was pressed long."""
    start = me.device("start")
    start.hover()
    me.page.mouse.down()
    expect(start).to_have_class("held")
    with me.page.expect_request(lambda asked: '"down":false' in (asked.post_data or "")):
        me.page.mouse.move(5, 5)
    expect(start).not_to_have_class("held")
    me.page.mouse.up()
    expect(me.words).to_contain_text("Session open.")  # it was a short press
    me.device("start").hover()


def told_by_the_engine(product: Product) -> dict[str, Any]:
    """Its newest picture, past the panel."""
    with product.link() as link:
        return link.state()


def test_the_massage_outlives_the_panel(browser: Browser, product: Product) -> None:
    product.start()
    with phone(browser, product) as one:
        one.pair()
        massage(one)
        one.page.evaluate("window.stillTheSamePage = true")
        before = told_by_the_engine(product)
        product.kill("panel")
        expect(one.page.get_by_label("Code")).to_be_visible()  # a new panel knows no phone
        after = told_by_the_engine(product)
        assert after["session_open"]
        assert after["mode"] in {"SOFT_START", "RUNNING"}
        assert after["place"] != before["place"]
        one.take("09-panel-started-again")
        one.pair()
        one.sees(MOVING)
        assert_it_moves(one)
        assert one.page.evaluate("window.stillTheSamePage")
    assert "the panel ended with code -9; starting it again" in product.printed()


def test_an_engine_that_died_is_told_and_comes_back_stopped(
    browser: Browser, product: Product
) -> None:
    product.start("engine")
    product.start("panel")
    with phone(browser, product) as one:
        one.pair()
        massage(one)
        product.kill("engine")
        expect(one.page.locator("#chip")).to_have_text("No engine")
        expect(one.words).to_contain_text("The engine is not running")
        for control in FOR_SOMEBODY_PAIRED:
            expect(one.page.locator(control)).to_be_disabled()
        stop = one.page.get_by_role("button", name="Stop", exact=True)
        expect(stop).to_be_enabled()
        stop.tap()
        expect(one.page.locator("#toast")).to_contain_text("The stop is kept")
        one.take("10-engine-killed")
        product.start("engine")
        one.sees("STOPPED")
        expect(one.words).to_contain_text("the power or the controller was lost during a session")
        one.take("11-engine-back")
        one.hold_on()
        expect(one.words).to_contain_text("To begin, press Start on the device.")
