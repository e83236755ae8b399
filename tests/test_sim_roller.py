"""The simulated machine: its clock, its sensors, its hands, and that it is always the same."""

import math
import statistics
from collections.abc import Callable

import pytest

from hardware.roller import BRAKE, Buttons, Drive, Sample, SensorStatus
from sim.foot import Foot
from sim.gate import Gate
from sim.indent import sole_of
from sim.motor import Motor
from sim.roller import SimRoller, Truth
from sim.sensor import FLOOR_KPA, RANGE_KPA, Channels

AHEAD = Drive(duty=0.25, brake=False, enabled=True, gate=True)
TICK_S = 0.001


def run(
    roller: SimRoller, seconds: float, drive: Drive | None = None
) -> list[tuple[Sample, Truth]]:
    """Live on, reading and (unless `drive` is None) driving once per tick."""
    seen = []
    for _ in range(round(seconds / TICK_S)):
        roller.wait_until(roller.now_s() + TICK_S)
        seen.append((roller.read(), roller.truth()))
        if drive is not None:
            roller.drive(drive)
    return seen


def with_foot(noise: bool = True) -> SimRoller:
    roller = SimRoller(noise=noise)
    roller.foot_on()
    roller.wait_until(3.0)
    return roller


# Time.


def test_time_is_counted_in_whole_microseconds() -> None:
    roller, at_s = SimRoller(), 0.0
    for tick in range(1, 3001):
        at_s += 1 / 3000
        roller.wait_until(at_s)
        assert roller.now_s() >= at_s
        assert roller.now_s() == pytest.approx(tick / 3000, abs=1.1e-6)


def test_waiting_for_the_past_costs_nothing() -> None:
    roller = with_foot()
    before = roller.truth()
    roller.wait_until(1.0)
    roller.wait_until(3.0)
    assert (roller.now_s(), roller.truth()) == (3.0, before)


def test_one_long_wait_is_many_short_ones() -> None:
    long, short = with_foot(), with_foot()
    long.wait_until(5.0)
    for millisecond in range(3001, 5001):
        short.wait_until(millisecond / 1000)
    assert long.truth() == short.truth()
    assert long.now_s() == short.now_s()


def test_what_is_left_of_a_step_is_a_step_too() -> None:
    even, odd = with_foot(), with_foot()
    even.wait_until(4.0)
    for at_s in (3.0004, 3.1, 3.33335, 4.0):
        odd.wait_until(at_s)
    assert odd.truth().pressure_kpa == pytest.approx(even.truth().pressure_kpa, abs=0.5)


def test_a_4_ms_plant_tells_the_same_story() -> None:
    ended = []
    for dt_s in (0.001, 0.004):
        roller = SimRoller(dt_s=dt_s, noise=False)
        roller.foot_on()
        roller.wait_until(3.0)
        for tick in range(500):
            roller.drive(AHEAD)
            roller.wait_until(3.0 + (tick + 1) * 0.004)
        ended.append(roller.truth())
    fine, coarse = ended
    assert coarse.position_cm == pytest.approx(fine.position_cm, abs=0.1)
    assert coarse.pressure_kpa == pytest.approx(fine.pressure_kpa, abs=1.5)


@pytest.mark.parametrize("dt_s", [0.0, 0.005, math.nan])
def test_a_step_it_cannot_take_is_refused(dt_s: float) -> None:
    with pytest.raises(ValueError, match="dt_s"):
        SimRoller(dt_s=dt_s)


@pytest.mark.parametrize(
    ("foot", "motor"), [(Foot(length_cm=21.0), Motor()), (Foot(), Motor(overtravel_cm=3.0))]
)
def test_a_rail_that_leaves_the_foot_is_refused(foot: Foot, motor: Motor) -> None:
    with pytest.raises(ValueError, match="rail"):
        SimRoller(foot=foot, motor=motor)


# Sameness.


def story(seed: int) -> bytes:
    roller = SimRoller(seed)
    roller.foot_on()
    seen = run(roller, 3.0)
    seen += run(roller, 1.0, AHEAD)
    roller.press(60.0, rise_s=0.02)
    seen += run(roller, 1.0, AHEAD)
    return repr(seen).encode()


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert story(3) == story(3)
    assert story(3) != story(4)


def test_reading_changes_nothing_but_the_noise() -> None:
    curious, blind = with_foot(), with_foot()
    for _ in range(500):
        curious.read()
    curious.wait_until(4.0)
    blind.wait_until(4.0)
    assert curious.truth() == blind.truth()


# Sensors.


def test_a_calm_foot_rests_at_about_24_kpa() -> None:
    seen = run(with_foot(), 20.0)
    assert statistics.mean(truth.pressure_kpa for _, truth in seen) == pytest.approx(24.0, abs=1.0)
    errors_kpa = [sample.pressure_kpa - truth.pressure_kpa for sample, truth in seen]
    assert statistics.mean(errors_kpa) == pytest.approx(0.0, abs=0.03)
    assert statistics.stdev(errors_kpa) == pytest.approx(0.5, rel=0.05)


