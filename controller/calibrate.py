"""The steps of `footloop calibrate`: nothing, then known weights on the head, then a new file.

Guided in the terminal, or by a script through a pipe. The roller rests all the time. Nothing is
changed before the last question is answered with yes: no input, Ctrl-C and a signal leave it all
as it was.
"""

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import FrameType
from typing import NamedTuple, Protocol

from controller.calibration_file import CalibrationError, backup_of, keep, load
from controller.calibration_report import described
from controller.journal import JournalError
from controller.loop import Clock
from controller.processes import ending_signals
from controller.settings import SettingsError
from controller.weighing import Unsteady, averaged, weight_n
from hardware.calibration import (
    HEAVIEST_N,
    POINTS,
    Calibration,
    Element,
    Point,
    element_problems,
    measured,
)
from hardware.converters import RESOLUTIONS
from hardware.roller import LATCHED_REST, Drive, RawPressure
from hardware.wiring import Wiring, b_fitted, chip_of

CHOICES: Mapping[str, tuple[str, ...]] = {
    "a": ("pressure_a",),
    "b": ("pressure_b",),
    "both": ("pressure_a", "pressure_b"),
}
READINGS, EVERY_S = 200, 0.005
"""A second of readings."""
BEGIN = "Take everything off the head, let it be still, then press Enter: "
WEIGH = "Lay a known weight on the head, let it be still, type it (4 kg, 500 g, 40 N){}: "
WEIGHTS_N = "type a number and its unit, 1 N to 1000 N, such as 4 kg, 500 g or 40 N"
KEPT = "Kept. It serves from the engine's next start on."
UNCHANGED = "Nothing was changed."


Misfits = Callable[[str, Element], list[str]]
"""Why an element that was weighed well cannot be used, by its name; empty: it can."""


class Talk(NamedTuple):
    """The person at the terminal, or a script."""

    ask: Callable[[str], str]  # raises EOFError
    tell: Callable[[str], None]


class Weighable(Protocol):
    """What is needed of a roller to weigh with it."""

    def raw(self) -> RawPressure:
        """Return the readings of now, also after a long pause. Raises `HardwareError`."""

    def drive(self, drive: Drive) -> None:
        """Apply `drive`."""


class Scale(NamedTuple):
    """The roller as a scale, and whom to talk to."""

    roller: Weighable
    clock: Clock
    talk: Talk


