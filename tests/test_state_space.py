"""The kernel's whole state space: what must hold in every state, and on every way out of a latch.

Judged by `state_rules.py`; that it bites is shown by kernels that lack one rule.
"""

from collections.abc import Callable, Iterable
from math import inf, isnan
from random import Random
from typing import Any

import pytest

from controller import motion, rules, safety, trips
from controller.limits import Limits
from controller.modes import TRANSITIONS, Mode, Request, State
from controller.selftest import Phase, SelfTest
from controller.watch import Reason
from hardware.roller import REST, Buttons, Cut, Drive, Sample
from tests.state_rules import MASSAGE, judge
from tests.state_space import Node, explored, node_of, ticks
from tests.unknown import Choices, Unknown

WALK_TICKS, SEEDS = 30_000, range(6)

STEPS: dict[str, Callable[[Node, Node], bool]] = {
    "acknowledged": lambda a, b: a.mode is Mode.STOPPED is not b.mode,
    "pressed": lambda a, b: b.opened and not a.opened,
    "tested": lambda a, b: b.phase is Phase.PASSED is not a.phase,
    "armed": lambda a, b: b.mode is Mode.ARMED is not a.mode,
    "started": lambda a, b: b.mode is Mode.SOFT_START and a.mode is Mode.ARMED,
}
"""What lies between a latch and a massage; each is shown to be on every way."""


def reached(
    edges: dict[Node, set[Node]], begin: Iterable[Node], but: Callable[[Node, Node], bool]
) -> set[Node]:
    """What can be reached without a step of this kind."""
    seen, waiting = set[Node](), list(begin)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += [one for one in edges[node] if not but(node, one)]
    return seen


def walk(seed: int, count: int) -> set[tuple[Node, Node]]:
    """The pairs of nodes of a long run: people mostly go on, and sometimes anything happens."""
    rng, pairs = Random(seed), set[tuple[Node, Node]]()
    state, drive, limits = State.initial(0.0), REST, Limits(tick_s=0.010)
    left, kpa, ask, flags, fields = 0, 0.0, "press", dict[str, Any](), dict[str, Any]()
    for tick in range(1, count):
        if left == 0:
            left = rng.choice((1, 20, 60, 300, 3200 if state.mode is Mode.STOPPED else 300))
            kpa, ask = HELPFUL[state.mode]
            flags, fields = {}, {}
            if rng.random() < 0.3:
                kpa = rng.choice((0.0, 18.0, 27.5, 80.0))
                ask, (flags, fields) = rng.choice(ASKS), rng.choice(LASTING)
            if state.mode is Mode.IDLE and state.sitting.opened_at_s is not None:
                kpa = 18.0
        left -= 1
        now_s, kpa_now = tick * limits.tick_s, kpa + 0.1 * (tick % 3)
        sample = Sample(now_s, kpa_now, kpa_now, motor_current_ma=0.0, gate_on=drive.gate)
        asks = {ask: True} if left % 50 == 0 else {}
        request = Request(1.5, 5, 20.0, 0.4, state.sitting.number, **{**flags, **asks})
        after, drive = safety.step(state, request, sample._replace(**fields), limits, now_s)
        pairs.add((node_of(state), node_of(after)))
        state = after
    return pairs


HELPFUL: dict[Mode, tuple[float, str]] = {
    Mode.IDLE: (0.0, "press"),
    Mode.ARMED: (18.0, "start"),
    Mode.HOLD: (18.0, "resume"),
    Mode.STOPPED: (0.0, "acknowledge"),
    **{mode: (18.0, "acknowledge") for mode in Mode if mode.moving},
}
ASKS = ("press", "pause", "end", "finished", "change", "stop", "lost", "early")
LASTING: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    *((({}, {}),) * 6),
    ({"service": True}, {"buttons": Buttons(start=True)}),
    *(({}, {"cut": cut}) for cut in (Cut.LEVEL, Cut.STOP, Cut.LINK, Cut.RESET)),
    ({}, {"stop_pressed": True}),
    ({}, {"gate_on": None}),
)


