"""The measured calibration on disk, beside the journal: read whole, or not at all.

A file that is not there means: never measured, nominal values, level 3 at most. A file that is
broken is never taken for that, for somebody knew better: it is an error that names each problem
(docs/decisions/0015). The checksum is over the content, so that a flipped bit or an edit is not
a silently different scale. Days are dates here, numbers in `hardware.calibration`.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

from controller.journal import write_durably
from hardware.calibration import HEAVIEST_N, Calibration, Element, Point, element_problems
from hardware.wiring import Wiring, b_fitted, chip_of

VERSION = 2
BYTES = 16_384
"""A longer file is none of ours."""
AGAIN = "measure again"
CURE = (
    "the calibration cannot be used, and nominal values may be far off: measure again with "
    "footloop calibrate --device gpio, or put {backup} back, or, to run uncalibrated at a low "
    "level, move the file away"
)
ELSEWHERE = (
    "{name} was measured on {chip}, and [wiring] has it on {now}: there the same reading is "
    "another load"
)
RANGES = ("open_below", "saturated_from", "shorted_from")


class CalibrationError(ValueError):
    """There is a calibration, and it is broken; the text lists every problem."""


def file_of(folder: Path) -> Path:
    """Where the calibration of the engine of `folder` is kept."""
    return folder / "calibration.json"


def backup_of(file: Path) -> Path:
    """Where the calibration before this one is kept."""
    return file.with_suffix(".old.json")


def load(file: Path) -> Calibration:
    """Read and check `file`; nominal values when there is none. Raises `CalibrationError`."""
    try:
        with open(file, "rb") as opened:
            content = opened.read(BYTES + 1)
    except FileNotFoundError:
        return Calibration()
    except OSError as error:
        raise CalibrationError(_told(file, [f"cannot be read ({error.strerror})"])) from error
    document, found = _document(content)
    calibration = _calibration(document, found)
    if found:
        raise CalibrationError(_told(file, found))
    return calibration


def load_for(wiring: Wiring, file: Path) -> Calibration:
    """Do as `load()`, and see that each element hangs where it was measured."""
    calibration = load(file)
    fitted = [name for name in HEAVIEST_N if name != "pressure_b" or b_fitted(wiring)]
    found = []
    for name in fitted:
        element: Element = getattr(calibration, name)
        now = chip_of(wiring, name)
        if element.measured_on is not None and element.chip != now:
            found.append(ELSEWHERE.format(name=name, chip=element.chip, now=now))
    if found:
        raise CalibrationError(_told(file, found))
    return calibration


def keep(file: Path, calibration: Calibration) -> None:
    """Replace `file` durably; what it held stays as its backup. Raises `OSError`."""
    if file.exists():
        write_durably(backup_of(file), file.read_bytes())
    write_durably(file, written(calibration))


def written(calibration: Calibration) -> bytes:
    """Return the file's content: what was measured, and its checksum."""
    elements = {name: getattr(calibration, name) for name in HEAVIEST_N}
    content = {
        "version": VERSION,
        **{
            name: _facts(element)
            for name, element in elements.items()
            if element.measured_on is not None
        },
    }
    content["checksum"] = checksum(content)
    return (json.dumps(content, indent=1) + "\n").encode()


def checksum(content: Mapping[str, Any]) -> str:
    """Return the checksum over all of `content` but the checksum itself."""
    covered = {name: value for name, value in content.items() if name != "checksum"}
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _facts(element: Element) -> dict[str, Any]:
    return {
        "measured_on": date.fromordinal(element.measured_on or 1).isoformat(),
        "chip": element.chip,
        "points": [point._asdict() for point in element.points],
        **{name: getattr(element, name) for name in RANGES},
    }


def _told(file: Path, found: list[str]) -> str:
    cure = CURE.format(backup=backup_of(file).name)
    return "\n".join(f"{file}: {one}" for one in [*found, cure])


