"""A recording of pressure: a CSV file to rows, or one sentence that says where it is wrong.

The first line names the columns: `time_s,pressure_kpa`, and, where there are any,
`pressure_b_kpa,reference_kpa,duty`, in any order. A pressure of `nan` is data, a broken sensor;
everything else must be a finite number, and time must grow from row to row.
"""

import csv
from collections.abc import Iterator, Sequence
from math import isfinite, isinf, isnan
from pathlib import Path
from typing import NamedTuple

REFERENCE_KPA = 25.0
NEEDED = ("time_s", "pressure_kpa")
OPTIONAL = ("pressure_b_kpa", "reference_kpa", "duty")
PRESSURES = ("pressure_kpa", "pressure_b_kpa")


class RecordingError(ValueError):
    """The file is no recording; the text says where and why."""


class Row(NamedTuple):
    """One sample of a recording."""

    time_s: float
    pressure_kpa: float  # NaN: the sensor gave no number
    pressure_b_kpa: float | None = None  # None: agrees with the first channel
    reference_kpa: float = REFERENCE_KPA
    duty: float | None = None  # -1..1; None: it was rolling


def load(path: Path) -> list[Row]:
    """Read `path`. Raises `RecordingError`: one sentence with file and line."""
    lines = csv.reader(read_text(path).splitlines(), strict=True)
    rows: list[Row] = []
    try:
        columns = _columns(next(lines, []))
        for cells in lines:
            if cells:
                rows.append(_row(columns, cells))
                _check_time(rows)
    except (csv.Error, RecordingError) as error:
        raise RecordingError(f"{path}, line {max(1, lines.line_num)}: {error}") from error
    if not rows:
        raise RecordingError(f"{path}, line {max(1, lines.line_num)}: there is no sample in it")
    return rows


def read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise RecordingError(f"{path}: there is no such file") from error
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RecordingError(f"{path}, line {line}: is not UTF-8 text") from error


def _columns(cells: Sequence[str]) -> tuple[str, ...]:
    """The names in the first line, checked."""
    names = tuple(cell.strip() for cell in cells)
    for name in NEEDED:
        if name not in names:
            raise RecordingError(f"the column {name} is missing; begin with: {','.join(NEEDED)}")
    for name in names:
        if name not in NEEDED + OPTIONAL:
            known = ", ".join(NEEDED + OPTIONAL)
            raise RecordingError(f"there is no column {name!r}; known: {known}")
        if names.count(name) > 1:
            raise RecordingError(f"the column {name} is there twice")
    return names


def _row(columns: tuple[str, ...], cells: Sequence[str]) -> Row:
    if len(cells) != len(columns):
        raise RecordingError(f"{len(cells)} values, but the first line names {len(columns)}")
    named = dict(zip(columns, cells, strict=True))
    row = Row(**{name: _number(name, cell) for name, cell in named.items()})
    if not row.reference_kpa > 0.0:
        raise RecordingError(f"reference_kpa is {row.reference_kpa:g}: must be above 0")
    if row.duty is not None and not -1.0 <= row.duty <= 1.0:
        raise RecordingError(f"duty is {row.duty:g}: must lie in -1 to 1")
    return row


def _number(name: str, cell: str) -> float:
    try:
        value = float(cell.replace("_", "?"))  # float() would take 1_0 for 10
    except ValueError:
        raise RecordingError(f"{name} is {cell!r}: must be a number") from None
    if isinf(value) or (isnan(value) and name not in PRESSURES):
        also = ", or nan" if name in PRESSURES else ""
        raise RecordingError(f"{name} is {cell.strip()}: must be a finite number{also}")
    return value


def _check_time(rows: Sequence[Row]) -> None:
    if len(rows) > 1 and not rows[-2].time_s < rows[-1].time_s:
        before_s, time_s = rows[-2].time_s, rows[-1].time_s
        how = "stands still" if time_s == before_s else "goes back"
        raise RecordingError(f"time {how}: time_s is {time_s!r} after {before_s!r}")


def pressures(rows: Sequence[Row]) -> Iterator[float]:
    """Every pressure of the first channel that is a number."""
    return (row.pressure_kpa for row in rows if isfinite(row.pressure_kpa))
