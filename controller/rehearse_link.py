"""The bench of a rehearsal: a running engine over its link, heard also while nobody looks.

A person takes their time at a prompt, and the link throws out who does not read: a thread of its
own reads everything that comes.
"""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from controller.asks import asking
from controller.link import reached
from controller.stop_test import PATIENCE_S

WHO = "the rehearsal"
Told = Mapping[str, Any]


class RehearsalError(RuntimeError):
    """The rehearsal cannot go on; the text says why and what to do."""


class LinkBench:
    """One connection. Only who closes it lets its thread end."""

    def __init__(self, path: Path) -> None:
        """Connect to the engine that listens on `path`. Raises `LinkError`."""
        self._line = reached(path)
        self._pictures: SimpleQueue[Told | None] = SimpleQueue()
        self._answers: SimpleQueue[Told | None] = SimpleQueue()
        self._counts: dict[str, int] = {}
        self._newest_s = 0.0
        self._thread = threading.Thread(target=self._hear, name="rehearsal", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._line.close()

    def look(self) -> Told:
        """Return the next picture, when it comes. Raises `RehearsalError`."""
        return _next(self._pictures)

    def missed(self) -> Iterator[Told]:
        """Return the pictures that came while nobody looked. Raises `RehearsalError`."""
        while not self._pictures.empty():
            yield self.look()

    def ask(self, what: str, level: int | None) -> str | None:
        """Ask as a phone does; return the refusal, or None. Raises `RehearsalError`."""
        self._counts[what] = self._counts.get(what, 0) + 1
        fields = {} if level is None else {"level": level, "who": WHO}
        line = asking(what, self._counts[what], self._newest_s, **fields)
        try:
            self._line.sendall(line + b"\n")
        except OSError as error:
            raise RehearsalError("the engine has ended; look at its output") from error
        answer = _next(self._answers)
        return None if answer["kind"] == "ok" else str(answer["reason"])

    def _hear(self) -> None:
        """Everything the engine says, until it ends; None is its end."""
        with suppress(OSError), self._line.makefile("rb") as lines:
            for line in lines:
                told = json.loads(line)
                if told["kind"] == "state":
                    self._newest_s = told["at_s"]
                    self._pictures.put(told)
                else:
                    self._answers.put(told)
        self._pictures.put(None)
        self._answers.put(None)


def _next(queue: "SimpleQueue[Told | None]") -> Told:
    try:
        told = queue.get(timeout=PATIENCE_S)
    except Empty as error:
        raise RehearsalError("the engine has gone silent; look at its output") from error
    if told is None:
        raise RehearsalError("the engine has ended; look at its output, and start it again")
    return told
