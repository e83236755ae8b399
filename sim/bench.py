"""How fast the whole stack runs here: simulated seconds per second of CPU, at 1 kHz.

What `footloop-sim run` does in a tick, without its threads and without waiting: the plant, the
loop, plan, kernel, the engine's own observer with telemetry 20 times a second, and a journal
that is quick. A massage is running. Beside it a bare loop of as many steps, so that the figure
is also a ratio, which says more than a speed when machines differ.

`pins` is what one tick costs in gpio mode, at its own 250 Hz: on gpiozero's mock pins, with a
converter that answers at once, so it is our code and gpiozero's without a Pi's own delays. The
plant behind the pins is not counted.
"""

import gc
import os
import platform
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gpiozero import MCP3008

from hardware.roller import Drive
from sim.massage import PIN_TICK_S, TICK_S, BenchError, Massage, PinMassage, let_pass

__all__ = ["BenchError", "in_words", "measure"]

RUNS = 3
DEFAULT_S = 30.0
LEAST_S, MOST_S = 0.1, 60.0
"""One run lies within the first two steps of the program: nothing makes it wait for a person."""
MOST_PIN_TICKS = 5000
AHEAD = Drive(duty=0.2, brake=False, enabled=True, gate=True)
CONVERSIONS = 3
"""Of a tick: two pressures and a current."""
PARTS = ("loop", "roller", "bus")
"""Of a tick on pins, each part of the one before: all of it, read and drive, the conversions."""


class Run(NamedTuple):
    """One measurement: CPU seconds of the stack and of the bare loop, for as many ticks."""

    cpu_s: float
    bare_s: float


class _BareClock:
    """A clock without a world."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def now_s(self) -> float:
        return self._now_s

    def wait_until(self, at_s: float) -> None:
        self._now_s = at_s


def _nothing(now_s: float) -> None:
    """What the bare loop does in a tick."""


def measure(seconds: float = DEFAULT_S) -> dict[str, Any]:
    """Run `RUNS` times, `seconds` of simulated time each; the best run counts."""
    ticks = round(seconds / TICK_S)
    runs = [_once(ticks) for _ in range(RUNS)]
    cpu_s, bare_s = min(run.cpu_s for run in runs), min(run.bare_s for run in runs)
    bare_us = bare_s / ticks * 1e6
    return {
        "simulated_s": seconds,
        "cpu_s": round(cpu_s, 4),
        "speed": round(seconds / cpu_s, 1),
        "ticks": ticks,
        "us_per_tick": round(cpu_s / ticks * 1e6, 3),
        "bare_us_per_tick": round(bare_us, 3),
        "ratio": round(cpu_s / bare_s, 1),
        "runs": [
            {
                "cpu_s": round(run.cpu_s, 4),
                "speed": round(seconds / run.cpu_s, 1),
                "ratio": round(run.cpu_s / run.bare_s, 1),
            }
            for run in runs
        ],
        "pins": _on_pins(min(ticks, MOST_PIN_TICKS), bare_us),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
    }


def _once(ticks: int) -> Run:
    massage = Massage()
    gc.collect()
    gc.freeze()
    try:
        bare_s = _cpu_s(lambda: let_pass(_BareClock(), _nothing, ticks))
        cpu_s = _cpu_s(lambda: massage.advance(ticks * TICK_S))
    finally:
        gc.unfreeze()
    if not massage.rolling:
        raise BenchError(f"the massage did not go on: {massage.words}")
    return Run(cpu_s, bare_s)


def _on_pins(ticks: int, bare_us: float) -> dict[str, Any]:
    """The best of `RUNS`: the whole tick, the roller's part of it, the converter's part of that."""
    runs = [_once_on_pins(ticks) for _ in range(RUNS)]
    found: dict[str, Any] = {"ticks": ticks}
    for name, costs in zip(PARTS, zip(*runs, strict=True), strict=True):
        us = min(costs) / ticks * 1e6
        found[f"{name}_us_per_tick"] = round(us, 3)
        found[f"{name}_ratio"] = round(us / bare_us, 1)
    return found


def _once_on_pins(ticks: int) -> tuple[float, float, float]:
    """CPU seconds of as many ticks, of their `read` and `drive`, and of their conversions."""
    massage = PinMassage()
    roller = massage.wired.roller

    def read_and_drive() -> None:
        for _ in range(ticks):
            roller.read()
            roller.drive(AHEAD)

    def convert() -> None:
        with MCP3008(0, pin_factory=massage.pi) as channel:
            for _ in range(ticks * CONVERSIONS):
                _ = channel.raw_value

    gc.collect()
    gc.freeze()
    try:
        massage.cpu_s = 0.0
        massage.advance(ticks * PIN_TICK_S)
        if not massage.rolling:
            raise BenchError(f"the massage on pins did not go on: {massage.words}")
        return massage.cpu_s, _cpu_s(read_and_drive), _cpu_s(convert)
    finally:
        gc.unfreeze()
        massage.wired.close()


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
        f"\nOn mock pins at 250 Hz: {_cost(found['pins'], 'loop')} per tick, "
        f"of which the roller {_cost(found['pins'], 'roller')}, "
        f"of which the converter {_cost(found['pins'], 'bus')}"
        f"\n{found['simulated_s']:g} s at 1 kHz on {found['python']}, {found['machine']}"
    )


def _cost(pins: Mapping[str, Any], part: str) -> str:
    return f"{pins[f'{part}_us_per_tick']:g} µs ({pins[f'{part}_ratio']:g} times)"
