"""Where the roller is: counted from duty, put right at the switches, never beyond them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.carriage import NOT_HOME_CM, OFF_CM, Carriage, moved
from controller.limits import Limits
from controller.motion import duty_of
from tests.kernel_world import sample_of

LIMITS = Limits()
TRAVEL_CM = 20.0


def after(
    carriage: Carriage, duty: float, dt_s: float = 0.01, kpa: float = 0.0, **fields: Any
) -> Carriage:
    return moved(carriage, duty, sample_of(kpa, 0.0, **fields), TRAVEL_CM, LIMITS, dt_s)


def test_before_a_switch_was_seen_home_is_not_known() -> None:
    assert Carriage() == Carriage(NOT_HOME_CM, homed=False)
    assert not after(Carriage(), 0.2).homed


@pytest.mark.parametrize("speed_cm_s", [2.0, 5.0, 10.0])
def test_the_place_follows_the_duty(speed_cm_s: float) -> None:
    duty = duty_of(speed_cm_s, LIMITS)
    there = after(Carriage(5.0, True), duty)
    assert there.at_cm == pytest.approx(5.0 + speed_cm_s * 0.01)
    assert after(there, -duty).at_cm == pytest.approx(5.0)
    assert there.homed


def test_a_loaded_carriage_is_slower() -> None:
    duty = duty_of(5.0, LIMITS)
    free, loaded = (after(Carriage(5.0, True), duty, kpa=kpa) for kpa in (0.0, 40.0))
    assert 5.0 < loaded.at_cm < free.at_cm


def test_at_duty_0_it_stands() -> None:
    assert after(Carriage(5.0, True), 0.0, 9.0) == Carriage(5.0, True)


@pytest.mark.parametrize("duty", [-0.3, 0.0, 0.3])
@pytest.mark.parametrize(("switch", "at_cm"), [("heel_end_open", 0.0), ("toe_end_open", TRAVEL_CM)])
def test_an_open_switch_puts_the_place_right(duty: float, switch: str, at_cm: float) -> None:
    fields: dict[str, Any] = {switch: True}
    assert after(Carriage(7.0), duty, **fields) == Carriage(at_cm, homed=True)
    near = Carriage(abs(at_cm - OFF_CM), True, 0.1)
    assert after(near, duty, **fields) == Carriage(at_cm, homed=True)


@pytest.mark.parametrize(("switch", "end_cm"), [("heel_end_open", 0.0), ("toe_end_open", 20.0)])
def test_a_switch_that_opens_far_from_its_end_is_doubted_twice(switch: str, end_cm: float) -> None:
    fields: dict[str, Any] = {switch: True}
    far = Carriage(abs(end_cm - OFF_CM - 2.6), True, way_cm=10.0)
    once = after(far, 0.2, **fields)
    assert (once.at_cm, once.early) == (far.at_cm, False)
    assert not after(once, 0.2).doubts  # it was a glitch
    twice = after(once, 0.2, **fields)
    assert twice.early
    assert after(twice, 0.2, **fields).early


def test_the_farther_it_rolled_the_less_the_estimate_is_believed() -> None:
    far = Carriage(10.0, True, way_cm=27.0)
    assert after(far, 0.0, heel_end_open=True).doubts == 1
    assert after(far._replace(way_cm=29.0), 0.0, heel_end_open=True) == Carriage(0.0, True)


@pytest.mark.parametrize("duty", [0.3, -0.3])
def test_the_way_counts_in_both_directions(duty: float) -> None:
    assert after(Carriage(10.0, True, 5.0), duty, 0.1).way_cm > 5.1


def test_when_both_switches_are_open_it_is_home() -> None:
    assert after(Carriage(7.0), 0.0, heel_end_open=True, toe_end_open=True) == Carriage(0.0, True)


def test_only_the_switch_says_home() -> None:
    assert after(Carriage(0.05, True), -0.5, 1.0)[:2] == (NOT_HOME_CM, True)
    assert after(Carriage(NOT_HOME_CM, True), 0.0) == Carriage(NOT_HOME_CM, True)
    left = after(Carriage(0.0, True), 0.0)
    assert left.at_cm == NOT_HOME_CM  # the switch has closed again


def test_the_place_ends_at_the_toe_end_switch() -> None:
    assert after(Carriage(19.9, True), 0.5, 1.0)[:2] == (TRAVEL_CM, True)
    assert after(Carriage(TRAVEL_CM, True), 0.0) == Carriage(TRAVEL_CM, True)


def test_a_place_that_is_no_number_becomes_one() -> None:
    assert after(Carriage(float("nan"), True), 0.3).at_cm == NOT_HOME_CM


@given(
    steps=st.lists(
        st.tuples(
            st.floats(-1.0, 1.0), st.floats(0.0, 0.5), st.sampled_from(("", "", "heel", "toe"))
        )
    )
)
def test_the_estimate_stays_between_the_switches_and_remembers_them(
    steps: list[tuple[float, float, str]],
) -> None:
    carriage = Carriage()
    seen = False
    for duty, dt_s, switch in steps:
        fields: dict[str, Any] = {f"{switch}_end_open": True} if switch else {}
        carriage = after(carriage, duty, dt_s, 20.0, **fields)
        seen = seen or bool(switch)
        assert 0.0 <= carriage.at_cm <= TRAVEL_CM
        assert carriage.homed is seen
        if not carriage.doubts:
            assert (carriage.at_cm == 0.0) is (switch == "heel")
