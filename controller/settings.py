"""One commented TOML file to frozen settings; every error at once, each with its cure.

`KEYS` is the one table: the file that `footloop init` writes, the checks and the defaults
are made from it. Limits may be tightened in `[limits]`, never loosened past their bounds.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, NamedTuple

from controller import limits as limit_table
from controller.limits import HIGHEST_LEVEL, LOWEST_LEVEL, NEW_PERSON_LEVEL, Limits
from controller.session import Machine, Person
from hardware.wiring import CHOICES, OPTIONAL, Wiring, fastest_hz, problems

DEFAULT_PATH = Path("~/.config/footloop/footloop.toml")
STATE_FOLDER = "~/.local/state/footloop"
NOT_FITTED = "none"
"""What stands in the file for an optional part that is not wired."""


class SettingsError(ValueError):
    """The configuration cannot be used; the text lists every problem."""


class Key(NamedTuple):
    """One setting: where it stands, what it may be, what it is for."""

    section: str
    name: str
    default: Any
    allowed: str
    fits: Callable[[Any], bool]
    comment: str


class Settings(NamedTuple):
    """Everything configured."""

    person: Person
    machine: Machine
    limits: Limits
    wiring: Wiring
    folder: Path
    host: str
    port: int
    names: tuple[str, ...]
    quiet: bool


def _between(low: float, high: float, *, whole: bool = False) -> Callable[[Any], bool]:
    kinds = int if whole else (int, float)
    return lambda value: (
        isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high
    )


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _folder(value: Any) -> bool:
    if not _text(value) or "\0" in value:
        return False
    try:
        Path(value).expanduser()
    except RuntimeError:
        return False
    return True


KEYS: tuple[Key, ...] = (
    Key("person", "level", NEW_PERSON_LEVEL, f"{LOWEST_LEVEL} to {HIGHEST_LEVEL}",
        _between(LOWEST_LEVEL, HIGHEST_LEVEL, whole=True),
        "where a session begins; 3 for a new person, 5 is moderate"),
    Key("person", "foot_length_cm", 26.0, "20 to 32", _between(20.0, 32.0),
        "heel to tip of the longest toe"),
    Key("person", "first_foot", "left", "left or right", ("left", "right").__contains__,
        "the foot that is massaged first"),
    Key("machine", "travel_cm", 20.0, "10 to 25", _between(10.0, 25.0),
        "way of the carriage between its two limit switches"),
    Key("engine", "rate_hz", 250, "100 to 1000", _between(100, 1000, whole=True),
        "how often the loop reads, decides and drives"),
    Key("engine", "folder", STATE_FOLDER, "a folder", _folder,
        "journal and socket; only its owner may enter"),
    Key("signals", "quiet", False, "true or false", lambda value: isinstance(value, bool),
        "the buzzer stays silent; the light says everything"),
    Key("panel", "host", "0.0.0.0", "an address of this machine", _text,  # noqa: S104
        "0.0.0.0: every network this machine is in"),
    Key("panel", "port", 8080, "1 to 65535", _between(1, 65535, whole=True),
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
    lines += [
        "",
        "[wiring]",
        '# BCM (GPIO) pin numbers, ADC channels from 0; "none" where an optional part is missing.',
        *(f"# {name}: {' or '.join(choices)}" for name, choices in CHOICES.items()),
        "# `footloop wiring` shows what to solder.",
    ]
    wires = {one.name: NOT_FITTED if one.default is None else one.default for one in fields(Wiring)}
    lines += [f"{name} = {_toml(default)}" for name, default in wires.items()]
    lines += ["", "[limits]", "# May be tightened within the bounds, never loosened past them."]
    for name, (low, high, unit, source) in limit_table.bounds().items():
        if name != "tick_s":
            default = getattr(Limits(), name)
            lines.append(f"# {name} = {default:g}  # {low:g} to {high:g} {unit}; {source}")
    return "\n".join(lines) + "\n"


def load(path: Path) -> Settings:
    """Read and check `path`. Raises `SettingsError` naming every problem at once."""
    file = whole_path(path)
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"{file}: there is no such file; write it with: footloop init") from (
            error
        )
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: cannot be read ({error}); mend its rights or its text") from (
            error
        )
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: is not TOML: {error}; mend that line") from error
    found = _problems(document)
    if found:
        raise SettingsError("\n".join(f"{file}: {one}" for one in found))
    return _settings(document)


def whole_path(path: Path) -> Path:
    """`path` with its ~ filled in. Raises `SettingsError` when that is nobody's home."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise SettingsError(f"{path}: there is no such home folder; write the whole path") from (
            error
        )


