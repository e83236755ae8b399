"""Where the roller is between its limit switches, from duty and switches alone. Pure.

The heel end is home. The estimate drifts with load and is put right at every open switch; one
that opens where the roller cannot be is doubted, and from the second look on it is a fault.
"""

from typing import NamedTuple

from controller.limits import Limits
from controller.motion import speed_of
from hardware.roller import Sample

NOT_HOME_CM = 0.01
"""The estimate stays this far off home until the switch says so: 0 means that it is home."""
OFF_CM = 3.0
"""So far from an end, fresh from a switch, it cannot be there."""
DRIFT = 0.25
"""Part of the way since a switch by which the estimate may err: a motor so far off its figures."""
TWICE = 2
"""So many looks in a row are no accident."""


class Carriage(NamedTuple):
    """The estimate. `at_cm` counts from home toward the toes; 0 only at the open switch."""

    at_cm: float = NOT_HOME_CM
    homed: bool = False  # a switch was seen
    way_cm: float = 0.0  # rolled since then, 0..
    doubts: int = 0  # looks in a row at a switch that cannot be open

    @property
    def early(self) -> bool:
        """A limit switch opened far from its end."""
        return self.doubts >= TWICE


def moved(
    carriage: Carriage, duty: float, sample: Sample, travel_cm: float, limits: Limits, dt_s: float
) -> Carriage:
    """The estimate after `duty` was driven for `dt_s`; `travel_cm` lies between the switches."""
    if sample.heel_end_open or sample.toe_end_open:
        return _at_end(carriage, 0.0 if sample.heel_end_open else travel_cm)
    at_cm, homed, way_cm, _ = carriage
    if duty != 0.0:
        step_cm = speed_of(duty, sample.pressure_kpa, limits) * dt_s
        at_cm += step_cm
        way_cm += abs(step_cm)
    if not (at_cm >= NOT_HOME_CM):
        at_cm = NOT_HOME_CM
    return Carriage(at_cm if at_cm <= travel_cm else travel_cm, homed, way_cm)


def _at_end(carriage: Carriage, end_cm: float) -> Carriage:
    """An open switch says where it is, unless the roller is known to be elsewhere."""
    off_cm = abs(carriage.at_cm - end_cm)
    if carriage.homed and off_cm > OFF_CM + DRIFT * carriage.way_cm:
        return carriage._replace(doubts=carriage.doubts + 1)
    return Carriage(end_cm, True)
