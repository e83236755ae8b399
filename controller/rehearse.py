"""A scenario on the bench: the same story, a real roller, a person who is told what to do.

The engine runs as always and is only talked to, as a phone does. What a finger, a foot or a
screwdriver has to do is asked for; what can be seen over the link is judged; what only a simulated
plant could tell is named, line by line. A story that breaks off leaves a stopped roller behind.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from controller.calibrate import Talk
from controller.modes import Mode
from controller.scenario import Act, Check, Scenario, Step, Wait, Wanted, When
from controller.scenario_judge import Picture, Tally, complaints, knowable
from controller.scenario_keys import SECTIONS, VERB
from controller.watch import Reason

ALONE = ("cut power", "hang")
"""What would take the engine away, to which the rehearsal talks."""
SIMULATED_ONLY = ("rate_hz", "seed", "noise")
"""What no person can set up."""
READY_S, START_S, CONTINUE_S = 60.0, 15.0, 60.0
"""A person is given so long until the foot is accepted, and the roller until it is up to speed."""
NOW = "Now: {}, then press Enter: "
NOTHING: Mapping[str, Any] = {}


class Bench(Protocol):
    """A running engine, as the link shows it."""

    def look(self) -> Mapping[str, Any]:
        """Return the next picture, when it comes."""

    def missed(self) -> Iterable[Mapping[str, Any]]:
        """Return the pictures that came while nobody looked."""

    def ask(self, what: str, level: int | None) -> str | None:
        """Ask as a phone does; return the refusal, or None."""


class Rehearsed(NamedTuple):
    """What came of it."""

    failures: tuple[str, ...]
    unseen: tuple[str, ...]  # demanded, and not to be seen here

    @property
    def passed(self) -> bool:
        """Nothing that could be seen was wrong."""
        return not self.failures


class _Over(Exception):
    """A line did not come true on which the rest stands."""


def unfit(scenario: Scenario) -> list[str]:
    """Why this story cannot be rehearsed; nothing when it can."""
    if scenario.black_box is not None:
        return ["a [recording] is played by footloop-sim scenario, not on a bench"]
    return [
        f'line {step.line}: "{step.verb.name}" would take away the engine that is talked to'
        for step in scenario.timeline
        if isinstance(step, Act) and step.verb.name in ALONE
    ]


def unseen(scenario: Scenario) -> list[str]:
    """What is demanded and cannot be judged here, by line."""
    found = []
    for line, wanted in _demands(scenario):
        found += [(line, name) for name in wanted if name not in knowable(wanted)]
    found += [(step.line, "motor_off_within_ms") for step in scenario.timeline
              if isinstance(step, Act) and step.motor_off_within_ms is not None]  # fmt: skip
    return [f"line {line}: {name} cannot be seen at a bench" for line, name in sorted(found)]


def _demands(scenario: Scenario) -> Iterable[tuple[int, Mapping[str, Any]]]:
    yield scenario.must.line, scenario.must.of
    yield scenario.always.line, scenario.always.of
    for step in scenario.timeline:
        if not isinstance(step, Act):
            yield step.wanted.line, step.wanted.of


def different(scenario: Scenario) -> list[str]:
    """What of this story's machine and person is not usual, and has to be set up."""
    told = {"device": scenario.device, "person": scenario.person}
    return [
        f"{word.name} = {told[section][word.name]} ({word.comment})"
        for section, words in SECTIONS.items()
        for word in words
        if word.name not in SIMULATED_ONLY and told[section][word.name] != word.default
    ]


def rehearsed(scenario: Scenario, bench: Bench, talk: Talk) -> Rehearsed:
    """Go through the story, which is fit. Raises what the bench raises."""
    going = _Rehearsal(scenario, bench, talk)
    try:
        going.through()
    except _Over:
        bench.ask("stop", None)
        talk.tell("  The story cannot go on from here; the roller was stopped.")
    except (EOFError, KeyboardInterrupt):
        bench.ask("stop", None)
        going.fail(0, "interrupted; the roller was stopped")
    return Rehearsed(tuple(going.failures), tuple(unseen(scenario)))


def verdict(found: Rehearsed) -> list[str]:
    """What came of it, for a person."""
    judged = "everything that can be seen was as it must be" if found.passed else "FAILED"
    return [*found.unseen, *(f"FAILED: {one}" for one in found.failures), judged]


