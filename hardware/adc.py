"""The analog converter: which chip answers for a channel, and the two chips on SPI.

A channel is read as a fraction of 0..3.3 V, whatever the chip. gpiozero quietly bit-bangs when
the SPI bus is missing. That is fifty times slower and shaken by every other process, so here it
is an error: nothing falls back.
"""

import warnings
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from gpiozero import MCP3008, MCP3208
from gpiozero.exc import SPISoftwareFallback

from hardware.ads1115 import Ads1115Channel, Bus, open_chips
from hardware.errors import AccessError, HardwareError, MissingHardwareError, ReadError
from hardware.hx711 import Hx711
from hardware.pins import translated
from hardware.wiring import Wiring, channels

SPI_DEVICE = Path("/dev/spidev0.0")
SPI_CHIPS: Final = {"MCP3008": MCP3008, "MCP3208": MCP3208}


class Channel(Protocol):
    """One element's electric level."""

    def raw(self) -> float:
        """Return the newest conversion, 0..1 of the range; NaN: there is none any more.

        Raises `ReadError` when the transfer failed.
        """


class Source(NamedTuple):
    """Where chips are found, and the time they live in."""

    pin_factory: Any  # gpiozero's
    open_bus: Callable[[], Bus]  # I2C
    clock: Callable[[], float]  # s, the loop's
    pause: Callable[[float], None]  # s; only while opening


class Channels(NamedTuple):
    """The elements of one machine. None: not fitted."""

    pressure_a: Channel
    pressure_b: Channel | None
    current: Channel | None


def open_channels(wiring: Wiring, source: Source, parts: ExitStack) -> Channels:
    """Open what measures; `parts` closes it again.

    Raises `MissingHardwareError` without the bus or a chip's answer, `AccessError` without the
    right to use them.
    """
    open_one = _converter(wiring, source, parts)
    b, current = wiring.pressure_b_channel, wiring.current_channel
    pressure_b = None if b is None else open_one(b)
    if wiring.hx711_data_pin is not None:
        pressure_b = parts.enter_context(
            closing(
                Hx711(
                    source.pin_factory,
                    wiring.hx711_data_pin,
                    wiring.hx711_clock_pin,
                    clock=source.clock,
                    pause=source.pause,
                )
            )
        )
    return Channels(
        open_one(wiring.pressure_a_channel),
        pressure_b,
        None if current is None else open_one(current),
    )


def _converter(wiring: Wiring, source: Source, parts: ExitStack) -> Callable[[int], Channel]:
    if wiring.adc_chip in SPI_CHIPS:
        return lambda number: parts.enter_context(
            closing(SpiChannel(wiring.adc_chip, number, pin_factory=source.pin_factory))
        )
    bus = parts.enter_context(closing(source.open_bus()))
    chips = open_chips(bus, channels(wiring).values(), clock=source.clock, pause=source.pause)
    return lambda number: Ads1115Channel(chips, number)


def _no_bus(chip: str, error: SPISoftwareFallback) -> HardwareError:
    """Why gpiozero would have bit-banged."""
    if SPI_DEVICE.exists():
        return AccessError(
            f"The SPI bus of the {chip} cannot be opened ({SPI_DEVICE}: {error.__context__}): "
            "add your user to the group spi with `sudo usermod -aG spi $USER` and sign in again; "
            "end other programs that use it."
        )
    return MissingHardwareError(
        f"The SPI bus of the {chip} is missing ({error.__context__}): switch it on with "
        "`sudo raspi-config nonint do_spi 0` and restart the Pi."
    )


class SpiChannel:
    """One channel of an MCP3008 (10 bits) or MCP3208 (12 bits)."""

    def __init__(self, chip: str, channel: int, *, pin_factory: Any) -> None:
        """Claim `channel` (0..7) of `chip` on SPI bus 0, chip select 0.

        Raises `MissingHardwareError` when there is no SPI bus, `AccessError` when there is one
        that cannot be used.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", SPISoftwareFallback)
                self._device = SPI_CHIPS[chip](channel, pin_factory=pin_factory)
        except SPISoftwareFallback as error:
            raise _no_bus(chip, error) from error
        self._what = f"Channel {channel} of the {chip} could not be read"
        self._highest: int = (1 << self._device.bits) - 1

    def raw(self) -> float:
        """Return the newest conversion, 0..1 of the range. Raises `ReadError`."""
        with translated(ReadError, self._what, "check the SPI wires and the converter's supply"):
            count: int = self._device.raw_value
            return count / self._highest

    def close(self) -> None:
        """Release the channel, and with the last one the bus."""
        self._device.close()
