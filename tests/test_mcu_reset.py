"""The host stops it, leaves it, or begins anew; the microcontroller is reset, or hangs."""

from collections.abc import Iterator

import pytest

from firmware_bridge.messages import CutCode
from sim.mcu import ResetCause, What
from tests.firmware_build import FIRMWARE, symbols
from tests.flipped import survive
from tests.mcu_host import DUTY, MOST_DUTY, PERIOD_S, Host, driven_again_s, off_after_s

LEASE_S, TICK_S = 0.025, 0.001
FRAME_S = 0.001  # 8 bytes on the line
WATCHDOG_S = 0.020
CONVERTER, MILLISECOND, ENCODER = 21, 7, 1  # numbers of their interrupts
HANG = bytes.fromhex("ffcf")  # rjmp to itself
JUMP = bytes.fromhex("0c94")  # and the word where it leads
START_UP_S = 0.025  # the march over the memory, or the watchdog


def off_within(host: Host, since_s: float, longest_s: float) -> None:
    """The motor went off so quickly, and has stayed so."""
    off_s = off_after_s(host, since_s)
    assert off_s is not None
    assert off_s <= longest_s
    assert driven_again_s(host, since_s + off_s) is None


def needs_a_person(host: Host) -> None:
    """Neither the host alone, nor an acknowledgement under load, nor a press while it is cut."""
    began_s, cut = host.now_s, host.cut
    host.drive(0.2, DUTY).press_start()
    assert host.cut is cut
    host.acknowledge()
    assert host.cut is cut, "a foot still lies on the roller"
    host.plant.foot_off()
    host.drive(0.6).acknowledge()
    assert host.cut is CutCode.NONE
    host.plant.foot_on()
    host.drive(0.8).drive(0.2, DUTY)
    assert driven_again_s(host, began_s) is None
    host.press_start().drive(0.2, DUTY)
    assert host.moments[-1].truth.motor_powered


def test_one_stop_is_enough() -> None:
    host = Host().rolling()
    since_s = host.now_s
    host.stop().drive(0.3, DUTY)
    off_within(host, since_s, FRAME_S + TICK_S)
    assert host.cut is CutCode.STOP
    assert host.status.session == 0
    needs_a_person(host)


def test_a_stop_that_is_lost_is_a_host_that_is_silent() -> None:
    host = Host().rolling()
    since_s = host.now_s
    host.to_mcu = lambda _: b""
    host.stop().wait(0.3)
    off_within(host, since_s, LEASE_S)
    assert host.cut is CutCode.LINK


def test_a_hello_in_a_session_stops_it() -> None:
    host = Host().rolling()
    since_s = host.now_s
    host.greet().drive(0.3, DUTY)
    off_within(host, since_s, FRAME_S + 2 * TICK_S)
    assert host.cut is CutCode.LINK
    needs_a_person(host)


def test_unplugged_and_plugged_in_again_it_waits_for_a_person() -> None:
    host = Host().rolling()
    since_s, heard = host.now_s - PERIOD_S, len(host.heard)
    host.to_mcu = host.to_host = lambda _: b""
    host.drive(0.5, DUTY)
    assert len(host.heard) == heard
    host.to_mcu = host.to_host = bytes
    host.greet().drive(0.2, DUTY)
    off_within(host, since_s, LEASE_S)
    assert host.cut is CutCode.LINK
    assert host.identity.boots == 1
    needs_a_person(host)


def resets(host: Host) -> Iterator[int]:
    """Why it was reset, as the chip says, since the list was cleared."""
    return (one.value for one in host.board.events if one.what is What.RESET)


def started_again(host: Host, cause: ResetCause) -> None:
    """It says why, is still tripped, and has forgotten what this machine is."""
    host.greet()
    assert host.identity.reset_cause == cause
    assert host.identity.boots == 2
    assert host.identity.self_test == 0
    assert host.cut is CutCode.RESET
    assert (host.status.session, host.status.configured) == (0, False)
    host.configure()
    needs_a_person(host)
    assert host.status.session == 2, "the numbers go on"


@pytest.mark.parametrize("cause", [ResetCause.EXTERNAL, ResetCause.BROWN_OUT])
def test_a_reset_in_a_session_ends_it(cause: ResetCause) -> None:
    host = Host().rolling()
    since_s = host.now_s
    host.mcu.reset(cause)
    host.drive(0.3, DUTY)
    off_within(host, since_s, TICK_S)
    started_again(host, cause)


