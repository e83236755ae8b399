"""The real binary is timed again: docs/firmware-timing.md holds to the cycle, and so do its bars.

Every day a few phases of each are tried, and what has few; `make campaign` tries each phase.
"""

import json
import re
from pathlib import Path

import pytest

from tests import firmware_timing, timing_page
from tests.firmware_build import SIMULATOR, build_firmware, need, symbols
from tests.firmware_timing import CASES, MEASURES, cut_by_pain, phases, ready_bench
from tests.timing_page import PAGE, ROWS, compiler, line, missed, page

ADC_INTERRUPT = "__vector_21"
STORE_TCCR1A = re.compile(rb"[\x00-\xf0][\x92\x93]\x80\x00", re.DOTALL)
NOTHING = bytes(4)
FEW = 5
DAILY = ("watchdog", "loop", "memory")  # what has few phases


@pytest.fixture(scope="module")
def firmware() -> Path:
    need(*SIMULATOR)
    return build_firmware()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in ("PHASES", "STACK_PHASES", "LOOP_PHASES", "HANG_PHASES"):
        monkeypatch.setattr(firmware_timing, number, FEW)


def lines_of_the_page() -> list[str]:
    return [one for one in PAGE.read_text(encoding="utf-8").splitlines() if one.startswith("| `")]


def tells(name: str, firmware: Path) -> None:
    """The page's lines are what is measured now, and hold to their bars."""
    numbers = MEASURES[name](firmware)
    assert missed(numbers) == []
    if compiler() not in PAGE.read_text(encoding="utf-8"):
        pytest.skip(f"{compiler()} makes other code than the page was made from; bars are kept")
    assert [line(*one) for one in numbers.items()] == [
        one for one in lines_of_the_page() if one.split("`")[1] in numbers
    ], "type: make timing"


@pytest.mark.long
@pytest.mark.parametrize("name", DAILY)
def test_the_page_tells_what_is_measured(name: str, firmware: Path) -> None:
    tells(name, firmware)


@pytest.mark.long
@pytest.mark.campaign
@pytest.mark.parametrize("name", [one for one in MEASURES if one not in DAILY])
def test_the_page_tells_what_is_measured_at_each_phase(name: str, firmware: Path) -> None:
    tells(name, firmware)


def test_the_page_is_the_one_this_code_makes() -> None:
    text = PAGE.read_text(encoding="utf-8")
    made_by = re.search(r"avr-gcc [0-9.]+[0-9]", text)
    assert made_by
    assert page(lines_of_the_page(), made_by[0]) == text
    assert [one.split("`")[1] for one in lines_of_the_page()] == list(ROWS)


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.usefixtures("few")
def test_a_few_phases_keep_the_bars_and_are_the_same_each_time(name: str, firmware: Path) -> None:
    numbers = MEASURES[name](firmware)
    assert missed({**numbers, "phases": 512}) == []
    assert MEASURES[name](firmware) == numbers


def test_a_cut_that_waits_for_the_tick_is_seen_to_be_late(firmware: Path) -> None:
    """Without the fast path's two stores the same cut waits for the loop."""
    bench = ready_bench(firmware)
    start = symbols(firmware)[ADC_INTERRUPT]
    code = bytes(bench.mcu.flash[start : start + 256])
    stores = [start + found.start() for found in STORE_TCCR1A.finditer(code)]
    assert len(stores) == 2
    for at in stores:
        bench.mcu.flash[at : at + 4] = NOTHING
    for channel in (0, 1):
        late = cut_by_pain(bench, CASES[1], channel, next(phases(FEW)))
        assert late.off - late.ready > 200


def test_what_misses_its_bar_is_named() -> None:
    assert missed({"worst_sample_to_off_cycles": 201, "phases": 500}) == [
        "worst_sample_to_off_cycles"
    ]
    assert missed({"phases": 499, "ram_bytes": 1024, "stack_bytes": 5000}) == ["phases"]


def test_the_record_and_the_page_are_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    need("gcc-avr")
    numbers = dict.fromkeys(ROWS, 150.0) | {"phases": 512}
    monkeypatch.setattr(timing_page, "measured", lambda: numbers)
    monkeypatch.setattr(timing_page, "RECORD", tmp_path / "record.json")
    monkeypatch.setattr(timing_page, "PAGE", tmp_path / "page.md")
    with pytest.raises(SystemExit, match="misses its bar: host_silent_to_off_ms"):
        timing_page.main()
    record = json.loads((tmp_path / "record.json").read_text())
    assert record == {**numbers, "compiler": compiler()}
    assert line("ram_bytes", 150.0) in (tmp_path / "page.md").read_text()
    assert "≤ 200" in capsys.readouterr().out
