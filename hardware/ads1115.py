"""The ADS1115 on I2C: four inputs a chip, one conversion at a time, 860 a second.

Waiting for a conversion would hold the loop up, so nobody waits. A chip with one used input
converts on and on, and a read fetches the newest. A chip with several goes round: each read
fetches what the one before it started, once that has had its time, and starts the next input.
What could not be fetched is NaN until its next turn.
"""

import fcntl
import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, cast

from smbus2 import SMBus

from hardware.errors import AccessError, MissingHardwareError, ReadError
from hardware.pins import translated
from hardware.wiring import ADS1115_INPUTS

I2C_BUS = 1
FIRST_ADDRESS = 0x48
CONVERSION, CONFIG = 0, 1  # registers
CONVERSION_S = 0.0014  # 1/860 s, 10 % of tolerance, and waking up
AT_SUPPLY = 26_400  # counts at 3.3 V, in a range of 4.096 V
I2C_TIMEOUT = 0x0702  # ioctl: how long a held bus may block a transfer
TEN_MS = 1  # in the unit of that ioctl
NAN = float("nan")


class Bus(Protocol):
    """What we use of an `smbus2.SMBus`."""

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int) -> list[int]:
        """Return `length` bytes of a register."""

    def write_i2c_block_data(self, i2c_addr: int, register: int, data: list[int]) -> None:
        """Set the bytes of a register."""

    def close(self) -> None:
        """Release the bus."""


def open_bus() -> Bus:
    """Return the Pi's I2C bus; a transfer that hangs ends after 10 ms.

    Raises `MissingHardwareError` without a bus, `AccessError` without the right to use it.
    """
    where = f"/dev/i2c-{I2C_BUS}"
    try:
        bus = SMBus(I2C_BUS)
        fcntl.ioctl(cast(int, bus.fd), I2C_TIMEOUT, TEN_MS)
    except FileNotFoundError as error:
        raise MissingHardwareError(
            f"The I2C bus of the ADS1115 is missing ({where}): switch it on with "
            "`sudo raspi-config nonint do_i2c 0` and restart the Pi."
        ) from error
    except OSError as error:
        raise AccessError(
            f"The I2C bus cannot be opened ({where}: {error.strerror}): add your user to the "
            "group i2c with `sudo usermod -aG i2c $USER` and sign in again."
        ) from error
    return bus


def open_chips(
    bus: Bus,
    numbers: Iterable[int],
    *,
    clock: Callable[[], float],
    pause: Callable[[float], None],
) -> "Mapping[int, Ads1115]":
    """Return the chip of each channel number (0..7), every input converted once.

    Raises `MissingHardwareError` when a chip does not answer.
    """
    used = sorted(numbers)
    chips = {}
    for place, group in itertools.groupby(used, lambda number: number // ADS1115_INPUTS):
        inputs = [number % ADS1115_INPUTS for number in group]
        chips[place] = Ads1115(bus, FIRST_ADDRESS + place, inputs, clock=clock, pause=pause)
    return {number: chips[number // ADS1115_INPUTS] for number in used}


class Ads1115Channel:
    """One channel, 0..7, of the machine's chips."""

    def __init__(self, chips: "Mapping[int, Ads1115]", number: int) -> None:
        self._chip, self._input = chips[number], number % ADS1115_INPUTS

    def raw(self) -> float:
        """Return the newest conversion, 0..1 of 3.3 V. Raises `ReadError`."""
        return self._chip.raw(self._input)


class Ads1115:
    """One chip. Inputs are 0..3, each against ground."""

    def __init__(
        self,
        bus: Bus,
        address: int,
        inputs: list[int],
        *,
        clock: Callable[[], float],
        pause: Callable[[float], None],
    ) -> None:
        """Convert each of `inputs` once. Raises `MissingHardwareError` without an answer."""
        self._bus, self._address, self._clock = bus, address, clock
        self._what = f"The ADS1115 at 0x{address:02x} on the I2C bus did not answer"
        self._alone = len(inputs) == 1
        self._turns = itertools.cycle(inputs)
        self._latest = dict.fromkeys(inputs, NAN)
        self._converting: int | None = None
        self._started_at_s = clock()
        try:
            for _ in inputs:
                self._take_turn()
                pause(CONVERSION_S)
            if not self._alone:
                self._take_turn()
        except ReadError as error:
            level = "ground" if address == FIRST_ADDRESS else "3.3 V"
            raise MissingHardwareError(
                f"{self._what} ({error.__cause__}): check SDA, SCL and its supply, and that its "
                f"ADDR is at {level}; `i2cdetect -y {I2C_BUS}` shows what answers."
            ) from error

    def raw(self, number: int) -> float:
        """Return the newest conversion of an input, 0..1 of 3.3 V. Raises `ReadError`."""
        if self._alone:
            return self._fetched()
        if self._clock() - self._started_at_s >= CONVERSION_S:
            self._take_turn()
        return self._latest[number]

    def _take_turn(self) -> None:
        """Fetch what was started and start the next input."""
        done, self._converting = self._converting, None
        if done is not None:
            self._latest[done] = NAN
            self._latest[done] = self._fetched()
        following = next(self._turns)
        self._start(following)
        self._converting, self._started_at_s = following, self._clock()

    def _start(self, number: int) -> None:
        with translated(ReadError, self._what, "check the I2C wires and the chip's supply"):
            self._bus.write_i2c_block_data(self._address, CONFIG, _config(number, self._alone))

    def _fetched(self) -> float:
        with translated(ReadError, self._what, "check the I2C wires and the chip's supply"):
            word = bytes(self._bus.read_i2c_block_data(self._address, CONVERSION, 2))
            count = int.from_bytes(word, "big", signed=True)
        return min(max(count, 0), AT_SUPPLY) / AT_SUPPLY


def _config(number: int, on_and_on: bool) -> list[int]:
    """The two bytes that start input `number`: start, against ground, 4.096 V; 860 SPS, no alert.

    Noise takes the count a little below 0, and 3.3 V exactly is its highest: both are clipped.
    """
    high = 0b1_100_001_0 | number << 4 | (not on_and_on)
    return [high, 0b111_00011]
