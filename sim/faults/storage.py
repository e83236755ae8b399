"""Faults of the disk, which matter when the power goes: what was latched must come back."""

import tempfile
from pathlib import Path

from controller.journal import Recalled, recall, store
from sim.faults.fault import TICKS_S, Begin, Fault, Proof, outcomes
from sim.faults.scene import Scene

CYCLED_S = 0.5
"""So long after the fault the power goes."""
STOP_S = CYCLED_S + 0.1
SLOW_S = 5.0


def fails(failure: str) -> Begin:
    """No write succeeds any more; then the power goes."""

    def begin(scene: Scene) -> Proof:
        before = scene.stack.journal.facts
        kept: list[bool] = []

        def power_goes() -> None:
            kept.append(scene.stack.journal.facts is before)
            scene.stack.reboot(0.5)
            scene.stack.journal.failure = failure

        scene.stack.journal.failure = failure
        scene.later(CYCLED_S, power_goes)
        return lambda: kept == [True]

    return begin


def slow(scene: Scene) -> Proof:
    """Each write takes five seconds."""
    journal, asked = scene.stack.journal, [0]
    write = journal.write

    def later(facts: object) -> None:
        asked[0] += 1
        scene.later(SLOW_S, lambda: write(facts))  # type: ignore[arg-type]

    journal.write = later  # type: ignore[method-assign]
    scene.later(CYCLED_S, lambda: scene.ask("pause"))
    scene.later(STOP_S, lambda: scene.ask("stop"))
    return lambda: asked[0] > 0


def torn(scene: Scene) -> Proof:
    """A write is cut after each of its bytes, in turn; the power goes with the half-written file.

    Whatever is recalled is the file before it. The machine goes on with the last of them.
    """
    found: list[Recalled] = []

    def power_goes() -> None:
        facts = scene.stack.journal.facts
        with tempfile.TemporaryDirectory(prefix="footloop-") as folder:
            path = Path(folder, "journal.json")
            if facts is not None:
                store(path, facts)
            text = path.read_bytes() if facts is not None else b"{}"
            for end in range(len(text)):
                path.with_suffix(".new").write_bytes(text[:end])
                found.append(recall(path, scene.plant.now_s()))
        scene.stack.reboot(0.5, found[-1])

    scene.later(CYCLED_S, power_goes)
    return lambda: bool(found)


def rotten(scene: Scene) -> Proof:
    """A bit of the middle of the journal has changed when the power comes back."""
    changed: list[bool] = []

    def power_goes() -> None:
        facts = scene.stack.journal.facts
        if facts is None:
            scene.stack.reboot(0.5)
            return
        with tempfile.TemporaryDirectory(prefix="footloop-") as folder:
            path = Path(folder, "journal.json")
            store(path, facts)
            text = bytearray(path.read_bytes())
            text[len(text) // 2] ^= 0x10
            path.write_bytes(text)
            changed.append(True)
            scene.stack.reboot(0.5, recall(path, scene.plant.now_s()))

    scene.later(CYCLED_S, power_goes)
    return lambda: bool(changed)


def lost(power_after_s: float) -> Begin:
    """The write of a stop never became the file, and so much later the power goes."""

    def begin(scene: Scene) -> Proof:
        journal, lost_writes = scene.stack.journal, [0]

        def write(_facts: object) -> None:
            lost_writes[0] += 1

        def stop() -> None:
            journal.write = write  # type: ignore[method-assign,assignment]
            scene.ask("stop")

        scene.later(CYCLED_S, stop)
        scene.later(CYCLED_S + power_after_s, lambda: scene.stack.reboot(0.5))
        return lambda: lost_writes[0] > 0

    return begin


CUT_S = STOP_S + TICKS_S
CUT = "off is off; what was recorded before it moved comes back"
BACK = outcomes("power", "stands")

FAULTS = (
    Fault("storage/full", "full", "the disk is full; then the power goes", CUT_S, CUT, BACK,
        fails("No space left on device"), forgets=True),
    Fault("storage/read-only", "read-only", "the disk is read-only; then the power goes", CUT_S,
        CUT, BACK, fails("Read-only file system"), forgets=True),
    Fault("storage/eio-write", "EIO on write", "writing fails; then the power goes", CUT_S, CUT,
        BACK, fails("Input/output error"), forgets=True),
    Fault("storage/eio-fsync", "EIO on fsync", "fsync fails; then the power goes", CUT_S, CUT, BACK,
        fails("Input/output error"), forgets=True),
    Fault("storage/torn", "torn write at each boundary",
        "the power goes amid a write, after each byte", CUT_S, CUT, BACK, torn),
    Fault("storage/lost-rename", "lost rename", "a stop's write is lost; then the power goes",
        CUT_S, CUT, outcomes("T6", "power", "stands"), lost(0.3), forgets=True),
    Fault("storage/rot", "bit rot", "a bit of the journal has changed; then the power goes", CUT_S,
        CUT, BACK, rotten, forgets=True),
    Fault("storage/slow", "fsync of 5 s", "a write takes five seconds; meanwhile a pause, and Stop",
        CUT_S, CUT, outcomes("T6", "stands"), slow),
    Fault("storage/cut", "power cut at each write",
        "the power goes right behind a stop, before its write", CUT_S, CUT,
        outcomes("T6", "power", "stands"), lost(0.004), forgets=True),
)  # fmt: skip
