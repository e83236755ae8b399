"""The sole and the leg: what a stroke, a jam, a lifted foot and a slope feel like."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from sim.anatomy import outline
from sim.foot import (
    ARCH,
    BALL,
    HEEL,
    KPA_PER_N,
    TOES,
    Contact,
    Foot,
    Side,
    advance,
    lay,
    peak_kpa,
    stress_kpa,
)
from sim.heads import BALL_HEAD, CYLINDER, Head
from sim.indent import rested_depth_m
from sim.tissue import BOTTOM, Bone
from sim.touch import touch

FOOT = Foot()
LEVEL = Foot(arch_height_mm=0.0)
STEPS_S = [0.001, 0.004]


def rested(load_n: float, position_m: float = 0.0, dt_s: float = 0.001) -> Contact:
    """A foot that has lain on the head for three seconds."""
    contact = Contact(FOOT)
    for _ in range(round(3.0 / dt_s)):
        advance(contact, load_n, position_m, 0.0, dt_s)
    return contact


def stroke(speed_cm_s: float, load_n: float = 19.0, dt_s: float = 0.001) -> dict[int, float]:
    """Mean pressure for every whole centimetre from the heel to behind the toes."""
    contact, sums = rested(load_n), dict.fromkeys(range(20), (0.0, 0))
    position_m, speed_m_s = 0.0, speed_cm_s / 100.0
    while position_m < 0.2:
        force_n = advance(contact, load_n, position_m, speed_m_s, dt_s)
        total, count = sums[int(position_m * 100.0)]
        sums[int(position_m * 100.0)] = total + force_n * KPA_PER_N, count + 1
        position_m += speed_m_s * dt_s
    return {cm: total / count for cm, (total, count) in sums.items()}


@pytest.mark.parametrize("load_n", [6.0, 19.0, 45.0])
@pytest.mark.parametrize("dt_s", STEPS_S)
def test_the_leg_makes_the_pressure(load_n: float, dt_s: float) -> None:
    assert rested(load_n, dt_s=dt_s).force_n == pytest.approx(load_n, rel=0.1, abs=0.6)


@pytest.mark.parametrize("load_n", [15.0, 19.0])
def test_a_stroke_varies_by_about_a_sixth_and_the_arch_is_softest(load_n: float) -> None:
    felt = stroke(2.0, load_n)
    middle = (max(felt.values()) + min(felt.values())) / 2.0
    swing = (max(felt.values()) - min(felt.values())) / 2.0 / middle
    assert 0.12 < swing < 0.22
    assert 8 <= min(felt, key=lambda cm: felt[cm]) <= 12


@pytest.mark.parametrize("speed_cm_s", [3.5, 5.0, 10.0])
def test_a_reference_learned_slowly_holds_at_every_speed(speed_cm_s: float) -> None:
    learned, felt = stroke(2.0), stroke(speed_cm_s)
    assert all(abs(felt[cm] / learned[cm] - 1.0) < 0.12 for cm in felt)


def test_a_stroke_has_no_fast_rise() -> None:
    """Nothing near T2's 10 kPa in 20 ms, at full speed."""
    contact, rises = rested(19.0), []
    before_kpa = contact.force_n * KPA_PER_N
    for step in range(100):
        for fine in range(20):
            position_m = (step * 20 + fine) * 0.0001
            advance(contact, 19.0, position_m, 0.1, 0.001)
        rises.append(contact.force_n * KPA_PER_N - before_kpa)
        before_kpa += rises[-1]
    assert max(rises) < 3.0


@pytest.mark.parametrize("dt_s", STEPS_S)
def test_a_jam_is_felt_within_milliseconds(dt_s: float) -> None:
    contact = rested(19.0)
    for _ in range(round(0.008 / dt_s)):
        advance(contact, 39.0, 0.0, 0.0, dt_s)
    assert contact.force_n == pytest.approx(39.0, rel=0.08)


@pytest.mark.parametrize("dt_s", STEPS_S)
@pytest.mark.parametrize("position_m", [0.03, 0.1, 0.18])
def test_a_heavy_load_stays_finite_and_bounded(dt_s: float, position_m: float) -> None:
    contact = rested(19.0, position_m)
    forces_n = [advance(contact, 300.0, position_m, 0.0, dt_s) for _ in range(500)]
    assert max(forces_n) < 400.0
    assert forces_n[-1] == pytest.approx(300.0, rel=0.05)


def test_a_lifted_foot_leaves_the_head_and_hangs_above_it() -> None:
    contact = rested(19.0)
    for _ in range(600):
        advance(contact, -30.0, 0.0, 0.0, 0.001)
    assert contact.force_n == 0.0
    assert contact.height_m == contact.hanging_m > 0.02
    assert contact.freshness == 1.0


def test_the_head_never_pulls() -> None:
    contact = rested(30.0)
    for load_n in (-100.0, 30.0, -300.0):
        for _ in range(100):
            assert advance(contact, load_n, 0.0, 0.0, 0.001) >= 0.0


def test_resting_tissue_relaxes_and_rolling_renews_it() -> None:
    contact = rested(19.0)
    assert contact.freshness < 0.05
    for speed_m_s in (0.05, -0.05):
        for _ in range(500):
            advance(contact, 19.0, 0.05, speed_m_s, 0.001)
        assert 0.3 < contact.freshness < 0.6


def test_a_place_has_its_own_tissue_and_borders_have_some_of_both() -> None:
    """One region alone gives the same peak as the same region inside a foot."""
    for place, region in ((0.1, HEEL), (0.4, ARCH), (0.69, BALL), (0.9, TOES)):
        alone = Foot(regions=(replace(region, ends_at=1.0),))
        felt_kpa = peak_kpa(FOOT, place, 20.0)
        assert peak_kpa(alone, place, 20.0) == pytest.approx(felt_kpa, rel=0.01)
    soft, mixed, hard = (peak_kpa(LEVEL, place, 20.0) for place in (0.4, 0.6, 0.72))
    assert soft < mixed < hard


