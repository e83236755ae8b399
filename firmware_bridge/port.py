"""The border to pyserial: a port of this machine or a `socket://` one, and what can go wrong.

Whatever pyserial raises is translated here, once, each with its cure. Opening a USB port resets
most Arduinos; whoever talks to one has to be patient for about two seconds.
"""

import errno
import os
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import serial
from serial.tools.list_ports import comports

from firmware_bridge.messages import BAUD
from hardware.errors import AccessError, HardwareError, MissingHardwareError, ReadError

MOST_BYTES = 4096
CLOSING_POLL_S, CLOSING_POLLS = 0.001, 50
"""So often what was sent is looked after before the port is closed: two frames need 1.4 ms."""
GONE = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO)
FORBIDDEN = (errno.EACCES, errno.EPERM)
HELD = (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK)
UNLISTED = "which ports are there cannot be told while one comes or goes"


def ports_here() -> list[str]:
    """Return the serial ports of this machine that have a device behind them."""
    return sorted(one.device for one in comports() if one.vid is not None)


def open_port(name: str, here: Callable[[], list[str]] = ports_here) -> "SerialPort":
    """Open a port by its path or URL, for this process alone.

    Raises `MissingHardwareError` when there is none, `AccessError` when it cannot be had.
    """
    try:
        port = serial.serial_for_url(
            name, baudrate=BAUD, timeout=0, write_timeout=0, exclusive=True
        )
    except ValueError as error:
        raise MissingHardwareError(
            f"{name} names no port ({error}): give a path such as /dev/ttyUSB0, or socket://"
            "HOST:PORT"
        ) from error
    except (OSError, termios.error) as error:
        raise _why_not(name, error, here) from error
    return SerialPort(name, port)


def _why_not(
    name: str, error: OSError | termios.error, here: Callable[[], list[str]]
) -> HardwareError:
    number = _number(error)
    if number in FORBIDDEN:
        return AccessError(
            f"{name} may not be used by this user: `sudo usermod -aG dialout $USER`, then log in "
            "anew"
        )
    if number in HELD:
        return AccessError(
            f"{name} is in use: end the other program (another engine, a serial monitor, "
            f"ModemManager); `fuser {name}` tells which"
        )
    if number == errno.ENOTTY:
        return MissingHardwareError(f"{name} is no serial port: give that of the microcontroller")
    if "://" in name:
        return MissingHardwareError(f"{name} cannot be reached ({error}): start what answers there")
    if number in GONE:
        return MissingHardwareError(
            f"{name} is not there: plug the microcontroller in, or name its port ({_there(here)}); "
            "a name under /dev/serial/by-id stays the same when ports are renamed"
        )
    return HardwareError(f"{name} cannot be opened ({error}): unplug it, plug it in again")


def _there(here: Callable[[], list[str]]) -> str:
    """Which ports there are; of a device that is just leaving half the entries are gone."""
    try:
        found = ", ".join(here())
    except (OSError, TypeError, ValueError):  # no number, half a number, no text any more
        return UNLISTED
    return f"there is {found}" if found else "there is none now"


def _number(error: BaseException) -> int | None:
    """The system's number of an error, which pyserial may have wrapped in one without."""
    wrapped = error.__context__
    number = error.args[0] if error.args else None
    if isinstance(number, int):
        return number
    return None if wrapped is None else _number(wrapped)


class SerialPort:
    """An open port. Bytes in and out; no modem line is ever asked for."""

    def __init__(self, name: str, port: Any, pause: Callable[[float], None] = time.sleep) -> None:
        self._name, self._port, self._pause = name, port, pause

    def read(self) -> bytes:
        """Return what has come. Raises `ReadError` when the port is gone."""
        with self._translated():
            data: bytes = self._port.read(MOST_BYTES)
        return data

    def write(self, data: bytes) -> None:
        """Send `data`. Raises `ReadError` when the port is gone, or nobody fetches what is sent.

        The system takes a frame at once or not at all. pyserial is not asked to write: it would
        try again without end where the system takes nothing, for the loop has no time to give.
        """
        with self._translated():
            taken = _taken(self._port.fileno(), data)
        if taken != len(data):
            raise ReadError(f"{self._name} takes nothing any more: unplug it, plug it in again")

    def discard(self) -> None:
        """Forget what was not sent yet, as its time is over."""
        with self._translated():
            self._port.reset_output_buffer()

    def close(self) -> None:
        """Release the port; what was sent goes out, unless nobody fetches it.

        The system would wait for that as well, and for half a minute.
        """
        with suppress(ReadError):  # where nothing is, nothing waits
            self._drain()
        with self._translated():
            self._port.close()

    def _drain(self) -> None:
        """Wait a moment for what was sent; forget what is left. A socket tells of none."""
        with self._translated():
            for _ in range(CLOSING_POLLS):
                if not getattr(self._port, "out_waiting", 0):
                    return
                self._pause(CLOSING_POLL_S)
            self._port.reset_output_buffer()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, termios.error, TypeError, ValueError) as error:  # the last two: closed
            raise ReadError(
                f"{self._name} is gone ({error}): plug it in again, check cable and plugs"
            ) from error


def _taken(file: int, data: bytes) -> int:
    """Return how many of the bytes the system has taken."""
    try:
        return os.write(file, data)
    except BlockingIOError:
        return 0
