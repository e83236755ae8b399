"""When a tick was: never in the future, never back, and what was held up shows its age."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.mcu_clock import TICKS, WINDOW_S, McuClock

FLIGHT_S = 0.002


class Wire:
    """A microcontroller that says its tick, and a clock that dates it."""

    def __init__(self, ratio: float = 1.0, boot_s: float = 3.9) -> None:
        self.clock, self.ratio, self.boot_s = McuClock(), ratio, boot_s

    def dated(self, sampled_at_s: float, held_s: float = 0.0) -> float:
        """A frame sampled then, arriving after its flight and what held it up."""
        tick_ms = int((self.boot_s + sampled_at_s * self.ratio) * 1000.0) % TICKS
        return self.clock.taken_at_s(tick_ms, sampled_at_s + FLIGHT_S + held_s)


def test_a_frame_is_dated_within_its_flight_and_a_tick() -> None:
    wire = Wire()
    for count in range(5000):
        at_s = count * 0.004
        assert at_s - 0.001 <= wire.dated(at_s) <= at_s + FLIGHT_S + 1e-9


def test_a_frame_that_was_held_up_shows_its_age() -> None:
    wire = Wire()
    for count in range(500):
        wire.dated(count * 0.004)
    assert wire.dated(2.0, held_s=0.050) == pytest.approx(2.0 + FLIGHT_S, abs=0.0011)


def test_a_wire_that_has_become_slow_shows_it_for_half_a_second_at_least() -> None:
    wire = Wire()
    for count in range(500):
        wire.dated(count * 0.004)
    for count in range(500, 500 + int(WINDOW_S / 0.004)):
        at_s = count * 0.004
        assert wire.dated(at_s, held_s=0.050) <= at_s + FLIGHT_S + 0.0011
    assert not wire.clock.drifts


@given(seed=st.integers(0, 2**32), ratio=st.floats(0.9, 1.1), worst_s=st.floats(0.0, 0.1))
def test_whatever_the_wire_does_time_never_goes_back_and_never_runs_ahead(
    seed: int, ratio: float, worst_s: float
) -> None:
    random = Random(seed)
    wire = Wire(ratio, boot_s=random.uniform(0.0, 5.0))
    sampled_s = arrived_s = 0.0
    dated: list[float] = []
    for _ in range(400):
        sampled_s += random.choice((0.001, 0.004, 0.010, 0.3))
        arrived_s = max(arrived_s, sampled_s + FLIGHT_S + random.random() * worst_s)
        dated.append(wire.dated(sampled_s, arrived_s - sampled_s - FLIGHT_S))
        assert dated[-1] <= arrived_s + 1e-9
    assert all(before <= after + 1e-9 for before, after in pairwise(dated))


@pytest.mark.parametrize(
    ("ratio", "drifts"),
    [(1.0, False), (0.995, False), (1.03, False), (0.97, False), (0.93, True), (1.07, True),
     (2.0, True), (0.5, True)],
)  # fmt: skip
def test_a_clock_that_is_5_percent_off_is_noticed_within_two_seconds(
    ratio: float, drifts: bool
) -> None:
    wire = Wire(ratio)
    for count in range(500):
        wire.dated(count * 0.004)
    assert wire.clock.drifts is drifts


def test_a_drift_is_over_when_the_clocks_agree_again() -> None:
    wire = Wire(2.0)
    for count in range(500):
        wire.dated(count * 0.004)
    assert wire.clock.drifts
    wire.ratio, wire.boot_s = 1.0, wire.boot_s + 2.0
    for count in range(500, 1000):
        wire.dated(count * 0.004)
    assert not wire.clock.drifts


def test_a_resonator_half_a_percent_slow_costs_five_milliseconds_at_most() -> None:
    wire = Wire(0.995)
    for count in range(2000):
        at_s = count * 0.004
        assert wire.dated(at_s) >= at_s - 0.0062
