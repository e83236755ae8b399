"""What the roller tells the world of a tick, as plain data. Pure; made 20 times a second."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from controller import programs, words
from controller.buttons import hanging
from controller.comfort import expected_kpa
from controller.levels import level_max
from controller.limits import Limits
from controller.modes import Mode, State, Stop
from controller.safety import may_return
from controller.selftest import SelfTest
from controller.service import Service
from controller.session import Session, place_of
from controller.trips import accepted, steady
from hardware.roller import Sample


def telemetry(state: State, session: Session, sample: Sample, device_name: str) -> dict[str, Any]:
    """The state object of the link; `GET state` is made from it."""
    (person, machine, limits, program), cursor = session.setting, session.cursor
    place = place_of(session)
    left_s = programs.left_s(program, cursor)
    phase = program.steps[min(cursor.step, len(program.steps) - 1)].name
    level = session.levels.level
    stop, why = state.stop, state.sitting.why
    told = words.told(state, sample, person.foot, phase, left_s, level, limits)
    if state.mode is Mode.IDLE:
        told = " ".join([told, *words.cautions(sample, machine.trust, limits)])
    hangs = hanging(session.pad, state.watch.now_s)
    reason = stop.trip.reason if stop is not None else why
    return {
        "mode": state.mode.name,
        "level": level,
        "wanted_level": session.levels.wanted,
        "level_max": level_max(sample, limits),
        "pressure_kpa": _number(sample.pressure_kpa, 1),
        "reference_kpa": _number(expected_kpa(session.reference, place, limits), 1),
        "place": None if place is None else round(place, 3),
        "foot": person.foot,
        "program": program.name,
        "phase": phase,
        "left_s": round(left_s),
        "reason": None if reason is None else reason.value,
        "words": words.with_hangs(told, hangs),
        "stop": None if stop is None else stop_facts(stop, state, sample, limits),
        "session_open": state.sitting.opened_at_s is not None,
        "service": None if session.service is None else _service(session.service),
        "can": can(state, sample, level, limits),
        "pairing_count": session.pair_count,
        "buttons": {name: why.value for name, why in hangs.items()},
        "device_name": device_name,
    }


def stop_facts(stop: Stop, state: State, sample: Sample, limits: Limits) -> dict[str, Any]:
    """A latched stop as the panel shows it."""
    return {
        "rule": stop.trip.rule,
        "reason": stop.trip.reason.value,
        "at_s": round(stop.at_s, 3),
        "pressure_kpa": _number(stop.pressure_kpa, 1),
        "place": None if stop.place is None else round(stop.place, 3),
        "level": stop.level,
        "next_level": stop.next_level,
        "rest": stop.rest,
        "reference_kpa": _number(stop.reference_kpa, 1),
        "until": words.until(state, stop, sample, limits),
    }


def _service(service: Service) -> dict[str, Any]:
    """The task of service, for who has asked for it."""
    failure = service.failure
    return {
        "task": service.task.value,
        "phase": service.phase.value,
        "gate_off_ms": _milliseconds(service.gate_off_s),
        "still_ms": _milliseconds(service.still_s),
        "words": None if failure is None else words.SERVICE[failure],
    }


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000.0, 1)


def can(state: State, sample: Sample, level: int, limits: Limits) -> list[str]:
    """Which controls make sense now. Stop and gentler always do."""
    if state.mode is Mode.STOPPED:
        return ["acknowledge"] if may_return(state, sample, state.watch, limits) else []
    if state.mode is Mode.IDLE:
        return ["service"] if state.sitting.opened_at_s is None else ["end"]
    ready = steady(state.watch, limits) and accepted(state.watch, level)
    if state.mode is Mode.HOLD:
        return ["continue", "end"] if ready else ["end"]
    if state.mode is Mode.ARMED:
        return ["start", "end"] if ready else ["end"]
    if state.mode.moving and state.mode not in (Mode.WINDING_DOWN, Mode.SERVICE):
        return ["pause", "end"]
    return []


def journalled(state: State) -> Mapping[str, Any]:
    """The few facts that must survive a loss of power."""
    stop = state.stop
    return {
        "session": state.sitting.number,
        "session_open": state.sitting.opened_at_s is not None,
        "pains": state.sitting.pains,
        "self_test": _verdict(state.test),
        "resting": state.watch.now_s < state.sitting.rest_until_s,
        "stop": None
        if stop is None
        else {
            "trip": stop.trip.name,
            "pressure_kpa": _number(stop.pressure_kpa, 3),
            "rise_kpa": _number(stop.rise_kpa, 3),
            "place": stop.place,
            "level": stop.level,
            "next_level": stop.next_level,
            "rest": stop.rest,
            "first": None if stop.first is None else stop.first.name,
        },
    }


def _verdict(test: SelfTest) -> str | None:
    """The last self-test's: "passed", or the item that failed; None while there is none."""
    if not test.over:
        return None
    return "passed" if test.failed is None else test.failed.value


def _number(value: float, digits: int) -> float | None:
    """JSON knows no NaN."""
    return round(value, digits) if isfinite(value) else None
