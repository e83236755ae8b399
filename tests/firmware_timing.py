"""How soon the real firmware cuts, in cycles: `make timing`, and `make test` again.

Each number is the worst of many trials on the bench: one instruction at a time, the converter's
input taken at the start of a conversion, DRIVE and STATUS on the line, the encoder turning. The
phase of what happens against the loop and the millisecond's round differs from trial to trial.

The way to a motor that turns is long, the trial itself short: some trials begin at one and the same
moment, which is come back to. What comes of the numbers is tests/timing_page.py's.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeVar

from firmware_bridge.echo import REFUSED
from firmware_bridge.messages import LEASE_MS, CutCode, ParameterIndex, Set
from sim.mcu import CYCLES_PER_MS, RAM, Event, What
from tests.firmware_build import symbols
from tests.timing_bench import BEAT_CYCLES, BOOT_MS, PORTB, Bench
from tests.timing_host import BEAT_MS, PARAMETERS, ROLLING

Numbers = dict[str, float]
One = TypeVar("One")

PHASES = 512
ALONE_PHASES = 24  # of what lives on one board to its end: its loop, its stack
FROM_ONE_START = 16  # trials; then the motor comes to turn anew
UCSR0A, SPL = 0xC0, 0x5D
CRC_BYTES = 2
PAINT = 0xA5
CALM_KPA = 20.0
LEVEL_KPA = 40.0  # the lowest that can be set: far from where T2 begins at this foot
CONVERSION = 13 * 128  # cycles
STEADY_CYCLES = 9 * CYCLES_PER_MS  # of the host's beats before the crossing
WATCHED_CYCLES = 8 * CYCLES_PER_MS  # after it: a cut is latched in 3, and a STATUS comes every 4
NEAR_CYCLES = 64  # how long before a sample is ready the encoder's edge may come
GOLDEN = 0.6180339887498949  # spreads the phases of two things against each other evenly


SETTINGS = {**PARAMETERS, ParameterIndex.LEVEL: round(100 * LEVEL_KPA)}


class Case(NamedTuple):
    """A way to hurt: from `before_kpa`, where nothing is cut, to `after_kpa`."""

    cut: CutCode
    before_kpa: float
    after_kpa: float
    deciding: int  # the how manieth sample behind the crossing decides


CASES = (
    Case(CutCode.LEVEL, 38.5, 42.0, 2),  # two samples above the level
    Case(CutCode.RISE, 20.0, 34.0, 2),  # a median of three above the limit
)


class Trial(NamedTuple):
    """One cut: cycles at which things happened."""

    crossed: int
    started: int  # the conversion that decides
    ready: int  # its sample
    off: int


def phases(count: int) -> Iterator[tuple[float, float]]:
    """Evenly spread pairs of phases, 0..1: they meet in every combination, roughly."""
    return ((number / count, number * GOLDEN % 1.0) for number in range(count))


def ready_bench(firmware: Path) -> Bench:
    """A board that is set up for the cases."""
    bench = Bench(firmware)
    bench.set_up(SETTINGS)
    return bench


def swept(
    bench: Bench, kpa: float, count: int, trial: Callable[[Bench, tuple[float, float]], One]
) -> list[One]:
    """What each phase led to; a motor that turns is come back to again and again."""
    found, again = [], bench.remember()
    for number, phase in enumerate(phases(count)):
        again()
        if number % FROM_ONE_START == 0:
            bench.roll(kpa)
            again = bench.remember()
        found.append(trial(bench, phase))
    again()
    return found


# Pain.


def cut_by_pain(bench: Bench, phase: tuple[float, float], case: Case, channel: int) -> Trial:
    """Let the pressure step up at one phase of the round, with the host at another."""
    begun = bench.cycle + CYCLES_PER_MS
    crossed = begun - begun % CYCLES_PER_MS + STEADY_CYCLES + round(phase[0] * CYCLES_PER_MS)
    bench.start_beating(begun + round(phase[1] * BEAT_CYCLES / 4))
    bench.run_to(crossed)
    assert bench.off_at(0) is None, f"cut before: {bench.host.status}"
    bench.apply_kpa(channel, case.after_kpa)
    offset = round((phase[0] + phase[1]) * 2 * NEAR_CYCLES) % (NEAR_CYCLES + 8) - NEAR_CYCLES
    run_with_edges(bench, crossed + WATCHED_CYCLES, channel, offset)
    bench.stop_beating()
    bench.run_to(bench.cycle + BEAT_CYCLES)
    bench.host.listen()
    assert bench.host.now.cut == case.cut, bench.host.status
    assert bench.braked
    return trial(bench, case, channel, crossed)


def run_with_edges(bench: Bench, end: int, channel: int, offset: int) -> None:
    """Run, with an edge of the encoder so many cycles from each moment a sample is ready."""
    seen = len(bench.events)
    while bench.cycle < end:
        bench.run_to(min(end, bench.cycle + CONVERSION // 4))
        for event in bench.events[seen:]:
            if event[1:3] == (What.CONVERSION, channel):
                bench.at(event.cycle + CONVERSION + offset, bench.edge)
        seen = len(bench.events)


def trial(bench: Bench, case: Case, channel: int, crossed: int) -> Trial:
    """What happened: the sample that must decide is counted, not taken from the cut."""
    started = after(bench.events, What.CONVERSION, channel, crossed)[case.deciding - 1]
    ready = after(bench.events, What.SAMPLE, channel, started)[0]
    off = bench.off_at(crossed)
    assert off is not None
    assert off > ready, "cut by a sample that should not have decided"
    return Trial(crossed, started, ready, off)


def after(events: list[Event], what: What, which: int, since: int) -> list[int]:
    """The cycles of such events from `since` on."""
    return [one.cycle for one in events if one.cycle >= since and one[1:3] == (what, which)]


# The host's silence, and its STOP.


def cut_by_silence(bench: Bench, phase: tuple[float, float]) -> int:
    """Let the host fall silent; cycles from its last byte until the motor is off."""
    begun = bench.cycle + CYCLES_PER_MS
    bench.start_beating(begun - begun % CYCLES_PER_MS + round(phase[0] * CYCLES_PER_MS))
    bench.run_to(begun + STEADY_CYCLES)
    bench.stop_beating()
    bench.wait_ms(LEASE_MS + 4.0)
    off = bench.off_at(0)
    assert off is not None
    assert bench.braked
    return off - bench.heard_at


def cut_by_stop(bench: Bench, phase: tuple[float, float]) -> int:
    """Say STOP among the DRIVEs; cycles from its last byte until the motor is off."""
    begun = bench.cycle + CYCLES_PER_MS
    bench.start_beating(begun + round(phase[1] * BEAT_CYCLES))
    bench.run_to(begun - begun % CYCLES_PER_MS + STEADY_CYCLES + round(phase[0] * CYCLES_PER_MS))
    assert bench.off_at(0) is None
    there = bench.host.stop()
    bench.run_to(there + WATCHED_CYCLES)
    bench.stop_beating()
    off = bench.off_at(0)
    assert off is not None
    bench.run_to(bench.cycle + BEAT_CYCLES)
    bench.host.listen()
    assert (bench.host.now.cut, bench.braked) == (CutCode.STOP, True)
    return off - there


def cut_by_watchdog(bench: Bench, phase: tuple[float, float]) -> int:
    """Let the program hang, wherever it is; cycles until the watchdog lets go of all pins."""
    begun = bench.cycle + CYCLES_PER_MS
    bench.start_beating(begun)
    hung = begun + STEADY_CYCLES + round(phase[0] * 4 * CYCLES_PER_MS)
    bench.run_to(hung)
    undo = bench.hang()
    bench.wait_ms(20.0)
    undo()
    reset = bench.reset_at()
    assert reset is not None
    assert not [edge for edge in bench.gate_edges() if hung < edge < reset]
    return reset - hung


# The loop and the memories.


def busy_bench(firmware: Path, count: int) -> Bench:
    """A board that has done all that a board does but its start, watched in its loop."""
    bench = Bench(firmware)
    bench.wait_ms(BOOT_MS)
    bench.rounds.clear()
    bench.mcu.note_reads(UCSR0A)
    bench.mcu.note_writes(PORTB)
    bench.set_up(SETTINGS)
    for number, phase in enumerate(phases(count)):
        stopped_and_silent(bench, phase)
        bench.roll(CALM_KPA)
        for beat in range(ALONE_PHASES):
            bench.host.asks = (*ROLLING[:-1], 20 + (number + beat) % 3)  # its limits are renewed
            bench.host.send(Set, beat % len(ParameterIndex), REFUSED)  # as the bridge asks
            bench.host.live(BEAT_MS + beat / ALONE_PHASES)
        hurt(bench, CASES[number % 2], number // 2 % 2, phase)
    return bench


def stopped_and_silent(bench: Bench, phase: tuple[float, float]) -> None:
    """Roll and be stopped, roll and hear no more."""
    bench.roll(CALM_KPA)
    cut_by_stop(bench, phase)
    bench.roll(CALM_KPA)
    cut_by_silence(bench, phase)
    bench.host.greet()  # which ends what was interrupted, so that the next begins anew


def hurt(bench: Bench, case: Case, channel: int, phase: tuple[float, float]) -> Trial:
    """Roll and be cut by pain."""
    bench.roll(case.before_kpa)
    return cut_by_pain(bench, phase, case, channel)


def longest_unpolled(bench: Bench) -> int:
    """The most cycles between two looks at the receiver.

    Two bytes wait in the receiver; a third one that comes is lost.
    """
    return max(later - look for look, later in pairwise(bench.looks))


def longest_tick(bench: Bench) -> int:
    """The most cycles from the millisecond's interrupt until all that is due in it is done."""
    ends = iter(bench.lit)
    end, longest = next(ends), 0
    for begun, next_begun in pairwise(one for one in bench.rounds if one < bench.lit[-1]):
        last = None
        while end < next_begun:
            last, end = end, next(ends)
        assert last is not None, "a tick was not done when the next was due"
        longest = max(longest, last - begun)
    return longest