@pytest.mark.parametrize("head", [CYLINDER, BALL_HEAD])
@pytest.mark.parametrize("dt_s", STEPS_S)
def test_skin_on_bone_stays_finite_however_hard_it_is_pressed(head: Head, dt_s: float) -> None:
    contact = Contact(replace(FOOT, head=head))
    for load_n in (2_000.0, 1e5):
        forces_n = [advance(contact, load_n, 0.18, 0.0, dt_s) for _ in range(2000)]
        assert all(0.0 <= force_n < 1e7 for force_n in forces_n)
        assert forces_n[-1] == pytest.approx(load_n, rel=0.1)


def test_below_the_last_piece_the_force_grows_in_a_straight_line() -> None:
    heights_m = []
    for load_n in (2_000.0, 3_000.0, 4_000.0):
        contact = Contact(FOOT)
        for _ in range(4000):
            advance(contact, load_n, 0.1, 0.0, 0.001)
        heights_m.append(contact.height_m)
    first_m, second_m = (b - a for a, b in pairwise(heights_m))
    assert first_m < 0.0
    assert second_m == pytest.approx(first_m, rel=0.01)


def test_stress_goes_on_where_a_column_is_flat() -> None:
    below, at, above = (stress_kpa(HEEL, BOTTOM + more) for more in (-1e-6, 0.0, 1e-6))
    assert above - at == pytest.approx(at - below, rel=1e-3)
    assert stress_kpa(HEEL, 100.0) < 1e6


def test_a_ball_presses_harder_than_a_cylinder() -> None:
    for place in (0.1, 0.4, 0.7):
        ball = peak_kpa(replace(FOOT, head=BALL_HEAD), place, 20.0)
        assert ball > 1.4 * peak_kpa(FOOT, place, 20.0)


def test_a_left_foot_is_a_right_one_in_a_mirror() -> None:
    for lane_mm in (-30.0, 0.0, 12.0):
        right = Foot(lane_mm=lane_mm)
        left = Foot(side=Side.LEFT, lane_mm=-lane_mm)
        for place in (0.1, 0.4, 0.7):
            assert peak_kpa(left, place, 20.0) == pytest.approx(peak_kpa(right, place, 20.0))


def test_a_lane_beyond_the_last_ray_is_that_ray_s() -> None:
    """The bone heads no longer lie under the same strips, so it is not quite the same."""
    for lane_mm in (-36.0, 36.0):
        beyond, on = (peak_kpa(Foot(lane_mm=mm), 0.7, 20.0) for mm in (lane_mm, lane_mm * 32 / 36))
        assert 0.8 * on < beyond < 1.5 * on


def test_a_foot_moved_sideways_is_felt() -> None:
    """The arch is lower on the outer side: a right foot's is on the machine's right."""
    forces_n = []
    for lane_mm in (-25.0, 25.0):
        contact = rested(19.0, 0.104)
        lay(contact, lane_mm)
        for _ in range(2000):
            force_n = advance(contact, 19.0, 0.104, 0.0, 0.001)
        forces_n.append(force_n)
    inner_n, outer_n = forces_n
    assert outer_n > inner_n + 1.0


@pytest.mark.parametrize("length_cm", [23.0, 26.0, 30.0])
@pytest.mark.parametrize("arch_height_mm", [8.0, 15.0])
def test_a_head_touches_where_its_axis_has_it(length_cm: float, arch_height_mm: float) -> None:
    """And its line never steps: neighbouring places differ by no more than the slope allows."""
    for lane_mm in (-32.0, 0.0, 32.0):
        foot = Foot(length_cm, lane_mm=lane_mm, arch_height_mm=arch_height_mm)
        found = [(at_mm / 1000.0, touch(foot, at_mm / 1000.0)) for at_mm in range(-5, 200)]
        for axis_m, at in found:
            slope = outline(foot, at.along_m).slope
            assert at.along_m + 0.025 * slope == pytest.approx(axis_m, abs=1e-9)
        lifts_m = [at.lift_m for _, at in found]
        assert max(abs(b - a) for a, b in pairwise(lifts_m)) < 0.0007


@pytest.mark.parametrize("lane_mm", [41.0, -41.0, math.nan])
def test_a_lane_beside_the_sole_is_refused(lane_mm: float) -> None:
    with pytest.raises(ValueError, match="-40 to 40 mm"):
        Foot(lane_mm=lane_mm)


@pytest.mark.parametrize("head", [CYLINDER, BALL_HEAD])
@pytest.mark.parametrize("lane_mm", [40.0, -40.0])
def test_the_outermost_lane_still_carries_a_leg(head: Head, lane_mm: float) -> None:
    foot = Foot(head=head, lane_mm=lane_mm)
    contact = Contact(foot)
    for _ in range(3000):
        force_n = advance(contact, 19.0, 0.03, 0.0, 0.001)
    assert force_n == pytest.approx(19.0, abs=2.0)


def test_a_head_half_over_the_edge_sinks_deeper_for_beside_the_sole_nothing_carries() -> None:
    flat = (replace(HEEL, ends_at=1.0, bone=Bone.FLAT),)
    feet = [Foot(regions=flat, lane_mm=lane_mm) for lane_mm in (0.0, 40.0)]
    middle_m, edge_m = (rested_depth_m(foot, 0.1, 19.0) for foot in feet)
    assert edge_m > 1.2 * middle_m
