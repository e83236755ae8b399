"""Where the roller is between its limit switches, from duty and switches alone. Pure.

The heel end is home. The estimate drifts with load and is put right at every open switch.
"""

from typing import NamedTuple

from controller.limits import Limits
from controller.motion import speed_of
from hardware.roller import Sample


class Carriage(NamedTuple):
    """The estimate. `at_cm` counts from home toward the toes."""

    at_cm: float = 0.0
    homed: bool = False  # a switch was seen since the session began


def moved(
    carriage: Carriage, duty: float, sample: Sample, travel_cm: float, limits: Limits, dt_s: float
) -> Carriage:
    """The estimate after `duty` was driven for `dt_s`; `travel_cm` lies between the switches."""
    at_cm, homed = carriage
    if duty != 0.0:
        at_cm += speed_of(duty, limits) * dt_s
    if sample.heel_end_open:
        at_cm, homed = 0.0, True
    elif sample.toe_end_open:
        at_cm, homed = travel_cm, True
    if at_cm < 0.0:
        at_cm = 0.0
    return Carriage(at_cm if at_cm <= travel_cm else travel_cm, homed)
