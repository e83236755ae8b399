"""The bench: what it prints. How fast it is, is no test: machines differ."""

import gc
import json

import pytest

from sim import bench
from sim import massage as stack
from sim.__main__ import main
from sim.massage import PIN_TICK_S, Massage, PinMassage

KEYS = {"simulated_s", "cpu_s", "speed", "ticks", "us_per_tick", "bare_us_per_tick", "ratio",
        "runs", "pins", "python", "machine"}  # fmt: skip
PIN_KEYS = {"ticks", "loop_us_per_tick", "loop_ratio", "roller_us_per_tick", "roller_ratio",
            "bus_us_per_tick", "bus_ratio"}  # fmt: skip


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
    assert set(found["pins"]) == PIN_KEYS
    assert found["pins"]["ticks"] == 500
    assert all(value > 0.0 for value in found["pins"].values())
    assert "3." in found["python"]
    assert "cores" in found["machine"]


def test_it_also_speaks_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--seconds", "0.1"]) == 0
    told = capsys.readouterr().out
    assert "simulated seconds per second of CPU (best of 3: " in told
    assert "On mock pins at 250 Hz: " in told
    assert "of which the converter" in told


def test_what_is_measured_is_a_running_massage_at_1_khz() -> None:
    massage = Massage()
    assert massage.rolling
    massage.advance(1.0)
    assert massage.rolling
    assert "left" in massage.words


def test_the_longest_run_needs_no_person() -> None:
    massage = Massage()
    massage.advance(60.0)
    assert massage.rolling


def test_on_pins_a_massage_runs_too_and_only_its_ticks_are_counted() -> None:
    massage = PinMassage()
    assert massage.rolling
    before_cm, before_s = massage.wired.sim.truth().position_cm, massage.cpu_s
    massage.advance(4.0)
    assert massage.rolling
    assert massage.wired.sim.truth().position_cm - before_cm > 4.0
    assert massage.cpu_s > before_s
    massage.wired.close()


def test_the_longest_run_on_pins_needs_no_person() -> None:
    massage = PinMassage()
    massage.advance(bench.MOST_PIN_TICKS * PIN_TICK_S)
    assert massage.rolling
    massage.wired.close()


def test_a_massage_that_does_not_go_on_on_pins_is_no_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "PinMassage", Interrupted)
    assert main(["bench", "--json", "--seconds", "0.1"]) == 1
    told = capsys.readouterr()
    assert told.err.startswith("the massage on pins did not go on: ")
    assert told.out == ""


class Interrupted(PinMassage):
    """Somebody presses Stop as soon as it rolls."""

    def __init__(self) -> None:
        super().__init__()
        self.wired.sim.set_stop(True)


def test_a_massage_that_does_not_go_on_is_no_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Massage, "advance", lambda _self, _seconds: None)
    monkeypatch.setattr(Massage, "rolling", property(lambda _self: False))
    monkeypatch.setattr(Massage, "__init__", lambda _self: None)
    monkeypatch.setattr(Massage, "words", "Paused.")
    assert main(["bench", "--json", "--seconds", "0.1"]) == 1
    told = capsys.readouterr()
    assert told.err == "the massage did not go on: Paused.\n"
    assert told.out == ""


def test_a_massage_that_does_not_begin_is_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "LIGHT_LEG_N", 40.0)
    with pytest.raises(stack.BenchError, match="does not begin: "):
        Massage()


def test_the_collector_is_given_back() -> None:
    bench.measure(0.1)
    assert gc.get_freeze_count() == 0
    assert gc.isenabled()
