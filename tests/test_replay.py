"""Recordings through the production kernel: what it counts, and what it refuses to read."""

import json
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from sim.__main__ import main
from sim.recording import RecordingError, Row, load
from sim.replay import Verdict, judge

KEYS = {"samples", "duration_s", "max_pressure_kpa", "eases", "holds", "trips"}
TRIP_KEYS = {"time_s", "rule", "reason", "words", "pressure_kpa"}


def recorded(
    pressure_kpa: Callable[[float], float], seconds: float, hz: float = 500.0, **columns: float
) -> list[Row]:
    """A recording with a little noise, as a real sensor has."""
    noise = Random(1)
    return [
        Row(round(frame / hz, 6), pressure_kpa(frame / hz) + noise.gauss(0.0, 0.3), **columns)
        for frame in range(round(seconds * hz))
    ]


def quiet(_at_s: float) -> float:
    return 20.0


def spikes(at_s: float) -> float:
    """A spike of 50 ms every 2 s, the first one after 1 s."""
    return 85.0 if 1.0 <= at_s % 2.0 < 1.05 else 15.0


def rules(verdict: Verdict) -> list[str]:
    return [trip.stop.trip.rule for trip in verdict.trips]


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["replay", *words, "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def written(path: Path, rows: Iterable[Row]) -> Path:
    lines = [f"{row.time_s},{row.pressure_kpa}" for row in rows]
    path.write_text("\n".join(["time_s,pressure_kpa", *lines]) + "\n")
    return path


def test_a_quiet_foot_is_left_alone() -> None:
    verdict = judge(recorded(quiet, 5.0))
    assert (verdict.eases, verdict.holds, verdict.trips) == (0, 0, ())
    assert (verdict.samples, verdict.duration_s) == (2500, 4.998)


def test_no_time_is_ever_over() -> None:
    """Ten minutes per foot are for people, not for recordings."""
    rows = recorded(lambda at_s: 85.0 if at_s > 1290.0 else 20.0, 1291.0, hz=100.0)
    verdict = judge(rows)
    assert [round(trip.time_s) for trip in verdict.trips] == [1290]


def test_the_first_stop_ends_the_judging() -> None:
    verdict = judge(recorded(spikes, 10.0))
    assert rules(verdict) == ["T1"]
    assert verdict.samples == 5000, "what was recorded is told whole"
    assert verdict.trips[0].time_s == pytest.approx(1.002)


def test_with_go_on_every_spike_is_one_stop() -> None:
    verdict = judge(recorded(spikes, 10.0), go_on=True)
    assert rules(verdict) == ["T1"] * 5
    assert [round(trip.time_s) for trip in verdict.trips] == [1, 3, 5, 7, 9]


def test_a_steep_rise_is_pain_well_below_the_level() -> None:
    verdict = judge(recorded(lambda at_s: 20.0 if at_s < 1.0 else 45.0, 2.0))
    assert rules(verdict) == ["T2"]
    assert verdict.trips[0].words.startswith("Stopped: pressure rose ")


def test_a_dose_is_pain() -> None:
    rise = 30.0  # kPa/s, far too slow for T2
    verdict = judge(recorded(lambda at_s: min(55.0, 20.0 + rise * at_s), 4.0))
    assert rules(verdict) == ["T4"]


def test_a_flinch_is_pain() -> None:
    def kick(at_s: float) -> float:
        return 12.0 if at_s < 1.0 else 27.0 if at_s < 1.1 else 0.5

    assert rules(judge(recorded(kick, 2.0))) == ["T5"]


def test_an_overload_eases_and_a_second_one_does_too() -> None:
    def heavy(at_s: float) -> float:
        return 20.0 + 15.0 * min(1.0, max(0.0, 2.0 * math.sin(at_s)))

    verdict = judge(recorded(heavy, 13.0))
    assert verdict.eases >= 2
    assert verdict.trips == ()


def test_the_reference_is_the_recording_s() -> None:
    heavy = recorded(lambda at_s: 35.0, 3.0, reference_kpa=40.0)
    assert judge(heavy).eases == 0
    assert judge([row._replace(reference_kpa=25.0) for row in heavy]).eases >= 1


def test_a_foot_that_goes_is_held_and_goes_on_when_it_is_back() -> None:
    def away(at_s: float) -> float:
        return 0.3 if 1.0 < at_s < 400.0 else 85.0 if at_s > 405.0 else 15.0

    verdict = judge(recorded(away, 406.0, hz=200.0))
    assert verdict.holds == 1
    assert rules(verdict) == ["T1"], "it was rolling again"


def test_a_heavy_foot_goes_on_too() -> None:
    def away(at_s: float) -> float:
        return 0.3 if 1.0 < at_s < 2.0 else 85.0 if at_s > 7.0 else 35.0

    assert rules(judge(recorded(away, 8.0, reference_kpa=35.0))) == ["T1"]


def test_a_foot_that_is_not_back_is_not_judged() -> None:
    """Nothing moves in a HOLD, so nothing can hurt."""
    verdict = judge(recorded(lambda at_s: 85.0 if 2.0 < at_s < 2.1 else 0.3, 4.0))
    assert (verdict.holds, verdict.trips) == (1, ())


def test_nan_is_data_and_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nan.csv"
    path.write_text("time_s,pressure_kpa\n0.000,20\n0.004,nan\n0.008,20\n")
    found = told(capsys, str(path))
    assert set(found) == KEYS
    assert found["max_pressure_kpa"] == 20.0
    assert [set(trip) for trip in found["trips"]] == [TRIP_KEYS]
    assert found["trips"][0] | {"words": ""} == {
        "time_s": 0.004, "rule": "T9", "reason": "fault", "words": "", "pressure_kpa": None,
    }  # fmt: skip


def test_nothing_but_nan_has_no_highest_pressure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nan.csv"
    path.write_text("time_s,pressure_kpa\n0,nan\n")
    found = told(capsys, str(path))
    assert found["max_pressure_kpa"] is None
    assert (found["samples"], found["duration_s"]) == (1, 0.0)
    assert main(["replay", str(path)]) == 0
    assert "highest pressure no number" in capsys.readouterr().out


def test_a_missing_stretch_is_a_silent_sensor() -> None:
    rows = [row for row in recorded(quiet, 3.0) if not 1.0 < row.time_s < 1.1]
    verdict = judge(rows, go_on=True)
    assert rules(verdict) == ["T9"]
    assert 1.02 <= verdict.trips[0].time_s <= 1.025
    assert verdict.trips[0].stop.trip.key == "silent"


def test_a_pause_of_hours_costs_nothing_and_is_one_fault() -> None:
    rows = recorded(quiet, 1.0) + [
        row._replace(time_s=row.time_s + 10_000.0) for row in recorded(quiet, 1.0)
    ]
    assert rules(judge(rows, go_on=True)) == ["T9"]


def test_jitter_is_no_gap() -> None:
    jitter = Random(2)
    rows = [
        row._replace(time_s=row.time_s + jitter.uniform(-0.0008, 0.0008))
        for row in recorded(quiet, 5.0)
    ]
    assert judge(rows).trips == ()


@pytest.mark.parametrize("hz", [100.0, 250.0, 1000.0, 5000.0])
def test_the_period_is_the_recording_s_own(hz: float) -> None:
    assert judge(recorded(quiet, 2.0, hz)).trips == ()
    assert rules(judge(recorded(spikes, 2.0, hz))) == ["T1"]


def test_too_few_samples_a_second_are_a_fault() -> None:
    verdict = judge(recorded(quiet, 2.0, hz=50.0))
    assert [trip.stop.trip.key for trip in verdict.trips] == ["gaps"]


def test_a_reading_that_stands_still_while_rolling_is_a_fault() -> None:
    rows = [Row(frame / 500.0, 20.0) for frame in range(500)]
    verdict = judge(rows)
    assert [trip.stop.trip.key for trip in verdict.trips] == ["frozen"]
    assert judge([row._replace(duty=0.2) for row in rows]).trips != ()
    assert judge([row._replace(duty=0.0) for row in rows]).trips == (), "it was not rolling"


def test_two_channels_apart_are_a_fault() -> None:
    rows = recorded(quiet, 1.0)
    apart = [row._replace(pressure_b_kpa=row.pressure_kpa + 12.0) for row in rows]
    assert [trip.stop.trip.key for trip in judge(apart).trips] == ["apart"]
    agreeing = [row._replace(pressure_b_kpa=row.pressure_kpa + 2.0) for row in rows]
    assert judge(agreeing).trips == ()


def test_the_command_judges_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "spikes.csv", recorded(spikes, 6.0))
    found = told(capsys, str(path))
    assert found["samples"] == 3000
    assert [trip["rule"] for trip in found["trips"]] == ["T1"]
    assert found["trips"][0]["reason"] == "pain"
    assert found["trips"][0]["words"].startswith("Stopped: pressure reached ")
    assert found["trips"][0]["pressure_kpa"] > 75.0
    assert len(told(capsys, str(path), "--continue")["trips"]) == 3
    assert main(["replay", str(path), "--continue"]) == 0
    assert "stopped 3 times" in capsys.readouterr().out


