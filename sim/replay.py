"""What the production kernel makes of a recording, as if the roller were RUNNING throughout.

Gate, link and pace are healthy, a session is open and on disk, and no time is ever over: only
the pressure is judged. What would need a person goes on by itself. A HOLD does as soon as the
foot has been steady; a second overload within a minute, which would wind the roller down, counts
as one more ease; and with `go_on` a latched stop is armed again as soon as a foot is on, the
pressure is neither above the overload nor rising like pain, and the sensor gives numbers. A
row that is missing is a sensor that is silent: between rows the loop ticks on. Without a column
`duty` the roller is taken to roll, so that a reading which stands still for long is a fault.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf, isfinite, isnan
from statistics import median
from typing import Any, NamedTuple

from controller import words
from controller.limits import HIGHEST_LEVEL, LEVELS, MODERATE_LEVEL, Limits, bounds
from controller.modes import Mode, Request, Sitting, State, Stop
from controller.safety import step
from controller.watch import NOTHING_ODD, Reason, Watch
from hardware.roller import Sample
from sim.recording import Row, pressures

RENEW_S = 10.0
"""How often the session's times begin anew; well under every time limit."""
ROLLING = Request(
    speed_cm_s=LEVELS[MODERATE_LEVEL].speed_cm_s, level=MODERATE_LEVEL, recorded=1, resume=True
)
WAITING = ROLLING._replace(level=HIGHEST_LEVEL)
"""At rest every load that a foot may have is accepted, whatever the level."""
START_DUTY = 0.25


class Tripped(NamedTuple):
    """One latched stop."""

    time_s: float
    stop: Stop
    words: str

    def facts(self) -> dict[str, Any]:
        """As printed."""
        kpa = self.stop.pressure_kpa
        return {
            "time_s": round(self.time_s, 6),
            "rule": self.stop.trip.rule,
            "reason": self.stop.trip.reason.value,
            "words": self.words,
            "pressure_kpa": round(kpa, 3) if isfinite(kpa) else None,
        }


class Verdict(NamedTuple):
    """What became of a recording."""

    samples: int
    duration_s: float
    max_pressure_kpa: float | None  # None: there was no number
    eases: int
    holds: int
    trips: tuple[Tripped, ...]

    def facts(self) -> dict[str, Any]:
        """As printed."""
        return {**self._asdict(), "trips": [trip.facts() for trip in self.trips]}

    def in_words(self) -> str:
        """The same for a person."""
        most = "no number" if self.max_pressure_kpa is None else f"{self.max_pressure_kpa:g} kPa"
        lines = [
            f"{self.samples} samples, {self.duration_s:g} s, highest pressure {most}",
            f"eased {self.eases} times, held {self.holds} times, stopped {len(self.trips)} times",
        ]
        lines += [f"{one.time_s:.3f} s  {one.stop.trip.rule}  {one.words}" for one in self.trips]
        return "\n".join(lines)


def judge(rows: Sequence[Row], *, go_on: bool = False) -> Verdict:
    """Run `rows`, one or more with growing times, through the kernel.

    The first trip ends the judging unless `go_on`, which arms the roller again.
    """
    judging = _Judging(_limits(rows), rows[0].time_s)
    for row in rows:
        judging.see(row)
        if judging.trips and not go_on:
            break
    most_kpa = max(pressures(rows), default=None)
    return Verdict(
        samples=len(rows),
        duration_s=round(rows[-1].time_s - rows[0].time_s, 6),
        max_pressure_kpa=None if most_kpa is None else round(most_kpa, 3),
        eases=judging.eases,
        holds=judging.holds,
        trips=tuple(judging.trips),
    )


def _limits(rows: Sequence[Row]) -> Limits:
    """The defaults, with the recording's own period as far as a loop may have it."""
    if len(rows) < 2:
        return Limits()
    apart_s = median(b.time_s - a.time_s for a, b in pairwise(rows))
    low_s, high_s = bounds()["tick_s"][:2]
    return Limits(tick_s=min(max(apart_s, low_s), high_s))


