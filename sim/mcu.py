"""An ATmega328P that runs a real binary, cycle by cycle, with the world's side of its pins.

Time is the chip's cycle counter and nothing else, so two runs are identical to the cycle. What
happened is a list of events with their cycles. Pins are named as on the chip: "PB1".

Two speeds: `run` and `run_to` go fast; with `stepping` one instruction runs at a time, which is
what a measured time needs. A run ends with the first instruction at or behind its cycle.
"""

from collections.abc import Callable
from enum import IntEnum, IntFlag
from pathlib import Path
from struct import Struct
from typing import Any, NamedTuple

from sim.elf import EEPROM_BYTES, FLASH_BYTES, read_image
from sim.misread import refuse_misread
from sim.shim import binding

HZ = 16_000_000
CYCLES_PER_MS = HZ // 1000
RAM = range(0x100, 0x900)
PINS = tuple(f"P{port}{bit}" for port in "BCD" for bit in range(8))
_EVENT = Struct("=QHHI")
_REACHED, _AT_EDGE, _STOPPED = range(3)


class What(IntEnum):
    """What an event tells; `which` and `value` stand behind."""

    EDGE = 1  # index of a watched pin in PINS, its new level
    CONVERSION = 2  # a conversion starts: channel, the code it will give
    SAMPLE = 3  # its result is ready: channel, code
    SENT = 4  # a byte has left with its stop bit: 0, the byte
    WRITTEN = 5  # a noted register was written: its address, the value
    RESET = 6  # 0, the status register MCUSR
    READ = 7  # a noted register was read: its address, the value


class ResetCause(IntFlag):
    """The bits of MCUSR."""

    POWER_ON = 1
    EXTERNAL = 2
    BROWN_OUT = 4
    WATCHDOG = 8


class Event(NamedTuple):
    """One thing that happened in the chip or at its pins."""

    cycle: int
    what: What
    which: int
    value: int


class McuStoppedError(Exception):
    """The program did what no chip can run: a wild address, an unknown instruction, no way on.

    Whoever catches it may run on, and gets what simavr makes of the rest.
    """


