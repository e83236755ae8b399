"""The judge of the fault matrix: it sees each thing that must not be, and nothing else."""

from math import inf, nan

import pytest

from sim.faults.judge import (
    GOES_ON,
    STANDS,
    Expected,
    Moment,
    Shown,
    Trace,
    moving_since_s,
    outcome,
    took_s,
    wrong,
    wrong_together,
)

ENDS_S = 2.0
HARMLESS = Expected(0.0, frozenset({GOES_ON}))
MUST_STOP = Expected(0.1, frozenset({"T9"}))


def traced(
    mode: str = "RUNNING",
    *shown: Shown,
    off_s: float = inf,
    on_s: float = 0.0,
    asked_s: float = inf,
    stop: str | None = None,
    speed_cm_s: float = 2.0,
    kpa: float = 15.0,
) -> Trace:
    """Powered from `on_s` to `off_s`, at one speed, under one pressure."""
    moments = [
        Moment(ms / 1000.0, on_s <= ms / 1000.0 <= off_s, speed_cm_s, kpa, gate_on=True)
        for ms in range(4, round(ENDS_S * 1000) + 1, 4)
    ]
    return Trace(0.0, asked_s, moments, [Shown(0.0, mode, stop), *shown])


def test_a_roller_that_goes_on_under_a_harmless_fault_is_fine() -> None:
    trace = traced()
    assert outcome(trace) == GOES_ON
    assert took_s(trace) is None
    assert wrong(trace, HARMLESS, GOES_ON) == []


def test_a_stop_in_time_for_the_right_reason_is_fine() -> None:
    trace = traced("RUNNING", Shown(0.05, "STOPPED", "T9"), off_s=0.06)
    assert outcome(trace) == "T9"
    assert took_s(trace) == pytest.approx(0.06)
    assert wrong(trace, MUST_STOP, GOES_ON) == []


def test_a_stop_without_a_cause_is_wrong_and_so_is_another_reason() -> None:
    trace = traced("RUNNING", Shown(0.05, "STOPPED", "T2"), off_s=0.05)
    assert wrong(trace, HARMLESS, GOES_ON) == ["it is harmless, and yet: T2 (without it: goes on)"]
    assert wrong(trace, MUST_STOP, GOES_ON) == ["expected T9, came: T2"]


def test_power_after_the_deadline_is_wrong() -> None:
    assert wrong(traced(), MUST_STOP, GOES_ON) == ["powered 1900 ms after its deadline"]
    late = traced("RUNNING", Shown(0.05, "STOPPED", "T9"), off_s=0.2)
    found = wrong(late, MUST_STOP, GOES_ON)
    assert found == ["it moved after the stop T9", "powered 100 ms after its deadline"]


def test_a_deadline_begins_with_the_first_motion() -> None:
    trace = traced("ARMED", on_s=0.5, off_s=0.58, asked_s=0.4)
    assert moving_since_s(trace) == pytest.approx(0.5)
    assert outcome(trace) == STANDS
    assert wrong(trace, MUST_STOP, GOES_ON) == []
    assert moving_since_s(traced("ARMED", on_s=9.0)) == inf
    assert took_s(traced("ARMED", on_s=9.0)) is None


@pytest.mark.parametrize("mode", ["IDLE", "ARMED", "HOLD", "STOPPED"])
def test_motion_before_anybody_asked_is_wrong(mode: str) -> None:
    found = wrong(traced(mode, on_s=0.5, asked_s=0.6), HARMLESS, GOES_ON)
    assert found == ["it moved before anybody asked"]
    assert wrong(traced(mode, on_s=0.5, asked_s=0.5), HARMLESS, GOES_ON) == []


@pytest.mark.parametrize(
    ("mode", "speed_cm_s", "fast"),
    [("RUNNING", 4.3, False), ("RUNNING", -4.4, True), ("SERVICE", 2.4, False),
     ("SERVICE", 2.6, True), ("RUNNING", nan, True)],
)  # fmt: skip
def test_more_speed_than_the_level_allows_is_wrong(
    mode: str, speed_cm_s: float, fast: bool
) -> None:
    found = wrong(traced(mode, speed_cm_s=speed_cm_s, kpa=0.0), HARMLESS, GOES_ON)
    assert bool(found) is fast
    assert not found or found[0].endswith(f"cm/s in {mode}")


