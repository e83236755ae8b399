"""Faults of the microcontroller: its processor, its memory, its clock, its pins and its converter.

They are the classes that IEC 60730 names for the software of appliances. The chip runs on whatever
is done to it: the judge looks at the motor.
"""

from collections.abc import Callable
from random import Random

from firmware_bridge.messages import ParameterIndex, Set
from firmware_bridge.wire import encode
from sim.faults.fault import GATE_S, TICKS_S, Begin, Fault, Proof, outcomes
from sim.faults.onboard import BoardScene, on_board
from sim.mcu import RAM, ResetCause

REGISTER = 17
"""Of the 32: one that a compiler uses for what lives long."""
STACK_POINTER = 0x5D
INTERRUPTS = (0x6E, 0x6F, 0x70)
"""TIMSK0 to TIMSK2: what the timers may interrupt for."""
FLASH_AT = 0x0030
"""In the table of interrupts: of one that is never used."""
BLOCK = 64
TURNS = 200
RESET_EVERY_S = 0.15


def each_ms(hurt: Callable[[BoardScene], bool]) -> Begin:
    """Done every millisecond; the proof: it changed something at least three times."""

    def begin(scene: BoardScene) -> Proof:
        changed = [0]

        def do() -> None:
            changed[0] += hurt(scene)

        scene.board.hurting.append(do)
        return lambda: changed[0] >= 3

    return on_board(begin)


def once(hurt: Callable[[BoardScene], bool]) -> Begin:
    """Done now."""

    def begin(scene: BoardScene) -> Proof:
        changed = hurt(scene)
        return lambda: changed

    return on_board(begin)


def poked(scene: BoardScene, address: int, value: int) -> bool:
    """Write a byte of the chip's memory, past its program."""
    before = scene.board.mcu.data[address]
    scene.board.mcu.data[address] = value
    return before != value


def register_stuck(scene: BoardScene) -> bool:
    return poked(scene, REGISTER, 0xAA)


def astray(scene: BoardScene) -> bool:
    """The next return takes its address from elsewhere."""
    before = scene.board.mcu.data[STACK_POINTER]
    return poked(scene, STACK_POINTER, before ^ 0x10)


def uninterrupted(scene: BoardScene) -> bool:
    return sum(poked(scene, address, 0) for address in INTERRUPTS) > 0


def overrun(scene: BoardScene) -> bool:
    """The encoder's line flutters."""
    for _ in range(TURNS):
        scene.board.mcu.drive("PD2", False)
        scene.board.mcu.drive("PD2", True)
    return True


def flash_bit(scene: BoardScene) -> bool:
    before = scene.board.mcu.flash[FLASH_AT]
    scene.board.mcu.flash[FLASH_AT] = before ^ 0x08
    return scene.board.mcu.flash[FLASH_AT] != before


def ram_bit(scene: BoardScene) -> bool:
    address = RAM.start + Random(2).randrange(BLOCK)
    return poked(scene, address, scene.board.mcu.data[address] ^ 0x04)


def aliased(scene: BoardScene) -> bool:
    """An address line is stuck: a block of the memory shows another."""
    data, at = scene.board.mcu.data, RAM.start
    changed = bytes(data[at : at + BLOCK]) != bytes(data[at + BLOCK : at + 2 * BLOCK])
    data[at : at + BLOCK] = bytes(data[at + BLOCK : at + 2 * BLOCK])
    return changed


def data_line(scene: BoardScene) -> bool:
    """A line of the data is stuck at 1, in a block of the memory."""
    at = RAM.start
    spoilt = (poked(scene, at + one, scene.board.mcu.data[at + one] | 0x20) for one in range(BLOCK))
    return sum(spoilt) > 0


def clocked(ratio: float) -> Begin:
    """The chip's clock runs so much too fast."""

    def begin(scene: BoardScene) -> Proof:
        cycles, at_s = scene.board.mcu.cycle, scene.board.now_s()
        scene.board.mcu.ratio = ratio  # type: ignore[attr-defined]

        def proof() -> bool:
            ran = (scene.board.mcu.cycle - cycles) / 16e6
            return abs(ran / (scene.board.now_s() - at_s) - ratio) < 0.01

        return proof

    return on_board(begin)


def corrupted(scene: BoardScene) -> Proof:
    """Every frame to the board has a bit that is wrong."""
    cable = scene.cable
    cable.outward = lambda data: iter([(0.0, bytes([data[0] ^ 1, *data[1:]]))])
    cable.altered = 0
    return lambda: cable.altered > 3


def untimely(scene: BoardScene) -> Proof:
    """What belongs to a beginning is said in the midst: other limits, for more duty."""
    frame = encode(Set(0, 0, ParameterIndex.MOST_DUTY, 500))
    scene.cable.outward = lambda data: iter([(0.0, data), (0.0, frame)])
    scene.cable.altered = 0
    return lambda: scene.cable.altered > 3


def bent(pin: str, level: bool, act: Callable[[BoardScene], None]) -> Begin:
    """An input is stuck at a level; then somebody does what it should tell."""

    def begin(scene: BoardScene) -> Proof:
        seen: list[bool] = []

        def bend() -> None:
            scene.board.mcu.drive(pin, level)
            seen.append(scene.board.mcu.level(pin) is level)

        scene.board.bending.append(bend)
        act(scene)
        return lambda: len(seen) > 3 and all(seen)

    return on_board(begin)


