"""A link that half works, under the production loop: told as what it is, and not as a sensor.

A board that hears nothing, words that are old when they come, a clock that is off, a cable pulled
just after an acknowledgement.
"""

from collections.abc import Iterable
from copy import deepcopy
from functools import cache

import pytest

from controller.modes import Mode
from controller.trips import Trip
from firmware_bridge.echo import GIVEN_UP_S, JUDGED, Echo
from firmware_bridge.handshake import SLOWEST_ANSWER_S
from firmware_bridge.mcu_clock import COMPARED_S
from firmware_bridge.messages import CutCode
from hardware.roller import Cut
from tests.fake_mcu import untouched
from tests.mcu_engine import McuEngine

RATES_HZ = [100, 111, 125, 200, 250, 500]
"""The slower ones tick about as seldom as the board's heart beats."""


def lost(_data: bytes) -> Iterable[tuple[float, bytes]]:
    return []


@cache
def begun(rate_hz: int) -> McuEngine:
    """The beginning of every test; nobody may change it."""
    return McuEngine(rate_hz=rate_hz).rolling()


def engine_at(rate_hz: int = 250) -> McuEngine:
    return deepcopy(begun(rate_hz))


# Who hears nothing.


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_board_that_hears_nothing_is_told_as_a_lost_link(rate_hz: int) -> None:
    """Its heartbeats go on, and alone would look like a sensor with gaps."""
    engine = engine_at(rate_hz)
    engine.bench.tamper_to_mcu = lost
    engine.run(0.060)
    assert engine.trip is Trip.LINK
    assert "is heard, but hears nothing: check cable and plugs" in engine.bench.told[0]
    engine.run(0.3)
    assert engine.bench.mcu.silent_ms > 200, "no drive has come"
    engine.bench.tamper_to_mcu = untouched
    engine.run(1.0)
    assert engine.bench.told[-1].endswith("is back.")
    assert engine.state.mode is Mode.STOPPED


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_at_no_pace_of_the_loop_a_sound_board_is_called_deaf(rate_hz: int) -> None:
    engine = engine_at(rate_hz)
    engine.run(2.0)
    assert engine.state.mode.moving, engine.trip
    assert engine.bench.told == []


def test_at_rest_too_a_board_that_hears_nothing_is_told() -> None:
    engine = McuEngine()
    engine.run(1.5)
    engine.bench.tamper_to_mcu = lost
    engine.run(0.1)
    assert engine.trip is Trip.LINK


# Nobody looks.


@pytest.mark.parametrize(("stall_s", "told"), [(0.19, False), (0.25, True), (2.0, True)])
def test_an_engine_that_stood_still_is_told_as_the_reason(stall_s: float, told: bool) -> None:
    """At rest, where its own being late latches nothing."""
    engine = McuEngine().run(1.5)
    assert engine.trip is None
    engine.bench.wait(stall_s)
    engine.run(1.0)
    assert (engine.trip is Trip.LINK) == told
    assert len(engine.bench.told) == (2 if told else 0)
    if told:
        assert f"stood still for {stall_s:.2f} s (at most 0.2 s)" in engine.bench.told[0]
        assert engine.bench.told[1].endswith("is back.")


# Words that are old when they come.


@pytest.mark.parametrize("per_s", [0.01, 0.1])
def test_a_delay_that_creeps_is_told_before_it_matters(per_s: float) -> None:
    engine = engine_at()
    bench, began_s = engine.bench, engine.bench.now_s()
    bench.tamper_to_host = lambda data: [(per_s * (bench.now_s() - began_s), data)]
    worst_s = SLOWEST_ANSWER_S + engine.tick_s + per_s * 2 * JUDGED * 0.010
    engine.run((worst_s + 0.002) / per_s)
    assert engine.trip is Trip.LINK
    assert "ms to answer, at most 10 ms will do" in bench.told[0]


def test_a_delay_that_stays_is_told_though_every_frame_has_it() -> None:
    engine = engine_at()
    engine.bench.tamper_to_host = lambda data: [(0.016, data)]
    engine.run(0.3)
    assert engine.trip is Trip.LINK


@pytest.mark.parametrize("held_s", [0.093, 0.098, 0.103, 0.150])
def test_a_delay_of_a_whole_round_of_questions_is_no_quick_link(held_s: float) -> None:
    """What each question's name then brings back is the answer to the one a round before."""
    engine = engine_at()
    bench = engine.bench
    bench.tamper_to_host = lambda data: [(held_s, data)]
    bench.mcu.kpa = 0.0
    engine.run(1.0)
    assert "ms to answer, at most 10 ms will do" in bench.told[0]
    engine.run(3.0)
    assert "takes 50 ms to answer" in bench.told[-1], "a meeting knows no more"
    assert engine.acknowledge().run(0.1).state.mode is Mode.STOPPED
    assert engine.trip is Trip.LINK


def test_a_question_that_was_lost_is_asked_again() -> None:
    echo, now_s = Echo(), 0.0
    asked: list[tuple[float, int]] = []
    while len(asked) < 30:
        question = echo.due(now_s)
        asked += [] if question is None else [(now_s, question.parameter)]
        now_s += 0.010
    names = [name for _, name in asked[:9]]
    assert len(set(names)) == 8, "each once"
    assert names[8] == names[0]
    assert GIVEN_UP_S < asked[8][0] < GIVEN_UP_S + 0.021


# A clock that is off.


@pytest.mark.parametrize("ratio", [0.965, 1.035])
def test_a_clock_that_is_a_little_off_stops_nobody(ratio: float) -> None:
    engine = engine_at()
    engine.bench.mcu.clock_ratio = ratio
    engine.run(1.2 * COMPARED_S)
    assert engine.state.mode.moving, engine.trip
    assert engine.bench.told == []


@pytest.mark.parametrize("ratio", [0.5, 0.8, 0.94, 1.06])
def test_a_clock_that_is_off_is_told_as_such_and_not_as_a_silent_sensor(ratio: float) -> None:
    engine = engine_at()
    engine.bench.mcu.clock_ratio = ratio
    end_s = engine.bench.now_s() + 2.0 * COMPARED_S
    while engine.trip is None and engine.bench.now_s() < end_s:
        engine.run(0.1)
    assert engine.trip is Trip.SELF_TEST
    assert engine.bench.told[0].startswith("The clock of the microcontroller on /dev/ttyUSB0 is o")
    assert sum("clock" in line for line in engine.bench.told) == 1


# Pulled just after an acknowledgement.


@pytest.mark.parametrize("half", [False, True])
def test_a_cable_pulled_in_the_first_second_at_rest_is_a_lost_link(half: bool) -> None:
    """So early the kernel lets the board keep what it has latched, and asks the sensor alone."""
    engine = engine_at()
    engine.bench.mcu.cut = CutCode.GATE_OFF
    engine.run(0.1)
    engine.bench.mcu.kpa = 0.0
    engine.run(0.5).acknowledge()
    engine.run(0.2)
    assert engine.state.mode is Mode.IDLE
    assert engine.sample.cut is None
    if half:
        engine.bench.tamper_to_mcu = lost
    else:
        engine.bench.plugged = False
    engine.run(0.1)
    assert engine.sample.cut is Cut.LINK
    assert engine.trip is Trip.LINK
