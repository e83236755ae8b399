"""What every test shares: the settings of the property tests, and figures told at the end."""

import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.firmware_build import SIMULATOR, build_firmware, need
from tests.timing_page import HEAD, ROWS, name_of

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
    """Print what tests measured: their `record_property("figure", ...)`, and the timing's table."""
    reports = terminalreporter.getreports
    figures = [str(text) for text in _told("figure", reports("passed"))]
    _section(terminalreporter, "figures", figures)
    timing = _told("timing", [*reports("passed"), *reports("failed")])
    lines = {name_of(line): line for some in timing for line in some}
    table = [lines[name] for name in ROWS if name in lines]
    _section(terminalreporter, "the firmware's timing, as measured now", table and HEAD + table)


def _told(kind: str, reports: list[Any]) -> list[Any]:
    return [told for one in reports for name, told in one.user_properties if name == kind]


def _section(reporter: pytest.TerminalReporter, title: str, lines: list[str]) -> None:
    if lines:
        reporter.section(title)
    for line in lines:
        reporter.write_line(line)
