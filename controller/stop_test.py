"""`footloop stop-test`: how quickly this very machine stops, in its own senses.

A conversation with a running engine over its link: three tasks of service, each begun by a
person who holds Start on the device with the foot off. The engine measures; here it is only told.
"""

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from controller.asks import asking
from controller.limits import Limits
from controller.link import reached
from controller.service import Phase, Task

PATIENCE_S = 5.0
"""The engine tells its state 20 times a second; without a word for so long it is gone."""
STEPS: tuple[tuple[Task, str], ...] = (
    (Task.HOME, "Foot off. Hold Start on the device until the roller is at its home."),
    (Task.PULSES, "Hold Start again: the roller moves, and its pulses cease by themselves."),
    (Task.SWITCH, "Hold Start again, and press the wired stop switch while the roller moves."),
)
TITLES = {Task.PULSES: "pulses withheld", Task.SWITCH: "stop switch pressed"}


class StopTestError(RuntimeError):
    """The test could not be done; the text says why and what to do."""


def stop_test(path: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Do all steps with the engine that listens on `path`; return what was measured.

    Keys: `bar_ms`, and per measured task its `gate_off_ms` and `still_ms` (None: no current
    output is fitted); `passed`. Raises `LinkError`, `StopTestError`.
    """
    bar_ms = Limits().check_gate_s * 1000.0
    found: dict[str, Any] = {"bar_ms": bar_ms}
    with reached(path, PATIENCE_S) as line:
        heard = _heard(line)
        for number, (task, doing) in enumerate(STEPS, 1):
            say(f"{number} of {len(STEPS)}. {doing}")
            told = _done(line, heard, task, number)
            if task in TITLES:
                found[task.value] = {name: told[name] for name in ("gate_off_ms", "still_ms")}
                say(f"   {in_words(task, found[task.value])}")
    found["passed"] = all(found[task.value]["gate_off_ms"] <= bar_ms for task in TITLES)
    return found


def in_words(task: Task, measured: Mapping[str, Any]) -> str:
    """One measurement for a person."""
    still_ms = measured["still_ms"]
    still = "" if still_ms is None else f", no current after {still_ms:g} ms"
    return f"{TITLES[task]}: gate off after {measured['gate_off_ms']:g} ms{still}"


def _heard(line: socket.socket) -> Iterator[Mapping[str, Any]]:
    """Everything the engine says, until it falls silent."""
    try:
        with line.makefile("rb") as lines:
            for one in lines:
                yield json.loads(one)
    except OSError as error:
        raise StopTestError("the engine has gone silent; look at its output") from error
    raise StopTestError("the engine has ended; look at its output, and start it again")


def _done(
    line: socket.socket, heard: Iterator[Mapping[str, Any]], task: Task, number: int
) -> Mapping[str, Any]:
    """Ask for `task` and wait for its end."""
    at_s = next(told["at_s"] for told in heard if told["kind"] == "state")
    try:
        line.sendall(asking("service", number, at_s, task=task.value) + b"\n")
    except OSError as error:
        raise StopTestError("the engine has ended; look at its output") from error
    reply = next(told for told in heard if told["kind"] != "state")
    if reply["kind"] != "ok":
        raise StopTestError(f"not now: {reply['reason']}")
    service = next(one for one in map(_service, heard) if _over(one, task))
    if service["phase"] == Phase.FAILED.value:
        raise StopTestError(f"not done: {service['words']}")
    return service


def _service(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return told.get("service") or {}


def _over(service: Mapping[str, Any], task: Task) -> bool:
    over = (Phase.DONE.value, Phase.FAILED.value)
    return service.get("task") == task.value and service["phase"] in over
