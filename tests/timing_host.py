"""The host on the bench: it says a frame at its cycle and knows when its last byte is there.

It greets, sets the parameters, asks and listens; it decides nothing, and it owns no clock: whoever
lets the chip live says how, by `wait_ms`.
"""

from collections.abc import Callable
from copy import deepcopy

from firmware_bridge.layout import Direction
from firmware_bridge.messages import (
    BAUD,
    Acknowledge,
    Drive,
    Frame,
    Hello,
    HostFrame,
    Identity,
    Parameter,
    ParameterIndex,
    Set,
    Status,
    Stop,
)
from firmware_bridge.wire import Decoder, encode
from sim.mcu import HZ, Mcu

BEAT_MS = 4.0  # between two DRIVEs
BYTE_CYCLES = round(10 * HZ / BAUD)  # of a byte on the line, as the host sends it
PARAMETERS = {
    ParameterIndex.A_ZERO: 102,  # 0.5 V of 5 V
    ParameterIndex.A_SPAN: 307,  # 1.5 V more at 75 kPa
    ParameterIndex.B_ZERO: 102,
    ParameterIndex.B_SPAN: 307,
    ParameterIndex.LEVEL: 7500,
    ParameterIndex.MOST_DUTY: 240,
    ParameterIndex.SERVICE_DUTY: 64,
    ParameterIndex.FITTED: 7,
}
AT_REST = (0, False, False, False, 25)
"""What a DRIVE asks for: duty, brake, enabled, gate, reference in kPa."""
ROLLING = (100, False, True, True, 25)


class Host:
    """The computer's end of one chip's wire."""

    def __init__(self, mcu: Mcu, wait_ms: Callable[[float], None]) -> None:
        """`wait_ms` lets the chip, and all that is around it, live for some milliseconds."""
        self.mcu = mcu
        self.wait_ms = wait_ms
        self.asks = AT_REST
        self.status: Status | None = None
        self.decoder = Decoder(Direction.TO_HOST)
        self.heard: list[Frame] = []  # all frames but STATUS, until somebody takes them
        self._sequence = 0

    def remember(self) -> Callable[[], None]:
        """What brings the host back to this moment, as often as wanted."""
        asks, status, sequence = self.asks, self.status, self._sequence
        decoder, heard = deepcopy(self.decoder), list(self.heard)

        def again() -> None:
            self.asks, self.status, self._sequence = asks, status, sequence
            self.decoder, self.heard = deepcopy(decoder), list(heard)

        return again

    @property
    def now(self) -> Status:
        """The newest STATUS."""
        assert self.status is not None, "nothing was heard from the chip yet"
        return self.status

    def send(self, kind: Callable[..., HostFrame], *payload: int) -> int:
        """Send a frame in the session that is open; the cycle at which its last byte is there."""
        self._sequence = (self._sequence + 1) % 256
        session = self.status.session if self.status else 0
        frame = encode(kind(self._sequence, session, *payload))
        return self.mcu.send(frame, baud=BAUD)

    def listen(self) -> list[Frame]:
        """Take in what has come by now."""
        frames = self.decoder.feed(bytes(byte for _, byte in self.mcu.receive()))
        for frame in frames:
            if isinstance(frame, Status):
                self.status = frame
            else:
                self.heard.append(frame)
        return frames

    def beat(self) -> int:
        """Listen, and send the next DRIVE; the cycle at which its last byte is there."""
        self.listen()
        return self.send(Drive, *self.asks)

    def live(self, ms: float) -> None:
        """Go on asking for the same for some time."""
        for _ in range(round(ms / BEAT_MS)):
            self.beat()
            self.wait_ms(BEAT_MS)
        self.listen()

    def live_until(self, holds: Callable[[Status], bool], *, within_ms: float) -> None:
        """Go on asking for the same until the board tells what is waited for."""
        for _ in range(round(within_ms / BEAT_MS)):
            if self.status and holds(self.status):
                return
            self.live(BEAT_MS)
        assert holds(self.now), f"not within {within_ms} ms: {self.status}"

    def stop(self) -> int:
        """Send STOP; the cycle at which its last byte is there."""
        return self.send(Stop)

    def greet(self) -> Identity:
        """Say HELLO; who answers."""
        self.listen()
        self.heard.clear()
        self.send(Hello)
        self.wait_ms(BEAT_MS)
        self.listen()
        (identity,) = (one for one in self.heard if isinstance(one, Identity))
        return identity

    def set_up(self, parameters: dict[ParameterIndex, int] = PARAMETERS) -> None:
        """Set the parameters; each must be taken."""
        for index, value in parameters.items():
            self.heard.clear()
            self.send(Set, index, value)
            self.wait_ms(BEAT_MS)
            self.listen()
            (reply,) = (one for one in self.heard if isinstance(one, Parameter))
            assert reply[2:] == (index, value, True), reply

    def acknowledge(self, *, within_ms: float = 40.0) -> None:
        """Acknowledge the cut that stands, until it is gone."""
        self.asks = AT_REST
        self.live(BEAT_MS)
        for _ in range(round(within_ms / BEAT_MS)):
            if not self.now.cut:
                return
            self.send(Acknowledge, self.now.cut)
            self.live(BEAT_MS)
        assert not self.now.cut, f"not cleared within {within_ms} ms: {self.status}"

    def open_session(self, press: Callable[[bool], None]) -> None:
        """Open a session by the board's own button, which `press` holds and lets go."""
        before = self.now.session
        press(True)
        self.live_until(lambda now: now.session not in (0, before), within_ms=60.0)
        press(False)
