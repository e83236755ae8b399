"""The matrix for a person and for a program."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sim.faults.fault import Fault
from sim.faults.matrix import ERROR, NOT_APPLICABLE, SAFE, UNSAFE, Cell

COUNTED = {SAFE: "safe", UNSAFE: "unsafe", NOT_APPLICABLE: "not_applicable", ERROR: "errors"}
WORDS = {"goes on": "it goes on", "stands": "it stands", "": ""}


def counts(found: Iterable[Cell]) -> dict[str, int]:
    """How many cells there are of each verdict."""
    seen = Counter(one.verdict for one in found)
    return {"cells": sum(seen.values()), **{name: seen[key] for key, name in COUNTED.items()}}


def facts(found: list[Cell], faults: Mapping[str, Fault]) -> dict[str, Any]:
    """The whole matrix for a program."""
    return {**counts(found), "table": [_row(one, faults.get(one.fault)) for one in found]}


def _row(cell: Cell, fault: Fault | None) -> dict[str, Any]:
    row: dict[str, Any] = cell._asdict()
    if fault is not None:
        deadline_ms = round(fault.deadline_s * 1000)
        row |= {"layer": fault.layer, "entry": fault.entry, "deadline_ms": deadline_ms}
    return row


def in_words(found: list[Cell], faults: Mapping[str, Fault]) -> str:
    """A line for each cell that applies, what the faults are, and the sum."""
    lines = []
    last = ""
    for cell in found:
        if cell.verdict == NOT_APPLICABLE:
            continue
        if cell.fault != last:
            last = cell.fault
            lines.append(_head(last, faults.get(last)))
        lines.append(_line(cell))
    seen = counts(found)
    lines.append(
        f"{seen['cells']} cells: {seen['safe']} safe, {seen['unsafe']} unsafe, "
        f"{seen['not_applicable']} cannot apply, {seen['errors']} errors"
    )
    return "\n".join(lines)


def _head(name: str, fault: Fault | None) -> str:
    return name if fault is None else f"{name}: {fault.does} ({fault.source})"


def _line(cell: Cell) -> str:
    came = WORDS.get(cell.came, f"stopped, {cell.came}")
    took = "" if cell.took_ms is None else f"off after {cell.took_ms} ms"
    return f"  {cell.mode:<13} {cell.verdict:<7} {came:<16} {took:<18} {cell.why}".rstrip()
