"""docs/safety.md, made by `python -m tests.safety_page` from tests/hazards.toml and the marks."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parent
PAGE = TESTS.parent / "docs" / "safety.md"
TABLE = TESTS / "hazards.toml"
ABOUT = ("harm", "cause")
NEVER_RUN = ("skip", "skipif", "xfail", "campaign")
"""Marks of a test that shows nothing in `make test`."""

HEAD = """# What may hurt, and what is done about it

Hazard, cause, control, test. Each control is shown by at least one test; `make test` runs
them all. Single faults in every mode, with their deadlines, are a matrix of their own:
`footloop-sim faults`. This is a hobby machine's own analysis. It claims no certification, no
compliance with any standard and no medical benefit; the panel's Stop is no emergency stop, the
wired switch in the motor's supply is the one to reach for.
"""
RESIDUAL = """## What remains

Against what stands here nothing is built or shown; who lends the machine to a friend should know.
"""
FOOT = """Made by `python -m tests.safety_page` from `tests/hazards.toml` and the tests' own marks;
`tests/test_safety_page.py` holds it against both.
"""


class Mark(NamedTuple):
    """One test, and the control that it shows."""

    control: str  # hazard/control
    file: str
    test: str
    others: tuple[str, ...]  # its other marks


def table() -> dict[str, dict[str, dict[str, str]]]:
    """Every hazard with its controls."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def controls() -> dict[str, str]:
    """What each control does, by hazard/control."""
    return {
        f"{name}/{key}": text
        for name, one in table()["hazard"].items()
        for key, text in one.items()
        if key not in ABOUT
    }


def marks() -> list[Mark]:
    """Every mark of every test, in order of file and line."""
    return [one for path in sorted(TESTS.glob("test_*.py")) for one in marks_in(path.name)]


def marks_in(file: str) -> Iterator[Mark]:
    """Those of one file."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    whole = [name for one in tree.body if _is_pytestmark(one) for name in _names(one)]
    for test in (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)):
        others = [*whole, *(name for one in test.decorator_list for name in _names(one))]
        for one in test.decorator_list:
            if isinstance(one, ast.Call) and ast.unparse(one.func) == "pytest.mark.hazard":
                for argument in one.args:
                    yield Mark(ast.literal_eval(argument), file, test.name, tuple(others))


def _is_pytestmark(one: ast.stmt) -> bool:
    return isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "pytestmark"


def _names(tree: ast.AST) -> list[str]:
    """The marks that are named in it."""
    return [
        one.attr
        for one in ast.walk(tree)
        if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "pytest.mark"
    ]


def made() -> str:
    """The page as it should be."""
    shown: dict[str, list[str]] = {}
    for one in marks():
        link = f"[{_said(one.test)}](../tests/{one.file})"
        shown.setdefault(one.control, []).append(link)
    parts = [HEAD]
    for name, hazard in table()["hazard"].items():
        rows = [
            f"| {text} | {'; '.join(shown.get(f'{name}/{key}', ()))} |"
            for key, text in hazard.items()
            if key not in ABOUT
        ]
        cause = f"Cause: {hazard['cause']}."
        lines = ("| control | shown by |", "|---|---|", *rows)
        parts.append("\n".join((f"## {hazard['harm']}", "", cause, "", *lines, "")))
    residual = [f"- {text}" for text in table()["residual"].values()]
    return "\n".join([*parts, RESIDUAL, *residual, "", FOOT])


def _said(test: str) -> str:
    return test.removeprefix("test_").replace("_", " ")


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
