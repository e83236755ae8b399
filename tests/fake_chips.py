"""Chips that answer as the data sheets say: bytes on a bus, levels on pins, files in a folder.

Each lives on the clock it is given. What a chip would not stand for is an assertion here.
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gpiozero.pins import SPI
from rpi_hardware_pwm import HardwarePWM

Clock = Callable[[], float]


class FakeMcp(SPI):  # type: ignore[misc]
    """An MCP3008 or MCP3208 behind the hardware bus: what is clocked in, and what comes back."""

    def __init__(self, pin_factory: Any, bits: int) -> None:
        super().__init__(pin_factory=pin_factory)
        self.bits = bits
        self.counts = [0] * 8
        self.transfers = 0

    @property
    def closed(self) -> bool:
        return False

    def transfer(self, data: list[int]) -> list[int]:
        """Take start bit, single-ended bit and channel; give the count after a null bit."""
        command = int.from_bytes(bytes(data), "big") >> (self.bits + 2)
        assert command >> 3 == 0b11, "start bit, then single-ended"
        self.transfers += 1
        return [0, *self.counts[command & 0b111].to_bytes(2, "big")]


class FakeAds1115:
    """Registers and converter of one chip."""

    CONVERSION_S = 1.1 / 860

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.volts = [0.0] * 4
        self.config = 0x8583
        self._result = 0
        self._done_at_s: float | None = None

    def read(self, register: int) -> int:
        """Return the 16 bits of a register."""
        self._convert()
        return self._result & 0xFFFF if register == 0 else self.config

    def write(self, register: int, word: int) -> None:
        """Set the configuration; a set OS bit, or continuous mode, starts a conversion."""
        assert register == 1
        self._convert()
        assert self._done_at_s is None or not self.config & 0x100, "OS is set while it converts"
        assert word >> 14 & 1, "single-ended"
        assert word >> 9 & 0b111 == 1, "4.096 V"
        assert word >> 5 & 0b111 == 0b111, "860 SPS"
        assert word & 0b11 == 0b11, "no alert"
        busy = self._done_at_s is not None  # a running conversion ends with its old settings
        self.config = word
        if word & 0x8000 or not word & 0x100:
            self._done_at_s = self._clock() + self.CONVERSION_S * (2 if busy else 1)

    def _convert(self) -> None:
        if self._done_at_s is None or self._clock() < self._done_at_s:
            return
        self._result = round(self.volts[self.config >> 12 & 0b11] / 4.096 * 32768)
        if self.config & 0x100:
            self._done_at_s = None


class FakeI2c:
    """An `smbus2.SMBus` with two ADS1115, or fewer, on it."""

    def __init__(self, clock: Clock) -> None:
        self.chips = {address: FakeAds1115(clock) for address in (0x48, 0x49)}
        self.failing = False
        self.closed = False
        self.transfers = 0

    def _chip(self, address: int) -> FakeAds1115:
        self.transfers += 1
        if self.failing or self.closed or address not in self.chips:
            raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
        return self.chips[address]

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int) -> list[int]:
        return list(self._chip(i2c_addr).read(register).to_bytes(length, "big"))

    def write_i2c_block_data(self, i2c_addr: int, register: int, data: list[int]) -> None:
        assert len(data) == 2
        self._chip(i2c_addr).write(register, int.from_bytes(bytes(data), "big"))

    def close(self) -> None:
        self.closed = True

    def set_raw(self, channel: int, raw: float) -> None:
        """Give a channel a level, 0..1 of 3.3 V."""
        self.chips[0x48 + channel // 4].volts[channel % 4] = 3.3 * raw


class FakeHx711:
    """The amplifier at both its pins: `clock_changed` and `data_level` are its contacts."""

    PERIOD_S, SETTLING_S, POWER_DOWN_S = 0.0125, 0.050, 60e-6

    def __init__(self, clock: Clock, wait: Callable[[float], None]) -> None:
        self._clock, self._wait = clock, wait
        self.word = 0  # 24 bits, two's complement
        self.dead = False
        self.slow_pulse: tuple[int, float] | None = None  # at which pulse we are paused, how long
        self.slow_gap: tuple[int, float] | None = None  # after which pulse, how long
        self.resets = 0
        self.fetched = 0
        self._pulse = 0
        self._shifting = 0
        self._high = False
        self._rose_at_s, self._rose_ready = 0.0, True
        self._ready_at_s = clock() + self.PERIOD_S
        self._settled_at_s = clock() + self.SETTLING_S

    def set_raw(self, raw: float) -> None:
        """Give the cell a level, 0..1 of the range of both signs."""
        self.word = round(raw * 0xFFFFFF) ^ 0x800000

    def clock_changed(self, high: bool) -> None:
        """The clock's edge."""
        if high == self._high:
            return
        self._high = high
        if high:
            self._rise()
            return
        if self._clock() - self._rose_at_s > self.POWER_DOWN_S:
            self.resets += 1
            self._pulse, self._ready_at_s = 0, self._clock() + self.PERIOD_S
            self._settled_at_s = self._clock() + self.SETTLING_S
            return
        assert self._rose_ready, "clocked before it was ready"
        if self._pulse == 25:
            self.fetched += 1
            self._pulse, self._ready_at_s = 0, self._clock() + self.PERIOD_S

    def _rise(self) -> None:
        self._rose_at_s = self._clock()
        if self._pulse == 0:
            self._rose_ready = not self.data_level()
            settled = self._clock() >= self._settled_at_s
            self._shifting = self.word if settled else self.word ^ 0x3FFFFF
        self._pulse += 1
        if self.slow_pulse is not None and self.slow_pulse[0] == self._pulse:
            seconds, self.slow_pulse = self.slow_pulse[1], None
            self._wait(seconds)

    def data_level(self) -> bool:
        """DOUT."""
        if self.dead:
            return True
        if 1 <= self._pulse <= 24:
            if self.slow_gap is not None and self.slow_gap[0] == self._pulse:
                seconds, self.slow_gap = self.slow_gap[1], None
                self._wait(seconds)
                if self._clock() >= self._ready_at_s + self.PERIOD_S:
                    self._shifting ^= 0x2AAAAA  # it has converted anew under the pulses
            return bool(self._shifting >> 24 - self._pulse & 1)
        return self._pulse > 24 or self._clock() < self._ready_at_s


