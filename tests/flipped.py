"""A bit of the microcontroller's memory flips, many times, each on a copy of a running board.

`python -m tests.flipped STATE SEED COUNT` brings a board into a state; each copy runs to some
instant, flips its bit, runs on, and says what came of it. The oracle looks at the driver's inputs
and at the plant's truth, never at the firmware.
"""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import NamedTuple

from firmware_bridge.messages import CutCode, ParameterIndex
from sim.mcu import CYCLES_PER_MS, RAM, McuStoppedError
from sim.person import Press
from tests.copied import in_a_copy
from tests.firmware_build import FIRMWARE, symbols
from tests.mcu_host import (
    DUTY,
    MOST_DUTY,
    PERIOD_S,
    REFERENCE_KPA,
    SERVICE_DUTY,
    STEP_S,
    Host,
    Moment,
)

STACK_BYTES = 100
SCENE_FLIPS = 50  # so many share a scene, a few ms apart
MADLY = 500
OVER_SPEED = (MOST_DUTY + 1.5) / 500.0
OVER_SPEED_S = 0.004
RISE_KPA, RISE_WINDOW_MS, ABOVE_KPA, LEVEL_KPA = 10.0, 20, 7.5, 75.0
CUT_S = 0.005 + 0.010  # the usual, and what a flip may add
AFTER_S = 0.12


class Flip(NamedTuple):
    """One bit of the memory."""

    address: int
    bit: int


class Found(NamedTuple):
    """What one flip led to."""

    state: str
    address: int
    bit: int
    came_of_it: str  # the cut, or what else it did
    wrong: list[str]


# --- States ------------------------------------------------------------------------------------


class Scene(NamedTuple):
    """A board, and what its host asks for all the time."""

    host: Host
    duty: int


def running(rng: Random, *, elements: int = 2) -> Scene:
    """A session, driven one way or the other, by a host that asks for more than it may."""
    host, duty = Host(), rng.choice((DUTY, MADLY, -DUTY, -MADLY))
    host.settings[ParameterIndex.B_SPAN] *= elements - 1
    host.open_session()
    if duty < 0:
        host.drive(1.2, MADLY)
    host.drive(0.8, duty)
    assert host.moments[-1].driven
    return Scene(host, duty)


def running_on_one_element(rng: Random) -> Scene:
    """The same, with nothing beside the pressure element that a flip may spoil."""
    return running(rng, elements=1)


def just_started(_: Random) -> Scene:
    """Reset is still latched, nobody has acknowledged it, the host wants to drive."""
    host = Host().greet().configure()
    host.plant.foot_on()
    host.session = 1
    return Scene(host.drive(0.6), DUTY)


def at_rest(_: Random) -> Scene:
    """All is well, a foot is on, but nobody has pressed the button."""
    host = Host().ready()
    host.session = 1
    return Scene(host, DUTY)


def without_a_foot(_: Random) -> Scene:
    """All is well, and the host asks for what it may only while the button is held."""
    return Scene(Host().greet().configure().acknowledge(), SERVICE_DUTY)


def after_a_session(_: Random) -> Scene:
    """A session was ended by a stop, which was acknowledged, and its foot is back."""
    host = Host().rolling()
    host.session = host.status.session
    host.stop()
    host.plant.foot_off()
    host.drive(0.6).acknowledge()
    host.plant.foot_on()
    host.drive(0.6)
    assert host.cut is CutCode.NONE
    return Scene(host, DUTY)


def after_a_cut(_: Random) -> Scene:
    """Pain is latched, and the host that should have seen it goes on as if nothing was."""
    host = Host().rolling()
    host.session = host.status.session
    host.plant.act(Press(60.0, 0.03, 0.05))
    host.drive(0.5, DUTY)
    assert host.cut is CutCode.RISE
    return Scene(host, DUTY)


RUNNING = (running, running_on_one_element)
AT_REST = (just_started, at_rest, without_a_foot, after_a_session, after_a_cut)
STATES: dict[str, Callable[[Random], Scene]] = {one.__name__: one for one in RUNNING + AT_REST}


# --- One flip ----------------------------------------------------------------------------------


