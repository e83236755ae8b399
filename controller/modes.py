"""The vocabulary of the safety kernel: modes, events, transitions, what it asks and keeps.

There is one state machine in the product and this is it. What is not in `TRANSITIONS` cannot
happen; the diagram in docs/modes.md is made from it.
"""

from enum import Enum
from math import inf, nan
from typing import NamedTuple

from controller.limits import LOWEST_LEVEL
from controller.machinery import SOUND, Machinery
from controller.selftest import SelfTest
from controller.watch import Reason, Trip, Watch
from hardware.roller import FRESH_CUTS, REST, Cut, Drive


class Mode(Enum):
    """The one state machine. `moving`: the gate may be on."""

    IDLE = (0, False)
    ARMED = (1, False)
    SOFT_START = (2, True)
    RUNNING = (3, True)
    EASED = (4, True)
    WINDING_DOWN = (5, True)
    HOLD = (6, False)
    STOPPED = (7, False)
    SERVICE = (8, True)

    def __init__(self, _order: int, moving: bool) -> None:
        self.moving = moving

    __hash__ = object.__hash__  # members are singletons; Enum's own hash runs Python code


class Event(Enum):
    """What may change the mode."""

    ARM = "foot steady, session open"
    DISARM = "foot or session gone"
    START = "start"
    FULL_SPEED = "up to speed"
    EASE = "ease"
    RAISE = "level raised by a person"
    HOLD = "pause, foot gone or change"
    CONTINUE = "continue, foot steady"
    END = "end"
    AT_REST = "at rest"
    SERVE = "service wanted, foot off, button held"
    TRIP = "trip"
    ACKNOWLEDGE = "acknowledged, cause gone"

    __hash__ = object.__hash__


TRANSITIONS: dict[Mode, dict[Event, Mode]] = {
    Mode.IDLE: {
        Event.ARM: Mode.ARMED,
        Event.SERVE: Mode.SERVICE,
        Event.TRIP: Mode.STOPPED,
    },
    Mode.ARMED: {
        Event.START: Mode.SOFT_START,
        Event.DISARM: Mode.IDLE,
        Event.END: Mode.IDLE,
        Event.TRIP: Mode.STOPPED,
    },
    Mode.SOFT_START: {
        Event.FULL_SPEED: Mode.RUNNING,
        Event.EASE: Mode.SOFT_START,
        Event.HOLD: Mode.HOLD,
        Event.END: Mode.WINDING_DOWN,
        Event.TRIP: Mode.STOPPED,
    },
    Mode.RUNNING: {
        Event.EASE: Mode.EASED,
        Event.HOLD: Mode.HOLD,
        Event.END: Mode.WINDING_DOWN,
        Event.TRIP: Mode.STOPPED,
    },
    Mode.EASED: {
        Event.RAISE: Mode.RUNNING,
        Event.EASE: Mode.EASED,
        Event.HOLD: Mode.HOLD,
        Event.END: Mode.WINDING_DOWN,
        Event.TRIP: Mode.STOPPED,
    },
    Mode.WINDING_DOWN: {Event.AT_REST: Mode.IDLE, Event.TRIP: Mode.STOPPED},
    Mode.HOLD: {
        Event.CONTINUE: Mode.SOFT_START,
        Event.END: Mode.IDLE,
        Event.TRIP: Mode.STOPPED,
    },
    Mode.STOPPED: {Event.ACKNOWLEDGE: Mode.IDLE},
    Mode.SERVICE: {Event.AT_REST: Mode.IDLE, Event.TRIP: Mode.STOPPED},
}
"""Every transition there is; docs/modes.md is made from it. Anything else is a fault."""


class Request(NamedTuple):
    """What session and people ask of one tick. Nothing here can overrule a rule."""

    speed_cm_s: float = 0.0  # along the sole, positive toward the toes, -10..10
    level: int = LOWEST_LEVEL
    reference_kpa: float = 0.0  # pressure expected at this place; clamped to its limits
    place: float | None = None  # 0 heel .. 1 toe tip; told, when a stop is explained
    recorded: int = 0  # number of the newest session that the journal has on disk
    press: bool = False  # of the device's own start button, this tick
    start: bool = False
    resume: bool = False
    pause: bool = False
    change: bool = False  # lane, foot or guided step: the program wants the roller to wait
    finished: bool = False  # the program is over
    lost: bool = False  # the roller does not come to an end of its way
    early: bool = False  # a limit switch opened far from its end
    end: bool = False
    stop: bool = False
    acknowledge: bool = False
    service: bool = False