def test_the_channels_agree_well_and_never_exactly() -> None:
    roller = with_foot()
    seen = run(roller, 2.0)
    roller.press(60.0, rise_s=0.1)
    seen += run(roller, 0.6)
    both = [(sample.pressure_kpa, sample.pressure_b_kpa) for sample, _ in seen]
    apart_kpa = [abs(a_kpa - b_kpa) for a_kpa, b_kpa in both if b_kpa is not None]
    assert len(apart_kpa) == len(seen)
    assert 0.2 < statistics.mean(apart_kpa) < 3.0
    assert max(apart_kpa) < 7.0


def test_readings_come_in_the_converters_steps() -> None:
    values = {sample.pressure_kpa for sample, _ in run(with_foot(), 2.0)}
    assert all((value / (200.0 / 4096)).is_integer() for value in values)
    assert len(values) > 20


def test_without_noise_the_reading_is_the_truth() -> None:
    for sample, truth in run(with_foot(noise=False), 0.1):
        assert sample.pressure_kpa == sample.pressure_b_kpa == truth.pressure_kpa


@pytest.mark.parametrize("noise", [True, False])
def test_a_pressure_beyond_the_range_says_so(noise: bool) -> None:
    roller = with_foot(noise=noise)
    roller.press(180.0, rise_s=0.01, hold_s=0.1)
    sample = run(roller, 0.05)[-1][0]
    assert (sample.pressure_kpa, sample.sensor) == (RANGE_KPA, SensorStatus.SATURATED)
    assert sample.pressure_b_kpa is not None
    assert sample.pressure_b_kpa <= RANGE_KPA


def test_noise_has_its_spread_and_its_tails_and_is_clipped() -> None:
    channels = Channels(1)
    values_kpa = [channels.measure(50.0)[0] - 50.0 for _ in range(100_000)]
    assert statistics.stdev(values_kpa) == pytest.approx(0.5, rel=0.02)
    assert 1.8 < max(values_kpa) < 2.6
    assert channels.measure(-50.0) == (FLOOR_KPA, FLOOR_KPA)


def test_an_empty_roller_reads_about_nothing() -> None:
    values_kpa = [sample.pressure_kpa for sample, _ in run(SimRoller(), 2.0)]
    assert statistics.mean(values_kpa) == pytest.approx(0.0, abs=0.05)
    assert max(map(abs, values_kpa)) < 4.0


# Moving.


def test_it_rolls_from_home_to_the_toe_switch() -> None:
    roller = with_foot()
    assert roller.read().heel_end_open
    seen = run(roller, 6.0, AHEAD)
    speeds = [truth.speed_cm_s for _, truth in seen[500:3000]]
    assert min(speeds) > 3.5
    assert max(speeds) < 5.5
    assert not seen[1000][0].heel_end_open
    opened = next(truth for sample, truth in seen if sample.toe_end_open)
    assert opened.position_cm == pytest.approx(20.0, abs=0.05)
    assert opened.gate_on
    assert opened.motor_powered


def test_current_is_what_the_bridge_feels() -> None:
    roller = with_foot()
    sample, truth = run(roller, 1.0, AHEAD)[-1]
    assert sample.motor_current_ma == pytest.approx(abs(truth.motor_current_ma))
    assert 150.0 < truth.motor_current_ma < 500.0


def test_a_released_gate_brakes_the_motor() -> None:
    """The driver goes on at full duty; the gate alone stops it."""
    roller = with_foot()
    run(roller, 1.0, AHEAD)
    seen = run(roller, 0.15, AHEAD._replace(gate=False))
    opened = next(i for i, (_, truth) in enumerate(seen) if not truth.gate_on)
    assert opened <= 50
    assert not seen[opened][1].motor_powered
    still = next(i for i, (_, truth) in enumerate(seen) if truth.speed_cm_s == 0.0)
    assert still - opened < 40
    assert seen[opened + 2][0].motor_current_ma == 0.0  # it flows in the gate, not in the bridge
    assert seen[opened + 2][1].motor_current_ma < 0.0


@pytest.mark.parametrize(
    ("drive", "within_mm"),
    [
        (BRAKE._replace(gate=True), 0.7),
        (Drive(duty=0.0, brake=False, enabled=True, gate=True), 2.5),
        (Drive(duty=0.5, brake=False, enabled=False, gate=True), 2.5),
    ],
)
def test_brake_is_short_and_coasting_is_long(drive: Drive, within_mm: float) -> None:
    roller = with_foot()
    begun = run(roller, 1.0, AHEAD)[-1][1]
    ended = run(roller, 0.3, drive)[-1][1]
    assert ended.speed_cm_s == 0.0
    assert not ended.motor_powered
    assert within_mm / 3 < (ended.position_cm - begun.position_cm) * 10.0 < within_mm


def test_the_stop_switch_cuts_the_gate_and_is_read_back() -> None:
    roller = with_foot()
    run(roller, 1.0, AHEAD)
    roller.set_stop(True)
    sample, truth = run(roller, 0.02, AHEAD)[-1]
    assert sample.stop_pressed
    assert not truth.gate_on
    roller.set_stop(False)
    sample, truth = run(roller, 0.05, AHEAD)[-1]
    assert not sample.stop_pressed
    assert truth.gate_on


