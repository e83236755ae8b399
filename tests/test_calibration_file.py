"""A calibration is read whole or not at all: no damage leaves a silently different scale."""

import json
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from controller.calibration_file import (
    BYTES,
    CalibrationError,
    backup_of,
    checksum,
    file_of,
    keep,
    load,
    written,
)
from hardware.calibration import Calibration, Element, Point, measured

DAY = date(2026, 3, 1).toordinal()
A = measured((Point(0.1003, 0.0), Point(0.2251, 24.525), Point(0.3484, 49.05)), DAY)
B = measured((Point(0.5, 0.0), Point(0.5032, 12.0)), DAY - 3, "HX711")
BOTH = Calibration(A, B)
CONTENT = written(BOTH)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return file_of(tmp_path)


@pytest.mark.parametrize("kept", [BOTH, Calibration(A), Calibration(pressure_b=B)])
def test_what_was_kept_is_loaded(file: Path, kept: Calibration) -> None:
    keep(file, kept)
    assert load(file) == kept
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not backup_of(file).exists()


def test_without_a_file_nothing_was_measured(file: Path) -> None:
    assert load(file) == Calibration()


def test_the_one_before_stays_as_a_backup(file: Path) -> None:
    file.write_bytes(b"broken, but somebody's")
    keep(file, BOTH)
    assert backup_of(file).read_bytes() == b"broken, but somebody's"
    assert load(file) == BOTH
    keep(file, Calibration(A))
    assert load(backup_of(file)) == BOTH


def test_a_write_that_was_cut_short_leaves_the_one_before(file: Path) -> None:
    keep(file, BOTH)
    file.with_suffix(".new").write_bytes(CONTENT[:50])
    assert load(file) == BOTH


def broken(file: Path, content: bytes) -> list[str]:
    """What is told of `content`, without the file's name and the cure at the end."""
    file.write_bytes(content)
    with pytest.raises(CalibrationError) as raised:
        load(file)
    lines = str(raised.value).splitlines()
    assert all(line.startswith(f"{file}: ") for line in lines)
    assert "footloop calibrate" in lines[-1]
    assert backup_of(file).name in lines[-1]
    return [line.removeprefix(f"{file}: ") for line in lines[:-1]]


def test_no_flipped_bit_is_a_different_calibration(file: Path) -> None:
    refused = 0
    for place in range(len(CONTENT)):
        for bit in range(8):
            content = bytearray(CONTENT)
            content[place] ^= 1 << bit
            file.write_bytes(content)
            try:
                assert load(file) == BOTH, f"bit {bit} of byte {place}"
            except CalibrationError:
                refused += 1
    assert refused > len(CONTENT) * 7, "most flips are seen, and none does harm"


def test_a_file_cut_short_anywhere_is_told(file: Path) -> None:
    end = len(CONTENT.rstrip())
    for length in range(end):
        assert broken(file, CONTENT[:length])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is cut short or not JSON"),
        (b"\0" * 500, "is cut short or not JSON"),
        (b"\xff\xfe", "is cut short or not JSON"),
        (b"[" * 10_000, "is cut short or not JSON"),
        (CONTENT + b"{}", "is cut short or not JSON"),
        (b'{"version": 2, "version": 2}', "a key is there twice"),
        (b" " * (BYTES + 1), f"is longer than {BYTES} bytes"),
        (b"null", "is not a JSON object"),
        (b"[1]", "is not a JSON object"),
    ],
)
def test_what_is_no_calibration_at_all_is_told(file: Path, content: bytes, says: str) -> None:
    [told] = broken(file, content)
    assert says in told


def test_an_empty_object_is_no_calibration(file: Path) -> None:
    assert [told.split()[0] for told in broken(file, b"{}")] == ["version", "checksum"]


def test_a_folder_in_its_place_is_told(file: Path) -> None:
    file.mkdir()
    with pytest.raises(CalibrationError, match="cannot be read"):
        load(file)


def edited(change: Callable[[dict[str, Any]], Any], *, signed: bool = True) -> bytes:
    """The file after `change`; with a checksum that fits when `signed`."""
    document = json.loads(CONTENT)
    change(document)
    if signed:
        document["checksum"] = checksum(document)
    return json.dumps(document).encode()


