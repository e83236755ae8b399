"""Pressure spikes under a rolling foot, many times, each on a copy of a running board.

`python -m tests.spiked SEED COUNT` prints for each how long after the plant's true pressure broke
T1 or T2 the motor was no longer powered. Sensor noise is off, but for the last bit, which toggles:
a value that stands still would be taken for a broken element. Slopes and phases are random: a board
is reset before its session at a random cycle, so that its milliseconds lie anywhere in the plant's.
"""

import json
import sys
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from random import Random
from typing import NamedTuple

from sim.mcu import CYCLES_PER_MS
from sim.person import Press
from tests.copied import in_a_copy
from tests.flipped import crossing_s
from tests.mcu_host import DUTY, MOST_DUTY, PERIOD_S, Host
from tests.rigged import Bend, Rigged

SCENE_SPIKES = 10
LONGEST_S = 0.4
COUNT_MV = 5000.0 / 1024


class Stopped(NamedTuple):
    """What one spike led to."""

    newtons: float
    rise_s: float
    late_s: float | None  # behind the crossing; None: the truth broke no rule
    cut: int


def dithered() -> Bend:
    """One count up, and down again."""
    up = cycle((0.0, COUNT_MV))
    return lambda mv: mv + next(up)


def rolling(rng: Random) -> tuple[Host, int]:
    """A session on a board with a phase of its own."""
    host = Rigged(noise=False)
    host.bent |= {channel: dithered() for channel in (0, 1)}
    host.wait(0.2)
    host.mcu.run(rng.randrange(1, CYCLES_PER_MS))
    host.mcu.reset()
    duty = rng.choice((DUTY // 2, DUTY, MOST_DUTY))
    return host.rolling(duty, 0.5), duty


def spiked(host: Host, duty: int, rng: Random) -> Stopped:
    """One spike: a jam of a few milliseconds, a stamp, or somebody who leans on it."""
    press = Press(rng.uniform(15.0, 120.0), rng.uniform(0.004, 0.150), 1.0)
    host.drive(PERIOD_S * rng.randrange(5), duty)
    since = len(host.moments) - 30
    host.plant.act(press)
    host.drive(LONGEST_S, duty)
    crossed_s = crossing_s(host.moments[since:])
    late_s = None
    if crossed_s is not None:
        off = max(at for at, one in enumerate(host.moments[:-1]) if one.truth.motor_powered) + 1
        late_s = host.moments[off].at_s - crossed_s
    return Stopped(press.newtons, press.rise_s, late_s, host.status.cut)


def run(seed: int, count: int) -> Iterator[Stopped]:
    """So many spikes, some on each board."""
    rng = Random(seed)
    for index in range(count):
        if index % SCENE_SPIKES == 0:
            host, duty = rolling(rng)
        yield Stopped(*in_a_copy(partial(spiked, host, duty, Random(rng.random()))))


if __name__ == "__main__":
    for one in run(int(sys.argv[1]), int(sys.argv[2])):
        print(json.dumps(one), flush=True)
