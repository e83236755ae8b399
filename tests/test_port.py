"""The border to pyserial: real ptys and sockets, and every way in which a port can be missing."""

import errno
import os
import socket
import termios
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import serial

from firmware_bridge import port as border
from firmware_bridge.mcu_roller import open_mcu
from firmware_bridge.messages import BAUD
from firmware_bridge.port import SerialPort, open_port, ports_here
from hardware.calibration import Calibration
from hardware.errors import AccessError, HardwareError, MissingHardwareError, ReadError
from tests.fake_mcu import SETTINGS, Bench, FakePort
from tests.mcu_engine import McuEngine


class Wire:
    """The far end of a real port."""

    def __init__(self, name: str, send: Callable[[bytes], Any], take: Callable[[int], bytes]):
        self.name, self.send, self.take = name, send, take

    def exactly(self, count: int) -> bytes:
        """Wait for so many bytes."""
        data = b""
        while len(data) < count:
            data += self.take(count - len(data))
        return data


@pytest.fixture
def pty() -> Iterator[Wire]:
    near, far = os.openpty()
    try:
        yield Wire(os.ttyname(far), lambda data: os.write(near, data), lambda n: os.read(near, n))
    finally:
        os.close(near)
        os.close(far)


@pytest.fixture
def tcp() -> Iterator[Wire]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        peers: list[socket.socket] = []

        def peer() -> socket.socket:
            if not peers:
                peers.append(server.accept()[0])
            return peers[0]

        name = f"socket://127.0.0.1:{server.getsockname()[1]}"
        yield Wire(name, lambda data: peer().sendall(data), lambda n: peer().recv(n))
        for one in peers:
            one.close()


@pytest.fixture(params=["pty", "tcp"])
def wire(request: pytest.FixtureRequest) -> Wire:
    made: Wire = request.getfixturevalue(request.param)
    return made


def read_all(port: SerialPort, count: int) -> bytes:
    """Wait for so many bytes; they are on their way."""
    data = b""
    while len(data) < count:
        data += port.read()
    return data


def write_much(port: SerialPort) -> None:
    for _ in range(10_000):
        port.write(bytes(1000))


# Real ports.


def test_bytes_go_both_ways_and_nobody_waits(wire: Wire) -> None:
    every = bytes(range(256))
    with closing(open_port(wire.name)) as port:
        port.write(every)
        assert wire.exactly(256) == every, "no byte means anything to the port"
        wire.send(every)
        assert read_all(port, 256) == every
        assert port.read() == b""
        port.discard()


def test_a_port_is_had_by_one_process_alone(pty: Wire) -> None:
    with closing(open_port(pty.name)), pytest.raises(AccessError, match=r"in use.*ModemManager"):
        open_port(pty.name)


def test_a_far_end_that_goes_is_told() -> None:
    near, far = os.openpty()
    name = os.ttyname(far)
    port = open_port(name)
    os.close(near)
    with pytest.raises(ReadError, match=rf"{name} is gone .*plug it in again"):
        read_all(port, 1)
    port.close()
    port.close()
    os.close(far)
    with pytest.raises(ReadError, match="is gone"):
        port.write(b"x")


def test_what_nobody_fetches_is_not_waited_for(wire: Wire) -> None:
    with closing(open_port(wire.name)) as port:
        with pytest.raises(ReadError, match="takes nothing any more"):
            write_much(port)
        port.discard()


