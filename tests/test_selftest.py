"""The self-test: a sound machine passes in a moment, and every item fails once, with its name."""

from itertools import pairwise
from typing import Any

import pytest

from controller.limits import Limits
from controller.selftest import Item, Phase, SelfTest, advanced, begun, skipped, zeroed
from hardware.roller import REST, Drive, Sample
from tests.kernel_world import sample_of

RATES_HZ = (100, 250, 1000)


class Bench:
    """A machine that answers its drive: the gate follows its pulses, the motor its voltage."""

    def __init__(self, rate_hz: int = 250, **broken: Any) -> None:
        self.limits = Limits(tick_s=1.0 / rate_hz)
        self.test = begun(zeroed(SelfTest(), 0.0), 0.0)
        self.broken, self.drive, self.ticks = broken, REST, 0
        self.drives: list[Drive] = []

    @property
    def now_s(self) -> float:
        return self.ticks * self.limits.tick_s

    def tick(self, **fields: Any) -> None:
        """One tick; what is broken, or said here, is not as it should be."""
        gate_on = self.drive.gate
        sound: dict[str, Any] = {
            "gate_on": gate_on,
            "motor_current_ma": 250.0 if gate_on and self.drive.duty else 0.0,
        }
        sample = sample_of(0.0, self.now_s, **{**sound, **self.broken, **fields})
        self.test, self.drive = advanced(self.test, sample, self.limits, self.now_s)
        self.drives.append(self.drive)
        self.ticks += 1

    def run(self, **fields: Any) -> "Bench":
        """To the verdict."""
        while not self.test.over:
            assert self.now_s < 1.0, self.test
            self.tick(**fields)
        return self

    def to(self, phase: Phase) -> "Bench":
        """Until it is there."""
        while self.test.phase is not phase:
            assert not self.test.over, self.test
            self.tick()
        return self


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_sound_machine_passes_within_half_a_second(rate_hz: int) -> None:
    bench = Bench(rate_hz).run()
    assert (bench.test.phase, bench.test.failed) == (Phase.PASSED, None)
    assert bench.now_s < 0.4
    assert any(drive.duty for drive in bench.drives)
    assert any(drive.gate for drive in bench.drives)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_gate_and_duty_never_come_together(rate_hz: int) -> None:
    bench = Bench(rate_hz).run()
    asked = [at for at, drive in enumerate(bench.drives) if drive.duty]
    pulsed = [at for at, drive in enumerate(bench.drives) if drive.gate]
    assert max(asked) < min(pulsed), "the gate comes last"
    assert all(0.0 <= drive.duty <= bench.limits.check_duty for drive in bench.drives)
    duties = [0.0, *(bench.drives[at].duty for at in asked)]
    assert max(b - a for a, b in pairwise(duties)) <= 1.0 / rate_hz + 1e-9
    assert bench.drives[-1] == REST
    assert all(drive.brake for drive in bench.drives if drive.gate)


def test_when_it_is_over_it_rests_and_keeps_its_verdict() -> None:
    bench = Bench().run()
    verdict = bench.test
    bench.tick(gate_on=True, motor_current_ma=900.0)
    assert (bench.test, bench.drive) == (verdict, REST)


def broken_from(phase: Phase, **fields: Any) -> Bench:
    bench = Bench().to(phase)
    bench.broken = fields
    return bench


def without_zero() -> Bench:
    bench = Bench()
    bench.test = begun(SelfTest(), 0.0)
    return bench


FAILS: dict[Item, Any] = {
    Item.GATE_STAYS_ON: lambda: Bench(gate_on=True),
    Item.GATE_STAYS_OFF: lambda: Bench(gate_on=False),
    Item.MOTOR_POWERED: lambda: Bench(motor_current_ma=50.1),
    Item.BRIDGE_POWERED: lambda: broken_from(Phase.PULSED, motor_current_ma=60.0),
    Item.MOVED: lambda: broken_from(Phase.ASKED, heel_end_open=True),
    Item.ZERO: without_zero,
}


@pytest.mark.hazard("powered/tested")
@pytest.mark.parametrize("item", Item)
def test_every_item_fails_once(item: Item) -> None:
    bench = FAILS[item]().run()
    assert (bench.test.phase, bench.test.failed) == (Phase.FAILED, item)
    assert bench.drive == REST


