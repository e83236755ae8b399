"""The border to gpiozero: this Pi's pins, and what can be wrong with them, in our words.

gpiozero, lgpio and spidev each raise errors of their own, some straight from `Exception`.
They are translated here, once, each with its cure.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from gpiozero.exc import PinUnknownPi
from gpiozero.pins import local

from hardware.errors import AccessError, HardwareError, MissingHardwareError


@contextmanager
def translated(to: type[HardwareError], what: str, cure: str) -> Iterator[None]:
    """Raise what a library raises inside as `to`, saying what failed and how to cure it."""
    try:
        yield
    except HardwareError:
        raise
    except Exception as error:
        raise to(f"{what} ({str(error) or type(error).__name__}): {cure}.") from error


def open_pins() -> Any:
    """Return gpiozero's pin factory for this Pi, through lgpio. The caller closes it.

    Raises `MissingHardwareError` when this is no Pi or lgpio is not installed, `AccessError`
    when this user may not use the pins.
    """
    try:
        local.get_pi_revision()
    except (PinUnknownPi, OSError) as error:
        raise MissingHardwareError(
            "This machine is not a Raspberry Pi, and the roller is wired to a Pi's pins: "
            "run this on the Pi, or try the simulated roller with `footloop-sim run`."
        ) from error
    try:
        factory = import_module("gpiozero.pins.lgpio").LGPIOFactory
    except (ImportError, OSError) as error:
        raise MissingHardwareError(
            f"The library lgpio is missing ({error}): install it with "
            "`sudo apt install python3-lgpio`, then `make setup` again."
        ) from error
    with translated(
        AccessError,
        "The Pi's pins cannot be opened",
        "add your user to the group gpio with `sudo usermod -aG gpio $USER` and sign in again",
    ):
        return factory()
