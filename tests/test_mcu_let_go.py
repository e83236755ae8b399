"""Of what the board has cut only that is acknowledged which a person has read; all else stays."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache

import pytest

from controller.modes import Mode
from controller.trips import Trip
from controller.watch import CUTS
from firmware_bridge.messages import Acknowledge, CutCode
from hardware.roller import FRESH_CUTS, LATCHED_REST, REST, Cut
from tests.fake_mcu import Bench
from tests.mcu_bench import McuBench
from tests.mcu_engine import FOOT_KPA, McuEngine

CODES = [code for code in CutCode if code is not CutCode.NONE]
SEEN_S = 0.030
"""A cut is on its way, and a tick."""


def acknowledged_by(bench: Bench) -> set[int]:
    """The cuts that were acknowledged since `got` was cleared."""
    return {one.cut for one in bench.mcu.got if isinstance(one, Acknowledge)}


def until(engine: McuEngine, mode: Mode) -> McuEngine:
    for _ in range(1500):
        if engine.state.mode is mode:
            return engine
        engine.run(engine.tick_s)
    raise AssertionError(f"still {engine.state.mode}")


def ended(engine: McuEngine) -> McuEngine:
    engine.asked = engine.asked._replace(end_count=engine.asked.end_count + 1)
    return until(engine, Mode.IDLE)


def armed() -> McuEngine:
    """Pressed without a foot, so that the press does not start as well."""
    engine = McuEngine().run(1.5).press().run(0.2)
    engine.bench.mcu.kpa = FOOT_KPA
    return until(engine, Mode.ARMED)


def disarmed() -> McuEngine:
    engine = armed()
    engine.bench.mcu.kpa = 5.0
    return until(engine, Mode.IDLE)


def stopped() -> McuEngine:
    """By a person, and the foot is off."""
    engine = McuEngine().rolling()
    engine.asked = engine.asked._replace(stop_count=engine.asked.stop_count + 1)
    until(engine, Mode.STOPPED)
    engine.bench.mcu.kpa = 0.0
    return engine.run(0.1)


YOUNG: dict[str, Callable[[], McuEngine]] = {
    "come to rest": lambda: ended(McuEngine().rolling()),
    "disarmed": disarmed,
    "ended when armed": lambda: ended(armed()),
    "acknowledged": lambda: until(stopped().acknowledge(), Mode.IDLE),
}


@cache
def young(way: str) -> McuEngine:
    """In IDLE since a moment; nobody may change it."""
    return YOUNG[way]()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("way", YOUNG)
def test_a_cut_in_a_young_idle_is_told_and_stays(way: str, code: CutCode) -> None:
    engine = deepcopy(young(way))
    mcu = engine.bench.mcu
    mcu.cut, mcu.kpa = code, 0.0  # and so it could be let go
    mcu.got.clear()
    engine.run(SEEN_S)
    assert engine.trip is CUTS[Cut[code.name]]
    engine.run(1.2)
    assert acknowledged_by(engine.bench) <= {CutCode.STOP} - {code}
    assert mcu.cut is code


@pytest.mark.parametrize("code", CODES)
def test_at_the_start_only_what_means_nothing_is_let_go(code: CutCode) -> None:
    bench = Bench()
    bench.mcu.cut = code
    engine = McuEngine(bench).run(1.2)
    if Cut[code.name] in FRESH_CUTS:
        assert (engine.modes, bench.mcu.cut) == ([Mode.IDLE], CutCode.NONE)
    else:
        assert (engine.modes, bench.mcu.cut) == ([Mode.STOPPED], code)
        assert acknowledged_by(bench) == set()


def test_a_board_that_keeps_its_reset_under_a_foot_says_so_and_is_acknowledged_without() -> None:
    bench = Bench()
    bench.mcu.kpa = FOOT_KPA
    engine = McuEngine(bench).run(1.2)
    assert engine.trip is Trip.RESET
    engine.acknowledge().run(0.1)
    assert engine.modes == [Mode.IDLE, Mode.STOPPED], "a foot is on"
    bench.mcu.kpa = 0.0
    engine.run(0.1).acknowledge().run(1.5)
    assert engine.modes == [Mode.IDLE, Mode.STOPPED, Mode.IDLE]
    assert engine.sample.cut is None


def test_a_stop_under_a_foot_cannot_be_acknowledged_in_vain() -> None:
    engine = stopped()
    engine.bench.mcu.kpa = FOOT_KPA
    engine.run(0.1).modes.clear()
    engine.acknowledge().run(1.5)
    assert engine.modes == [Mode.STOPPED]


@pytest.mark.parametrize("code", [CutCode.LEVEL, CutCode.RISE])
def test_pain_that_the_board_felt_first_is_told_after_a_person_s_stop(code: CutCode) -> None:
    """The board's word was on its way when somebody pressed Stop."""
    engine = McuEngine().rolling()
    engine.bench.mcu.cut = code
    engine.asked = engine.asked._replace(stop_count=engine.asked.stop_count + 1)
    engine.run(SEEN_S)
    stop = engine.state.stop
    assert stop is not None
    assert (stop.trip, stop.first) == (CUTS[Cut[code.name]], Trip.STOP)
    engine.bench.mcu.kpa = 0.0
    engine.run(20.0).acknowledge().run(0.1)
    assert engine.state.mode is Mode.STOPPED
    engine.run(10.0).acknowledge().run(0.1)
    assert (engine.state.mode, engine.sample.cut) == (Mode.IDLE, None)


# The roller alone.


@pytest.mark.parametrize("code", CODES)
def test_a_new_cut_is_acknowledged_only_after_a_stop_was_latched_and_released(
    code: CutCode,
) -> None:
    bench = McuBench()
    bench.mcu.cut, bench.mcu.kpa = code, 0.0
    bench.mcu.got.clear()
    bench.ticks(20, REST)
    bench.ticks(20, LATCHED_REST)
    assert acknowledged_by(bench) == set()
    bench.ticks(5, REST)
    assert acknowledged_by(bench) == {code}
    assert bench.roller.read().cut is None


@pytest.mark.parametrize("code", CODES)
def test_who_meets_a_board_acknowledges_only_what_means_nothing(code: CutCode) -> None:
    bench = Bench()
    bench.mcu.cut = code
    roller = bench.open()
    for _ in range(20):
        roller.read()
        roller.drive(REST)
        bench.wait(0.004)
    assert acknowledged_by(bench) == ({code} if Cut[code.name] in FRESH_CUTS else set())


def test_of_two_cuts_the_second_was_never_acknowledged() -> None:
    bench = McuBench()
    bench.mcu.cut, bench.mcu.kpa = CutCode.GATE_OFF, 20.0
    bench.ticks(3, LATCHED_REST)
    bench.ticks(3, REST)
    bench.mcu.cut, bench.mcu.kpa = CutCode.RISE, 0.0
    bench.wait(0.015)  # it has said so
    bench.mcu.got.clear()
    bench.ticks(20, REST)
    assert acknowledged_by(bench) == set()
    bench.mcu.cut = CutCode.GATE_OFF
    bench.ticks(20, REST)
    assert acknowledged_by(bench) == set(), "and so is the first when it comes again"
