"""A scenario, played: the production loop over a plant, in simulated time, and a verdict.

The same file is rehearsed on a real roller; what is in it stands in `controller/scenario.py`.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from controller.scenario import Act, Check, Scenario, ScenarioError, Wait, Wanted, When
from controller.scenario_file import load
from controller.scenario_judge import Picture, Tally, complaints
from controller.scenario_keys import LONGEST_S
from controller.telemetry import stop_facts
from sim import person as leg
from sim.blackbox import Replayed, parsed, replayed
from sim.moods import MOODS, habits
from sim.recording import RecordingError
from sim.scenario_acts import DOES, Stage
from sim.scenario_faults import FaultError
from sim.scenario_machine import stage_of
from sim.scenario_outcome import Failure, Outcome
from sim.stack import Stack, StackError

SCENARIOS = Path(__file__).parent / "scenarios"


class _Over(Exception):
    """A line did not come true on which the rest stands: it means nothing."""


def run_file(path: Path) -> Outcome:
    """Read and play `path`; what is wrong with it is part of the outcome."""
    try:
        return run(load(path), str(path))
    except ScenarioError as error:
        return Outcome(str(path), "", 0.0, (), tuple(str(error).splitlines()))


def run(scenario: Scenario, file: str) -> Outcome:
    """Play it. Raises `ScenarioError` when there is no such machine, or no such recording."""
    if scenario.black_box is not None:
        return _play_again(scenario, scenario.black_box, file)
    playing = Playing(scenario, stage_of(scenario, file))
    playing.to_the_end()
    now_s = playing.stack.now_s
    return Outcome(file, scenario.title, now_s, tuple(playing.failures))


def _play_again(scenario: Scenario, black_box: str, file: str) -> Outcome:
    """A recording instead of a foot, through the kernel alone."""
    try:
        found = replayed(parsed(black_box, f"{file}, [recording]"))
    except RecordingError as error:
        raise ScenarioError(str(error)) from error
    ticks = found.trace.ticks
    wrong = complaints(scenario.must.of, _picture_of(found))
    at_s = ticks[-1].now_s if found.stop is None else found.stop.at_s
    failures = tuple(Failure(scenario.must.line, round(at_s, 3), one) for one in wrong)
    return Outcome(file, scenario.title, ticks[-1].now_s - ticks[0].now_s, failures)


def _picture_of(found: Replayed) -> Picture:
    """What the link would have told when it stopped."""
    state, stop = found.state, found.stop
    told: dict[str, Any] = {"mode": state.mode.name, "words": found.words}
    if stop is not None:
        told["reason"] = stop.trip.reason.value
        told["level"] = stop.level
        told["stop"] = stop_facts(stop, state, found.sample, found.trace.limits)
    return Picture(told, stops=int(stop is not None), pressure_kpa=found.sample.pressure_kpa)


def _habits(scenario: Scenario) -> Iterator[tuple[float, leg.Act]]:
    """What this person does of itself, and when."""
    mood = MOODS.get(scenario.person["mood"])  # who is calm has none
    return iter(()) if mood is None else habits(mood, Random(scenario.device["seed"]), LONGEST_S)


def _asks(step: Act | Wait | Check) -> bool:
    """Whether it needs to know what the machine shows."""
    return not isinstance(step, Act) or step.verb.name == "ask"


class Playing:
    """One scenario on its stack, and what was not as it must be."""

    def __init__(self, scenario: Scenario, stage: Stage) -> None:
        self._scenario, self._stage, self.stack = scenario, stage, stage.stack
        self.failures: list[Failure] = []
        self._tally = Tally()
        self._habits = _habits(scenario)
        self._habit: tuple[float, leg.Act] | None = None  # the next one, of its own clock
        self._rolled_at_s: float | None = None  # since then the leg does things of itself
        self._broken: set[str] = set()  # what must always be and was not: told once
        stage.stack.watch = self.watch

    def to_the_end(self) -> None:
        """Every line, and what must be true after the last."""
        stack = self.stack
        for step in self._scenario.timeline:
            try:
                self._play(step)
            except (StackError, FaultError) as error:
                self._fail(step.line, str(error))
                return
            except _Over:
                return
        stack.tick()
        self._demand(self._scenario.must)
        for name in self._stage.faults.unseen():
            self._fail(
                self._scenario.must.line, f"{name} was to break, and nothing shows that it did"
            )

    def watch(self, stack: Stack) -> None:
        """What must hold on every tick."""
        self._tally = self._tally.seen(stack.state.mode.name)
        self._live(stack)
        always = self._scenario.always
        if always.of and stack.told:
            broken = [one for one in complaints(always.of, self._picture())
                      if one.split()[0] not in self._broken]  # fmt: skip
            for one in broken:
                self._broken.add(one.split()[0])
                self._fail(always.line, f"always: {one}")

    def _live(self, stack: Stack) -> None:
        """What the leg does of itself, from the first stroke on."""
        if self._rolled_at_s is None:
            if not stack.mode.moving:
                return
            self._rolled_at_s = stack.now_s
            self._habit = next(self._habits, None)
        while self._habit is not None and self._habit[0] <= stack.now_s - self._rolled_at_s:
            stack.plant.act(self._habit[1])
            self._habit = next(self._habits, None)

    def _play(self, step: Act | Wait | Check) -> None:
        self._come_to(step.line, step.when)
        if not self.stack.told and _asks(step):
            self.stack.tick()  # before its first tick a machine shows nothing
        match step:
            case Act():
                self._do(step)
            case Wait():
                self._wait(step)
            case Check():
                self._demand(step.wanted)

    def _come_to(self, line: int, when: When) -> None:
        stack = self.stack
        if when.at_s is None:
            stack.advance(when.after_s)
            return
        if stack.now_s > when.at_s + stack.limits.tick_s:
            self._fail(line, f"at_s = {when.at_s:g}: it was later already when the line before was "
                       "done; use after_s, or a later at_s")  # fmt: skip
            raise _Over
        stack.advance(when.at_s - stack.now_s)

    def _do(self, step: Act) -> None:
        refusal = DOES[step.verb.name](self._stage, step.given)
        if step.refused is None and refusal is not None:
            self._fail(step.line, f"refused: {refusal}")
        elif step.refused is not None and step.refused not in (refusal or ""):
            self._fail(step.line, f"must be refused ({step.refused}); {refusal or 'it was taken'}")
        if step.motor_off_within_ms is not None:
            self._switch_off(step.line, step.motor_off_within_ms)

    def _switch_off(self, line: int, within_ms: float) -> None:
        """The motor must lose its power."""
        stack = self.stack
        end_s = stack.now_s + within_ms / 1000.0
        while stack.plant.truth().motor_powered:
            if not stack.now_s < end_s:
                self._fail(line, f"the motor still has power after {within_ms:g} ms")
                return
            stack.tick()

    def _wait(self, step: Wait) -> None:
        stack = self.stack
        end_s = stack.now_s + step.within_s
        while complaints(step.wanted.of, self._picture()):
            if not stack.now_s < end_s:
                self._demand(step.wanted, f"not within {step.within_s:g} s: ")
                raise _Over
            stack.tick()

    def _demand(self, wanted: Wanted, but: str = "") -> None:
        for one in complaints(wanted.of, self._picture()):
            self._fail(wanted.line, but + one)

    def _picture(self) -> Picture:
        stack, tally = self.stack, self._tally
        truth = stack.plant.truth()
        return Picture(
            stack.told, tally.stops, tally.holds, tally.eases, truth.pressure_kpa,
            abs(truth.speed_cm_s), truth.motor_powered, truth.gate_on,
        )  # fmt: skip

    def _fail(self, line: int, says: str) -> None:
        self.failures.append(Failure(line, round(self.stack.now_s, 3), says))
