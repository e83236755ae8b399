"""docs/simulator.md and its pictures are what the plant's own code makes."""

import pytest

from tests.plotted import Line, axis, plot
from tests.simulator_page import PAGE, PICTURES, made, pictures

CURRENT = pictures()


def test_the_page_is_current() -> None:
    """Make it anew with: python -m tests.simulator_page"""
    assert PAGE.read_text(encoding="utf-8") == made()


@pytest.mark.parametrize("name", CURRENT)
def test_a_picture_is_current(name: str) -> None:
    assert (PICTURES / name).read_text(encoding="utf-8") == CURRENT[name]


def test_every_picture_is_on_the_page_and_no_other_is_kept() -> None:
    kept = {path.name for path in PICTURES.iterdir()}
    assert kept == set(CURRENT)
    assert all(f"](simulator/{name})" in made() for name in kept)


def test_a_line_runs_from_corner_to_corner() -> None:
    text = plot("a", "b", "c", [Line("d", [(0.0, 0.0), (10.0, 5.0)])])
    assert 'd="M60.0,274.0 L490.0,34.0"' in text


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ((0.0, 10.0), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]),
        ((-3.0, 2.5), [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]),
        ((0.0, 0.9), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
    ],
)
def test_ticks_are_round_numbers(values: tuple[float, float], ticks: list[float]) -> None:
    assert axis(values).ticks() == pytest.approx(ticks)
