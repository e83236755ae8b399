"""Where the roller is between its limit switches, from duty and switches alone. Pure.

The heel end is home. The estimate drifts with load and is put right at every open switch.
"""

from typing import NamedTuple

from controller.limits import Limits
from controller.motion import speed_of
from hardware.roller import Sample

NOT_HOME_CM = 0.01
"""The estimate stays this far off home until the switch says so: 0 means that it is home."""


class Carriage(NamedTuple):
    """The estimate. `at_cm` counts from home toward the toes; 0 only at the open switch."""

    at_cm: float = NOT_HOME_CM
    homed: bool = False  # a switch was seen


def moved(
    carriage: Carriage, duty: float, sample: Sample, travel_cm: float, limits: Limits, dt_s: float
) -> Carriage:
    """The estimate after `duty` was driven for `dt_s`; `travel_cm` lies between the switches."""
    at_cm, homed = carriage
    if sample.heel_end_open:
        return Carriage(0.0, True)
    if sample.toe_end_open:
        return Carriage(travel_cm, True)
    if duty != 0.0:
        at_cm += speed_of(duty, sample.pressure_kpa, limits) * dt_s
    if not (at_cm >= NOT_HOME_CM):
        at_cm = NOT_HOME_CM
    return Carriage(at_cm if at_cm <= travel_cm else travel_cm, homed)
