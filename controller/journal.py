"""The engine's few durable facts: is a stop latched, is a session open.

Written by a thread of its own, newest value wins, each write a new file moved into place
after it is on disk. The kernel starts no motion in a session before that session is
recorded, so whatever ends the process, the next one knows. A journal that cannot be read
counts as a lost session: it comes back STOPPED, never forgotten.
"""

import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from controller.limits import NEW_PERSON_LEVEL
from controller.modes import Stop
from controller.watch import Trip


class JournalError(OSError):
    """The journal cannot be written; nothing may move."""


class Journal:
    """One file. `recorded` is called with the session's number once it is on disk."""

    def __init__(self, path: Path, recorded: Callable[[int], None]) -> None:
        self._path, self._recorded = path, recorded
        self._pending: Mapping[str, Any] | None = None
        self._wake = threading.Condition()
        self._open = True
        self.failure: str | None = None
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def write(self, facts: Mapping[str, Any]) -> None:
        """Have `facts` on disk soon; returns at once."""
        with self._wake:
            self._pending = facts
            self._wake.notify()

    def close(self) -> None:
        """Write what is pending and end the thread."""
        with self._wake:
            self._open = False
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._pending is not None or not self._open)
                facts, self._pending = self._pending, None
            if facts is None:
                return
            self._store(facts)

    def _store(self, facts: Mapping[str, Any]) -> None:
        try:
            store(self._path, facts)
        except OSError as error:
            self.failure = f"cannot write {self._path}: {error.strerror}"
            return
        self.failure = None
        self._recorded(int(facts["session"]))


def store(path: Path, facts: Mapping[str, Any]) -> None:
    """Replace the journal by `facts`, durably. Raises `OSError`."""
    write_durably(path, json.dumps(facts).encode())


def write_durably(path: Path, content: bytes) -> None:
    """Replace the file: whatever ends this process leaves the old or the new. Raises `OSError`."""
    new = path.with_suffix(".new")
    with open(new, "wb", opener=_owner_only) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Recalled(NamedTuple):
    """What the last engine left behind."""

    number: int = 0  # of its last session
    pains: int = 0  # pain stops in a row
    resting: bool = False  # the rest after a second pain stop was not over
    stop: Stop | None = None  # to come back with


def recall(path: Path, now_s: float) -> Recalled:
    """Read the journal; one that cannot be understood counts as a session cut short."""
    try:
        return recalled(json.loads(path.read_text(encoding="utf-8")), now_s)
    except FileNotFoundError:
        return Recalled()
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, OSError):
        return Recalled(stop=_power_lost(now_s))


def recalled(facts: Mapping[str, Any], now_s: float) -> Recalled:
    """What `facts` of a journal say to a new engine. Raises `KeyError` and its like on nonsense."""
    stop = None if facts["stop"] is None else _stop(facts["stop"], now_s)
    if stop is None and facts["session_open"]:
        stop = _power_lost(now_s)
    return Recalled(int(facts["session"]), int(facts["pains"]), bool(facts["resting"]), stop)


def _stop(facts: Mapping[str, Any], now_s: float) -> Stop:
    pressure_kpa, place = facts["pressure_kpa"], facts["place"]
    return Stop(
        trip=Trip[facts["trip"]],
        at_s=now_s,
        pressure_kpa=float("nan") if pressure_kpa is None else float(pressure_kpa),
        rise_kpa=float(facts["rise_kpa"] or 0.0),
        place=None if place is None else float(place),
        level=int(facts["level"]),
        next_level=int(facts["next_level"]),
        rest=bool(facts["rest"]),
        first=None if facts.get("first") is None else Trip[facts["first"]],
    )


def _power_lost(now_s: float) -> Stop:
    return Stop(Trip.POWER, now_s, float("nan"), 0.0, None, NEW_PERSON_LEVEL, NEW_PERSON_LEVEL)
