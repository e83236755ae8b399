"""The host falls silent, comes back, or never does: what the real firmware makes of it (T11)."""

import pytest

from firmware_bridge.messages import Acknowledge, CutCode, Drive
from tests.mcu_host import (
    DUTY,
    MOST_DUTY,
    PERIOD_S,
    REFERENCE_KPA,
    Host,
    driven_again_s,
    off_after_s,
)

LEASE_S, SOFT_RESTART_S = 0.025, 0.200
FULL_SPEED_S = 1.0  # to reach what is asked, at 1.0/s


def silent(host: Host, duration_s: float) -> float:
    """Say nothing for so long; return since when."""
    since_s = host.now_s - PERIOD_S  # when the last DRIVE began to be said
    said = len(host.said)
    host.wait(duration_s)
    assert len(host.said) == said
    return since_s


@pytest.mark.parametrize("late_ms", range(4))
def test_the_motor_is_off_25_ms_after_the_last_drive(late_ms: int) -> None:
    host = Host().rolling()
    host.wait(late_ms / 1000)
    host.drive(PERIOD_S, DUTY)
    since_s = silent(host, 0.1)
    off_s = off_after_s(host, since_s)
    assert off_s is not None
    assert 0.018 <= off_s <= LEASE_S
    assert not host.moments[-1].truth.gate_on, "the gate is no longer held either"


def test_back_in_time_it_goes_on_slowly_and_is_counted() -> None:
    host = Host().rolling(MOST_DUTY, FULL_SPEED_S)
    silent(host, 0.150)
    assert host.cut is CutCode.NONE
    began_s = host.now_s
    host.drive(1.0, MOST_DUTY)
    assert host.cut is CutCode.NONE
    assert host.status.restarts == 1
    assert driven_again_s(host, began_s) is not None
    risen = max(one.duty for one in host.moments if began_s < one.at_s <= began_s + 1.0)
    assert 0.06 <= risen <= 0.0885, "0.088 a second; 1.0 is the usual"


def test_longer_silence_is_latched_and_nothing_starts_by_itself() -> None:
    host = Host().rolling()
    since_s = silent(host, SOFT_RESTART_S + 0.010)
    host.drive(0.5, DUTY)
    assert host.cut is CutCode.LINK
    assert host.status.session == 0
    off_s = off_after_s(host, since_s)
    assert off_s is not None
    assert driven_again_s(host, since_s + off_s) is None


def test_the_third_interruption_in_a_minute_is_latched() -> None:
    host = Host().rolling()
    for restarts in (1, 2):
        silent(host, 0.100)
        host.drive(2.0, DUTY)
        assert (host.cut, host.status.restarts) == (CutCode.NONE, restarts)
        assert host.moments[-1].driven
    silent(host, 0.100)
    began_s = host.now_s
    host.drive(0.5, DUTY)
    assert host.cut is CutCode.LINK
    assert driven_again_s(host, began_s) is None


def test_a_silence_while_nothing_moves_harms_nobody() -> None:
    host = Host().open_session()
    silent(host, 1.0)
    host.drive(0.2, DUTY)
    assert (host.cut, host.status.restarts) == (CutCode.NONE, 0)
    assert host.moments[-1].driven


def test_a_lease_is_not_renewed_by_anything_but_a_drive() -> None:
    """Whoever only asks, acknowledges or sets does not hold the motor."""
    host = Host().rolling()
    since_s = host.now_s - PERIOD_S
    for _ in range(10):
        host.send(Acknowledge, CutCode.LINK)
        host.wait(PERIOD_S)
    off_s = off_after_s(host, since_s)
    assert off_s is not None
    assert off_s <= LEASE_S


def test_a_drive_of_another_session_keeps_the_link_but_moves_nothing() -> None:
    host = Host().rolling()
    other = host.status.session + 1
    since_s = host.now_s
    for _ in range(100):
        host.session = other
        host.send(Drive, DUTY, 0, 1, 1, REFERENCE_KPA)
        host.wait(PERIOD_S)
    off_s = off_after_s(host, since_s)
    assert off_s is not None
    assert off_s <= 0.006
    assert driven_again_s(host, since_s + off_s) is None
    assert host.cut is CutCode.NONE, "somebody is there"
    assert host.status.restarts == 0