def survive(host: Host) -> None:
    """From now on nothing that the program does stops the run."""
    run_to = host.mcu.run_to

    def on(cycle: int, *, stepping: bool = False) -> None:
        while host.mcu.cycle < cycle:
            try:
                run_to(cycle, stepping=stepping)
            except McuStoppedError:
                continue

    host.mcu.run_to = on  # type: ignore[method-assign]


def flip(host: Host, which: Flip, rng: Random) -> None:
    """At some instant of the next millisecond."""
    host.mcu.run(rng.randrange(CYCLES_PER_MS - 100))
    before = host.mcu.data[which.address]
    host.mcu.data[which.address] = before ^ 1 << which.bit
    assert host.mcu.data[which.address] != before


def over_speed(moments: list[Moment]) -> bool:
    """Faster than this machine may go, for longer than a tick."""
    fast = 0
    for one in moments:
        fast = fast + 1 if abs(one.duty) > OVER_SPEED else 0
        if fast * STEP_S > OVER_SPEED_S:
            return True
    return False


def crossing_s(moments: list[Moment]) -> float | None:
    """When the truth first broke T1 or T2 while the motor was driven."""
    for early, one in zip(moments, moments[RISE_WINDOW_MS:], strict=False):
        kpa, before_kpa = one.truth.pressure_kpa, early.truth.pressure_kpa
        rose = kpa - before_kpa > RISE_KPA and kpa > REFERENCE_KPA + ABOVE_KPA
        if one.driven and (rose or kpa > LEVEL_KPA):
            return one.at_s
    return None


def judged(moments: list[Moment], may_move: bool) -> list[str]:
    """What must never be."""
    wrong = []
    if over_speed(moments):
        wrong.append(f"over-speed: {max(abs(one.duty) for one in moments):.3f}")
    crossed_s = crossing_s(moments)
    if crossed_s is not None:
        late = [one.at_s for one in moments if one.at_s > crossed_s + CUT_S and one.driven]
        if late:
            wrong.append(f"missed cut: driven {late[0] - crossed_s:.3f} s behind it")
    if not may_move and any(one.driven for one in moments):
        wrong.append("self-start")
    return wrong


def tried(state: str, scene: Scene, which: Flip, rng: Random) -> Found:
    """Flip a bit; then, in a session, spike."""
    host, duty = scene
    runs = state.startswith("running")
    survive(host)
    since = len(host.moments)
    host.board.events.clear()
    asked = runs or rng.random() < 0.7
    flip(host, which, rng)

    def go_on(duration_s: float) -> None:
        if asked:
            host.drive(duration_s, duty, gate=True)
        else:
            host.wait(duration_s)

    go_on(rng.uniform(0.03, 0.1))
    before = "driven" if host.moments[-1].driven else "still"
    if runs:
        host.plant.act(Press(60.0, rng.uniform(0.01, 0.04), 1.0))
    go_on(AFTER_S)
    resets = "".join(" reset" for _ in host.board.events)
    outcome = f"{before} {CutCode(host.status.cut).name}{resets}"
    return Found(state, *which, outcome, judged(host.moments[since:], runs))


# --- All of them ---------------------------------------------------------------------------------


def random_flips(rng: Random) -> Iterator[Flip]:
    """Any bit of the memory."""
    while True:
        yield Flip(rng.choice(RAM), rng.randrange(8))


def used_flips() -> Iterator[Flip]:
    """Every bit of every variable, and of the stack's foot."""
    used = (*range(RAM.start, symbols(FIRMWARE)["_end"]), *range(RAM.stop - STACK_BYTES, RAM.stop))
    yield from (Flip(address, bit) for address in used for bit in range(8))


def run(state: str, seed: int, count: int) -> Iterator[Found]:
    """Bring a board into `state` and flip so many bits; 0: every one that is used."""
    rng = Random(f"{state} {seed}")
    scene = STATES[state](rng)
    for index, which in enumerate(random_flips(rng) if count else used_flips()):
        if count and index == count:
            return
        if index % SCENE_FLIPS == SCENE_FLIPS - 1:
            scene = STATES[state](rng)
        scene.host.drive(PERIOD_S * rng.randrange(3), scene.duty)
        yield Found(*in_a_copy(partial(tried, state, scene, which, Random(rng.random()))))


if __name__ == "__main__":
    for found in run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])):
        print(json.dumps(found), flush=True)
