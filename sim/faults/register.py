"""All faults there are, the catalogue's entries, and the frozen list of what cannot apply."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from controller.modes import Mode
from sim.faults import (
    actuator,
    clocks,
    line,
    microcontroller,
    network,
    people,
    sensor,
    storage,
    system,
)
from sim.faults.fault import Fault
from sim.faults.matrix import NOT_APPLICABLE, Cell, Excluded

HERE = Path(__file__).parent
CATALOGUE = HERE / "catalogue.toml"
LIST = HERE / "not_applicable.toml"
FAULTS: tuple[Fault, ...] = (
    *sensor.FAULTS,
    *actuator.FAULTS,
    *system.FAULTS,
    *clocks.FAULTS,
    *storage.FAULTS,
    *network.FAULTS,
    *people.FAULTS,
)
"""Of the machine on the pins."""
BOARD_FAULTS: tuple[Fault, ...] = (*line.FAULTS, *microcontroller.FAULTS)
"""Of the machine behind a microcontroller."""


def entries() -> Mapping[str, list[str]]:
    """The catalogue's, by layer."""
    return tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))


@cache
def listed() -> Mapping[str, Any]:
    """What cannot apply: whole entries of the catalogue, and cells of faults."""
    return tomllib.loads(LIST.read_text(encoding="utf-8"))


def excluded() -> Excluded:
    """The cells of faults that cannot apply."""
    cells = {
        (fault, mode): row["reason"]
        for row in listed()["cell"]
        for fault in row["faults"]
        for mode in row["modes"]
    }
    board = listed()["board"]
    return cells | {
        (fault.id, mode): board["reason"] for fault in BOARD_FAULTS for mode in board["modes"]
    }


def elsewhere() -> list[Cell]:
    """A cell for every mode of every entry that cannot be met here at all."""
    return [
        Cell(f"{row['layer']}: {entry}", mode.name, NOT_APPLICABLE, "", None, row["reason"])
        for row in listed()["entry"]
        for entry in row["entries"]
        for mode in Mode
    ]
