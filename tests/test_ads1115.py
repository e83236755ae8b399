"""The ADS1115: a chip alone converts on and on, a shared one goes round, and nobody waits."""

import errno
import fcntl
from collections.abc import Callable

import pytest

from hardware import ads1115
from hardware.ads1115 import Ads1115Channel, open_bus, open_chips
from hardware.errors import AccessError, MissingHardwareError, ReadError
from tests.fake_chips import FakeI2c

TICK_S = 0.004


class Bench:
    """The bus, the chips of some channels, and the time."""

    def __init__(self, *numbers: int) -> None:
        self.now_s = 5.0
        self.bus = FakeI2c(lambda: self.now_s)
        for number in range(8):
            self.bus.set_raw(number, 0.1 * number + 0.05)
        self.numbers = numbers

    def open(self) -> dict[int, Ads1115Channel]:
        chips = open_chips(self.bus, self.numbers, clock=lambda: self.now_s, pause=self.wait)
        return {number: Ads1115Channel(chips, number) for number in self.numbers}

    def wait(self, seconds: float) -> None:
        self.now_s += seconds


def test_every_channel_has_a_value_from_the_first_read_on() -> None:
    bench = Bench(0, 4, 6, 7)
    channels = bench.open()
    for number in (7, 0, 4, 6):
        assert channels[number].raw() == pytest.approx(0.1 * number + 0.05, abs=1e-4)


def test_a_chip_alone_is_as_fresh_as_its_last_conversion() -> None:
    bench = Bench(0, 4, 5)
    channel = bench.open()[0]
    for raw in (0.2, 0.9, 0.4):
        bench.bus.set_raw(0, raw)
        bench.wait(0.0013)
        before = bench.bus.transfers
        assert channel.raw() == pytest.approx(raw, abs=1e-4)
        assert bench.bus.transfers == before + 1, "one transfer, whatever it converts"


def test_a_shared_chip_gives_each_input_its_turn() -> None:
    bench = Bench(0, 4, 5, 7)
    channels = bench.open()
    for number in (4, 5, 7):
        bench.bus.set_raw(number, 0.95 - 0.1 * number)
    for _ in range(4):
        bench.wait(TICK_S)
        before = bench.bus.transfers
        for number in (4, 5, 7):
            channels[number].raw()
        assert bench.bus.transfers == before + 2, "one input a tick: fetch it, start the next"
    for number in (4, 5, 7):
        assert channels[number].raw() == pytest.approx(0.95 - 0.1 * number, abs=1e-4)


def test_a_conversion_that_is_not_done_is_not_fetched() -> None:
    bench = Bench(0, 4, 5)
    channels = bench.open()
    bench.bus.set_raw(4, 0.9)
    bench.bus.set_raw(5, 0.1)
    for _ in range(40):  # a quick loop: a wrong input's value would show
        bench.wait(0.001)
        assert min(abs(channels[4].raw() - one) for one in (0.45, 0.9)) < 1e-3
        assert min(abs(channels[5].raw() - one) for one in (0.55, 0.1)) < 1e-3
    assert channels[4].raw() == pytest.approx(0.9, abs=1e-4)
    assert channels[5].raw() == pytest.approx(0.1, abs=1e-4)


def test_what_could_not_be_fetched_is_an_error_then_nothing_then_new() -> None:
    bench = Bench(0, 4, 5)
    channels = bench.open()
    bench.bus.failing = True
    bench.wait(TICK_S)
    for number in (0, 4, 5):
        with pytest.raises(ReadError, match=r"ADS1115 at 0x4[89] .*check the I2C wires"):
            channels[number].raw()
    bench.bus.failing = False
    assert channels[4].raw() != channels[4].raw(), "NaN: the one that was lost"
    for _ in range(3):
        bench.wait(TICK_S)
        channels[4].raw()
    assert channels[4].raw() == pytest.approx(0.45, abs=1e-4)
    assert channels[5].raw() == pytest.approx(0.55, abs=1e-4)


def test_noise_below_ground_and_a_level_above_the_supply_are_its_ends() -> None:
    bench = Bench(0)
    channel = bench.open()[0]
    for raw, told in ((-0.001, 0.0), (1.0, 1.0), (1.01, 1.0)):
        bench.bus.set_raw(0, raw)
        bench.wait(TICK_S)
        assert channel.raw() == pytest.approx(told, abs=1e-4)
        assert 0.0 <= channel.raw() <= 1.0


@pytest.mark.parametrize(("address", "level"), [(0x48, "ground"), (0x49, "3.3 V")])
def test_a_chip_that_does_not_answer_is_named_with_where_its_address_comes_from(
    address: int, level: str
) -> None:
    bench = Bench(0, 4, 5)
    del bench.bus.chips[address]
    with pytest.raises(MissingHardwareError, match=rf"0x{address:02x} .*ADDR is at {level}"):
        bench.open()


def refusing(error: OSError) -> Callable[[int], None]:
    def refuse(_bus: int) -> None:
        raise error

    return refuse


@pytest.mark.parametrize(
    ("number", "kind", "cure"),
    [
        (errno.ENOENT, MissingHardwareError, "raspi-config nonint do_i2c 0"),
        (errno.EACCES, AccessError, "usermod -aG i2c"),
    ],
)
def test_a_bus_that_cannot_be_opened_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception], cure: str
) -> None:
    monkeypatch.setattr(ads1115, "SMBus", refusing(OSError(number, "no")))
    with pytest.raises(kind, match=f"/dev/i2c-1.*{cure}"):
        open_bus()


def test_a_held_bus_may_block_for_10_ms_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Opened:
        fd = 7

        def __init__(self, bus: int) -> None:
            assert bus == 1

    asked: list[tuple[int, ...]] = []
    monkeypatch.setattr(ads1115, "SMBus", Opened)
    monkeypatch.setattr(fcntl, "ioctl", lambda *given: asked.append(given))
    assert isinstance(open_bus(), Opened)
    assert asked == [(7, 0x0702, 1)]