def flash_bytes(firmware: Path) -> int:
    """Program, constants, initial values, and the CRC behind them."""
    return symbols(firmware)["__data_load_end"] + CRC_BYTES


def static_bytes(firmware: Path) -> int:
    """Memory that variables take."""
    return symbols(firmware)["_end"] - RAM.start


def stack_bytes(firmware: Path, count: int) -> int:
    """The deepest that the stack ever was: memory was painted before, and the paint is gone."""
    bench = Bench(firmware)
    begin, main = symbols(firmware)["_end"], symbols(firmware)["main"]
    while not any(event.what is What.RESET for event in bench.events):
        bench.wait_ms(1.0)  # until the watchdog has been proven
    while bench.mcu.instruction != main:
        bench.run_to(bench.cycle + 1)
    top = bench.mcu.data[SPL] | bench.mcu.data[SPL + 1] << 8
    bench.mcu.data[begin : top + 1] = bytes([PAINT]) * (top + 1 - begin)
    bench.set_up(SETTINGS)
    for phase in phases(count):
        stopped_and_silent(bench, phase)
        for case in CASES:
            for channel in (0, 1):
                hurt(bench, case, channel, phase)
    memory = bytes(bench.mcu.data[begin : RAM.stop])
    return len(memory.lstrip(bytes([PAINT])))