def hangs_at(host: Host, at: int) -> None:
    """The instruction at `at` is not left any more; after the bite it is again."""
    since_s = host.now_s
    host.board.events.clear()
    healthy = bytes(host.mcu.flash[at : at + 2])
    host.mcu.flash[at : at + 2] = HANG
    while not host.board.events:
        host.drive(PERIOD_S, DUTY)
        assert host.now_s - since_s < 0.1
    host.mcu.flash[at : at + 2] = healthy
    host.drive(0.3, DUTY)
    assert next(resets(host)) == ResetCause.WATCHDOG
    off_within(host, since_s, WATCHDOG_S + TICK_S)
    started_again(host, ResetCause.WATCHDOG)


@pytest.mark.parametrize("later_cycles", [0, 1_234, 5_000, 9_876, 14_321])
def test_a_program_that_hangs_is_bitten(later_cycles: int) -> None:
    """Wherever it is in its millisecond."""
    host = Host().rolling()
    host.mcu.run(later_cycles)
    hangs_at(host, host.mcu.instruction)


@pytest.mark.parametrize("interrupt", [CONVERTER, MILLISECOND, ENCODER])
def test_an_interrupt_that_hangs_is_bitten(interrupt: int) -> None:
    hangs_at(Host().rolling(), symbols(FIRMWARE)[f"__vector_{interrupt}"])


def test_what_was_cut_before_a_reset_is_cut_after_it() -> None:
    host = Host().rolling()
    host.stop()
    host.mcu.reset()
    host.drive(0.3, DUTY)
    host.greet()
    assert host.cut is CutCode.STOP
    assert host.identity.reset_cause == ResetCause.EXTERNAL


def goes_astray(host: Host, to: int) -> None:
    """The next instruction is a jump; the flash is whole again before it is proven."""
    at = host.mcu.instruction
    healthy = bytes(host.mcu.flash[at : at + 4])
    host.mcu.flash[at : at + 4] = JUMP + (to // 2).to_bytes(2, "little")
    host.mcu.run(4)
    host.mcu.flash[at : at + 4] = healthy
    host.board.events.clear()


@pytest.mark.parametrize("later_cycles", [0, 4_321, 11_111])
def test_a_program_counter_that_goes_astray_to_the_start_is_quiet_at_once(
    later_cycles: int,
) -> None:
    """No reset has put the registers to rest: the start-up must."""
    host = Host().rolling()
    since_s = host.now_s
    host.mcu.run(later_cycles)
    goes_astray(host, 0)
    host.drive(0.3, DUTY)
    off_within(host, since_s, TICK_S)
    assert all(cause == ResetCause.WATCHDOG for cause in resets(host)), "its own proof"
    host.greet()
    assert host.identity.boots == 2
    assert host.cut is CutCode.RESET


@pytest.mark.parametrize("to", [0x2FFC, 0x3000, 0x5A5A, 0x7DFE])
def test_where_there_is_no_program_one_that_is_astray_is_bitten(to: int) -> None:
    host = Host().rolling()
    since_s = host.now_s
    goes_astray(host, to)
    host.drive(0.3, DUTY)
    off_within(host, since_s, WATCHDOG_S)
    assert next(resets(host)) == ResetCause.WATCHDOG
    assert host.greet().cut is CutCode.RESET


@pytest.mark.parametrize("share", [step / 12 for step in range(13)])
def test_astray_in_the_middle_of_the_start_up_it_does_not_run_away(share: float) -> None:
    """What had to be quiet first may be behind it already."""
    host = Host().rolling(MOST_DUTY)
    since_s, asked = host.now_s, host.moments[-1].duty
    places = symbols(FIRMWARE)
    first, last = places["march"], places["main"]
    to = first + int((places["__do_clear_bss"] - first) * share) // 2 * 2 if share < 1 else last
    goes_astray(host, to)
    survive(host)
    host.drive(0.3, MOST_DUTY)
    off_within(host, since_s, START_UP_S)
    assert all(0.0 <= one.duty <= asked + 0.002 for one in host.moments if one.at_s > since_s)
    assert host.greet().cut is CutCode.RESET
