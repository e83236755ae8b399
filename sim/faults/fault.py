"""What a fault is: where it happens, what may come of it and by when, and how it is injected.

To inject is to begin it and to hand back a proof: a question, asked when all is over, whether it
truly took effect, answered by the machine's truth and never by the controller's reaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.faults.judge import GOES_ON, Expected

if TYPE_CHECKING:
    from sim.faults.scene import Scene

Proof = Callable[[], bool]
Begin = Callable[["Scene"], Proof]
TICKS_S = 0.012
"""Two samples and a tick at 250 Hz: from what a rule can know until the motor has no power."""
GATE_S = 0.050
"""From the last pulse until the gate's contact is open, at the latest: safety specification."""
HARMLESS = frozenset({GOES_ON})


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the catalogue."""

    id: str  # its layer, and its name in it
    entry: str  # of the catalogue
    does: str
    deadline_s: float  # from the fault, or from the first motion after it, until there is no power
    source: str  # of the deadline
    outcomes: frozenset[str]  # rules that may stop it; "goes on", "stands"
    begin: Begin
    passing: bool = False  # it is over at once: at rest nobody need notice
    forgets: bool = False  # the disk loses what was written

    @property
    def layer(self) -> str:
        """Where it happens."""
        return self.id.partition("/")[0]

    @property
    def expected(self) -> Expected:
        """What the judge must know."""
        return Expected(self.deadline_s, self.outcomes, self.passing, self.forgets)


def outcomes(*names: str) -> frozenset[str]:
    """What may come of a fault."""
    return frozenset(names)
