"""docs/safety.md says what the tests show: a hazard without one fails here."""

from pathlib import Path

import pytest

from tests import safety_page
from tests.safety_page import NEVER_RUN, PAGE, controls, made, marks, marks_in, table


def test_the_page_is_current() -> None:
    """Make it anew with: python -m tests.safety_page"""
    assert PAGE.read_text(encoding="utf-8") == made()


def test_every_control_is_shown_and_every_mark_names_one() -> None:
    assert {one.control for one in marks()} == set(controls())


def test_every_hazard_has_a_control() -> None:
    for name in table()["hazard"]:
        assert any(one.startswith(f"{name}/") for one in controls()), name


def test_what_shows_a_control_is_run_every_time() -> None:
    for one in marks():
        assert not set(one.others) & set(NEVER_RUN), one


def test_a_mark_is_found_with_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety_page, "TESTS", tmp_path)
    (tmp_path / "test_one.py").write_text(
        "pytestmark = pytest.mark.long\n"
        "@pytest.mark.campaign\n"
        "@pytest.mark.hazard('a/b', 'a/c')\n"
        "def test_it(): ...\n"
    )
    found = list(marks_in("test_one.py"))
    assert [(one.control, one.test) for one in found] == [("a/b", "test_it"), ("a/c", "test_it")]
    assert {"long", "campaign"} <= set(found[0].others)
