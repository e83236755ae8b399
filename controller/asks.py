"""One line from a client to one change of the wish, or a refusal with its reason. Pure.

Stop and lower are never refused, whatever else the line says. Everything else is checked
first and changes nothing when refused. Each client keeps a growing count per verb, merged by
maximum, so that a line sent twice asks once; start, continue and acknowledge must name the newest
state the client has seen, so that a line which lay in a queue starts and undoes nothing.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from controller.desk import FRESH_S
from controller.limits import HIGHEST_LEVEL, LOWEST_LEVEL
from controller.service import Task
from controller.wish import Wish

LINE_BYTES = 1024
"""Longest line a client may send."""
FRESH = ("start", "continue", "acknowledge", "service")
"""Asked on a picture that must not be old: what lay in a queue means another moment."""
COUNTED = ("start", "continue", "pause", "end", "acknowledge", "service")
TASKS = {one.value: one for one in Task}
VERBS = ("stop", "lower", "level", *COUNTED)


class Source(NamedTuple):
    """What the link remembers of one client."""

    counts: Mapping[str, int] = {}
    service: int = 0  # number of the task of service it asked for last


class Answer(NamedTuple):
    """What a line led to."""

    wish: Wish
    source: Source
    holder: str | None  # who may raise the level, while a session is open
    refusal: str | None  # None: done
    id: int | None = None  # of the line, echoed


class Refused(ValueError):
    """The line asks for something that is not possible; the text says why."""


def asking(do: str, count: int, seen_s: float, **fields: Any) -> bytes:
    """The line by which a client asks; of `count` and `seen_s` it tells what `do` needs."""
    ask = {"do": do, **fields}
    if do in COUNTED:
        ask["count"] = count
    if do in FRESH:
        ask["seen_s"] = seen_s
    return json.dumps(ask).encode()


def answer(
    line: bytes,
    wish: Wish,
    source: Source,
    holder: str | None,
    told: Mapping[str, Any],
    now_s: float,
) -> Answer:
    """Merge `line` into `wish`. `told`: the newest telemetry; `now_s`: the link's clock."""
    ask: Mapping[str, Any] = {}
    try:
        ask = _parsed(line)
        wish, source, holder = _merged(ask, wish, source, holder, told, now_s)
    except Refused as refused:
        return Answer(wish, source, holder, str(refused), _id(ask))
    return Answer(wish, source, holder, None, _id(ask))


def withdrawn(wish: Wish, source: Source) -> Wish:
    """The wish when that client is gone: its task is nobody's, and Start is a session's again."""
    if source.service <= wish.withdrawn_count:
        return wish
    return wish._replace(withdrawn_count=source.service)


def _parsed(line: bytes) -> Mapping[str, Any]:
    if len(line) > LINE_BYTES:
        raise Refused(f"the line is longer than {LINE_BYTES} bytes")
    try:
        ask = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Refused("the line is not JSON") from error
    if not isinstance(ask, dict):
        raise Refused("the line is not a JSON object")
    return ask


def _id(ask: Mapping[str, Any]) -> int | None:
    number = ask.get("id")
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _merged(
    ask: Mapping[str, Any],
    wish: Wish,
    source: Source,
    holder: str | None,
    told: Mapping[str, Any],
    now_s: float,
) -> tuple[Wish, Source, str | None]:
    verb = ask.get("do")
    if verb == "stop":
        return wish._replace(stop_count=wish.stop_count + 1), source, holder
    if verb == "lower":
        return wish._replace(lower_count=wish.lower_count + 1), source, holder
    if verb == "level":
        _only(ask, "level", "who")
        level, holder = _level(ask, holder, told)
        return wish._replace(level=level, level_count=wish.level_count + 1), source, holder
    if verb not in COUNTED:
        raise Refused(f"do = {_shown(verb)}: must be one of {', '.join(VERBS)}")
    _only(ask, "count", "seen_s", "who", *(("task",) if verb == "service" else ()))
    task = _task(ask) if verb == "service" else wish.task
    count = _whole(ask, "count", 1, 2**31)
    at_s = _seen_s(ask, now_s) if verb in FRESH else now_s
    if verb not in told.get("can", ()):
        raise Refused(f"{verb} is not possible now. {told.get('words', '')}".strip())
    if count <= source.counts.get(verb, 0):
        raise Refused(f"count = {count}: this {verb} was already counted")
    wish = _counted(wish._replace(task=task), verb, at_s)
    asked = wish.service_count if verb == "service" else source.service
    return wish, Source({**source.counts, verb: count}, asked), holder


def _counted(wish: Wish, verb: str, at_s: float) -> Wish:
    """One more; a start or continue is as old as the picture it was asked on."""
    if verb == "start":
        return wish._replace(start_count=wish.start_count + 1, start_at_s=at_s)
    if verb == "continue":
        return wish._replace(continue_count=wish.continue_count + 1, continue_at_s=at_s)
    if verb == "service":
        return wish._replace(service_count=wish.service_count + 1, service_at_s=at_s)
    if verb == "pause":
        return wish._replace(pause_count=wish.pause_count + 1)
    if verb == "end":
        return wish._replace(end_count=wish.end_count + 1)
    return wish._replace(acknowledge_count=wish.acknowledge_count + 1)


def _task(ask: Mapping[str, Any]) -> Task:
    task = ask.get("task")
    if not isinstance(task, str) or task not in TASKS:
        raise Refused(f"task = {_shown(task)}: must be one of {', '.join(TASKS)}")
    return TASKS[task]


def _level(
    ask: Mapping[str, Any], holder: str | None, told: Mapping[str, Any]
) -> tuple[int, str | None]:
    """The level asked for; raising it belongs to one holder while a session is open."""
    level = _whole(ask, "level", LOWEST_LEVEL, HIGHEST_LEVEL)
    who = ask.get("who")
    if not isinstance(who, str) or not 0 < len(who) <= 40:
        raise Refused("who: must be a name of 1 to 40 characters")
    if level <= told.get("level", LOWEST_LEVEL):
        return level, holder
    if level > told.get("level_max", LOWEST_LEVEL):
        raise Refused(f"level = {level}: this machine offers at most {told.get('level_max', 1)}")
    if holder not in (None, who):
        raise Refused(
            f"Only {holder} may raise the level in this session. You may lower it, stop and end."
        )
    return level, who if told.get("session_open") else None


def _seen_s(ask: Mapping[str, Any], now_s: float) -> float:
    """When the picture was made on which this was asked; refused when that is too long ago."""
    seen_s = ask.get("seen_s")
    if isinstance(seen_s, bool) or not isinstance(seen_s, int | float):
        raise Refused("seen_s: must be the at_s of the newest state you have")
    if not (now_s - FRESH_S <= seen_s <= now_s):
        raise Refused(f"too late: asked on a picture older than {FRESH_S:g} s; ask again")
    return float(seen_s)


def _whole(ask: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = ask.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Refused(f"{name} = {_shown(value)}: must be a whole number from {low} to {high}")
    return value


def _shown(value: object) -> str:
    """A value as a refusal repeats it; one with an inside could be endlessly deep."""
    return type(value).__name__ if isinstance(value, dict | list) else repr(value)


def _only(ask: Mapping[str, Any], *names: str) -> None:
    unknown = sorted(set(ask) - {"do", "id", *names})
    if unknown:
        raise Refused(f"unknown field {unknown[0]!r}; known: do, id, {', '.join(names)}")
