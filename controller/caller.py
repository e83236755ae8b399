"""One connection of the link: bytes in, lines out, and nobody is ever waited for.

Whoever does not read loses old pictures first and its connection at last. Also then nothing
that it has already sent is lost: a stop may be in it.
"""

import socket
from contextlib import suppress

from controller.asks import LINE_BYTES, Source

MOST_UNSENT_BYTES = 65536
TURN_BYTES = LINE_BYTES
"""So much of one client is read before the others get their turn."""
STUCK_S = 10.0
"""A client that has not read to the end for so long is thrown out."""


class Caller:
    """One connection: what came in and is no line yet, what could not be sent yet."""

    def __init__(self, connection: socket.socket, now_s: float) -> None:
        self.connection = connection
        self.source = Source()
        self.shown: object = None  # the newest telemetry it was sent
        self.read_at_s = now_s  # when nothing was left to send
        self._unread, self._unsent = b"", b""
        self._skipping = False  # the rest of a line that was too long
        self._deaf = False

    def show(self, picture: object, line: bytes, now_s: float) -> None:
        """Send a new picture, unless an older one is still unsent."""
        if not self._unsent:
            self.read_at_s = now_s
        elif now_s - self.read_at_s > STUCK_S:
            self.leave()
        if picture is not self.shown and not self._unsent:
            self.shown = picture
            self.send(line)
        else:
            self.send(b"")

    def send(self, line: bytes) -> None:
        """Queue, and send what the kernel takes."""
        if self._deaf:
            return
        self._unsent += line
        try:
            while self._unsent:
                self._unsent = self._unsent[self.connection.send(self._unsent) :]
        except BlockingIOError:
            if len(self._unsent) > MOST_UNSENT_BYTES:
                self.leave()
        except OSError:
            self.leave()

    def leave(self) -> None:
        """Send nothing more and take nothing more; what is on its way can still be received."""
        self._deaf, self._unsent = True, b""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _last(self) -> list[bytes] | None:
        """A line that its sender did not end, once; then None."""
        line, self._unread = self._unread, b""
        return [line] if line else None

    def lines(self) -> list[bytes] | None:
        """What came in, by lines; None after the last. Of a long line the rest is skipped."""
        try:
            read = self.connection.recv(TURN_BYTES)
        except BlockingIOError:
            return []
        except OSError:
            return None
        if not read:
            return self._last()
        *lines, rest = (self._unread + read).split(b"\n")
        if self._skipping and lines:
            lines, self._skipping = lines[1:], False
        if len(rest) > LINE_BYTES and not self._skipping:
            lines, self._skipping = [*lines, rest], True
        self._unread = b"" if self._skipping else rest
        return lines
