"""Who is on a port, and what it says, without setting or driving anything.

HELLO drops the lease of whoever drove; the port is had by one process alone, so nobody does.
"""

from collections.abc import Callable, Iterator
from math import inf

from firmware_bridge.handshake import FLASH, HELLO_EVERY_S, PATIENCE_S
from firmware_bridge.line import Line
from firmware_bridge.messages import (
    VERSION,
    CutCode,
    Failed,
    Fitted,
    Hello,
    Identity,
    ResetCause,
    Status,
)
from hardware.errors import HardwareError, MissingHardwareError

POLL_S = 0.005
TELL_EVERY_S = 0.1
FLAGS = {
    "heel": "heel_end_open", "toe": "toe_end_open", "stop": "stop_pressed", "gate": "gate_on",
    "start": "start_down", "plus": "plus_down", "minus": "minus_down", "foot": "foot_on",
    "configured": "configured", "driving": "driving",
}  # fmt: skip


def identify(
    name: str, line: Line, clock: Callable[[], float], pause: Callable[[float], None]
) -> Identity:
    """Ask until there is an answer. Raises `HardwareError` when there is none in time."""
    began_s, asked_s = clock(), -inf
    while (now_s := clock()) - began_s < PATIENCE_S:
        if now_s - asked_s >= HELLO_EVERY_S:
            line.send(Hello(0, 0))
            asked_s = now_s
        for frame in line.receive():
            if isinstance(frame, Identity):
                return frame
        pause(POLL_S)
    if line.heard_bytes:
        raise HardwareError(
            f"What is on {name} talks ({line.heard_bytes} bytes), but not as Footloop's "
            f"microcontroller does: is it another device? If it is the right one, {FLASH}"
        )
    raise MissingHardwareError(
        f"Nothing answers on {name}: check its supply, its cable and the port's name; if it was "
        f"never flashed, {FLASH}"
    )


def described(identity: Identity) -> list[str]:
    """Tell who it is, one line each."""
    fits = "" if identity.protocol == VERSION else f"; this program speaks {VERSION}: {FLASH}"
    failed = _bits(Failed, identity.self_test, "all passed")
    return [
        f"firmware {identity.major}.{identity.minor}, flash CRC {identity.flash_crc:04x}",
        f"wire version {identity.protocol}{fits}",
        f"can use: {_bits(Fitted, identity.capabilities, 'nothing')}",
        f"started by: {_bits(ResetCause, identity.reset_cause, 'unknown')}; "
        f"starts counted: {identity.boots}",
        f"self-test: {failed if identity.self_test == 0 else f'FAILED: {failed}'}",
    ]


def watched(
    line: Line, clock: Callable[[], float], pause: Callable[[float], None]
) -> Iterator[str]:
    """Tell its newest word, for ever, ten times a second. Raises what the port raises."""
    began_s = told_s = clock()
    newest: Status | None = None
    while True:
        for frame in line.receive():
            newest = frame if isinstance(frame, Status) else newest
        now_s = clock()
        if now_s - told_s >= TELL_EVERY_S:
            told_s = now_s
            told = "nothing heard" if newest is None else told_of(newest)
            yield f"{now_s - began_s:7.1f} s  {told}  garbled {line.rejects}"
            newest = None
        pause(POLL_S)


def told_of(status: Status) -> str:
    """A frame in one line; what is in brackets is off."""
    flags = " ".join(
        word if getattr(status, field) else f"({word})" for word, field in FLAGS.items()
    )
    return (
        f"A {status.pressure_a:4}  B {status.pressure_b:4}  current {status.current:4}  {flags}  "
        f"cut {CutCode(status.cut).name}  session {status.session}  encoder {status.encoder}  "
        f"soft restarts {status.restarts}"
    )


def _bits(names: type[Failed | Fitted | ResetCause], bits: int, none: str) -> str:
    """The names of the bits that are set; a bit without a name by its number."""
    known = {int(one): one.name.lower().replace("_", " ") for one in names}
    every = (1 << place for place in range(8))
    return ", ".join(known.get(bit, f"bit {bit}") for bit in every if bits & bit) or none
