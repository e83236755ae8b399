"""Massage programs as data, and the speed along the sole that they want. Pure.

Speeds are those of level 5 and scale with the level. Places are fractions of the foot's
length, 0 at the heel; the roller stays behind the base of the toes. Time counts only while
the roller may move, so a pause loses nothing. Source: the program table of the reference
device.
"""

from enum import Enum
from typing import NamedTuple

from controller.carriage import Carriage
from controller.limits import LEVELS, MODERATE_LEVEL

BALL = 0.72
"""Strokes go from home, the heel end, to here: behind the base of the toes."""
LEARN_CM_S = 2.0
"""The first two strokes, which learn the reference, and the way home are no faster."""
LEARN_STROKES = 2
CIRCLE_CM = 1.2
CREEP_CM = 0.4
LOST_S = 120.0
"""Twice the slowest way: 19 cm of knuckles at level 1, eased twice, with their dwells."""
DWELL_S = 2.0
DWELL_EVERY_CM = 2.0


class Motion(Enum):
    """How a step moves the roller."""

    STROKES = "whole-sole strokes"
    CIRCLES = "back and forth, creeping from heel to toe base"
    KNUCKLES = "slow press-rolls with dwells"
    FADE = "strokes that fall to rest"

    __hash__ = object.__hash__


class Step(NamedTuple):
    """One part of a program."""

    name: str
    motion: Motion
    speed_cm_s: float  # at level 5
    time_s: float
    shift: bool = False  # the foot is shifted sideways before it (motor off, HOLD)


class Program(NamedTuple):
    """A named sequence of steps."""

    name: str
    steps: tuple[Step, ...]


WHOLE_FOOT = Program(
    "whole-foot",
    (
        Step("settle in", Motion.STROKES, 3.0, 60.0),
        Step("small circles", Motion.CIRCLES, 5.0, 45.0),
        Step("small circles", Motion.CIRCLES, 5.0, 45.0, shift=True),
        Step("small circles", Motion.CIRCLES, 5.0, 45.0, shift=True),
        Step("small circles", Motion.CIRCLES, 5.0, 45.0, shift=True),
        Step("small circles", Motion.CIRCLES, 5.0, 45.0, shift=True),
        Step("knuckles", Motion.KNUCKLES, 2.0, 60.0),
        Step("knuckles", Motion.KNUCKLES, 2.0, 60.0),
        Step("wind down", Motion.FADE, 3.0, 10.0),
    ),
)


class Cursor(NamedTuple):
    """Where in the program we are."""

    step: int = 0
    spent_s: float = 0.0  # of this step
    heading: float = -1.0  # -1 toward the heel, first of all to find home
    strokes: int = -1  # whole ones since home was found; -1: on the way home
    centre_cm: float = 0.0  # of the circles
    mark_cm: float = 0.0  # where the last dwell was
    dwell_s: float = 0.0  # left of it
    shifted: bool = False  # the shift that this step asks for is done
    way_s: float = 0.0  # since the roller last turned


def over(program: Program, cursor: Cursor) -> bool:
    """Whether the last step is done."""
    return cursor.step >= len(program.steps)


def lost(cursor: Cursor) -> bool:
    """The roller has been on its way to a turn for longer than any way can take."""
    return cursor.way_s > LOST_S


def left_s(program: Program, cursor: Cursor) -> float:
    """Rolling time left in the program, s."""
    return max(0.0, sum(step.time_s for step in program.steps[cursor.step :]) - cursor.spent_s)


def learning(cursor: Cursor) -> bool:
    """The first two strokes are not over yet."""
    return cursor.strokes < LEARN_STROKES