def test_another_gate_may_be_fitted() -> None:
    roller = SimRoller(gate=Gate(close_s=0.02))
    seen = run(roller, 0.05, AHEAD)
    assert [truth.gate_on for _, truth in seen].index(True) >= 20


# Hands.


def test_lifting_the_foot_ends_the_pressure() -> None:
    roller = with_foot(noise=False)
    roller.foot_off()
    seen = run(roller, 0.5)
    gone = next(i for i, (_, truth) in enumerate(seen) if truth.pressure_kpa == 0.0)
    assert 130 < gone < 300
    assert seen[-1][1].pressure_kpa == 0.0


def test_landing_is_soft() -> None:
    roller = SimRoller(noise=False)
    roller.foot_on()
    pressures_kpa = [truth.pressure_kpa for _, truth in run(roller, 3.0)]
    rises_kpa = [b - a for a, b in zip(pressures_kpa, pressures_kpa[20:], strict=False)]
    assert max(pressures_kpa) < 30.0
    assert max(rises_kpa) < 10.0


def test_a_foot_can_be_shifted_sideways() -> None:
    """A right foot's arch is lower on its outer side, the machine's right."""
    pressures_kpa = []
    for lane_mm in (-25.0, 25.0):
        roller = with_foot(noise=False)
        roller.lay_in_lane(lane_mm)
        pressures_kpa.append(run(roller, 2.0, AHEAD)[-1][1].pressure_kpa)
    inner_kpa, outer_kpa = pressures_kpa
    assert outer_kpa > inner_kpa + 0.5


def test_a_sole_laid_out_beforehand_is_the_same_sole() -> None:
    sole_of.cache_clear()
    seen = run(with_foot(), 1.0, AHEAD)
    sole_of.cache_clear()
    roller = SimRoller()
    roller.lay_out()
    cells = len(roller._contact.cells)
    roller.foot_on()
    roller.wait_until(3.0)
    assert run(roller, 1.0, AHEAD) == seen
    assert len(roller._contact.cells) == cells > 1000


def test_a_press_is_felt_and_a_hard_one_hurts() -> None:
    roller = with_foot(noise=False)
    roller.press(20.0, rise_s=0.05, hold_s=0.3)
    assert run(roller, 0.2)[-1][1].pressure_kpa == pytest.approx(49.0, abs=4.0)
    roller.wait_until(5.0)
    roller.press(80.0, rise_s=0.01, hold_s=5.0)
    seen = run(roller, 0.5)
    assert max(truth.pressure_kpa for _, truth in seen) > 110.0
    assert seen[-1][1].pressure_kpa == 0.0


def test_a_flinch_takes_the_foot_away() -> None:
    roller = with_foot(noise=False)
    roller.flinch()
    pressures_kpa = [truth.pressure_kpa for _, truth in run(roller, 0.4)]
    assert max(pressures_kpa) > 60.0
    assert pressures_kpa[-1] == 0.0


def test_buttons_are_levels() -> None:
    roller = SimRoller()
    roller.set_button("start", True)
    roller.set_button("minus", True)
    assert roller.read().buttons == Buttons(start=True, minus=True)
    roller.set_button("start", False)
    assert roller.read().buttons == Buttons(minus=True)
    with pytest.raises(ValueError, match="no button 'stop'"):
        roller.set_button("stop", True)


# Sabotage.


def test_an_unplugged_sensor_is_nan_and_open() -> None:
    roller = with_foot()
    roller.unplug_sensor()
    sample = roller.read()
    assert math.isnan(sample.pressure_kpa)
    assert sample.sensor is SensorStatus.OPEN
    assert sample.pressure_b_kpa == pytest.approx(24.0, abs=5.0)


def test_a_frozen_sensor_repeats_itself_in_new_samples() -> None:
    roller = with_foot()
    before = roller.read()
    roller.freeze_sensor()
    samples = [sample for sample, _ in run(roller, 0.1)]
    assert {sample.pressure_kpa for sample in samples} == {before.pressure_kpa}
    assert len({sample.taken_at_s for sample in samples}) == 100
    assert len({sample.pressure_b_kpa for sample in samples}) > 10


def test_a_stalled_sensor_delivers_nothing_new() -> None:
    roller = with_foot()
    before = roller.read()
    roller.stall_sensor()
    for sample, _ in run(roller, 0.1):
        assert sample[:4] == before[:4]


@pytest.mark.parametrize(
    "sabotage", [SimRoller.unplug_sensor, SimRoller.freeze_sensor, SimRoller.stall_sensor]
)
def test_a_restored_sensor_tells_the_truth_again(
    sabotage: Callable[[SimRoller], None],
) -> None:
    roller = with_foot()
    roller.read()
    sabotage(roller)
    run(roller, 0.1)
    roller.restore_sensor()
    sample, truth = run(roller, 0.01)[-1]
    assert sample.pressure_kpa == pytest.approx(truth.pressure_kpa, abs=3.0)
    assert sample.sensor is SensorStatus.OK
    assert sample.taken_at_s == roller.now_s()
