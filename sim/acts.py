"""What a leg can do: a closed set of acts, and how much force an effort adds while it lasts.

A `Press` is straight-edged, as a jam or a stamp is; a `Shift` is smooth, as a leg that moves on its
own; a `Bounce` swings. Of each kind one goes on at a time, so that a jam may meet a bouncing leg
without taking its swing away between two samples. Pure; newtons on the head, seconds.
"""

from dataclasses import dataclass
from math import ceil, cos, pi, sin


@dataclass(frozen=True, slots=True)
class FootOn:
    """Lay the foot on the roller."""


@dataclass(frozen=True, slots=True)
class FootOff:
    """Lift the foot, without hurry."""


@dataclass(frozen=True, slots=True)
class Press:
    """Bear down (or, below zero, ease off), hold, let go."""

    newtons: float
    rise_s: float = 0.2
    hold_s: float = 0.5
    release_s: float = 0.1

    @property
    def lasts_s(self) -> float:
        """From the first to the last newton."""
        return self.rise_s + self.hold_s + self.release_s

    def extra_n(self, since_s: float) -> float | None:
        """What it adds so long after it began; None: it is over."""
        if since_s < self.rise_s:
            return self.newtons * since_s / self.rise_s
        since_s -= self.rise_s + self.hold_s
        if since_s <= 0.0:
            return self.newtons
        if since_s < self.release_s:
            return self.newtons * (1.0 - since_s / self.release_s)
        return None


@dataclass(frozen=True, slots=True)
class Shift:
    """Move the leg and bring it back: rises and falls alike, without a corner."""

    newtons: float  # below 0 it weighs less meanwhile
    rise_s: float
    hold_s: float

    @property
    def lasts_s(self) -> float:
        """There and back."""
        return 2.0 * self.rise_s + self.hold_s

    def extra_n(self, since_s: float) -> float | None:
        """What it adds so long after it began; None: it is over."""
        left_s = self.lasts_s - since_s
        if not left_s > 0.0:
            return None
        share = min(since_s, left_s, self.rise_s) / self.rise_s
        return self.newtons * (1.0 - cos(pi * share)) / 2.0


@dataclass(frozen=True, slots=True)
class Bounce:
    """Swing about the resting load, for whole swings."""

    newtons: float  # to either side
    hz: float
    for_s: float  # rounded up to a whole swing

    @property
    def lasts_s(self) -> float:
        """Whole swings, so that it ends where it began."""
        return ceil(self.for_s * self.hz) / self.hz

    def extra_n(self, since_s: float) -> float | None:
        """What it adds so long after it began; None: it is over."""
        if not since_s < self.lasts_s:
            return None
        return self.newtons * sin(2.0 * pi * self.hz * since_s)


@dataclass(frozen=True, slots=True)
class Flinch:
    """Kick down for `rise_s` and pull the foot away; a kick of 0 only pulls."""

    kick_n: float = 40.0  # 30-100
    rise_s: float = 0.08  # 0.05-0.15


@dataclass(frozen=True, slots=True)
class Lean:
    """Let the leg rest heavier from now on, or lighter: the calf rest carries the difference."""

    newtons: float  # more; below 0 less


Effort = Press | Shift | Bounce
Act = FootOn | FootOff | Effort | Flinch | Lean
