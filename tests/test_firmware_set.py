"""A parameter is changed at any moment of a tick: it is taken, answered once, upsets nothing."""

import pytest

from firmware_bridge.messages import Parameter, ParameterIndex, Set
from sim.mcu import CYCLES_PER_MS
from tests.firmware_build import SIMULATOR, build_firmware, need
from tests.firmware_timing import phases, ready_bench
from tests.timing_bench import Bench
from tests.timing_host import BEAT_MS

SPANS = (300, 310)


@pytest.fixture(scope="module")
def bench() -> Bench:
    need(*SIMULATOR)
    return ready_bench(build_firmware())


@pytest.mark.parametrize("phase", [round(one[0], 3) for one in phases(48)])
def test_a_parameter_is_changed_at_any_moment(bench: Bench, phase: float) -> None:
    """Its limits are renewed in the tick behind it, which must not be taken for a flipped bit."""
    host = bench.host
    bench.events.clear()
    host.live(BEAT_MS)
    for span in SPANS:
        now = bench.cycle
        bench.run_to(now - now % CYCLES_PER_MS + 2 * CYCLES_PER_MS + round(phase * CYCLES_PER_MS))
        host.listen()
        host.heard.clear()
        host.send(Set, ParameterIndex.A_SPAN, span)
        bench.wait_ms(2 * BEAT_MS)
        host.listen()
        answers = [one[2:] for one in host.heard if isinstance(one, Parameter)]
        assert answers == [(ParameterIndex.A_SPAN, span, True)]
        host.live(BEAT_MS)
    assert bench.reset_at() is None
