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
    if sample.heel_end_open:
        return carriage if carriage == (0.0, True) else Carriage(0.0, True)
    if sample.toe_end_open:
        return Carriage(travel_cm, True)
    if duty == 0.0:
        return carriage
    at_cm = carriage.at_cm + speed_of(duty, limits) * dt_s
    return Carriage(max(0.0, min(travel_cm, at_cm)), carriage.homed)
