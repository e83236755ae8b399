"""A roller behind a microcontroller: what is said to it, and how it is met."""

from collections.abc import Callable, Iterable

import pytest

from firmware_bridge import messages
from firmware_bridge.handshake import PATIENCE_S
from firmware_bridge.layout import Direction
from firmware_bridge.messages import (
    VERSION,
    Acknowledge,
    CutCode,
    Failed,
    Hello,
    ParameterIndex,
    Set,
    Status,
    Stop,
)
from firmware_bridge.wire import Decoder
from hardware.errors import AccessError, HardwareError, MissingHardwareError, ReadError
from hardware.roller import LATCHED_REST, REST, Cut, Drive
from tests.fake_mcu import PORT, Bench
from tests.mcu_bench import TICK_S, McuBench

AHEAD = Drive(0.3, brake=False, enabled=True, gate=True, reference_kpa=25.9)


@pytest.fixture
def bench() -> McuBench:
    return McuBench()


def sent(bench: McuBench, drive: Drive, count: int = 1) -> list[messages.HostFrame]:
    """What has come at the board after so many ticks, save for the questions of `Echo`."""
    bench.mcu.got.clear()
    bench.ticks(count, drive)
    return [one for one in bench.mcu.got if not isinstance(one, Set)]


# Meeting it.


def test_a_board_is_met_told_its_parameters_and_known() -> None:
    bench = Bench()
    roller = bench.open()
    assert isinstance(bench.mcu.got[0], Hello)
    assert [one.parameter for one in bench.mcu.got if isinstance(one, Set)] == list(ParameterIndex)
    assert bench.mcu.configured
    assert roller.identity is not None
    assert (roller.identity.major, roller.identity.minor) == (1, 2)
    assert roller.read().cut is Cut.RESET, "it has just got its power, and says so"
    assert bench.told == []


@pytest.mark.parametrize("boot_s", [0.5, 1.6, 2.5])
def test_a_board_that_resets_when_its_port_is_opened_gets_its_time(boot_s: float) -> None:
    bench = Bench()
    bench.resets_when_opened, bench.mcu.deaf_s = True, boot_s
    began_s = bench.now_s()
    bench.open()
    assert boot_s <= bench.now_s() - began_s <= PATIENCE_S + 0.5


def wrong(bench: Bench, **fields: int) -> None:
    bench.mcu.identity.update(fields)


