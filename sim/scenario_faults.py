"""What can break in a story: faults of the catalogue by their id, and two of the stack's own.

As everywhere, a fault has to prove that it took effect: one that did not makes the story fail.
What the catalogue plans for people to do next is left out, for that is the story's own business.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from controller.nearest import unknown
from sim.faults import actuator, sensor
from sim.faults.fault import Begin, Proof
from sim.faults.scene import Scene

JOURNAL_FULL = "cannot write the journal: No space left on device"


class FaultError(ValueError):
    """Nothing breaks so, or nothing mends it."""


class Broken(NamedTuple):
    """Something that is broken now."""

    proof: Proof
    mend: Callable[[], None] | None  # None: nobody can while it runs


def _silent(scene: Scene) -> Proof:
    """The sensors deliver nothing new."""
    scene.plant.stall_sensor()
    begun_s = scene.plant.now_s()
    return lambda: scene.stack.sample.taken_at_s <= begun_s


def _full(scene: Scene) -> Proof:
    """Nothing more can be written down."""
    journal = scene.stack.journal
    journal.failure = JOURNAL_FULL
    return lambda: journal.failure is not None


OWN: Mapping[str, tuple[Begin, Callable[[Scene], None]]] = {
    "sensor/silent": (_silent, lambda scene: scene.plant.restore_sensor()),
    "storage/full": (_full, lambda scene: setattr(scene.stack.journal, "failure", None)),
}
CATALOGUE: Mapping[str, Begin] = {
    fault.id: fault.begin for fault in (*sensor.FAULTS, *actuator.FAULTS)
}
FAULTS = (*OWN, *CATALOGUE)
"""Everything that can break, by name."""


class Faults:
    """What is broken in one story."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._broken: dict[str, Broken] = {}
        self.unproven: list[str] = []  # mended, and never seen

    def begin(self, name: str) -> None:
        """Break it. Raises `FaultError`."""
        scene = self._scene
        if name not in FAULTS:
            raise FaultError(f"fault = {name!r}: {unknown(name, FAULTS)}")
        if not scene.wires.noting:
            scene.begin()
        if name in OWN:
            begin, end = OWN[name]
            self._broken[name] = Broken(begin(scene), lambda: end(scene))
            return
        wires, clock = scene.wires, scene.clock
        before = (len(wires.reading), len(wires.driving), len(clock.meddling))
        proof = CATALOGUE[name](scene)
        added = (
            wires.reading[before[0] :],
            wires.driving[before[1] :],
            clock.meddling[before[2] :],
        )

        def mend() -> None:
            wires.reading[:] = [one for one in wires.reading if one not in added[0]]
            wires.driving[:] = [one for one in wires.driving if one not in added[1]]
            clock.meddling[:] = [one for one in clock.meddling if one not in added[2]]

        self._broken[name] = Broken(proof, mend if any(added) else None)

    def end(self, name: str) -> None:
        """Mend it. Raises `FaultError`."""
        if name not in self._broken:
            raise FaultError(f"fault = {name!r}: it is not broken")
        broken = self._broken.pop(name)
        if broken.mend is None:
            raise FaultError(f"fault = {name!r}: nobody can mend that while it is switched on")
        if not broken.proof():
            self.unproven.append(name)
        broken.mend()

    def unseen(self) -> list[str]:
        """What was to break and never did."""
        return self.unproven + [name for name, one in self._broken.items() if not one.proof()]