class Mcu:
    """One chip with a program in it, just powered on."""

    def __init__(self, elf: Path, *, eeprom: bytes = b"", hz: int = HZ) -> None:
        """Load a program; `eeprom` is what an earlier life of the chip left there."""
        self._ffi, self._lib = binding()
        image = read_image(elf.read_bytes())
        refuse_misread(image)
        self._chip = self._ffi.gc(self._lib.mcu_new(hz), self._lib.mcu_free)
        self.hz = hz
        self.data = self._memory(self._lib.mcu_data, RAM.stop)  # registers and RAM; no side effects
        self.flash = self._memory(self._lib.mcu_flash, FLASH_BYTES)
        self.eeprom = self._memory(self._lib.mcu_eeprom, EEPROM_BYTES)
        self.flash[:] = image.flash
        self.eeprom[:] = eeprom or image.eeprom
        self._events: list[Event] = []
        self._sent: list[Event] = []

    def _memory(self, where: Any, size: int) -> memoryview:
        chip = self._chip
        bound = self._ffi.gc(where(chip), lambda _: chip)  # the memory keeps its chip alive
        return memoryview(self._ffi.buffer(bound, size)).cast("B")

    # Time.

    @property
    def cycle(self) -> int:
        """Cycles since power-on."""
        return int(self._lib.mcu_cycle(self._chip))

    @property
    def instruction(self) -> int:
        """The address in flash of the next instruction."""
        return int(self._lib.mcu_pc(self._chip))

    def run(self, cycles: int, *, stepping: bool = False) -> None:
        """Run for some cycles."""
        self.run_to(self.cycle + cycles, stepping=stepping)

    def run_to(self, cycle: int, *, stepping: bool = False) -> None:
        """Run up to a cycle."""
        self._run(cycle, stepping, 0)

    def run_to_edge(self, *pins: str, within: int) -> bool:
        """Step until the level of one of these pins changes; false if it did not in time."""
        return self._run(self.cycle + within, True, _mask(pins)) == _AT_EDGE

    def _run(self, cycle: int, stepping: bool, until_edge: int) -> int:
        ended = int(self._lib.mcu_run(self._chip, cycle, stepping, until_edge))
        if ended == _STOPPED:
            said = self._ffi.string(self._lib.mcu_complaint(self._chip)).decode(errors="replace")
            reason = " ".join(said.split()) or "asleep for ever: interrupts are off"
            where = f"at cycle {self.cycle}, instruction {self.instruction:#06x}"
            raise McuStoppedError(f"the program cannot go on {where}: {reason}")
        return ended

    def remember(self) -> Callable[[], None]:
        """What brings the chip back to this moment, as often as wanted; flash and EEPROM stay."""
        self._collect()
        kept = self._ffi.gc(self._lib.mcu_keep(self._chip), self._lib.mcu_forget)
        events, sent = list(self._events), list(self._sent)

        def again() -> None:
            self._lib.mcu_again(self._chip, kept)
            self._events, self._sent = list(events), list(sent)

        return again

    def reset(self, cause: ResetCause = ResetCause.EXTERNAL) -> None:
        """Reset the chip from outside; its RAM keeps what it holds."""
        self._lib.mcu_reset(self._chip, cause)

    # Pins.

    def drive(self, pin: str, level: bool) -> None:
        """Put a level on an input, from now on, resets included."""
        self._lib.mcu_drive(self._chip, PINS.index(pin), level)

    def level(self, pin: str) -> bool:
        """The level of a pin now."""
        return bool(self._lib.mcu_levels(self._chip) >> PINS.index(pin) & 1)

    def duty(self, pin: str) -> float:
        """The part of the time for which a pin is high, read from its timer's registers."""
        return float(self._lib.mcu_duty(self._chip, PINS.index(pin)))

    def watch(self, *pins: str, conversions: bool = False) -> None:
        """Record the edges of these pins and no others, and the converter's doings if wanted."""
        self._lib.mcu_watch(self._chip, _mask(pins))
        self._lib.mcu_record_conversions(self._chip, conversions)

    def note_writes(self, address: int) -> None:
        """Record every write to a register, by its address in memory."""
        self._lib.mcu_note_writes(self._chip, address)

    def note_reads(self, address: int) -> None:
        """Record every read of a register, by its address in memory."""
        self._lib.mcu_note_reads(self._chip, address)

    def apply_mv(self, channel: int, millivolts: float) -> None:
        """Put a voltage on an input of the converter, which takes it when a conversion starts."""
        self._lib.mcu_apply_mv(self._chip, channel, max(0, round(millivolts)))

    # The wire.

    def send(self, data: bytes, *, baud: int) -> int:
        """Send bytes to the receiver, one after the other as fast as the line carries them.

        Returns the cycle at which the last one's stop bit ends.
        """
        each = round(10 * self.hz / baud)
        return int(self._lib.mcu_send(self._chip, data, len(data), each))

    def receive(self) -> list[tuple[int, int]]:
        """The bytes that have left the chip by now, each with the cycle at which it had."""
        self._collect()
        left = [event for event in self._sent if event.cycle <= self.cycle]
        del self._sent[: len(left)]
        return [(event.cycle, event.value) for event in left]

    @property
    def baud(self) -> float:
        """The speed the program has set its UART to."""
        return 10 * self.hz / float(self._lib.mcu_cycles_per_byte(self._chip))

    # What happened.

    def events(self) -> list[Event]:
        """What happened since the last call, bytes aside, in order."""
        self._collect()
        events, self._events = self._events, []
        return events

    def _collect(self) -> None:
        first = self._ffi.new("event_t **")
        count = self._lib.mcu_events(self._chip, first)
        raw = self._ffi.buffer(first[0], count * _EVENT.size) if count else b""
        for cycle, what, which, value in _EVENT.iter_unpack(raw):
            event = Event(cycle, What(what), which, value)
            (self._sent if what == What.SENT else self._events).append(event)


def _mask(pins: tuple[str, ...]) -> int:
    return sum(1 << PINS.index(pin) for pin in pins)
