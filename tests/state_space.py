"""Every state that the safety kernel can come into, by running its own `step()` over all inputs.

What is kept of a state is a `Node`: the mode, whether a session is open, how far its self-test is,
what a stop was latched for, what the machine lets go of. All else is free at every tick: each clock
may have run for as long as it likes, the detectors may remember any foot, the motor may turn either
way. That is more than can happen, so what holds here holds in every run. Nothing is drawn at
random: an input is chosen when the kernel first looks at it, a number only as far as a comparison
needs, and each choice is made both ways. What the kernel does not look at cannot matter.

The values stand for classes, one on each side of every comparison of `safety.py`, `rules.py` and
`selftest.py`. Of the detectors one verdict of each kind stands for all, in every state and at any
tick: pain, a person's stop, a fault of sensor or machinery, a cut of the machine's own, a late
tick. Toward the heel all is as toward the toes; a machine without a second channel is one that
asks for a lower level. Shortcuts and `goes_on`, the detectors themselves and how fast the motor
turns have proofs of their own (test_trips_shortcut.py, test_trips.py, test_motion.py).
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from math import inf, nan
from typing import Any, NamedTuple, cast

from controller.limits import Limits
from controller.machinery import Machinery, Signs
from controller.modes import Mode, Request, Sitting, State, Stop
from controller.safety import step
from controller.selftest import Phase, SelfTest
from controller.watch import NOTHING_ODD, Odd, Reason, Trip, Watch
from hardware.roller import Buttons, Cut, Drive, Sample, SensorStatus
from tests.unknown import Choices, Open, Unknown

LIMITS = Limits()
NOW_S = 1e5
TICK_S = LIMITS.tick_s
NUMBER = 7
STANDS_FOR = {
    Reason.PAIN: Trip.LEVEL,
    Reason.PERSON: Trip.STOP,
    Reason.FAULT: Trip.SENSOR_NAN,
    Reason.POWER: Trip.POWER,
}
"""A latched stop by its reason: no rule asks for more."""
CUTS = (None, Cut.LEVEL, Cut.STOP, Cut.LINK, Cut.RESET)
"""What the machine has latched: pain, a person's, and faults, of which a lost link is special."""


class Node(NamedTuple):
    """What a state is called here."""

    mode: Mode
    opened: bool = False
    phase: Phase | None = None  # of the self-test of an open session
    reason: Reason | None = None  # of the latched stop
    letting_go: tuple[Cut, ...] = ()
    ending: bool = False  # on the way down: it has a reason

    def __str__(self) -> str:
        """Short, for a message."""
        return " ".join(
            [self.mode.name, *(["open"] if self.opened else []),
             *(str(one.value) for one in (self.phase, self.reason) if one is not None),
             *(one.value for one in self.letting_go)]
        )  # fmt: skip


def node_of(state: State) -> Node:
    """The node that a state belongs to."""
    opened = state.sitting.opened_at_s is not None
    return Node(
        state.mode,
        opened,
        state.test.phase if opened else None,
        None if state.stop is None else state.stop.trip.reason,
        state.letting_go,
        state.mode is Mode.WINDING_DOWN and state.sitting.why is not None,
    )


class Timing(NamedTuple):
    """When a tick comes, and its sample; seconds ago."""

    tick_s: float  # since the last one
    taken_s: float  # the sample
    before_s: float  # the last sample; inf: the detectors' memory of it is free


TIMINGS = (
    Timing(TICK_S, 0.0, inf),
    Timing(0.050, 0.0, inf),  # a late tick
    Timing(TICK_S, TICK_S, TICK_S),  # no newer sample, but not for long
    Timing(TICK_S, 0.050, 0.050),  # for too long
    Timing(TICK_S, 0.012, TICK_S),  # an older one
)
SAMPLES: dict[str, Sequence[Any]] = {
    "pressure_kpa": (18.0, 0.0, 27.5, 80.0, nan),  # fits; no foot; an overload; pain; no number
    "sensor": (SensorStatus.OK,),
    "motor_current_ma": (None, 5000.0),
    "heel_end_open": (False,),
    "toe_end_open": (False, True),
    "stop_pressed": (False, True),
    "gate_on": (True, False),
    "buttons": (Buttons(), Buttons(start=True)),
    "cut": CUTS,
}
FLAGS = (
    *("press", "start", "resume", "pause", "change", "finished"),
    *("lost", "early", "end", "stop", "acknowledge", "service"),
)
REQUESTS: dict[str, Sequence[Any]] = {
    "speed_cm_s": (1.5, 0.0),
    "level": (5, 7),
    "reference_kpa": (20.0,),
    "place": (0.4,),
    "recorded": (NUMBER, NUMBER - 1),
    **dict.fromkeys(FLAGS, (False, True)),
}


class Tick(NamedTuple):
    """One tick of the kernel, from some state of a node."""

    before: State
    request: Request
    sample: Sample
    after: State
    drive: Drive


def ticks(node: Node) -> Iterator[Tick]:
    """Every tick that the kernel can tell from another, from every state of the node."""
    choices = Choices()
    while True:
        yield _tick(node, choices)
        if not choices.more():
            return