@pytest.mark.parametrize("phase", [Phase.ASKED, Phase.WITHHELD])
def test_a_gate_that_is_on_without_pulses_is_found_in_every_phase(phase: Phase) -> None:
    assert broken_from(phase, gate_on=True).run().test.failed is Item.GATE_STAYS_ON


@pytest.mark.parametrize("end", ["heel_end_open", "toe_end_open"])
@pytest.mark.parametrize("phase", [Phase.ASKED, Phase.PULSED, Phase.WITHHELD])
def test_a_machine_that_moves_is_found_in_every_phase(phase: Phase, end: str) -> None:
    assert broken_from(phase, **{end: True}).run().test.failed is Item.MOVED


@pytest.mark.parametrize("current_ma", [float("nan"), float("inf"), 50.1])
def test_what_is_no_number_is_current(current_ma: float) -> None:
    assert Bench(motor_current_ma=current_ma).run().test.failed is Item.MOTOR_POWERED
    assert Bench(motor_current_ma=50.0).run().test.phase is Phase.PASSED


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(("late_s", "item"), [(0.025, None), (0.042, Item.GATE_STAYS_OFF)])
def test_the_gate_closes_sooner_than_it_must_while_moving(
    rate_hz: int, late_s: float, item: Item | None
) -> None:
    """What passes here must not trip T14 in its first 30 ms of motion."""
    bench = Bench(rate_hz).to(Phase.PULSED)
    began_s = bench.test.since_s
    while bench.now_s - began_s < late_s and not bench.test.over:
        bench.tick(gate_on=False)
    bench.run()
    assert bench.test.failed is item


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_gate_is_off_50_ms_after_the_last_pulse(rate_hz: int) -> None:
    slow = Bench(rate_hz).to(Phase.WITHHELD)
    edge_s = max(at for at, drive in enumerate(slow.drives) if drive.gate) / rate_hz
    while slow.now_s - edge_s <= 0.050:
        slow.tick(gate_on=True)
    assert slow.run().test.phase is Phase.PASSED
    stuck = Bench(rate_hz).to(Phase.WITHHELD)
    while not stuck.test.over:
        stuck.tick(gate_on=True)
    assert stuck.test.failed is Item.GATE_STAYS_ON
    assert stuck.test.since_s - edge_s <= 0.050 + 1.0 / rate_hz + 1e-9


def test_a_gate_that_chatters_is_not_off() -> None:
    bench = Bench().to(Phase.WITHHELD)
    while not bench.test.over:
        bench.tick(gate_on=bench.ticks % 2 == 0)
    assert bench.test.failed is Item.GATE_STAYS_ON


def test_a_gate_that_opens_while_pulsed_has_to_stay_on_anew() -> None:
    bench = Bench().to(Phase.PULSED)
    for _ in range(3):
        bench.tick()
    bench.tick(gate_on=False)
    assert bench.test.phase is Phase.PULSED
    assert bench.run().test.phase is Phase.PASSED


def test_without_a_gate_nothing_is_asked_of_the_motor() -> None:
    bench = Bench(gate_on=None).run()
    assert bench.test.phase is Phase.PASSED
    assert set(bench.drives) == {REST}


def test_without_a_current_output_the_gate_is_tested_all_the_same() -> None:
    assert Bench(motor_current_ma=None).run().test.phase is Phase.PASSED
    assert Bench(motor_current_ma=None, gate_on=True).run().test.failed is Item.GATE_STAYS_ON


@pytest.mark.parametrize(("ago_s", "passes"), [(1200.0, True), (1200.1, False)])
def test_the_zero_must_have_been_seen_within_a_session_s_time(ago_s: float, passes: bool) -> None:
    bench = Bench()
    bench.test = begun(zeroed(SelfTest(), -ago_s), 0.0)
    assert bench.run().test.failed is (None if passes else Item.ZERO)


def test_a_zero_that_goes_on_is_remembered_once_a_second() -> None:
    seen = zeroed(SelfTest(), 5.0)
    assert zeroed(seen, 5.9) is seen
    assert zeroed(seen, 6.0).zero_at_s == 6.0
    assert begun(seen, 9.0) == SelfTest(Phase.SETTLING, 9.0, zero_at_s=5.0)


def test_what_a_machine_does_not_have_is_told() -> None:
    assert skipped(Sample(0.0, 0.0)) == ["power gate", "motor current"]
    assert skipped(sample_of(0.0, 0.0, motor_current_ma=0.0)) == []