def _problems(document: Mapping[str, Any]) -> list[str]:
    """Every problem of the document, one sentence each."""
    sections = {key.section for key in KEYS} | {"wiring", "limits"}
    found = [
        f"[{name}]: there is no such section; known: {', '.join(sorted(sections))}"
        if isinstance(value, dict) or name not in sections
        else f"{name}: must be a section, [{name}]"
        for name, value in document.items()
        if name not in sections or not isinstance(value, dict)
    ]
    for section in sorted({key.section for key in KEYS}):
        found += _section_problems(section, _section(document, section))
    wiring = _section(document, "wiring")
    found += [f"[wiring] {one}" for one in _wiring_problems(wiring)]
    if not found:
        found += _pace_problems(document)
    limits = _section(document, "limits")
    if "tick_s" in limits:
        found.append("[limits] tick_s: set rate_hz in [engine] instead")
        limits = {name: value for name, value in limits.items() if name != "tick_s"}
    return found + [f"[limits] {one}" for one in limit_table.problems(limits)]


def _section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = document.get(name, {})
    return section if isinstance(section, dict) else {}


def _section_problems(section: str, values: Mapping[str, Any]) -> list[str]:
    keys = {key.name: key for key in KEYS if key.section == section}
    found = []
    for name, value in values.items():
        key = keys.get(name)
        if key is None:
            found.append(f"[{section}] {name}: there is no such key; known: {', '.join(keys)}")
        elif not key.fits(value):
            found.append(f"[{section}] {name} = {value!r}: must be {key.allowed} ({key.comment})")
    return found


def _wiring_problems(values: Mapping[str, Any]) -> list[str]:
    known = {one.name for one in fields(Wiring)}
    unknown = [f"{name}: there is no such key" for name in values if name not in known]
    wrong = [
        f"{name} = {value!r}: must be {'a text' if name in CHOICES else 'a whole number'}"
        for name, value in values.items()
        if name in known and not _wirable(name, value)
    ]
    if unknown or wrong:
        return unknown + wrong
    return problems(_wiring(values))


def _wirable(name: str, value: Any) -> bool:
    if name in CHOICES:
        return isinstance(value, str)
    return (name in OPTIONAL and value == NOT_FITTED) or (
        isinstance(value, int) and not isinstance(value, bool)
    )


def _wiring(values: Mapping[str, Any]) -> Wiring:
    fitted: dict[str, Any] = {
        name: None if value == NOT_FITTED else value for name, value in values.items()
    }
    return Wiring(**fitted)


def _pace_problems(document: Mapping[str, Any]) -> list[str]:
    """The loop may be too quick for the converter; asked when both are sound by themselves."""
    rate_hz = _section(document, "engine").get("rate_hz", 0)
    most_hz = fastest_hz(_wiring(_section(document, "wiring")))
    if rate_hz <= most_hz:
        return []
    return [
        f"[engine] rate_hz = {rate_hz}: must be at most {most_hz} with the ADS1115 or HX711 that "
        "stands under [wiring]"
    ]


def _settings(document: Mapping[str, Any]) -> Settings:
    values = {(key.section, key.name): key.default for key in KEYS}
    for section, name in list(values):
        values[section, name] = document.get(section, {}).get(name, values[section, name])
    rate_hz = values["engine", "rate_hz"]
    return Settings(
        person=Person(
            values["person", "level"],
            float(values["person", "foot_length_cm"]),
            values["person", "first_foot"],
        ),
        machine=Machine(float(values["machine", "travel_cm"])),
        limits=Limits(**document.get("limits", {}), tick_s=1.0 / rate_hz),
        wiring=_wiring(document.get("wiring", {})),
        folder=Path(values["engine", "folder"]).expanduser(),
        host=values["panel", "host"],
        port=values["panel", "port"],
        names=tuple(values["panel", "names"]),
        quiet=values["signals", "quiet"],
    )


def _toml(value: Any) -> str:
    if value is MISSING or value is None:
        raise ValueError("every key of the configuration has a default")
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
