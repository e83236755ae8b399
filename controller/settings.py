"""One commented TOML file to frozen settings; every error at once, each with its cure.

What there is to set stands in `controller/settings_keys.py`. Limits may be
tightened in `[limits]`, never loosened past their bounds.
"""

import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from controller import limits as limit_table
from controller.limits import Limits
from controller.nearest import meant
from controller.session import Machine, Person
from controller.settings_keys import KEYS, NOT_FITTED
from hardware.pin_rules import problems
from hardware.wiring import CHOICES, OPTIONAL, Wiring, fastest_hz

DEFAULT_PATH = Path("~/.config/footloop/footloop.toml")


class SettingsError(ValueError):
    """The configuration cannot be used; the text lists every problem."""


class MissingSettingsError(SettingsError):
    """There is no configuration; the text says how to write one."""


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


def load(path: Path) -> Settings:
    """Read and check `path`. Raises `SettingsError` naming every problem at once."""
    file = whole_path(path)
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MissingSettingsError(
            f"{file}: there is no such file; write it with: footloop init{config_option(file)}"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{file}: cannot be read ({error}); mend its name, its rights or its text"
        ) from error
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


def config_option(file: Path) -> str:
    """What to type after a command so that it takes `file`; nothing when it does anyway."""
    return "" if file == whole_path(DEFAULT_PATH) else f" --config {shlex.quote(str(file))}"


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
    known = [one.name for one in fields(Wiring)]
    unknown = [
        f"{name}: there is no such key; {meant(name, known)}"
        for name in values
        if name not in known
    ]
    wrong = [
        f"{name} = {value!r}: must be {_wanted(name)}"
        for name, value in values.items()
        if name in known and not _wirable(name, value)
    ]
    if unknown or wrong:
        return unknown + wrong
    return problems(_wiring(values))


def _wirable(name: str, value: Any) -> bool:
    """Whether the rules can judge it; they also say what may not be left out."""
    if name in CHOICES:
        return isinstance(value, str)
    return value == NOT_FITTED or (isinstance(value, int) and not isinstance(value, bool))


def _wanted(name: str) -> str:
    if name in CHOICES:
        return f"one of {', '.join(CHOICES[name])}"
    return f'a whole number or "{NOT_FITTED}"' if name in OPTIONAL else "a whole number"


def _wiring(values: Mapping[str, Any]) -> Wiring:
    fitted: dict[str, Any] = {
        name: None if value == NOT_FITTED and name not in CHOICES else value
        for name, value in values.items()
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
        machine=Machine(
            float(values["machine", "travel_cm"]), encoder=values["machine", "encoder"]
        ),
        limits=Limits(**document.get("limits", {}), tick_s=1.0 / rate_hz),
        wiring=_wiring(document.get("wiring", {})),
        folder=Path(values["engine", "folder"]).expanduser(),
        host=values["panel", "host"],
        port=values["panel", "port"],
        names=tuple(values["panel", "names"]),
        quiet=values["signals", "quiet"],
    )
