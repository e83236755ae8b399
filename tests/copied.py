"""Copies of a running board: the process forks, and the copy says in JSON what became of it.

It is the cheapest way to try many things on one and the same board. The process must have one
thread only, so whoever does it is a process of its own: `python -m tests.flipped`, `tests.spiked`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from tests.firmware_build import ROOT, SIMULATOR, build_firmware, need


def in_a_copy(attempt: Callable[[], object]) -> Any:
    """Do it in a copy of this process, and return what it returned."""
    reading, writing = os.pipe()
    copy = os.fork()
    if copy == 0:
        status = 1
        try:
            os.write(writing, json.dumps(attempt()).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as said:
        text = said.read()
    os.waitpid(copy, 0)
    return json.loads(text)


def lines_of(module: str, *arguments: object) -> list[Any]:
    """Run a module that prints a line of JSON for each of its copies."""
    need(*SIMULATOR)
    build_firmware()
    command = [sys.executable, "-m", f"tests.{module}", *map(str, arguments)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]
