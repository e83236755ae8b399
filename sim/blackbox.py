"""A black box, understood again: its text to ticks, and the trip it holds, made once more.

The production kernel gets, tick by tick, what it got on the machine: sample, request, time. What
led it from mode to mode, people and program, is not in the box; the modes are, and they are laid
upon the kernel before each tick. So it can only trip where the machine did, or not.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import inf, isfinite, nan
from pathlib import Path
from typing import Any, NamedTuple

from controller import limits as limit_table
from controller import words
from controller.blackbox import COLUMNS, MARK, VERSION
from controller.limits import Limits
from controller.modes import Mode, Request, Sitting, State, Stop
from controller.safety import step
from controller.selftest import Phase, SelfTest
from controller.watch import Trip, Watch
from hardware.roller import FRESH_CUTS, Buttons, Cut, Sample, SensorStatus
from sim.recording import RecordingError, read_text

OPEN_IN = (Mode.ARMED, Mode.SOFT_START, Mode.RUNNING, Mode.EASED, Mode.HOLD)
"""Modes that belong to an open session."""
NUMBER = 1
"""Of the session, which was recorded."""


class Tick(NamedTuple):
    """A line of the box."""

    now_s: float
    sample: Sample
    request: Request
    mode: Mode  # after it, and so are the next two
    duty: float
    testing: bool


class Trace(NamedTuple):
    """A whole box."""

    trip: Trip
    stopped_at_s: float
    device_name: str
    limits: Limits
    ticks: tuple[Tick, ...]


class Replayed(NamedTuple):
    """What the kernel made of it."""

    trace: Trace
    state: State  # after the trip, or after all
    sample: Sample

    @property
    def stop(self) -> Stop | None:
        """The trip, if there was one."""
        return self.state.stop

    @property
    def same(self) -> bool:
        """The same trip at the same tick."""
        stop, trace = self.stop, self.trace
        return stop is not None and (stop.trip, stop.at_s) == (trace.trip, trace.stopped_at_s)

    @property
    def words(self) -> str:
        """What the panel said."""
        if self.stop is None:
            return "It did not stop."
        return words.stopped(self.state, self.stop, self.sample, self.trace.limits)


def is_black_box(text: str) -> bool:
    """Whether it begins as one."""
    return text.startswith(MARK)


def load(path: Path) -> Trace:
    """Read `path`. Raises `RecordingError`: one sentence with file and line."""
    return parsed(read_text(path), str(path))


def parsed(text: str, name: str) -> Trace:
    """What the text of a box holds. Raises `RecordingError` naming `name` and the line."""
    first, columns, *rows = [*text.splitlines(), "", ""]
    try:
        facts = _facts(first)
        if columns.split(",") != list(COLUMNS):
            raise _Wrong(2, f"the columns must be {','.join(COLUMNS)}")
        ticks = tuple(_ticks(rows))
    except _Wrong as wrong:
        raise RecordingError(f"{name}, line {wrong.line}: {wrong}") from wrong
    return Trace(*facts, ticks)


class _Wrong(ValueError):
    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


def _facts(first: str) -> tuple[Trip, float, str, Limits]:
    """What the first line says."""
    try:
        if not first.startswith(MARK):
            raise ValueError
        facts = json.loads(first[len(MARK) :])
        if facts["version"] != VERSION or limit_table.problems(facts["limits"]):
            raise ValueError
        return (Trip[facts["trip"]], float(facts["stopped_at_s"]), str(facts["device"]),
                Limits(**facts["limits"]))  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise _Wrong(1, f"must be {MARK}and facts of version {VERSION}") from error


def _ticks(rows: Sequence[str]) -> Iterator[Tick]:
    before_s = -inf
    for line, row in enumerate(rows, start=3):
        if not row:
            continue
        cells = row.split(",")
        if len(cells) != len(COLUMNS):
            raise _Wrong(line, f"{len(cells)} values, but there are {len(COLUMNS)} columns")
        try:
            tick = _tick(dict(zip(COLUMNS, cells, strict=True)))
        except (ValueError, KeyError) as error:
            raise _Wrong(line, f"{error} cannot be understood") from error
        if not tick.now_s >= before_s:
            raise _Wrong(line, f"time goes back: {tick.now_s!r} after {before_s!r}")
        before_s = tick.now_s
        yield tick
    if before_s == -inf:
        raise _Wrong(3, "there is no tick in it")


def _tick(cells: Mapping[str, str]) -> Tick:
    sample = Sample(
        taken_at_s=float(cells["taken_at_s"]),
        pressure_kpa=float(cells["pressure_kpa"]),
        pressure_b_kpa=_number(cells["pressure_b_kpa"]),
        sensor=SensorStatus[cells["sensor"]],
        motor_current_ma=_number(cells["motor_current_ma"]),
        heel_end_open=_flag(cells["heel_end_open"]),
        toe_end_open=_flag(cells["toe_end_open"]),
        stop_pressed=_flag(cells["stop_pressed"]),
        gate_on=_flag(cells["gate_on"]) if cells["gate_on"] else None,
        buttons=Buttons(start=_flag(cells["start_down"])),
        cut=Cut[cells["cut"]] if cells["cut"] else None,
    )
    request = Request(
        speed_cm_s=float(cells["speed_cm_s"]),
        level=int(cells["level"]),
        reference_kpa=float(cells["reference_kpa"]),
        place=_number(cells["place"]),
        recorded=NUMBER,
        lost=_flag(cells["lost"]),
        early=_flag(cells["early"]),
        stop=_flag(cells["stop_asked"]),
    )
    return Tick(float(cells["time_s"]), sample, request, Mode[cells["mode"]],
                float(cells["duty"]), _flag(cells["testing"]))  # fmt: skip


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _flag(cell: str) -> bool:
    return {"0": False, "1": True}[cell]


def replayed(trace: Trace) -> Replayed:
    """Give the kernel what it got on the machine, up to the trip."""
    first = trace.ticks[0]
    watch = Watch(first.now_s - trace.limits.tick_s, light_since_s=inf)
    state, sample = State(first.mode, first.now_s, watch, letting_go=FRESH_CUTS), first.sample
    for before, tick in pairwise((first, *trace.ticks)):
        sample = tick.sample
        state, _ = step(
            _as_on_the_machine(state, before), tick.request, sample, trace.limits, tick.now_s
        )
        earlier = tick.mode is Mode.STOPPED and tick.now_s < trace.stopped_at_s
        if state.stop is not None and not earlier:
            break
    return Replayed(trace, state, sample)


def _as_on_the_machine(state: State, tick: Tick) -> State:
    """The state with the mode that the machine was in after `tick`, and its session."""
    letting_go = state.letting_go
    if state.mode is Mode.STOPPED and tick.mode is Mode.IDLE:  # it was acknowledged
        letting_go = () if tick.sample.cut is None else (tick.sample.cut,)
    opened_at_s = tick.now_s if tick.mode in OPEN_IN or tick.testing else None
    return state._replace(
        mode=tick.mode,
        since_s=state.since_s if state.mode is tick.mode else tick.now_s,
        stop=None,
        letting_go=letting_go,
        duty=tick.duty,
        rolled_s=0.0,
        sitting=Sitting(number=NUMBER, opened_at_s=opened_at_s),
        test=SelfTest() if tick.testing else SelfTest(Phase.PASSED),
    )


def facts(found: Replayed) -> dict[str, Any]:
    """As `footloop-sim replay` prints it."""
    trace, stop = found.trace, found.stop
    kpa = nan if stop is None else stop.pressure_kpa
    trips = [] if stop is None else [{
        "time_s": round(stop.at_s, 6), "rule": stop.trip.rule, "reason": stop.trip.reason.value,
        "words": found.words, "pressure_kpa": round(kpa, 3) if isfinite(kpa) else None,
    }]  # fmt: skip
    return {
        "samples": len(trace.ticks),
        "duration_s": round(trace.ticks[-1].now_s - trace.ticks[0].now_s, 6),
        "trips": trips,
        "recorded": {"rule": trace.trip.rule, "time_s": round(trace.stopped_at_s, 6)},
        "same": found.same,
    }


def in_words(found: Replayed) -> str:
    """The same for a person."""
    trace, stop = found.trace, found.stop
    told = facts(found)
    lines = [
        f"black box of {trace.device_name}: {told['samples']} ticks, {told['duration_s']:g} s",
        f"recorded: {trace.trip.rule} at {trace.stopped_at_s:.3f} s",
    ]
    if stop is not None:
        lines.append(f"{stop.at_s:.3f} s  {stop.trip.rule}  {found.words}")
    verdict = "the same trip at the same tick" if found.same else "NOT the same trip"
    return "\n".join([*lines, verdict])


def as_scenario(text: str, name: str) -> str:
    """The text of a scenario that plays this box again. Raises `RecordingError`."""
    found = replayed(parsed(text, name))
    trace = found.trace
    return (
        "format = 1\n"
        f'title = "{trace.trip.rule} on a machine, {trace.trip.key}"\n'
        'story = """\n'
        f"A machine stopped and kept its last half minute. {found.words}\n"
        "Here the safety kernel gets again what it got there, tick by tick, and has to stop at\n"
        'the same one.\n"""\n\n'
        "[must]\n"
        'mode = "STOPPED"\n'
        f'rule = "{trace.trip.rule}"\n'
        f'reason = "{trace.trip.reason.value}"\n'
        f"stopped_at_s = {trace.stopped_at_s:.3f}\n"
        "stops = 1\n\n"
        f"[recording]\nblack_box = '''\n{text.replace(chr(39), chr(63))}'''\n"
    )
