"""Limit crossed to power-off command, at worst: a hundred thousand spikes per rate.

The production `step()` runs from a warmed-up RUNNING state, forked for each spike; the samples
come from a continuous truth without noise, at every phase, fresh or almost a tick old; the judge
is the oracle in `tests/spikes.py`, which shares no code with the kernel. The bar: two sample
periods and one tick.
"""

from collections.abc import Callable
from itertools import product
from math import inf

import numpy as np
import pytest

from controller.limits import Limits
from controller.modes import Mode, Request, Sitting, State
from controller.safety import step
from controller.watch import Watch
from hardware.roller import Sample
from tests.spikes import HORIZON_S, SHAPES, Floats, Spikes, crossings_s, drawn

RATES_HZ = (1000, 250)
REFERENCES_KPA = (6.0, 15.0, 25.0, 32.0, 40.0)
BASES = (0.75, 1.0, 1.2)  # of the reference
AGES = (0.0, 0.35, 0.97)  # of a tick: how old a sample is when the tick sees it
COUNT_EACH = 2600
WARM_TICKS = 80
RIPPLE_KPA = 1e-6


def request_at(reference_kpa: float) -> Request:
    """A massage at level 10, so that only the pressure can stop it."""
    return Request(speed_cm_s=8.0, level=10, reference_kpa=reference_kpa, place=0.4, recorded=1)


def sample_at(at_s: float, kpa: float) -> Sample:
    """From a whole machine."""
    return Sample(at_s, kpa, kpa, motor_current_ma=200.0, gate_on=True)


def warmed_up(limits: Limits, request: Request, base_kpa: float, age_s: float) -> State:
    """RUNNING over a calm foot for a while; the last tick was at 0 s."""
    before_s = -WARM_TICKS * limits.tick_s
    sitting = Sitting(number=1, opened_at_s=before_s)
    state = State(Mode.RUNNING, before_s, Watch(before_s), sitting=sitting)
    for tick in range(1 - WARM_TICKS, 1):
        now_s = tick * limits.tick_s
        sample = sample_at(now_s - age_s, base_kpa + RIPPLE_KPA * (tick % 2))
        state, drive = step(state, request, sample, limits, now_s)
    assert state.mode is Mode.RUNNING
    assert drive.gate
    assert drive.duty > 0.0
    return state


def power_off_s(
    state: State, request: Request, samples: list[tuple[float, float]], limits: Limits
) -> float:
    """When the first command without gate and duty comes; inf: not at all."""
    for tick, (at_s, kpa) in enumerate(samples, 1):
        now_s = tick * limits.tick_s
        state, drive = step(state, request, sample_at(at_s, kpa), limits, now_s)
        if not drive.gate and drive.duty == 0.0:
            return now_s
    return inf


def latencies_s(spikes: Spikes, age_s: float, limits: Limits) -> tuple[list[float], list[float]]:
    """From crossing to power-off, of spikes that T1 rules and of those that T2 rules."""
    request = request_at(spikes.reference_kpa)
    state = warmed_up(limits, request, spikes.base_kpa, age_s)
    level_s, rise_s = crossings_s(spikes, limits.tick_s)
    ruled_s = np.minimum(level_s, rise_s)
    ticks = np.arange(1, round(HORIZON_S / limits.tick_s))
    at_s: Floats = (ticks * limits.tick_s - age_s).astype(np.float64)
    seen_kpa = spikes.kpa(at_s[None, :])
    by_level: list[float] = []
    by_rise: list[float] = []
    for row in np.flatnonzero(ruled_s < HORIZON_S - 4.0 * limits.tick_s):
        samples = list(zip(at_s.tolist(), seen_kpa[row].tolist(), strict=True))
        late_s = power_off_s(state, request, samples, limits) - float(ruled_s[row])
        (by_level if level_s[row] < rise_s[row] else by_rise).append(late_s)
        assert late_s <= 3.0 * limits.tick_s + 1e-9, told(spikes, int(row), age_s, late_s)
    return by_level, by_rise


def told(spikes: Spikes, row: int, age_s: float, late_s: float) -> str:
    """One spike, to find it again."""
    return (
        f"{SHAPES[spikes.shape[row]]}: {spikes.height_kpa[row]:.3f} kPa in"
        f" {spikes.rise_s[row] * 1e3:.3f} ms, held {spikes.hold_s[row] * 1e3:.3f} ms, over"
        f" {spikes.base_kpa:g} kPa (reference {spikes.reference_kpa:g}), begun"
        f" {spikes.begins_s[row] * 1e3:.4f} ms after a tick, samples {age_s * 1e3:.2f} ms old:"
        f" off {late_s * 1e3:.3f} ms after it was ruled"
    )


@pytest.mark.hazard("spike/in-time")
@pytest.mark.long
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_power_is_off_within_two_samples_and_a_tick(
    rate_hz: int, record_property: Callable[[str, object], None]
) -> None:
    limits = Limits(tick_s=1.0 / rate_hz)
    rng = np.random.default_rng(rate_hz)
    level: list[float] = []
    rise: list[float] = []
    for reference_kpa, base, age in product(REFERENCES_KPA, BASES, AGES):
        spikes = drawn(rng, COUNT_EACH, reference_kpa, base * reference_kpa, limits.tick_s)
        by_level, by_rise = latencies_s(spikes, age * limits.tick_s, limits)
        level += by_level
        rise += by_rise
    for rule, late in (("T1", level), ("T2", rise)):
        record_property(
            "figure",
            f"power-off at {rate_hz} Hz, {len(late)} spikes ruled by {rule}: "
            f"{max(late) * 1e3:.3f} ms at worst, bar {3e3 / rate_hz:g} ms",
        )
    assert len(level) >= 5_000
    assert len(level) + len(rise) >= 100_000