def test_columns_in_any_order_blank_lines_and_a_mark_at_the_front(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        b"\xef\xbb\xbfduty, pressure_kpa,reference_kpa,time_s,pressure_b_kpa\r\n"
        b"0.5, 20,30,0.5,21\r\n\r\n-1,nan,6,1e0,nan\r\n\r\n"
    )
    first, second = load(path)
    assert first == Row(0.5, 20.0, 21.0, 30.0, 0.5)
    assert second.time_s == 1.0
    assert math.isnan(second.pressure_kpa)


GOOD = "time_s,pressure_kpa\n0,20\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "the column time_s is missing; begin with: time_s,pressure_kpa"),
        ("\n\n", 1, "the column time_s is missing"),
        ("0,20\n0.1,20\n", 1, "the column time_s is missing"),
        ("time_s\n0\n", 1, "the column pressure_kpa is missing"),
        ("time_s;pressure_kpa\n0;20\n", 1, "the column time_s is missing"),
        ("time_s,pressure_kpa,speed\n0,20,1\n", 1, "no column 'speed'; known: time_s,"),
        ("time_s,pressure_kpa,time_s\n0,20,1\n", 1, "the column time_s is there twice"),
        ("time_s,pressure_kpa\n", 1, "there is no sample in it"),
        (GOOD + "0.1\n", 3, "1 values, but the first line names 2"),
        (GOOD + "0.1,20,30\n", 3, "3 values, but the first line names 2"),
        (GOOD + "0.1,high\n", 3, "pressure_kpa is 'high': must be a number"),
        (GOOD + "0.1,\n", 3, "pressure_kpa is '': must be a number"),
        (GOOD + "0.1,2_0\n", 3, "pressure_kpa is '2_0': must be a number"),
        (GOOD + "later,20\n", 3, "time_s is 'later': must be a number"),
        (GOOD + "0.1,inf\n", 3, "pressure_kpa is inf: must be a finite number, or nan"),
        (GOOD + "nan,20\n", 3, "time_s is nan: must be a finite number"),
        (GOOD + "inf,20\n", 3, "time_s is inf: must be a finite number"),
        (GOOD + "\n0,20\n", 4, "time stands still: time_s is 0.0 after 0.0"),
        (GOOD + "0.2,20\n0.1,20\n", 4, "time goes back: time_s is 0.1 after 0.2"),
        ("time_s,pressure_kpa,duty\n0,20,1.1\n", 2, "duty is 1.1: must lie in -1 to 1"),
        ("time_s,pressure_kpa,duty\n0,20,nan\n", 2, "duty is nan: must be a finite number"),
        ("time_s,pressure_kpa,reference_kpa\n0,20,0\n", 2, "reference_kpa is 0: must be above 0"),
        ("time_s,pressure_kpa,reference_kpa\n0,20,nan\n", 2, "reference_kpa is nan"),
        (GOOD + '0.1,"20\n', 3, "unexpected end of data"),
        (GOOD + "0.1,\0\n", 3, ""),
    ],
)
def test_a_bad_file_is_one_sentence_with_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, line: int, says: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    assert main(["replay", str(path), "--json"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert err.startswith(f"{path}, line {line}: ")
    assert says in err


def test_what_is_no_text_is_told_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(GOOD.encode() + b"0.1,2\xff\n")
    with pytest.raises(RecordingError, match="line 3: is not UTF-8 text"):
        load(path)


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="there is no such file"):
        load(tmp_path / "none.csv")
    with pytest.raises(RecordingError, match=r"cannot be read \(Is a directory\)"):
        load(tmp_path)
