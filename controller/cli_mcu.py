"""The commands for the microcontroller alone: flash it, ask who it is, look what it says."""

import argparse
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from firmware_bridge import flash as flashing
from firmware_bridge import monitor
from firmware_bridge.handshake import misfit
from firmware_bridge.line import Line
from firmware_bridge.messages import Identity
from firmware_bridge.port import open_port

OK, UNFIT = 0, 1


def flash(given: argparse.Namespace) -> int:
    """Write the firmware, then see that it runs. Raises `HardwareError`."""
    flashing.check(given.port, given.hex)
    with closing(open_port(given.port)):  # no engine has it, and none can have it meanwhile
        _tell(f"writing {given.hex} to {given.port}; leave it plugged in")
        flashing.flash(given.port, given.hex)
    _tell("written and verified; waiting for it to start")
    with _met(given.port) as (_, identity):
        error = misfit(given.port, identity, fitted=0)
    if error is not None:
        raise error
    return OK


def mcu(given: argparse.Namespace) -> int:
    """Tell who is on the port, and if asked what it says, until Ctrl-C. Raises `HardwareError`.

    One whose self-test failed, or that speaks another version, is told like any other; the exit
    code of `info` says it.
    """
    with suppress(KeyboardInterrupt), _met(given.port) as (line, identity):
        if given.what == "info":
            return OK if misfit(given.port, identity, fitted=0) is None else UNFIT
        for told in monitor.watched(line, time.monotonic, time.sleep):
            _tell(told)
    return OK


@contextmanager
def _met(port: str) -> Iterator[tuple[Line, Identity]]:
    """Open the port and tell who is there."""
    with closing(open_port(port)) as opened:
        line = Line(opened)
        identity = monitor.identify(port, line, time.monotonic, time.sleep)
        _tell("\n".join(monitor.described(identity)))
        yield line, identity


def _tell(text: str) -> None:
    print(text, flush=True)
