"""`footloop calibrate` on a mock Pi: guided by a pipe, resting all the time, careful to the end."""

import signal
from pathlib import Path
from typing import Any

import pytest

from controller import cli, engine
from controller.calibration_file import backup_of, keep, load
from controller.pace import Pace
from hardware.calibration import Calibration, Point, Trust, measured
from hardware.errors import HardwareError, ReadError
from tests.calibrate_bench import GAIN, WEIGHED, YES, Bench

Captured = pytest.CaptureFixture[str]
TODAY = cli._today().toordinal()


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def test_a_scripted_run_measures_both_elements(bench: Bench, capsys: Captured) -> None:
    assert bench.calibrate(*WEIGHED, YES) == 0
    found = load(bench.file)
    for element, (zero_raw, raw_per_n) in zip(
        (found.pressure_a, found.pressure_b), GAIN.values(), strict=True
    ):
        assert [point.load_n for point in element.points] == pytest.approx([0.0, 20.0, 49.05])
        wanted = [zero_raw + raw_per_n * point.load_n for point in element.points]
        assert [point.raw for point in element.points] == pytest.approx(wanted, abs=0.001)
        assert element.measured_on == TODAY
    told = capsys.readouterr().out
    assert "nominal values would call 49.1 N" in told
    assert "Kept. It serves from the engine's next start on." in told


def test_the_roller_rests_all_the_time(bench: Bench) -> None:
    bench.calibrate(*WEIGHED, YES)
    wiring = bench.rig.wiring
    moving = {wiring.forward_pin, wiring.backward_pin, wiring.enable_pin, wiring.gate_pin}
    assert [one for one in bench.rig.pi.trace if one[0] in moving and one[1]] == []
    assert bench.rig.pi.pin(wiring.gate_pin).state == 0


def test_weights_may_come_in_any_order(bench: Bench) -> None:
    assert bench.calibrate((0, ""), (49.05, "5 kg"), (20, "20 N"), (0, ""), YES) == 0
    assert [round(one.load_n) for one in load(bench.file).pressure_a.points] == [0, 20, 49]


def test_after_five_weights_it_asks_no_more(bench: Bench) -> None:
    weights = [(float(n), f"{n} N") for n in (10, 20, 30, 40, 50)]
    assert bench.calibrate((0, ""), *weights, YES) == 0
    assert len(load(bench.file).pressure_b.points) == 6


@pytest.mark.parametrize("lines", [WEIGHED[:count] for count in range(5)])
@pytest.mark.parametrize("end", [[], [(0.0, "^C")]])
def test_an_end_or_a_signal_anywhere_changes_nothing(
    bench: Bench, lines: Any, end: Any, capsys: Captured
) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    assert bench.calibrate(*lines, *end) == 1
    assert not bench.file.exists()
    assert capsys.readouterr().out.endswith("\nNothing was changed.\n")
    assert signal.getsignal(signal.SIGTERM) is handler
    assert bench.rig.bridge() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("answer", ["", "no", "yess", "maybe"])
def test_anything_but_yes_changes_nothing(bench: Bench, answer: str) -> None:
    assert bench.calibrate(*WEIGHED, (0.0, answer)) == 1
    assert not bench.file.exists()


def test_it_asks_before_it_replaces_and_keeps_the_old_one(bench: Bench, capsys: Captured) -> None:
    bench.calibrate(*WEIGHED, YES)
    old = bench.file.read_bytes()
    capsys.readouterr()
    assert bench.calibrate(*WEIGHED, (0.0, "no")) == 1
    assert bench.file.read_bytes() == old
    told = capsys.readouterr().out
    assert f"in place of {bench.file} (it stays as calibration.old.json)" in told
    assert "the old calibration would call" in told
    assert bench.calibrate((0, ""), (39.24, "4 kg"), (0, ""), YES) == 0
    assert backup_of(bench.file).read_bytes() == old
    assert len(load(bench.file).pressure_a.points) == 2


