"""The analog converter: one channel of an MCP3008 (10 bits) or MCP3208 (12 bits) on SPI.

gpiozero quietly bit-bangs when the SPI bus is missing. That is fifty times slower and shaken by
every other process, so here it is an error: nothing falls back.
"""

import warnings
from typing import Any, Final

from gpiozero import MCP3008, MCP3208
from gpiozero.exc import SPISoftwareFallback

from hardware.errors import MissingHardwareError, ReadError
from hardware.pins import translated

CHIPS: Final = {"MCP3008": MCP3008, "MCP3208": MCP3208}


class AnalogChannel:
    """One channel, read as a fraction of the converter's range."""

    def __init__(self, chip: str, channel: int, *, pin_factory: Any) -> None:
        """Claim `channel` (0..7) of `chip` ("MCP3008", "MCP3208") on SPI bus 0, chip select 0.

        Raises `MissingHardwareError` when there is no SPI bus to use.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", SPISoftwareFallback)
                self._device = CHIPS[chip](channel, pin_factory=pin_factory)
        except SPISoftwareFallback as error:
            raise MissingHardwareError(
                f"The SPI bus of the {chip} is missing ({error.__context__}): switch it on with "
                "`sudo raspi-config nonint do_spi 0`, add your user to the group spi, "
                "and restart the Pi."
            ) from error
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
