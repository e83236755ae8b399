"""The binding to simavr shows what a chip does: at the right cycle, and the same every time."""

from itertools import pairwise
from pathlib import Path

import pytest

from sim import shim
from sim.elf import read_image
from sim.mcu import CYCLES_PER_MS, PINS, Event, Mcu, McuStoppedError, ResetCause, What
from tests.firmware_build import ROOT, SIMULATOR, build, need, symbols

BAUD = 250_000
BYTE = 640  # cycles of its 10 bits
LATE = 4  # cycles of the longest instruction that an interrupt waits for
ADC_FIRST, ADC_BIT = 25 * 128, 5000 / 1024
UDR, TCCR2B = 0xC6, 0xB1
HANG = bytes.fromhex("ffcf")  # rjmp to itself


@pytest.fixture(scope="module")
def elf() -> Path:
    need(*SIMULATOR)
    return build(ROOT / "build" / "trial" / "mcu_trial.elf", ROOT / "tests" / "mcu_trial.c")


@pytest.fixture
def mcu(elf: Path) -> Mcu:
    """The trial program, through its start and waiting for a command."""
    mcu = Mcu(elf)
    mcu.run(CYCLES_PER_MS)
    return mcu


def ask(mcu: Mcu, command: bytes, cycles: int = 2 * CYCLES_PER_MS) -> bytes:
    """What the program answers in time."""
    mcu.send(command, baud=BAUD)
    mcu.run(cycles)
    return bytes(value for _, value in mcu.receive())


def of(events: list[Event], what: What) -> list[Event]:
    return [event for event in events if event.what is what]


def test_edges_stand_at_their_cycles(mcu: Mcu) -> None:
    mcu.watch("PB0")
    mcu.run(20 * CYCLES_PER_MS, stepping=True)
    edges = of(mcu.events(), What.EDGE)
    assert len(edges) == 320
    for before, after in pairwise(edges):
        assert abs(after.cycle - before.cycle - 1000) <= LATE
        assert after.value != before.value


def test_an_interrupt_begins_as_late_as_on_the_chip(elf: Path) -> None:
    """4 cycles and the 3 of the jump in the vector, behind the instruction that runs."""
    mcu = Mcu(elf)
    mcu.note_writes(TCCR2B)
    mcu.watch("PB0")
    mcu.run(20 * CYCLES_PER_MS, stepping=True)
    started, *edges = mcu.events()
    assert started.what is What.WRITTEN
    late = [edge.cycle - started.cycle - 1000 * n for n, edge in enumerate(edges, 1)]
    assert 7 <= min(late) < max(late) <= 7 + LATE


def test_only_the_pins_that_are_watched_are_recorded(mcu: Mcu) -> None:
    mcu.run(CYCLES_PER_MS)
    assert mcu.events() == []


def test_a_step_ends_with_the_edge_that_was_waited_for(mcu: Mcu) -> None:
    mcu.watch("PB0")
    before = mcu.level("PB0")
    assert mcu.run_to_edge("PB0", within=CYCLES_PER_MS)
    (edge,) = mcu.events()
    assert mcu.level("PB0") is not before
    assert 0 <= mcu.cycle - edge.cycle <= LATE
    assert not mcu.run_to_edge("PD3", within=100)


def test_a_run_ends_within_an_instruction_of_its_cycle(mcu: Mcu) -> None:
    for stepping in (False, True):
        for cycles in (1, 17, 1234, 100_001):
            end = mcu.cycle + cycles
            mcu.run_to(end, stepping=stepping)
            assert 0 <= mcu.cycle - end <= LATE


@pytest.mark.parametrize("stepping", [False, True])
def test_a_sleeping_program_is_woken_in_time(mcu: Mcu, stepping: bool) -> None:
    mcu.watch("PB0")
    ask(mcu, b"Z")
    mcu.events()
    for _ in range(100):
        end = mcu.cycle + 777
        mcu.run_to(end, stepping=stepping)
        assert 0 <= mcu.cycle - end <= LATE
    edges = mcu.events()
    assert len(edges) == 77 or len(edges) == 78
    assert all(abs(after.cycle - before.cycle - 1000) <= LATE for before, after in pairwise(edges))


