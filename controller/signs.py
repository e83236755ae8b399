"""What the light and the buzzer can say, as data; `controller/showing.py` chooses. Pure.

No sign differs from another by its colour alone: a reason is a number of blinks, everything else
a rhythm of its own. Nothing flashes more than twice a second: more than three flashes may harm a
person with photosensitive epilepsy.
"""

from enum import Enum
from typing import NamedTuple

from controller.modes import Mode
from controller.selftest import Item
from controller.watch import Trip
from hardware.signals import Light

PAIRING_S = 120.0
"""How long a phone may be paired after the gesture on the device."""


class Step(NamedTuple):
    """A stretch of a rhythm: for so long, the brightness goes straight from one to the other."""

    for_s: float
    begins: float  # 0..1
    ends: float  # 0..1


class Rhythm(NamedTuple):
    """Steps that repeat for ever, and what a person calls them."""

    name: str
    steps: tuple[Step, ...]

    @property
    def period_s(self) -> float:
        """One round."""
        return sum(step.for_s for step in self.steps)

    def level(self, into_s: float) -> float:
        """How bright, 0..1, so long after the round began; dark after its end."""
        for for_s, begins, ends in self.steps:
            if into_s < for_s:
                return begins + (ends - begins) * into_s / for_s
            into_s -= for_s
        return 0.0


def _on(for_s: float) -> Step:
    return Step(for_s, 1.0, 1.0)


def _off(for_s: float) -> Step:
    return Step(for_s, 0.0, 0.0)


def _blinks(count: int) -> Rhythm:
    """A code: so many blinks, then a pause long enough to tell one round from the next."""
    name = f"{count} blink{'s' if count > 1 else ''}, then a pause"
    return Rhythm(name, (_on(0.25), _off(0.25)) * count + (_off(1.5),))


def _long_and(count: int) -> Rhythm:
    """The code of what has not even started: the same numbers for the same places to look."""
    name = f"1 long and {count} short blinks, then a pause"
    return Rhythm(name, (_on(1.0), _off(0.5), *_blinks(count).steps))


class Colour(Enum):
    """As bright as it gets."""

    GREEN = Light(0.0, 1.0, 0.0)
    AMBER = Light(1.0, 0.4, 0.0)
    RED = Light(1.0, 0.0, 0.0)
    BLUE = Light(0.0, 0.0, 1.0)


STEADY = Rhythm("steady", (_on(1.0),))
BREATHING = Rhythm("breathing", (Step(2.0, 0.1, 1.0), Step(2.0, 1.0, 0.1)))
WINKING = Rhythm("on, with a short gap every 2 seconds", (_on(1.75), _off(0.25)))
SLOWLY = Rhythm("a second on, a second off", (_on(1.0), _off(1.0)))
QUICKLY = Rhythm("blinking twice a second, without a pause", (_on(0.25), _off(0.25)))


class Sign(Enum):
    """Everything the light can say: colour, rhythm, meaning."""

    READY = (Colour.GREEN, BREATHING, "ready, or waiting for your foot")
    RUNNING = (Colour.GREEN, STEADY, "the roller moves, or is about to")
    EASED = (Colour.AMBER, WINKING, "the roller moves more gently: the load was high")
    HOLD = (Colour.GREEN, SLOWLY, "paused; Continue goes on")
    PAIRING = (Colour.BLUE, QUICKLY, "a phone may be paired now")
    PERSON = (Colour.RED, _blinks(1), "stopped by a person")
    PAIN = (Colour.RED, _blinks(2), "stopped: a sharp or lasting pressure")
    SENSOR = (Colour.RED, _blinks(3), "stopped: look at the pressure sensor")
    MOTOR = (Colour.RED, _blinks(4), "stopped: look at motor, belt, limit switches and gate")
    CONTROLLER = (Colour.RED, _blinks(5), "stopped: power or controller failed")
    BUTTON = (Colour.AMBER, _blinks(6), "a button hangs: free it; it starts nothing")
    REST = (Colour.AMBER, _long_and(2), "not started: rest after a second sharp pressure")
    NO_SENSOR = (Colour.AMBER, _long_and(3), "not started: lift your foot, then look at the sensor")
    NO_GATE = (
        Colour.AMBER,
        _long_and(4),
        "not started: look at gate, driver, motor and ends",
    )
    NO_JOURNAL = (Colour.AMBER, _long_and(5), "not started: the controller can keep no record")

    def __init__(self, colour: Colour, rhythm: Rhythm, meaning: str) -> None:
        self.colour, self.rhythm, self.meaning = colour, rhythm, meaning

    @property
    def looks(self) -> str:
        """What a person sees."""
        return f"{self.colour.name.lower()}, {self.rhythm.name}"


RULES: dict[str, Sign] = {
    "T1": Sign.PAIN,
    "T2": Sign.PAIN,
    "T4": Sign.PAIN,
    "T5": Sign.PAIN,
    "T6": Sign.PERSON,
    "T7": Sign.MOTOR,
    "T9": Sign.SENSOR,
    "T11": Sign.CONTROLLER,
    "T13": Sign.CONTROLLER,
    "T14": Sign.MOTOR,
    "-": Sign.CONTROLLER,
}
"""What a latched stop looks like, by the rule that made it."""
STOPS: dict[Trip, Sign] = {trip: RULES[trip.rule] for trip in Trip}
"""The same by trip. A rule without a sign is found here, before anything runs."""
UNFIT: dict[Item, Sign] = {
    Item.ZERO: Sign.NO_SENSOR,
    Item.GATE_STAYS_ON: Sign.NO_GATE,
    Item.GATE_STAYS_OFF: Sign.NO_GATE,
    Item.MOTOR_POWERED: Sign.NO_GATE,
    Item.BRIDGE_POWERED: Sign.NO_GATE,
    Item.MOVED: Sign.NO_GATE,
}
"""What a failed self-test looks like."""
MODES: dict[Mode, Sign] = {
    Mode.IDLE: Sign.READY,
    Mode.ARMED: Sign.READY,
    Mode.SOFT_START: Sign.RUNNING,
    Mode.RUNNING: Sign.RUNNING,
    Mode.EASED: Sign.EASED,
    Mode.WINDING_DOWN: Sign.RUNNING,
    Mode.HOLD: Sign.HOLD,
    Mode.STOPPED: Sign.CONTROLLER,  # never without a trip; if it were, that is what has failed
    Mode.SERVICE: Sign.RUNNING,
}
"""What a mode looks like when nothing more urgent is to be said."""


class Sound(Enum):
    """What the buzzer can say: how long it is on and off by turns, beginning with on."""

    SOFT = ("one short tone", (0.1,))  # at the start and the end of motion
    STOP = ("three long tones", (0.4, 0.2, 0.4, 0.2, 0.4))

    def __init__(self, looks: str, turns_s: tuple[float, ...]) -> None:
        self.looks, self.turns_s = looks, turns_s

    def on(self, into_s: float) -> bool:
        """Whether it sounds so long after it began."""
        on = True
        for turn_s in self.turns_s:
            if into_s < turn_s:
                return on
            into_s, on = into_s - turn_s, not on
        return False
