"""The HX711: 25 pulses a value, none trusted that took too long, none kept for too long."""

import math
from collections.abc import Iterator

import pytest

from hardware.errors import HardwareError, MissingHardwareError, ReadError
from hardware.hx711 import Hx711
from tests.fake_chips import FakeHx711
from tests.mock_pi import MockPi

DATA, CLOCK = 4, 25


class Bench:
    """The chip on two pins of a mock Pi, and the time."""

    def __init__(self) -> None:
        self.now_s = 1.0
        self.pi = MockPi()
        self.chip = FakeHx711(lambda: self.now_s, self.wait)
        self.pi.hx711, self.pi.hx711_data_pin, self.pi.hx711_clock_pin = self.chip, DATA, CLOCK
        self.chip.set_raw(0.6)

    def wait(self, seconds: float) -> None:
        self.now_s += seconds

    def open(self) -> Hx711:
        return Hx711(self.pi, DATA, CLOCK, clock=lambda: self.now_s, pause=self.wait)

    def ticks(self, cell: Hx711, seconds: float) -> list[float]:
        """Read every 4 ms."""
        values = []
        for _ in range(round(seconds / 0.004)):
            self.wait(0.004)
            values.append(cell.raw())
        return values


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.pi.close()


@pytest.mark.parametrize("raw", [0.0, 0.25, 0.5, 0.5000001, 0.75, 1.0])
def test_every_value_of_both_signs_comes_through(bench: Bench, raw: float) -> None:
    bench.chip.set_raw(raw)
    assert bench.open().raw() == pytest.approx(raw, abs=1e-7)


def test_it_opens_with_a_value_that_has_settled(bench: Bench) -> None:
    opened_at_s = bench.now_s
    assert bench.open().raw() == pytest.approx(0.6)
    assert bench.now_s - opened_at_s >= 0.050


def test_between_values_the_last_one_counts_and_80_come_a_second(bench: Bench) -> None:
    cell = bench.open()
    bench.chip.fetched = 0
    assert bench.ticks(cell, 1.0) == pytest.approx([0.6] * 250)
    assert 60 <= bench.chip.fetched <= 80
    bench.chip.set_raw(0.7)
    assert bench.ticks(cell, 0.04)[-1] == pytest.approx(0.7)


def test_after_100_ms_without_a_value_there_is_none(bench: Bench) -> None:
    cell = bench.open()
    bench.chip.dead = True
    values = bench.ticks(cell, 0.2)
    assert values[:23] == pytest.approx([0.6] * 23)
    assert all(math.isnan(value) for value in values[26:])
    bench.chip.dead = False
    assert bench.ticks(cell, 0.02)[-1] == pytest.approx(0.6)


@pytest.mark.parametrize("pulse", [1, 13, 25])
def test_a_clock_that_stayed_high_ends_in_a_reset_and_its_value_is_dropped(
    bench: Bench, pulse: int
) -> None:
    cell = bench.open()
    bench.chip.set_raw(0.9)
    bench.chip.slow_pulse = (pulse, 55e-6)  # it may have reset, or not
    values = bench.ticks(cell, 0.2)
    assert bench.chip.resets == 1, "made certain"
    first = next(place for place, value in enumerate(values) if value != pytest.approx(0.6))
    assert values[first:] == pytest.approx([0.9] * (50 - first)), "never a torn value"
    assert (first + 1) * 0.004 > 0.050, "settled before it counts"


def test_a_clock_that_was_just_quick_enough_is_fine(bench: Bench) -> None:
    cell = bench.open()
    bench.chip.set_raw(0.9)
    bench.chip.slow_pulse = (7, 45e-6)
    assert bench.ticks(cell, 0.02)[-1] == pytest.approx(0.9)
    assert bench.chip.resets == 0


@pytest.mark.parametrize("pulse", [1, 13, 24])
@pytest.mark.parametrize("gap_s", [0.006, 0.020])
def test_a_fetch_that_took_so_long_that_its_bits_may_be_of_two_values_is_dropped(
    bench: Bench, pulse: int, gap_s: float
) -> None:
    cell = bench.open()
    bench.chip.set_raw(0.9)
    bench.chip.slow_gap = (pulse, gap_s)  # the clock is low: this powers nothing down
    values = bench.ticks(cell, 0.2)
    assert bench.chip.resets == 1
    assert all(math.isnan(one) or one in (pytest.approx(0.6), pytest.approx(0.9)) for one in values)
    assert values[-1] == pytest.approx(0.9)


def test_a_fetch_that_was_just_quick_enough_is_fine(bench: Bench) -> None:
    cell = bench.open()
    bench.chip.set_raw(0.9)
    bench.chip.slow_gap = (7, 0.0045)
    assert bench.ticks(cell, 0.02)[-1] == pytest.approx(0.9)
    assert bench.chip.resets == 0


def test_one_that_is_always_too_slow_is_no_value_at_all(bench: Bench) -> None:
    cell = bench.open()
    for _ in range(100):
        bench.chip.slow_pulse = (1, 100e-6)
        bench.wait(0.004)
        cell.raw()
    assert math.isnan(cell.raw())


def test_a_chip_that_gives_no_value_is_missing_and_its_pins_are_free_again(bench: Bench) -> None:
    bench.chip.dead = True
    with pytest.raises(MissingHardwareError, match=r"pins 4 \(data\) and 25 \(clock\).*RATE"):
        bench.open()
    bench.chip.dead = False
    bench.open()


def test_closing_releases_both_pins(bench: Bench) -> None:
    cell = bench.open()
    cell.close()
    with pytest.raises(HardwareError):
        cell.raw()
    bench.open().close()


def test_a_pin_that_cannot_be_read_is_a_read_error(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = bench.open()

    def broken() -> bool:
        raise RuntimeError("no answer")

    monkeypatch.setattr(bench.chip, "data_level", broken)
    with pytest.raises(ReadError, match="no answer"):
        cell.raw()
