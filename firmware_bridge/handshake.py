"""How a microcontroller is met: who it is, whether it fits, and its parameters set. Pure.

HELLO until there is an IDENTITY; then one SET after the other, each until it is in force; then a
STATUS that says it is configured. What it is at last is the newest of what it said, so one that
restarts on the way begins again. Nothing moves meanwhile: HELLO drops the lease.
"""

from collections.abc import Mapping
from math import inf

from firmware_bridge import messages
from firmware_bridge.messages import (
    VERSION,
    Failed,
    Fitted,
    Hello,
    HostFrame,
    Identity,
    McuFrame,
    Parameter,
    ParameterIndex,
    Status,
)
from hardware.errors import HardwareError, MissingHardwareError

PATIENCE_S = 3.0
"""An Arduino resets when its port is opened, and its boot loader then waits for a second or two."""
HELLO_EVERY_S = 0.25
SET_EVERY_S = 0.05
"""So long an answer is waited for: of a slower one that is all that is known."""
SLOWEST_ANSWER_S = 0.010
"""A link whose quickest answer surely needs longer cannot carry the heartbeat."""
FLASH = "flash the firmware of this version: footloop flash --port PORT"
FAILED = {
    Failed.FLASH: f"its program memory is damaged; {FLASH}",
    Failed.RAM: "its memory is damaged; replace it",
    Failed.ADC: "its converter is off; check its 5 V supply, or replace it",
    Failed.WATCHDOG: "its watchdog does not bite; replace it",
}
"""What a failed self-test means, and the cure."""


class Handshake:
    """One meeting, from its first HELLO to its end."""

    def __init__(self, name: str, wanted: Mapping[ParameterIndex, int], began_at_s: float) -> None:
        """`name`: of the port, for what is told; `wanted`: the parameters to set."""
        self.identity: Identity | None = None
        self.done = False
        self._name, self._wanted, self._began_at_s = name, wanted, began_at_s
        self._left: list[ParameterIndex] = []
        self._next_s = self._asked_at_s = -inf
        self._asked_once = False
        self._quickest_s = inf
        self._heard = False

    def due(self, now_s: float) -> HostFrame | None:
        """Return what is to be sent now, if anything."""
        if self.done or now_s < self._next_s:
            return None
        if self.identity is None:
            self._next_s = now_s + HELLO_EVERY_S
            return Hello(0, 0)
        if not self._left:
            return None
        self._asked_once = self._next_s == -inf
        self._asked_at_s, self._next_s = now_s, now_s + SET_EVERY_S
        index = self._left[0]
        return messages.Set(0, 0, index, self._wanted[index])

    def hear(self, frame: McuFrame, looked_at_s: float) -> None:
        """Take what it says, which was not there yet when the port was looked at before this.

        Raises `HardwareError` when it is not what is needed.
        """
        self._heard = True
        if isinstance(frame, Identity):
            self._meet(frame)
        elif isinstance(frame, Parameter):
            self._note(frame, looked_at_s)
        elif self.identity is not None and not self._left:
            self._conclude(frame)

    def overdue(self, now_s: float, heard_bytes: int) -> HardwareError | None:
        """Return what is wrong when it took too long; `heard_bytes`: what came in all."""
        if self.done or now_s - self._began_at_s < PATIENCE_S * (1 if self.identity is None else 2):
            return None
        if self.identity is not None:
            index = self._left[0].name if self._left else "what it was set"
            return HardwareError(
                f"The microcontroller on {self._name} does not take {index}: {FLASH}"
            )
        if self._heard:
            return HardwareError(
                f"The microcontroller on {self._name} talks and does not answer: it restarts again "
                "and again, or hears nothing; check its supply and the cable"
            )
        if heard_bytes:
            return HardwareError(
                f"What is on {self._name} talks, but not as Footloop's microcontroller does: is it "
                f"another device? `footloop mcu info --port` tries a port; if it is the right one, "
                f"{FLASH}"
            )
        return MissingHardwareError(
            f"Nothing answers on {self._name}: check its supply, its cable and the port's name; "
            f"if it was never flashed, {FLASH}"
        )

    def _meet(self, identity: Identity) -> None:
        error = misfit(self._name, identity, self._wanted[ParameterIndex.FITTED])
        if error is not None:
            raise error
        self.identity = identity
        self._left, self._next_s = list(self._wanted), -inf

    def _note(self, answer: Parameter, looked_at_s: float) -> None:
        """A parameter is in force; the quickest first answer tells how quick the link is."""
        if not self._left or answer.parameter != self._left[0]:
            return
        if self._asked_once:
            self._quickest_s = min(self._quickest_s, looked_at_s - self._asked_at_s)
        if answer.accepted and answer.value == self._wanted[self._left[0]]:
            del self._left[0]
            self._next_s = -inf

    def _conclude(self, status: Status) -> None:
        if not status.configured:  # it has restarted since
            self.identity, self._next_s = None, -inf
        elif self._quickest_s > SLOWEST_ANSWER_S:
            raise too_slow(self._name, min(self._quickest_s, SET_EVERY_S))
        else:
            self.done = True


def misfit(name: str, identity: Identity, fitted: int) -> HardwareError | None:
    """Return why the microcontroller on `name` is of no use; `fitted`: bits of what it must use."""
    if identity.protocol != VERSION:
        return HardwareError(
            f"The microcontroller on {name} speaks version {identity.protocol} of the wire and "
            f"this program version {VERSION}: {FLASH}"
        )
    failed = [FAILED[bit] for bit in Failed if identity.self_test & bit]
    if identity.self_test:
        why = "; ".join(failed) or f"code {identity.self_test}; {FLASH}"
        return HardwareError(f"The microcontroller on {name} failed its self-test: {why}")
    lacking = fitted & ~identity.capabilities
    if not lacking:
        return None
    names = ", ".join(bit.name.lower() for bit in Fitted if lacking & bit)
    return HardwareError(f"The firmware on {name} cannot use what is fitted ({names}): {FLASH}")


def too_slow(name: str, answer_s: float) -> HardwareError:
    """What to tell of a link whose quickest answer takes `answer_s` at least."""
    cure = "take a direct cable"
    if "://" not in name:
        timer = f"/sys/bus/usb-serial/devices/$(basename $(readlink -f {name}))/latency_timer"
        cure = f"set the adapter's latency timer to 1 ms (echo 1 | sudo tee {timer}), or {cure}"
    return HardwareError(
        f"{name} takes {answer_s * 1000.0:.0f} ms to answer, at most "
        f"{SLOWEST_ANSWER_S * 1000.0:.0f} ms will do: {cure}"
    )
