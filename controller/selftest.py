"""The self-test before every session: is what must stop the motor able to? Pure.

It runs in IDLE when a press has opened a session, and nothing arms before it has passed. The
gate comes first: the motor is asked while the gate is off and must draw nothing; then the gate
is pulsed while the motor is asked for nothing; then the pulses cease and it must drop. Duty and
gate never come together, so a sound machine does not move and a broken one moves at most while
one of two off-paths fails.

What a machine does not have cannot be tested: it is skipped, and told. The sensors' own items
(alive, channels agree, not below zero) are trips that latch in every mode; the stop chain shows
itself closed by the gate that follows, and open by trip T6.
"""

from enum import Enum
from math import inf
from typing import NamedTuple

from controller.limits import Limits
from controller.watch import ROUNDING_S
from hardware.roller import REST, Drive, Sample

CLOSING_MARGIN_S = 0.005
"""A gate must close so much sooner in the test than T14 asks while it moves."""
ZERO_EVERY_S = 1.0
"""So often a zero that goes on is remembered anew."""


class Item(Enum):
    """What is tested; a failure is told by the sentence of its item."""

    ZERO = "zero"
    GATE_STAYS_ON = "gate stays on"
    MOTOR_POWERED = "motor powered with the gate off"
    GATE_STAYS_OFF = "gate stays off"
    BRIDGE_POWERED = "bridge powered at rest"
    MOVED = "moved"


class Phase(Enum):
    """Where in the test we are."""

    SETTLING = "settling"  # no pulses: the gate must be off
    ASKED = "asked"  # the motor is asked, the gate is off
    PULSED = "pulsed"  # the gate is pulsed, the motor is not asked
    WITHHELD = "withheld"  # no pulses again
    PASSED = "passed"
    FAILED = "failed"


class SelfTest(NamedTuple):
    """The test of one session, and what was seen since the last one."""

    phase: Phase = Phase.SETTLING
    since_s: float = -inf  # in this phase
    on_since_s: float = inf  # the gate followed its pulses since
    edge_at_s: float = -inf  # the last pulse
    off_samples: int = 0  # in a row, the gate off after it
    ends: tuple[bool, bool] = (False, False)  # limit switches when it began
    zero_at_s: float = -inf  # a reading without a foot was last seen
    failed: Item | None = None

    @property
    def over(self) -> bool:
        """A verdict is there."""
        return self.phase in (Phase.PASSED, Phase.FAILED)


def zeroed(test: SelfTest, now_s: float) -> SelfTest:
    """No foot is on and the reading is near 0: remember it, once in a while."""
    return test._replace(zero_at_s=now_s) if now_s - test.zero_at_s >= ZERO_EVERY_S else test


def begun(test: SelfTest, now_s: float) -> SelfTest:
    """A press has opened a session."""
    return SelfTest(Phase.SETTLING, now_s, zero_at_s=test.zero_at_s)


def advanced(
    test: SelfTest, sample: Sample, limits: Limits, now_s: float
) -> tuple[SelfTest, Drive]:
    """Judge the sample, which shows what the last drive did; return what to do next."""
    if test.over:
        return test, REST
    if test.phase is not Phase.SETTLING and _ends(sample) != test.ends:
        return _failed(test, Item.MOVED, now_s), REST
    test = JUDGE[test.phase](test, sample, limits, now_s)
    drive = _drive(test, limits, now_s)
    return test._replace(edge_at_s=now_s) if drive.gate else test, drive


def skipped(sample: Sample) -> list[str]:
    """What this machine has no means to test, in words."""
    missing = []
    if sample.gate_on is None:
        missing.append("power gate")
    if sample.motor_current_ma is None:
        missing.append("motor current")
    return missing


def _settling(test: SelfTest, sample: Sample, limits: Limits, now_s: float) -> SelfTest:
    """Without a gate, nothing that asks the motor for anything is safe: the rest is skipped."""
    if not (now_s - test.zero_at_s <= limits.session_time_s):
        return _failed(test, Item.ZERO, now_s)
    if sample.gate_on is None:
        return _next(test, Phase.PASSED, now_s)
    if sample.gate_on:
        due_s = test.since_s + limits.check_gate_s + limits.tick_s
        return _unless_late(test, Item.GATE_STAYS_ON, due_s, now_s)
    return _next(test._replace(ends=_ends(sample)), Phase.ASKED, now_s)


def _asked(test: SelfTest, sample: Sample, limits: Limits, now_s: float) -> SelfTest:
    if sample.gate_on:
        return _failed(test, Item.GATE_STAYS_ON, now_s)
    if _draws(sample, limits):
        return _failed(test, Item.MOTOR_POWERED, now_s)
    over = now_s - test.since_s >= limits.check_duty / limits.slew_per_s + limits.check_gate_s
    return _next(test, Phase.PULSED, now_s) if over else test


def _pulsed(test: SelfTest, sample: Sample, limits: Limits, now_s: float) -> SelfTest:
    if not sample.gate_on:
        due_s = test.since_s + limits.tick_s + limits.unpowered_s - CLOSING_MARGIN_S
        return _unless_late(test._replace(on_since_s=inf), Item.GATE_STAYS_OFF, due_s, now_s)
    if _draws(sample, limits):
        return _failed(test, Item.BRIDGE_POWERED, now_s)
    test = test._replace(on_since_s=min(test.on_since_s, now_s))
    long_enough = now_s - test.on_since_s >= limits.check_gate_s
    return _next(test, Phase.WITHHELD, now_s) if long_enough else test


def _withheld(test: SelfTest, sample: Sample, limits: Limits, now_s: float) -> SelfTest:
    if sample.gate_on:
        due_s = test.edge_at_s + limits.check_gate_s
        return _unless_late(test._replace(off_samples=0), Item.GATE_STAYS_ON, due_s, now_s)
    if test.off_samples == 0:
        return test._replace(off_samples=1)
    return _next(test, Phase.PASSED, now_s)


JUDGE = {
    Phase.SETTLING: _settling,
    Phase.ASKED: _asked,
    Phase.PULSED: _pulsed,
    Phase.WITHHELD: _withheld,
}


def _drive(test: SelfTest, limits: Limits, now_s: float) -> Drive:
    if test.phase is Phase.ASKED:
        duty = min((now_s - test.since_s) * limits.slew_per_s, limits.check_duty)
        return Drive(duty, brake=duty == 0.0, enabled=True, gate=False)
    if test.phase is Phase.PULSED:
        return Drive(0.0, brake=True, enabled=True, gate=True)
    return REST


def _ends(sample: Sample) -> tuple[bool, bool]:
    return sample.heel_end_open, sample.toe_end_open


def _draws(sample: Sample, limits: Limits) -> bool:
    """Current flows where none may. No number is current."""
    current_ma = sample.motor_current_ma
    return current_ma is not None and not (current_ma <= limits.check_ma)


def _unless_late(test: SelfTest, item: Item, due_s: float, now_s: float) -> SelfTest:
    """The gate has until then."""
    return test if now_s <= due_s + ROUNDING_S else _failed(test, item, now_s)


def _next(test: SelfTest, phase: Phase, now_s: float) -> SelfTest:
    return test._replace(phase=phase, since_s=now_s)


def _failed(test: SelfTest, item: Item, now_s: float) -> SelfTest:
    return test._replace(phase=Phase.FAILED, since_s=now_s, failed=item)