def test_bytes_arrive_and_leave_as_fast_as_the_line_carries_them(mcu: Mcu) -> None:
    assert mcu.baud == BAUD
    began = mcu.cycle
    mcu.send(b"xyz", baud=BAUD)
    mcu.run(2 * BYTE - LATE)
    assert mcu.receive() == [], "the first byte is in, its echo is still on the line"
    mcu.run(5 * BYTE)
    echo = mcu.receive()
    assert bytes(value for _, value in echo) == b"xyz"
    assert began + 2 * BYTE < echo[0][0] < began + 2 * BYTE + 100
    assert all(after - before >= BYTE for (before, _), (after, _) in pairwise(echo))


def test_an_interrupt_takes_a_byte_when_its_stop_bit_ends(mcu: Mcu) -> None:
    ask(mcu, b"I")
    began = mcu.cycle
    mcu.send(b"bytes", baud=BAUD)
    mcu.run(10 * BYTE)
    echo = mcu.receive()
    assert bytes(value for _, value in echo) == b"bytes"
    assert all(0 <= at - began - (n + 2) * BYTE < 60 for n, (at, _) in enumerate(echo))


def test_a_byte_that_waits_interrupts_again_at_once(mcu: Mcu) -> None:
    mcu.send(b"Jab", baud=BAUD)
    mcu.note_writes(UDR)
    mcu.run(3 * CYCLES_PER_MS)
    first, second = (event for event in mcu.events())
    assert bytes((first.value, second.value)) == b"ab"
    assert second.cycle - first.cycle < 60


def test_what_is_not_fetched_in_time_is_lost(mcu: Mcu) -> None:
    """Two bytes wait in the chip and one behind them; the fourth overruns."""
    assert ask(mcu, b"Dabcdefghi") == b"Dabc"
    assert ask(mcu, b"ok") == b"ok"


