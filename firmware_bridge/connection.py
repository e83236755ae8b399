"""The link to a microcontroller: opened, met, watched, and when it is lost, opened again.

A meeting is `Handshake`'s. Once it is done the link is up, and every STATUS is news. One that says
that nothing is configured any more tells of a restart, a long silence of nobody knows what: both
are met anew over the port that is open. So is a board whose port nobody has looked at for as long,
one that does not hear us, and one whose words are old when they come (`Echo`). A port that fails,
or on which nobody is met, is closed and opened again after a while. Nothing here drives anything.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from firmware_bridge.echo import Echo
from firmware_bridge.handshake import Handshake, too_slow
from firmware_bridge.line import Line, Port
from firmware_bridge.mcu_clock import MOST_DRIFT, McuClock
from firmware_bridge.messages import (
    SOFT_RESTART_MS,
    HostFrame,
    Identity,
    McuFrame,
    ParameterIndex,
    Status,
)
from hardware.errors import HardwareError, ReadError

POLL_S = 0.001
"""How often whoever waits for the microcontroller looks at the port."""
SILENT_S = SOFT_RESTART_MS / 1000.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 4.0
"""Before a lost port is tried again."""


class News(NamedTuple):
    """What the microcontroller said last, and when that was sampled, on the loop's clock."""

    status: Status
    taken_at_s: float


