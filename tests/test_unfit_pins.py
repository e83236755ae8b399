"""A machine that is not sound, on the simulated roller and through the pins alike.

Each item of the self-test and each trip of the machinery fails once on either: found from what
pins and converter say, told with its cure, and the gate open.
"""

from collections.abc import Callable
from typing import Any

import pytest

from controller.modes import Mode
from controller.selftest import Item
from controller.watch import Trip
from controller.words import TRIPS, UNFIT
from hardware.roller import Sample
from sim import gate as power
from sim.roller import SimRoller
from tests.harness import GATE_OPEN_S, Rig
from tests.wired_rig import WiredRig

NEVER_S = 1e9
BOTH = pytest.mark.parametrize("kind", [Rig, WiredRig])
Change = Callable[[Sample], dict[str, Any]]


def changed(rig: Rig, change: Change) -> None:
    """From now on sensors and switches say something else."""
    rig.distorted = lambda sample: sample._replace(**change(sample))


def nothing(_: Sample) -> dict[str, Any]:
    return {}


@BOTH
@pytest.mark.parametrize(
    ("item", "parts", "change"),
    [
        (Item.GATE_STAYS_OFF, power.Gate(close_s=NEVER_S), nothing),
        (Item.GATE_STAYS_ON, power.Gate(open_s=NEVER_S), nothing),
        (Item.MOTOR_POWERED, power.Gate(), lambda _: {"motor_current_ma": 90.0}),
        (
            Item.BRIDGE_POWERED,
            power.Gate(),
            lambda sample: {"motor_current_ma": 90.0 if sample.gate_on else 0.0},
        ),
        (Item.MOVED, power.Gate(), lambda sample: {"heel_end_open": not sample.gate_on}),
    ],
    ids=lambda value: value.name if isinstance(value, Item) else "",
)
def test_what_the_self_test_finds_is_not_started_and_told(
    kind: Callable[..., Rig], item: Item, parts: power.Gate, change: Change
) -> None:
    rig = kind(gate=parts)
    changed(rig, change)
    rig.advance(0.5)
    rig.push("start")
    rig.sim.foot_on()
    rig.advance(4.0)
    assert rig.state.test.failed is item
    if item is Item.GATE_STAYS_ON:  # and it goes on being on, which is a fault of its own
        assert TRIPS[Trip.GATE_ON] in rig.words
    else:
        assert rig.words.startswith(f"Not started: {UNFIT[item]}.")
    assert Mode.ARMED not in rig.been_in()
    assert not any(one.truth.motor_powered and one.drive.gate for one in rig.moments)
    rig.close()


@BOTH
def test_without_a_zero_the_foot_must_first_be_lifted(kind: Callable[..., Rig]) -> None:
    rig = kind()
    rig.roll(1.0)
    rig.sim.unplug_sensor()
    rig.until_mode(Mode.STOPPED, 1.0)
    rig.sim.restore_sensor()
    rig.advance(0.5)
    rig.push("minus", 2.2)
    assert rig.in_mode(Mode.IDLE)
    rig.push("start")
    assert rig.state.test.failed is Item.ZERO
    assert rig.words.startswith(f"Not started: {UNFIT[Item.ZERO]}.")
    rig.close()


def breaks(sim: SimRoller) -> None:
    """The gate's pump dries out."""
    sim._gate.gate = power.Gate(hold_s=0.0, fill=0.0)


@BOTH
@pytest.mark.parametrize(
    ("trip", "change", "act"),
    [
        (Trip.MOTOR_STRAINED, lambda _: {"motor_current_ma": 1200.0}, None),
        (Trip.MOTOR_OVERDRAWN, lambda _: {"motor_current_ma": 4000.0}, None),
        (Trip.GATE_OFF, nothing, breaks),
        (Trip.END_EARLY, lambda _: {"toe_end_open": True}, None),
        (Trip.ENDS_BOTH, lambda _: {"heel_end_open": True, "toe_end_open": True}, None),
    ],
    ids=lambda value: value.name if isinstance(value, Trip) else "",
)
def test_what_breaks_on_the_way_stops_it_and_is_told(
    kind: Callable[..., Rig],
    trip: Trip,
    change: Change,
    act: Callable[[SimRoller], None] | None,
) -> None:
    rig = kind()
    rig.roll(3.0)
    changed(rig, change)
    if act is not None:
        act(rig.sim)
    stopped_by(rig, trip)


@BOTH
def test_a_limit_switch_that_does_not_close_again_stops_it(kind: Callable[..., Rig]) -> None:
    rig = kind().arm()
    assert rig.last.sample.heel_end_open, "it stands at home"
    changed(rig, lambda _: {"heel_end_open": True})
    rig.push("start")
    stopped_by(rig, Trip.END_STUCK)


def stopped_by(rig: Rig, trip: Trip) -> None:
    """It stops soon, for this reason, in these words; then nothing is powered."""
    rig.until_mode(Mode.STOPPED, 3.0)
    assert rig.state.stop is not None
    assert rig.state.stop.trip is trip
    assert TRIPS[trip] in rig.words
    last = rig.advance(GATE_OPEN_S + rig.limits.tick_s)[-1]
    assert (last.truth.gate_on, last.truth.motor_powered) == (False, False)
    rig.close()
