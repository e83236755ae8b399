"""Waiting in tests: for a condition, generously, never for a time.

A slow machine makes a test slow and never red: a condition has minutes, and what is judged is
what happened, not how long it took.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

GIVE_UP_S = 120.0
LOOK_EVERY_S = 0.01

T = TypeVar("T")


def wait_for(condition: Callable[[], T], what: str = "the condition") -> T:
    """The first result of `condition` that is true. Fails when it never is."""
    pause, begun_s = threading.Event(), time.monotonic()
    while not (found := condition()):
        assert time.monotonic() - begun_s < GIVE_UP_S, f"{what}: not within {GIVE_UP_S:g} s"
        pause.wait(LOOK_EVERY_S)
    return found


def processes_with(text: str) -> list[str]:
    """The command lines of all living processes that hold `text`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # it has ended meanwhile
            if text in line:
                found.append(line)
    return found