def test_speed_is_forgiven_until_the_deadline_and_without_power() -> None:
    trace = traced("RUNNING", Shown(0.09, "STOPPED", "T7"), off_s=0.09, speed_cm_s=20.0)
    assert wrong(trace, Expected(0.1, frozenset({"T7"})), GOES_ON) == []


def test_a_stop_stays_with_its_first_reason() -> None:
    gone = traced("STOPPED", Shown(1.0, "IDLE", None), stop="T2", on_s=9.0)
    assert wrong(gone, HARMLESS, STANDS) == ["the stop T2 became None: IDLE"]
    other = traced("STOPPED", Shown(1.0, "STOPPED", "T9"), stop="T2", on_s=9.0)
    assert wrong(other, HARMLESS, STANDS) == ["the stop T2 became T9: STOPPED"]


def test_nothing_moves_after_a_stop() -> None:
    found = wrong(traced("STOPPED", stop="T2", on_s=1.0, asked_s=0.5), HARMLESS, GOES_ON)
    assert found == ["it moved after the stop T2"]


@pytest.mark.parametrize(
    ("mode", "then", "fine"),
    [
        ("RUNNING", Shown(1.0, "STOPPED", "power"), True),
        ("RUNNING", Shown(1.0, "IDLE", None), False),
        ("SERVICE", Shown(1.0, "IDLE", None), True),
    ],
)
def test_what_the_disk_lost_may_change_the_reason_of_a_session_only(
    mode: str, then: Shown, fine: bool
) -> None:
    trace = traced(mode, Shown(0.05, "STOPPED", "T6"), then, off_s=0.05, kpa=0.0)
    expected = Expected(0.1, frozenset({"T6"}), forgets=True)
    assert (wrong(trace, expected, GOES_ON) == []) is fine
    assert (wrong_together(trace, [expected, HARMLESS], 0.1) == []) is fine


def test_nothing_is_driven_on_under_pain_nor_in_service_under_a_foot() -> None:
    assert wrong(traced(kpa=76.0), HARMLESS, GOES_ON)[0].endswith("under 76 kPa")
    assert wrong(traced(kpa=75.0), HARMLESS, GOES_ON) == []
    assert wrong(traced("SERVICE", kpa=5.0, speed_cm_s=1.0), HARMLESS, GOES_ON)
    assert wrong(traced("SERVICE", kpa=4.0, speed_cm_s=1.0), HARMLESS, GOES_ON) == []
    assert wrong(traced(kpa=nan), HARMLESS, GOES_ON)


def test_what_is_over_before_anything_moves_asks_for_nothing_at_rest() -> None:
    passing = MUST_STOP._replace(passing=True)
    assert wrong(traced("ARMED", on_s=0.5, asked_s=0.1), passing, GOES_ON) == []
    assert wrong(traced("RUNNING"), passing, GOES_ON) != []
    assert wrong_together(traced("ARMED", on_s=0.5, asked_s=0.1), [passing], 0.1) == []
    odd = traced("ARMED", Shown(0.2, "STOPPED", "T2"), on_s=9.0)
    assert wrong(odd, passing, GOES_ON) == ["expected T9 or stands, came: T2"]


def test_who_stands_without_a_stop_in_the_midst_of_a_massage_is_told() -> None:
    assert wrong(traced(off_s=0.05), MUST_STOP, GOES_ON) == ["expected T9, came: stands"]
    assert wrong(traced("WINDING_DOWN", off_s=0.05), MUST_STOP, STANDS) == []


def test_of_two_faults_the_slower_one_s_deadline_counts() -> None:
    trace = traced("RUNNING", Shown(0.05, "STOPPED", "T2"), off_s=0.06)
    assert wrong_together(trace, [MUST_STOP, HARMLESS], 0.1) == []
    assert wrong_together(traced(), [MUST_STOP, HARMLESS], 1.0) == [
        "powered 1000 ms after its deadline"
    ]
    assert wrong_together(traced(), [HARMLESS, HARMLESS], 0.0) == []
