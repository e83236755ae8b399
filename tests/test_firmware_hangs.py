"""Whatever hangs in the real firmware, the gate gets no more pulses and the watchdog lets go."""

from itertools import pairwise

import pytest

from firmware_bridge.messages import CutCode, Status
from sim.mcu import CYCLES_PER_MS, ResetCause
from tests.firmware_build import SIMULATOR, build_firmware, need, symbols
from tests.firmware_timing import CASES, SETTINGS, hurt, phases, ready_bench
from tests.timing_bench import Bench

GATE_MS = 4
TICKS = (0x70, 0x02)  # TIMSK2, OCIE2A: the millisecond's interrupt
SAMPLES = (0x7A, 0x08)  # ADCSRA, ADIE: the converter's interrupt
CONVERTER = (0x7A, 0x80)  # ADCSRA, ADEN: the converter itself; no conversion ends
HUNG = {"ticks": TICKS, "samples": SAMPLES, "converter": CONVERTER}
BITES_MS = 16  # after it was last fed


@pytest.fixture
def bench() -> Bench:
    """A board whose motor turns, driven by a host that goes on whatever happens."""
    need(*SIMULATOR)
    bench = ready_bench(build_firmware())
    bench.roll(20.0)
    bench.start_beating(bench.cycle + 5000)
    bench.wait_ms(8.0)
    bench.events.clear()
    return bench


def clear(bench: Bench, register: int, bits: int) -> None:
    bench.mcu.data[register] &= ~bits & 0xFF


def ms(cycles: int) -> float:
    return cycles / CYCLES_PER_MS


def rests_after_a_reset(bench: Bench, cut: CutCode) -> None:
    """It says why it came up and what is cut, and drives for nobody."""
    bench.stop_beating()
    bench.wait_ms(GATE_MS)
    identity = bench.come_up()
    assert identity.reset_cause == ResetCause.WATCHDOG
    assert bench.host.now.cut == cut
    bench.events.clear()
    bench.start_beating(bench.cycle)
    bench.wait_ms(50.0)
    bench.host.listen()
    assert (bench.host.now.cut, bench.host.now.driving, bench.driven) == (cut, False, False)
    assert bench.gate_edges() == []


def test_the_gate_is_pulsed_every_four_milliseconds(bench: Bench) -> None:
    bench.wait_ms(100.0)
    edges = bench.gate_edges()
    assert len(edges) == 25
    assert all(abs(ms(later - edge) - GATE_MS) < 0.1 for edge, later in pairwise(edges))


@pytest.mark.parametrize("what", HUNG)
def test_what_hangs_ends_the_pulses_and_the_drive(bench: Bench, what: str) -> None:
    bench.wait_ms(0.5)  # between two ticks: in one, the register would be found and written again
    hung = bench.cycle
    clear(bench, *HUNG[what])
    bench.wait_ms(2 * BITES_MS)
    reset = bench.reset_at()
    assert reset is not None
    assert BITES_MS - GATE_MS <= ms(reset - hung) <= BITES_MS + GATE_MS
    pulses = [edge for edge in bench.gate_edges() if edge < reset]
    assert all(ms(edge - hung) <= GATE_MS for edge in pulses)
    rests_after_a_reset(bench, CutCode.RESET)


@pytest.mark.parametrize("phase", [round(one[0], 2) for one in phases(6)])
def test_a_program_that_hangs_is_reset_and_rests(bench: Bench, phase: float) -> None:
    bench.wait_ms(phase * GATE_MS)
    hung = bench.cycle
    undo = bench.hang()
    bench.wait_ms(BITES_MS + 1)
    undo()
    reset = bench.reset_at()
    assert reset is not None
    assert BITES_MS - GATE_MS <= ms(reset - hung) <= BITES_MS
    assert [edge for edge in bench.gate_edges() if hung < edge < reset] == []
    rests_after_a_reset(bench, CutCode.RESET)


@pytest.mark.parametrize("vector", ["__vector_1", "__vector_7", "__vector_21"])
def test_an_interrupt_that_never_returns_is_no_different(bench: Bench, vector: str) -> None:
    at = symbols(build_firmware())[vector]
    while bench.mcu.instruction != at:
        bench.run_to(bench.cycle + 1)
    hung = bench.cycle
    undo = bench.hang()
    bench.wait_ms(BITES_MS + 1)
    undo()
    reset = bench.reset_at()
    assert reset is not None
    assert ms(reset - hung) <= BITES_MS
    assert [edge for edge in bench.gate_edges() if hung < edge < reset] == []
    rests_after_a_reset(bench, CutCode.RESET)


def test_what_was_cut_before_is_still_cut_after_the_watchdog(bench: Bench) -> None:
    bench.stop_beating()
    bench.wait_ms(GATE_MS)
    hurt(bench, CASES[0], 0, (0.5, 0.5))
    undo = bench.hang()
    bench.wait_ms(BITES_MS + 1)
    undo()
    rests_after_a_reset(bench, CutCode.LEVEL)
    bench.stop_beating()
    bench.wait_ms(GATE_MS)
    bench.press_on(0.0)
    bench.set_up(SETTINGS)
    assert bench.host.now.cut == CutCode.NONE, "acknowledged, with the pressure released"


def test_a_converter_that_stays_stuck_never_drives_again(bench: Bench) -> None:
    """Each time it comes up it says so, and is reset again."""
    clear(bench, *CONVERTER)
    bench.wait_ms(BITES_MS + GATE_MS)
    first = bench.reset_at()
    bench.events.clear()
    told = []
    for _ in range(800):
        bench.wait_ms(1.0)
        clear(bench, *CONVERTER)
        told += [one.cut for one in bench.host.listen() if isinstance(one, Status)]
        assert not bench.driven
    assert first is not None
    assert bench.reset_at() is not None
    assert bench.gate_edges() == []
    assert set(told[1:]) == {CutCode.RESET}