def no_pulse(scene: BoardScene) -> Proof:
    """The pin of the gate's pulse is stuck."""
    scene.board.pulses = False
    return lambda: not any(one.gate_on for one in scene.clock.moments[-20:])


def applied(channel: int, millivolts: Callable[[BoardScene], float]) -> Begin:
    """An input of the converter has another voltage."""

    def begin(scene: BoardScene) -> Proof:
        given: list[float] = []

        def bend() -> None:
            given.append(millivolts(scene))
            scene.board.mcu.apply_mv(channel, given[-1])

        scene.board.bending.append(bend)
        return lambda: len(given) > 3

    return on_board(begin)


def shifted_mv(scene: BoardScene) -> float:
    """Channel A with 0.3 V more: 15 kPa."""
    return 500.0 + 20.0 * scene.plant.truth().pressure_kpa + 300.0


def current_mv(scene: BoardScene) -> float:
    """The motor's current, where the pressure belongs."""
    return abs(scene.plant.truth().motor_current_ma)


def browns_out(scene: BoardScene) -> Proof:
    """The supply fails, again and again."""
    resets = [0]

    def reset() -> None:
        scene.board.mcu.reset(ResetCause.BROWN_OUT)
        resets[0] += 1
        scene.later(RESET_EVERY_S, reset)

    reset()
    return lambda: resets[0] >= 3


def presses_stop(scene: BoardScene) -> None:
    scene.plant.set_stop(True)


WATCHED_S = 0.300
MAY = outcomes("goes on", "stands", "T11", "T9", "T7", "T14", "T1", "T2", "T4", "T6")
"""A processor that is hurt may do whatever is safe."""
CUT = outcomes("T11", "T9", "T14", "stands")
LEASE = "the lease, and a tick"
LEASE_S = 0.025 + TICKS_S + GATE_S

FAULTS = (
    Fault("microcontroller/register", "register stuck", "a register is set every millisecond", 0.0,
        "whatever is safe", MAY, each_ms(register_stuck)),
    Fault("microcontroller/astray", "program counter astray", "a return goes anywhere", 0.0,
        "whatever is safe", MAY, once(astray)),
    Fault("microcontroller/no-interrupts", "no interrupts", "the timers interrupt nobody",
        WATCHED_S, "the watchdog, or the lease", MAY - {"goes on"}, each_ms(uninterrupted)),
    Fault("microcontroller/interrupts", "too many interrupts",
        "a line interrupts 200,000 times a second", 0.0, "whatever is safe", MAY, each_ms(overrun)),
    Fault("microcontroller/clock", "clock wrong", "its clock is half as fast again", 3.2,
        "T11: its clock is compared over 3 s", CUT, clocked(1.5)),
    Fault("microcontroller/flash", "flash bit", "a bit of the program changes", 2.0,
        "T11: the program's CRC is taken again and again", CUT, once(flash_bit)),
    Fault("microcontroller/ram", "RAM bit", "a bit of a variable changes", 0.0, "whatever is safe",
        MAY, once(ram_bit)),
    Fault("microcontroller/address", "addressing", "an address line is stuck", 0.0,
        "whatever is safe", MAY, each_ms(aliased)),
    Fault("microcontroller/data", "data path", "a data line is stuck", 0.0, "whatever is safe", MAY,
        each_ms(data_line)),
    Fault("microcontroller/corrupted", "message corrupted", "a bit of every frame", LEASE_S, LEASE,
        CUT, on_board(corrupted)),
    Fault("microcontroller/untimely", "message at the wrong time", "limits are set while it moves",
        0.0, "what is not for now is refused", MAY, on_board(untimely)),
    Fault("microcontroller/input", "digital input stuck",
        "the stop's line is stuck, and it is pressed", LEASE_S,
        "the switch itself takes the gate's supply", CUT | {"T6"},
        bent("PD5", False, presses_stop)),
    Fault("microcontroller/output", "digital output stuck", "the gate's pulse is stuck",
        GATE_S + TICKS_S, "the gate, after the last pulse", CUT, on_board(no_pulse)),
    Fault("microcontroller/adc", "A/D wrong", "channel A is converted 15 kPa too high",
        0.050 + TICKS_S, "T9: apart for 50 ms", CUT | {"T2", "T1", "T4"}, applied(0, shifted_mv)),
    Fault("microcontroller/multiplexer", "multiplexer wrong",
        "the current is converted for channel A", 0.050 + TICKS_S, "T9: apart for 50 ms",
        CUT | {"T2", "T5"}, applied(0, current_mv)),
    Fault("microcontroller/brown-out", "brown-out loop", "its supply fails, again and again",
        TICKS_S, "its pins are pulled down", CUT, on_board(browns_out)),
    Fault("time/mcu-fast", "microcontroller clock ± 10 %", "its clock is 10 % fast", 3.2,
        "T11: its clock is compared over 3 s", CUT, clocked(1.1)),
    Fault("time/mcu-slow", "microcontroller clock ± 10 %", "its clock is 10 % slow", 3.2,
        "T11: its clock is compared over 3 s", CUT, clocked(0.9)),
)  # fmt: skip
