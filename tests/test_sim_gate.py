"""The power gate: edges hold it, nothing else does, and it lets go in time."""

import pytest

from sim.gate import Gate, GateState, advance, set_level

SLOWEST = Gate(hold_s=0.035, open_s=0.015)
DT_S = 0.001


def pulse(state: GateState, rate_hz: int, seconds: float) -> list[bool]:
    """One edge per tick, as the loop gives them; the contact, every millisecond."""
    every = round(1000 / rate_hz)
    seen = []
    for step in range(round(seconds / DT_S)):
        if step % every == 0:
            set_level(state, not state.level)
        seen.append(advance(state, True, DT_S))
    return seen


def opens_after_s(state: GateState, dt_s: float = DT_S, supply_on: bool = True) -> float:
    """How long the contact stays closed when no more edges come."""
    passed_s = 0.0
    while advance(state, supply_on, dt_s):
        passed_s += dt_s
    return passed_s + dt_s


@pytest.mark.parametrize("rate_hz", [100, 250, 1000])
def test_an_edge_per_tick_holds_the_contact(rate_hz: int) -> None:
    state = GateState(Gate())
    seen = pulse(state, rate_hz, 1.0)
    assert all(seen[50:])


def test_the_contact_closes_about_8_ms_after_the_first_edge() -> None:
    seen = pulse(GateState(Gate()), 1000, 0.1)
    assert seen.index(True) == pytest.approx(7, abs=1)


@pytest.mark.parametrize("rate_hz", [100, 250, 1000])
@pytest.mark.parametrize("dt_s", [0.001, 0.004])
def test_the_slowest_gate_is_open_50_ms_after_the_last_edge(rate_hz: int, dt_s: float) -> None:
    state = GateState(SLOWEST)
    pulse(state, rate_hz, 0.5)
    set_level(state, not state.level)
    assert opens_after_s(state, dt_s) <= 0.050 + 1e-9 + (dt_s - DT_S)


def test_the_pump_holds_25_to_35_ms() -> None:
    for rate_hz in (100, 250, 1000):
        state = GateState(Gate())
        pulse(state, rate_hz, 0.5)
        set_level(state, not state.level)
        assert 0.025 <= state.charge_s <= 0.035


@pytest.mark.parametrize("level", [False, True])
def test_a_level_that_stands_still_drops_the_contact(level: bool) -> None:
    state = GateState(Gate())
    pulse(state, 250, 0.5)
    for _ in range(50):
        set_level(state, level)
        advance(state, True, DT_S)
    assert not state.contact


def test_the_stop_switch_opens_the_contact_while_edges_come() -> None:
    state = GateState(Gate())
    pulse(state, 1000, 0.5)
    seen = []
    for _ in range(30):
        set_level(state, not state.level)
        seen.append(advance(state, False, DT_S))
    assert seen.index(False) == 9
    assert not any(seen[9:])
    assert all(pulse(state, 1000, 0.1)[20:])


def test_a_moment_without_supply_does_not_move_the_relay() -> None:
    state = GateState(Gate())
    pulse(state, 1000, 0.5)
    advance(state, False, 0.005)
    set_level(state, not state.level)
    assert advance(state, True, DT_S)
    assert advance(state, False, 0.005)
