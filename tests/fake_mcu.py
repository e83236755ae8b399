"""A microcontroller in Python, as far as a host can tell: what it answers, allows and latches.

It speaks through the real codec. Time is the test's: `Bench.wait()` lets milliseconds pass, and
bytes take their time on the wire. The firmware itself is tried elsewhere; this one is for faults
that a binary cannot be asked to have.
"""

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from firmware_bridge import messages
from firmware_bridge.layout import Direction
from firmware_bridge.mcu_roller import McuRoller
from firmware_bridge.mcu_settings import FULL_COUNTS, McuSettings
from firmware_bridge.messages import (
    HEARTBEAT_MS,
    LEASE_MS,
    PARAMETER_BOUNDS,
    VERSION,
    CutCode,
    HostFrame,
    Identity,
    Parameter,
    ParameterIndex,
    Status,
)
from firmware_bridge.wire import Decoder, encode
from hardware.calibration import KPA_PER_N, Calibration, Element
from hardware.errors import HardwareError, MissingHardwareError, ReadError
from sim import gate

STEP_S = 0.001
BYTE_S = 10 / 115_200
"""What a byte needs on the wire."""
SETTINGS = McuSettings(level_kpa=75.0, most_duty=0.5, service_duty=0.13)
PORT = "/dev/ttyUSB0"
Tamper = Callable[[bytes], Iterable[tuple[float, bytes]]]
"""What becomes of a frame: pieces, each with how long it is held up."""


def untouched(data: bytes) -> Iterable[tuple[float, bytes]]:
    """A sound wire."""
    return [(0.0, data)]


class FakeMcu:
    """One board with a foot, buttons and switches before it."""

    def __init__(self) -> None:
        self.identity: dict[str, Any] = {
            "protocol": VERSION, "major": 1, "minor": 2, "capabilities": 7, "reset_cause": 1,
            "self_test": 0, "flash_crc": 0xBEEF, "boots": 3,
        }  # fmt: skip
        self.kpa = 0.0
        self.clock_ratio = 1.0  # of its milliseconds to ours
        self.inputs: dict[str, int] = {}  # of STATUS, where they are not as usual
        self.refused: set[ParameterIndex] = set()
        self.got: list[HostFrame] = []
        self.deaf_s = 0.0  # boot loader: so long after a reset it hears nothing
        self.gate = gate.GateState(gate.Gate())
        self._sequence = self._number = 0
        self._noise = Random(1)
        self.cut = CutCode.NONE
        self.reset(CutCode.RESET)

    def reset(self, cut: CutCode | None = None) -> None:
        """Start anew; the cut is the one before, or else this."""
        self.cut = self.cut or (CutCode.RESET if cut is None else cut)
        self.parameters: dict[int, int] = {}
        self.session = 0
        self.duty = 0
        self.edges = False
        self.quiet_ms, self.silent_ms, self.ms = 0, 10_000, 0.0
        self.up_s, self._foot_ms, self._last = 0.0, 10_000, 0
        self._command: messages.Drive | None = None
        self._decoder = Decoder(Direction.TO_MCU)
        self._owed: list[type[Identity | Parameter | Status]] = []
        self._asked = (0, False)
        self._start_down = True

    @property
    def configured(self) -> bool:
        return len(self.parameters) == len(ParameterIndex)

    @property
    def driven(self) -> bool:
        return self.duty != 0

    def hear(self, data: bytes) -> None:
        """Bytes from the host."""
        if self.up_s < self.deaf_s:
            return
        for frame in self._decoder.feed(data):
            self.got.append(frame)  # type: ignore[arg-type]
            self._obey(frame)

    def _obey(self, frame: messages.Frame) -> None:
        if isinstance(frame, messages.Stop):
            self.cut, self.duty, self.edges = self.cut or CutCode.STOP, 0, False
        elif isinstance(frame, messages.Hello):
            self._last, self.silent_ms, self.session = frame.sequence, 10_000, 0
            self._owed.append(Identity)
            return
        elif not 1 <= (frame.sequence - self._last) % 256 <= 127:
            return
        elif isinstance(frame, messages.Drive):
            self._command, self.silent_ms = frame, 0
        elif isinstance(frame, messages.Acknowledge):
            if frame.cut == self.cut and self.kpa < 4.0:
                self.cut = CutCode.NONE
        elif isinstance(frame, messages.Set):
            self._set(frame)
        self._last = frame.sequence
        if Status not in self._owed and not isinstance(frame, messages.Set):
            self._owed.append(Status)

    def _set(self, frame: messages.Set) -> None:
        index = ParameterIndex(frame.parameter)
        low, high = PARAMETER_BOUNDS[index]
        taken = low <= frame.value <= high and not self.driven and index not in self.refused
        if taken:
            self.parameters[index] = frame.value
        self._asked = (index, taken)
        self._owed.append(Parameter)

    def tick(self) -> list[bytes]:
        """A millisecond; what is sent in it."""
        self.up_s += STEP_S
        self.ms += self.clock_ratio
        self.silent_ms += 1
        self.quiet_ms += 1
        self._attend()
        self._move()
        if self.edges and int(self.ms) % 4 == 0:
            gate.give_edge(self.gate)
        gate.advance(self.gate, True, STEP_S)
        if self.up_s < self.deaf_s:
            return []
        if self.quiet_ms >= HEARTBEAT_MS and not self._owed:
            self._owed.append(Status)
        owed, self._owed = self._owed, []
        if owed:
            self.quiet_ms = 0
        return [encode(self._answer(kind)) for kind in owed]

    def _attend(self) -> None:
        self._foot_ms = 0 if self.kpa >= 4.0 else self._foot_ms + 1
        down = bool(self.inputs.get("start_down"))
        if down and not self._start_down and self.configured and not (self.cut or self.driven):
            self._number = self._number % 63 + 1
            self.session = self._number
        self._start_down = down
        if self.cut:
            self.session = 0

    def _move(self) -> None:
        command, self.duty, self.edges = self._command, 0, False
        if command is None or self.cut or self.silent_ms >= LEASE_MS or not self.configured:
            return
        if self.session and command.session == self.session and self._foot_ms < 100:
            most = self.parameters[ParameterIndex.MOST_DUTY]
            self.duty = max(-most, min(most, command.duty)) if command.enabled else 0
        self.edges = command.gate and bool(self.session)

    def _answer(self, kind: type[Identity | Parameter | Status]) -> messages.McuFrame:
        self._sequence = (self._sequence + 1) % 256
        common = (self._sequence, self.session)
        if kind is Identity:
            return Identity(*common, **self.identity)
        if kind is Parameter:
            index, taken = self._asked
            return Parameter(*common, index, self.parameters.get(index, 0), taken)
        counts = round(raw_of(self.kpa) * FULL_COUNTS) + self._noise.randrange(3)
        usual: dict[str, Any] = {
            **dict.fromkeys(Status._fields, 0), "sequence": common[0], "session": common[1],
            "tick_ms": int(self.ms) % 4096, "pressure_a": counts, "pressure_b": counts,
            "gate_on": self.gate.contact, "cut": self.cut, "foot_on": self._foot_ms < 100,
            "configured": self.configured, "driving": self.driven,
        }  # fmt: skip
        return Status(**{**usual, **self.inputs})