def put(value: Any, *path: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: Any) -> None:
        for name in path[:-1]:
            document = document[name]
        document[path[-1]] = value

    return change


def test_an_edit_without_its_checksum_is_told(file: Path) -> None:
    [told] = broken(file, edited(put(0.3488, "pressure_a", "points", 2, "raw"), signed=False))
    assert told.startswith("checksum = '")
    assert told.endswith("does not fit the content; the file was damaged or edited")


AN_A = "pressure_a"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (put(1, "version"), "version = 1: must be 2; another Footloop wrote this"),
        (put(True, "version"), "version = True: must be 2"),
        (put(3, AN_A, "chip"), "chip = 3: must be a text; measure again"),
        (put("ADS1015", AN_A, "chip"), "chip is 'ADS1015': it is one of MCP3008, MCP3208, ADS11"),
        (lambda document: document[AN_A].pop("chip"), "chip: is missing; measure again"),
        (put(1, "gain"), "gain: there is no such key; known: version, checksum, pressure_a"),
        (put(1, AN_A, "gain"), "pressure_a: gain: there is no such key; known: measured_on"),
        (put([], AN_A), "pressure_a: []: must be an object; measure again"),
        (put("soon", AN_A, "measured_on"), "measured_on = 'soon': must be a date, YYYY-MM-DD"),
        (put("20260301", AN_A, "measured_on"), "must be a date, YYYY-MM-DD"),
        (put(7, AN_A, "measured_on"), "measured_on = 7: must be a date"),
        (put("0.02", AN_A, "open_below"), "open_below = '0.02': must be a number from 0 to 1"),
        (put(True, AN_A, "open_below"), "open_below = True: must be a number from 0 to 1"),
        (put(None, AN_A, "saturated_from"), "saturated_from = None: must be a number"),
        (put(1.5, AN_A, "shorted_from"), "shorted_from = 1.5: must be a number from 0 to 1"),
        (put(float("nan"), AN_A, "open_below"), "open_below = nan: must be a number"),
        (put({}, AN_A, "points"), "points = {}: must be a list"),
        (put([], AN_A, "points"), "points are 0: weigh 2 to 6"),
        (put(3, AN_A, "points", 1), "points[1] = 3: must be an object"),
        (put(float("nan"), AN_A, "points", 1, "raw"), "points[1] raw = nan: must be a number"),
        (
            put(float("inf"), AN_A, "points", 1, "load_n"),
            "load_n = inf: must be a number from 0 to",
        ),
        (put(10**400, AN_A, "points", 1, "load_n"), "must be a number from 0 to 1000"),
        (put(-1, AN_A, "points", 1, "load_n"), "points[1] load_n = -1: must be a number from 0"),
        (put(1, AN_A, "points", 1, "kg"), "points[1] kg: there is no such key; known: raw, load_n"),
        (put(0.05, AN_A, "points", 1, "raw"), "swap the element's two signal wires"),
        (lambda document: document[AN_A].pop("shorted_from"), "shorted_from: is missing"),
        (lambda document: document[AN_A]["points"][0].pop("raw"), "points[0] raw: is missing"),
        (lambda document: document[AN_A].pop("measured_on"), "measured_on: is missing"),
        (lambda document: [document.pop(AN_A), document.pop("pressure_b")], "holds no element"),
    ],
)
def test_each_problem_names_key_value_range_and_cure(
    file: Path, change: Callable[[dict[str, Any]], Any], says: str
) -> None:
    [told] = broken(file, edited(change))
    assert says in told


def test_every_problem_is_told_at_once(file: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        put(1, "version")(document)
        put(1, "gain")(document)
        put("soon", AN_A, "measured_on")(document)
        put(None, AN_A, "points", 0, "raw")(document)
        put(7, "pressure_b", "saturated_from")(document)

    assert len(broken(file, edited(change, signed=False))) == 6


def test_a_date_ahead_of_the_clock_is_no_damage(file: Path) -> None:
    late = Calibration(measured(A.points, date(9999, 12, 31).toordinal()))
    keep(file, late)
    assert load(file) == late


def test_nominal_values_are_never_written(file: Path) -> None:
    keep(file, Calibration(A, Element()))
    assert "pressure_b" not in json.loads(file.read_bytes())
