"""What a machine can say without a screen: one light of three colours, one buzzer.

Signals are set by the loop's thread, between its other work: `show()` sets levels and returns.
What blinks, blinks because `show()` is called again; nothing here has a clock or a thread.
"""

from typing import NamedTuple, Protocol


class Light(NamedTuple):
    """How bright each colour is, 0..1."""

    red: float
    green: float
    blue: float


DARK = Light(0.0, 0.0, 0.0)


class Signals(Protocol):
    """A light and a buzzer."""

    def show(self, light: Light, tone: bool) -> None:
        """Set the levels at once. Raises `HardwareError` when they cannot be set."""


class NoSignals:
    """A machine that has neither: its panel says everything."""

    def show(self, light: Light, tone: bool) -> None:
        """Nobody sees it."""
