"""Presses out of button levels, on the loop's clock. Pure.

A level counts after it was stable for `DEBOUNCE_S`. A short press is told at its release, a
long one once, while still held. A button held when the controller starts, or held for longer than
anybody holds one, hangs: until it was released it starts nothing, and the others work as if it
were up. Stop is no button of this kind, the kernel reads its level.
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from hardware.roller import Buttons

DEBOUNCE_S = 0.030
LONG_S = 2.0
STUCK_S = 10.0
"""Longer than anybody holds a button on purpose."""
IN_USE_S = 300.0
"""The same for who holds it through all the tasks of service."""


class Presses(NamedTuple):
    """What was pressed, in the tick in which it is certain."""

    start: bool = False
    end: bool = False  # start held long
    plus: bool = False
    minus: bool = False
    acknowledge: bool = False  # minus held long
    pair: bool = False  # plus and minus held long together


class Hang(Enum):
    """Why a button that is down is no press."""

    HELD = "held since the start"
    STUCK = "stuck"


class Key(NamedTuple):
    """One debounced button."""

    level: bool = False
    level_since_s: float = 0.0
    down_at_s: float | None = None  # None: up
    spent: bool = True  # told already, or held since start-up
    joined: bool = False  # was down together with another: no short press any more
    early: bool = True  # not once up since the start
    in_use: bool = False  # held for a task of service


class Pad(NamedTuple):
    """Memory of all three."""

    start: Key = Key()
    plus: Key = Key()
    minus: Key = Key()


NOTHING = Presses()
UP = Buttons()
AT_REST = Pad(*(Key(spent=False, early=False),) * 3)
"""Nothing is held and nothing was for a while, recognised by identity."""
NONE_HANGS: Mapping[str, Hang] = {}


def pressed(pad: Pad, levels: Buttons, now_s: float) -> tuple[Pad, Presses]:
    """Fold the levels of one tick in."""
    if pad is AT_REST and levels == UP:
        return pad, NOTHING
    start, start_short = _fold(pad.start, levels.start, now_s)
    plus, plus_short = _fold(pad.plus, levels.plus, now_s)
    minus, minus_short = _fold(pad.minus, levels.minus, now_s)
    long_start, long_plus, long_minus = _long(start, now_s), _long(plus, now_s), _long(minus, now_s)
    presses = Presses(
        start=start_short,
        end=long_start,
        plus=plus_short and not pad.plus.joined,
        minus=minus_short and not pad.minus.joined,
        acknowledge=long_minus and not pad.minus.joined and not _pressing(plus, now_s),
        pair=long_plus and long_minus,
    )
    if long_start:
        start = start._replace(spent=True)
    if presses.pair:
        plus, minus = plus._replace(spent=True), minus._replace(spent=True)
    elif presses.acknowledge:
        minus = minus._replace(spent=True)
    if _pressing(plus, now_s) and _pressing(minus, now_s):
        plus, minus = plus._replace(joined=True), minus._replace(joined=True)
    pad = Pad(start, plus, minus)
    return AT_REST if all(_up(key) for key in pad) else pad, presses


def used(pad: Pad, now_s: float) -> Pad:
    """Somebody holds Start for something else: its release is no press. Nobody holds what hangs."""
    start = pad.start
    if not start.level or start.early or hang(start, now_s) is not None:
        return pad
    return pad._replace(start=start._replace(spent=True, in_use=True))


def hanging(pad: Pad, now_s: float) -> Mapping[str, Hang]:
    """The buttons that are down without anybody pressing them, as far as one can tell."""
    if pad is AT_REST:
        return NONE_HANGS
    hangs = ((name, hang(key, now_s)) for name, key in zip(Pad._fields, pad, strict=True))
    return {name: why for name, why in hangs if why is not None}


def hang(key: Key, now_s: float) -> Hang | None:
    """Why this button is no press, if it is none."""
    if key.down_at_s is None:
        return None
    if now_s - key.down_at_s > (IN_USE_S if key.in_use else STUCK_S):
        return Hang.STUCK
    return Hang.HELD if key.early else None


def _pressing(key: Key, now_s: float) -> bool:
    """Somebody holds it down."""
    return key.down_at_s is not None and hang(key, now_s) is None


def _up(key: Key) -> bool:
    return not (key.level or key.spent) and key.down_at_s is None


def _fold(key: Key, level: bool, now_s: float) -> tuple[Key, bool]:
    """The key after `level`, and whether a short press just ended."""
    if level != key.level:
        return key._replace(level=level, level_since_s=now_s), False
    if now_s - key.level_since_s < DEBOUNCE_S:
        return key, False
    if level and key.down_at_s is None:
        return key._replace(down_at_s=now_s), False
    if level or (key.down_at_s is None and not key.spent):
        return key, False
    short = key.down_at_s is not None and not key.spent and now_s - key.down_at_s < LONG_S
    return Key(False, key.level_since_s, spent=False, early=False), short


def _long(key: Key, now_s: float) -> bool:
    if key.spent or key.down_at_s is None:
        return False
    return LONG_S <= now_s - key.down_at_s <= STUCK_S