@contextmanager
def interruptible() -> Iterator[None]:
    """Have every signal that asks this process to end come as Ctrl-C does."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = [(one, signal.signal(one, leave)) for one in ending_signals()]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def elements_of(wiring: Wiring, choice: str | None) -> Mapping[str, str]:
    """Return the elements to weigh and each one's converter: as chosen, or all that are fitted.

    Raises `SettingsError`.
    """
    if choice is None:
        choice = "both" if b_fitted(wiring) else "a"
    if choice != "a" and not b_fitted(wiring):
        raise SettingsError(
            "[wiring] pressure B is not fitted: give pressure_b_channel or the pins of an HX711, "
            "or calibrate with --element a"
        )
    return {name: chip_of(wiring, name) for name in CHOICES[choice]}


def guided(
    scale: Scale, file: Path, chips: Mapping[str, str], today: date, misfits: Misfits
) -> bool:
    """Weigh, show, ask and keep; return whether `file` holds a new calibration now."""
    try:
        scale.roller.drive(LATCHED_REST)  # what a machine has cut by itself, stays cut
        kept = _guided(scale, file, chips, today, misfits)
    except (EOFError, KeyboardInterrupt):
        scale.talk.tell("")
        kept = False
    scale.talk.tell(KEPT if kept else UNCHANGED)
    return kept


def _guided(
    scale: Scale, file: Path, chips: Mapping[str, str], today: date, misfits: Misfits
) -> bool:
    before = _before(file, scale.talk)
    points = _weighed(scale, chips)
    elements = {
        name: measured(points[name], today.toordinal(), chip) for name, chip in chips.items()
    }
    scale.talk.tell("")
    for name, element in elements.items():
        found = [f"{name}: {one}" for one in element_problems(element, HEAVIEST_N[name])]
        found = found or misfits(name, element)
        for line in found or described(name, element, today):
            scale.talk.tell(line)
        if found:
            return False
        _compare(scale.talk, getattr(before, name), element)
    if not _agreed(file, scale.talk, today):
        return False
    try:
        keep(file, _with(before, elements))
    except OSError as error:
        raise JournalError(
            f"cannot write {file}: {error.strerror}; free space or mend the folder's rights"
        ) from error
    return True


def _with(before: Calibration, elements: Mapping[str, Element]) -> Calibration:
    return replace(
        before,
        pressure_a=elements.get("pressure_a", before.pressure_a),
        pressure_b=elements.get("pressure_b", before.pressure_b),
    )


def _before(file: Path, talk: Talk) -> Calibration:
    """What is replaced; of a broken file nothing is taken over."""
    try:
        return load(file)
    except CalibrationError as error:
        talk.tell(f"{error}\nNothing of it is taken over; what you do not weigh now is nominal.\n")
        return Calibration()


def _weighed(scale: Scale, chips: Mapping[str, str]) -> dict[str, tuple[Point, ...]]:
    """The points of each element, from no load up."""
    talk, (few, many) = scale.talk, POINTS
    talk.tell("Keep your foot off. The motor stays off, its gate open.")
    weighed: dict[float, dict[str, float]] = {}
    while not weighed:
        talk.ask(BEGIN)
        _note(scale, weighed, 0.0, chips)
    while len(weighed) < many:
        enough = len(weighed) >= few
        given = talk.ask(WEIGH.format("; nothing when done" if enough else "")).strip()
        load_n = weight_n(given)
        if not given and enough:
            break
        if load_n is None or load_n in weighed:
            talk.tell(WEIGHTS_N if load_n is None else f"{load_n:.2f} N was weighed already")
        else:
            _note(scale, weighed, load_n, chips)
    return {
        name: tuple(Point(weighed[load_n][name], load_n) for load_n in sorted(weighed))
        for name in chips
    }


def _note(
    scale: Scale, weighed: dict[float, dict[str, float]], load_n: float, chips: Mapping[str, str]
) -> None:
    """Read for a second and note what each element reads under `load_n`, or say why not."""
    readings = _readings(scale)
    try:
        read = {name: _average(name, readings, chip) for name, chip in chips.items()}
    except Unsteady as error:
        scale.talk.tell(f"Not measured: {error}. Once more.")
        return
    weighed[load_n] = read
    told = ", ".join(f"{name} reads {raw:.5f}" for name, raw in read.items())
    scale.talk.tell(f"  {load_n:.2f} N: {told}")


def _readings(scale: Scale) -> list[RawPressure]:
    found = []
    due_s = scale.clock.now_s()
    for _ in range(READINGS):
        found.append(scale.roller.raw())
        due_s += EVERY_S
        scale.clock.wait_until(due_s)
    return found


def _average(name: str, readings: Sequence[RawPressure], chip: str) -> float:
    try:
        return averaged([getattr(one, name) for one in readings], RESOLUTIONS[chip])
    except Unsteady as error:
        raise Unsteady(f"{name}: {error}") from error


def _compare(talk: Talk, before: Element, element: Element) -> None:
    """Say what the heaviest weight would have read before."""
    raw, load_n = element.points[-1]
    source = "nominal values" if before.measured_on is None else "the old calibration"
    old_n = before.load_n(raw)
    talk.tell(f"  {source} would call {load_n:.1f} N {old_n:.1f} N ({old_n / load_n - 1.0:+.0%})")


def _agreed(file: Path, talk: Talk, today: date) -> bool:
    """Ask before anything is written; no answer but yes is one."""
    what = f"Keep this, dated {today}"
    if file.exists():
        what += f", in place of {file} (it stays as {backup_of(file).name})"
    return talk.ask(f"{what}? yes or no: ").strip().lower() in ("y", "yes")
