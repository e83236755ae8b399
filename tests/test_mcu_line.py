"""A line that lies: spoiled, lost, repeated, strange bytes before the real firmware.

Never is anything acted on that nobody said; the motor drives on, or it stops.
"""

from random import Random

import pytest

from firmware_bridge.messages import BAUD, CutCode, Drive
from firmware_bridge.wire import encode
from tests.firmware_build import FIRMWARE, symbols
from tests.mcu_host import DUTY, PERIOD_S, REFERENCE_KPA, Host, driven_again_s, off_after_s

LEASE_S = 0.025
UNIT = 1 / 500
MARK = 0x80
REJECTS_AT = 4  # in struct framing, behind the CRC


def rejected(host: Host) -> int:
    """How many stretches of bytes the firmware has refused so far."""
    at = symbols(FIRMWARE)["decoder"] + REJECTS_AT
    return int.from_bytes(host.mcu.data[at : at + 2], "little")


def off_in_time(host: Host, since_s: float) -> None:
    """The motor went off within the lease, and has stayed so."""
    off_s = off_after_s(host, since_s)
    assert off_s is not None
    assert off_s <= LEASE_S
    assert driven_again_s(host, since_s + off_s) is None


def obedient(host: Host, since_s: float, *asked: int) -> None:
    """Nothing but these duties was driven, or less."""
    low, high = min((0, *asked)) * UNIT - UNIT, max((0, *asked)) * UNIT + UNIT
    assert all(low <= one.duty <= high for one in host.moments if one.at_s > since_s)


