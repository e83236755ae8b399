"""What a black box kept is made to happen again: the same trip at the same tick."""

import json
import signal
from pathlib import Path

import pytest

from controller.blackbox import COLUMNS
from controller.blackbox_files import FOLDER
from controller.modes import Mode
from controller.watch import Trip
from hardware.roller import Cut
from sim.__main__ import main
from sim.blackbox import as_scenario, is_black_box, load, parsed, replayed
from sim.recording import RecordingError
from sim.scenario import run_file
from tests.blackbox_bench import TICK_S, Bench
from tests.boxed import boxes_of, text_of
from tests.engine_process import running
from tests.kernel_world import stop_of
from tests.link_client import LinkClient
from tests.waiting import wait_for

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def stopped() -> str:
    """The text of a box, a short one."""
    return text_of(boxes_of("start-and-stop-at-once")[-1])


@pytest.fixture(scope="module")
def hurt() -> str:
    return text_of(boxes_of("way-back-foot-on")[0])


@pytest.mark.long
@pytest.mark.parametrize(
    ("story", "trips"),
    [
        ("controller-hangs", ["LATE"]),
        ("flinch", ["FLINCH"]),
        ("motor-without-supply", ["END_STUCK"]),
        ("pressure-dose", ["DOSE"]),
        ("pressure-level", ["LEVEL"]),
        ("rail-shorter-than-told", ["END_EARLY"]),
        ("second-pain-stop", ["RISE", "RISE"]),
        ("sensor-frozen", ["SENSOR_FROZEN"]),
        ("sensor-silent", ["SENSOR_SILENT"]),
        ("sensor-unplugged", ["SENSOR_OPEN"]),
        ("stiff-rail", ["MOTOR_STRAINED"]),
        ("stop-at-rest", ["STOP"]),
        ("stop-switch", ["STOP"]),
        ("tighter-limits", ["RISE"]),
    ],
)
def test_every_trip_of_a_story_trips_again(story: str, trips: list[str]) -> None:
    boxes = {box.number: box for box in boxes_of(story)}
    assert [box.stop.trip.name for box in boxes.values()] == trips
    for box in boxes.values():
        found = replayed(parsed(text_of(box), story))
        assert found.stop is not None
        assert (found.stop.trip, found.stop.at_s) == (box.stop.trip, box.stop.at_s)
        assert found.same


def test_what_a_machine_has_cut_by_itself_trips_again() -> None:
    stop = stop_of(Trip.LINK)._replace(at_s=1.004)
    bench = Bench().feed(1.0).feed(TICK_S, stop, cut=Cut.LINK)
    found = replayed(parsed(text_of(bench.boxes[0]), "cut"))
    assert found.same
    assert found.words.startswith("Stopped: the link to the microcontroller was lost")


def test_what_was_acknowledged_and_is_let_go_of_is_no_trip_again() -> None:
    link = stop_of(Trip.LINK)._replace(at_s=1.004)
    reset = stop_of(Trip.RESET)._replace(at_s=1.512)
    bench = Bench().feed(1.0).feed(0.2, link, cut=Cut.LINK)
    bench.feed(0.1, mode=Mode.IDLE, cut=Cut.LINK).feed(0.208, mode=Mode.IDLE)
    bench.feed(TICK_S, reset, cut=Cut.RESET)
    assert bench.boxes[-1].stop is reset
    assert replayed(parsed(text_of(bench.boxes[-1]), "cut")).same


def test_a_stop_that_turns_out_to_be_pain_is_a_trip_of_its_own() -> None:
    link = stop_of(Trip.LINK)._replace(at_s=1.004)
    rise = stop_of(Trip.RISE)._replace(at_s=1.204)
    bench = Bench().feed(1.0).feed(0.2, link, cut=Cut.LINK).feed(TICK_S, rise, cut=Cut.RISE)
    assert [box.number for box in bench.boxes] == [1, 1, 2]
    assert replayed(parsed(text_of(bench.boxes[-1]), "cut")).same


