"""Anything at all comes over the line, and nobody presses Start: the motor is never powered."""

from collections.abc import Callable
from random import Random

import pytest

from firmware_bridge.layout import Direction
from firmware_bridge.messages import (
    LAYOUTS,
    Acknowledge,
    CutCode,
    Drive,
    Frame,
    Hello,
    Set,
    Stop,
)
from firmware_bridge.wire import Decoder, encode
from tests.mcu_host import PERIOD_S, REFERENCE_KPA, SETTINGS, Host

KINDS: dict[Callable[..., Frame], int] = {Stop: 1, Drive: 6, Acknowledge: 3, Hello: 1, Set: 1}
FULL = 500


def any_frame(rng: Random) -> bytes:
    """A frame of any kind, with any values."""
    (kind,) = rng.choices(list(KINDS), list(KINDS.values()))
    fields = next(layout.fields for one, layout in LAYOUTS.items() if one is kind)
    return encode(kind(*(rng.randint(field.low, field.high) for field in fields)))


def any_bytes(rng: Random) -> bytes:
    return rng.randbytes(rng.randint(1, 30))


def nearly(rng: Random) -> bytes:
    """A good frame but for a bit or two."""
    frame = bytearray(any_frame(rng))
    for _ in range(rng.randint(1, 2)):
        frame[rng.randrange(len(frame))] ^= 1 << rng.randrange(8)
    return bytes(frame)


class Cunning:
    """A host that knows how it is done, but for the press."""

    def __init__(self, host: Host) -> None:
        self.host = host

    def set_one(self, rng: Random) -> None:
        self.host.send(Set, *rng.choice(list(SETTINGS.items())))

    def acknowledge(self, _: Random) -> None:
        self.host.acknowledge()

    def set_right(self, rng: Random) -> None:
        """Everything but the press."""
        self.host.plant.foot_off()
        self.host.drive(0.3)
        for index, value in SETTINGS.items():
            self.host.send(Set, index, value)
            self.host.wait(PERIOD_S)
        self.acknowledge(rng)
        self.host.plant.foot_on()
        self.host.drive(0.6)
        self.drive(rng)

    def drive(self, rng: Random) -> None:
        """Full duty, in whatever session."""
        self.host.session = rng.choice((0, 1, rng.randrange(64)))
        for _ in range(rng.randrange(20)):
            duty = rng.choice((-FULL, FULL, 20))
            self.host.send(Drive, duty, 0, 1, rng.random() < 0.8, REFERENCE_KPA)
            self.host.wait(PERIOD_S)


def fiddle(host: Host, rng: Random) -> None:
    """People do things, too."""
    what = rng.randrange(3)
    if what == 0:
        host.plant.foot_on()
    elif what == 1:
        host.plant.foot_off()
    else:
        host.plant.set_button(rng.choice(("plus", "minus")), rng.random() < 0.5)


def fuzzed(seed: int, ticks: int) -> Host:
    """So many milliseconds of anything."""
    rng, host = Random(seed), Host().greet().configure().acknowledge()
    cunning = Cunning(host)
    tricks = (cunning.set_one, cunning.acknowledge, cunning.drive)
    raw: tuple[Callable[[Random], bytes], ...] = (any_frame, any_bytes, nearly)
    while len(host.moments) < ticks:
        if rng.random() < 0.01:
            fiddle(host, rng)
        if rng.random() < 0.02:
            cunning.set_right(rng)
        elif rng.random() < 0.3:
            rng.choice(tricks)(rng)
        else:
            host.say(rng.choice(raw)(rng))
        host.wait(0.001 * rng.randint(1, 5))
    return host


def judged(host: Host) -> None:
    """It was fit to go, it was asked to, and it never went."""
    assert not any(one.driven or one.truth.motor_powered for one in host.moments)
    assert not any(one.truth.gate_on for one in host.moments)
    assert {one.truth.position_cm for one in host.moments} == {0.0}
    told = host.statuses
    ready = [one for one in told if one.configured and one.foot_on and one.cut == CutCode.NONE]
    assert len(ready) > len(told) // 100, "but for the press it could have gone"
    assert {one.session for one in told} == {0}
    assert CutCode.STOP in {one.cut for one in told}
    assert Stop in {type(one) for one in decoded(host)}


def decoded(host: Host) -> list[Frame]:
    """What was said to it in whole frames."""
    return Decoder(Direction.TO_MCU).feed(b"".join(host.said))


@pytest.mark.parametrize("seed", range(2))
def test_five_thousand_ticks_of_anything_move_nothing(seed: int) -> None:
    judged(fuzzed(seed, 5_000))


@pytest.mark.long
def test_a_hundred_thousand_ticks_of_anything_move_nothing() -> None:
    judged(fuzzed(99, 100_000))
