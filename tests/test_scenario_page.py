"""docs/scenarios.md tells every word of the format, and its example is one that is played."""

import pytest

from controller.scenario_keys import (
    AROUND,
    CRITERIA,
    HEAD,
    RECORDING,
    SECTIONS,
    VERBS,
    WHEN,
    WITHIN,
)
from tests.scenario_page import EXAMPLE, PAGE, made

WORDS = [
    word.name
    for words in (HEAD, *SECTIONS.values(), RECORDING, WHEN, (WITHIN,), AROUND,
                  *(verb.words for verb in VERBS))
    for word in words
]  # fmt: skip


def test_the_page_is_current() -> None:
    """Make it anew with: python -m tests.scenario_page"""
    assert PAGE.read_text(encoding="utf-8") == made()


@pytest.mark.parametrize(
    "word", [*WORDS, *(verb.name for verb in VERBS), *(one.name for one in CRITERIA)]
)
def test_every_word_is_on_the_page(word: str) -> None:
    assert f"`{word}`" in PAGE.read_text(encoding="utf-8")


def test_the_example_is_one_that_is_played() -> None:
    assert EXAMPLE.exists()
    assert EXAMPLE.read_text(encoding="utf-8").rstrip("\n") in PAGE.read_text(encoding="utf-8")