class Noise:
    """One bit of a hundred arrives wrong."""

    def __init__(self, rng: Random, spoiled: list[bytes]) -> None:
        self._rng, self._spoiled = rng, spoiled

    def __call__(self, data: bytes) -> bytes:
        flips = [sum((self._rng.random() < 0.01) << bit for bit in range(8)) for _ in data]
        if any(flips):
            self._spoiled.append(data)
        return bytes(byte ^ flip for byte, flip in zip(data, flips, strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_with_one_bit_of_a_hundred_wrong_it_drives_on_or_stops(seed: int) -> None:
    host = Host().rolling()
    since_s, rejects = host.now_s, rejected(host)
    spoiled_to: list[bytes] = []
    spoiled_from: list[bytes] = []
    host.to_mcu = Noise(Random(seed), spoiled_to)
    host.to_host = Noise(Random(-seed), spoiled_from)
    for _ in range(4):
        host.drive(0.4, DUTY).drive(0.4, -DUTY // 2)
    assert len(spoiled_to) > 100
    assert len(spoiled_from) > 100
    assert rejected(host) - rejects > 100, "what was spoiled did arrive"
    obedient(host, since_s, DUTY, -DUTY // 2)
    host.to_mcu = host.to_host = bytes
    host.drive(0.4, DUTY)
    assert host.cut in (CutCode.NONE, CutCode.LINK)
    assert host.moments[-1].driven is (host.cut is CutCode.NONE)


@pytest.mark.parametrize("seed", range(3))
def test_bytes_lost_and_bytes_too_many_are_no_command(seed: int) -> None:
    rng, host = Random(seed), Host().rolling()
    since_s, rejects = host.now_s, rejected(host)

    def slip(data: bytes) -> bytes:
        place = rng.randrange(len(data))
        more = rng.choice((b"", b"", bytes([data[place], rng.randrange(256)])))
        return data if rng.random() < 0.7 else data[:place] + more + data[place + 1 :]

    host.to_mcu = slip
    host.drive(0.8, DUTY).drive(0.8, -DUTY)
    assert rejected(host) - rejects > 50
    obedient(host, since_s, DUTY, -DUTY)


def test_every_frame_twice_is_every_frame_once() -> None:
    host = Host().rolling()
    since_s = host.now_s
    host.to_mcu = lambda data: 2 * data
    host.drive(0.4, DUTY)
    assert host.cut is CutCode.NONE
    assert all(one.driven for one in host.moments if one.at_s > since_s)


def test_the_last_frame_again_and_again_does_not_hold_the_motor() -> None:
    host = Host().rolling()
    since_s, last = host.now_s - PERIOD_S, host.said[-1]
    heard = len(host.heard)
    for _ in range(100):
        host.say(last)
        host.wait(PERIOD_S)
    off_in_time(host, since_s)
    assert len(host.heard) - heard < 50, "nor is it answered: this is the heartbeat"
    assert host.cut is CutCode.LINK


def test_what_was_said_just_before_is_not_obeyed_again() -> None:
    host = Host().rolling()
    since_s = host.now_s - PERIOD_S
    for frame in host.said[-100:]:
        host.say(frame)
        host.wait(PERIOD_S)
    off_in_time(host, since_s)


def test_what_was_said_in_another_session_moves_nothing() -> None:
    host = Host().rolling()
    recorded = host.said[-300:]
    host.stop().drive(0.3)
    host.plant.foot_off()
    host.drive(0.6).acknowledge()
    host.plant.foot_on()
    host.drive(0.8).press_start()
    assert host.status.session == 2
    since_s = host.now_s
    for frame in recorded:
        host.say(frame)
        host.wait(PERIOD_S)
    obedient(host, since_s)


def test_of_two_frames_in_the_wrong_order_the_older_is_dropped() -> None:
    host = Host().rolling()
    since_s = host.now_s
    for sequence in range(host.sequence, host.sequence + 100, 2):
        for ahead, duty in ((2, DUTY), (1, -DUTY)):
            number = (sequence + ahead) % 256
            host.say(encode(Drive(number, 1, duty, False, True, True, REFERENCE_KPA)))
        host.wait(PERIOD_S)
    obedient(host, since_s, DUTY)
    assert host.moments[-1].driven
    assert host.cut is CutCode.NONE


def test_its_own_words_thrown_back_are_no_command() -> None:
    host = Host().rolling()
    since_s, rejects = host.now_s - PERIOD_S, rejected(host)

    def echo(data: bytes) -> bytes:
        host.mcu.send(data, baud=BAUD)
        return data

    host.to_host = echo
    host.wait(0.3)
    off_in_time(host, since_s)
    assert rejected(host) - rejects > 20


def test_a_flood_of_garbage_is_silence() -> None:
    rng, host = Random(1), Host().rolling()
    since_s, rejects = host.now_s - PERIOD_S, rejected(host)
    for _ in range(100):
        host.say(rng.randbytes(46))  # as much as the line carries
        host.wait(PERIOD_S)
    off_in_time(host, since_s)
    assert rejected(host) - rejects > 500
    assert host.cut is CutCode.LINK


def test_a_stop_is_heard_in_a_flood_of_garbage() -> None:
    rng, host = Random(2), Host().rolling()
    since_s = host.now_s
    host.say(rng.randbytes(20))
    host.stop()
    off_s = off_after_s(host, since_s)
    assert off_s is not None
    assert off_s <= 0.004
    host.wait(0.010)
    assert host.cut is CutCode.STOP


def test_garbage_between_the_frames_changes_nothing() -> None:
    rng, host = Random(3), Host().rolling()
    since_s = host.now_s
    host.to_mcu = lambda data: rng.randbytes(20) + data + rng.randbytes(10)
    host.drive(0.6, DUTY)
    assert host.cut is CutCode.NONE
    assert all(one.driven for one in host.moments if one.at_s > since_s)


@pytest.mark.parametrize("length", range(8))
def test_a_truncated_frame_is_no_frame(length: int) -> None:
    host = Host().rolling()
    since_s = host.now_s - PERIOD_S
    host.to_mcu = lambda data: data[:length]
    host.drive(0.1, DUTY)
    off_in_time(host, since_s)


def misread(data: bytes, said_baud: int, read_baud: int) -> bytes:
    """What a receiver of another speed takes these bytes for; one with a false stop bit is lost."""
    levels = [level for byte in data for level in (0, *(byte >> bit & 1 for bit in range(8)), 1)]
    step, at, read = said_baud / read_baud, 0.0, bytearray()

    def level(bits_later: float) -> int:
        place = int(at + bits_later * step)
        return levels[place] if place < len(levels) else 1

    while at < len(levels):
        if level(0.0):
            at += 0.05
            continue
        byte = sum(level(1.5 + bit) << bit for bit in range(8))
        read += bytes([byte]) * level(9.5)
        at += 9.5 * step
    return bytes(read)


def test_the_wrong_speed_is_modelled_by_sampling() -> None:
    assert misread(b"footloop", BAUD, BAUD) == b"footloop"
    assert misread(b"footloop", BAUD, BAUD * 102 // 100) == b"footloop"
    assert misread(b"footloop", BAUD // 2, BAUD) != b"footloop"


@pytest.mark.parametrize("baud", [9600, 57_600, 76_800, 230_400])
def test_a_host_of_another_speed_is_not_understood(baud: int) -> None:
    host = Host().rolling()
    since_s, rejects = host.now_s - PERIOD_S, rejected(host)
    host.to_mcu = lambda data: misread(data, baud, BAUD)
    host.drive(0.4, DUTY)
    off_in_time(host, since_s)
    assert rejected(host) > rejects
    assert host.cut is CutCode.LINK


def test_a_frame_is_heard_at_whatever_moment_of_the_tick_it_comes() -> None:
    """The line is polled: no turn of the loop may take longer than the receiver can wait."""
    host = Host().rolling()
    rejects, told = rejected(host), len(host.statuses)
    for frame in range(400):
        host.mcu.run(1 + frame * 97 % 12_000)
        reference_kpa = REFERENCE_KPA + frame % 2  # so that the limits are worked out again
        host.send(Drive, DUTY, False, True, True, reference_kpa)
        host.wait(PERIOD_S)
    assert rejected(host) == rejects
    assert len(host.statuses) - told == 400
