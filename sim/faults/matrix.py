"""Every fault in every mode: what came of it, and whether that was safe.

A machine is brought into a mode once; each cell is a copy of the process, which has it for itself.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import combinations
from typing import NamedTuple

from controller.modes import Mode
from sim.faults.copies import in_copies
from sim.faults.fault import Fault
from sim.faults.judge import GOES_ON, outcome, took_s, wrong, wrong_together
from sim.faults.scene import Scene
from sim.faults.staged import HEALTHY, insist

SAFE, UNSAFE, ERROR, NOT_APPLICABLE = "safe", "unsafe", "error", "not_applicable"
NO_EFFECT = "the fault did not take effect"
DIED = "the copy of the machine died; its error is on stderr"
MASKED = "one of them keeps the other from taking effect"


class Cell(NamedTuple):
    """One fault in one mode."""

    fault: str
    mode: str
    verdict: str
    came: str  # the rule of the stop, "goes on", "stands"
    took_ms: int | None  # until the motor had no power
    why: str  # what was wrong, or why it cannot apply


Excluded = dict[tuple[str, str], str]
"""Why a fault cannot apply in a mode: (its id, the mode's name) -> the reason."""


def tried(scene: Scene, fault: Fault) -> Cell:
    """Let it happen, and judge."""
    scene.begin()
    proof = fault.begin(scene)
    insist(scene)
    scene.observe(fault.deadline_s)
    found = wrong(scene.trace(), fault.expected, HEALTHY.get(scene.mode, GOES_ON))
    return _cell(scene, fault.id, found, "" if proof() else NO_EFFECT)


def tried_together(scene: Scene, one: Fault, other: Fault) -> Cell:
    """Let both happen at once, and judge by the slower one's deadline.

    What one of them keeps from happening asks for nothing.
    """
    scene.begin()
    proofs = [(fault, fault.begin(scene)) for fault in (one, other)]
    insist(scene)
    deadline_s = max(one.deadline_s, other.deadline_s)
    scene.observe(deadline_s)
    there = [fault.expected for fault, proof in proofs if proof()]
    found = wrong_together(scene.trace(), there, deadline_s)
    cell = _cell(scene, f"{one.id} + {other.id}", found, "")
    masked = len(there) < len(proofs) and not found
    return cell._replace(verdict=NOT_APPLICABLE, why=MASKED) if masked else cell


def _cell(scene: Scene, name: str, found: list[str], error: str) -> Cell:
    trace = scene.trace()
    verdict, why = (UNSAFE, "; ".join(found)) if found else (SAFE, "")
    if error:
        verdict, why = ERROR, error
    seconds = took_s(trace)
    took_ms = None if seconds is None else round(seconds * 1000)
    return Cell(name, scene.mode.name, verdict, outcome(trace), took_ms, why)


def cells(
    faults: Sequence[Fault],
    scenes: Iterable[tuple[Mode, Callable[[], Scene]]],
    excluded: Excluded,
    workers: int,
) -> Iterator[Cell]:
    """Every fault in every one of these modes that it can apply in, mode by mode."""
    for mode, make in scenes:
        here = [one for one in faults if (one.id, mode.name) not in excluded]
        if not here:
            continue
        scene = make()
        attempts = [partial(tried, scene, fault) for fault in here]
        for fault, said in zip(here, in_copies(attempts, workers), strict=True):
            yield _said(fault.id, mode, said)


def pairs(
    faults: Sequence[Fault],
    scenes: Iterable[tuple[Mode, Callable[[], Scene]]],
    excluded: Excluded,
    workers: int,
    every: int = 1,
) -> Iterator[Cell]:
    """Every two faults at once, or each `every`-th two."""
    for mode, make in scenes:
        scene = make()
        here = [one for one in faults if (one.id, mode.name) not in excluded]
        both = list(combinations(here, 2))[::every]
        attempts = [partial(tried_together, scene, one, other) for one, other in both]
        for (one, other), said in zip(both, in_copies(attempts, workers), strict=True):
            yield _said(f"{one.id} + {other.id}", mode, said)


def _said(name: str, mode: Mode, said: list[object] | None) -> Cell:
    """What a copy told of its cell; None: it died."""
    if said is None:
        return Cell(name, mode.name, ERROR, "", None, DIED)
    return Cell(*said)  # type: ignore[arg-type]
