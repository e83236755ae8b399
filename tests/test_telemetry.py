"""What the world is told of a tick, and what the journal keeps: plain data, no NaN."""

import json
from typing import Any

import pytest

from controller.buttons import AT_REST
from controller.limits import Limits
from controller.modes import Mode, Sitting, State
from controller.session import Machine, Person, Session
from controller.telemetry import can, journalled, stop_facts, telemetry
from controller.watch import Reason, Trip, Watch
from hardware.roller import Cut
from tests.kernel_world import OPEN, sample_of, stop_of

LIMITS = Limits()
NOW_S = 1000.0
STEADY = Watch(NOW_S, NOW_S, light_since_s=float("inf"), steady_since_s=NOW_S - 5.0)
RESTLESS = STEADY._replace(steady_since_s=float("inf"))
HEAVY = STEADY._replace(resting_kpa=18.1)
NO_FOOT = RESTLESS._replace(light_since_s=NOW_S - 60.0)
FIELDS = {
    "mode", "level", "wanted_level", "level_max", "pressure_kpa", "reference_kpa", "place", "foot",
    "program", "phase", "left_s", "reason", "words", "stop", "session_open", "service", "can",
    "pairing_count", "buttons", "device_name",
}  # fmt: skip


def state_of(mode: Mode, watch: Watch = STEADY, **changes: Any) -> State:
    return State(mode, NOW_S, watch, **{"sitting": OPEN, **changes})


def session_of(level: int = 5) -> Session:
    session = Session.new(Person(level=level), Machine(), LIMITS)
    carriage = session.carriage._replace(at_cm=10.92, homed=True)
    return session._replace(carriage=carriage, pair_count=2)


SAMPLE = sample_of(20.0, NOW_S)


def picture(state: State, kpa: float = 23.14, **fields: Any) -> dict[str, Any]:
    sample = sample_of(kpa, NOW_S, **fields)
    return telemetry(state, session_of(), sample, "simulated roller")


def test_a_running_roller_tells_all_of_it() -> None:
    told = picture(state_of(Mode.RUNNING))
    assert set(told) == FIELDS
    assert told == {
        "mode": "RUNNING",
        "level": 5,
        "wanted_level": 5,
        "level_max": 10,
        "pressure_kpa": 23.1,
        "reference_kpa": 6.0,
        "place": 0.42,
        "foot": "left",
        "program": "whole-foot",
        "phase": "settle in",
        "left_s": 415,
        "reason": None,
        "words": "Left foot · settle in · 6:55 left",
        "stop": None,
        "session_open": True,
        "service": None,
        "can": ["pause", "end"],
        "pairing_count": 2,
        "buttons": {},
        "device_name": "simulated roller",
    }


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("kpa", [20.0, float("nan"), float("inf")])
def test_it_is_json_in_every_mode_whatever_the_sensor_says(mode: Mode, kpa: float) -> None:
    stop = stop_of(Trip.RISE, pressure_kpa=kpa, rise_kpa=kpa) if mode is Mode.STOPPED else None
    state = state_of(mode, stop=stop)
    told = picture(state, kpa)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert (told["pressure_kpa"] is None) is (kpa != 20.0)
    json.dumps(dict(journalled(state)), allow_nan=False)


def test_before_home_was_found_there_is_no_place() -> None:
    session = Session.new(Person(), Machine(), LIMITS)
    told = telemetry(state_of(Mode.IDLE), session, sample_of(20.0, NOW_S), "roller")
    assert told["place"] is None


def test_the_last_phase_stays_when_the_program_is_over() -> None:
    session = session_of()
    session = session._replace(cursor=session.cursor._replace(step=9))
    told = telemetry(state_of(Mode.WINDING_DOWN), session, sample_of(20.0, NOW_S), "roller")
    assert (told["phase"], told["left_s"]) == ("wind down", 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"stop": stop_of(Trip.SENSOR_NAN)}, "fault"),
        ({"stop": stop_of(Trip.FLINCH)}, "pain"),
        ({"sitting": Sitting(why=Reason.FOOT_GONE)}, "foot gone"),
        ({"sitting": Sitting(why=Reason.AWAY), "stop": stop_of(Trip.STOP)}, "person"),
        ({}, None),
    ],
)
def test_the_reason_is_that_of_the_stop_or_of_the_hold(
    changes: dict[str, Any], reason: str | None
) -> None:
    assert picture(state_of(Mode.STOPPED, **changes))["reason"] == reason


@pytest.mark.parametrize("fields", [{"gate_on": None}, {"pressure_b_kpa": None}])
def test_the_highest_level_of_the_machine_is_told(fields: dict[str, Any]) -> None:
    assert picture(state_of(Mode.IDLE), **fields)["level_max"] == 3


def test_a_stop_is_told_with_its_facts() -> None:
    stop = stop_of(
        Trip.RISE, at_s=NOW_S - 12.34567, pressure_kpa=63.456, place=0.41999, reference_kpa=25.345
    )
    state = state_of(Mode.STOPPED, NO_FOOT, stop=stop)
    assert stop_facts(stop, state, SAMPLE, LIMITS) == {
        "rule": "T2",
        "reason": "pain",
        "at_s": 987.654,
        "pressure_kpa": 63.5,
        "place": 0.42,
        "level": 4,
        "next_level": 2,
        "rest": False,
        "reference_kpa": 25.3,
        "until": ["18 s", "acknowledge"],
    }
    assert picture(state)["stop"] == stop_facts(stop, state, SAMPLE, LIMITS)
    assert stop_facts(stop._replace(place=None), state, SAMPLE, LIMITS)["place"] is None