def test_what_the_engine_keeps_of_a_trip_is_replayed(tmp_path: Path, capsys: Captured) -> None:
    with running(tmp_path) as process, process.until_rolling().client() as client:
        assert client.ask(do="stop") == {"kind": "ok"}
        wait_for(lambda: stopped_now(client), "it stops")
        process.end(signal.SIGTERM)
    (file,) = (tmp_path / FOLDER).iterdir()
    assert file.name == "trip-000001-stop.csv"
    assert main(["replay", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["same"] is True
    assert [trip["rule"] for trip in told["trips"]] == ["T6"]


def stopped_now(client: LinkClient) -> bool:
    return bool(client.state()["mode"] == "STOPPED")


def test_replay_tells_a_person(tmp_path: Path, capsys: Captured, hurt: str) -> None:
    file = tmp_path / "box.csv"
    file.write_text(hurt)
    assert main(["replay", str(file)]) == 0
    told = capsys.readouterr().out
    header = json.loads(hurt.splitlines()[0].removeprefix("# Footloop black box "))
    assert f"recorded: T2 at {header['stopped_at_s']} s" in told
    assert "T2  Stopped: pressure rose " in told
    assert told.endswith("the same trip at the same tick\n")


def test_a_box_ends_with_its_trip(tmp_path: Path, capsys: Captured, hurt: str) -> None:
    file = tmp_path / "box.csv"
    file.write_text(hurt)
    assert main(["replay", str(file), "--continue"]) == 1
    told = capsys.readouterr().err
    assert told == f"{file}: a black box ends with its trip; leave --continue out\n"


def test_a_box_that_was_meddled_with_is_not_the_same_and_fails(
    tmp_path: Path, capsys: Captured, stopped: str
) -> None:
    lines = stopped.splitlines()
    calm = [",".join([*line.split(",")[:-1], "0"]) for line in lines[2:]]
    file = tmp_path / "box.csv"
    file.write_text("\n".join([*lines[:2], *calm]) + "\n")
    assert main(["replay", str(file)]) == 1
    assert capsys.readouterr().out.endswith("NOT the same trip\n")
    assert main(["replay", str(file), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["trips"], told["same"]) == ([], False)


def test_import_makes_a_scenario_that_comes_true(
    tmp_path: Path, capsys: Captured, hurt: str
) -> None:
    box, file = tmp_path / "box.csv", tmp_path / "trip.toml"
    box.write_text(hurt)
    assert main(["import", str(box)]) == 0
    file.write_text(capsys.readouterr().out)
    outcome = run_file(file)
    assert outcome.passed, [*outcome.errors, *outcome.failures]
    assert outcome.title == "T2 on a machine, rise"


def test_a_recording_that_does_not_trip_as_it_must_is_a_failure(
    tmp_path: Path, stopped: str
) -> None:
    file = tmp_path / "trip.toml"
    file.write_text(as_scenario(stopped, "box").replace('rule = "T6"', 'rule = "T2"'))
    (failure,) = run_file(file).failures
    assert failure.says == "rule: T6; wanted: T2"
    file.write_text(as_scenario(stopped, "box").replace("#", "?", 1))
    (error,) = run_file(file).errors
    assert error.startswith(f"{file}, [recording], line 1: must be # Footloop black box ")


def test_a_quote_in_a_name_breaks_no_scenario(tmp_path: Path, stopped: str) -> None:
    file = tmp_path / "trip.toml"
    named = stopped.replace("simulated roller", "Ann's '''roller'''")
    file.write_text(as_scenario(named, "box"))
    assert run_file(file).passed


@pytest.mark.parametrize(
    ("line", "become", "told"),
    [
        (1, '# Footloop black box {"version": 2}', "line 1: must be # Footloop black box "),
        (1, "# Footloop black box {", "line 1: must be # Footloop black box "),
        (2, "time_s,pressure_kpa", "line 2: the columns must be time_s,pressure_kpa,"),
        (5, "1,2", f"line 5: 2 values, but there are {len(COLUMNS)} columns"),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_line(
    tmp_path: Path, capsys: Captured, stopped: str, line: int, become: str, told: str
) -> None:
    lines = stopped.splitlines()
    lines[line - 1] = become
    file = tmp_path / "box.csv"
    file.write_text("\n".join(lines) + "\n")
    assert is_black_box(lines[0])
    for command in ("replay", "import"):
        assert main([command, str(file)]) == 1
        assert capsys.readouterr().err.startswith(f"{file}, {told}")


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("mode", "ASLEEP", "'ASLEEP' cannot be understood"),
        ("gate_on", "yes", "'yes' cannot be understood"),
        ("duty", "fast", "could not convert string to float: 'fast' cannot be understood"),
        ("time_s", "0.001", "time goes back: 0.001 after "),
    ],
)
def test_a_cell_that_is_nonsense_is_told_with_its_line(
    tmp_path: Path, stopped: str, column: str, cell: str, told: str
) -> None:
    lines = stopped.splitlines()
    cells = lines[9].split(",")
    cells[COLUMNS.index(column)] = cell
    lines[9] = ",".join(cells)
    file = tmp_path / "box.csv"
    file.write_text("\n".join(lines) + "\n")
    with pytest.raises(RecordingError, match=f"line 10: {told}"):
        load(file)


def test_a_box_without_a_tick_is_told(stopped: str) -> None:
    head = "\n".join(stopped.splitlines()[:2])
    with pytest.raises(RecordingError, match="line 3: there is no tick in it"):
        parsed(head, "box")
