"""A bit of the real firmware's memory flips: no over-speed, no missed cut, no self-start.

Every flip is tried on a copy of a running board, see `tests/flipped.py`.
"""

from collections import Counter
from collections.abc import Callable
from struct import pack

import pytest

from firmware_bridge.messages import CutCode, Parameter, ParameterIndex, Set
from sim.mcu import RAM, ResetCause
from sim.roller import Truth
from tests.copied import lines_of
from tests.flipped import CUT_S, OVER_SPEED, Found, crossing_s, judged, over_speed
from tests.mcu_host import (
    DUTY,
    MOST_DUTY,
    SERVICE_DUTY,
    SETTINGS,
    STEP_S,
    Host,
    Moment,
    driven_again_s,
    off_after_s,
)

SEED = 20261124
LEVEL, FITTED = SETTINGS[ParameterIndex.LEVEL], SETTINGS[ParameterIndex.FITTED]
STATES = {
    "running": 250,
    "running_on_one_element": 300,
    "just_started": 80,
    "at_rest": 100,
    "without_a_foot": 70,
    "after_a_session": 100,
    "after_a_cut": 100,
}
CAMPAIGN = 10  # times as many
RISEN, TICK_S = "driven RISE", 0.001
TOLD = Callable[[str, object], None]


def tried(state: str, seed: int, count: int, record: TOLD) -> None:
    """None of so many flips led to what must never be; most of them to nothing."""
    found = [Found(*one) for one in lines_of("flipped", state, seed, count)]
    assert len(found) == count
    assert [one for one in found if one.wrong] == []
    assert all(one.address in RAM for one in found)
    often = Counter(one.came_of_it for one in found)
    if state.startswith("running"):
        assert often[RISEN] > count // 2, "the spike was felt"
    figures = ", ".join(f"{many} {what}" for what, many in often.most_common())
    record("figure", f"{count} flipped bits, {state}: {figures}")


@pytest.mark.long
@pytest.mark.parametrize("state", STATES)
def test_a_thousand_flipped_bits(state: str, record_property: TOLD) -> None:
    tried(state, SEED, STATES[state], record_property)


@pytest.mark.long
@pytest.mark.campaign
@pytest.mark.parametrize("state", STATES)
def test_ten_thousand_flipped_bits(state: str, record_property: TOLD) -> None:
    tried(state, SEED + 1, CAMPAIGN * STATES[state], record_property)


def setting(host: Host, behind: int) -> int:
    """Where the memory holds the settings' duties, so many bytes behind the level."""
    stored = pack("<HhhB", LEVEL, MOST_DUTY, SERVICE_DUTY, FITTED)
    return bytes(host.mcu.data).index(stored, RAM.start) + behind


@pytest.mark.parametrize(("behind", "bit"), [(0, 3), (1, 4), (2, 6), (3, 0), (5, 0), (6, 1)])
def test_a_flip_in_the_settings_is_found_and_all_begins_anew(behind: int, bit: int) -> None:
    host = Host().rolling(MOST_DUTY)
    since_s = host.now_s
    host.board.events.clear()
    host.mcu.run(5_000)
    host.mcu.data[setting(host, behind)] ^= 1 << bit
    host.drive(0.4, MOST_DUTY + 100)
    off_s = off_after_s(host, since_s)
    assert off_s is not None
    assert off_s <= 3 * TICK_S
    assert driven_again_s(host, since_s + off_s) is None
    assert host.board.events[0].value == ResetCause.WATCHDOG
    host.greet()
    assert host.cut is CutCode.MEMORY
    assert host.identity.reset_cause == ResetCause.WATCHDOG
    host.configure()
    host.plant.foot_off()
    host.drive(0.6).acknowledge()
    assert host.status.cut == CutCode.NONE
    host.plant.foot_on()
    host.drive(0.8).press_start().drive(0.2, DUTY)
    assert host.moments[-1].truth.motor_powered


def test_what_was_cut_stays_the_reason_when_a_flip_is_found() -> None:
    host = Host().rolling()
    host.stop()
    host.mcu.data[setting(host, 2)] ^= 1
    host.wait(0.4).greet()
    assert host.identity.reset_cause == ResetCause.WATCHDOG
    assert host.cut is CutCode.STOP


def test_a_parameter_that_is_set_is_never_taken_for_a_flip() -> None:
    """At whatever moment of the tick it comes."""
    host = Host().ready()
    host.board.events.clear()
    for change in range(200):
        host.mcu.run(1 + change * 97 % 12_000)
        host.send(Set, ParameterIndex.LEVEL, LEVEL - change % 2)
        host.drive()
    host.drive()
    answers = [one for one in host.heard if isinstance(one, Parameter)]
    assert len(answers) == len(SETTINGS) + 200
    assert all(one.accepted for one in answers)
    assert host.board.events == []
    assert host.cut is CutCode.NONE


# The oracle.


def moments(duty: float, pressures_kpa: list[float]) -> list[Moment]:
    """Milliseconds with these pressures, driven so."""
    return [
        Moment(index * STEP_S, duty, Truth(kpa, 1.0, 3.0, True, True, 300.0))
        for index, kpa in enumerate(pressures_kpa)
    ]


def test_the_oracle_knows_over_speed() -> None:
    fast = moments(OVER_SPEED + 0.001, [20.0] * 5)
    assert over_speed(fast)
    assert not over_speed(fast[:4] + moments(0.1, [20.0]) + fast[:4]), "each only for a tick"
    assert judged(fast, True) != []


def test_the_oracle_knows_a_missed_cut() -> None:
    rising = [20.0] * 30 + [20.0 + 2.0 * step for step in range(100)]
    driven = moments(0.2, rising)
    crossed_s = crossing_s(driven)
    assert crossed_s == pytest.approx(0.037), "12.5 kPa needed to be 7.5 above the reference"
    late = round((0.037 + CUT_S) / STEP_S)
    assert judged(driven, True) != []
    assert judged(driven[:late] + moments(0.0, rising)[late:], True) == []
    assert crossing_s(moments(0.0, rising)) is None, "at rest pressure is no pain"
    assert crossing_s(moments(0.2, [20.0 + 0.4 * step for step in range(130)])) is None, "slow"


def test_the_oracle_knows_a_self_start() -> None:
    assert judged(moments(0.01, [20.0]), False) == ["self-start"]
