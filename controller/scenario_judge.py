"""What a scenario demands, held against a picture of the moment. Pure.

A person sees what the link tells; what only a simulated plant knows is None at a bench, and is
never taken for true.
"""

from collections.abc import Callable, Mapping
from math import isfinite, nan
from typing import Any, NamedTuple

from controller.modes import Mode
from controller.scenario_keys import CRITERION, NONE

TOLD_S = 0.0015
"""The link tells instants to the millisecond."""


class Picture(NamedTuple):
    """A moment: what the link tells, how often what has happened, and the plant's truth."""

    told: Mapping[str, Any]
    stops: int = 0
    holds: int = 0
    eases: int = 0
    pressure_kpa: float = nan
    speed_cm_s: float | None = None  # from here on: None where nobody knows
    motor_powered: bool | None = None
    gate_on: bool | None = None


class Tally(NamedTuple):
    """How often a mode was entered, from picture to picture."""

    mode: str = Mode.IDLE.name
    stops: int = 0
    holds: int = 0
    eases: int = 0

    def seen(self, mode: str) -> "Tally":
        """One more look."""
        if mode == self.mode:
            return self
        return Tally(
            mode,
            self.stops + (mode == Mode.STOPPED.name),
            self.holds + (mode == Mode.HOLD.name),
            self.eases + (mode == Mode.EASED.name),
        )


def complaints(wanted: Mapping[str, Any], picture: Picture) -> list[str]:
    """What is not as wanted, one line each."""
    return [
        f"{name}: {_shown(actual)}; wanted: {_shown(value)}"
        for name, value in wanted.items()
        for fits, actual in [JUDGES[name](value, picture)]
        if not fits
    ]


def knowable(wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """What can be judged without a simulated plant."""
    return {name: value for name, value in wanted.items() if not CRITERION[name].truth}


Verdict = tuple[bool, Any]
"""Whether it is as wanted, and how it is."""
Judge = Callable[[Any, Picture], Verdict]


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " or ".join(map(_shown, value)) if value else NONE
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _stop(picture: Picture) -> Mapping[str, Any]:
    return picture.told.get("stop") or {}


def _same(name: str) -> Judge:
    return lambda value, picture: (picture.told.get(name) == value, picture.told.get(name))


def _count(name: str) -> Judge:
    return lambda value, picture: (getattr(picture, name) == value, getattr(picture, name))


def _at_most(name: str) -> Judge:
    """A number that is not known is not small enough."""
    return lambda value, picture: (_size(picture, name) <= value, _size(picture, name))


def _at_least(name: str) -> Judge:
    return lambda value, picture: (_size(picture, name) >= value, _size(picture, name))


def _size(picture: Picture, name: str) -> float:
    value = picture.told.get(name) if name == "place" else getattr(picture, name)
    return nan if value is None or not isfinite(value) else float(value)


def _mode(value: Any, picture: Picture) -> Verdict:
    mode = picture.told.get("mode")
    return mode in _listed(value), mode


def _stopped(value: Any, picture: Picture) -> Verdict:
    stopped = picture.told.get("stop") is not None
    return stopped is value, stopped


def _rule(value: Any, picture: Picture) -> Verdict:
    rule = _stop(picture).get("rule", NONE)
    return rule == value, rule


def _reason(value: Any, picture: Picture) -> Verdict:
    reason = picture.told.get("reason") or NONE
    return reason == value, reason


def _words(value: Any, picture: Picture) -> Verdict:
    words = str(picture.told.get("words"))
    return all(part in words for part in _listed(value)), words


def _next_level(value: Any, picture: Picture) -> Verdict:
    level = _stop(picture).get("next_level", NONE)
    return level == value, level


def _can(value: Any, picture: Picture) -> Verdict:
    can = picture.told.get("can", [])
    return set(_listed(value)) <= set(can), can


def _cannot(value: Any, picture: Picture) -> Verdict:
    can = picture.told.get("can", [])
    return set(_listed(value)).isdisjoint(can), f"one of {_shown(can)}"


def _stopped_at_s(value: Any, picture: Picture) -> Verdict:
    at_s = _stop(picture).get("at_s", nan)
    return abs(at_s - value) <= TOLD_S, at_s


JUDGES: dict[str, Judge] = {
    "mode": _mode,
    "stopped": _stopped,
    "rule": _rule,
    "reason": _reason,
    "words": _words,
    "level": _same("level"),
    "next_level": _next_level,
    "can": _can,
    "cannot": _cannot,
    "session_open": _same("session_open"),
    "phase": _same("phase"),
    "stops": _count("stops"),
    "holds": _count("holds"),
    "eases": _count("eases"),
    "stopped_at_s": _stopped_at_s,
    "place_at_most": _at_most("place"),
    "place_at_least": _at_least("place"),
    "pressure_at_most_kpa": _at_most("pressure_kpa"),
    "pressure_at_least_kpa": _at_least("pressure_kpa"),
    "speed_at_most_cm_s": _at_most("speed_cm_s"),
    "speed_at_least_cm_s": _at_least("speed_cm_s"),
    "motor_powered": _count("motor_powered"),
    "gate_on": _count("gate_on"),
}
"""How each criterion is judged."""
