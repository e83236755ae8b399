"""Where in the massage we are, and what that asks of the kernel. Pure.

`plan()` turns what people wish (`Wish`, merged by the desk; presses on the device) and the
program into one `Request` per tick. It sees the kernel's last state and keeps no mode of its
own: here is only the place in the program, the level and the reference.
"""

from math import inf
from typing import NamedTuple

from controller import programs
from controller.buttons import Pad, Presses, pressed
from controller.carriage import Carriage, moved
from controller.comfort import Reference, begin, expected_kpa, freeze, learn
from controller.limits import HIGHEST_LEVEL, LOWEST_LEVEL, NEW_PERSON_LEVEL, Limits
from controller.modes import Mode, Request, State
from controller.programs import WHOLE_FOOT, Cursor, Program
from controller.trips import Reason
from hardware.roller import Sample

RAISE_EVERY_S = 2.0
"""Up is earned: one level in this time. Down is free."""


class Wish(NamedTuple):
    """What people ask through the desk. Counts only grow, rules act on growth."""

    stop_count: int = 0
    lower_count: int = 0
    pause_count: int = 0
    end_count: int = 0
    acknowledge_count: int = 0
    start_count: int = 0
    continue_count: int = 0
    level_count: int = 0  # writes of the level
    level: int = NEW_PERSON_LEVEL  # the last one written
    start_at_s: float = -inf  # on the link's clock
    continue_at_s: float = -inf
    recorded: int = 0  # number of the newest session on disk


class Person(NamedTuple):
    """Whose feet these are."""

    level: int = NEW_PERSON_LEVEL  # where a session begins, 1..10
    foot_length_cm: float = 26.0
    foot: str = "left"  # the first foot


class Machine(NamedTuple):
    """What plan must know of the carriage."""

    travel_cm: float = 20.0  # between the limit switches


class Levels(NamedTuple):
    """The level that applies, the one that is wished, and what caps it."""

    level: int
    wanted: int
    raised_at_s: float = -inf
    device_cap: int = HIGHEST_LEVEL  # the level last set on the device in this session


class Session(NamedTuple):
    """Everything plan remembers."""

    person: Person
    machine: Machine
    limits: Limits
    levels: Levels
    wish: Wish = Wish()
    number: int = 0  # of the kernel's session this belongs to
    program: Program = WHOLE_FOOT
    cursor: Cursor = Cursor()
    carriage: Carriage = Carriage()
    reference: Reference = Reference()
    pad: Pad = Pad()
    pair_count: int = 0  # times the pairing gesture was made on the device
    at_s: float | None = None  # of the last tick

    @classmethod
    def new(cls, person: Person, machine: Machine, limits: Limits) -> "Session":
        """Before the first tick."""
        return cls(person, machine, limits, Levels(person.level, person.level))


def place_of(session: Session) -> float | None:
    """Where the roller is: 0 heel .. 1 toe tip; None before home was found."""
    if not session.carriage.homed:
        return None
    return session.carriage.at_cm / session.person.foot_length_cm


def plan(
    session: Session, wish: Wish, sample: Sample, state: State, now_s: float
) -> tuple[Session, Request]:
    """Fold one tick in; return what is asked of the kernel. `state`: after the last tick."""
    person, machine, limits, levels, before, number, program, *_ = session
    cursor, carriage, reference, pad = session[7:11]
    dt_s = 0.0 if session.at_s is None else now_s - session.at_s
    pad, presses = pressed(pad, sample.buttons, now_s)
    sitting = state.sitting
    if sitting.number != number:
        number, cursor = sitting.number, Cursor()
        reference = begin(sample.pressure_kpa)
        levels = Levels(levels.level, levels.wanted)
    levels = _levels(levels, before, wish, presses, sample, state, limits, now_s)
    carriage = moved(carriage, state.duty, sample, machine.travel_cm, limits, dt_s)
    place = carriage.at_cm / person.foot_length_cm if carriage.homed else None
    speed_cm_s, over, change = 0.0, programs.over(program, cursor), False
    if state.mode.moving and state.mode is not Mode.SERVICE and not over:
        learning = programs.learning(cursor)
        change = program.steps[cursor.step].shift and not cursor.shifted
        if not change:
            cursor, speed_cm_s = programs.onward(
                program, cursor, carriage, person.foot_length_cm, levels.level, dt_s
            )
        if learning:
            reference = learn(reference, place, sample.pressure_kpa, dt_s)
            reference = reference if programs.learning(cursor) else freeze(reference)
    elif state.mode is Mode.HOLD and sitting.why is Reason.CHANGE:
        cursor = cursor if cursor.shifted else cursor._replace(shifted=True)
    elif not reference.frozen:
        reference = learn(reference, None, sample.pressure_kpa, dt_s)
    session = Session(
        person, machine, limits, levels, wish, number, program, cursor, carriage, reference,
        pad, session.pair_count + presses.pair, now_s,
    )  # fmt: skip
    return session, Request(
        speed_cm_s,
        levels.level,
        expected_kpa(reference, place, limits),
        place,
        presses.start,
        wish.start_count > before.start_count,
        wish.continue_count > before.continue_count,
        wish.pause_count > before.pause_count,
        change,
        over,
        presses.end or wish.end_count > before.end_count,
        wish.stop_count > before.stop_count,
        presses.acknowledge or wish.acknowledge_count > before.acknowledge_count,
        False,
        wish.recorded,
    )


def level_max(sample: Sample, limits: Limits) -> int:
    """The highest level this machine may offer."""
    whole = sample.pressure_b_kpa is not None and sample.gate_on is not None
    return HIGHEST_LEVEL if whole else int(limits.single_level)


def _levels(
    levels: Levels,
    before: Wish,
    wish: Wish,
    presses: Presses,
    sample: Sample,
    state: State,
    limits: Limits,
    now_s: float,
) -> Levels:
    """Down at once, up one level at a time; a lower in the same instant wins over a slider."""
    level, wanted, raised_at_s, cap = levels
    if wish is not before:
        if wish.level_count > before.level_count:
            wanted = min(wish.level, cap)
        wanted -= max(0, wish.lower_count - before.lower_count)
    if presses.plus or presses.minus:
        cap = _within_scale(min(level, wanted) - 1 if presses.minus else level + 1)
        wanted = cap
    ceiling = level_max(sample, limits)
    if state.stop is not None:
        ceiling = min(ceiling, state.stop.next_level)
    wanted = _within_scale(min(wanted, ceiling))
    if wanted < level:
        level = wanted
    elif wanted > level and not (now_s - raised_at_s < RAISE_EVERY_S):
        level, raised_at_s = level + 1, now_s
    if (level, wanted, raised_at_s, cap) == levels:
        return levels
    return Levels(level, wanted, raised_at_s, cap)


def _within_scale(level: int) -> int:
    return max(LOWEST_LEVEL, min(HIGHEST_LEVEL, level))