class Connection:
    """One port, for as long as the roller lives."""

    def __init__(
        self,
        name: str,
        wanted: Mapping[ParameterIndex, int],
        opener: Callable[[], Port],
        clock: Callable[[], float],
        tell: Callable[[str], None],
    ) -> None:
        """`name`: of the port, for people; `wanted`: the parameters to set; `tell`: gets news."""
        self.problem: HardwareError | None = None
        """Why the link is not up; None while it is."""
        self.identity: Identity | None = None
        self._name, self._opener, self._clock, self._tell = name, opener, clock, tell
        self._meeting = partial(Handshake, name, wanted)
        self._line: Line | None = None
        self._handshake: Handshake | None = None
        self._echo, self._ticks = Echo(), McuClock()
        self.drifts = False
        """Its clock is off."""
        self._heard_at_s = self._looked_at_s = self._retry_at_s = clock()
        self._wait_s = FIRST_WAIT_S

    @property
    def up(self) -> bool:
        """The microcontroller is met, and not lost."""
        return self._line is not None and self._handshake is None

    def meet(self, pause: Callable[[float], None]) -> tuple[Identity, News]:
        """Open the port and meet who is there; return who it is, and its first news.

        `pause` lets the clock's time pass. Raises `HardwareError`, or one of its leaves, when there
        is none, or none that fits.
        """
        news: list[News] = []
        try:
            while self.identity is None or not self.up or not news:
                news = self._advance(self._clock())
                pause(POLL_S)
        except BaseException:
            self._drop()
            raise
        return self.identity, news[-1]

    def advance(self, *, paused: bool = False) -> list[News]:
        """Return the news; do what there is to do when the link is not up.

        `paused`: if nobody has looked for long, it was meant so, and is no news.
        """
        try:
            return self._advance(self._clock(), paused)
        except HardwareError as error:
            self._lose(error)
            return []

    def send(self, *frames: HostFrame) -> None:
        """Send `frames` if the link is up."""
        if self._line is None or self._handshake is not None:
            return
        try:
            self._line.send(*self._with_question(frames, self._clock()))
        except HardwareError as error:
            self._lose(error)

    def _with_question(self, frames: Sequence[HostFrame], now_s: float) -> Sequence[HostFrame]:
        """Behind a DRIVE that goes alone there is room for a question on the line."""
        self._echo.sent(now_s)
        question = self._echo.due(now_s) if len(frames) == 1 else None
        return frames if question is None else [*frames, question]

    def close(self) -> None:
        """Release the port; what was sent last, goes out if anybody fetches it at once."""
        if self._line is not None:
            line, self._line = self._line, None
            line.port.close()

    def _advance(self, now_s: float, paused: bool = False) -> list[News]:
        if self._line is None and now_s < self._retry_at_s:
            return []
        if self._line is None:
            self._line = Line(self._opener())
            self._begin(self._line, now_s)
        line = self._line
        if self._handshake is None and now_s - self._looked_at_s > SILENT_S:
            self._begin(line, now_s)  # nobody has looked: what came is old, and some of it is lost
            if not paused:
                self._note(stalled(self._name, now_s - self._looked_at_s))
        taken = [self._take(frame, line, now_s) for frame in line.receive()]
        if self._handshake is not None:
            self._meet_on(line, self._handshake, now_s)
        else:
            self._watch(line, now_s)
        self._looked_at_s = now_s
        return [news for news in taken if news is not None]

    def _take(self, frame: McuFrame, line: Line, now_s: float) -> News | None:
        """Take one frame; return what is news of one who has been met."""
        self._heard_at_s = now_s
        if self._handshake is not None:
            self._handshake.hear(frame, self._looked_at_s)
            if not self._handshake.done:
                return None
            self._met(self._handshake)
        self._echo.hear(frame, self._looked_at_s)
        if not isinstance(frame, Status):
            return None
        if not frame.configured:
            self._begin(line, now_s)
            self._note(ReadError(f"The microcontroller on {self._name} has restarted: wait"))
        return News(frame, self._ticks.taken_at_s(frame.tick_ms, now_s, self._echo.asked_at_s))

    def _watch(self, line: Line, now_s: float) -> None:
        """Begin anew with one that does not hear, or whose words are old when they come."""
        error = self._ailing(now_s)
        if error is not None:
            self._begin(line, now_s)
            self._note(error)
            return
        if self._ticks.drifts and not self.drifts:
            self._tell(
                f"The clock of the microcontroller on {self._name} is off by {MOST_DRIFT:.0%} or "
                "more, so every time it counts is wrong: replace the board, or its crystal."
            )
        self.drifts = self._ticks.drifts

    def _ailing(self, now_s: float) -> HardwareError | None:
        """What is wrong with the link, if anything."""
        if now_s - self._heard_at_s > SILENT_S:
            return ReadError(f"{self._name} is silent: check supply, cable and plugs")
        if self._echo.deaf(now_s):
            return ReadError(
                f"The microcontroller on {self._name} is heard, but hears nothing: check cable and "
                "plugs"
            )
        took_s = self._echo.too_slow_s
        return None if took_s is None else too_slow(self._name, took_s)

    def _begin(self, line: Line, now_s: float) -> None:
        """Meet who is there."""
        self._handshake, line.heard_bytes = self._meeting(now_s), 0

    def _meet_on(self, line: Line, handshake: Handshake, now_s: float) -> None:
        """One step of a meeting."""
        error = handshake.overdue(now_s, line.heard_bytes)
        if error is not None:
            raise error
        frame = handshake.due(now_s)
        if frame is not None:
            line.send(frame)

    def _met(self, handshake: Handshake) -> None:
        self.identity, self._handshake = handshake.identity, None
        self._wait_s = FIRST_WAIT_S
        self._echo, self._ticks = Echo(), McuClock()
        if self.problem is not None:
            self.problem = None
            self._tell(f"The microcontroller on {self._name} is back.")

    def _lose(self, error: HardwareError) -> None:
        self._drop()
        self._retry_at_s = self._clock() + self._wait_s
        self._wait_s = min(2.0 * self._wait_s, LONGEST_WAIT_S)
        self._note(error)

    def _drop(self) -> None:
        """Close the port; what was not sent yet, must not come late."""
        if self._line is not None:
            port, self._line, self._handshake = self._line.port, None, None
            with suppress(HardwareError):  # it is lost already, and why is known
                port.discard()
            with suppress(HardwareError):
                port.close()

    def _note(self, problem: HardwareError) -> None:
        """Tell a problem once."""
        if str(problem) != str(self.problem):
            self._tell(f"{problem}.")
        self.problem = problem


def stalled(name: str, for_s: float) -> ReadError:
    """Nobody on this side has looked at the port for too long."""
    return ReadError(
        f"This program stood still for {for_s:.2f} s (at most {SILENT_S:g} s) and did not look at "
        f"{name}: the computer is overloaded or was asleep; end what else runs on it"
    )