def test_a_system_that_takes_nothing_is_asked_once(
    pty: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may say that it takes bytes, and then take none."""
    asked: list[bytes] = []

    def full(_file: int, data: bytes) -> int:
        asked.append(data)
        if len(asked) > 1:
            raise OSError(errno.EIO, "asked again")
        raise BlockingIOError(errno.EAGAIN, "full")

    with closing(open_port(pty.name)) as port:
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(ReadError, match="takes nothing any more"):
            port.write(b"12345678")
        monkeypatch.undo()
    assert asked == [b"12345678"]


class WiredPort(FakePort):
    """The bench's port, its bytes on a real one."""

    def __init__(self, bench: Bench, wire: Wire) -> None:
        super().__init__(bench)
        self._wire, self._real = wire, open_port(wire.name)

    def read(self) -> bytes:
        came = super().read()
        if came:
            self._wire.send(came)
        return read_all(self._real, len(came))

    def write(self, data: bytes) -> None:
        self._real.write(data)
        super().write(self._wire.exactly(len(data)))

    def close(self) -> None:
        super().close()
        self._real.close()


def test_a_session_over_a_real_port(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    monkeypatch.setattr(bench, "open_port", lambda: WiredPort(bench, wire))
    engine = McuEngine(bench)
    with closing(engine.roller):
        engine.rolling().run(1.0)
        assert engine.driven_ms > 900
        assert engine.sample.cut is None
    engine.bench.wait(0.003)
    assert not engine.bench.mcu.driven


def test_a_roller_opens_its_port_by_name(tmp_path: Path) -> None:
    with pytest.raises(MissingHardwareError, match="is not there"):
        open_mcu(str(tmp_path / "ttyUSB7"), SETTINGS, Calibration(), clock=lambda: 0.0, tell=print)


# What can be wrong with one.


def test_a_missing_port_is_told_with_those_that_are_there(tmp_path: Path) -> None:
    name = str(tmp_path / "ttyUSB0")
    with pytest.raises(MissingHardwareError, match=r"there is /dev/ttyACM0, /dev/ttyUSB1\).*by-id"):
        open_port(name, lambda: ["/dev/ttyACM0", "/dev/ttyUSB1"])
    with pytest.raises(MissingHardwareError, match="there is none now"):
        open_port(name, list)


@pytest.mark.parametrize(
    "gone", [TypeError("int(None)"), UnicodeDecodeError("utf-8", b"x", 0, 1, "x"), OSError("x")]
)
def test_a_port_that_leaves_while_the_ports_are_listed_ends_nothing(
    gone: Exception, tmp_path: Path
) -> None:
    def listed() -> list[str]:
        raise gone

    with pytest.raises(MissingHardwareError, match=r"is not there.*cannot be told while one comes"):
        open_port(str(tmp_path / "ttyUSB0"), listed)


def test_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("x")
    with pytest.raises(MissingHardwareError, match="is no serial port"):
        open_port(str(tmp_path / "notes"))


@pytest.mark.parametrize("name", ["carrier-pigeon://coop", "spy://", "socket://nowhere"])
def test_a_name_that_means_nothing_is_told(name: str) -> None:
    with pytest.raises(MissingHardwareError, match=name.split(":", maxsplit=1)[0]):
        open_port(name)


def test_a_socket_where_nobody_listens_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    with pytest.raises(MissingHardwareError, match=rf":{free} cannot be reached"):
        open_port(f"socket://127.0.0.1:{free}")


@pytest.mark.parametrize(
    ("error", "kind", "cure"),
    [
        (serial.SerialException(errno.EACCES, "denied"), AccessError, "dialout"),
        (PermissionError(errno.EPERM, "denied"), AccessError, "dialout"),
        (serial.SerialException(errno.EBUSY, "busy"), AccessError, "ModemManager"),
        (serial.SerialException(errno.ENODEV, "no device"), MissingHardwareError, "plug"),
        (serial.SerialException("Could not configure port: odd"), HardwareError, "plug it in"),
        (termios.error(errno.ENOTTY, "ioctl"), MissingHardwareError, "no serial port"),
        (termios.error(), HardwareError, "cannot be opened"),
    ],
)
def test_every_error_of_opening_is_ours_with_its_cure(
    error: Exception, kind: type[HardwareError], cure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(name: str, **how: object) -> None:
        assert how["baudrate"] == BAUD
        assert how["exclusive"]
        raise error

    monkeypatch.setattr(serial, "serial_for_url", refused)
    with pytest.raises(kind, match=cure) as caught:
        open_port("/dev/ttyUSB0")
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("fault", [OSError(errno.EIO, "x"), termios.error(5, "x"), TypeError("x")])
def test_every_error_of_an_open_port_is_ours(fault: Exception) -> None:
    class Broken:
        def fails(self, *_given: object) -> None:
            raise fault

        read = write = reset_output_buffer = close = fileno = fails

    port = SerialPort("/dev/ttyUSB0", Broken())
    for call in (port.read, lambda: port.write(b"x"), port.discard, port.close):
        with pytest.raises(ReadError, match="/dev/ttyUSB0 is gone"):
            call()


class Slow:
    """What is sent goes out by the millisecond, or never."""

    def __init__(self, waiting: float) -> None:
        self.waiting, self.done = waiting, ""

    @property
    def out_waiting(self) -> float:
        return self.waiting

    def pause(self, _seconds: float) -> None:
        self.waiting = max(0.0, self.waiting - 11.5)

    def reset_output_buffer(self) -> None:
        self.done += "forgotten, "

    def close(self) -> None:
        self.done += "closed"


@pytest.mark.parametrize(
    ("waiting", "done"), [(0, "closed"), (16, "closed"), (float("inf"), "forgotten, closed")]
)
def test_closing_waits_for_what_was_sent_and_not_for_ever(waiting: float, done: str) -> None:
    """Else the system waits, for as long as it likes."""
    slow = Slow(waiting)
    SerialPort("/dev/ttyUSB0", slow, slow.pause).close()
    assert slow.done == done
    assert slow.waiting in (0.0, float("inf"))


def test_a_port_that_is_gone_is_closed_without_waiting() -> None:
    class Gone(Slow):
        @property
        def out_waiting(self) -> float:
            raise OSError(errno.EIO, "gone")

    gone = Gone(16)
    SerialPort("/dev/ttyUSB0", gone, gone.pause).close()
    assert (gone.done, gone.waiting) == ("closed", 16)


def test_only_ports_with_a_device_behind_them_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Found:
        def __init__(self, device: str, vid: int | None) -> None:
            self.device, self.vid = device, vid

    found = [Found("/dev/ttyS0", None), Found("/dev/ttyUSB1", 0x1A86), Found("/dev/ttyACM0", 1)]
    monkeypatch.setattr(border, "comports", lambda: found)
    assert ports_here() == ["/dev/ttyACM0", "/dev/ttyUSB1"]
