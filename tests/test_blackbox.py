"""The black box: what it remembers, when it is kept, where, and what a full disk costs."""

import os
import stat
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from controller import blackbox_files
from controller.blackbox import AFTER_S, COLUMNS, MARK, SECONDS, Box, lines, moments
from controller.blackbox_files import Shelf, clear, kept
from controller.limits import Limits
from controller.watch import Trip
from tests.blackbox_bench import TICK_S, Bench
from tests.kernel_world import stop_of


def test_what_goes_on_without_a_stop_is_kept_nowhere() -> None:
    bench = Bench().feed(40.0)
    bench.box.close()
    assert bench.boxes == []
    assert bench.observer.ticks == 10000, "everything is passed on"


def test_a_trip_is_kept_at_once_and_again_with_what_came_after() -> None:
    stop = stop_of(Trip.RISE)
    bench = Bench().feed(60.0).feed(TICK_S, stop)
    assert [box.number for box in bench.boxes] == [1]
    first_s, last_s = bench.span_s(0)
    assert last_s == pytest.approx(60.004)
    assert SECONDS - 1 <= last_s - first_s <= SECONDS + 2
    bench.feed(2.0, stop)
    assert [(box.number, box.stop) for box in bench.boxes] == [(1, stop), (1, stop)]
    first_s, last_s = bench.span_s(1)
    assert last_s == pytest.approx(60.004 + AFTER_S, abs=0.01)
    assert 60.0 - first_s >= 30.0
    bench.box.close()
    assert len(bench.boxes) == 2


def test_no_tick_is_missing() -> None:
    bench = Bench().feed(45.0).feed(1.0, stop_of(Trip.RISE))
    ticks = [moment.now_s for moment in moments(bench.boxes[-1].seconds)]
    apart_s = {round(after - before, 6) for before, after in pairwise(ticks)}
    assert apart_s == {TICK_S}


def test_what_was_handed_over_does_not_change_any_more() -> None:
    bench = Bench().feed(3.0).feed(TICK_S, stop_of(Trip.RISE))
    before = list(moments(bench.boxes[0].seconds))
    bench.feed(0.4, stop_of(Trip.RISE))
    assert list(moments(bench.boxes[0].seconds)) == before


def test_an_engine_that_ends_too_early_keeps_what_it_has() -> None:
    bench = Bench().feed(1.0).feed(0.1, stop_of(Trip.RISE))
    bench.box.close()
    assert [box.number for box in bench.boxes] == [1, 1]
    assert bench.span_s(1)[1] == pytest.approx(1.1)


def test_a_second_trip_before_the_first_is_whole_is_a_box_of_its_own() -> None:
    bench = Bench().feed(1.0).feed(0.1, stop_of(Trip.RISE)).feed(0.1).feed(2.0, stop_of(Trip.STOP))
    assert [(box.number, box.stop.trip) for box in bench.boxes] == [
        (1, Trip.RISE), (1, Trip.RISE), (2, Trip.STOP), (2, Trip.STOP),
    ]  # fmt: skip


def test_a_stop_that_was_latched_before_is_no_trip_of_now() -> None:
    before = stop_of(Trip.POWER)
    bench = Bench(before).feed(2.0, before)
    assert bench.boxes == []
    bench.feed(1.0).feed(1.0, stop_of(Trip.STOP))
    assert {box.number for box in bench.boxes} == {1}


def test_its_text_is_a_recording_with_more_columns() -> None:
    limits = Limits(rise_kpa=5.0)
    bench = Bench().feed(1.0).feed(1.0, stop_of(Trip.RISE), stop_pressed=True, gate_on=None)
    head, columns, *rows = lines(bench.boxes[-1]._replace(limits=limits))
    assert head.startswith(MARK)
    assert '"trip": "RISE"' in head
    assert '"limits": {"rise_kpa": 5.0}' in head
    assert columns.startswith("time_s,pressure_kpa,pressure_b_kpa,reference_kpa,duty,")
    assert len(rows) == 376
    cells = dict(zip(COLUMNS, rows[-1].split(","), strict=True))
    assert (cells["pressure_b_kpa"], cells["sensor"], cells["mode"]) == ("19.5", "OK", "STOPPED")
    assert (cells["stop_pressed"], cells["gate_on"], cells["cut"]) == ("1", "", "")
    assert cells["late_ms"] == "0.0"


# Where it is kept.


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def shelf(tmp_path: Path, told: list[str]) -> Iterator[Shelf]:
    made = Shelf(tmp_path / "blackbox", told.append)
    yield made
    made.close()


def box(number: int = 1, trip: Trip = Trip.RISE) -> Box:
    made = Bench().feed(0.1).feed(TICK_S, stop_of(trip)).boxes[0]
    return made._replace(number=number)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_box_is_a_file_of_the_owner_s_only(tmp_path: Path, shelf: Shelf) -> None:
    shelf.keep(box(1))
    shelf.keep(box(1))
    shelf.keep(box(2, Trip.STOP))
    shelf.close()
    folder = tmp_path / "blackbox"
    assert names(folder) == ["trip-000001-rise.csv", "trip-000002-stop.csv"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for _, path in kept(folder):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (folder / "trip-000001-rise.csv").read_text() == "\n".join(lines(box(1))) + "\n"


def test_the_next_engine_counts_on(tmp_path: Path, told: list[str]) -> None:
    for _ in range(2):
        shelf = Shelf(tmp_path / "blackbox", told.append)
        shelf.keep(box(1))
        shelf.close()
    assert [number for number, _ in kept(tmp_path / "blackbox")] == [1, 2]
    assert told == []


@pytest.mark.parametrize(
    ("most", "left"), [({"MOST_FILES": 3}, [4, 5, 6]), ({"MOST_BYTES": 250}, [5, 6]),
                       ({"MOST_BYTES": 10}, [6])],
)  # fmt: skip
def test_the_oldest_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: dict[str, int], left: list[int]
) -> None:
    for name, value in most.items():
        monkeypatch.setattr(blackbox_files, name, value)
    for number in range(1, 7):
        (tmp_path / f"trip-{number:06d}-rise.csv").write_bytes(b"x" * 100)
    (tmp_path / "trip-000007-rise.new").write_bytes(b"torn")
    (tmp_path / "mine.csv").write_bytes(b"not ours")
    clear(tmp_path)
    assert [number for number, _ in kept(tmp_path)] == left
    assert "mine.csv" in names(tmp_path)
    assert "trip-000007-rise.new" not in names(tmp_path)


def test_a_write_that_fails_is_told_and_the_next_one_works(
    tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    folder = tmp_path / "blackbox"
    monkeypatch.setattr(os, "fsync", full)
    failing = Shelf(folder, told.append)
    failing.keep(box(1))
    failing.close()
    assert told == [
        f"the black box cannot be kept in {folder}: No space left on device; free space or mend "
        "the folder's rights"
    ]
    assert kept(folder) == []
    monkeypatch.undo()
    working = Shelf(folder, told.append)
    working.keep(box(2))
    working.close()
    assert [number for number, _ in kept(folder)] == [2]
    assert len(told) == 1
