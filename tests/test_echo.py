"""Who is asked, answers, and who only talks; and how long an answer takes."""

import pytest

from firmware_bridge.echo import ASK_EVERY_S, BRISK_S, JUDGED, REFUSED, UNASKED_MS, Echo
from firmware_bridge.handshake import SLOWEST_ANSWER_S
from firmware_bridge.messages import (
    LEASE_MS,
    PARAMETER_BOUNDS,
    Identity,
    Parameter,
    ParameterIndex,
    Set,
    Status,
)

STATUS = Status._make([0] * len(Status._fields))
TICK_S = 0.004
LEASE_S = LEASE_MS / 1000.0


class Link:
    """A loop that drives every tick, and what comes back."""

    def __init__(self, tick_s: float = TICK_S) -> None:
        self.echo, self.tick_s, self.now_s, self.tick_ms = Echo(), tick_s, 100.0, 4090
        self.asked: list[Set] = []

    def drive(self) -> Set | None:
        self.echo.sent(self.now_s)
        asked = self.echo.due(self.now_s)
        if asked is not None:
            self.asked.append(asked)
        self.now_s += self.tick_s
        return asked

    def status(self, after_ms: int) -> None:
        self.tick_ms = (self.tick_ms + after_ms) % 4096
        self.echo.hear(STATUS._replace(tick_ms=self.tick_ms), self.now_s)

    def answer(self, asked: Set, looked_at_s: float) -> None:
        self.echo.hear(Parameter(0, 0, asked.parameter, 5, False), looked_at_s)


def test_no_parameter_takes_what_is_asked_for() -> None:
    assert all(high < REFUSED for _, high in PARAMETER_BOUNDS.values())


def test_a_question_every_10_ms_and_each_of_eight_names_itself() -> None:
    link = Link()
    for _ in range(300):
        asked = link.drive()
        if asked is not None:
            link.answer(asked, link.now_s)
    assert {one.value for one in link.asked} == {REFUSED}
    numbers = [one.parameter for one in link.asked]
    assert set(numbers[:8]) == set(numbers[8:16]) == set(ParameterIndex)
    assert len(numbers) == pytest.approx(300 * TICK_S / ASK_EVERY_S, rel=0.25)


def test_what_comes_after_an_answer_is_no_older_than_its_question() -> None:
    link = Link()
    began_s = link.now_s
    first = link.drive()
    assert first is not None
    assert link.echo.asked_at_s < 0.0, "nothing was answered yet"
    link.answer(first, link.now_s)
    assert link.echo.asked_at_s == began_s
    link.answer(first, link.now_s)
    link.echo.hear(Identity._make([1] * len(Identity._fields)), link.now_s)
    assert link.echo.asked_at_s == began_s, "an answer is one to one question"


# Who hears nothing.


def test_heartbeats_alone_are_half_a_link_once_the_lease_is_over() -> None:
    link = Link()
    for _ in range(5):
        link.drive()
        link.status(4)
    heard_s = link.now_s
    link.drive()
    while link.now_s - heard_s <= LEASE_S:
        assert not link.echo.deaf(link.now_s)
        link.drive()
        link.status(UNASKED_MS)
    assert link.echo.deaf(link.now_s)
    link.status(UNASKED_MS - 1)
    assert not link.echo.deaf(link.now_s), "a STATUS so soon is an answer"


def test_silence_is_no_deafness() -> None:
    link = Link()
    link.status(4)
    for _ in range(50):
        link.drive()
    assert not link.echo.deaf(link.now_s)


@pytest.mark.parametrize("tick_s", [0.002, 0.004, 0.008, 0.009, 0.010])
def test_a_board_that_answers_is_never_called_deaf(tick_s: float) -> None:
    """Behind a slow loop its answers come no sooner than heartbeats; the questions tell."""
    link = Link(tick_s)
    for _ in range(100):
        asked = link.drive()
        if asked is not None:
            link.answer(asked, link.now_s - tick_s)
        link.status(round(tick_s * 1000.0))
        assert not link.echo.deaf(link.now_s)


def test_behind_a_slow_loop_a_question_without_an_answer_tells() -> None:
    link = Link(2 * BRISK_S)
    link.status(4)
    for _ in range(3):
        link.drive()
        link.status(10)
    assert link.echo.deaf(link.now_s)


def test_behind_a_slow_loop_only_a_question_is_owed_what_no_heartbeat_can_be() -> None:
    link = Link(2 * BRISK_S)
    for _ in range(20):
        link.echo.sent(link.now_s)  # a drive and an acknowledgement: no room for a question
        link.now_s += link.tick_s
        link.status(10)
        assert not link.echo.deaf(link.now_s)


def test_whoever_sends_nothing_is_owed_no_answer() -> None:
    link = Link()
    for _ in range(100):
        link.now_s += 0.010
        link.status(10)
        assert not link.echo.deaf(link.now_s)


# How long an answer takes.


def answered(link: Link, after_s: float) -> None:
    asked = link.drive()
    if asked is not None:
        link.answer(asked, link.now_s - link.tick_s + after_s)


def test_an_answer_that_comes_twice_is_one() -> None:
    link = Link()
    asked = link.drive()
    assert asked is not None
    for _ in range(JUDGED):
        link.answer(asked, link.now_s + 1.0)
    assert link.echo.too_slow_s is None


def test_a_link_is_as_quick_as_its_quickest_answer_of_some() -> None:
    link, late_s = Link(0.010), SLOWEST_ANSWER_S + 0.001
    for _ in range(JUDGED - 1):
        answered(link, late_s)
        assert link.echo.too_slow_s is None
    answered(link, late_s)
    assert link.echo.too_slow_s == pytest.approx(late_s)
    answered(link, SLOWEST_ANSWER_S - 0.001)
    assert link.echo.too_slow_s is None
    for _ in range(JUDGED):
        answered(link, late_s)
    assert link.echo.too_slow_s == pytest.approx(late_s)
