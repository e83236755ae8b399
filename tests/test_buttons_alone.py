"""A whole session with the device's own buttons: no panel, no network, everything through pins.

Told twice, on the simulated roller and on a `GpioRoller` over fake-rpi with the same plant behind
its pins: what a person at the machine lives through must be the same.
"""

import socket
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import pytest

from controller.modes import Mode
from sim import person as leg
from tests.fake_pi import seen
from tests.harness import GATE_OPEN_S, Rig
from tests.wired_rig import SLOWEST, WIRING, WiredRig, after

LONG_S = 2.2
STEADY = leg.Person(leg_load_n=12.0, wander_sd_kpa=0.0)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a session needs no socket")

    monkeypatch.setattr(socket, "socket", refused)


class Figures(NamedTuple):
    """What the session came to."""

    modes: list[Mode]
    at_s: list[float]  # when each began
    levels: list[int]  # after each press of + or −
    rolled_cm: float
    mean_kpa: float  # while rolling
    moving_s: float


def started(rig: Rig) -> None:
    """Press Start, lay the foot on, press again when it is ready: it runs."""
    rig.advance(0.5)
    rig.push("start")
    assert rig.mode is Mode.IDLE
    assert "foot" in rig.words
    rig.sim.foot_on()
    rig.until_mode(Mode.ARMED, 10.0)
    rig.push("start")
    rig.until_mode(Mode.RUNNING, 5.0)


def whole_session(rig: Rig) -> Figures:
    """On, up, down, a pause, on again, and off: with Start, + and − alone."""
    started(rig)
    rig.advance(3.0)
    levels = []
    for button in ("plus", "minus", "minus"):
        rig.push(button)
        rig.advance(2.5)
        levels.append(rig.level)
    rig.push("start")
    assert rig.mode is Mode.HOLD
    rig.advance(1.0)
    assert rig.sim.truth()[2:5] == (0.0, False, False), "it stands, and the gate is open"
    rig.push("start")
    rig.until_mode(Mode.RUNNING, 5.0)
    rig.advance(5.0)
    rig.push("start", LONG_S)
    rig.until_mode(Mode.IDLE, 2.0)
    rig.advance(0.5)
    assert rig.state.sitting.opened_at_s is None
    assert rig.sim.truth()[2:5] == (0.0, False, False)
    return figures(rig, levels)


def figures(rig: Rig, levels: list[int]) -> Figures:
    moving = [one for one in rig.moments if one.state.mode.moving]
    tick_s = rig.limits.tick_s
    return Figures(
        modes=rig.been_in(),
        at_s=[at_s for at_s, _ in rig.modes],
        levels=levels,
        rolled_cm=sum(abs(one.truth.speed_cm_s) * tick_s for one in moving),
        mean_kpa=sum(one.sample.pressure_kpa for one in moving) / len(moving),
        moving_s=len(moving) * tick_s,
    )


def test_a_session_by_buttons_is_the_same_on_pins_as_on_the_simulated_roller() -> None:
    simulated = whole_session(Rig(person=STEADY))
    rig = WiredRig(person=STEADY)
    wired = whole_session(rig)
    assert simulated.modes == wired.modes == [
        Mode.IDLE, Mode.ARMED, Mode.SOFT_START, Mode.RUNNING, Mode.HOLD, Mode.SOFT_START,
        Mode.RUNNING, Mode.WINDING_DOWN, Mode.IDLE,
    ]  # fmt: skip
    assert simulated.levels == wired.levels == [4, 3, 2]
    assert wired.at_s == pytest.approx(simulated.at_s, abs=0.05)
    assert wired.rolled_cm == pytest.approx(simulated.rolled_cm, rel=0.01)
    assert wired.mean_kpa == pytest.approx(simulated.mean_kpa, abs=0.2)
    assert wired.moving_s == pytest.approx(simulated.moving_s, abs=0.1)
    assert wired.rolled_cm > 15.0
    rig.close()


def test_the_gate_follows_the_lines_of_a_whole_session() -> None:
    """From the trace alone: powered only in moving modes, and open within 50 ms after them."""
    rig = WiredRig(person=STEADY)
    whole_session(rig)
    rig.close()
    moving = [one.at_s for one in rig.moments if one.state.mode.moving]
    states = seen(rig.pi.trace, WIRING)
    powered = {
        now.at_s
        for before, now in pairwise(states)
        if before.gate != now.gate and now.driving != 0.0
    }
    assert powered <= set(moving)
    assert len(powered) > 0.8 * len(moving)
    edge_at_s, open_at_s, closed = after(rig.pi.trace, SLOWEST, 0.2)
    assert closed
    assert open_at_s - edge_at_s <= GATE_OPEN_S + 1e-9


@pytest.mark.parametrize("kind", [Rig, WiredRig])
def test_a_stop_by_the_wired_switch_and_the_way_back_by_holding_minus(
    kind: Callable[..., Rig],
) -> None:
    rig = kind(person=STEADY)
    started(rig)
    rig.advance(2.0)
    at_s = rig.now_s
    rig.sim.set_stop(True)
    stopped = rig.until_mode(Mode.STOPPED, 0.01)
    assert len(stopped) <= 2, "within a tick of the switch"
    rig.advance(at_s + GATE_OPEN_S - rig.now_s)
    assert not rig.sim.truth().gate_on
    assert rig.last.sample.stop_pressed
    rig.push("minus", LONG_S)
    assert rig.in_mode(Mode.STOPPED), "not while the switch is down"
    rig.sim.set_stop(False)
    rig.advance(0.5)
    rig.push("start")
    rig.advance(4.0)
    assert rig.in_mode(Mode.STOPPED), "Start is no way back"
    rig.push("minus", LONG_S)
    assert rig.in_mode(Mode.IDLE)
    rig.advance(4.0)
    assert rig.in_mode(Mode.IDLE), "Start is a separate act"
    assert {one.drive.duty for one in rig.moments if one.at_s > at_s + 0.02} == {0.0}
    rig.push("start")
    rig.until_mode(Mode.RUNNING, 10.0)
    assert rig.level == 3, "a person's stop costs no level"
    rig.close()
