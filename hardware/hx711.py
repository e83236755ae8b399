"""The HX711: a load cell's amplifier and converter on two pins, 80 samples a second.

12.5 ms a sample is too slow to catch a spike, so it may only be the second channel. Its data
line goes low when a value is ready; 25 pulses of the clock fetch it and ask for the next. A
clock that stays high for 60 µs powers the chip down, and Linux may pause us at any pulse: then
nobody knows what the chip did, so it is reset for good and its first values are left alone. The
same when the pulses as a whole took so long that it may have converted anew under them.
Between values the last one counts; after 100 ms without one there is none.
"""

from collections.abc import Callable
from contextlib import ExitStack
from math import isnan
from typing import Any

from gpiozero import InputDevice, OutputDevice

from hardware.errors import MissingHardwareError, ReadError
from hardware.pins import translated

BITS = 24
PULSES = 25  # one more than the bits: input A with a gain of 128 next
LONGEST_HIGH_S = 50e-6
LONGEST_FETCH_S = 0.005  # a value that was ready for one tick of 4 ms lasts 8.5 ms more
SETTLING_S = 0.050  # after a reset, at 80 samples a second
STALE_S = 0.100
ANSWERS_WITHIN_S = 1.0
NAN = float("nan")


class Hx711:
    """A load cell's channel."""

    def __init__(
        self,
        pin_factory: Any,
        data_pin: int,
        clock_pin: int | None,
        *,
        clock: Callable[[], float],
        pause: Callable[[float], None],
    ) -> None:
        """Claim both pins and wait for the first value.

        `clock` is the loop's, in seconds. Raises `MissingHardwareError` without an answer.
        """
        self._now_s = clock
        self._latest, self._taken_at_s = NAN, clock()
        self._resetting, self._trusted_from_s = False, clock() + SETTLING_S
        with ExitStack() as parts:
            self._data = parts.enter_context(
                InputDevice(data_pin, pull_up=True, pin_factory=pin_factory)
            )
            self._clock = parts.enter_context(OutputDevice(clock_pin, pin_factory=pin_factory))
            self._await_value(data_pin, clock_pin, pause)
            self._parts = parts.pop_all()

    def _await_value(
        self, data_pin: int, clock_pin: int | None, pause: Callable[[float], None]
    ) -> None:
        give_up_at_s = self._now_s() + ANSWERS_WITHIN_S
        while isnan(self.raw()):
            if not self._now_s() < give_up_at_s:
                raise MissingHardwareError(
                    f"The HX711 on pins {data_pin} (data) and {clock_pin} (clock) gives no value: "
                    "check both wires and its supply, and that its RATE is high (80 samples a "
                    "second)."
                )
            pause(0.001)

    def raw(self) -> float:
        """Return the last value, 0..1 of the range, both signs of the cell; NaN: too old.

        Raises `ReadError`.
        """
        with translated(ReadError, "The HX711 could not be read", "restart; then check the Pi"):
            if self._resetting:
                self._end_reset()
            elif not self._data.pin.state:
                self._fetch()
        return self._latest if self._now_s() - self._taken_at_s <= STALE_S else NAN

    def _begin_reset(self) -> None:
        self._clock.pin.state = True  # until the next read, far longer than 60 µs
        self._resetting = True

    def _end_reset(self) -> None:
        self._clock.pin.state = False
        self._resetting, self._trusted_from_s = False, self._now_s() + SETTLING_S

    def _fetch(self) -> None:
        """Take the value that is ready; one that took too long ends in a reset."""
        word, began_at_s = 0, self._now_s()
        for _ in range(PULSES):
            rose_at_s = self._now_s()
            self._clock.pin.state = True
            self._clock.pin.state = False
            if not self._now_s() - rose_at_s <= LONGEST_HIGH_S:
                self._begin_reset()
                return
            word = word << 1 | bool(self._data.pin.state)
        now_s = self._now_s()
        if not now_s - began_at_s <= LONGEST_FETCH_S:
            self._begin_reset()
        elif now_s >= self._trusted_from_s:
            self._latest, self._taken_at_s = _fraction(word >> PULSES - BITS), now_s

    def close(self) -> None:
        """Release both pins."""
        self._parts.close()


def _fraction(word: int) -> float:
    """The chip counts from -2^23 to 2^23 - 1, as two's complement: an unloaded cell is near 0.5."""
    half = 1 << BITS - 1
    return (word ^ half) / ((1 << BITS) - 1)
