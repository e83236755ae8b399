"""Where in the massage we are, and what that asks of the kernel. Pure.

`plan()` turns what people wish (`Wish`, merged by the desk; presses on the device) and the
program into one `Request` per tick. It sees the kernel's last state and keeps no mode of its
own: here is only the place in the program, the level and the reference.
"""

from math import inf
from typing import NamedTuple

from controller.buttons import AT_REST, NOTHING, UP, Pad, Presses, pressed, used
from controller.carriage import Carriage, moved
from controller.comfort import Reference, begin, expected_kpa, freeze, learn
from controller.levels import Levels, asked, level_max, settled
from controller.limits import NEW_PERSON_LEVEL, Limits
from controller.modes import Mode, Request, State
from controller.programs import WHOLE_FOOT, Cursor, Program, learning, lost, onward, over
from controller.service import Service, served, withdrawn
from controller.watch import ROUNDING_S, Reason
from controller.wish import Wish
from hardware.calibration import Trust
from hardware.roller import Sample

__all__ = ["Machine", "Person", "Session", "Setting", "Wish", "place_of", "plan"]

PLAN_S = 0.010
"""A plan without news holds so long; in this time the roller moves 1 mm at the most."""


class Person(NamedTuple):
    """Whose feet these are."""

    level: int = NEW_PERSON_LEVEL  # where a session begins, 1..10
    foot_length_cm: float = 26.0
    foot: str = "left"  # the first foot


class Machine(NamedTuple):
    """What plan must know of the carriage."""

    travel_cm: float = 20.0  # between the limit switches
    trust: Trust = Trust.MEASURED  # how far its kPa may be believed
    encoder: bool = False  # on the motor; only a microcontroller reads it


class Setting(NamedTuple):
    """What does not change while the engine runs."""

    person: Person
    machine: Machine
    limits: Limits
    program: Program = WHOLE_FOOT


class Session(NamedTuple):
    """Everything plan remembers."""

    setting: Setting
    levels: Levels
    wish: Wish = Wish()
    number: int = 0  # of the kernel's session this belongs to
    cursor: Cursor = Cursor()
    carriage: Carriage = Carriage()
    reference: Reference = Reference()
    pad: Pad = Pad()
    pair_count: int = 0  # times the pairing gesture was made on the device
    open: bool = False  # the kernel's session, when this was planned
    mode: Mode = Mode.IDLE  # the kernel's, when this was planned
    at_s: float = -inf  # when this was planned
    standing: Request = Request()  # what holds until something happens or `PLAN_S` is over
    service: Service | None = None  # the task asked for last

    @classmethod
    def new(cls, person: Person, machine: Machine, limits: Limits) -> "Session":
        """Before the first tick."""
        return cls(Setting(person, machine, limits), Levels(person.level, person.level))


def place_of(session: Session) -> float | None:
    """Where the roller is: 0 heel .. 1 toe tip; None before home was found."""
    if not session.carriage.homed:
        return None
    return session.carriage.at_cm / session.setting.person.foot_length_cm


def plan(
    session: Session, wish: Wish, sample: Sample, state: State, now_s: float
) -> tuple[Session, Request]:
    """Fold one tick in; return what is asked of the kernel. `state`: after the last tick."""
    if _no_news(session, wish, sample, state, now_s):
        return session, session.standing
    setting, _, before, _, _, carriage, _, pad, pair_count, _, _, at_s, _, service = session
    dt_s = 0.0 if at_s == -inf else now_s - at_s
    person, machine, limits, program = setting
    pad, presses = pressed(pad, sample.buttons, now_s)
    serving = service is not None and service.asks
    if carriage.early and (serving or state.sitting.number != session.number):
        carriage = Carriage()  # doubted: a new session, or service, finds its home anew
    carriage = moved(carriage, state.duty, sample, machine.travel_cm, limits, dt_s)
    place = carriage.at_cm / person.foot_length_cm if carriage.homed else None
    levels = _levelled(session, wish, presses, sample, state, now_s)
    cursor, reference, speed_cm_s, change = _course(
        session, carriage, place, levels.level, sample, state, dt_s
    )
    reference_kpa = expected_kpa(reference, place, limits)
    standing = Request(
        speed_cm_s, levels.level, reference_kpa, place, wish.recorded, change=change,
        finished=over(program, cursor), lost=lost(cursor), early=carriage.early,
    )  # fmt: skip
    if service is not None or wish.service_count > before.service_count:
        service = _served(session, wish, sample, state, carriage.at_cm, now_s)
        if service.asks:
            pad = used(pad, now_s)
            standing = standing._replace(
                service=pad.start.in_use, speed_cm_s=service.speed_cm_s, finished=False, lost=False
            )
    request = standing
    if wish is not before or presses is not NOTHING:
        request = _asked(standing, before, wish, presses)
        pair_count += presses.pair
    return Session(
        setting, levels, wish, state.sitting.number, cursor, carriage, reference, pad, pair_count,
        state.sitting.opened_at_s is not None, state.mode, now_s, standing, service,
    ), request  # fmt: skip


