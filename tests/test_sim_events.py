"""The table of events against device.md, and that draws fill their ranges and nothing else."""

from random import Random

import pytest

from sim.acts import FootOff
from sim.events import EVENTS, drawn_event

DRAWS = 1000
# What device.md says, copied by hand: class, harmful, parameter, unit, low, high.
SAID = [
    ("jam", True, "rise_s", "s", 0.005, 0.030),
    ("flinch", True, "kick_n", "N", 30.0, 100.0),
    ("flinch", True, "rise_s", "s", 0.050, 0.150),
    ("cramp", True, "newtons", "N", 20.0, 60.0),
    ("cramp", True, "rise_s", "s", 0.100, 0.400),
    ("stands up", True, "newtons", "N", 200.0, 700.0),
    ("stands up", True, "rise_s", "s", 0.200, 0.500),
    ("bounces", False, "newtons", "N", 5.0, 10.0),
    ("bounces", False, "hz", "Hz", 1.0, 3.0),
    ("shifts", False, "newtons", "N", 20.0, 40.0),
    ("shifts", False, "rise_s", "s", 0.150, 0.400),
]


def drawn(name: str, parameter: str) -> list[float]:
    rng = Random(3)
    return [getattr(drawn_event(EVENTS[name], rng), parameter) for _ in range(DRAWS)]


@pytest.mark.parametrize(("name", "harmful", "parameter", "unit", "low", "high"), SAID)
def test_the_table_is_what_the_design_says(
    name: str, harmful: bool, parameter: str, unit: str, low: float, high: float
) -> None:
    kind = EVENTS[name]
    one = kind.ranges[parameter]
    assert (kind.harmful, one.unit, one.low, one.high) == (harmful, unit, low, high)
    assert "device.md" in one.source


def test_the_table_is_closed_and_tells_the_harmful_from_the_harmless() -> None:
    harmful = {name for name, kind in EVENTS.items() if kind.harmful}
    assert harmful == {"jam", "flinch", "cramp", "stands up"}
    assert set(EVENTS) - harmful == {"bounces", "shifts", "talks", "pulls away"}
    assert EVENTS["cramp"].ranges["hold_s"].low >= 1.0


@pytest.mark.parametrize(
    ("name", "parameter"), [(name, one) for name, kind in EVENTS.items() for one in kind.ranges]
)
def test_draws_fill_their_range_evenly(name: str, parameter: str) -> None:
    one = EVENTS[name].ranges[parameter]
    values = drawn(name, parameter)
    assert one.low <= min(map(abs, values)) <= max(map(abs, values)) <= one.high
    shares = [(abs(value) - one.low) / (one.high - one.low) for value in values]
    for tenth in range(10):
        assert 60 < sum(tenth <= 10.0 * share < tenth + 1 for share in shares) < 145
    below = sum(value < 0.0 for value in values)
    assert 420 < below < 580 if one.either_way else below == 0


def test_every_range_has_a_unit_and_a_source() -> None:
    for kind in EVENTS.values():
        for one in kind.ranges.values():
            assert one.low < one.high
            assert one.unit in ("N", "s", "Hz")
            assert one.source


@pytest.mark.parametrize("name", EVENTS)
def test_the_same_seed_is_the_same_event(name: str) -> None:
    kind = EVENTS[name]
    assert drawn_event(kind, Random(9)) == drawn_event(kind, Random(9))
    if kind.ranges:
        assert drawn_event(kind, Random(9)) != drawn_event(kind, Random(10))
    else:
        assert drawn_event(kind, Random(9)) == FootOff()
