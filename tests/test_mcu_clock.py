"""When a tick was: never in the future, never back, and what was held up shows its age."""

from collections.abc import Callable
from itertools import pairwise
from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.mcu_clock import COMPARED_S, TICKS, McuClock

FLIGHT_S = 0.002


def none(_at_s: float) -> float:
    return 0.0


class Wire:
    """A microcontroller that says its tick, and a clock that dates it."""

    def __init__(self, ratio: float = 1.0, boot_s: float = 3.9) -> None:
        self.clock, self.ratio, self.boot_s = McuClock(), ratio, boot_s
        self.dated_s, self.oldest_s = -inf, 0.0
        """So much older than it was, a frame was dated."""

    def dated(self, sampled_at_s: float, held_s: float = 0.0, asked_at_s: float = -inf) -> float:
        """A frame sampled then, arriving after its flight and what held it up."""
        tick_ms = int((self.boot_s + sampled_at_s * self.ratio) * 1000.0) % TICKS
        return self.clock.taken_at_s(tick_ms, sampled_at_s + FLIGHT_S + held_s, asked_at_s)

    def asked(self, until: int, since: int = 0, held: Callable[[float], float] = none) -> None:
        """So many frames, 4 ms apart; every third is the first after the answer to a question."""
        asked_at_s = -inf
        for count in range(since, until):
            at_s = count * 0.004
            if count % 3 == 0:
                asked_at_s = at_s - 0.001
            held_s = held(at_s)
            dated_s = self.dated(at_s, held_s, asked_at_s)
            assert self.dated_s <= dated_s <= at_s + FLIGHT_S + held_s + 1e-9
            self.dated_s, self.oldest_s = dated_s, max(self.oldest_s, at_s - dated_s)


def test_a_frame_is_dated_within_its_flight_and_a_tick() -> None:
    wire = Wire()
    for count in range(5000):
        at_s = count * 0.004
        assert at_s - 0.001 <= wire.dated(at_s) <= at_s + FLIGHT_S + 1e-9


def test_a_frame_that_was_held_up_shows_its_age() -> None:
    wire = Wire()
    for count in range(500):
        wire.dated(count * 0.004)
    shown_s = 2.0 + FLIGHT_S + 0.050 - wire.dated(2.0, held_s=0.050)
    assert 0.050 - 0.006 <= shown_s <= 0.050, "less what is forgotten in that time"


def test_a_wire_that_has_become_slow_shows_it_for_a_while() -> None:
    wire = Wire()
    for count in range(500):
        wire.dated(count * 0.004)
    for count in range(500, 550):
        at_s = count * 0.004
        assert wire.dated(at_s, held_s=0.050) <= at_s + FLIGHT_S + 0.050 - 0.024
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
    [(1.0, False), (0.995, False), (1.03, False), (0.97, False), (0.949, True), (1.051, True),
     (0.93, True), (1.07, True), (2.0, True), (0.5, True)],
)  # fmt: skip
def test_a_clock_that_is_5_percent_off_is_noticed_within_three_seconds(
    ratio: float, drifts: bool
) -> None:
    wire = Wire(ratio)
    wire.asked(int(COMPARED_S / 0.004) + 4)
    assert wire.clock.drifts is drifts


@pytest.mark.parametrize(("ratio", "ticks"), [(0.5, 10), (2.0, 10), (0.8, 30), (1.2, 30)])
def test_the_more_it_is_off_the_sooner_it_is_noticed(ratio: float, ticks: int) -> None:
    wire = Wire(ratio)
    wire.asked(ticks)
    assert wire.clock.drifts


@pytest.mark.parametrize("ratio", [0.951, 0.9, 0.7, 0.5])
def test_a_clock_that_is_slow_makes_no_sample_old(ratio: float) -> None:
    """It is told as such, and not as a sensor that has fallen silent."""
    wire = Wire(ratio)
    wire.asked(1000)
    assert wire.oldest_s < 0.014


@pytest.mark.parametrize("per_s", [0.02, 0.2, 0.8])
def test_a_delay_that_creeps_is_no_clock_that_is_off(per_s: float) -> None:
    wire = Wire()
    wire.asked(1000, held=lambda at_s: per_s * at_s)
    assert not wire.clock.drifts


@given(seed=st.integers(0, 2**32), ratio=st.floats(0.97, 1.03), worst_s=st.floats(0.0, 0.1))
def test_whatever_the_wire_does_a_clock_that_is_right_is_not_called_wrong(
    seed: int, ratio: float, worst_s: float
) -> None:
    random, arrived_s = Random(seed), 0.0
    wire = Wire(ratio)

    def held(at_s: float) -> float:
        nonlocal arrived_s
        arrived_s = max(arrived_s, at_s + random.random() * worst_s)
        return arrived_s - at_s

    for count in range(0, 840, 70):
        wire.asked(count + 70, count, held)
        assert not wire.clock.drifts


def test_a_drift_is_over_when_the_clocks_agree_again() -> None:
    wire = Wire(2.0)
    wire.asked(500)
    assert wire.clock.drifts
    wire.ratio, wire.boot_s = 1.0, wire.boot_s + 2.0
    wire.asked(2100, 501)
    assert not wire.clock.drifts


def test_a_resonator_half_a_percent_slow_costs_two_milliseconds_at_most() -> None:
    wire = Wire(0.995)
    for count in range(2000):
        at_s = count * 0.004
        assert wire.dated(at_s) >= at_s - 0.0022