def _no_news(session: Session, wish: Wish, sample: Sample, state: State, now_s: float) -> bool:
    """The standing request still holds: it is young, and neither people nor kernel did a thing."""
    return (
        wish is session.wish
        and state.mode is session.mode
        and now_s - session.at_s < PLAN_S - ROUNDING_S
        and session.pad is AT_REST
        and sample.buttons == UP
        and state.sitting.number == session.number
        and (session.service is None or session.service.over)
    )


def _served(
    session: Session, wish: Wish, sample: Sample, state: State, at_cm: float, now_s: float
) -> Service:
    """The task after this tick; a newer one takes the place of an older one."""
    _, machine, limits, _ = session.setting
    service = session.service
    if service is None or wish.service_count > session.wish.service_count:
        service = Service(wish.task, now_s)
    if wish.withdrawn_count >= wish.service_count:
        return withdrawn(service, now_s)
    return served(service, state, sample, at_cm, machine.travel_cm, limits, now_s)


def _levelled(
    session: Session, wish: Wish, presses: Presses, sample: Sample, state: State, now_s: float
) -> Levels:
    """The level after this tick. A way up that is not over ends with the session, ease or hold."""
    (person, _, limits, _), levels = session.setting, session.levels
    if session.open and state.sitting.opened_at_s is None:
        levels = levels.afresh(person.level)
    elif state.mode is not session.mode and state.mode in (Mode.EASED, Mode.HOLD):
        levels = levels._replace(wanted=min(levels.wanted, levels.level))
    if wish is not session.wish or presses is not NOTHING:
        levels = asked(levels, session.wish, wish, presses)
    return settled(levels, _ceiling(sample, state, limits), now_s)


def _ceiling(sample: Sample, state: State, limits: Limits) -> int:
    """The highest level now: of the machine, and after a stop."""
    highest = level_max(sample, limits)
    return highest if state.stop is None else min(highest, state.stop.next_level)


def _course(
    session: Session,
    carriage: Carriage,
    place: float | None,
    level: int,
    sample: Sample,
    state: State,
    dt_s: float,
) -> tuple[Cursor, Reference, float, bool]:
    """Cursor and reference after this tick, the wanted speed, and whether to wait for a shift."""
    cursor, reference, sitting = session.cursor, session.reference, state.sitting
    person, _, _, program = session.setting
    if sitting.number != session.number:
        return Cursor(), begin(sample.pressure_kpa), 0.0, False
    if not state.mode.moving:
        if state.mode is Mode.HOLD and sitting.why is Reason.CHANGE and not cursor.shifted:
            cursor = cursor._replace(shifted=True)
        if not reference.frozen:
            reference = learn(reference, None, sample.pressure_kpa, dt_s)
        return cursor, reference, 0.0, False
    if over(program, cursor):
        return cursor, reference, 0.0, False
    if program.steps[cursor.step].shift and not cursor.shifted:
        return cursor, reference, 0.0, True
    cursor, speed_cm_s = onward(program, cursor, carriage, person.foot_length_cm, level, dt_s)
    if not reference.frozen:
        reference = learn(reference, place, sample.pressure_kpa, dt_s)
        reference = reference if learning(cursor) else freeze(reference)
    return cursor, reference, speed_cm_s, False


def _asked(request: Request, before: Wish, wish: Wish, presses: Presses) -> Request:
    """The request with what people ask this tick."""
    return request._replace(
        press=presses.start,
        start=wish.start_count > before.start_count,
        resume=wish.continue_count > before.continue_count,
        pause=wish.pause_count > before.pause_count,
        end=presses.end or wish.end_count > before.end_count,
        stop=wish.stop_count > before.stop_count,
        acknowledge=presses.acknowledge or wish.acknowledge_count > before.acknowledge_count,
    )