def raw_of(kpa: float) -> float:
    """What a nominal element reads, 0..1."""
    return min(1.0, Element().raw_at(kpa / KPA_PER_N))


class FakePort:
    """The host's end of the wire."""

    def __init__(self, bench: "Bench") -> None:
        self._bench, self._dead = bench, False
        self.closed = False

    def read(self) -> bytes:
        self.check()
        bench = self._bench
        came = b"".join(data for at_s, data in bench.to_host if at_s <= bench.now_s())
        bench.to_host = [one for one in bench.to_host if one[0] > bench.now_s()]
        return came

    def write(self, data: bytes) -> None:
        self.check()
        self._bench.carry(self._bench.to_mcu, self._bench.tamper_to_mcu(data))

    def discard(self) -> None:
        self.check()

    def close(self) -> None:
        self.closed = True

    def check(self) -> None:
        """A port that was pulled out stays dead, also when it is back."""
        assert not self.closed
        self._dead |= not self._bench.plugged
        if self._dead:
            raise ReadError(f"{PORT} is gone: plug it in again")


class Bench:
    """The board, the wire with its faults, and the time they live in."""

    def __init__(self, settings: McuSettings = SETTINGS) -> None:
        self.settings = settings
        self.mcu = FakeMcu()
        self._now_s = 100.0
        self.plugged = True
        self.resets_when_opened = False
        self.babble: bytes = b""  # what comes each millisecond from a device that is another
        self.tamper_to_host: Tamper = untouched
        self.tamper_to_mcu: Tamper = untouched
        self.to_host: list[tuple[float, bytes]] = []
        self.to_mcu: list[tuple[float, bytes]] = []
        self.ports: list[FakePort] = []
        self.opened_at_s: list[float] = []
        self.cannot_open: HardwareError | None = None
        self.told: list[str] = []

    def now_s(self) -> float:
        return self._now_s

    def wait_until(self, at_s: float) -> None:
        self.wait(at_s - self._now_s)

    def tell(self, line: str) -> None:
        self.told.append(line)

    def open_port(self) -> FakePort:
        self.opened_at_s.append(self._now_s)
        if self.cannot_open is not None:
            raise self.cannot_open
        if not self.plugged:
            raise MissingHardwareError(f"{PORT} is not there: plug it in")
        if self.resets_when_opened:
            self.mcu.reset()
        self.to_host, self.to_mcu = [], []
        self.ports.append(FakePort(self))
        return self.ports[-1]

    def open(self, calibration: Calibration | None = None) -> McuRoller:
        """Meet the board; it is cut by its reset, like every board that has just got its power."""
        return McuRoller(
            PORT, self.settings, calibration or Calibration(), opener=self.open_port,
            clock=self.now_s, pause=self.wait, tell=self.tell,
        )  # fmt: skip

    def carry(self, way: list[tuple[float, bytes]], pieces: Iterable[tuple[float, bytes]]) -> None:
        way += [(self._now_s + len(data) * BYTE_S + held_s, data) for held_s, data in pieces]
        way.sort(key=lambda one: one[0])

    def wait(self, seconds: float) -> None:
        """Let time pass, a millisecond at a time."""
        for _ in range(max(1, round(seconds / STEP_S))):
            self._now_s += STEP_S
            came = [data for at_s, data in self.to_mcu if at_s <= self._now_s]
            self.to_mcu = [one for one in self.to_mcu if one[0] > self._now_s]
            if self.plugged:
                self.mcu.hear(b"".join(came))
            sent = self.mcu.tick()
            if self.plugged and not self.babble:
                for data in sent:
                    self.carry(self.to_host, self.tamper_to_host(data))
            elif self.plugged:
                self.carry(self.to_host, [(0.0, self.babble)])
