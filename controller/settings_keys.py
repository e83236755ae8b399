"""Every setting of the configuration, once: where it stands, what it may be, what it is for.

The checks of `controller/settings.py`, the defaults, and the commented file that `footloop init`
writes are made from these keys.
"""

import re
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, NamedTuple

from controller import limits as limit_table
from controller.limits import HIGHEST_LEVEL, LOWEST_LEVEL, NEW_PERSON_LEVEL, Limits
from controller.ranges import between
from hardware.wiring import CHOICES, Wiring, allowed_ohm

HOST = re.compile(r"[0-9A-Za-z.:%_-]{1,253}")
"""What an address or a machine's name is made of."""
STATE_FOLDER = "~/.local/state/footloop"
NOT_FITTED = "none"
"""What stands in the file for an optional part that is not wired."""


class Key(NamedTuple):
    """One setting: where it stands, what it may be, what it is for."""

    section: str
    name: str
    default: Any
    allowed: str
    fits: Callable[[Any], bool]
    comment: str


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _host(value: Any) -> bool:
    return isinstance(value, str) and HOST.fullmatch(value) is not None


def _folder(value: Any) -> bool:
    if not _text(value) or "\0" in value:
        return False
    try:
        Path(value).expanduser()
    except RuntimeError:
        return False
    return True


KEYS: tuple[Key, ...] = (
    Key("person", "level", NEW_PERSON_LEVEL,
        f"a whole number from {LOWEST_LEVEL} to {HIGHEST_LEVEL}",
        between(LOWEST_LEVEL, HIGHEST_LEVEL, whole=True),
        "where a session begins; 3 for a new person, 5 is moderate"),
    Key("person", "foot_length_cm", 26.0, "20 to 32", between(20.0, 32.0),
        "heel to tip of the longest toe"),
    Key("person", "first_foot", "left", "left or right", ("left", "right").__contains__,
        "the foot that is massaged first"),
    Key("machine", "travel_cm", 20.0, "10 to 25", between(10.0, 25.0),
        "way of the carriage between its two limit switches"),
    Key("machine", "encoder", False, "true or false", lambda value: isinstance(value, bool),
        "a quadrature encoder on the motor, read by a microcontroller: T7 sees it turn"),
    Key("engine", "rate_hz", 250, "a whole number from 100 to 1000",
        between(100, 1000, whole=True),
        "how often the loop reads, decides and drives"),
    Key("engine", "folder", STATE_FOLDER, "a folder", _folder,
        "journal and socket; only its owner may enter"),
    Key("signals", "quiet", False, "true or false", lambda value: isinstance(value, bool),
        "the buzzer stays silent; the light says everything"),
    Key("panel", "host", "0.0.0.0", "an address of this machine", _host,  # noqa: S104
        "0.0.0.0: every network this machine is in"),
    Key("panel", "port", 8080, "a whole number from 1 to 65535", between(1, 65535, whole=True),
        "of the page's address"),
    Key("panel", "names", [], "a list of names",
        lambda value: isinstance(value, list) and all(_text(one) for one in value),
        'further names this machine is reached by, such as "footloop.lan"'),
)  # fmt: skip


def template() -> str:
    """The commented file that `footloop init` writes; every value is its default."""
    lines = ["# Footloop's configuration. Every value below is the default."]
    section = ""
    for key in KEYS:
        if key.section != section:
            section = key.section
            lines += ["", f"[{section}]"]
        lines += [f"# {key.comment}; {key.allowed}", f"{key.name} = {_toml(key.default)}"]
    ohms = {name: allowed_ohm(name) for name in CHOICES["driver"]}
    lines += [
        "",
        "[wiring]",
        '# BCM (GPIO) pin numbers, ADC channels from 0; "none" where an optional part is missing.',
        *(f"# {name}: {' or '.join(choices)}" for name, choices in CHOICES.items()),
        *(f"# current_ohm of a {name}: {low} to {high}" for name, (low, high) in ohms.items()),
        "# driver and current_ohm scale the motor's current, by which a strained motor is stopped:",
        "# read both off the board. `footloop wiring` shows what to solder.",
    ]
    wires = {one.name: NOT_FITTED if one.default is None else one.default for one in fields(Wiring)}
    lines += [f"{name} = {_toml(default)}" for name, default in wires.items()]
    lines += ["", "[limits]", "# May be tightened within the bounds, never loosened past them."]
    for name, bounds in limit_table.bounds().items():
        if name != "tick_s":
            default, allowed = getattr(Limits(), name), limit_table.allowed(name)
            lines.append(f"# {name} = {default:g}  # {allowed}; {bounds.source}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if value is MISSING or value is None:
        raise ValueError("every key of the configuration has a default")
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
