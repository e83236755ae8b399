"""What every test shares: the settings of the property tests, and figures told at the end."""

import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.firmware_build import SIMULATOR, build_firmware, need

# A busy machine is no finding: examples are judged by what they show, never by the wall clock.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

# Under nohup the end of the terminal is ignored, and so it would be by every child of a test.
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def firmware() -> Path:
    """The real firmware, for a test that runs it in the simulated microcontroller."""
    need(*SIMULATOR)
    return build_firmware()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured: their `record_property("figure", ...)`."""
    passed = terminalreporter.getreports("passed")
    figures = [text for one in passed for name, text in one.user_properties if name == "figure"]
    if figures:
        terminalreporter.section("figures")
    for text in figures:
        terminalreporter.write_line(str(text))
