"""No stop is ever lost, and no start is ever late: three people at one desk, in any order.

What clients send goes through the real `answer()` and `Desk`, then through `plan()` and `step()`
over a healthy foot. The link's clock may run on while the loop stands still, so that a message can
lie on the desk for long. What must follow is worked out from the messages alone.
"""

import copy
import json
from functools import cache
from itertools import permutations
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.asks import Source, answer
from controller.desk import Desk
from controller.limits import Limits
from controller.modes import Mode, State
from controller.safety import step
from controller.session import Machine, Person, Session, plan
from controller.telemetry import telemetry
from hardware.roller import REST, Buttons, Sample

LIMITS = Limits()
FRESH_S = 0.5
SOURCES = 3
VERBS = ("stop", "lower", "level", "start", "continue", "pause", "end", "acknowledge")
MODES = (Mode.IDLE, Mode.ARMED, Mode.SOFT_START, Mode.RUNNING, Mode.HOLD, Mode.STOPPED)


class Message(NamedTuple):
    """What one client sends."""

    source: int
    verb: str
    level: int = 10
    seen_ago_s: float = 0.0  # age of the picture it was asked on
    again: bool = False  # a copy of this source's last message of this kind


class Desktop:
    """Link, desk, plan and kernel without threads, over a foot that rests and never tires."""

    def __init__(self) -> None:
        self.now_s, self.ahead_s = 100.0, 0.0
        self.desk = Desk(self.link_s)
        self.sources = [Source()] * SOURCES
        self.counts = [dict.fromkeys(VERBS, 0) for _ in range(SOURCES)]
        self.holder: str | None = None
        self.state = State.initial(self.now_s)
        self.session = Session.new(Person(), Machine(), LIMITS)
        self.drive = REST
        self.buttons = Buttons()
        self.ticks = 0
        self.foot_on = False  # so that the sensor's zero is seen
        self.tick(50)
        self.foot_on = True
        self.tick()

    def link_s(self) -> float:
        """The link's clock; it runs on while the loop stands still."""
        return self.now_s + self.ahead_s

    def tick(self, count: int = 1) -> None:
        """As the loop does it."""
        for _ in range(count):
            self.ticks += 1
            self.now_s += LIMITS.tick_s
            kpa = 15.0 * self.foot_on + 0.1 * (self.ticks % 3)
            sample = Sample(self.now_s, kpa, kpa, gate_on=self.drive.gate, buttons=self.buttons)
            wish = self.desk.take()
            self.session, request = plan(self.session, wish, sample, self.state, self.now_s)
            self.state, self.drive = step(self.state, request, sample, LIMITS, self.now_s)
            self.desk.record(self.state.sitting.number)
            self.desk.tell(telemetry(self.state, self.session, sample, "test"))

    def send(self, message: Message) -> bool:
        """Let one message arrive; whether it was taken."""
        told = self.desk.telemetry
        line = self._line(message, float(told["at_s"]))
        before = self.desk.wish
        reply = answer(line, before, self.sources[message.source], self.holder, told, self.link_s())
        self.sources[message.source], self.holder = reply.source, reply.holder
        self.desk.ask(reply.wish)
        if reply.refusal is not None:
            assert reply.wish == before, "a refusal changes nothing"
        return reply.refusal is None

    def _line(self, message: Message, told_s: float) -> bytes:
        ask: dict[str, object] = {"do": message.verb}
        if message.verb == "level":
            ask |= {"level": message.level, "who": f"phone {message.source}"}
        elif message.verb not in ("stop", "lower"):
            counts = self.counts[message.source]
            counts[message.verb] += 0 if message.again and counts[message.verb] else 1
            ask |= {"count": counts[message.verb], "seen_s": told_s - message.seen_ago_s}
        return json.dumps(ask).encode()

    def push_start(self) -> None:
        """The device's own button."""
        self.buttons = Buttons(start=True)
        self.tick(25)
        self.buttons = Buttons()
        self.tick(25)

    def until(self, mode: Mode) -> None:
        """Let it get there."""
        for _ in range(2000):
            if self.state.mode is mode:
                return
            self.tick()
        pytest.fail(f"never {mode}: {self.state}")


@cache
def _desktop_in(mode: Mode) -> Desktop:
    desktop = Desktop()
    desktop.tick(50)
    if mode is Mode.IDLE:
        return desktop
    desktop.foot_on = False  # else the press would start, too
    desktop.push_start()
    desktop.foot_on = True
    desktop.until(Mode.ARMED)
    desktop.tick(800)
    if mode is Mode.ARMED:
        return desktop
    assert desktop.send(Message(0, "start"))
    desktop.until(Mode.SOFT_START if mode is Mode.SOFT_START else Mode.RUNNING)
    desktop.tick(10)
    if mode is Mode.HOLD:
        assert desktop.send(Message(1, "pause"))
    elif mode is Mode.STOPPED:
        assert desktop.send(Message(2, "stop"))
    desktop.tick(10)
    return desktop


def desktop_in(mode: Mode) -> Desktop:
    """A healthy world in `mode`, to be disturbed."""
    desktop = copy.deepcopy(_desktop_in(mode))
    assert desktop.state.mode is mode
    return desktop


def assert_stopped(desktop: Desktop) -> None:
    """This very tick."""
    assert desktop.state.mode is Mode.STOPPED
    assert not desktop.drive.gate
    assert desktop.drive.duty == 0.0


class Beat(NamedTuple):
    """Messages that arrive between two ticks, how long they lie there, and ticks afterwards."""

    messages: list[Message]
    lie_s: float
    ticks: int