def _tick(node: Node, choices: Choices) -> Tick:
    timing = TIMINGS[choices.one_of(len(TIMINGS))]
    state = _state(node, choices, timing)
    seen = {**SAMPLES, "taken_at_s": (NOW_S - timing.taken_s,)}
    if node.mode is Mode.IDLE:
        seen["gate_on"] = (True, False, None)
    sample = cast("Sample", Open(choices, seen))
    request = cast("Request", Open(choices, REQUESTS))
    return Tick(state, request, sample, *step(state, request, sample, LIMITS, NOW_S))


def _state(node: Node, choices: Choices, timing: Timing) -> State:
    """Any state of the node."""
    live = node.mode.moving
    stop = None
    if node.reason is not None:
        stop = Stop(STANDS_FOR[node.reason], _ago(choices, 5.0, 40.0), 60.0, 30.0, 0.4, 5, 3)
    duty = Unknown.among(choices, 0.0, 0.2) if live else 0.0
    long_s = NOW_S - 10.0
    signs = Signs(powered_since_s=long_s, both_samples=1)
    if live:
        signs = Signs(overdrawn_since_s=long_s, unpowered_since_s=long_s, both_samples=1)
    return State(
        node.mode,
        _ago(choices, 0.004, 0.7, 1.5, 10.0, 130.0),
        _watch(choices, timing, live),
        duty,
        driven_at_s=NOW_S - 1.0 if live else _ago(choices, 0.02, 1.0),
        rolled_s=Unknown.among(choices, 1.0, 700.0),
        sitting=_sitting(node, choices),
        stop=stop,
        machinery=Machinery(duty, signs=signs),
        test=_test(node, choices),
        letting_go=node.letting_go,
    )


def _ago(choices: Choices, *ages_s: float) -> Unknown:
    return Unknown.among(choices, *(NOW_S - one for one in ages_s))


def _watch(choices: Choices, timing: Timing, live: bool) -> Watch:
    """Detectors that remember any foot, and would trip at the next sample that lets them."""
    before_s, sample_at_s = NOW_S - timing.tick_s, NOW_S - timing.before_s
    light_s, heavy_s, steady_s = Unknown.tied(choices, *_feet(live))
    return Watch(
        before_s,
        sample_at_s,
        18.1,
        18.2,
        18.1,
        light_since_s=light_s,
        heavy_since_s=heavy_s,
        steady_since_s=steady_s,
        changed_at_s=before_s,
        resting_kpa=18.0 if sample_at_s == -inf else Unknown.among(choices, 18.0, 27.5),
        odd=Odd(over_samples=1) if live else NOTHING_ODD,
    )


def _sitting(node: Node, choices: Choices) -> Sitting:
    return Sitting(
        NUMBER,
        opened_at_s=_ago(choices, 0.004, 130.0, 1300.0) if node.opened else None,
        start_until_s=_ago(choices, inf, 1.0, -1.0),
        ease=Unknown.among(choices, 1.0, 0.8),
        eased_at_s=_ago(choices, inf, 0.5, 30.0, 100.0),
        eased_level=cast("int", Unknown.among(choices, 1, 5)),
        pains=cast("int", Unknown.among(choices, 0, 1)),
        pain_at_s=_ago(choices, 100.0, 1300.0),
        rest_until_s=_ago(choices, 1.0, -1.0),
        why=Reason.ENDED if node.ending else None,
    )


def _test(node: Node, choices: Choices) -> SelfTest:
    return SelfTest(
        node.phase or Phase.SETTLING,
        since_s=_ago(choices, 0.004, 0.1, 1.0),
        on_since_s=_ago(choices, -inf, 0.004, 0.1),
        edge_at_s=_ago(choices, 0.004, 0.1),
        off_samples=cast("int", Unknown.among(choices, 0, 1)),
        zero_at_s=_ago(choices, inf, 0.5, 1300.0) if node.phase is Phase.SETTLING else -inf,
    )


def _feet(live: bool) -> list[tuple[float, float, float]]:
    """Since when no foot is felt, one overloads, one is steady: no foot is neither of the two."""
    lights_s = [(NOW_S - ago_s, inf, inf) for ago_s in (0.05, 0.5, 3.0, 130.0)]
    heavy_ago_s = (-inf, 0.1, 0.5, 2.0) if live else (-inf,)
    return lights_s + [
        (inf, NOW_S - heavy_s, NOW_S - steady_s)
        for heavy_s in heavy_ago_s
        for steady_s in (-inf, 0.5, 5.0)
    ]


def beginnings() -> list[Node]:
    """How the kernel may wake up."""
    stops = [Stop(trip, 0.0, 0.0, 0.0, None, 1, 1) for trip in STANDS_FOR.values()]
    return [node_of(State.initial(0.0, NUMBER, stop)) for stop in (None, *stops)]


class Space(NamedTuple):
    """All there is."""

    edges: dict[Node, set[Node]]
    ticks: int


def explored(judge: Callable[[Tick], None]) -> Space:
    """Visit every node that can be reached; `judge` sees every tick."""
    waiting = deque(beginnings())
    edges: dict[Node, set[Node]] = {}
    count = 0
    while waiting:
        node = waiting.popleft()
        if node in edges:
            continue
        edges[node] = set()
        for tick in ticks(node):
            count += 1
            judge(tick)
            edges[node].add(node_of(tick.after))
        waiting.extend(edges[node])
    return Space(edges, count)