def _document(content: bytes) -> tuple[Mapping[str, Any], list[str]]:
    """The JSON object, and what is wrong with it as a whole."""
    if len(content) > BYTES:
        return {}, [f"is longer than {BYTES} bytes"]
    try:
        document = json.loads(content, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        return {}, [f"is cut short or not JSON ({error})"]
    if not isinstance(document, dict):
        return {}, ["is not a JSON object"]
    found = []
    version, kept = document.get("version"), document.get("checksum")
    if version != VERSION:
        found.append(f"version = {version!r}: must be {VERSION}; another Footloop wrote this")
    if kept != checksum(document):
        found.append(
            f"checksum = {kept!r}: does not fit the content; the file was damaged or edited"
        )
    return document, found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _calibration(document: Mapping[str, Any], found: list[str]) -> Calibration:
    """The calibration of `document`; what is wrong with it is added to `found`."""
    if not document:
        return Calibration()
    found += _keys(document, "", (), ("version", "checksum", *HEAVIEST_N))
    elements = {name: Element() for name in HEAVIEST_N}
    names = [name for name in HEAVIEST_N if name in document]
    if not names:
        found.append(f"holds no element: one or both of {', '.join(HEAVIEST_N)}; {AGAIN}")
    for name in names:
        elements[name], wrong = _element(document[name], HEAVIEST_N[name])
        found += [f"{name}: {one}" for one in wrong]
    return Calibration(pressure_a=elements["pressure_a"], pressure_b=elements["pressure_b"])


def _element(facts: Any, heaviest_n: float) -> tuple[Element, list[str]]:
    if not isinstance(facts, dict):
        return Element(), [f"{facts!r}: must be an object; {AGAIN}"]
    names = ("measured_on", "chip", "points", *RANGES)
    found = _keys(facts, "", names, names)
    for name in RANGES:
        given = facts.get(name, 0)
        absent = given is None and name == "shorted_from"
        if not absent and not _number(given, 1.0):
            found.append(f"{name} = {given!r}: must be a number from 0 to 1; {AGAIN}")
    day = _day(facts.get("measured_on", "0001-01-01"))
    if day is None:
        found.append(f"measured_on = {facts['measured_on']!r}: must be a date, YYYY-MM-DD; {AGAIN}")
    chip = facts.get("chip", "")
    if not isinstance(chip, str):
        found.append(f"chip = {chip!r}: must be a text; {AGAIN}")
    found += _points(facts.get("points", []))
    if found:
        return Element(), found
    points = tuple(Point(float(one["raw"]), float(one["load_n"])) for one in facts["points"])
    ranges = {name: facts[name] for name in RANGES}
    element = Element(points, measured_on=day, chip=facts["chip"], **ranges)
    return element, element_problems(element, heaviest_n)


def _points(points: Any) -> list[str]:
    if not isinstance(points, list):
        return [f"points = {points!r}: must be a list; {AGAIN}"]
    found = []
    for number, point in enumerate(points):
        where = f"points[{number}]"
        if not isinstance(point, dict):
            found.append(f"{where} = {point!r}: must be an object; {AGAIN}")
            continue
        found += _keys(point, f"{where} ", Point._fields, Point._fields)
        for name, most in (("raw", 1.0), ("load_n", 1000.0)):
            if name in point and not _number(point[name], most):
                found.append(
                    f"{where} {name} = {point[name]!r}: "
                    f"must be a number from 0 to {most:g}; {AGAIN}"
                )
    return found


def _keys(
    facts: Mapping[str, Any], where: str, needed: tuple[str, ...], known: tuple[str, ...]
) -> list[str]:
    missing = [f"{where}{name}: is missing; {AGAIN}" for name in needed if name not in facts]
    unknown = [
        f"{where}{name}: there is no such key; known: {', '.join(known)}"
        for name in facts
        if name not in known
    ]
    return missing + unknown


def _number(value: Any, most: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0.0 <= value <= most and isfinite(value)


def _day(text: Any) -> int | None:
    try:
        found = date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found.toordinal() if found.isoformat() == text else None