# What is measured.


def pain(firmware: Path, count: int) -> Numbers:
    """T1 and T2, on both channels, at each phase."""
    bench = ready_bench(firmware)
    trials = [
        one
        for case in CASES
        for channel in (0, 1)
        for one in swept(
            bench, case.before_kpa, count, partial(cut_by_pain, case=case, channel=channel)
        )
    ]
    return {
        "worst_sample_to_off_cycles": max(one.off - one.ready for one in trials),
        "least_sample_to_off_cycles": min(one.off - one.ready for one in trials),
        "worst_conversion_to_off_cycles": max(one.off - one.started for one in trials),
        "worst_crossing_to_off_cycles": max(one.off - one.crossed for one in trials),
        "phases": count,
        "pain_cuts": len(trials),
    }


def silence(firmware: Path, count: int) -> Numbers:
    """The host's lease."""
    cycles = swept(ready_bench(firmware), CALM_KPA, count, cut_by_silence)
    return {
        "host_silent_to_off_ms": max(cycles) / CYCLES_PER_MS,
        "least_host_silent_to_off_ms": min(cycles) / CYCLES_PER_MS,
    }


def stop(firmware: Path, count: int) -> Numbers:
    """The host's STOP."""
    cycles = swept(ready_bench(firmware), CALM_KPA, count, cut_by_stop)
    return {"worst_stop_to_off_cycles": max(cycles)}


def watchdog(firmware: Path, count: int) -> Numbers:
    """A program that hangs."""
    cycles = swept(ready_bench(firmware), CALM_KPA, count, cut_by_watchdog)
    return {"worst_hang_to_off_ms": max(cycles) / CYCLES_PER_MS}


def loop(firmware: Path, count: int) -> Numbers:
    """The loop's looks at the line, and its ticks."""
    bench = busy_bench(firmware, min(count, ALONE_PHASES))
    return {
        "longest_unpolled_cycles": longest_unpolled(bench),
        "longest_tick_cycles": longest_tick(bench),
    }


def memory(firmware: Path, count: int) -> Numbers:
    """Flash, and variables and stack."""
    static, stack = static_bytes(firmware), stack_bytes(firmware, min(count, ALONE_PHASES))
    return {
        "flash_bytes": flash_bytes(firmware),
        "ram_bytes": static + stack,
        "static_bytes": static,
        "stack_bytes": stack,
    }


MEASURES: dict[str, Callable[[Path, int], Numbers]] = {
    "pain": pain,
    "silence": silence,
    "stop": stop,
    "watchdog": watchdog,
    "loop": loop,
    "memory": memory,
}