@pytest.mark.hazard("starts-alone/every-state")
@pytest.mark.long
def test_every_state_of_the_kernel_keeps_the_rules(
    record_property: Callable[[str, object], None],
) -> None:
    edges, count = explored(judge)
    pairs = {(one, other) for one, others in edges.items() for other in others}
    record_property(
        "figure", f"the kernel's state space: {len(edges)} nodes, {len(pairs)} edges, {count} ticks"
    )
    assert {one.mode for one in edges} == set(Mode)
    between = {(one.mode, other.mode) for one, other in pairs if one.mode is not other.mode}
    table = {
        (one, other) for one, ways in TRANSITIONS.items() for other in ways.values()
        if one is not other
    }  # fmt: skip
    assert between == table, "each arrow is taken, and no other"
    stops_ = [one for one in edges if one.mode is Mode.STOPPED]
    for name, step in STEPS.items():
        without = {one.mode for one in reached(edges, stops_, step)}
        assert without.isdisjoint(MASSAGE), name
    unasked = reached(edges, stops_, STEPS["acknowledged"])
    assert {one.mode for one in unasked} == {Mode.STOPPED}
    walked = set().union(*(walk(seed, WALK_TICKS) for seed in SEEDS))
    assert {one.mode for one, _ in walked} == set(Mode)
    assert walked <= pairs, "a run does what is not here"


IDLE, ARMED = Node(Mode.IDLE), Node(Mode.ARMED, True, Phase.PASSED)
TESTED = Node(Mode.IDLE, True, Phase.ASKED)
RUNNING, HOLD = Node(Mode.RUNNING, True, Phase.PASSED), Node(Mode.HOLD, True, Phase.PASSED)
SERVICE = Node(Mode.SERVICE)
PAINED, FAULTY = (Node(Mode.STOPPED, reason=one) for one in (Reason.PAIN, Reason.FAULT))
GATE_ON = Drive(0.0, brake=True, enabled=True, gate=True)
LOOK, SESSION = trips.look, safety._session


def judged(node: Node) -> None:
    """Every tick of one node."""
    for tick in ticks(node):
        judge(tick)


def always(answer: object) -> Callable[..., object]:
    """Instead of what would have to look."""
    return lambda *_: answer


def careless(*arguments: Any) -> object:
    """Detectors that see nothing wrong."""
    return LOOK(*arguments)[0], None


def unpressed(state: State, request: Request, *others: Any) -> State:
    """A session that needs no press."""
    return SESSION(state, request._replace(press=True), *others)


def hasty(test: SelfTest, *_: Any) -> tuple[SelfTest, Drive]:
    """A self-test that looks at nothing."""
    return test._replace(phase=Phase.PASSED), REST


LACKING: list[tuple[Node, object, str, object]] = [
    (RUNNING, rules, "foot_gone", always(False)),
    (RUNNING, rules, "_ending", always(None)),
    (RUNNING, safety, "_heard", lambda trip, *_: trip),
    (RUNNING, safety, "_cut", lambda trip, *_: trip),
    (RUNNING, safety, "look", careless),
    (RUNNING, trips, "pain", lambda watch, *_: (watch.odd, None)),
    (RUNNING, safety, "_trip", lambda state, *_: state),
    (SERVICE, safety, "DECIDE", {Mode.SERVICE: always((None, None))}),
    (ARMED, rules, "_willing", always(True)),
    (ARMED, rules, "steady", always(True)),
    (ARMED, rules, "accepted", always(True)),
    (HOLD, rules, "accepted", always(True)),
    (HOLD, motion, "_at_rest", always(GATE_ON)),
    (PAINED, safety, "may_return", always(True)),
    (PAINED, safety, "_pained", always(False)),
    (FAULTY, safety, "may_return", always(True)),
    (IDLE, safety, "_session", unpressed),
    (IDLE, rules, "foot_gone", always(True)),
    (TESTED, safety, "advanced", hasty),
]
"""Kernels that lack one thing, and the node at which it is missed."""


@pytest.mark.long
@pytest.mark.parametrize(("node", "place", "name", "instead"), LACKING)
def test_a_kernel_that_lacks_a_rule_is_found(
    node: Node, place: object, name: str, instead: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, name, instead)
    with pytest.raises(AssertionError):
        judged(node)


def test_a_choice_is_made_both_ways_and_only_where_it_matters() -> None:
    choices, seen = Choices(), []
    while True:
        age_s = 10.0 - Unknown.among(choices, 1.0, 9.5, 9.0)
        late = age_s > 0.7
        seen.append((late, late and age_s == 9.0, abs(-age_s) + 1.0 > 2.5 if late else None))
        if not choices.more():
            break
    assert seen == [(True, True, True), (True, False, False), (False, False, None)]


def test_numbers_that_belong_together_are_known_together() -> None:
    light, steady = Unknown.tied(Choices(), (1.0, inf), (inf, 2.0))
    assert light < 5.0
    assert steady.known() == inf
    assert isnan(float.__add__(light, 1.0)), "nobody reads it without asking"
