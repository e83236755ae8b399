"""Seeded spikes as continuous truth, and the oracle that says when they had to be noticed.

Nothing here knows the kernel: numbers are the specification's, the instants are found by looking
at the truth itself, between the samples too. The kernel sees only `Spikes.kpa(...)` at its sample
instants. Arrays hold one spike per row; times are seconds since the last calm tick, where each
spike begins a random fraction of a sample period later.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVEL_KPA = 75.0
RISE_KPA, RISE_RATIO, RISE_WINDOW_S, RISE_ABOVE_KPA = 10.0, 0.4, 0.020, 7.5
HORIZON_S = 0.160
RELIEF_SHARE = 0.4
SCAN_S = 0.0002
MARGIN_KPA = 1e-5
"""So much beyond a limit is beyond it: the calm lead-in ripples by less."""

RAMP_AND_HOLD, RAMP, COSINE, PULSE, RELIEF = range(5)
SHAPES = (
    "ramp and hold",
    "ramp",
    "raised cosine and hold",
    "raised cosine, hold and release",
    "raised cosine from a relief",
)


@dataclass(frozen=True, slots=True)
class Spikes:
    """Many spikes of one reference and resting pressure."""

    reference_kpa: float
    base_kpa: float
    shape: npt.NDArray[np.int64]
    begins_s: Floats  # after the last calm tick, less than one sample period
    height_kpa: Floats  # above the base; RAMP goes on for ever with height/rise
    rise_s: Floats  # 5 ms jams to slow ramps
    hold_s: Floats  # of PULSE; RELIEF: the leg eases off for so long before

    def kpa(self, at_s: Floats) -> Floats:
        """The truth at `at_s`, one row per spike."""
        relief = (self.shape == RELIEF)[:, None]
        since_s = at_s - self.begins_s[:, None]
        eased = np.where(relief, np.clip(since_s / self.hold_s[:, None], 0.0, 1.0), 0.0)
        since_s = np.where(relief, since_s - self.hold_s[:, None], since_s)
        up = since_s / self.rise_s[:, None]
        down = (since_s - (self.rise_s + self.hold_s)[:, None]) / self.rise_s[:, None]
        shape = self.shape[:, None]
        held = np.clip(up, 0.0, 1.0)
        share = np.where(shape == RAMP, np.maximum(up, 0.0), held)
        share = np.where(shape >= COSINE, (1.0 - np.cos(np.pi * held)) / 2.0, share)
        released = (1.0 + np.cos(np.pi * np.clip(down, 0.0, 1.0))) / 2.0
        share = np.where(shape == PULSE, share * released, share)
        eased_kpa = RELIEF_SHARE * self.base_kpa * (1.0 - np.cos(np.pi * eased)) / 2.0
        return self.base_kpa - eased_kpa + self.height_kpa[:, None] * share


def drawn(
    rng: np.random.Generator, count: int, reference_kpa: float, base_kpa: float, period_s: float
) -> Spikes:
    """Spikes over all shapes, slopes from 2 ms to 250 ms, all phases of the sample grid."""
    slow = rng.random(count) < 0.15
    jam_s = np.exp(rng.uniform(np.log(0.002), np.log(0.080), count))
    height_kpa = rng.uniform(8.0, 150.0, count)
    # Slow ones pass 75 kPa, and rise by 60 to 100 % of what the rate rule allows.
    allowed_kpa_s = max(RISE_KPA, RISE_RATIO * reference_kpa) / RISE_WINDOW_S
    slow_kpa = LEVEL_KPA + rng.uniform(1.0, 40.0, count) - base_kpa
    slow_s = slow_kpa / (allowed_kpa_s * rng.uniform(0.6, 1.0, count))
    shape = np.where(slow, rng.integers(0, 2, count), rng.integers(0, 5, count))
    return Spikes(
        reference_kpa,
        base_kpa,
        shape,
        rng.uniform(0.0, period_s, count),
        np.where(slow, slow_kpa, height_kpa),
        np.where(slow, slow_s, jam_s),
        np.where(
            shape == RELIEF,
            rng.uniform(0.020, 0.060, count),
            rng.uniform(3.0 * period_s, 0.040, count),
        ),
    )


def _over_level(spikes: Spikes, at_s: Floats) -> npt.NDArray[np.bool_]:
    return spikes.kpa(at_s) > LEVEL_KPA + MARGIN_KPA


def _over_rise(spikes: Spikes, at_s: Floats) -> npt.NDArray[np.bool_]:
    now_kpa = spikes.kpa(at_s)
    rise_kpa = now_kpa - spikes.kpa(at_s - RISE_WINDOW_S)
    allowed_kpa = max(RISE_KPA, RISE_RATIO * spikes.reference_kpa)
    above = now_kpa > spikes.reference_kpa + RISE_ABOVE_KPA + MARGIN_KPA
    return above & (rise_kpa > allowed_kpa + MARGIN_KPA)


def crossings_s(spikes: Spikes, period_s: float) -> tuple[Floats, Floats]:
    """When each spike first breaks T1 and T2 in truth; inf: never.

    T1 needs two samples: it counts where the truth stays over the level for two periods. So does
    T2 out of a relief, whose lowest point the median of three must take for a glitch when it is
    as short as a sample. Every other shape counts from the first instant.
    """
    grid_s = np.arange(0.0, HORIZON_S, SCAN_S)[None, :]
    over = _lasting(_over_level(spikes, grid_s), period_s)
    rises = _over_rise(spikes, grid_s)
    relief = (spikes.shape == RELIEF)[:, None]
    rises = np.where(relief, _lasting(rises, period_s), rises)
    return (
        _first_s(spikes, over, grid_s, _over_level),
        _first_s(spikes, rises, grid_s, _over_rise),
    )


def _lasting(broken: npt.NDArray[np.bool_], period_s: float) -> npt.NDArray[np.bool_]:
    """Where a rule stays broken for two sample periods from there on."""
    lasting = broken.copy()
    for ahead in range(1, round(2.0 * period_s / SCAN_S) + 2):
        lasting[:, :-ahead] &= broken[:, ahead:]
    return lasting


def _first_s(spikes: Spikes, broken: npt.NDArray[np.bool_], grid_s: Floats, rule: object) -> Floats:
    """The first instant, found on the grid and then narrowed down between its points."""
    assert callable(rule)
    first = broken.argmax(axis=1)
    high_s = grid_s[0, first]
    low_s = high_s - SCAN_S
    for _ in range(24):
        middle_s = (low_s + high_s) / 2.0
        yes = rule(spikes, middle_s[:, None])[:, 0]
        low_s, high_s = np.where(yes, low_s, middle_s), np.where(yes, middle_s, high_s)
    return np.where(broken.any(axis=1), high_s, np.inf)
