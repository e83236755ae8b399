"""The desk merges: counts only grow, a late start is none, a stop never gets lost."""

from typing import Any

import pytest

from controller.desk import FRESH_S, Desk
from controller.wish import Wish


class FakeClock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk(clock: FakeClock) -> Desk:
    return Desk(clock)


def started(desk: Desk, clock: FakeClock, field: str = "start") -> Wish:
    """The wish with one more start (or continue), asked now."""
    count = getattr(desk.wish, f"{field}_count") + 1
    asked = {f"{field}_count": count, f"{field}_at_s": clock.now_s}
    return desk.wish._replace(**asked)


def test_nothing_is_asked_at_first(desk: Desk) -> None:
    assert desk.take() == Wish()


def test_while_nothing_changes_the_wish_is_the_same_object(desk: Desk) -> None:
    """The loop recognises that nothing was asked by identity."""
    desk.ask(desk.wish._replace(stop_count=1))
    assert desk.take() is desk.take()


@pytest.mark.parametrize("count", [name for name in Wish._fields if name.endswith("_count")])
def test_a_count_may_only_grow(desk: Desk, count: str) -> None:
    three: dict[str, Any] = {count: 3}
    desk.ask(desk.wish._replace(**three))
    with pytest.raises(ValueError, match="only grow"):
        desk.ask(desk.wish._replace(**{**three, count: 2}))
    assert getattr(desk.wish, count) == 3


def test_a_slider_in_the_same_instant_does_not_undo_a_stop(desk: Desk) -> None:
    desk.ask(desk.wish._replace(stop_count=1))
    desk.ask(desk.wish._replace(level=9, level_count=1))
    taken = desk.take()
    assert (taken.stop_count, taken.level, taken.level_count) == (1, 9, 1)


@pytest.mark.parametrize("field", ["start", "continue"])
@pytest.mark.parametrize(("late_s", "counts"), [(0.0, 1), (FRESH_S, 1), (FRESH_S + 1e-6, 0)])
def test_a_start_or_continue_expires(
    desk: Desk, clock: FakeClock, field: str, late_s: float, counts: int
) -> None:
    desk.ask(started(desk, clock, field))
    clock.now_s += late_s
    assert getattr(desk.take(), f"{field}_count") == counts


@pytest.mark.parametrize("field", ["start", "continue"])
def test_an_expired_one_never_comes_back(desk: Desk, clock: FakeClock, field: str) -> None:
    desk.ask(started(desk, clock, field))
    clock.now_s += 1.0
    assert getattr(desk.take(), f"{field}_count") == 0
    desk.ask(desk.wish._replace(lower_count=1))
    desk.record(1)
    assert getattr(desk.take(), f"{field}_count") == 0


@pytest.mark.parametrize("field", ["start", "continue"])
def test_one_that_was_taken_stays_counted_and_counts_once(
    desk: Desk, clock: FakeClock, field: str
) -> None:
    desk.ask(started(desk, clock, field))
    assert getattr(desk.take(), f"{field}_count") == 1
    clock.now_s += 100.0
    desk.ask(desk.wish._replace(lower_count=1))
    assert getattr(desk.take(), f"{field}_count") == 1
    desk.ask(started(desk, clock, field))
    assert getattr(desk.take(), f"{field}_count") == 2


@pytest.mark.parametrize("at_s", [float("nan"), float("-inf")])
def test_a_start_without_a_time_is_none(desk: Desk, at_s: float) -> None:
    desk.ask(desk.wish._replace(start_count=1, start_at_s=at_s))
    assert desk.take().start_count == 0


@pytest.mark.parametrize("count", ["stop", "lower", "pause", "end", "acknowledge"])
def test_what_starts_nothing_never_expires(desk: Desk, clock: FakeClock, count: str) -> None:
    once: dict[str, Any] = {f"{count}_count": 1}
    desk.ask(desk.wish._replace(**once))
    clock.now_s += 1e6
    assert getattr(desk.take(), f"{count}_count") == 1


def test_the_journal_s_word_reaches_the_loop(clock: FakeClock) -> None:
    desk = Desk(clock, recorded=4)
    assert desk.take().recorded == 4
    desk.record(5)
    assert desk.take().recorded == 5
    desk.ask(desk.wish._replace(stop_count=1))
    assert desk.take().recorded == 5


def test_a_picture_says_when_it_was_made(desk: Desk, clock: FakeClock) -> None:
    assert not desk.telemetry
    desk.tell({"mode": "IDLE"})
    clock.now_s += 7.0
    assert desk.telemetry == {"at_s": 100.0, "mode": "IDLE"}