class _Judging:
    """The kernel's state from row to row, and what was counted."""

    def __init__(self, limits: Limits, begins_at_s: float) -> None:
        self._limits = limits
        self._state = _running(Watch(begins_at_s - limits.tick_s, light_since_s=inf))
        self._sample: Sample | None = None
        self.eases, self.holds = 0, 0
        self.trips: list[Tripped] = []

    def see(self, row: Row) -> None:
        """Let the loop tick until `row` and take it in."""
        if self._sample is not None:
            for now_s in self._ticks_until(row.time_s, self._sample.taken_at_s):
                self._tick(self._sample, row.reference_kpa, now_s)
                if self._state.mode is Mode.STOPPED:
                    break
        other_kpa = row.pressure_kpa if row.pressure_b_kpa is None else row.pressure_b_kpa
        self._sample = Sample(row.time_s, row.pressure_kpa, other_kpa)
        if row.duty is not None and self._state.mode.moving:
            self._state = self._state._replace(duty=row.duty)
        self._tick(self._sample, row.reference_kpa, row.time_s)
        if self._state.mode is Mode.STOPPED and self._calm(row):
            watch = self._state.watch._replace(odd=NOTHING_ODD, tardies_at_s=())
            self._state = _running(watch)

    def _calm(self, row: Row) -> bool:
        """Whether a foot is on and nothing in the pressure asks for a stop."""
        watch, limits = self._state.watch, self._limits
        calm_kpa = limits.overload_ratio * row.reference_kpa
        rising = not watch.rise_kpa <= limits.rise_kpa
        on = watch.light_since_s == inf and watch.median_kpa <= calm_kpa
        return on and not rising and not isnan(row.pressure_kpa)

    def _ticks_until(self, at_s: float, since_s: float) -> Iterator[float]:
        """The ticks without a new sample between two rows."""
        tick_s = self._limits.tick_s
        missing = int((at_s - since_s) / tick_s - 0.25)  # a row a little late is not missing
        return (since_s + count * tick_s for count in range(1, missing + 1))

    def _tick(self, sample: Sample, reference_kpa: float, now_s: float) -> None:
        before = _renewed(self._state, now_s)
        asked = ROLLING if before.mode.moving else WAITING
        request = asked._replace(reference_kpa=reference_kpa)
        sample = sample._replace(gate_on=before.mode.moving)  # healthy: it follows its pulses
        state, _ = step(before, request, sample, self._limits, now_s)
        if state.stop is not None and before.stop is None:
            told = words.stopped(state, state.stop, sample, self._limits)
            self.trips.append(Tripped(now_s, state.stop, told))
        elif state.mode is Mode.HOLD and before.mode is not Mode.HOLD:
            self.holds += 1
        elif state.sitting.eased_at_s != before.sitting.eased_at_s:
            self.eases += 1
        elif state.mode is Mode.WINDING_DOWN and state.sitting.why is Reason.OVERLOAD:
            self.eases += 1
            sitting = before.sitting._replace(eased_at_s=now_s)
            state = state._replace(mode=Mode.EASED, sitting=sitting)
        self._state = state


def _running(watch: Watch) -> State:
    """Rolling at full speed in a session of its own."""
    sitting = Sitting(number=ROLLING.recorded, opened_at_s=watch.now_s)
    return State(Mode.RUNNING, watch.now_s, watch, duty=START_DUTY, sitting=sitting)


def _renewed(state: State, now_s: float) -> State:
    """No time is ever over: the session and its rolling time begin anew, long before."""
    opened_at_s = state.sitting.opened_at_s
    if opened_at_s is None or now_s - opened_at_s < RENEW_S:
        return state
    sitting = state.sitting._replace(opened_at_s=now_s)
    return state._replace(sitting=sitting, since_s=now_s, rolled_s=0.0)
