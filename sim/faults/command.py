"""`footloop-sim faults`: what was asked for, run, counted and told."""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import NamedTuple

from controller.nearest import meant
from sim.faults.fault import Fault
from sim.faults.matrix import NOT_APPLICABLE, SAFE, Cell, cells, pairs
from sim.faults.register import FAULTS, elsewhere, excluded
from sim.faults.staged import SCENES
from sim.faults.telling import facts, in_words

BY_ID = {one.id: one for one in FAULTS}


class FaultsError(Exception):
    """There is nothing to try; the text says why, and the cure."""


class Told(NamedTuple):
    """What came of it."""

    told: str
    safe: bool


def run(given: argparse.Namespace) -> Told:
    """Try what was asked for. Raises `FaultsError`."""
    faults = _chosen(given.fault)
    modes = [one for one in SCENES.items() if given.mode is None or one[0].name in given.mode]
    if given.pairs:
        stream = pairs(faults, modes, excluded(), given.workers, given.every)
        order = None
    else:
        stream = cells(faults, modes, excluded(), given.workers)
        order = list(BY_ID)
    found = list(_shown(stream))
    if order is not None:
        found.sort(key=lambda cell: order.index(cell.fault))
        found += elsewhere() if not given.fault else []
    safe = all(one.verdict in (SAFE, NOT_APPLICABLE) for one in found)
    told = (
        json.dumps(facts(found, BY_ID), ensure_ascii=False)
        if given.json
        else in_words(found, BY_ID)
    )
    return Told(told, safe)


def _chosen(names: list[str] | None) -> list[Fault]:
    """The faults of these ids; all, when none is named."""
    unknown = [name for name in names or () if name not in BY_ID]
    if unknown:
        raise FaultsError(f"{unknown[0]}: there is no such fault; {meant(unknown[0], BY_ID)}")
    return [one for one in FAULTS if names is None or one.id in names]


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
