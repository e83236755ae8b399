"""The bridge's inputs on the kernel's own PWM: exact, and not timed in our process.

The chip is found by its device's name, never by its number: that number changed between kernels
and differs between models. It needs an overlay in config.txt; without it there is no chip, and
that is an error. The kernel's PWM goes on when this process dies: the gate is what ends it.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rpi_hardware_pwm import HardwarePWM

from hardware.errors import AccessError, MissingHardwareError
from hardware.pins import translated
from hardware.wiring import PWM_CHANNELS, Wiring, pwm_overlay

FOLDER = Path("/sys/class/pwm")
HZ = 20_000  # inaudible; a new duty takes effect with the next period, so within 50 µs
DEVICES: Mapping[str, Mapping[int, int]] = {
    "20c000.pwm": PWM_CHANNELS,  # up to the Pi 4; its second chip, 20c800, is for sound
    "1f00098000.pwm": {12: 0, 13: 1, 18: 2, 19: 3},  # Pi 5; its second chip drives the fan
}
"""How the device's name ends: which channel each pin is."""


class PwmChip(NamedTuple):
    """The chip that drives the header's pins."""

    number: int
    channels: Mapping[int, int]  # pin -> channel


def open_pwm(
    wiring: Wiring, folder: Path = FOLDER, make: Callable[..., Any] = HardwarePWM
) -> "Callable[[int], KernelPwm]":
    """Return what opens the kernel's PWM of a pin. Raises what `find_chip` raises."""
    chip = find_chip(wiring, folder)
    return lambda pin: KernelPwm(pin, chip, make)


def find_chip(wiring: Wiring, folder: Path) -> PwmChip:
    """Return the chip of the bridge's pins. Raises `MissingHardwareError` without the overlay."""
    for chip in _chips(folder):
        return chip
    raise MissingHardwareError(
        "The kernel's PWM is not switched on: add the line "
        f"`{pwm_overlay(wiring)}` to /boot/firmware/config.txt and restart the Pi, "
        'or set pwm = "software" under [wiring].'
    )


def _chips(folder: Path) -> Iterator[PwmChip]:
    for path in sorted(folder.glob("pwmchip*")):
        device = (path / "device").resolve().name
        for ending, channels in DEVICES.items():
            if device.endswith(ending):
                yield PwmChip(int(path.name.removeprefix("pwmchip")), channels)


class KernelPwm:
    """One pin's duty."""

    def __init__(self, pin: int, chip: PwmChip, make: Callable[..., Any]) -> None:
        """Start at duty 0. Raises `AccessError` when the channel cannot be had."""
        with translated(
            AccessError,
            f"The kernel's PWM of pin {pin} cannot be used",
            "add your user to the group gpio with `sudo usermod -aG gpio $USER` and sign in "
            "again; end other programs that use it",
        ):
            self._pwm = make(chip.channels[pin], HZ, chip.number)
            self._pwm.start(0)
        self._value = 0.0

    @property
    def value(self) -> float:
        """The duty, 0..1."""
        return self._value

    @value.setter
    def value(self, value: float) -> None:
        self._pwm.change_duty_cycle(100.0 * value)
        self._value = value

    def off(self) -> None:
        """Duty 0."""
        self.value = 0.0

    def close(self) -> None:
        """Leave the pin low."""
        self._pwm.stop()
