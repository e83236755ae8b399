"""The motor against device.md's own figures, and the rail's ends."""

import pytest

from sim.motor import Carriage, Motor, advance
from tests.reality import BARE, stop, stop_ms, way_mm

STEPS_S = [0.00025, 0.001, 0.004]


@pytest.mark.parametrize("dt_s", STEPS_S)
@pytest.mark.parametrize(
    ("motor", "cm_s", "braked", "expected_mm"),
    [
        (BARE, 10.0, True, 1.5),
        (Motor(inertia_kg_m2=2e-6, carriage_friction_n=0.0), 10.0, True, 2.9),
        (BARE, 5.0, False, 2.9),
        (BARE, 5.0, True, 0.64),
    ],
)
def test_stopping_distance(
    motor: Motor, cm_s: float, braked: bool, expected_mm: float, dt_s: float
) -> None:
    assert way_mm(stop(motor, cm_s, braked, dt_s)) == pytest.approx(expected_mm, rel=0.06)


def test_the_heaviest_rotor_is_down_to_a_twentieth_in_76_ms_and_still_in_94() -> None:
    """device.md says 76 ms; an unloaded exponential takes longer over its last millimetre."""
    heaviest = Motor(inertia_kg_m2=2e-6, carriage_friction_n=0.0)
    assert stop_ms(heaviest, 10.0, True, below_cm_s=0.5) == pytest.approx(76.0, abs=2.0)
    assert stop_ms(heaviest, 10.0, True) == pytest.approx(94.0, abs=3.0)


def test_under_a_foot_the_heaviest_rotor_meets_the_bar() -> None:
    """At most 3 mm and 85 ms from 10 cm/s, with 19 N on the head."""
    carriage = Carriage(Motor(inertia_kg_m2=2e-6), position_m=0.05, speed_m_s=0.1)
    for _ in range(85):
        advance(carriage, 0.0, True, 19.0, 0.001)
    assert carriage.speed_m_s == 0.0
    assert way_mm(carriage) <= 3.0


def test_it_runs_free_at_200_rpm_and_0_2_a() -> None:
    carriage = Carriage(Motor(travel_cm=1000.0, carriage_friction_n=0.0))
    for _ in range(2000):
        advance(carriage, 12.0, True, 0.0, 0.001)
    assert carriage.speed_m_s == pytest.approx(200 / 60 * 2 * 3.14159 * 0.01, rel=0.01)
    assert carriage.current_a == pytest.approx(0.2, abs=0.01)


def test_stalled_at_the_hard_stop_it_draws_5_5_a() -> None:
    carriage = Carriage(Motor())
    for _ in range(3000):
        advance(carriage, 12.0, True, 19.0, 0.001)
    assert carriage.position_m == pytest.approx(0.203)
    assert carriage.speed_m_s == 0.0
    assert carriage.current_a == pytest.approx(5.5, abs=0.02)


def test_it_stops_at_the_heel_too() -> None:
    carriage = Carriage(Motor(), position_m=0.01)
    for _ in range(1000):
        advance(carriage, -6.0, True, 0.0, 0.001)
    assert carriage.position_m == -0.003


def test_the_winding_follows_its_exponential_at_any_step() -> None:
    """A held rotor: 63 % after L/R, whatever the step."""
    held = Motor(coulomb_n_m=1.0)
    for steps in (1, 4, 64):
        carriage = Carriage(held)
        for _ in range(steps):
            advance(carriage, 2.18, True, 0.0, 0.0015 / 2.18 / steps)
        assert carriage.current_a == pytest.approx(0.632, abs=0.001)


def test_an_open_circuit_carries_no_current() -> None:
    carriage = Carriage(Motor(), current_a=1.0)
    advance(carriage, 0.0, False, 0.0, 0.001)
    assert carriage.current_a == 0.0


def test_friction_holds_a_carriage_that_is_pushed_too_little() -> None:
    carriage = Carriage(Motor(), position_m=0.1)
    for _ in range(1000):
        advance(carriage, 0.3, True, 19.0, 0.001)
    assert (carriage.position_m, carriage.speed_m_s) == (0.1, 0.0)


def test_a_load_slows_it_a_little() -> None:
    speeds = []
    for normal_n in (0.0, 20.0, 80.0):
        carriage = Carriage(Motor())
        for _ in range(500):
            advance(carriage, 3.0, True, normal_n, 0.001)
        speeds.append(carriage.speed_m_s)
    assert speeds[0] > speeds[1] > speeds[2] > 0.0


@pytest.mark.parametrize("volts", [6.0, -6.0])
def test_the_step_changes_little(volts: float) -> None:
    places_m = []
    for dt_s in STEPS_S:
        carriage = Carriage(Motor(), position_m=0.1)
        for _ in range(round(0.4 / dt_s)):
            advance(carriage, volts, True, 20.0, dt_s)
        places_m.append(carriage.position_m)
    assert max(places_m) - min(places_m) < 0.0002
