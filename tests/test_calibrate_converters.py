"""`footloop calibrate` on each converter: what lives is weighed, what is dead or moved is not."""

from pathlib import Path
from typing import Any

import pytest

from controller import cli
from controller.calibration_file import keep, load
from hardware.calibration import Calibration, Point, measured
from tests.calibrate_bench import CELL, GAIN, HX711, WEIGHED, YES, Bench

Captured = pytest.CaptureFixture[str]
TODAY = cli._today().toordinal()


def test_a_load_cell_on_an_hx711_is_weighed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    bench = Bench(tmp_path, monkeypatch, **HX711)
    assert bench.calibrate((0, ""), (11.0, "11 N"), (49.05, "5 kg"), (0, ""), YES) == 0
    a, b = load(bench.file).pressure_a, load(bench.file).pressure_b
    assert (a.chip, b.chip) == ("MCP3008", "HX711")
    assert [one.raw for one in b.points] == pytest.approx(
        [CELL[0] + CELL[1] * one.load_n for one in b.points], abs=1e-6
    )
    assert b.reading(CELL[0] + CELL[1] * 20.0).pressure_kpa == pytest.approx(25.0, abs=0.1)
    assert "pressure_b reads 0.50586" in capsys.readouterr().out


@pytest.mark.parametrize(("wiring", "dead"), [({}, "a"), (HX711, "b")])
def test_a_dead_element_is_refused_on_each_converter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wiring: Any, dead: str, capsys: Captured
) -> None:
    """It hums and drifts, and feels next to nothing."""
    bench = Bench(tmp_path, monkeypatch, **wiring)
    bench.cell = (0.5, 2e-6)
    monkeypatch.setitem(GAIN, 0, (0.3, 0.0001))
    words = ("--element", dead)
    assert bench.calibrate((0, ""), (40.0, "40 N"), (0, ""), YES, words=words) == 1
    assert f"pressure_{dead}: from 0 to 40 N the reading rose by" in capsys.readouterr().out
    assert not bench.file.exists()


def test_a_hand_on_the_head_is_felt_on_an_hx711(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """3 N, which on the other converters are less than their noise."""
    bench = Bench(tmp_path, monkeypatch, **HX711)
    bench.shake = lambda count: 0.0008 * (count >= 100) if count < 200 else 0.0
    assert bench.calibrate((0, ""), (0, ""), (11.0, "11 N"), (0, ""), words=("--element", "b")) == 1
    assert "Not measured: pressure_b: it moved by +0.0007" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["engine", "--device", "gpio"], ["calibrate", "--show"]])
def test_what_was_measured_on_another_converter_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], capsys: Captured
) -> None:
    bench = Bench(tmp_path, monkeypatch, **HX711)
    bench.file.parent.mkdir()
    old = measured((Point(0.2, 0.0), Point(0.6, 80.0)), TODAY)
    keep(bench.file, Calibration(old, old))
    assert cli.main([*command, "--config", str(bench.config)]) == 3
    told = capsys.readouterr().err
    assert (
        f"{bench.file}: pressure_b was measured on MCP3008, and [wiring] has it on HX711: " in told
    )
    assert "pressure_a was" not in told
    assert bench.rig.roller is None, "no pin was touched"
    assert bench.calibrate(*WEIGHED, YES, words=("--element", "b")) == 0
    assert load(bench.file).pressure_a == old
