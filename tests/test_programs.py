"""The program rolled on an ideal carriage: times, zones, speeds, circles, dwells."""

from itertools import groupby, pairwise
from typing import NamedTuple

import pytest

from controller.carriage import NOT_HOME_CM, Carriage
from controller.limits import LEVELS
from controller.programs import (
    BALL,
    LOST_S,
    WHOLE_FOOT,
    Cursor,
    Motion,
    Program,
    Step,
    learning,
    left_s,
    lost,
    onward,
    over,
)

FOOT_CM = 26.0
TOE_BASE_CM = BALL * FOOT_CM
DT_S = 0.01
SPECIFIED = [  # name, speed at level 5, seconds, after a shift of the foot
    ("settle in", 3.0, 60.0, False),
    ("small circles", 5.0, 45.0, False),
    *[("small circles", 5.0, 45.0, True)] * 4,
    ("knuckles", 2.0, 60.0, False),
    ("knuckles", 2.0, 60.0, False),
    ("wind down", 3.0, 10.0, False),
]


class Moment(NamedTuple):
    cursor: Cursor
    at_cm: float
    speed_cm_s: float


def rolled(
    program: Program = WHOLE_FOOT, level: int = 5, begin_cm: float = 4.0, foot_cm: float = FOOT_CM
) -> list[Moment]:
    """The whole program on a carriage that goes exactly as wanted; every tick of it."""
    cursor, carriage = Cursor(), Carriage(begin_cm)
    moments = []
    while not over(program, cursor):
        cursor, speed_cm_s = onward(program, cursor, carriage, foot_cm, level, DT_S)
        at_cm = carriage.at_cm + speed_cm_s * DT_S
        home = at_cm <= 0.0
        carriage = Carriage(0.0 if home else at_cm, carriage.homed or home)
        moments.append(Moment(cursor, carriage.at_cm, speed_cm_s))
        assert len(moments) < 100_000
    return moments


ALL = {level: rolled(level=level) for level in (1, 3, 5, 10)}


def of(moments: list[Moment], *motions: Motion) -> list[Moment]:
    """The moments of the steps of these kinds."""
    steps = [at for at, step in enumerate(WHOLE_FOOT.steps) if step.motion in motions]
    return [one for one in moments if one.cursor.step in steps]


def test_the_program_is_the_specified_one() -> None:
    steps = [(one.name, one.speed_cm_s, one.time_s, one.shift) for one in WHOLE_FOOT.steps]
    assert steps == SPECIFIED
    assert WHOLE_FOOT.name == "whole-foot"


@pytest.mark.parametrize("level", ALL)
def test_every_step_takes_its_time_and_the_way_home_comes_on_top(level: int) -> None:
    moments = ALL[level]
    way_home_s = sum(one.cursor.strokes < 0 for one in moments) * DT_S
    assert way_home_s == pytest.approx(4.0 / min(2.0, 0.6 * LEVELS[level].speed_cm_s), abs=0.05)
    for number, (_, _, time_s, _) in enumerate(SPECIFIED):
        spent_s = sum(one.cursor.step == number for one in moments) * DT_S
        assert spent_s - (way_home_s if number == 0 else 0.0) == pytest.approx(time_s, abs=0.05)


def test_the_time_left_falls_by_what_is_rolled() -> None:
    assert left_s(WHOLE_FOOT, Cursor()) == 415.0
    assert left_s(WHOLE_FOOT, Cursor(spent_s=20.0)) == 395.0
    assert left_s(WHOLE_FOOT, Cursor(step=8, spent_s=4.0)) == 6.0
    assert left_s(WHOLE_FOOT, Cursor(step=8, spent_s=11.0)) == 0.0
    assert left_s(WHOLE_FOOT, Cursor(step=9)) == 0.0


def test_it_is_over_after_the_last_step() -> None:
    assert not over(WHOLE_FOOT, Cursor(step=8))
    assert over(WHOLE_FOOT, Cursor(step=9))
    assert ALL[5][-1].speed_cm_s == 0.0