class FakeSysfs:
    """The kernel's PWM folder, as a Pi 4 shows it, with a second chip that is for sound."""

    def __init__(self, folder: Path, devices: tuple[str, ...] = ("fe20c800", "fe20c000")) -> None:
        self.folder = folder / "class" / "pwm"
        for number, device in enumerate(devices):
            (folder / "devices" / f"{device}.pwm").mkdir(parents=True)
            chip = self.folder / f"pwmchip{number}"
            chip.mkdir(parents=True)
            (chip / "export").touch()
            (chip / "device").symlink_to(folder / "devices" / f"{device}.pwm")

    def make(self, channel: int, hz: float, chip: int) -> HardwarePWM:
        """Return the library's own class, working in this folder."""
        root = self.folder

        class InThisFolder(HardwarePWM):
            @property
            def chippath(self) -> str:
                return self._chippath

            @chippath.setter
            def chippath(self, path: str) -> None:
                self._chippath = path.replace("/sys/class/pwm", str(root))

            def echo(self, message: int, file: str) -> None:
                super().echo(message, file)
                if file.endswith("/export"):
                    made = Path(self.pwm_dir)
                    made.mkdir()
                    for name in ("period", "duty_cycle", "enable"):
                        (made / name).write_text("0\n")

        return InThisFolder(channel, hz, chip)

    def level(self, chip: int, channel: int) -> float:
        """Return a channel's duty, 0..1, as its pin shows it."""
        folder = self.folder / f"pwmchip{chip}" / f"pwm{channel}"
        if not folder.exists():
            return 0.0
        period, duty, on = (
            int((folder / name).read_text()) for name in ("period", "duty_cycle", "enable")
        )
        return duty / period if on else 0.0