def test_a_conversion_takes_what_was_there_when_it_started(mcu: Mcu) -> None:
    mcu.watch(conversions=True)
    mcu.apply_mv(2, 2500)
    mcu.apply_mv(3, 1000)
    mcu.send(b"A", baud=BAUD)
    while not (started := of(mcu.events(), What.CONVERSION)):
        mcu.run(10, stepping=True)
    mcu.apply_mv(2, 4000)
    mcu.run(CYCLES_PER_MS)
    (ready,) = of(mcu.events(), What.SAMPLE)
    assert started[0][2:] == ready[2:] == (2, 2500 * 1024 // 5000)
    assert ready.cycle - started[0].cycle == ADC_FIRST
    answer = bytes(value for _, value in mcu.receive())
    assert answer == ready.value.to_bytes(2, "big") * 2, "in the interrupt, and read later"


def test_reads_of_a_register_are_noted_and_change_nothing(mcu: Mcu) -> None:
    mcu.note_reads(UDR)
    assert ask(mcu, b"xy") == b"xy"
    assert [event[1:] for event in mcu.events()] == [(What.READ, UDR, one) for one in b"xy"]


@pytest.mark.parametrize(("millivolts", "code"), [(0, 0), (4.9, 1), (4999, 1023), (6000, 1023)])
def test_the_converter_goes_from_0_to_1023(mcu: Mcu, millivolts: float, code: int) -> None:
    mcu.apply_mv(2, millivolts)
    assert ask(mcu, b"A") == code.to_bytes(2, "big") * 2


def test_an_input_is_what_drives_it_even_after_a_reset(mcu: Mcu) -> None:
    assert mcu.level("PD2"), "the pull-up"
    assert mcu.level("PD3")
    for level in (False, True, False):
        mcu.drive("PD2", level)
        mcu.run(100)
        assert mcu.level("PD3") is level
    mcu.drive("PD2", True)
    mcu.reset()
    assert not mcu.level("PD3"), "no output is driven while a chip starts"
    mcu.run(CYCLES_PER_MS)
    assert mcu.level("PD3")


def test_a_pull_up_is_there_again_after_a_reset(mcu: Mcu) -> None:
    mcu.reset()
    assert not mcu.level("PD2")
    mcu.run(CYCLES_PER_MS)
    assert mcu.level("PD2")
    assert mcu.level("PD3")


def test_a_watchdog_reset_is_seen_and_told_to_the_program(mcu: Mcu) -> None:
    assert ask(mcu, b"C") == bytes([ResetCause.POWER_ON])
    mcu.send(b"WH", baud=BAUD)
    mcu.run(14 * CYCLES_PER_MS)
    assert of(mcu.events(), What.RESET) == []
    mcu.run(4 * CYCLES_PER_MS)
    (reset,) = of(mcu.events(), What.RESET)
    assert reset.value == ResetCause.WATCHDOG
    assert ask(mcu, b"C") == bytes([ResetCause.WATCHDOG])


def test_a_reset_from_outside_tells_its_cause_and_keeps_the_ram(elf: Path, mcu: Mcu) -> None:
    kept = symbols(elf)["kept"]
    mcu.data[kept] = 0x5A
    mcu.reset(ResetCause.BROWN_OUT)
    assert [event.value for event in mcu.events()] == [ResetCause.BROWN_OUT]
    assert ask(mcu, b"CK") == bytes([ResetCause.BROWN_OUT, 0x5A])


def test_the_program_lives_with_a_flipped_bit(elf: Path, mcu: Mcu) -> None:
    kept = symbols(elf)["kept"]
    before = mcu.data[kept]
    mcu.data[kept] ^= 0x10
    assert ask(mcu, b"K") == bytes([before ^ 0x10])


def test_the_flash_is_the_programs_and_can_be_made_to_hang(elf: Path, mcu: Mcu) -> None:
    image = read_image(elf.read_bytes())
    assert bytes(mcu.flash) == image.flash
    assert ask(mcu, b"L") == b"L", "what starts with a value has it"
    assert image.flash_used == 0x7E00, "behind the program lie traps, up to the boot loader"
    get = symbols(elf)["get"]
    mcu.flash[get : get + 2] = HANG
    assert ask(mcu, b"abc") == b"", "it hangs where it waited"


def test_the_eeprom_outlives_the_chips_power(elf: Path, mcu: Mcu) -> None:
    assert mcu.eeprom[7] == 0xFF
    ask(mcu, b"E\x2a")
    assert mcu.eeprom[7] == 0x2A
    assert Mcu(elf, eeprom=bytes(mcu.eeprom)).eeprom[7] == 0x2A


@pytest.mark.parametrize("value", [1, 50, 100, 199])
def test_pwm_is_seen_in_the_registers_and_at_the_pin(mcu: Mcu, value: int) -> None:
    ask(mcu, bytes([ord("P"), value]))
    mcu.watch("PB1")
    mcu.run(10 * CYCLES_PER_MS)
    assert mcu.duty("PB1") == value / 200
    edges = mcu.events()
    assert len(edges) == 2 * 200
    for rise, fall in pairwise(edges):
        if rise.value:
            assert abs(fall.cycle - rise.cycle - 4 * value) <= LATE


def test_a_new_duty_moves_the_edges(mcu: Mcu) -> None:
    for value in (50, 150, 20):
        ask(mcu, bytes([ord("P"), value]))
        mcu.watch("PB1")
        mcu.events()
        mcu.run(CYCLES_PER_MS)
        highs = [fall.cycle - rise.cycle for rise, fall in pairwise(mcu.events()) if rise.value]
        assert len(highs) >= 19
        assert all(abs(high - 4 * value) <= LATE for high in highs)


def test_pwm_at_its_ends_is_a_level_and_cutting_it_gives_the_pin_to_the_port(mcu: Mcu) -> None:
    ask(mcu, b"P\xc8")
    mcu.watch("PB1")
    mcu.run(CYCLES_PER_MS)
    assert (mcu.events(), mcu.level("PB1"), mcu.duty("PB1")) == ([], True, 1.0)
    ask(mcu, b"P\x00")
    assert [edge.value for edge in mcu.events()] == [0]
    assert (mcu.level("PB1"), mcu.duty("PB1")) == (False, 0.0)


def test_a_write_to_another_pin_of_the_port_leaves_pwm_alone(mcu: Mcu) -> None:
    """PB0 toggles all the while; simavr alone would show PB1 low after each of its writes."""
    ask(mcu, b"P\x64")
    mcu.watch("PB0", "PB1")
    mcu.run(10 * CYCLES_PER_MS)
    rises = [edge.cycle for edge in mcu.events() if PINS[edge.which] == "PB1" and edge.value]
    assert all(abs(after - before - 800) <= LATE for before, after in pairwise(rises))


def test_writes_to_a_register_are_noted(mcu: Mcu) -> None:
    ocr1a_low = 0x88
    mcu.note_writes(ocr1a_low)
    ask(mcu, b"P\x32")
    assert [event[1:] for event in mcu.events()] == [(What.WRITTEN, ocr1a_low, 199)]


def test_a_wild_address_is_an_error_that_says_where(mcu: Mcu) -> None:
    mcu.send(b"R", baud=BAUD)
    with pytest.raises(McuStoppedError, match=r"cycle \d+, instruction 0x.*Invalid read address"):
        mcu.run(CYCLES_PER_MS)
    assert ask(mcu, b"x")[-1:] == b"x", "whoever catches it may run on"


def test_an_unknown_instruction_is_an_error(elf: Path, mcu: Mcu) -> None:
    get = symbols(elf)["get"]
    mcu.flash[get : get + 2] = bytes.fromhex("ff00")
    mcu.send(b"x", baud=BAUD)
    with pytest.raises(McuStoppedError, match="Invalid Opcode"):
        mcu.run(CYCLES_PER_MS)


def test_sleep_that_nothing_ends_is_an_error(mcu: Mcu) -> None:
    mcu.send(b"S", baud=BAUD)
    with pytest.raises(McuStoppedError, match="asleep for ever"):
        mcu.run(CYCLES_PER_MS)


def life(elf: Path, *, stepping: bool = True) -> list[tuple[int, ...]]:
    """All that can be seen of one rather busy life."""
    mcu = Mcu(elf)
    mcu.watch("PB0", "PB1", "PD3", conversions=True)
    mcu.send(b"hello P\x63A", baud=BAUD)
    for number in range(40):
        mcu.apply_mv(2, 100 * number)
        mcu.drive("PD2", number % 3 == 0)
        mcu.send(b"A", baud=BAUD)
        mcu.run(CYCLES_PER_MS // 2 + number, stepping=stepping)
    mcu.send(b"WH", baud=BAUD)
    mcu.run(20 * CYCLES_PER_MS, stepping=stepping)
    return [*mcu.receive(), *map(tuple, mcu.events()), (mcu.cycle,)]


def test_two_runs_are_identical_to_the_cycle(elf: Path) -> None:
    first = life(elf)
    assert len(first) > 500
    assert life(elf) == first
    assert life(elf, stepping=False) == life(elf, stepping=False)


def test_without_a_compiler_the_cure_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shim, "BUILD", tmp_path)
    monkeypatch.setattr(shim, "COMMAND", ("no-such-compiler-anywhere",))
    with pytest.raises(shim.MissingToolError, match="sudo apt-get install gcc"):
        shim.compiled()


def test_without_simavr_the_cure_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    need("gcc")
    source = tmp_path / "shim.c"
    source.write_text("#include <simavr/no_such_header.h>\n")
    monkeypatch.setattr(shim, "BUILD", tmp_path / "build")
    monkeypatch.setattr(shim, "SOURCES", tmp_path)
    with pytest.raises(shim.MissingToolError, match="libsimavr-dev"):
        shim.compiled()