@pytest.mark.parametrize(("choice", "left"), [("a", "pressure_b"), ("b", "pressure_a")])
def test_one_element_leaves_the_other_as_it_was(bench: Bench, choice: str, left: str) -> None:
    old = measured((Point(0.2, 0.0), Point(0.6, 80.0)), TODAY - 9)
    bench.file.parent.mkdir()
    keep(bench.file, Calibration(old, old))
    assert bench.calibrate(*WEIGHED, YES, words=("--element", choice)) == 0
    found = load(bench.file)
    assert getattr(found, left) == old
    assert found not in (Calibration(old, old), Calibration())


def test_of_a_broken_file_nothing_is_taken_over(bench: Bench, capsys: Captured) -> None:
    bench.file.parent.mkdir()
    bench.file.write_text("{")
    assert bench.calibrate(*WEIGHED, YES, words=("--element", "a")) == 0
    assert "is cut short or not JSON" in capsys.readouterr().out
    assert load(bench.file).pressure_b.measured_on is None
    assert backup_of(bench.file).read_text() == "{"


def test_noise_is_refused_and_asked_again(bench: Bench, capsys: Captured) -> None:
    bench.shake = lambda count: 0.02 * (-1) ** count if count < 200 else 0.0
    assert bench.calibrate((0, ""), *WEIGHED, YES) == 0
    assert "Not measured: pressure_a: it is noisy" in capsys.readouterr().out


def test_what_is_no_weight_is_asked_again(bench: Bench, capsys: Captured) -> None:
    lines = [(0, ""), (0, ""), (0, "five"), (20, "20 N"), (20, "20 N"), (49.05, "5 kg"), (0, "")]
    assert bench.calibrate(*lines, YES) == 0
    told = capsys.readouterr().out
    assert told.count("type a number and its unit, 1 N to 1000 N") == 2, "nothing and five"
    assert "20.00 N was weighed already" in told


def test_a_line_that_cannot_serve_is_told_and_not_kept(bench: Bench, capsys: Captured) -> None:
    assert bench.calibrate((0, ""), (0, "4 kg"), (0, ""), YES) == 1
    assert "pressure_a: from 0 to 39.24 N the reading did not rise" in capsys.readouterr().out
    assert bench.calibrate((0, ""), (20, "20 N"), (0, ""), YES) == 1
    assert "the heaviest weight is 20.0 N: use one of at least 30 N" in capsys.readouterr().out
    assert not bench.file.exists()


def test_an_element_that_cannot_be_read_is_a_sentence(bench: Bench, capsys: Captured) -> None:
    def off(_count: int) -> float:
        raise ReadError("Channel 0 could not be read: check the SPI wires.")

    bench.shake = off
    bench.patch.setattr(bench, "load", lambda _load_n: off(0))
    assert bench.calibrate((0, "")) == 1
    assert capsys.readouterr().err == "Channel 0 could not be read: check the SPI wires.\n"
    assert bench.rig.bridge() == [0.0, 0.0, 0.0]


def test_a_folder_that_takes_no_file_is_a_sentence(bench: Bench, capsys: Captured) -> None:
    bench.file.parent.mkdir()
    bench.file.with_suffix(".new").mkdir()
    assert bench.calibrate(*WEIGHED, YES) == 1
    assert "free space or mend the folder's rights" in capsys.readouterr().err


def test_never_beside_a_running_engine(bench: Bench, capsys: Captured) -> None:
    with engine.hold(cli.setup_of(bench.found)):
        assert bench.calibrate(*WEIGHED, YES) == 1
    assert "another engine is running" in capsys.readouterr().err
    assert bench.rig.roller is None, "no pin was touched"


