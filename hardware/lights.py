"""The light and the buzzer on this Pi's own pins.

Levels only, set by whoever calls: gpiozero's own blinking would be a thread of its own. Each line
rests low, dark and silent, and is active high: a common-cathode light, a buzzer that sounds by
itself behind a transistor.
"""

from contextlib import ExitStack
from typing import Any

from gpiozero import LED, PWMLED

from hardware.errors import AccessError, HardwareError
from hardware.pins import translated
from hardware.signals import DARK, Light


class GpioSignals:
    """`Signals` on pins (BCM numbers). None: not fitted, that part of the message is not given."""

    def __init__(
        self,
        red_pin: int | None,
        green_pin: int | None,
        blue_pin: int | None,
        buzzer_pin: int | None,
        *,
        pin_factory: Any,
    ) -> None:
        """Claim the pins, dark and silent. Raises `AccessError` when one cannot be had.

        `pin_factory` is somebody else's, who closes it after these signals.
        """
        self._closed = False
        self._shown: tuple[float, ...] | None = (*DARK, False)  # None: not known
        with ExitStack() as parts:

            def claim(kind: Any, pin: int | None) -> Any:
                if pin is None:
                    return None
                line = parts.enter_context(kind(pin, pin_factory=pin_factory))
                parts.callback(line.off)
                return line

            with translated(AccessError, "Light and buzzer cannot be claimed", "see `gpioinfo`"):
                self._lines = (
                    *(claim(PWMLED, pin) for pin in (red_pin, green_pin, blue_pin)),
                    claim(LED, buzzer_pin),
                )
            self._parts = parts.pop_all()

    def show(self, light: Light, tone: bool) -> None:
        """Set what changes.

        Raises `ValueError` for a level outside 0..1 or NaN, with nothing changed, and
        `HardwareError` when a pin cannot be set.
        """
        if not all(0.0 <= level <= 1.0 for level in light):
            raise ValueError(f"the light is {light}: each level must be within 0..1")
        if self._closed:
            raise HardwareError("Light and buzzer are closed: open them again.")
        wanted: tuple[float, ...] = (*light, tone)
        shown, self._shown = self._shown, None
        with translated(HardwareError, "The light could not be set", "restart; then check the Pi"):
            for number, (line, level) in enumerate(zip(self._lines, wanted, strict=True)):
                if line is not None and (shown is None or shown[number] != level):
                    line.value = level
        self._shown = wanted

    def close(self) -> None:
        """Go dark and silent and release the pins; harmless when repeated.

        Every step is tried even if one fails: then `HardwareError`.
        """
        self._closed = True
        with translated(HardwareError, "The light could not be released", "restart the Pi"):
            self._parts.close()