UNFIT: dict[str, tuple[Callable[[Bench], object], type[HardwareError], str]] = {
    "silence": (lambda b: setattr(b.mcu, "deaf_s", 99.0), MissingHardwareError, "Nothing answers"),
    "another device": (lambda b: setattr(b, "babble", b"$GPGGA,"), HardwareError, "another device"),
    "line noise": (lambda b: setattr(b, "babble", bytes(range(90, 255))), HardwareError, "another"),
    "version": (lambda b: wrong(b, protocol=VERSION + 1), HardwareError, "speaks version"),
    "self-test": (lambda b: wrong(b, self_test=Failed.RAM), HardwareError, "memory is damaged"),
    "capabilities": (lambda b: wrong(b, capabilities=2), HardwareError, "cannot use .*gate"),
    "refusal": (
        lambda b: b.mcu.refused.add(ParameterIndex.LEVEL), HardwareError, "does not take LEVEL"
    ),
    "no port": (lambda b: setattr(b, "plugged", False), MissingHardwareError, "is not there"),
    "held port": (
        lambda b: setattr(b, "cannot_open", AccessError("it is in use")), AccessError, "in use"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", UNFIT)
def test_what_cannot_be_used_is_refused_in_time_and_the_port_released(what: str) -> None:
    bench = Bench()
    spoil, error, words = UNFIT[what]
    spoil(bench)
    began_s = bench.now_s()
    with pytest.raises(error, match=words):
        bench.open()
    assert bench.now_s() - began_s <= 2 * PATIENCE_S + 0.1
    assert all(port.closed for port in bench.ports)
    assert not bench.mcu.driven


def test_whatever_ends_the_meeting_the_port_is_released(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bench, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bench.open()
    assert [port.closed for port in bench.ports] == [True]


def test_a_board_that_restarts_at_the_end_of_the_meeting_is_met_before_anything_else() -> None:
    """Its last word may come in one look with the first of its new life."""
    bench, held = Bench(), 0.0

    def tamper(data: bytes) -> Iterable[tuple[float, bytes]]:
        nonlocal held
        frame = Decoder(Direction.TO_HOST).feed(data)[0]
        if isinstance(frame, Status) and frame.configured and not held:
            held = bench.now_s() + 0.010
            bench.mcu.reset()
        return [(max(0.0, held - bench.now_s()), data)]

    bench.tamper_to_host = tamper
    roller = bench.open()
    assert bench.mcu.configured
    assert held
    roller.read()
    assert roller.raw().pressure_a > 0.0


@pytest.mark.parametrize("tick_s", [TICK_S, 0.010])
def test_a_link_that_has_become_slow_is_refused_when_it_is_met_again(
    bench: McuBench, tick_s: float
) -> None:
    bench.plugged = False
    bench.ticks(30, REST)
    bench.plugged = True
    bench.tamper_to_host = lambda data: [(0.025, data)]
    for _ in range(500):
        bench.roller.read()
        bench.wait(tick_s)
    assert bench.roller.read().cut is Cut.LINK
    assert "ms to answer, at most 10 ms will do: set the adapter's latency" in bench.told[-1]


# Driving it.


def test_every_drive_is_one_frame_of_the_session_that_is_open(bench: McuBench) -> None:
    got = sent(bench, AHEAD, 5)
    assert len(got) == 5
    for frame in got:
        assert isinstance(frame, messages.Drive)
        assert (frame.duty, frame.gate, frame.reference_kpa) == (150, True, 25)
        assert frame.session == bench.mcu.session != 0


def test_a_stop_is_sent_at_once_and_until_it_is_seen(bench: McuBench) -> None:
    bench.ticks(10, AHEAD)
    assert bench.mcu.driven
    got = sent(bench, LATCHED_REST)
    assert isinstance(got[0], Stop), "and before the drive"
    assert bench.mcu.cut is CutCode.STOP
    got = sent(bench, LATCHED_REST, 20)
    assert sum(isinstance(one, Stop) for one in got) <= 1, "it says that it has latched"
    assert bench.roller.read().cut is Cut.STOP


def test_what_is_said_of_the_latch_and_the_drive_is_one_write(bench: McuBench) -> None:
    writes: list[bytes] = []

    def noted(data: bytes) -> list[tuple[float, bytes]]:
        writes.append(data)
        return [(0.0, data)]

    bench.tamper_to_mcu = noted
    bench.ticks(2, LATCHED_REST)
    bench.roller.close()
    assert [len(data) for data in (writes[0], writes[-1])] == [16, 16]


def test_a_stop_that_is_lost_is_sent_again(bench: McuBench) -> None:
    bench.tamper_to_mcu = lambda _: []
    bench.ticks(3, LATCHED_REST)
    bench.tamper_to_mcu = lambda data: [(0.0, data)]
    assert bench.mcu.cut is CutCode.NONE
    assert isinstance(sent(bench, LATCHED_REST)[0], Stop)


def test_a_latch_that_is_new_is_sent_also_to_one_that_is_cut_already(bench: McuBench) -> None:
    bench.mcu.cut = CutCode.RISE
    bench.ticks(3, LATCHED_REST._replace(latched=False))
    assert isinstance(sent(bench, LATCHED_REST)[0], Stop)
    assert bench.mcu.cut is CutCode.RISE, "the first reason is kept"


def test_what_is_cut_is_acknowledged_until_it_is_gone_and_only_if_not_latched(
    bench: McuBench,
) -> None:
    bench.mcu.cut = CutCode.GATE_OFF
    bench.ticks(2, LATCHED_REST)
    assert not any(isinstance(one, Acknowledge) for one in sent(bench, LATCHED_REST, 10))
    got = sent(bench, REST, 10)
    assert sum(one == Acknowledge(one.sequence, 0, CutCode.GATE_OFF) for one in got) == 10
    assert bench.roller.read().cut is Cut.GATE_OFF, "a foot is on"
    bench.mcu.kpa = 0.0
    bench.ticks(3, REST)
    assert bench.roller.read().cut is None
    assert not any(isinstance(one, Acknowledge) for one in sent(bench, REST, 10))


def test_a_question_goes_with_a_drive_that_goes_alone(bench: McuBench) -> None:
    """Three frames in one tick would not fit on the line of the quickest loop."""
    bench.mcu.got.clear()
    bench.ticks(30, AHEAD)
    assert 8 <= sum(isinstance(one, Set) for one in bench.mcu.got) <= 12
    bench.mcu.cut = CutCode.GATE_OFF
    bench.ticks(2, LATCHED_REST)
    bench.mcu.got.clear()
    bench.ticks(30, REST)
    assert sum(isinstance(one, Acknowledge) for one in bench.mcu.got) == 30
    assert not any(isinstance(one, Set) for one in bench.mcu.got)


def test_a_closed_roller_has_stopped_the_board(bench: McuBench) -> None:
    bench.ticks(10, AHEAD)
    bench.mcu.got.clear()
    bench.roller.close()
    bench.wait(0.003)
    assert isinstance(bench.mcu.got[0], Stop)
    assert bench.mcu.cut is CutCode.STOP
    assert bench.ports[-1].closed


@pytest.mark.parametrize("plugged", [True, False])
def test_a_roller_whose_link_is_lost_is_closed_like_any_other(
    bench: McuBench, plugged: bool
) -> None:
    bench.plugged = False
    bench.ticks(3, AHEAD)
    bench.plugged = plugged
    bench.roller.close()
    bench.roller.close()
    assert all(port.closed for port in bench.ports)


def test_a_port_that_is_pulled_while_it_is_closed_is_released_all_the_same(
    bench: McuBench,
) -> None:
    bench.plugged = False
    bench.roller.close()
    assert all(port.closed for port in bench.ports)


# Weighing with it.


def test_raw_readings_are_fractions_of_the_converters_range(bench: McuBench) -> None:
    bench.mcu.inputs.update(pressure_a=511, pressure_b=1023)
    bench.ticks(2, REST)
    raw = bench.roller.raw()
    assert raw.pressure_a == pytest.approx(511 / 1023)
    assert raw.pressure_b == 1.0


@pytest.mark.parametrize("pause_s", [0.01, 0.15, 0.25, 1.0, 3.1, 3.9, 4.6, 5.5])
def test_after_a_pause_the_weight_is_read_that_lies_there_now(
    bench: McuBench, pause_s: float
) -> None:
    """The system keeps 4 kB of what nobody fetches: old words, and no new ones."""

    def kept(data: bytes) -> Iterable[tuple[float, bytes]]:
        full = sum(len(piece) for _, piece in bench.to_host) + len(data) > 4095
        return [] if full else [(0.0, data)]

    bench.tamper_to_host = kept
    bench.roller.raw()
    bench.wait(pause_s)
    bench.mcu.inputs.update(pressure_a=700, pressure_b=800)
    bench.wait(0.012)
    for _ in range(100):
        raw = bench.roller.raw()
        assert (raw.pressure_a, raw.pressure_b) == (700 / 1023, 800 / 1023)
        bench.wait(0.005)
    assert not any("stood still" in line for line in bench.told), "it was meant so"


def test_there_is_nothing_to_weigh_with_when_the_link_is_lost(bench: McuBench) -> None:
    bench.plugged = False
    bench.wait(TICK_S)
    with pytest.raises(ReadError, match=f"nothing to weigh with: {PORT} is not there: plug it in"):
        bench.roller.raw()