class Stop(NamedTuple):
    """The first reason of a latched stop, and what was going on."""

    trip: Trip
    at_s: float
    pressure_kpa: float
    rise_kpa: float
    place: float | None
    level: int
    next_level: int
    rest: bool = False  # second pain stop: enough for today
    reference_kpa: float = nan  # that was expected there
    first: Trip | None = None  # what it was latched for before it turned out to be pain


class Sitting(NamedTuple):
    """What the kernel keeps of a session; changes with events only."""

    number: int = 0  # of the newest session opened
    opened_at_s: float | None = None  # None: no session is open
    start_until_s: float = -inf  # the opening press still means start
    ease: float = 1.0  # 0.5..1 of the level's speed
    eased_at_s: float = -inf
    eased_level: int = LOWEST_LEVEL
    pains: int = 0  # pain stops since a program was finished, or for 20 min
    pain_at_s: float = -inf
    rest_until_s: float = -inf
    why: Reason | None = None  # it is not moving, when nothing is latched

    def opened(self, now_s: float, start_until_s: float, forget_s: float) -> "Sitting":
        """A new session; a pain stop longer ago than `forget_s` counts no more."""
        return self._replace(
            number=self.number + 1,
            opened_at_s=now_s,
            start_until_s=start_until_s,
            pains=self.pains if now_s - self.pain_at_s <= forget_s else 0,
            why=None,
        )

    def closed(self, why: Reason | None) -> "Sitting":
        """The session is over; the next needs another press. `why` is None after a stop."""
        pains = 0 if why in (Reason.FINISHED, Reason.TIME) else self.pains
        return self._replace(opened_at_s=None, start_until_s=-inf, ease=1.0, pains=pains, why=why)


class Course(NamedTuple):
    """A drive that answers `request` for as long as nothing else happens."""

    request: Request | None = None  # this and the next two by identity; None: no such drive
    mode: Mode | None = None
    sitting: Sitting | None = None
    drive: Drive = REST
    until_s: float = -inf  # here the rules must be asked again, whatever happens


NO_COURSE = Course()


class State(NamedTuple):
    """Everything the kernel remembers from tick to tick."""

    mode: Mode
    since_s: float  # in this mode
    watch: Watch
    duty: float = 0.0  # -1..1, of the last drive
    heading: float = 1.0  # sign of the last duty that was not 0
    driven_at_s: float = -inf  # the motor had a duty until then
    rolled_s: float = 0.0  # time in moving modes, under this foot
    sitting: Sitting = Sitting()
    stop: Stop | None = None
    course: Course = NO_COURSE
    machinery: Machinery = SOUND
    test: SelfTest = SelfTest()  # of the session, or the last one's
    cause: Trip | None = None  # STOPPED: what trips still
    letting_go: tuple[Cut, ...] = ()  # what was acknowledged of the machine's, while it stands

    @property
    def testing(self) -> bool:
        """The self-test of an open session is not over."""
        opened = self.sitting.opened_at_s is not None
        return self.mode is Mode.IDLE and opened and not self.test.over

    def parted(self) -> "State":
        """The controller was told to end, and the roller rests: no session is cut short."""
        return self._replace(sitting=self.sitting.closed(None))

    @classmethod
    def initial(cls, now_s: float, number: int = 0, stop: Stop | None = None) -> "State":
        """At rest; STOPPED when the journal knows of a latched `stop`."""
        mode, letting_go = (Mode.IDLE, FRESH_CUTS) if stop is None else (Mode.STOPPED, ())
        sitting = Sitting(number=number)
        return cls(mode, now_s, Watch(now_s), sitting=sitting, stop=stop, letting_go=letting_go)
