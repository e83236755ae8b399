"""How fast the whole stack runs here: simulated seconds per second of CPU, at 1 kHz.

What `footloop-sim run` does in a tick, without its threads and without waiting: the plant, the
loop, plan, kernel, the engine's own observer with telemetry 20 times a second, and a journal
that is quick. A massage is running. Beside it a bare loop of as many steps, so that the figure
is also a ratio, which says more than a speed when machines differ.
"""

import gc
import os
import platform
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from controller.desk import Desk
from controller.engine import Teller
from controller.limits import Limits
from controller.loop import Clock, Loop
from controller.session import Machine, Person, Session
from sim import person as leg
from sim.roller import SimRoller

RUNS = 3
DEFAULT_S = 30.0
LEAST_S, MOST_S = 0.1, 60.0
"""One run lies within the first two steps of the program: nothing makes it wait for a person."""
TICK_S = 0.001
LIGHT_LEG_N = 12.0
"""Rests with 15 kPa: a new person's level takes up to 18."""
MOVING_WITHIN_S = 20.0


class BenchError(RuntimeError):
    """The massage did not run as it should; the figure would mean nothing."""


class Run(NamedTuple):
    """One measurement: CPU seconds of the stack and of the bare loop, for as many ticks."""

    cpu_s: float
    bare_s: float


class QuickJournal:
    """A journal that has everything on disk at once, because it has no disk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.failure: str | None = None

    def write(self, facts: Mapping[str, Any]) -> None:
        """Tell the desk that it is recorded."""
        self._desk.record(int(facts["session"]))


class Massage:
    """A stack of its own, brought into a running massage."""

    def __init__(self) -> None:
        limits = Limits(tick_s=TICK_S)
        self._roller = SimRoller(person=leg.Person(leg_load_n=LIGHT_LEG_N))
        self._desk = Desk(self._roller.now_s)
        teller = Teller(self._desk, QuickJournal(self._desk), self._roller.name)
        session = Session.new(Person(), Machine(), limits)
        self._loop = Loop(self._roller, self._roller, teller, session, limits)
        self._roller.foot_on()
        self._for(1.0)
        self._roller.set_button("start", True)
        self._for(0.2)
        self._roller.set_button("start", False)
        while not self.rolling:
            if not self._roller.now_s() <= MOVING_WITHIN_S:
                raise BenchError(f"the massage does not begin: {self.words}")
            self._for(0.1)

    def _for(self, seconds: float) -> None:
        self.advance(round(seconds / TICK_S))

    @property
    def rolling(self) -> bool:
        """Whether it goes on at full speed."""
        return self._desk.telemetry.get("mode") in ("RUNNING", "EASED")

    @property
    def words(self) -> str:
        """What the panel would show."""
        return str(self._desk.telemetry.get("words"))

    def advance(self, ticks: int) -> None:
        """Let so many ticks pass, as `Loop.run()` does."""
        loop, pace = self._loop, self._loop.pace

        def tick(now_s: float) -> None:
            pace.count(0.0, TICK_S)
            loop.tick(now_s)

        _pass(self._roller, tick, ticks)


class _BareClock:
    """A clock without a world."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def now_s(self) -> float:
        return self._now_s

    def wait_until(self, at_s: float) -> None:
        self._now_s = at_s


def _pass(clock: Clock, tick: Callable[[float], None], ticks: int) -> None:
    due_s = clock.now_s()
    for _ in range(ticks):
        tick(clock.now_s())
        due_s += TICK_S
        clock.wait_until(due_s)


def _nothing(now_s: float) -> None:
    """What the bare loop does in a tick."""


def measure(seconds: float = DEFAULT_S) -> dict[str, Any]:
    """Run `RUNS` times, `seconds` of simulated time each; the best run counts."""
    ticks = round(seconds / TICK_S)
    runs = [_once(ticks) for _ in range(RUNS)]
    cpu_s, bare_s = min(run.cpu_s for run in runs), min(run.bare_s for run in runs)
    return {
        "simulated_s": seconds,
        "cpu_s": round(cpu_s, 4),
        "speed": round(seconds / cpu_s, 1),
        "ticks": ticks,
        "us_per_tick": round(cpu_s / ticks * 1e6, 3),
        "bare_us_per_tick": round(bare_s / ticks * 1e6, 3),
        "ratio": round(cpu_s / bare_s, 1),
        "runs": [
            {
                "cpu_s": round(run.cpu_s, 4),
                "speed": round(seconds / run.cpu_s, 1),
                "ratio": round(run.cpu_s / run.bare_s, 1),
            }
            for run in runs
        ],
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
    }


def _once(ticks: int) -> Run:
    massage = Massage()
    gc.collect()
    gc.freeze()
    try:
        bare_s = _cpu_s(lambda: _pass(_BareClock(), _nothing, ticks))
        cpu_s = _cpu_s(lambda: massage.advance(ticks))
    finally:
        gc.unfreeze()
    if not massage.rolling:
        raise BenchError(f"the massage did not go on: {massage.words}")
    return Run(cpu_s, bare_s)


def _cpu_s(work: Callable[[], None]) -> float:
    """CPU seconds of this process, at least the clock's own grain."""
    begun_s = time.process_time()
    work()
    return max(time.process_time() - begun_s, 1e-6)


def in_words(found: Mapping[str, Any]) -> str:
    """The same figures for a person."""
    speeds = [f"{run['speed']:g}" for run in found["runs"]]
    return (
        f"{found['speed']:g} simulated seconds per second of CPU "
        f"(best of {len(speeds)}: {', '.join(speeds)})"
        f"\n{found['us_per_tick']:g} µs per tick, {found['ratio']:g} times a bare loop's "
        f"{found['bare_us_per_tick']:g} µs"
        f"\n{found['simulated_s']:g} s at 1 kHz on {found['python']}, {found['machine']}"
    )
