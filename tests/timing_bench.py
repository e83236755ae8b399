"""The real firmware on a bench: stimuli at their cycle, and what the driver's pins made of them.

No plant, so that whoever measures has each line in hand; the gate follows its pulses and the
encoder the motor, because the firmware wants to see both. The motor is off when its PWM is
disconnected: the port holds both of the driver's inputs high then, which is the brake.
"""

from collections.abc import Callable
from copy import copy
from heapq import heappop, heappush
from itertools import count
from pathlib import Path

from firmware_bridge.messages import Identity, ParameterIndex
from sim.mcu import CYCLES_PER_MS, PINS, Event, Mcu, What
from tests.timing_host import AT_REST, PARAMETERS, ROLLING, Host

TCCR1A, PORTB = 0x80, 0x25
BANDGAP = 14  # the converter's channel that begins each round
TO_ITSELF = bytes.fromhex("ffcf")  # rjmp
CONNECTED = 0xF0  # its bits that give the driver's inputs to the PWM
STORE_CYCLES = 2  # of the instruction that writes TCCR1A; an event has its beginning
DRIVER_INPUTS = ("PB1", "PB2")
GATE, GATE_SENSE, ENCODER, START = "PD7", "PD6", "PD2", "PB4"
GATE_HELD = 35 * CYCLES_PER_MS  # after its last edge
BEAT_CYCLES = 64_037  # 4 ms on a clock that is not the chip's: in step with nothing
ENCODER_CYCLES = 7919  # of one line at full speed: 2 kHz, and in step with nothing
BOOT_MS = 100.0
IDLE_LEVELS = {"PB3": 0, "PB4": 1, "PC3": 1, "PC4": 1, "PD2": 0, "PD3": 0, "PD4": 0, "PD5": 0}
MV_ZERO, MV_PER_KPA = 500.0, 20.0
OTHERS = ("mcu", "host", "_number")
"""Who remembers by himself, and what only grows."""
SETTLED_MS = 28.0  # for what T2 looks back on, and for the button's release


def is_off(event: Event) -> bool:
    """Whether this is the moment at which the motor is disconnected."""
    return event[1:3] == (What.WRITTEN, TCCR1A) and not event.value & CONNECTED


def is_drive(event: Event) -> bool:
    """Whether this connects the motor again, or is a pulse for it."""
    connected = event[1:3] == (What.WRITTEN, TCCR1A) and event.value & CONNECTED
    pulsed = event.what is What.EDGE and PINS[event.which] in DRIVER_INPUTS
    return bool(connected or pulsed)