def onward(
    program: Program, cursor: Cursor, carriage: Carriage, length_cm: float, level: int, dt_s: float
) -> tuple[Cursor, float]:
    """Spend `dt_s` of rolling time; return the cursor and the wanted speed, cm/s."""
    step = program.steps[cursor.step]
    if cursor.spent_s + dt_s >= step.time_s and cursor.strokes >= 0:
        return _next_step(cursor, carriage), 0.0
    after, speed_cm_s = _course(step, cursor, carriage, length_cm, level, dt_s)
    number, spent_s, heading, strokes, centre_cm, mark_cm, dwell_s, shifted, way_s = after
    spent_s += dt_s if strokes >= 0 else 0.0
    way_s = way_s + dt_s if heading == cursor.heading else 0.0
    return Cursor(
        number, spent_s, heading, strokes, centre_cm, mark_cm, dwell_s, shifted, way_s
    ), heading * speed_cm_s  # fmt: skip


def _next_step(cursor: Cursor, carriage: Carriage) -> Cursor:
    return Cursor(
        step=cursor.step + 1,
        heading=cursor.heading,
        strokes=cursor.strokes,
        mark_cm=carriage.at_cm,
    )


def _course(
    step: Step, cursor: Cursor, carriage: Carriage, length_cm: float, level: int, dt_s: float
) -> tuple[Cursor, float]:
    """Where to and how fast: the cursor but for its times, and the speed without its sign."""
    high_cm = BALL * length_cm
    scale = LEVELS[level].speed_cm_s / LEVELS[MODERATE_LEVEL].speed_cm_s
    speed_cm_s = step.speed_cm_s * scale
    if step.motion is Motion.CIRCLES:
        return _circle(cursor, carriage.at_cm, high_cm), speed_cm_s
    if learning(cursor):
        speed_cm_s = min(speed_cm_s, LEARN_CM_S)
    cursor = _stroke(cursor, carriage, high_cm)
    if step.motion is Motion.KNUCKLES:
        return _knuckle(cursor, carriage.at_cm, speed_cm_s, dt_s)
    if step.motion is Motion.FADE:
        speed_cm_s *= max(0.0, 1.0 - (cursor.spent_s + dt_s) / step.time_s)
    return cursor, speed_cm_s


def _stroke(cursor: Cursor, carriage: Carriage, high_cm: float) -> Cursor:
    """Turn round at home, which sets the place right, and at the base of the toes."""
    heading, home = cursor.heading, carriage.at_cm <= 0.0
    if cursor.strokes < 0:
        return cursor._replace(heading=1.0, strokes=0) if home else cursor._replace(heading=-1.0)
    if home if heading < 0.0 else carriage.at_cm >= high_cm:
        return cursor._replace(heading=-heading, strokes=cursor.strokes + 1)
    return cursor


def _circle(cursor: Cursor, at_cm: float, high_cm: float) -> Cursor:
    """Small circles that creep from the heel to the toe base; there they begin again at home."""
    centre_cm, heading = cursor.centre_cm, cursor.heading
    if centre_cm <= 0.0:
        centre_cm, heading = (CIRCLE_CM, 1.0) if at_cm <= 0.0 else (0.0, -1.0)
    elif heading > 0.0 and at_cm >= centre_cm + CIRCLE_CM:
        heading = -1.0
    elif heading < 0.0 and at_cm <= max(0.0, centre_cm - CIRCLE_CM):
        centre_cm += CREEP_CM
        if centre_cm + CIRCLE_CM > high_cm:
            centre_cm = 0.0
        else:
            heading = 1.0
    return cursor._replace(centre_cm=centre_cm, heading=heading)


def _knuckle(cursor: Cursor, at_cm: float, speed_cm_s: float, dt_s: float) -> tuple[Cursor, float]:
    """Roll 2 cm, stand 2 s."""
    if cursor.dwell_s > 0.0:
        return cursor._replace(dwell_s=cursor.dwell_s - dt_s), 0.0
    if abs(at_cm - cursor.mark_cm) >= DWELL_EVERY_CM:
        return cursor._replace(mark_cm=at_cm, dwell_s=DWELL_S), 0.0
    return cursor, speed_cm_s
