"""A scenario: one machine, one person, what happens to them, and what must be true. Pure.

`parsed()` turns the text of a TOML file into frozen data or refuses it with every problem at
once, each with its line, its key and what it may be. The words are in `scenario_keys.py`.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from controller import limits as limit_table
from controller.limits import Limits
from controller.nearest import unknown
from controller.scenario_keys import (
    AROUND,
    CRITERIA,
    CRITERION,
    FORMAT,
    HEAD,
    RECORDING,
    REQUIRED,
    SECTIONS,
    VERB,
    WHEN,
    WITHIN,
    Criterion,
    Verb,
    Word,
)
from controller.toml_lines import Path, line_of, lines_of

TABLES = (*SECTIONS, "limits", "timeline", "must", "always", "recording")
KINDS = ("do", "until", "must")
"""A line of the timeline is one of these."""


class ScenarioError(ValueError):
    """The file is no scenario; the text lists every problem."""


class When(NamedTuple):
    """The moment of a line: since the machine was switched on, or since the line before."""

    at_s: float | None = None
    after_s: float = 0.0


class Wanted(NamedTuple):
    """What must be true, by criterion."""

    line: int
    of: Mapping[str, Any]


class Act(NamedTuple):
    """Something that happens."""

    line: int
    when: When
    verb: Verb
    given: Mapping[str, Any]
    motor_off_within_ms: float | None = None
    refused: str | None = None


class Wait(NamedTuple):
    """Time passes until something is true."""

    line: int
    when: When
    wanted: Wanted
    within_s: float


class Check(NamedTuple):
    """Something must be true at this moment."""

    line: int
    when: When
    wanted: Wanted


Step = Act | Wait | Check


class Scenario(NamedTuple):
    """A file that was understood."""

    title: str
    story: str
    device: Mapping[str, Any]
    person: Mapping[str, Any]
    limits: Limits
    timeline: tuple[Step, ...]
    must: Wanted  # at the end
    always: Wanted
    black_box: str | None = None  # a recording that is played instead of a timeline


def parsed(text: str) -> Scenario:
    """What `text` says. Raises `ScenarioError`: a line for each problem, "line N: ..."."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"is not TOML: {error}; mend that line") from error
    except RecursionError as error:
        raise ScenarioError("is nested too deeply to be a scenario; write it flatter") from error
    lines = lines_of(text)
    version = document.get("format", FORMAT)
    if version != FORMAT:  # of another version no other word means anything
        told = f"format = {version!r}: must be {FORMAT}, the version that is understood here"
        raise ScenarioError(f"line {line_of(lines, ('format',))}: {told}")
    reading = _Reading(document, lines)
    scenario = reading.scenario()
    if reading.problems:
        found = sorted(set(reading.problems))
        raise ScenarioError("\n".join(f"line {line}: {what}" for line, what in found))
    return scenario