class Bench:
    """One powered board with a host; time is its cycle counter, one instruction at a time."""

    def __init__(self, firmware: Path, *, stepping: bool = True) -> None:
        self.mcu = Mcu(firmware)
        self.host = Host(self.mcu, self.wait_ms)
        self.events: list[Event] = []
        self.looks: list[int] = []  # at a register whose reads are noted
        self.rounds: list[int] = []  # each begins in the millisecond's interrupt
        self.lit: list[int] = []  # writes to the light's port, if noted: the last of a tick is one
        self.heard_at = 0  # cycle at which the last byte of the last DRIVE was there
        self.encoder = True  # whether it turns with the motor
        self._stepping = stepping
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._number = count()
        self._gate_at = -GATE_HELD
        self._beating = False
        for pin, level in IDLE_LEVELS.items():
            self.mcu.drive(pin, bool(level))
        self.press_on(0.0)
        self.mcu.watch(GATE, *DRIVER_INPUTS, conversions=True)
        self.mcu.note_writes(TCCR1A)
        self._turn()
        self._sense_gate()

    # Time.

    @property
    def cycle(self) -> int:
        """Cycles since power-on."""
        return self.mcu.cycle

    def remember(self) -> Callable[[], None]:
        """What brings chip, host and bench back to this moment, as often as wanted."""
        chip, host = self.mcu.remember(), self.host.remember()
        kept = {name: copy(value) for name, value in vars(self).items() if name not in OTHERS}

        def again() -> None:
            chip()
            host()
            vars(self).update({name: copy(value) for name, value in kept.items()})

        return again

    def at(self, cycle: int, action: Callable[[], None]) -> None:
        """Do something at a cycle to come."""
        heappush(self._due, (cycle, next(self._number), action))

    def run_to(self, cycle: int) -> None:
        """Live up to a cycle."""
        while self._due and self._due[0][0] <= cycle:
            at, _, action = heappop(self._due)
            self._run_to(at)
            action()
        self._run_to(cycle)

    def _run_to(self, cycle: int) -> None:
        self.mcu.run_to(cycle, stepping=self._stepping)
        for event in self.mcu.events():
            if event.what is What.READ:
                self.looks.append(event.cycle)
                continue
            if event[1:3] == (What.WRITTEN, PORTB):
                self.lit.append(event.cycle)
                continue
            if event[1:3] == (What.CONVERSION, BANDGAP):
                self.rounds.append(event.cycle)
            if event.what is What.EDGE and PINS[event.which] == GATE:
                self._gate_at = event.cycle
            self.events.append(event)

    def wait_ms(self, ms: float) -> None:
        """Live for some milliseconds."""
        self.run_to(self.cycle + round(ms * CYCLES_PER_MS))

    # What is around the chip.

    def _sense_gate(self) -> None:
        """Power flows as long as the pump is fed."""
        self.mcu.drive(GATE_SENSE, self.cycle - self._gate_at < GATE_HELD)
        self.at(self.cycle + CYCLES_PER_MS, self._sense_gate)

    def _turn(self) -> None:
        if self.driven and self.encoder:
            self.edge()
        self.at(self.cycle + ENCODER_CYCLES, self._turn)

    def edge(self) -> None:
        """The edge of the encoder that interrupts."""
        self.mcu.drive(ENCODER, False)
        self.mcu.drive(ENCODER, True)

    @property
    def driven(self) -> bool:
        """Whether the PWM is connected."""
        return bool(self.mcu.data[TCCR1A] & CONNECTED)

    @property
    def braked(self) -> bool:
        """Whether both of the driver's inputs are high and stay so."""
        return not self.driven and all(map(self.mcu.level, DRIVER_INPUTS))

    def press(self, down: bool) -> None:
        """Hold the board's start button, or let it go."""
        self.mcu.drive(START, not down)

    def press_on(self, kpa: float) -> None:
        """Put the same pressure on both elements."""
        for channel in (0, 1):
            self.apply_kpa(channel, kpa)

    def apply_kpa(self, channel: int, kpa: float) -> None:
        """Put a pressure on one element."""
        self.mcu.apply_mv(channel, MV_ZERO + MV_PER_KPA * kpa)

    # What happens on it.

    def set_up(self, parameters: dict[ParameterIndex, int] = PARAMETERS) -> None:
        """From power-on to a board that is set up and has nothing cut."""
        self.come_up()
        self.host.set_up(parameters)
        self.host.acknowledge()

    def come_up(self) -> Identity:
        """From a reset to a board that answers; who it says it is."""
        self.host.asks = AT_REST
        self.wait_ms(BOOT_MS)
        return self.host.greet()

    def roll(self, kpa: float) -> None:
        """From rest, or from a cut, to a motor that turns under a foot."""
        host = self.host
        self.press_on(0.0)
        host.acknowledge(within_ms=60.0)
        self.press_on(kpa)
        host.open_session(self.press)
        host.live(SETTLED_MS)
        host.asks = ROLLING
        host.live_until(lambda now: now.driving and now.gate_on, within_ms=40.0)
        assert self.driven, host.status
        self.events.clear()

    def start_beating(self, cycle: int) -> None:
        """Let the host go on by itself from this cycle on."""
        self._beating = True
        self.at(cycle, self._beat)

    def stop_beating(self) -> None:
        """Let the host fall silent."""
        self._beating = False

    def _beat(self) -> None:
        if self._beating:
            self.heard_at = self.host.beat()
            self.at(self.cycle + BEAT_CYCLES, self._beat)

    def hang(self) -> Callable[[], None]:
        """Hang at the next instruction, in the loop or in an interrupt; what undoes it."""
        at = self.mcu.instruction
        before = bytes(self.mcu.flash[at : at + 2])
        self.mcu.flash[at : at + 2] = TO_ITSELF

        def undo() -> None:
            self.mcu.flash[at : at + 2] = before

        return undo

    def reset_at(self) -> int | None:
        """The cycle of the first reset, which lets go of all pins; None: there was none."""
        return next((one.cycle for one in self.events if one.what is What.RESET), None)

    def gate_edges(self) -> list[int]:
        """The cycles at which the gate was pulsed."""
        edges = (one for one in self.events if one.what is What.EDGE)
        return [one.cycle for one in edges if PINS[one.which] == GATE]

    def off_at(self, since: int) -> int | None:
        """The cycle at which the motor was disconnected, and stayed so; None: it was not."""
        later = [event for event in self.events if event.cycle >= since]
        off = next((event.cycle + STORE_CYCLES for event in later if is_off(event)), None)
        if off is not None:
            moved = [event for event in later if event.cycle >= off and is_drive(event)]
            assert not moved, f"driven again after {off}: {moved[0]}"
        return off
