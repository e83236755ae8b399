"""Every number of the plant says its unit, its source and what it is."""

from dataclasses import fields
from typing import Any

import pytest

from sim.anatomy import Foot
from sim.gate import Gate
from sim.heads import CYLINDER
from sim.known import DEVICE, ESTIMATE, table
from sim.motor import Motor
from sim.tissue import HEEL, RAYS

PARTS = (HEEL, RAYS[0], CYLINDER, Foot(), Motor(), Gate())


@pytest.mark.parametrize("parts", PARTS, ids=lambda parts: type(parts).__name__)
def test_every_number_is_known(parts: Any) -> None:
    told = table(parts)
    assert told
    composed = {"head", "regions", "rays"}
    assert {one.name for one in told} | composed >= {one.name for one in fields(parts)}
    for one in told:
        assert one.value == getattr(parts, one.name)
        assert one.unit
        assert one.source in {DEVICE, ESTIMATE}
        assert len(one.about) > 5


def test_a_value_given_is_the_one_told() -> None:
    told = {one.name: one.value for one in table(Foot(length_cm=23.5))}
    assert told["length_cm"] == 23.5
