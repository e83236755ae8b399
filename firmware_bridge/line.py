"""A port with the wire's codec: frames out, numbered; the frames that have come, in."""

from typing import Protocol

from firmware_bridge.layout import Direction
from firmware_bridge.messages import HostFrame, Identity, McuFrame, Status
from firmware_bridge.wire import Decoder, encode

SEQUENCES = 256
NEWEST = 127
"""A frame so far ahead of the last one is newer; any other is a repeat or was overtaken."""


class Port(Protocol):
    """Bytes to and from a microcontroller. No call waits longer than a transfer takes."""

    def read(self) -> bytes:
        """Return what has come since. Raises `HardwareError` when the port is gone."""

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises `HardwareError` when it cannot be sent at once."""

    def discard(self) -> None:
        """Forget what was not sent yet."""

    def close(self) -> None:
        """Release the port; harmless when repeated."""


class Line:
    """One connection over a port, from its opening to its end."""

    def __init__(self, port: Port) -> None:
        self.port = port
        self.heard_bytes = 0
        """What came since it was last set to 0."""
        self._decoder = Decoder(Direction.TO_HOST)
        self._sequence = 0
        self._last: int | None = None

    @property
    def rejects(self) -> int:
        """Stretches of bytes that made no frame."""
        return self._decoder.rejects

    def send(self, *frames: HostFrame) -> None:
        """Number `frames` and send them at once. Raises what the port raises."""
        self.port.write(b"".join(map(self._encoded, frames)))

    def _encoded(self, frame: HostFrame) -> bytes:
        self._sequence = (self._sequence + 1) % SEQUENCES
        return encode(frame._replace(sequence=self._sequence))

    def receive(self) -> list[McuFrame]:
        """Return the frames that have come, without repeats and latecomers."""
        data = self.port.read()
        self.heard_bytes += len(data)
        frames: list[McuFrame] = self._decoder.feed(data)  # type: ignore[assignment]
        return [frame for frame in frames if self._newer(frame)]

    def _newer(self, frame: McuFrame) -> bool:
        """Whether `frame` was sent after all before; who has just started counts anew."""
        ahead = 1 if self._last is None else (frame.sequence - self._last) % SEQUENCES
        started = isinstance(frame, Status) and not frame.configured
        newer = 1 <= ahead <= NEWEST or started or isinstance(frame, Identity)
        if newer:
            self._last = frame.sequence
        return newer
