"""The C codec as Python sees it: the same frames in, the same frames out."""

from pathlib import Path
from typing import Any

from firmware_bridge.layout import Direction
from firmware_bridge.messages import FRAMINGS, LAYOUTS, Frame
from firmware_bridge.wire import KINDS
from tests.host_build import FIRMWARE, HostBuild, host_build


class FrameC:
    """Both ends of the wire in C."""

    def __init__(self, folder: Path) -> None:
        sources = [FIRMWARE / "frame.c", FIRMWARE / "peer.c"]
        headers = [FIRMWARE / name for name in ("protocol.h", "frame.h", "peer.h")]
        self.build: HostBuild = host_build("frame", sources, headers, folder)

    def encode(self, frame: Frame) -> bytes:
        """Return `frame` as C sends it."""
        layout = LAYOUTS[type(frame)]
        to_mcu = layout.direction is Direction.TO_MCU
        struct = "host_frame" if to_mcu else layout.name.lower()
        values = dict(frame._asdict())
        if to_mcu:
            values["type"] = layout.type
        out = self.build.ffi.new("uint8_t[]", FRAMINGS[layout.direction].frame_bytes)
        send = getattr(self.build.c, "encode_host" if to_mcu else f"encode_{struct}")
        send(self.build.ffi.new(f"struct {struct} *", values), out)
        return bytes(out)

    def decoder(self, direction: Direction) -> "DecoderC":
        """Return a fresh decoder of one direction."""
        return DecoderC(self.build, direction)


class DecoderC:
    """A `Decoder` whose work is done in C."""

    def __init__(self, build: HostBuild, direction: Direction) -> None:
        to_mcu = direction is Direction.TO_MCU
        self.direction = direction
        self.state = build.ffi.new("struct decoder *" if to_mcu else "struct peer_decoder *")
        self._take = build.c.decoder_feed if to_mcu else build.c.peer_feed
        self._out = build.ffi.new("struct host_frame *" if to_mcu else "struct mcu_frame *")

    @property
    def rejects(self) -> int:
        """How many stretches of bytes made no frame."""
        return int(self.state.framing.rejects)

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that `data` completes, in order."""
        return [self._frame() for byte in data if self._take(self.state, byte, self._out)]

    def _frame(self) -> Frame:
        kind = KINDS[self.direction, self._out.type]
        to_mcu = self.direction is Direction.TO_MCU
        struct: Any = self._out if to_mcu else getattr(self._out, kind.__name__.lower())
        return kind._make(getattr(struct, field.name) for field in LAYOUTS[kind].fields)
