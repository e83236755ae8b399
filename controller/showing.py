"""Which sign is shown and which sound is heard, on the loop's clock. Pure.

One sign at a time, the most urgent: a stop with its reason, then what moves, then whatever keeps
a person from starting. A sign begins with its first step, so that a code can be counted at once.
"""

from math import inf
from typing import NamedTuple

from controller.modes import Mode, State
from controller.signs import MODES, PAIRING_S, STOPS, UNFIT, Sign, Sound
from controller.watch import Reason, Trip
from hardware.signals import Light

HEARD_S = 3.0
"""A sound is told so long, to those who look in only now and then."""


class Facts(NamedTuple):
    """What a sign is made of."""

    mode: Mode
    trip: Trip | None = None  # of a latched stop
    open: bool = False  # a session is
    pair_count: int = 0  # times the pairing gesture was made on the device
    hanging: bool = False  # a button is stuck, or was held at the start
    hindrance: Sign | None = None  # why no session could start


class Showing(NamedTuple):
    """What is said, and since when."""

    sign: Sign = Sign.READY
    since_s: float = 0.0
    facts: Facts = Facts(Mode.STOPPED)  # a stop that was latched before is not announced again
    pairing_until_s: float = -inf
    sound: Sound | None = None  # the last one
    sound_at_s: float = -inf


def facts_of(state: State, pair_count: int, hanging: bool, kept: bool) -> Facts:
    """`kept`: the journal can be written."""
    trip = None if state.stop is None else state.stop.trip
    opened = state.sitting.opened_at_s is not None
    return Facts(state.mode, trip, opened, pair_count, hanging, _hindrance(state, kept))


def _hindrance(state: State, kept: bool) -> Sign | None:
    sitting, failed = state.sitting, state.test.failed
    if not kept:
        return Sign.NO_JOURNAL
    if sitting.opened_at_s is not None:
        return None
    if state.watch.now_s < sitting.rest_until_s:
        return Sign.REST
    return UNFIT[failed] if sitting.why is Reason.UNFIT and failed is not None else None


def onward(before: Showing, facts: Facts, now_s: float, quiet: bool = False) -> Showing:
    """What is said after `facts`."""
    until_s = _pairing_until_s(before, facts, now_s)
    sign = sign_of(facts, now_s < until_s)
    since_s = before.since_s if sign is before.sign else now_s
    sound, sound_at_s = before.sound, before.sound_at_s
    made = None if quiet else sound_of(before.facts.mode, facts.mode)
    if made is not None:
        sound, sound_at_s = made, now_s
    return Showing(sign, since_s, facts, until_s, sound, sound_at_s)


def _pairing_until_s(before: Showing, facts: Facts, now_s: float) -> float:
    """From the gesture on as long as a code is good, or until somebody begins a massage.

    The panel closes its window sooner, once a phone is in; it has no way to say so.
    """
    if facts.pair_count > before.facts.pair_count:
        return now_s + PAIRING_S
    begun = facts.mode.moving or (facts.open and not before.facts.open)
    return -inf if begun else before.pairing_until_s


def sign_of(facts: Facts, pairing: bool) -> Sign:
    """The most urgent of what there is to say."""
    if facts.trip is not None:
        return STOPS[facts.trip]
    if facts.mode.moving:
        return MODES[facts.mode]
    if pairing:
        return Sign.PAIRING
    if facts.hanging:
        return Sign.BUTTON
    return MODES[facts.mode] if facts.mode is Mode.HOLD else facts.hindrance or MODES[facts.mode]


def sound_of(before: Mode, mode: Mode) -> Sound | None:
    """What is heard on the way from one mode to another."""
    if mode is before or Mode.SERVICE in (before, mode):
        return None
    if mode is Mode.STOPPED:
        return Sound.STOP
    starts = mode.moving and not before.moving
    ends = mode is Mode.IDLE and (before.moving or before is Mode.HOLD)
    return Sound.SOFT if starts or ends else None


def light(showing: Showing, now_s: float) -> Light:
    """How bright each colour is now."""
    rhythm, full = showing.sign.rhythm, showing.sign.colour.value
    level = rhythm.level((now_s - showing.since_s) % rhythm.period_s)
    return Light(*(level * one for one in full))


def tone(showing: Showing, now_s: float) -> bool:
    """Whether the buzzer is on now."""
    return showing.sound is not None and showing.sound.on(now_s - showing.sound_at_s)


def said(showing: Showing, now_s: float) -> dict[str, str | None]:
    """Sign and sound by name, for those who cannot see the light."""
    sound = showing.sound if now_s - showing.sound_at_s < HEARD_S else None
    return {"sign": showing.sign.name, "sound": None if sound is None else sound.name}
