"""A client of the engine's link, as a test writes one: blocking, line by line."""

import json
import socket
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.waiting import GIVE_UP_S, wait_for


class LinkClient:
    """One connection."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(GIVE_UP_S)
        try:
            self.socket.connect(str(path))
        except OSError:
            self.socket.close()
            raise
        self._lines = self.socket.makefile("rb")

    def __enter__(self) -> "LinkClient":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self.socket.close()

    def send(self, line: bytes) -> None:
        """One line as it is."""
        self.socket.sendall(line + b"\n")

    def hear(self) -> dict[str, Any] | None:
        """The next line, or None at the end."""
        line = self._lines.readline()
        return dict(json.loads(line)) if line else None

    def state(self) -> dict[str, Any]:
        """The next picture."""
        while True:
            heard = self.hear()
            assert heard is not None, "the link has ended"
            if heard["kind"] == "state":
                return heard

    def ask(self, **ask: Any) -> dict[str, Any]:
        """Ask, and return the answer; pictures that come before it are let go."""
        self.send(json.dumps(ask).encode())
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """The next line that is no picture."""
        while True:
            heard = self.hear()
            assert heard is not None, "the link has ended"
            if heard["kind"] != "state":
                return heard


def connected(path: Path) -> LinkClient:
    """A client, as soon as somebody listens on `path`."""

    def attempt() -> LinkClient | None:
        try:
            return LinkClient(path)
        except OSError:
            return None

    client = wait_for(attempt, f"somebody listens on {path}")
    assert client is not None
    return client