def test_buttons_that_hang_are_told_with_their_words() -> None:
    key = AT_REST.plus._replace(level=True, down_at_s=NOW_S - 10.1)
    pad = AT_REST._replace(plus=key, minus=key._replace(down_at_s=NOW_S - 1.0, early=True))
    session = session_of()._replace(pad=pad)
    told = telemetry(state_of(Mode.ARMED), session, sample_of(14.0, NOW_S), "roller")
    assert told["buttons"] == {"plus": "stuck", "minus": "held since the start"}
    assert told["words"].endswith(
        " The + button seems stuck; free it. The − button is held since the start; let it go."
    )


# What can be done now.


@pytest.mark.parametrize(
    ("mode", "watch", "controls"),
    [
        (Mode.IDLE, STEADY, ["end"]),
        (Mode.ARMED, STEADY, ["start", "end"]),
        (Mode.ARMED, HEAVY, ["end"]),
        (Mode.SOFT_START, STEADY, ["pause", "end"]),
        (Mode.RUNNING, STEADY, ["pause", "end"]),
        (Mode.EASED, STEADY, ["pause", "end"]),
        (Mode.WINDING_DOWN, STEADY, []),
        (Mode.HOLD, STEADY, ["continue", "end"]),
        (Mode.HOLD, RESTLESS, ["end"]),
        (Mode.HOLD, HEAVY, ["end"]),
        (Mode.SERVICE, NO_FOOT, []),
    ],
)
def test_only_what_makes_sense_can_be_done(mode: Mode, watch: Watch, controls: list[str]) -> None:
    assert can(state_of(mode, watch), SAMPLE, 3, LIMITS) == controls


def test_service_is_for_a_machine_without_a_session() -> None:
    state = state_of(Mode.IDLE, NO_FOOT, sitting=Sitting())
    assert can(state, SAMPLE, 3, LIMITS) == ["service"]


@pytest.mark.parametrize(
    ("trip", "since_s", "watch", "cause", "may"),
    [
        (Trip.RISE, 31.0, NO_FOOT, None, True),
        (Trip.RISE, 29.0, NO_FOOT, None, False),
        (Trip.RISE, 31.0, STEADY, None, False),
        (Trip.RISE, 31.0, NO_FOOT, Trip.STOP, False),
        (Trip.STOP, 0.0, STEADY, None, True),
        (Trip.STOP, 0.0, STEADY, Trip.STOP, False),
        (Trip.SENSOR_OPEN, 9.0, STEADY, Trip.SENSOR_OPEN, False),
        (Trip.SENSOR_OPEN, 9.0, STEADY, None, True),
    ],
)
def test_acknowledge_is_offered_only_when_it_works(
    trip: Trip, since_s: float, watch: Watch, cause: Trip | None, may: bool
) -> None:
    stop = stop_of(trip, at_s=NOW_S - since_s)
    state = state_of(Mode.STOPPED, watch, stop=stop, cause=cause)
    assert can(state, SAMPLE, 3, LIMITS) == (["acknowledge"] if may else [])


@pytest.mark.parametrize(("kpa", "may"), [(3.9, True), (4.0, False)])
def test_where_a_machine_has_cut_it_works_only_without_a_foot(kpa: float, may: bool) -> None:
    state, sample = state_of(Mode.STOPPED, stop=stop_of(Trip.STOP)), sample_of(kpa, NOW_S)
    assert can(state, sample._replace(cut=Cut.STOP), 3, LIMITS) == (["acknowledge"] if may else [])
    told = picture(state, kpa, cut=Cut.STOP)
    assert told["stop"]["until"] == (["acknowledge"] if may else ["foot off", "acknowledge"])
    assert ("Lift your foot" in told["words"]) is not may


# The journal's facts.


def test_the_journal_keeps_what_must_survive() -> None:
    sitting = Sitting(number=7, opened_at_s=900.0, pains=1, rest_until_s=NOW_S + 1.0)
    stop = stop_of(Trip.RISE, rest=True, pressure_kpa=63.45678, rise_kpa=float("nan"))
    facts = journalled(state_of(Mode.STOPPED, sitting=sitting, stop=stop))
    assert facts == {
        "session": 7,
        "session_open": True,
        "pains": 1,
        "self_test": None,
        "resting": True,
        "stop": {
            "trip": "RISE",
            "pressure_kpa": 63.457,
            "rise_kpa": None,
            "place": 0.4,
            "level": 4,
            "next_level": 2,
            "rest": True,
            "first": None,
        },
    }
    hurt = journalled(state_of(Mode.STOPPED, stop=stop._replace(first=Trip.STOP)))
    assert hurt["stop"]["first"] == "STOP"


def test_a_machine_at_peace_has_little_to_keep() -> None:
    facts = journalled(state_of(Mode.IDLE, sitting=Sitting(rest_until_s=NOW_S)))
    assert facts == {
        "session": 0,
        "session_open": False,
        "pains": 0,
        "self_test": None,
        "resting": False,
        "stop": None,
    }
