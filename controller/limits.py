"""Every limit of the machine, once: default, hard bounds, unit, source.

Settings, API, documents and the microcontroller's header read this table. A limit may be
tightened as far as its bounds go; nothing, neither file nor client, can loosen it past them.
For most limits the default is already the loosest value allowed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from controller.nearest import meant


class Bounds(NamedTuple):
    """Hard bounds of one limit, inclusive, in its unit."""

    low: float
    high: float
    unit: str
    source: str  # the line of the safety specification, or the part of the reference machine


def _limit(default: float, low: float, high: float, unit: str, source: str) -> Any:
    return field(default=default, metadata={"bounds": Bounds(low, high, unit, source)})


@dataclass(frozen=True, slots=True)
class Limits:
    """One value per limit; `bounds()` tells range, unit and source. An int counts something."""

    level_kpa: float = _limit(75.0, 40.0, 75.0, "kPa", "T1: pressure that is pain")
    level_samples: int = _limit(2, 1, 2, "samples", "T1: in a row")
    rise_kpa: float = _limit(10.0, 4.0, 10.0, "kPa", "T2: least rise that is pain")
    rise_ratio: float = _limit(0.4, 0.1, 0.4, "of reference", "T2: rise that is pain")
    rise_window_s: float = _limit(0.020, 0.020, 0.040, "s", "T2: over this time")
    rise_above_kpa: float = _limit(7.5, 0.0, 7.5, "kPa", "T2: and this far above reference")
    dose_ratio: float = _limit(1.5, 1.1, 1.5, "of reference", "T4: what exceeds it counts")
    dose_kpa_s: float = _limit(3.75, 1.0, 3.75, "kPa*s", "T4: dose that is pain")
    dose_window_s: float = _limit(0.5, 0.5, 2.0, "s", "T4: summed over this time")
    foot_kpa: float = _limit(4.0, 4.0, 6.0, "kPa", "T5: less is no foot")
    foot_gone_s: float = _limit(0.100, 0.020, 0.100, "s", "T5: for this long")
    flinch_s: float = _limit(0.300, 0.300, 1.0, "s", "T5: a rise so shortly before is a flinch")
    overload_ratio: float = _limit(1.3, 1.1, 1.3, "of reference", "T8: overload")
    overload_s: float = _limit(0.300, 0.050, 0.300, "s", "T8: for this long")
    overload_pair_s: float = _limit(60.0, 60.0, 300.0, "s", "T8: twice within this winds down")
    overload_again_s: float = _limit(1.0, 0.3, 1.0, "s", "T8: one that lasts counts again")
    ease_ratio: float = _limit(0.8, 0.5, 0.8, "of speed", "T8: 20 % slower")
    stale_s: float = _limit(0.020, 0.005, 0.020, "s", "T9: longest without a new sample")
    gap_s: float = _limit(0.010, 0.002, 0.010, "s", "T9: a gap between samples")
    gaps: int = _limit(3, 1, 3, "in 1 s", "T9: so many gaps are a fault")
    frozen_s: float = _limit(0.200, 0.050, 0.200, "s", "T9: same value while moving")
    apart_kpa: float = _limit(6.0, 2.0, 6.0, "kPa", "T9: two channels apart")
    apart_ratio: float = _limit(0.25, 0.05, 0.25, "of pressure", "T9: two channels apart")
    apart_s: float = _limit(0.050, 0.010, 0.050, "s", "T9: for this long")
    zero_kpa: float = _limit(4.0, 1.0, 4.0, "kPa", "T9: drift of the zero")
    wild_kpa: float = _limit(15.0, 5.0, 15.0, "kPa", "T9: off both neighbours, same side")
    wilds: int = _limit(3, 1, 3, "in 1 s", "T9: more wild samples are a fault")
    late_s: float = _limit(0.020, 0.005, 0.020, "s", "T13: one tick so late")
    tardy_s: float = _limit(0.010, 0.002, 0.010, "s", "T13: a tick that counts")
    tardies: int = _limit(3, 1, 3, "in 1 s", "T13: so many are a fault")
    foot_time_s: float = _limit(600.0, 60.0, 600.0, "s", "T10: rolling time per foot")
    session_time_s: float = _limit(1200.0, 60.0, 1200.0, "s", "T10: time per session")
    away_s: float = _limit(120.0, 10.0, 120.0, "s", "foot absent so long closes the session")
    hold_s: float = _limit(120.0, 10.0, 120.0, "s", "HOLD gives up after this")
    present_low_kpa: float = _limit(6.0, 6.0, 12.0, "kPa", "ARMED: a foot is on")
    present_high_kpa: float = _limit(40.0, 12.0, 40.0, "kPa", "ARMED: and not too heavy")
    steady_s: float = _limit(2.0, 2.0, 10.0, "s", "ARMED: stable for this long")
    reference_low_kpa: float = _limit(6.0, 4.0, 6.0, "kPa", "reference: least")
    reference_high_kpa: float = _limit(40.0, 12.0, 40.0, "kPa", "reference: most")
    soft_cm_s2: float = _limit(2.0, 0.5, 2.0, "cm/s^2", "SOFT_START: acceleration")
    slew_per_s: float = _limit(1.0, 0.1, 1.0, "duty/s", "duty upward; downward is free")
    dead_s: float = _limit(0.100, 0.100, 0.500, "s", "reversal: dead time at duty 0")
    wind_down_s: float = _limit(0.5, 0.1, 0.5, "s", "WINDING_DOWN: at rest after this")
    brake_s: float = _limit(0.100, 0.050, 0.100, "s", "short brake after a stop")
    service_cm_s: float = _limit(2.0, 0.5, 2.0, "cm/s", "SERVICE: speed")
    pain_off_s: float = _limit(2.0, 2.0, 30.0, "s", "way back: foot off for this long")
    pain_wait_s: float = _limit(30.0, 30.0, 600.0, "s", "way back: since a pain stop")
    pain_ratio: float = _limit(0.7, 0.3, 0.7, "of level", "way back: next level")
    pain_rest_s: float = _limit(900.0, 900.0, 86400.0, "s", "second pain stop: rest")
    single_level: int = _limit(3, 1, 3, "level", "without channel B or gate: highest level")
    current_ratio: float = _limit(1.5, 1.1, 1.5, "of model", "T7: motor's current")
    current_s: float = _limit(0.050, 0.010, 0.050, "s", "T7: for this long")
    current_max_ma: float = _limit(2000.0, 500.0, 2000.0, "mA", "T7: most it may ever draw")
    current_max_s: float = _limit(0.020, 0.005, 0.020, "s", "T7: for this long")
    settle_s: float = _limit(0.100, 0.050, 0.100, "s", "T7: a change of duty dies away in this")
    unpowered_s: float = _limit(0.030, 0.025, 0.030, "s", "T14: gate off so long while pulsed")
    leave_end_s: float = _limit(1.0, 0.5, 1.0, "s", "T14: an end that is left closes within this")
    check_ma: float = _limit(50.0, 20.0, 50.0, "mA", "self-test: no current is at most this")
    check_duty: float = _limit(0.1, 0.05, 0.1, "duty", "self-test: motor asked, gate off")
    check_gate_s: float = _limit(0.050, 0.030, 0.050, "s", "self-test: the gate follows in this")
    top_speed_cm_s: float = _limit(10.0, 2.0, 10.0, "cm/s", "carriage: fastest allowed")
    free_speed_cm_s: float = _limit(21.8, 15.0, 60.0, "cm/s", "motor: at duty 1, no load")
    breakaway_duty: float = _limit(0.041, 0.0, 0.2, "duty", "motor: just turns, no load")
    load_duty_per_kpa: float = _limit(0.0004, 0.0, 0.01, "duty/kPa", "motor: lost to a load")
    free_current_ma: float = _limit(240.0, 50.0, 400.0, "mA", "motor: turning, no load")
    load_current_ma_kpa: float = _limit(2.5, 0.0, 5.0, "mA/kPa", "motor: more under a load")
    inertia_current_ma: float = _limit(200.0, 0.0, 250.0, "mA", "motor: more while duty rises")
    top_level: int = _limit(10, 1, 10, "level", "highest level this machine offers")
    tick_s: float = _limit(0.004, 0.001, 0.010, "s", "control period: 100-1000 Hz")


def bounds() -> dict[str, Bounds]:
    """The hard bounds of every limit by name."""
    return {one.name: one.metadata["bounds"] for one in fields(Limits)}


def allowed(name: str) -> str:
    """What the limit `name` may be, in words."""
    low, high, unit, _ = bounds()[name]
    return f"{'a whole number from ' if _counts(name) else ''}{low:g} to {high:g} {unit}"


def problems(values: Mapping[str, object]) -> list[str]:
    """Everything wrong with `values` (name -> number) as limits, one sentence each."""
    known = bounds()
    found = [
        f"{name}: there is no such limit; {meant(name, known)}"
        for name in values
        if name not in known
    ]
    for name, value in values.items():
        if name in known and not _fits(name, value):
            must = f"must be {allowed(name)} ({known[name].source})"
            found.append(f"{name} = {value!r}: {must}")
    return found


def _fits(name: str, value: object) -> bool:
    kinds = int if _counts(name) else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        return False
    low, high, _, _ = bounds()[name]
    return low <= value <= high


def _counts(name: str) -> bool:
    return isinstance(getattr(Limits(), name), int)


class Level(NamedTuple):
    """What one step of the 1-10 scale means. Source: safety specification, levels table."""

    speed_cm_s: float  # of a stroke
    resting_kpa: float  # highest resting load it accepts


LEVELS: dict[int, Level] = {
    1: Level(2.0, 12.0),
    2: Level(2.75, 15.0),
    3: Level(3.5, 18.0),
    4: Level(4.25, 22.0),
    5: Level(5.0, 25.0),
    6: Level(6.0, 28.0),
    7: Level(7.0, 31.0),
    8: Level(8.0, 34.0),
    9: Level(9.0, 37.0),
    10: Level(10.0, 40.0),
}
LOWEST_LEVEL, HIGHEST_LEVEL = min(LEVELS), max(LEVELS)
"""The ends of the scale."""
NEW_PERSON_LEVEL = 3
"""Where a person unknown to the machine starts."""
MODERATE_LEVEL = 5
"""The middle of the scale: moderate pressure, which is safe for most people."""
