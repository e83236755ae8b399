"""What became of scenarios, for a program and for a person."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple


class Failure(NamedTuple):
    """Something was not as it must be."""

    line: int
    at_s: float
    says: str


class Outcome(NamedTuple):
    """What became of a scenario."""

    file: str
    title: str
    simulated_s: float
    failures: tuple[Failure, ...]
    errors: tuple[str, ...] = ()  # why it could not be read

    @property
    def passed(self) -> bool:
        """Everything was as it must be."""
        return not (self.failures or self.errors)

    def facts(self) -> dict[str, Any]:
        """As printed."""
        return {
            "file": self.file,
            "title": self.title,
            "passed": self.passed,
            "simulated_s": round(self.simulated_s, 3),
            "failures": [one._asdict() for one in self.failures],
            "errors": list(self.errors),
        }


def in_json(outcomes: Sequence[Outcome]) -> str:
    """One object: how many passed, and each one."""
    passed = sum(one.passed for one in outcomes)
    whole = {"passed": passed, "failed": len(outcomes) - passed}
    return json.dumps({**whole, "scenarios": [one.facts() for one in outcomes]}, ensure_ascii=False)


def in_words(outcomes: Sequence[Outcome]) -> str:
    """The same for a person: a line each, and under it what was not as it must be."""
    lines = []
    for one in outcomes:
        verdict = "ok" if one.passed else "FAILED"
        lines.append(f"{verdict:6}  {one.simulated_s:7.1f} s  {one.title or one.file}")
        lines += [f"        {error}" for error in one.errors]
        lines += [f"        {one.file}, line {failure.line}, at {failure.at_s:g} s: {failure.says}"
                  for failure in one.failures]  # fmt: skip
    failed = sum(not one.passed for one in outcomes)
    return "\n".join(
        [*lines, f"{len(outcomes)} scenario{'s' * (len(outcomes) != 1)}, {failed} failed"]
    )