class _Reading:
    """One document, and what was found wrong with it."""

    def __init__(self, document: Mapping[str, Any], lines: Mapping[Path, int]) -> None:
        self._document, self._lines = document, lines
        self.problems: list[tuple[int, str]] = []

    def _wrong(self, path: Path, what: str) -> None:
        self.problems.append((line_of(self._lines, path), what))

    def scenario(self) -> Scenario:
        """Everything, with a problem for each thing that cannot be used."""
        document = self._document
        head_names = [word.name for word in HEAD]
        head = self._filled((), {name: document[name] for name in head_names if name in document},
                            HEAD, "")  # fmt: skip
        for name in document:
            if name not in (*head_names, *TABLES):
                self._wrong((name,), f"{name}: {unknown(name, (*head_names, *TABLES))}")
        values = {name: self._filled((name,), self._table(name), words, f"[{name}] ")
                  for name, words in SECTIONS.items()}  # fmt: skip
        recording = "recording" in document
        box = self._filled(("recording",), self._table("recording"), RECORDING, "[recording] ") \
            if recording else {}  # fmt: skip
        self._one_story(recording)
        timeline = tuple(self._steps())
        if not self.problems:
            self._order(timeline)
        return Scenario(
            str(head.get("title")), str(head.get("story")).strip(), values["device"],
            values["person"], self._limits(values["device"]), timeline,
            self._wanted(("must",), self._table("must")),
            self._wanted(("always",), self._table("always")), box.get("black_box"),
        )  # fmt: skip

    def _one_story(self, recording: bool) -> None:
        """Either things happen, or a recording is played."""
        if recording == ("timeline" in self._document):
            also = "leave one out" if recording else "there is neither"
            self._wrong(("timeline",), f"a scenario has a timeline or a [recording]; {also}")
        for name in ("device", "person", "limits", "always"):
            if recording and name in self._document:
                self._wrong((name,), f"[{name}]: a [recording] has its own; leave this out")
        if "must" not in self._document:
            self._wrong((), "[must] is missing: say what has to be true at the end")

    def _table(self, name: str) -> Mapping[str, Any]:
        table = self._document.get(name, {})
        if isinstance(table, dict):
            return table
        self._wrong((name,), f"{name}: must be a section, [{name}]")
        return {}

    def _limits(self, device: Mapping[str, Any]) -> Limits:
        given = self._table("limits")
        for name in given:
            if name == "tick_s":
                self._wrong(("limits", name), "[limits] tick_s: set rate_hz in [device] instead")
                continue
            for what in limit_table.problems({name: given[name]}):
                self._wrong(("limits", name), f"[limits] {what}")
        return Limits() if self.problems else Limits(**given, tick_s=1.0 / device["rate_hz"])

    def _filled(
        self, path: Path, given: Mapping[str, Any], words: Sequence[Word], where: str
    ) -> dict[str, Any]:
        """The values of `words`, given or by default. Keys that are no such word are wrong."""
        self._check(path, given, {word.name: word for word in words}, where)
        for word in words:
            if word.default is REQUIRED and word.name not in given:
                must = f"is missing; {word.allowed} ({word.comment})"
                self._wrong(path, f"{where}{word.name} {must}")
        return {word.name: given.get(word.name, word.default) for word in words}

    def _check(
        self,
        path: Path,
        given: Mapping[str, Any],
        known: Mapping[str, Word] | Mapping[str, Criterion],
        where: str,
    ) -> None:
        """Keys that nobody knows, and values that do not fit, are wrong."""
        for name, value in given.items():
            one = known.get(name)
            if one is None:
                self._wrong((*path, name), f"{where}{name}: {unknown(name, known)}")
            elif not one.fits(value):
                must = f"must be {one.allowed} ({one.comment})"
                self._wrong((*path, name), f"{where}{name} = {value!r}: {must}")

    def _wanted(self, path: Path, given: Any) -> Wanted:
        """Criteria, checked."""
        where = f"{path[-1]}: "
        if not isinstance(given, dict):
            self._wrong(path, f"{where}must be a list of criteria in braces")
            given = {}
        self._check(path, given, CRITERION, where)
        return Wanted(line_of(self._lines, path), given)

    def _steps(self) -> Iterable[Step]:
        entries = self._document.get("timeline", [])
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            self._wrong(("timeline",), "timeline: must be a list of lines in braces")
            return
        for number, entry in enumerate(entries):
            step = self._step(("timeline", number), entry)
            if step is not None:
                yield step

    def _step(self, path: Path, entry: Mapping[str, Any]) -> Step | None:
        kinds = [kind for kind in KINDS if kind in entry]
        if len(kinds) != 1:
            self._wrong(path, f"timeline: a line has one of {', '.join(KINDS)}")
            return None
        kind, line = kinds[0], line_of(self._lines, path)
        rest = {name: value for name, value in entry.items() if name != kind}
        if kind == "do":
            return self._act(path, line, entry["do"], rest)
        words = (*WHEN, WITHIN) if kind == "until" else WHEN
        values = self._filled(path, rest, words, f"timeline, {kind}: ")
        wanted = self._wanted((*path, kind), entry[kind])
        if kind == "until":
            return Wait(line, self._when(path, values), wanted, values["within_s"])
        return Check(line, self._when(path, values), wanted)

    def _act(self, path: Path, line: int, name: Any, rest: Mapping[str, Any]) -> Act | None:
        verb = VERB.get(name) if isinstance(name, str) else None
        if verb is None:
            self._wrong((*path, "do"), f"timeline: do = {name!r}: {unknown(str(name), VERB)}")
            return None
        values = self._filled(
            path, rest, (*WHEN, *AROUND, *verb.words), f'timeline, "{verb.name}": '
        )
        given = {word.name: values[word.name] for word in verb.words}
        if verb.name == "ask":
            self._level(path, given)
        elif values["refused"] is not None:
            self._wrong((*path, "refused"), 'timeline: only "ask" can be refused')
        return Act(line, self._when(path, values), verb, given, values["motor_off_within_ms"],
                   values["refused"])  # fmt: skip

    def _level(self, path: Path, given: Mapping[str, Any]) -> None:
        if (given["what"] == "level") != (given["level"] is not None):
            self._wrong(path, 'timeline, "ask": level belongs to what = "level", and only there')

    def _when(self, path: Path, values: Mapping[str, Any]) -> When:
        if values["at_s"] is not None and values["after_s"] is not None:
            self._wrong(path, "timeline: at_s and after_s exclude each other; leave one out")
        return When(values["at_s"], values["after_s"] or 0.0)

    def _order(self, timeline: Iterable[Step]) -> None:
        """Times since the beginning grow."""
        before_s = 0.0
        for step in timeline:
            if step.when.at_s is not None and step.when.at_s < before_s:
                what = f"at_s = {step.when.at_s:g}: an earlier line has at_s = {before_s:g} already"
                self.problems.append((step.line, f"timeline: {what}; put it before that one"))
            before_s = max(before_s, step.when.at_s or 0.0)


UNKNOWABLE = tuple(one.name for one in CRITERIA if one.truth)
"""What nobody but a simulated plant can tell."""
