"""What the browser tests stand on: the product as processes, a phone, and a person who waits.

A person waits until something is to be seen, as long as it takes; nothing here waits for a time.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as TooLongError

from bootstrap_system import CHROMIUMS
from tests.link_client import LinkClient, connected
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parent.parent
SCREENSHOTS = ROOT / "build" / "screenshots"
PATIENCE_MS = 60_000
TRIES, TRY_MS = 5, 5_000
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True,
    "is_mobile": True,
}  # fmt: skip
MOVING = re.compile("^(SOFT_START|RUNNING|EASED)$")
CODE = re.compile("^[0-9]{3} [0-9]{3}$")

expect.set_options(timeout=PATIENCE_MS)


class Product:
    """`footloop-sim run` as a person types it, or its two processes one by one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._printed = folder / "printed.txt"
        self._started: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, command: str = "run") -> None:
        """Start `run`, `engine` or `panel`; return when it can be reached."""
        line = [str(Path(sys.executable).with_name("footloop-sim")), command]
        line += ["--folder", str(self.folder)]
        if command != "engine":
            line += ["--host", "127.0.0.1", "--port", str(self.port)]
        with self._printed.open("ab") as out:
            started = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self._started[command] = started
        if command == "engine":
            self.link().close()
        else:
            wait_for(self._answers, "the page is up")

    def kill(self, command: str) -> None:
        """SIGKILL to the engine or the panel, whoever started it."""
        if command in self._started:
            process = self._started.pop(command)
            process.kill()
            process.wait()
        else:
            os.kill(self._child(command), signal.SIGKILL)

    def printed(self) -> str:
        """All that was printed."""
        return self._printed.read_text()

    def link(self) -> LinkClient:
        """A client of the engine's own link, past the panel."""
        return connected(self.folder / "engine.sock")

    def end(self) -> None:
        """End what still runs."""
        for process in self._started.values():
            process.terminate()
        for process in self._started.values():
            process.wait()

    def _answers(self) -> bool:
        assert all(one.poll() is None for one in self._started.values()), self.printed()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            return True
        return False

    def _child(self, command: str) -> int:
        """The process which `run` started for `command`."""
        mine = self._started["run"].pid
        for number in Path(f"/proc/{mine}/task/{mine}/children").read_text().split():
            if command.encode() in Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0"):
                return int(number)
        raise AssertionError(f"run has started no {command}")


class Phone:
    """A page at phone size, and what a person does with it. Hands reach into the simulator."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.words = page.locator(".now")
        self.primary = page.locator("#primary")
        self.hold = page.locator("#hold")
        self.steps = page.locator("#steps")
        self.light = page.locator("#sim-says")

    def device(self, button: str) -> Locator:
        """A button of the simulated device."""
        return self.page.locator(f"[data-hold={button}]")

    def switch(self, name: str) -> Locator:
        """What stays as it is left: stop, foot, plugged."""
        return self.page.locator(f"[data-toggle={name}]")

    def hand(self, name: str) -> Locator:
        """What is done at once: press, press_harder, flinch, pair."""
        return self.page.locator(f"[data-hand={name}]")

    def sees(self, mode: str | re.Pattern[str]) -> None:
        """Wait until the page shows this mode."""
        expect(self.page.locator("body")).to_have_attribute("data-mode", mode)

    def pair(self) -> None:
        """With the code from the device's display."""
        self.hand("pair").tap()
        display = self.page.locator("#sim-code")
        expect(display).to_have_text(CODE)
        self.page.get_by_label("Code").fill(display.inner_text().replace(" ", ""))
        self.page.get_by_role("button", name="Pair", exact=True).tap()
        expect(self.page.locator("body")).to_have_class(re.compile(r"\bpaired\b"))

    def lay_foot(self) -> None:
        """And let it rest until the machine feels it."""
        self.switch("foot").tap()
        expect(self.switch("foot")).to_have_attribute("aria-pressed", "true")

    def press_until(self, name: str, mode: str | re.Pattern[str]) -> None:
        """Press the large button called `name`, again if it came to nothing.

        On a busy machine the picture on the phone may be older than the engine accepts, and a
        leg may just rest too heavily: a person reads why and presses again.
        """
        button = self.page.locator("#primary:enabled", has_text=name)
        body = self.page.locator("body")
        for _ in range(TRIES):
            with suppress(AssertionError, TooLongError):
                button.tap(timeout=TRY_MS)
                expect(body).to_have_attribute("data-mode", mode, timeout=TRY_MS)
                break
        self.sees(mode)

    def hold_on(self) -> None:
        """Hold the way back until the machine is at rest, then let go."""
        expect(self.hold).to_be_enabled()
        self.hold.scroll_into_view_if_needed()
        self.hold.hover()
        self.page.mouse.down()
        self.sees("IDLE")
        self.page.mouse.up()

    def take(self, name: str) -> None:
        """A screenshot, kept as build output."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium; without one the tests are skipped, but never in CI."""
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if path is None:
        cure = "Chromium is missing; type: sudo apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(cure)
        pytest.skip(cure)
    switches = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with sync_playwright() as play:
        one = play.chromium.launch(executable_path=path, args=switches)
        yield one
        one.close()


@contextmanager
def phone(browser: Browser, product: Product, **options: Any) -> Iterator[Phone]:
    """A phone that has opened the page. When the test fails, what was to be seen is kept."""
    context = browser.new_context(base_url=product.url, **{**PHONE, **options})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Policy" in said.text else None)
    mine = Phone(page)
    try:
        page.goto("/")
        yield mine
    except BaseException:
        mine.take(f"failed-{os.environ.get('PYTEST_CURRENT_TEST', '').split('::')[-1].split()[0]}")
        print(product.printed())
        raise
    finally:
        context.close()
    assert not wrong
