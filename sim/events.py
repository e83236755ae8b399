"""What may happen between a person and the roller: one closed table, and a draw from it.

Harmful is what hurts if the machine goes on: where its pressure crosses a limit, the power must be
off. Harmless is what people do on a good day: it may ease or hold a massage, and what stays under
the limits must not latch one. A bony bump is not here: it lies in the foot (`sim.foot`).
Pure; each range has its unit and its source.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sim.acts import Act, Bounce, Flinch, FootOff, Press, Shift

if TYPE_CHECKING:
    from random import Random

DEVICE, ESTIMATE = "device.md", "estimate"


@dataclass(frozen=True, slots=True)
class Range:
    """One parameter of an act, drawn evenly between its ends."""

    low: float
    high: float
    unit: str
    source: str
    either_way: bool = False  # its sign is drawn, too


@dataclass(frozen=True, slots=True)
class EventClass:
    """A kind of event: what it does and how it may turn out."""

    harmful: bool
    begins: Callable[..., Act]
    ranges: Mapping[str, Range]  # by the act's parameter


def _class(harmful: bool, begins: Callable[..., Act], **ranges: Range) -> EventClass:
    return EventClass(harmful, begins, MappingProxyType(ranges))


EVENTS: Mapping[str, EventClass] = MappingProxyType(
    {
        "jam": _class(
            True,
            Press,
            newtons=Range(20.0, 60.0, "N", "20 N: safety.md; the most: estimate"),
            rise_s=Range(0.005, 0.030, "s", DEVICE),
            hold_s=Range(0.2, 1.0, "s", ESTIMATE),
        ),
        "flinch": _class(
            True,
            Flinch,
            kick_n=Range(30.0, 100.0, "N", DEVICE),
            rise_s=Range(0.050, 0.150, "s", DEVICE),
        ),
        "cramp": _class(
            True,
            Press,
            newtons=Range(20.0, 60.0, "N", DEVICE),
            rise_s=Range(0.100, 0.400, "s", DEVICE),
            hold_s=Range(1.0, 3.0, "s", "over 1 s: device.md; the most: estimate"),
            release_s=Range(0.3, 1.0, "s", ESTIMATE),
        ),
        "stands up": _class(
            True,
            Press,
            newtons=Range(200.0, 700.0, "N", DEVICE),
            rise_s=Range(0.200, 0.500, "s", DEVICE),
            hold_s=Range(1.0, 3.0, "s", ESTIMATE),
            release_s=Range(0.2, 0.5, "s", "as it rises"),
        ),
        "bounces": _class(
            False,
            Bounce,
            newtons=Range(5.0, 10.0, "N", DEVICE),
            hz=Range(1.0, 3.0, "Hz", DEVICE),
            for_s=Range(2.0, 15.0, "s", ESTIMATE),
        ),
        "shifts": _class(
            False,
            Shift,
            newtons=Range(20.0, 40.0, "N", DEVICE, either_way=True),
            rise_s=Range(0.150, 0.400, "s", DEVICE),
            hold_s=Range(0.0, 0.5, "s", ESTIMATE),
        ),
        "talks": _class(
            False,
            Shift,
            newtons=Range(0.5, 3.0, "N", ESTIMATE, either_way=True),
            rise_s=Range(0.5, 1.5, "s", ESTIMATE),
            hold_s=Range(0.5, 3.0, "s", ESTIMATE),
        ),
        "pulls away": _class(False, FootOff),
    }
)
"""By name, as a report tells it. "jam" is a pinch, too; "shifts" is what re-positioning is."""


def drawn_event(kind: EventClass, rng: "Random") -> Act:
    """One event of its class; the same generator in the same state gives the same one."""
    return kind.begins(**{name: _drawn(one, rng) for name, one in kind.ranges.items()})


def _drawn(one: Range, rng: "Random") -> float:
    value = rng.uniform(one.low, one.high)
    return -value if one.either_way and rng.random() < 0.5 else value