class _Rehearsal:
    """One story on one bench."""

    def __init__(self, scenario: Scenario, bench: Bench, talk: Talk) -> None:
        self._scenario, self._bench, self._talk = scenario, bench, talk
        self._told: Mapping[str, Any] = NOTHING
        self._tally = Tally()
        self._broken: set[str] = set()
        self.failures: list[str] = []

    def fail(self, line: int, says: str) -> None:
        """Something was not as it must be."""
        self.failures.append(f"line {line}: {says}" if line else says)
        self._talk.tell(f"  NOT as it must be: {says}")

    def through(self) -> None:
        """Every line, and what must be true after the last."""
        scenario, talk = self._scenario, self._talk
        talk.tell(f"{scenario.title}\n\n{scenario.story}\n")
        for one in different(scenario):
            talk.tell(f"This story needs: {one}")
        self._person("Foot off, everything set up")
        self._begun_s = self._now_s
        for step in scenario.timeline:
            self._play(step)
        self._look()
        self._demand(scenario.must)

    @property
    def _now_s(self) -> float:
        return float(self._told["at_s"])

    def _look(self) -> None:
        """The next picture."""
        self._see(self._bench.look())

    def _see(self, told: Mapping[str, Any]) -> None:
        self._told = told
        self._tally = self._tally.seen(told["mode"])
        always = self._scenario.always
        for one in complaints(knowable(always.of), self._picture()):
            name = one.split()[0]
            if name not in self._broken:
                self._broken.add(name)
                self.fail(always.line, f"always: {one}")

    def _person(self, doing: str) -> None:
        """Ask a person to do something; what happened meanwhile is seen, too."""
        self._talk.ask(NOW.format(doing))
        for told in self._bench.missed():
            self._see(told)
        self._look()

    def _pass(self, seconds: float) -> None:
        end_s = self._now_s + seconds
        while self._now_s < end_s:
            self._look()

    def _play(self, step: Step) -> None:
        self._come_to(step.when)
        match step:
            case Act():
                self._act(step)
            case Wait():
                self._until(step.line, step.wanted.of, step.within_s)
            case Check():
                self._demand(step.wanted)

    def _come_to(self, when: When) -> None:
        """People are slower than a timeline: what is late comes at once."""
        if when.at_s is None:
            self._pass(when.after_s)
        else:
            self._pass(self._begun_s + when.at_s - self._now_s)

    def _act(self, step: Act) -> None:
        composed = COMPOSED.get(step.verb.name)
        if composed is not None:
            composed(self, step)
        elif step.verb.prompt is not None:
            self._person(step.verb.prompt.format(**step.given))
        else:
            self._ask(step.line, step.given["what"], step.given["level"], step.refused)

    def _ask(
        self, line: int, what: str, level: int | None = None, words: str | None = None
    ) -> None:
        self._talk.tell(f"  asking: {what}")
        refusal = self._bench.ask(what, level)
        if words is None and refusal is not None:
            self.fail(line, f"refused: {refusal}")
        elif words is not None and words not in (refusal or ""):
            self.fail(line, f"must be refused ({words}); {refusal or 'it was taken'}")
        self._look()

    def _until(self, line: int, wanted: Mapping[str, Any], within_s: float) -> None:
        end_s, known = self._now_s + within_s, knowable(wanted)
        while wrong := complaints(known, self._picture()):
            if not self._now_s < end_s:
                self.fail(line, f"not within {within_s:g} s: {'; '.join(wrong)}")
                raise _Over
            self._look()

    def _demand(self, wanted: Wanted) -> None:
        for one in complaints(knowable(wanted.of), self._picture()):
            self.fail(wanted.line, one)

    def _picture(self) -> Picture:
        told, tally = self._told, self._tally
        kpa = told["pressure_kpa"]
        return Picture(told, tally.stops, tally.holds, tally.eases,
                       float("nan") if kpa is None else kpa)  # fmt: skip

    # What is made of several.

    def _start(self, step: Act) -> None:
        self._person(str(VERB["press"].prompt).format(button="start", for_s=0.2))
        self._person(str(VERB["foot on"].prompt))
        self._until(step.line, {"can": "start"}, READY_S)
        self._ask(step.line, "start")
        self._until(step.line, {"mode": [Mode.RUNNING.name, Mode.EASED.name]}, START_S)

    def _shift(self, step: Act) -> None:
        self._person(str(VERB["foot off"].prompt))
        self._person("Lay your foot back, a finger's width to the side")
        self._until(step.line, {"can": "continue"}, CONTINUE_S)
        self._ask(step.line, "continue")

    def _go_on(self, step: Act) -> None:
        end_s = self._now_s + step.given["for_s"]
        while self._now_s < end_s:
            self._look()
            if self._told["mode"] == Mode.HOLD.name and self._told["reason"] == Reason.CHANGE.value:
                self._shift(step)

    def _let_pass(self, step: Act) -> None:
        self._pass(step.given["for_s"])


COMPOSED: Mapping[str, Callable[[_Rehearsal, Act], None]] = {
    "start massage": _Rehearsal._start,
    "shift foot": _Rehearsal._shift,
    "go on": _Rehearsal._go_on,
    "wait": _Rehearsal._let_pass,
}
"""Verbs that are more than one prompt, or none."""
