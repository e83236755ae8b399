"""The roller behind a microcontroller: what `hardware/roller.py` promises, over a serial port.

The microcontroller samples, cuts and refuses by itself; here its newest word becomes a sample, and
a drive one frame. A link that is lost is no error but a cut (LINK): the last sample keeps its age,
the kernel latches, and while it does the port is opened again and the microcontroller met anew.
Nothing moves by that: whoever latched waits for a person. A microcontroller that restarted is met
anew, too, and says so itself (RESET); one whose clock is off is cut as unfit (SELF_TEST).

What it has cut is acknowledged only if it stood when the latch of this side was released, or, one
of `FRESH_CUTS`, when it was met at the start. What comes later is new: nobody has seen it yet.

`read()` takes what has arrived and waits for nothing. Only while a lost port is tried again it may
take as long as the system needs to open one: milliseconds for a cable, seconds for a `socket://`
whose machine does not answer.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from firmware_bridge.connection import POLL_S, Connection
from firmware_bridge.handshake import PATIENCE_S
from firmware_bridge.line import Port
from firmware_bridge.mcu_sample import CUTS, frame_of, sample_of
from firmware_bridge.mcu_settings import FULL_COUNTS, McuSettings, parameters
from firmware_bridge.messages import Acknowledge, CutCode, HostFrame, Identity, Stop
from firmware_bridge.port import open_port
from hardware.calibration import Calibration
from hardware.errors import HardwareError, ReadError
from hardware.roller import FRESH_CUTS, LATCHED_REST, Cut, Drive, RawPressure, Sample
from hardware.signals import NoSignals


def open_mcu(
    port: str,
    settings: McuSettings,
    calibration: Calibration,
    *,
    clock: Callable[[], float],
    tell: Callable[[str], None],
) -> "McuRoller":
    """Open the roller on a port, by its path or URL. Raises what `McuRoller` raises."""
    return McuRoller(
        port, settings, calibration, opener=lambda: open_port(port), clock=clock, tell=tell
    )


class McuRoller:
    """A `Roller` behind a microcontroller. Units and ranges: `Sample` and `Drive`."""

    name = "roller on a microcontroller"
    signals = NoSignals()

    def __init__(
        self,
        port: str,
        settings: McuSettings,
        calibration: Calibration,
        *,
        opener: Callable[[], Port],
        clock: Callable[[], float],
        tell: Callable[[str], None],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Open the port and meet the microcontroller; `pause` lets the clock's time pass.

        `tell` gets a line when the link is lost and when it is back. Raises `HardwareError`, or one
        of its leaves, when there is no port, no microcontroller on it or none that fits.
        """
        self._settings, self._calibration, self._clock = settings, calibration, clock
        self._closed = self._latched = False
        self._pause = pause
        self._connection = Connection(port, parameters(settings, calibration), opener, clock, tell)
        self._identity, (self._status, self._taken_at_s) = self._connection.meet(pause)
        cut = self._status.cut
        self._acknowledged = cut if CUTS[cut] in FRESH_CUTS else CutCode.NONE

    @property
    def identity(self) -> Identity:
        """Who was met first."""
        return self._identity

    def read(self) -> Sample:
        """Return the newest sample. Raises `HardwareError` only once it is closed."""
        self._check_open()
        self._listen()
        cut, settings = self._own_cut(), self._settings
        return sample_of(self._status, self._taken_at_s, settings, self._calibration, cut)

    def raw(self) -> RawPressure:
        """Return what the elements read now, to calibrate by. Raises `HardwareError`.

        This one waits: who weighs pauses between the weights, and what has come meanwhile is old.
        """
        until_s = self._clock() + PATIENCE_S
        self._check_open()
        self._listen(paused=True)
        while self._own_cut() is Cut.LINK:
            if not self._clock() < until_s:
                why = self._connection.problem or f"it was not heard for {PATIENCE_S:g} s"
                raise ReadError(f"There is nothing to weigh with: {why}")
            self._pause(POLL_S)
            self.read()
        a, b = self._status.pressure_a, self._status.pressure_b
        return RawPressure(a / FULL_COUNTS, b / FULL_COUNTS if self._settings.pressure_b else None)

    def drive(self, drive: Drive) -> None:
        """Send `drive`. A link that is lost carries nothing, and `read()` says so.

        Raises `ValueError` for a duty outside -1..1 or NaN, with nothing sent.
        """
        if not -1.0 <= drive.duty <= 1.0:
            raise ValueError(f"duty is {drive.duty}: it must be within -1..1")
        self._check_open()
        of_latch = self._latch(drive.latched)
        self._connection.send(*of_latch, frame_of(drive, self._status.session))

    def close(self) -> None:
        """Stop, rest, release the port; harmless when repeated."""
        if self._closed:
            return
        self._closed = True
        session = self._status.session
        self._connection.send(Stop(0, session), frame_of(LATCHED_REST, session))
        with suppress(HardwareError):  # a port that is gone is released, too
            self._connection.close()

    def _check_open(self) -> None:
        if self._closed:
            raise HardwareError("The roller is closed: open it again.")

    def _listen(self, *, paused: bool = False) -> None:
        """Take the newest word, and when it was said."""
        news = self._connection.advance(paused=paused)
        if news:
            self._status, self._taken_at_s = news[-1]

    def _own_cut(self) -> Cut | None:
        """What is wrong as seen from this side."""
        if not self._connection.up:
            return Cut.LINK
        if self._connection.drifts:
            return Cut.SELF_TEST
        return Cut.LINK if self._clock() - self._taken_at_s > self._settings.stale_s else None

    def _latch(self, latched: bool) -> list[HostFrame]:
        """What is to be said of the latch. It comes first: it must not wait behind anything."""
        was_latched, self._latched = self._latched, latched
        session, cut = self._status.session, self._status.cut
        if latched:
            return [] if was_latched and cut != CutCode.NONE else [Stop(0, session)]
        if was_latched:
            self._acknowledged = cut
        elif cut != self._acknowledged:
            self._acknowledged = CutCode.NONE
        return [Acknowledge(0, session, cut)] if self._acknowledged != CutCode.NONE else []
