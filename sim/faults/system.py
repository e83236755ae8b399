"""Faults of the engine's process and of its computer, as the machine feels them.

A process that is gone or hangs leaves its pins as they are: only the gate, starved of pulses,
lets go. Who shares the computer with it makes it late.
"""

from itertools import pairwise

from hardware.roller import Sample
from sim.faults.fault import GATE_S, TICKS_S, Begin, Fault, Proof, outcomes
from sim.faults.scene import Scene

SILENT_S = GATE_S + TICKS_S
SILENT = "the gate, after the last pulse"


def silent_for(scene: Scene, seconds: float) -> Proof:
    """The proof: no drive came for so long."""

    def proof() -> bool:
        times = [one.at_s for one in scene.wires.driven_so_far]
        times = [scene.begun_s, *times, scene.plant.now_s()]
        return max(later - one for one, later in pairwise(times)) > seconds

    return proof


def killed(after_s: float) -> Begin:
    """The engine is killed; a second later somebody starts it again."""

    def begin(scene: Scene) -> Proof:
        scene.later(after_s, scene.kill)
        return silent_for(scene, 0.9)

    return begin


def frozen(seconds: float) -> Begin:
    """The engine stands still for so long, and then goes on as if nothing was."""

    def begin(scene: Scene) -> Proof:
        scene.clock.live_until(scene.plant.now_s() + seconds)
        return silent_for(scene, seconds - 0.01)

    return begin


def dead_for_good(scene: Scene) -> Proof:
    """The loop's thread is dead, nobody starts anything."""
    scene.dead, scene.died = True, 1
    return silent_for(scene, 1.5)


def late_by(seconds: float, every: int = 1) -> Begin:
    """Every so many ticks one comes so much late."""

    def begin(scene: Scene) -> Proof:
        ticks = [0]

        def waiting(at_s: float) -> float:
            ticks[0] += 1
            return at_s if ticks[0] % every else at_s + seconds

        scene.clock.waiting = waiting
        return silent_for(scene, seconds)

    return begin


def restarts(scene: Scene) -> Proof:
    """Killed, started, killed again: four times in two seconds."""
    for one in range(4):
        scene.later(0.5 * one, scene.kill)
        scene.later(0.5 * one + 0.25, scene.revive)
    return lambda: scene.died == 4


def sags(scene: Scene) -> Proof:
    """The computer resets for a fifth of a second; its pins are pulled down."""
    scene.stack.reboot(0.2)
    resting = scene.plant.now_s()
    return lambda: resting - scene.begun_s > 0.19


def unwritable(failure: str) -> Begin:
    """Nothing more gets on disk."""

    def begin(scene: Scene) -> Proof:
        scene.stack.journal.failure = failure
        before = scene.stack.journal.facts
        return lambda: scene.stack.journal.facts is before

    return begin


def hogged(scene: Scene) -> Proof:
    """Another thread keeps the interpreter: a read takes 30 ms, again and again."""
    taken: list[float] = []

    def change(sample: Sample) -> Sample:
        taken.append(scene.plant.now_s())
        scene.hang(0.030)
        return sample

    scene.wires.reading.append(change)
    return lambda: len(taken) > 3


LATE = outcomes("T13", "T9", "T14")
POWER = outcomes("power", "stands")
MAY = outcomes("goes on", "stands")

FAULTS = (
    Fault("process/killed", "kill -9 of each process at any point",
        "the engine is killed in a tick", SILENT_S, SILENT, POWER, killed(0.0)),
    Fault("process/killed-later", "kill -9 of each process at any point",
        "it is killed a second later", 1.0 + SILENT_S, SILENT, POWER, killed(1.0)),
    Fault("process/stopped", "stopped (SIGSTOP)", "it is stopped for two seconds, then goes on",
        SILENT_S, SILENT, LATE, frozen(2.0), passing=True),
    Fault("process/stopped-shortly", "stopped (SIGSTOP)", "it is stopped for 40 ms", SILENT_S,
        SILENT, LATE, frozen(0.040), passing=True),
    Fault("process/memory", "out of memory", "the system kills it", 0.3 + SILENT_S, SILENT, POWER,
        killed(0.3)),
    Fault("process/handles", "out of file handles", "the journal cannot be opened", 0.0,
        "no session begins that is not recorded", MAY, unwritable("too many open files"),
        forgets=True),
    Fault("process/thread", "control thread dead", "its loop is dead, its pins stay", SILENT_S,
        SILENT, MAY, dead_for_good),
    Fault("process/hogged", "interpreter hogged", "every read takes 30 ms", SILENT_S + 0.030,
        "T13: one tick 20 ms late", LATE, hogged),
    Fault("process/collector", "collector pause", "one tick comes 50 ms late", SILENT_S + 0.050,
        "T13: one tick 20 ms late", LATE, frozen(0.050), passing=True),
    Fault("process/denied", "permission denied", "the journal may not be written", 0.0,
        "no session begins that is not recorded", MAY, unwritable("permission denied"),
        forgets=True),
    Fault("process/starved", "starved of CPU", "every tenth tick comes 15 ms late", 0.3,
        "T13: three 10 ms late in a second", LATE, late_by(0.015, every=10)),
    Fault("process/restarts", "restart loop", "killed and started, four times", SILENT_S, SILENT,
        POWER, restarts),
    Fault("process/sag", "Pi under-voltage", "the computer resets", TICKS_S,
        "its pins are pulled down", POWER, sags),
)  # fmt: skip
