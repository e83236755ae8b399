"""Gate, ends and duty in two languages: the microcontroller cuts as the kernel trips, and follows
the kernel's drive without fighting it."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from controller.limits import Limits
from controller.machinery import SOUND, Machinery, attended, rested
from controller.modes import Mode, Request, State
from controller.motion import moved
from controller.watch import Trip, Watch
from hardware.roller import Drive, Sample
from tests.firmware_host import Board, cut, moving
from tests.kernel_world import OPEN as OPEN_SITTING

STEPS = 500
"""Of the microcontroller's duty."""
TWIN_LIMITS = replace(
    Limits(),
    tick_s=0.001,
    breakaway_duty=0.05,  # an end is left at more than 10 % duty
    unpowered_s=0.0285,  # told with the 30th tick
    leave_end_s=0.9985,
    check_gate_s=0.0525,
)
TRIPS = {
    None: 0,
    Trip.GATE_OFF: cut("GATE_OFF"),
    Trip.GATE_ON: cut("GATE_ON"),
    Trip.ENDS_BOTH: cut("ENDS_BOTH"),
    Trip.END_STUCK: cut("END_STUCK"),
}
Switches = tuple[bool, bool, bool]
"""Gate on, heel's end open, toes' end open."""


def both_see(board: Board, seen: Machinery, switches: Switches) -> tuple[Machinery, bool]:
    """One tick of both; the kernel's memory, and whether both found the same fault."""
    gate_on, heel, toe = switches
    now_s = board.now_ms / 1000
    sample = Sample(now_s, 20.0, 20.0, heel_end_open=heel, toe_end_open=toe, gate_on=gate_on)
    if board.out.gate:
        seen, trip = attended(seen, board.out.duty / STEPS, sample, TWIN_LIMITS, now_s)
    else:
        seen, trip = rested(seen, False, sample, TWIN_LIMITS, now_s)
    told = board.tick(gate_on=gate_on, heel_end_open=heel, toe_end_open=toe)
    assert told == TRIPS[trip], (switches, board.out.duty)
    return seen, told != 0


def same_machine(board: Board, trace: list[tuple[Switches, int]]) -> bool:
    """Whether both found the same fault in a trace, at the same tick."""
    seen = SOUND
    for switches, count in trace:
        for _ in range(count):
            seen, found = both_see(board, seen, switches)
            if found:
                return True
    return False


HEALTHY = (True, False, False)


def moving_trace(rng: random.Random) -> list[tuple[Switches, int]]:
    """Switches of a moving machine that are wrong for nearly or just too long."""
    trace = []
    for _ in range(rng.randint(1, 4)):
        wrong = rng.choice(((False, False, False), (True, True, False), (True, False, True)))
        if rng.random() < 0.1:
            wrong = (True, True, True)
        limit = 30 if not wrong[0] else 1000 if rng.random() < 0.5 else 2
        trace.append((wrong, max(1, limit + rng.randint(-2, 1))))
        trace.append((HEALTHY, rng.choice((1, 5, 40))))
    return trace


def resting_trace(rng: random.Random) -> list[tuple[Switches, int]]:
    """Switches of a machine at rest: a gate that stays on, ends that cannot be."""
    trace = []
    for _ in range(rng.randint(1, 4)):
        wrong = (rng.random() < 0.7, rng.random() < 0.2, rng.random() < 0.2)
        trace.append((wrong, rng.choice((1, 2, 53, 54, 55, 56))))
        trace.append(((False, False, False), rng.choice((1, 5))))
    return trace


def alike(seed: int, traces: int) -> int:
    """So many traces of either kind; how many ended in a fault."""
    rng, found = random.Random(seed), 0
    for _ in range(traces):
        duty = rng.choice((40, 50, 51, 120)) * rng.choice((1, -1))
        found += same_machine(moving(duty), moving_trace(rng))
        board = moving(40)
        board.duty, board.asked["gate"] = 0, False
        board.tick()
        found += same_machine(board, resting_trace(rng))
    return found


def test_gate_and_ends() -> None:
    assert 10 < alike(1, 30) < 60


@pytest.mark.long
def test_many_gates_and_ends(record_property: Callable[[str, object], None]) -> None:
    found = alike(2, 400)
    assert 200 < found < 800
    record_property("figure", f"800 traces: T14 in both languages, {found} with a fault")


# The drive of the kernel, carried out.

TICK_MS = 4


def kernel_drives(rng: random.Random, strokes: int) -> list[Drive]:
    """What the kernel's motion asks for while the wanted speed jumps about."""
    limits = replace(Limits(), tick_s=TICK_MS / 1000)
    sample = Sample(0.0, 20.0, 20.0, gate_on=True)
    state = State(Mode.RUNNING, -1.0, Watch(-limits.tick_s), sitting=OPEN_SITTING)
    drives, tick = [], 0
    for _ in range(strokes):
        speed = rng.choice((0.0, 2.0, 4.0, 5.0, -2.0, -4.0, -5.0))
        request = Request(speed_cm_s=speed, level=5, reference_kpa=25.0)
        for _ in range(rng.choice((1, 10, 24, 25, 26, 40, 100, 200))):
            now_s = tick * limits.tick_s
            state, drive = moved(state, request, sample, Watch(now_s), limits)
            drives.append(drive)
            tick += 1
    return drives


@pytest.mark.parametrize("seed", range(4))
def test_the_kernels_drive_is_followed_a_few_steps_behind(seed: int) -> None:
    board = moving(40)
    board.duty = 0
    board.tick(200)
    lag = 0
    for drive in kernel_drives(random.Random(seed), 30):
        board.duty = asked = round(drive.duty * STEPS)
        for _ in range(TICK_MS):
            board.tick()
            assert board.out.duty * asked >= 0
            assert abs(board.out.duty) <= abs(asked)
        assert board.cut == 0
        lag = max(lag, abs(asked - board.out.duty))
    assert 0 < lag <= 6
