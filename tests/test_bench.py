"""The bench: what it prints. How fast it is, is no test: machines differ."""

import gc
import json

import pytest

from sim import bench
from sim.__main__ import main

KEYS = {"simulated_s", "cpu_s", "speed", "ticks", "us_per_tick", "bare_us_per_tick", "ratio",
        "runs", "python", "machine"}  # fmt: skip


def test_it_prints_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--json", "--seconds", "0.5"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == KEYS
    assert (found["simulated_s"], found["ticks"]) == (0.5, 500)
    assert len(found["runs"]) == 3
    assert found["cpu_s"] == min(run["cpu_s"] for run in found["runs"])
    for name in ("cpu_s", "speed", "us_per_tick", "bare_us_per_tick", "ratio"):
        assert found[name] > 0.0, name
    for run in found["runs"]:
        assert set(run) == {"cpu_s", "speed", "ratio"}
    assert "3." in found["python"]
    assert "cores" in found["machine"]


def test_it_also_speaks_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--seconds", "0.1"]) == 0
    assert "simulated seconds per second of CPU (best of 3: " in capsys.readouterr().out


def test_what_is_measured_is_a_running_massage_at_1_khz() -> None:
    massage = bench.Massage()
    assert massage.rolling
    massage.advance(1000)
    assert massage.rolling
    assert "left" in massage.words


def test_the_longest_run_needs_no_person() -> None:
    massage = bench.Massage()
    massage.advance(60_000)
    assert massage.rolling


def test_a_massage_that_does_not_go_on_is_no_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench.Massage, "advance", lambda _self, _ticks: None)
    monkeypatch.setattr(bench.Massage, "rolling", property(lambda _self: False))
    monkeypatch.setattr(bench.Massage, "__init__", lambda _self: None)
    monkeypatch.setattr(bench.Massage, "words", "Paused.")
    assert main(["bench", "--json", "--seconds", "0.1"]) == 1
    told = capsys.readouterr()
    assert told.err == "the massage did not go on: Paused.\n"
    assert told.out == ""


def test_a_massage_that_does_not_begin_is_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "LIGHT_LEG_N", 40.0)
    with pytest.raises(bench.BenchError, match="does not begin: "):
        bench.Massage()


def test_the_collector_is_given_back() -> None:
    bench.measure(0.1)
    assert gc.get_freeze_count() == 0
    assert gc.isenabled()