@pytest.mark.parametrize("choice", ["b", "both"])
def test_an_element_that_is_not_fitted_is_wrong_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, choice: str, capsys: Captured
) -> None:
    bench = Bench(tmp_path, monkeypatch, pressure_b_channel="none")
    assert bench.calibrate(*WEIGHED, YES, words=("--element", choice)) == 3
    assert "[wiring] pressure B is not fitted" in capsys.readouterr().err
    assert bench.calibrate(*WEIGHED, YES) == 0
    assert load(bench.file).pressure_b.measured_on is None


def test_show_tells_points_age_and_the_level(bench: Bench, capsys: Captured) -> None:
    bench.calibrate(*WEIGHED, YES)
    capsys.readouterr()
    assert bench.show() == 0
    told = capsys.readouterr().out
    assert f"{bench.file}: checksum ok\npressure_a: measured on {cli._today()}, 0 days ago" in told
    assert "49.05 N, 61.3 kPa\n" in told
    assert "a wire that is off: below 0.0200" in told
    assert told.endswith("level: up to 10\n")


@pytest.mark.parametrize(
    ("age_days", "says"),
    [
        (365, "level: up to 10"),
        (366, "The calibration is older than 12 months (footloop calibrate); level 3 at most."),
        (-1, "The calibration is dated after today: set the clock, or footloop calibrate; level 3"),
        (None, "there is no such file"),
    ],
)
def test_show_tells_why_the_level_is_low(
    bench: Bench, age_days: int | None, says: str, capsys: Captured
) -> None:
    if age_days is not None:
        bench.file.parent.mkdir()
        old = measured((Point(0.01, 0.0), Point(0.6, 80.0)), TODAY - age_days)
        keep(bench.file, Calibration(old, old))
    assert bench.show() == 0
    told = capsys.readouterr().out
    assert says in told
    assert ("cannot be told from no load" in told) is (age_days is not None)
    assert ("not calibrated" in told) is (age_days is None)


def test_show_tells_a_broken_file(bench: Bench, capsys: Captured) -> None:
    bench.file.parent.mkdir()
    bench.file.write_text("{")
    assert bench.show() == 3
    assert "is cut short or not JSON" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("age_days", "top_level", "notes"),
    [(0, 10, 0), (400, 3, 1), (-1, 3, 1), (None, 3, 1)],
)
def test_the_engine_uses_what_was_measured_and_says_what_it_lacks(
    bench: Bench, age_days: int | None, top_level: int, notes: int, capsys: Captured
) -> None:
    seen: list[Any] = []

    def run(roller: Any, _clock: Any, held: engine.Held, _signals: Any) -> Pace:
        seen.append(held.setup)
        roller.close()
        return Pace()

    bench.patch.setattr(engine, "run", run)
    kept = Calibration()
    if age_days is not None:
        one = measured((Point(0.2, 0.0), Point(0.6, 80.0)), TODAY - age_days)
        kept = Calibration(one, one)
        bench.file.parent.mkdir()
        keep(bench.file, kept)
    assert cli.main(["engine", "--device", "gpio", "--config", str(bench.config)]) == 0
    assert seen[0].limits.top_level == top_level
    assert (seen[0].machine.trust is Trust.MEASURED) == (notes == 0)
    assert bench.rig.calibration == kept
    assert capsys.readouterr().out.count("note: ") == notes


def test_a_broken_calibration_starts_nothing(bench: Bench, capsys: Captured) -> None:
    bench.file.parent.mkdir()
    bench.file.write_text("{")
    assert cli.main(["engine", "--device", "gpio", "--config", str(bench.config)]) == 3
    assert str(bench.file) in capsys.readouterr().err
    assert bench.rig.roller is None, "no pin was touched"


def test_raw_readings_end_with_the_roller(bench: Bench) -> None:
    roller = bench.rig.open()
    bench.load(10.0)
    assert roller.raw() == pytest.approx((0.18, 0.09), abs=0.001)
    roller.close()
    with pytest.raises(HardwareError, match="closed"):
        roller.raw()
