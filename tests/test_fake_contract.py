"""What every roller promises, kept by gpiozero's real factory over fake-rpi."""

from collections.abc import Iterator

import pytest

from sim.pins import Wired
from sim.roller import SimRoller
from tests import test_contract
from tests.fake_pi import FakePi
from tests.wired_rig import WIRING


class FakeBench:
    """A roller on the pins, the whole plant behind them."""

    delay_s, gate_off_s = 0.0, 0.050

    def __init__(self) -> None:
        self._sim = SimRoller()
        self._pi = FakePi(self._sim.now_s)
        self.roller = Wired(self._sim, self._pi, WIRING)
        self.now_s, self.wait_until = self._sim.now_s, self._sim.wait_until

    def gate_contact(self) -> bool:
        return self._sim.truth().gate_on

    def driven(self) -> bool:
        lines = WIRING.forward_pin, WIRING.backward_pin, WIRING.enable_pin
        forward, backward, enabled = map(self._pi.line, lines)
        return bool(enabled) and forward != backward


@pytest.fixture
def bench() -> Iterator[FakeBench]:
    made = FakeBench()
    yield made
    made.roller.close()


class TestOnFakePins(test_contract.TestEveryRoller):
    pass
