"""Faults of time: the wall's clock, which nothing may trust, and the loop's own."""

import time
from collections.abc import Callable

from hardware.roller import Sample
from sim.faults.fault import GATE_S, HARMLESS, TICKS_S, Begin, Fault, Proof, outcomes
from sim.faults.scene import Scene
from sim.faults.system import silent_for

TEN_YEARS_S = 10 * 365.25 * 86400.0
ASLEEP_S = 10.0


def wall(by_s: float, after_s: float = 0.0) -> Begin:
    """The wall's clock is off from some instant on. This process is a copy: it is put right."""

    def begin(scene: Scene) -> Proof:
        now, before_s = time.time, time.time()

        def set_it() -> None:
            time.time = lambda: now() + by_s

        scene.later(after_s, set_it)
        return lambda: abs(time.time() - before_s - by_s) < 600.0

    return begin


def stalls(seconds: float) -> Begin:
    """The loop's clock stands for so long; who waits for it, waits by the true time."""

    def begin(scene: Scene) -> Proof:
        at_s = scene.clock.now_s()
        end_s = at_s + seconds
        told = _stood(at_s, end_s)

        def waiting(until_s: float) -> float:
            """As a sleep of what the clock says is left."""
            now_s = scene.plant.now_s()
            return now_s + max(until_s - told(now_s), 0.0)

        def stamped(sample: Sample) -> Sample:
            return sample._replace(taken_at_s=told(sample.taken_at_s))

        scene.clock.told, scene.clock.waiting = told, waiting
        scene.wires.reading.append(stamped)
        return lambda: any(
            one.true.taken_at_s - one.given.taken_at_s > 0.004 for one in scene.wires.read_so_far
        )

    return begin


def _stood(at_s: float, end_s: float) -> Callable[[float], float]:
    return lambda now_s: at_s if at_s <= now_s < end_s else now_s


def sleeps(scene: Scene) -> Proof:
    """The computer is suspended with its pins as they are; the clock has counted on."""
    scene.clock.live_until(scene.plant.now_s() + ASLEEP_S)
    return silent_for(scene, ASLEEP_S - 0.01)


NOBODY = "nobody in the engine reads the wall's clock"
STALL_S = 0.5

FAULTS = (
    Fault("time/wall-ahead", "wall clock ± 10 years", "the wall's clock is ten years ahead", 0.0,
        NOBODY, HARMLESS, wall(TEN_YEARS_S)),
    Fault("time/wall-behind", "wall clock ± 10 years", "the wall's clock is ten years behind", 0.0,
        NOBODY, HARMLESS, wall(-TEN_YEARS_S)),
    Fault("time/ntp", "stepped by NTP mid-session", "the wall's clock jumps back by an hour", 0.0,
        NOBODY, HARMLESS, wall(-3600.0, after_s=0.3)),
    Fault("time/stall", "monotonic stall", "the loop's clock stands for half a second",
        0.2 + GATE_S, "its waits grow by a tick each, until the gate has no pulse for 50 ms",
        outcomes("T13", "T9", "T14"), stalls(STALL_S), passing=True),
    Fault("time/suspend", "suspend and resume", "the computer sleeps for ten seconds",
        GATE_S + TICKS_S, "the gate, after the last pulse", outcomes("T13", "T9"), sleeps,
        passing=True),
)  # fmt: skip
