"""Every fault of the link and of the board, under the production loop: it stops, says why, stays.

Whatever happens, nothing moves by itself afterwards, also when all is well again.
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import cache
from itertools import pairwise
from random import Random

import pytest

from controller.modes import Mode
from controller.trips import Trip
from firmware_bridge.connection import LONGEST_WAIT_S
from firmware_bridge.messages import LEASE_MS, CutCode
from hardware.errors import MissingHardwareError
from hardware.roller import Cut
from tests.fake_mcu import Bench, Tamper, untouched
from tests.mcu_engine import McuEngine

OFF_S = 0.060
"""Lease, wire and a tick: the motor is off and the kernel has stopped."""


@cache
def begun() -> McuEngine:
    """The beginning of every test; nobody may change it."""
    return McuEngine().rolling()


@pytest.fixture
def engine() -> McuEngine:
    return deepcopy(begun())


def lost(_data: bytes) -> Iterable[tuple[float, bytes]]:
    return []


def late(data: bytes) -> Iterable[tuple[float, bytes]]:
    return [(0.050, data)]


def flooded(data: bytes) -> Iterable[tuple[float, bytes]]:
    """Of every frame the second half is something else, and much more of it."""
    return [(0.0, data[: len(data) // 2] + bytes(range(256)))]


def both_ways(tamper: Tamper) -> Callable[[Bench], None]:
    def spoil(bench: Bench) -> None:
        bench.tamper_to_host = bench.tamper_to_mcu = tamper

    return spoil


def unplug(bench: Bench) -> None:
    bench.plugged = False


FAULTS: dict[str, tuple[Callable[[Bench], object], set[Trip]]] = {
    "silence": (both_ways(lost), {Trip.LINK}),
    "silence of the board": (lambda b: setattr(b, "tamper_to_host", lost), {Trip.LINK}),
    "everything 50 ms late": (both_ways(late), {Trip.LINK}),
    "a flood of garbage": (both_ways(flooded), {Trip.LINK}),
    "another device": (lambda b: setattr(b, "babble", b"hello\r\n"), {Trip.LINK}),
    "unplugged": (unplug, {Trip.LINK}),
    "reset": (lambda b: b.mcu.reset(), {Trip.RESET}),
    "clock": (lambda b: setattr(b.mcu, "clock_ratio", 1.5), {Trip.SELF_TEST}),
    **{
        f"cut {code.name}": (
            lambda b, code=code: setattr(b.mcu, "cut", code),  # type: ignore[misc]
            {Trip[code.name]},
        )
        for code in CutCode
        if code is not CutCode.NONE
    },
}


def mend(bench: Bench) -> None:
    bench.plugged, bench.babble, bench.mcu.clock_ratio = True, b"", 1.0
    bench.tamper_to_host = bench.tamper_to_mcu = untouched


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_stops_says_why_and_nothing_moves_by_itself(engine: McuEngine, what: str) -> None:
    spoil, trips = FAULTS[what]
    spoil(engine.bench)
    engine.run(1.2 if what == "clock" else OFF_S)
    assert engine.state.mode is Mode.STOPPED
    assert engine.trip in trips
    engine.run(OFF_S).driven_ms = 0  # a frame may be on its way for 50 ms
    engine.run(1.0)
    mend(engine.bench)
    engine.run(1.0 if what.startswith("cut") else 2 * LONGEST_WAIT_S)
    assert engine.state.mode is Mode.STOPPED
    assert engine.trip in trips
    assert engine.driven_ms == 0
    assert engine.bench.mcu.cut, "and the board is latched as well"


@pytest.mark.parametrize("what", ["silence", "unplugged", "reset", "cut GATE_OFF"])
def test_the_way_back_is_acknowledged_and_begins_anew(engine: McuEngine, what: str) -> None:
    FAULTS[what][0](engine.bench)
    engine.run(1.0)
    mend(engine.bench)
    engine.run(2 * LONGEST_WAIT_S)
    engine.bench.mcu.kpa = 0.0
    engine.run(0.5).acknowledge()
    engine.run(2.0)
    assert engine.state.mode is Mode.IDLE
    assert engine.sample.cut is None
    assert engine.driven_ms < 100
    engine.rolling()


@pytest.mark.parametrize("rate_hz", [100, 500])
def test_a_slow_and_a_quick_loop_meet_the_board_again_as_well(rate_hz: int) -> None:
    engine = McuEngine(rate_hz=rate_hz).rolling()
    unplug(engine.bench)
    engine.run(0.5)
    assert engine.trip is Trip.LINK
    mend(engine.bench)
    engine.bench.mcu.kpa = 0.0
    engine.run(2.0).acknowledge()
    engine.rolling()


def test_a_cut_that_cannot_go_is_told_again_after_a_second(engine: McuEngine) -> None:
    engine.bench.mcu.cut = CutCode.GATE_OFF
    engine.run(0.1).bench.mcu.kpa = 0.0
    engine.bench.tamper_to_mcu = lambda data: [(0.0, data[-8:])]  # the drives alone get through
    engine.run(0.1).acknowledge()
    assert engine.state.mode is Mode.IDLE
    engine.run(1.1)
    assert engine.trip is Trip.GATE_OFF


def test_the_motor_is_off_when_the_lease_is_over(engine: McuEngine) -> None:
    engine.bench.tamper_to_mcu = lost
    engine.run(0.5)
    assert 0 < engine.driven_ms <= LEASE_MS + 5


def test_the_sample_of_a_lost_link_keeps_its_age(engine: McuEngine) -> None:
    unplug(engine.bench)
    engine.run(0.1)
    before = engine.sample
    engine.run(1.0)
    assert engine.sample.taken_at_s == before.taken_at_s
    assert engine.sample.cut is Cut.LINK


def test_one_frame_that_is_held_up_shows_its_age_and_stops_nobody(engine: McuEngine) -> None:
    held = [0.015]
    engine.bench.tamper_to_host = lambda data: [(held.pop() if held else 0.0, data)]
    engine.run(0.5)
    assert engine.state.mode.moving


# What a sound link may do.


def doubled(data: bytes) -> Iterable[tuple[float, bytes]]:
    return [(0.0, data), (0.001, data), (0.3, data)]


def swapped(data: bytes) -> Iterable[tuple[float, bytes]]:
    """One frame of 32, as its CRC will have it, is overtaken by the next."""
    return [(0.005 if data[-1] % 32 == 0 else 0.0, data)]


def noisy_between(data: bytes) -> Iterable[tuple[float, bytes]]:
    return [(0.0, b"\x00\x7f\x81" + data + b"\x11\x80")]


@pytest.mark.parametrize("tamper", [doubled, swapped, noisy_between])
def test_repeats_overtaking_and_noise_between_frames_stop_nobody(
    engine: McuEngine, tamper: Tamper
) -> None:
    both_ways(tamper)(engine.bench)
    engine.run(2.0)
    assert engine.state.mode.moving, engine.trip
    assert engine.driven_ms > 1000
    assert engine.bench.told == []


def test_now_and_then_a_frame_is_lost_and_nobody_notices(engine: McuEngine) -> None:
    random = Random(4)
    both_ways(lambda data: [] if random.random() < 0.01 else [(0.0, data)])(engine.bench)
    engine.run(3.0)
    assert engine.state.mode.moving, engine.trip


@pytest.mark.parametrize("seed", range(5))
def test_of_one_bit_in_a_hundred_wrong_comes_a_stop_and_never_a_wrong_move(
    engine: McuEngine, seed: int
) -> None:
    random = Random(seed)

    def corrupted(data: bytes) -> Iterable[tuple[float, bytes]]:
        flips = (sum(1 << bit for bit in range(8) if random.random() < 0.01) for _ in data)
        return [(0.0, bytes(byte ^ flip for byte, flip in zip(data, flips, strict=True)))]

    most = engine.bench.mcu.parameters[5]
    both_ways(corrupted)(engine.bench)
    for _ in range(250):
        engine.run(0.004)
        assert abs(engine.bench.mcu.duty) <= most
    assert engine.state.mode is Mode.STOPPED
    assert not engine.bench.mcu.driven


# Opening again.


def test_a_lost_port_is_tried_again_less_and_less_often_and_told_once(engine: McuEngine) -> None:
    bench = engine.bench
    unplug(bench)
    bench.opened_at_s.clear()
    engine.run(20.0)
    waits = [after - before for before, after in pairwise(bench.opened_at_s)]
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(LONGEST_WAIT_S, abs=0.01)
    assert len(waits) >= 5
    assert len(bench.told) == 2, bench.told  # gone; and that it is not there
    mend(bench)
    engine.run(2 * LONGEST_WAIT_S)
    assert bench.told[2:] == ["The microcontroller on /dev/ttyUSB0 is back."]
    assert engine.sample.taken_at_s >= bench.now_s() - 0.02


def test_another_port_of_that_name_is_not_taken_for_the_board(engine: McuEngine) -> None:
    unplug(engine.bench)
    engine.run(0.1)
    engine.bench.plugged, engine.bench.babble = True, b"$GPGGA,"
    engine.run(20.0)
    assert engine.sample.cut is Cut.LINK
    assert "another device" in engine.bench.told[-1]


def test_a_board_of_another_version_is_not_taken_for_ours(engine: McuEngine) -> None:
    unplug(engine.bench)
    engine.run(0.1)
    engine.bench.mcu.identity["protocol"] = 2
    engine.bench.plugged = True
    engine.run(10.0)
    assert engine.sample.cut is Cut.LINK
    assert "speaks version 2" in engine.bench.told[-1]


def test_a_port_that_cannot_be_had_any_more_is_told(engine: McuEngine) -> None:
    unplug(engine.bench)
    engine.run(0.1)
    engine.bench.plugged = True
    engine.bench.cannot_open = MissingHardwareError("it is now /dev/ttyUSB1")
    engine.run(3.0)
    assert engine.bench.told[-1] == "it is now /dev/ttyUSB1."
    assert engine.state.mode is Mode.STOPPED


def test_a_board_that_falls_silent_is_told_from_another_device(engine: McuEngine) -> None:
    engine.bench.mcu.deaf_s = 1e6
    engine.run(5.0)
    assert "Nothing answers" in engine.bench.told[-1]


def test_time_is_counted_anew_after_a_silence_of_any_length(engine: McuEngine) -> None:
    unplug(engine.bench)
    engine.run(6.0)
    mend(engine.bench)
    while "is back" not in engine.bench.told[-1]:
        engine.run(0.004)
    for _ in range(300):
        assert engine.sample.taken_at_s >= engine.bench.now_s() - 0.020
        engine.run(0.004)
