"""What is said of a stop that the machine itself has latched: what it felt, and the way back."""

import pytest

from controller.watch import Trip
from controller.words import TRIPS
from hardware.roller import Cut
from tests.test_words import stop_words


@pytest.mark.parametrize(
    ("trip", "held", "back"),
    [
        (Trip.STOP, False, "Lift your foot, then hold"),
        (Trip.STOP, True, "Release the switch, lift your foot, then hold"),
        (Trip.GATE_OFF, False, "Lift your foot, then hold"),
        (Trip.POWER, True, "Lift your foot, then hold"),
    ],
)
def test_a_foot_must_be_lifted_before_a_machine_lets_go(trip: Trip, held: bool, back: str) -> None:
    """The microcontroller does not let go of what it has cut while anything lies on the roller."""
    words = stop_words(trip, held=held, cut=Cut.STOP)
    assert words == f"Stopped: {TRIPS[trip]}. {back} Continue to go on."
    lifted = stop_words(trip, held=held, cut=Cut.STOP, kpa=3.9)
    assert lifted == stop_words(trip, held=held)


def test_after_pain_a_foot_that_is_back_is_lifted_again() -> None:
    """The board looks at both elements, the two seconds at the median of one."""
    words = stop_words(Trip.DOSE, 40.0, 40.0, cut=Cut.STOP, kpa=5.0)
    assert words.endswith(", level 4. Lift your foot; hold Continue to go on at level 2.")


@pytest.mark.parametrize("number", [float("nan"), 12.0])
def test_of_what_only_the_machine_has_felt_the_limit_is_told(number: float) -> None:
    level = stop_words(Trip.LEVEL, pressure_kpa=number)
    assert level.startswith("Stopped: pressure reached 75 kPa at the arch, level 4. ")
    rise = stop_words(Trip.RISE, rise_kpa=number - 3.0)
    assert rise.startswith("Stopped: pressure rose 10 kPa in 20 ms at the arch, level 4. ")


def test_what_turned_out_to_be_pain_says_both_and_the_way_out_of_pain() -> None:
    assert stop_words(Trip.RISE, first=Trip.STOP) == (
        "Stopped: Stop was pressed. Also, pressure rose 38 kPa in 20 ms at the arch, level 4. "
        "Lift your foot; in 30 s hold Continue to go on at level 2."
    )