@pytest.mark.parametrize("level", ALL)
def test_the_roller_stays_between_the_heel_and_the_toe_base(level: int) -> None:
    tick_cm = LEVELS[level].speed_cm_s * DT_S
    assert max(one.at_cm for one in ALL[level]) <= TOE_BASE_CM + tick_cm
    assert min(one.at_cm for one in ALL[level]) == 0.0


@pytest.mark.parametrize("foot_cm", [20.0, 30.0])
def test_a_longer_foot_is_rolled_further(foot_cm: float) -> None:
    moments = rolled(foot_cm=foot_cm)
    assert max(one.at_cm for one in moments) == pytest.approx(BALL * foot_cm, abs=0.06)


@pytest.mark.parametrize("level", ALL)
def test_no_way_takes_so_long_that_the_roller_seems_lost(level: int) -> None:
    assert not any(lost(one.cursor) for one in ALL[level])
    assert max(one.cursor.way_s for one in ALL[level]) <= LOST_S / 2


def test_a_roller_that_comes_to_no_end_is_lost() -> None:
    cursor, carriage = Cursor(), Carriage(5.0)
    for tick in range(round(LOST_S) + 2):
        assert lost(cursor) is (tick > LOST_S)
        cursor, _ = onward(WHOLE_FOOT, cursor, carriage, FOOT_CM, 5, 1.0)
    turned, _ = onward(WHOLE_FOOT, cursor, Carriage(0.0, True), FOOT_CM, 5, 1.0)
    assert turned.way_s == 0.0


# Strokes.


@pytest.mark.parametrize("level", ALL)
def test_the_way_home_and_the_first_two_strokes_are_slow(level: int) -> None:
    learned = [one for one in ALL[level] if learning(one.cursor)]
    assert learned
    assert {one.cursor.strokes for one in learned} == {-1, 0, 1}
    assert max(abs(one.speed_cm_s) for one in learned) <= 2.0


@pytest.mark.parametrize("level", ALL)
def test_speeds_scale_with_the_level(level: int) -> None:
    scale = LEVELS[level].speed_cm_s / 5.0
    for motion, speed_cm_s in (
        (Motion.STROKES, 3.0),
        (Motion.CIRCLES, 5.0),
        (Motion.KNUCKLES, 2.0),
    ):
        fastest = max(abs(one.speed_cm_s) for one in of(ALL[level], motion))
        assert fastest == pytest.approx(speed_cm_s * scale)
        assert fastest <= LEVELS[level].speed_cm_s


def test_first_it_finds_home_whatever_the_estimate_says() -> None:
    first = rolled(begin_cm=12.0)
    assert all(one.speed_cm_s == -2.0 for one in first[:500])
    at_home = next(number for number, one in enumerate(first) if one.cursor.strokes == 0)
    assert first[at_home - 1].at_cm == 0.0
    assert first[at_home].speed_cm_s == 2.0
    assert first[at_home - 1].cursor.spent_s == 0.0


def test_a_roller_that_never_finds_home_spends_no_time_of_the_program() -> None:
    cursor = Cursor()
    for _ in range(20_000):
        cursor, speed_cm_s = onward(WHOLE_FOOT, cursor, Carriage(NOT_HOME_CM), FOOT_CM, 5, DT_S)
        assert speed_cm_s == -2.0
    assert (cursor.step, cursor.spent_s) == (0, 0.0)


def test_strokes_go_from_home_to_the_toe_base_and_back() -> None:
    strokes = [one for one in of(ALL[5], Motion.STROKES) if one.cursor.strokes >= 0]
    turns = [
        group[-1].at_cm
        for group in (list(group) for _, group in groupby(strokes, lambda one: one.cursor.strokes))
    ][:-1]
    assert len(turns) >= 3
    for number, at_cm in enumerate(turns):
        assert at_cm == pytest.approx(0.0 if number % 2 else TOE_BASE_CM, abs=0.05)


# Circles.


def circles() -> list[Moment]:
    """The first lane, without the way home."""
    lane = [one for one in ALL[5] if one.cursor.step == 1]
    return [one for one in lane if one.cursor.centre_cm > 0.0]


