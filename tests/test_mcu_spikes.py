"""Spikes under a rolling foot and the real firmware: truth breaks a rule, the motor loses power.

Every spike comes on a copy of a running board, see `tests/spiked.py`.
"""

from collections.abc import Callable

import pytest

from firmware_bridge.messages import CutCode
from tests.copied import lines_of
from tests.spiked import Stopped

LONGEST_S = 0.005
SEED = 7


def stopped_in_time(seed: int, count: int, least: int) -> str:
    """Cut for pain, and in time, whenever the truth broke a rule."""
    spikes = [Stopped(*one) for one in lines_of("spiked", seed, count)]
    judged = [(one.late_s, one) for one in spikes if one.late_s is not None]
    assert len(judged) >= least, "so many broke a rule of pain"
    assert [one for late_s, one in judged if late_s > LONGEST_S] == []
    assert {one.cut for _, one in judged} <= {CutCode.RISE, CutCode.LEVEL}
    worst_ms = 1000 * max(late_s for late_s, _ in judged)
    return (
        f"{len(judged)} spikes, limit crossed in truth to motor unpowered: {worst_ms:.0f} ms worst"
    )


def test_spikes_cut_the_motor_within_5_ms() -> None:
    stopped_in_time(SEED, 30, 20)


@pytest.mark.long
def test_200_spikes_cut_the_motor_within_5_ms(
    record_property: Callable[[str, object], None],
) -> None:
    record_property("figure", stopped_in_time(SEED + 1, 280, 200))
