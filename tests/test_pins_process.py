"""However the process ends, the gate's line falls silent and the gate opens.

A real engine in a process of its own writes every change of its pins to a file as it happens.
A clean end leaves the driver off and every pin released. Where nobody can clean up, the levels
stay as they were, full speed included: the gate is what stops the motor then.
"""

import signal
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from controller.limits import Limits
from sim import gate as power
from tests.engine_process import Engine, running
from tests.fake_pi import IN, Event, Seen, seen
from tests.pins_process import trace_of, until_stopped
from tests.wired_rig import SLOWEST, WIRING, after

MODULE = "tests.pins_process"
TICK_S = Limits().tick_s


def judged(folder: Path) -> tuple[list[Event], list[Seen]]:
    """The trace of a process that has ended, after what holds for every end."""
    trace = trace_of(folder)
    states = seen(trace, WIRING)
    assert max(one.driving for one in states) > 0.05, "it never drove, so it proves nothing"
    edges_at_s = [now.at_s for before, now in pairwise(states) if before.gate != now.gate]
    last_s = [at_s for at_s in edges_at_s if at_s > states[-1].at_s - 0.5]
    assert max(later - one for one, later in pairwise(last_s)) < 2.0 * TICK_S, "until the end"
    for parts in (power.Gate(), SLOWEST):
        edge_at_s, open_at_s, closed = after(trace, parts, 0.2)
        assert closed, "the gate was never closed"
        assert edge_at_s == edges_at_s[-1]
        assert open_at_s - edge_at_s <= 0.050 + 1e-9
    return trace, states


def rests(trace: list[Event], states: list[Seen]) -> None:
    """The last word on each pin: the driver off first, both inputs at 0, all pins released."""
    driving = max(at for at, one in enumerate(states) if one.driving != 0.0)
    ending = trace[driving + 1 :]
    assert ending[0][1:] == (WIRING.enable_pin, "level", 0.0)
    assert {one.driving for one in states[driving + 1 :]} == {0.0}
    assert states[-1][1:] == (0.0, 0.0, False, 0.0)
    gate = [one for one in ending if (one.pin, one.what) == (WIRING.gate_pin, "level")]
    assert gate == [], "closing makes no edge; what a released line does is the pull-down's"
    released = {one.pin for one in ending if one.what == "function" and one.value == IN}
    assert released == {one.pin for one in trace}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_everything_at_rest(tmp_path: Path, how: signal.Signals) -> None:
    with running(tmp_path, module=MODULE) as process:
        code, told, _ = process.until_rolling().end(how)
    assert code == 0
    assert "overruns" in told
    rests(*judged(tmp_path))


@pytest.mark.parametrize(
    ("fate", "error"),
    [("pins", "ReadError: The pins could not be read"), ("broken", "RuntimeError: broken")],
)
def test_an_exception_leaves_everything_at_rest(tmp_path: Path, fate: str, error: str) -> None:
    with running(tmp_path, fate, MODULE) as process:
        code, _, told = process.end()
    assert code == 1
    assert error in told
    rests(*judged(tmp_path))


def hang(process: Engine) -> None:
    process.process.send_signal(signal.SIGSTOP)
    until_stopped(process.process.pid)


def kill(process: Engine) -> None:
    assert process.end(signal.SIGKILL)[0] == -signal.SIGKILL


@pytest.mark.parametrize("lost", [kill, hang])
def test_a_process_that_is_lost_leaves_its_levels_and_the_gate_opens(
    tmp_path: Path, lost: Callable[[Engine], None]
) -> None:
    with running(tmp_path, module=MODULE) as process:
        process.until_rolling()
        lost(process)
        _, states = judged(tmp_path)
        assert states[-1].enabled, "nobody switched the driver off"
        assert states[-1].driving > 0.0, "and it still drives"