def test_circles_begin_at_home_and_creep_4_mm_a_cycle() -> None:
    centres = [centre for centre, _ in groupby(circles(), lambda one: one.cursor.centre_cm)]
    assert centres[0] == 1.2
    for number, centre in enumerate(centres):
        assert centre == pytest.approx(1.2 + 0.4 * number)


def test_circles_go_12_mm_to_either_side() -> None:
    for centre, group in groupby(circles(), lambda one: one.cursor.centre_cm):
        places = [one.at_cm for one in group]
        if centre < 1.3 or len(places) < 90:
            continue  # the first begins at home, the last is cut short
        assert max(places) == pytest.approx(centre + 1.2, abs=0.06)
        assert min(places) == pytest.approx(centre - 1.2 - 0.4, abs=0.06)


def test_circles_that_have_come_to_the_toe_base_begin_again_at_home() -> None:
    long_lane = Program("lane", (WHOLE_FOOT.steps[0], WHOLE_FOOT.steps[1]._replace(time_s=120.0)))
    lane = [one for one in rolled(long_lane) if one.cursor.step == 1]
    centres = [centre for centre, _ in groupby(lane, lambda one: one.cursor.centre_cm)]
    restart = centres.index(1.2, 3)
    assert centres[restart - 1] == 0.0  # on the way home
    assert TOE_BASE_CM - 0.4 < centres[restart - 2] + 1.2 <= TOE_BASE_CM
    assert max(one.at_cm for one in lane) <= TOE_BASE_CM + 0.06


def test_lanes_after_the_first_ask_for_a_shift() -> None:
    shifts = [step.shift for step in WHOLE_FOOT.steps if step.motion is Motion.CIRCLES]
    assert shifts == [False, True, True, True, True]
    assert not any(one.cursor.shifted for one in ALL[5])
    cursor = Cursor(step=2, strokes=5, shifted=True)
    after, _ = onward(WHOLE_FOOT, cursor, Carriage(5.0, True), FOOT_CM, 5, DT_S)
    assert after.shifted
    done = cursor._replace(spent_s=45.0)
    after, speed_cm_s = onward(WHOLE_FOOT, done, Carriage(5.0, True), FOOT_CM, 5, DT_S)
    assert (after.step, after.shifted, speed_cm_s) == (3, False, 0.0)


# Knuckles and the end.


@pytest.mark.parametrize("level", ALL)
def test_knuckles_stand_2_s_every_2_cm(level: int) -> None:
    knuckles = [one for one in ALL[level] if one.cursor.step == 6]
    stands = [
        list(group)
        for standing, group in groupby(knuckles, lambda one: one.speed_cm_s == 0.0)
        if standing
    ]
    assert len(stands) >= 5
    del stands[0]  # the tick between two steps
    for group in stands[:-1]:
        assert len(group) * DT_S == pytest.approx(2.0, abs=0.03)
    marks = [group[0].at_cm for group in stands]
    for before, after in pairwise(marks):
        turned = min(before, after) < 2.1 or max(before, after) > TOE_BASE_CM - 2.1
        assert turned or abs(after - before) == pytest.approx(2.0, abs=0.05)


def test_the_end_fades_to_rest() -> None:
    fade = of(ALL[5], Motion.FADE)
    speeds = [abs(one.speed_cm_s) for one in fade]
    assert speeds[1] == pytest.approx(3.0, abs=0.01)
    assert speeds == [speeds[0], *sorted(speeds[1:], reverse=True)]
    assert speeds[-2] < 0.01


def test_a_step_that_stands_beyond_its_time_never_goes_backwards() -> None:
    fade = Program("fade", (Step("fade", Motion.FADE, 3.0, 10.0),))
    cursor = Cursor(spent_s=30.0)  # home was not found yet, so the time runs on
    after, speed_cm_s = onward(fade, cursor, Carriage(5.0), FOOT_CM, 5, DT_S)
    assert speed_cm_s == 0.0
    assert not over(fade, after)
