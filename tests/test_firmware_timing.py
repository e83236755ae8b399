"""The real binary is timed again: docs/firmware-timing.md holds to the cycle, and so do its bars.

What was measured is printed at the end of the run.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import timing_page
from tests.firmware_build import need, symbols
from tests.firmware_timing import (
    CALM_KPA,
    CASES,
    MEASURES,
    PHASES,
    cut_by_pain,
    cut_by_silence,
    cut_by_stop,
    phases,
    ready_bench,
)
from tests.timing_bench import Bench
from tests.timing_page import PAGE, ROWS, compiler, line, missed, name_of, page

ADC_INTERRUPT = "__vector_21"
STORE_TCCR1A = re.compile(rb"[\x00-\xf0][\x92\x93]\x80\x00", re.DOTALL)
NOTHING = bytes(4)
FEW = 5
TOLD = Callable[[str, object], None]


def lines_of_the_page() -> list[str]:
    return [one for one in PAGE.read_text(encoding="utf-8").splitlines() if one.startswith("| `")]


@pytest.mark.long
@pytest.mark.parametrize("name", MEASURES)
def test_the_page_tells_what_is_measured_at_each_phase(
    name: str, firmware: Path, record_property: TOLD
) -> None:
    numbers = MEASURES[name](firmware, PHASES)
    lines = [line(*one) for one in numbers.items()]
    record_property("timing", lines)
    assert missed(numbers) == []
    if compiler() in PAGE.read_text(encoding="utf-8"):
        assert lines == [one for one in lines_of_the_page() if name_of(one) in numbers], (
            "type: make timing"
        )
    else:
        record_property("figure", f"{compiler()} makes other code than the page's: bars only")


def test_the_page_is_the_one_this_code_makes() -> None:
    text = PAGE.read_text(encoding="utf-8")
    made_by = re.search(r"avr-gcc [0-9.]+[0-9]", text)
    assert made_by
    assert page(lines_of_the_page(), made_by[0]) == text
    assert [name_of(one) for one in lines_of_the_page()] == list(ROWS)


@pytest.mark.parametrize("name", MEASURES)
def test_a_few_phases_keep_the_bars_and_are_the_same_each_time(name: str, firmware: Path) -> None:
    numbers = MEASURES[name](firmware, FEW)
    assert missed({**numbers, "phases": PHASES}) == []
    assert MEASURES[name](firmware, FEW) == numbers


def test_a_moment_is_come_back_to_whole(firmware: Path) -> None:
    """What then happens is what happens without ever looking back, to the cycle."""

    def lived(bench: Bench) -> tuple[object, ...]:
        off = cut_by_stop(bench, (0.3, 0.7))
        return off, bench.cycle, bench.events, bytes(bench.mcu.data), bench.host.now

    straight, bench = ready_bench(firmware), ready_bench(firmware)
    straight.roll(CALM_KPA)
    bench.roll(CALM_KPA)
    again = bench.remember()
    first = lived(bench)
    again()
    assert bench.cycle == straight.cycle
    cut_by_silence(bench, (0.1, 0.2))
    again()
    assert lived(bench) == first == lived(straight)


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
        bench.roll(CASES[1].before_kpa)
        late = cut_by_pain(bench, next(phases(FEW)), CASES[1], channel)
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