messages = st.builds(
    Message,
    source=st.integers(0, SOURCES - 1),
    verb=st.sampled_from((*VERBS, "start", "continue", "acknowledge")),
    level=st.integers(1, 10),
    seen_ago_s=st.sampled_from((0.0, 0.0, 0.0, 0.1, 0.499, 0.501, 5.0)),
    again=st.booleans(),
)
beats = st.builds(
    Beat,
    messages=st.lists(messages, max_size=5),
    lie_s=st.sampled_from((0.0, 0.0, 0.0, 0.3, 0.499, 0.501, 60.0)),
    ticks=st.sampled_from((1, 1, 1, 2, 30, 700)),
)


@settings(max_examples=400)
@given(mode=st.sampled_from(MODES), story=st.lists(beats, min_size=1, max_size=10))
def test_whatever_is_asked_no_stop_is_lost_and_no_start_is_late(
    mode: Mode, story: list[Beat]
) -> None:
    desktop = desktop_in(mode)
    seen: list[set[tuple[str, int]]] = [set() for _ in range(SOURCES)]
    for messages_, lie_s, ticks in story:
        taken: list[Message] = []
        for message in messages_:
            if desktop.send(message):
                count = desktop.counts[message.source][message.verb]
                assert count == 0 or (message.verb, count) not in seen[message.source]
                seen[message.source].add((message.verb, count))
                taken.append(message)
        verbs = {one.verb for one in taken}
        assert {one.verb for one in messages_} & {"stop", "lower"} <= verbs, "never refused"
        desktop.ahead_s += lie_s
        before = desktop.state
        desktop.tick()
        if "stop" in verbs:
            assert_stopped(desktop)
        fresh = {one.verb for one in taken if lie_s + one.seen_ago_s <= FRESH_S}
        if desktop.state.mode.moving and not before.mode.moving:
            wanted = "continue" if before.mode is Mode.HOLD else "start"
            assert wanted in fresh
        moving = desktop.state.mode.moving
        for _ in range(ticks - 1):
            desktop.tick()
            assert moving or not desktop.state.mode.moving, "motion began by itself"
            moving = desktop.state.mode.moving


@pytest.mark.hazard("no-stop/wins")
@pytest.mark.parametrize("mode", MODES)
def test_in_one_instant_a_stop_wins_in_any_order(mode: Mode) -> None:
    asked = [
        Message(0, "stop"),
        Message(1, "level", level=10),
        Message(2, "start"),
        Message(1, "continue"),
        Message(0, "acknowledge"),
    ]
    for order in permutations(asked):
        desktop = desktop_in(mode)
        for message in order:
            desktop.send(message)
        desktop.tick()
        assert_stopped(desktop)


@pytest.mark.parametrize("mode", MODES)
def test_a_stop_that_lay_for_an_hour_still_stops(mode: Mode) -> None:
    desktop = desktop_in(mode)
    desktop.send(Message(0, "stop"))
    desktop.ahead_s += 3600.0
    desktop.tick()
    assert_stopped(desktop)


@pytest.mark.parametrize(("mode", "verb"), [(Mode.ARMED, "start"), (Mode.HOLD, "continue")])
@pytest.mark.parametrize(("lie_s", "begins"), [(0.0, True), (0.49, True), (0.51, False)])
def test_what_begins_motion_is_fresh_or_nothing(
    mode: Mode, verb: str, lie_s: float, begins: bool
) -> None:
    desktop = desktop_in(mode)
    assert desktop.send(Message(0, verb))
    desktop.ahead_s += lie_s
    desktop.tick()
    assert desktop.state.mode.moving is begins
    desktop.tick(500)
    assert desktop.state.mode.moving is begins, "a late start is not kept for later"


@pytest.mark.parametrize(("mode", "verb"), [(Mode.ARMED, "start"), (Mode.HOLD, "continue")])
def test_the_age_of_the_picture_counts_too(mode: Mode, verb: str) -> None:
    desktop = desktop_in(mode)
    assert desktop.send(Message(0, verb, seen_ago_s=0.3))
    desktop.ahead_s += 0.3
    desktop.tick(500)
    assert not desktop.state.mode.moving


@pytest.mark.parametrize(("mode", "verb"), [(Mode.ARMED, "start"), (Mode.HOLD, "continue")])
def test_a_picture_too_old_begins_nothing(mode: Mode, verb: str) -> None:
    desktop = desktop_in(mode)
    assert not desktop.send(Message(0, verb, seen_ago_s=0.51))
    desktop.tick(500)
    assert not desktop.state.mode.moving


def test_a_message_sent_twice_counts_once() -> None:
    desktop = desktop_in(Mode.RUNNING)
    assert desktop.send(Message(0, "pause"))
    assert not desktop.send(Message(0, "pause", again=True))
    assert desktop.desk.wish.pause_count == _desktop_in(Mode.RUNNING).desk.wish.pause_count + 1
    desktop.tick()
    assert desktop.state.mode is Mode.HOLD
    assert desktop.send(Message(1, "continue"))
    desktop.tick()
    assert desktop.send(Message(0, "pause"))
    desktop.tick()
    assert not desktop.send(Message(1, "continue", again=True))
    desktop.tick(500)
    assert desktop.state.mode is Mode.HOLD


@pytest.mark.parametrize(
    "line",
    [
        b'{"do":"stop"}',
        b'{"do":"stop","do":"stop","level":11,"count":-1,"who":null}',
        b'{"do":"stop","seen_s":"never","id":[]}',
        b' {"do" : "stop"} ',
    ],
)
def test_a_stop_is_a_stop_whatever_else_the_line_says(line: bytes) -> None:
    desktop = desktop_in(Mode.RUNNING)
    told = answer(line, desktop.desk.wish, Source(), None, {}, desktop.link_s())
    assert told.refusal is None
    desktop.desk.ask(told.wish)
    desktop.tick()
    assert_stopped(desktop)
