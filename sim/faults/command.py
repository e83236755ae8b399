"""`footloop-sim faults`: what was asked for, run, counted and told."""

import argparse
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from controller.modes import Mode
from controller.nearest import meant
from sim.faults.fault import Fault
from sim.faults.matrix import NOT_APPLICABLE, SAFE, Cell, cells, pairs
from sim.faults.onboard import SCENES as BOARD_SCENES
from sim.faults.register import BOARD_FAULTS, FAULTS, elsewhere, excluded
from sim.faults.staged import SCENES
from sim.faults.telling import facts, in_words
from sim.firmware import FirmwareError, built
from sim.shim import MissingToolError, binding

ALL = (*FAULTS, *BOARD_FAULTS)
BY_ID = {one.id: one for one in ALL}
MODES = [mode.name for mode in Mode]


class FaultsError(Exception):
    """There is nothing to try; the text says why, and the cure."""


class Told(NamedTuple):
    """What came of it."""

    told: str
    safe: bool


def run(given: argparse.Namespace) -> Told:
    """Try what was asked for. Raises `FaultsError`."""
    chosen = _chosen(given.fault, without_mcu=given.without_mcu)
    modes = given.mode or MODES
    if given.pairs:
        found = list(_shown(_pairs(chosen, modes, given.workers, given.every)))
    else:
        found = list(_shown(_cells(chosen, modes, given.workers)))
        found += _listed(chosen, modes)
        ids = list(BY_ID)
        found.sort(key=lambda cell: (ids.index(cell.fault), MODES.index(cell.mode)))
        found += [] if given.fault else [one for one in elsewhere() if one.mode in modes]
    safe = all(one.verdict in (SAFE, NOT_APPLICABLE) for one in found)
    if given.json:
        return Told(json.dumps(facts(found, BY_ID), ensure_ascii=False), safe)
    return Told(in_words(found, BY_ID), safe)


def _cells(faults: list[Fault], modes: list[str], workers: int) -> Iterator[Cell]:
    """On the pins, then behind the microcontroller."""
    on_pins = [one for one in faults if one not in BOARD_FAULTS]
    on_board = [one for one in faults if one in BOARD_FAULTS]
    scenes = [one for one in SCENES.items() if one[0].name in modes]
    yield from cells(on_pins, scenes, excluded(), workers)
    boards = [one for one in BOARD_SCENES.items() if one[0].name in modes]
    if on_board and boards:
        firmware = _firmware()
        made = [(mode, partial(make, firmware)) for mode, make in boards]
        yield from cells(on_board, made, excluded(), workers)


def _pairs(faults: list[Fault], modes: list[str], workers: int, every: int) -> Iterator[Cell]:
    """Every two of those that a machine on the pins can have."""
    on_pins = [one for one in faults if one not in BOARD_FAULTS]
    scenes = [one for one in SCENES.items() if one[0].name in modes]
    return pairs(on_pins, scenes, excluded(), workers, every)


def _listed(faults: list[Fault], modes: list[str]) -> list[Cell]:
    """A cell for each of them that cannot apply."""
    ids = [one.id for one in faults]
    return [
        Cell(fault, mode, NOT_APPLICABLE, "", None, reason)
        for (fault, mode), reason in excluded().items()
        if fault in ids and mode in modes
    ]


def _firmware() -> Path:
    """The program, and a simulator that it can run in. Raises `FaultsError`."""
    try:
        binding()
        return built()
    except (FirmwareError, MissingToolError) as error:
        raise FaultsError(f"{error}\nor leave the microcontroller out: --without-mcu") from error


def _chosen(names: list[str] | None, *, without_mcu: bool) -> list[Fault]:
    """The faults of these ids; all, when none is named."""
    unknown = [name for name in names or () if name not in BY_ID]
    if unknown:
        raise FaultsError(f"{unknown[0]}: there is no such fault; {meant(unknown[0], BY_ID)}")
    there = FAULTS if without_mcu else ALL
    return [one for one in there if names is None or one.id in names]


def _shown(found: Iterator[Cell]) -> Iterator[Cell]:
    """The same, with its progress where a person sees it."""
    watched = sys.stderr.isatty()
    for count, cell in enumerate(found, 1):
        if watched:
            sys.stderr.write(f"\r{count} cells, now {cell.mode:<13}")
            sys.stderr.flush()
        yield cell
    if watched:
        sys.stderr.write("\n")
