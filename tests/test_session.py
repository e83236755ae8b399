"""What plan asks of the kernel: growth of counts, presses, the level; and how often."""

from math import inf
from typing import Any

import pytest

from controller.buttons import AT_REST
from controller.limits import Limits
from controller.modes import Mode, Request
from controller.session import PLAN_S, Machine, Person, Session, place_of
from controller.watch import Trip
from hardware.roller import Buttons
from tests.kernel_world import stop_of
from tests.planner import RATE_HZ, Planner

QUIET = {name: False for name in Request._fields if Request._field_defaults[name] is False}


# Wishes.


@pytest.mark.parametrize(
    ("count", "asks"),
    [
        ("stop_count", "stop"),
        ("pause_count", "pause"),
        ("end_count", "end"),
        ("acknowledge_count", "acknowledge"),
        ("start_count", "start"),
        ("continue_count", "resume"),
    ],
)
def test_a_count_that_grew_asks_once(count: str, asks: str) -> None:
    planner = Planner()
    for grown in (1, 3):
        request = planner.ask(**{count: grown})
        assert {name: getattr(request, name) for name in QUIET} == {**QUIET, asks: True}
        again = planner.plan()
        assert {name: getattr(again, name) for name in QUIET} == QUIET


@pytest.mark.parametrize("fields", [{"lower_count": 1}, {"level_count": 1, "level": 7}])
def test_the_level_asks_nothing_else(fields: dict[str, int]) -> None:
    request = Planner().ask(**fields)
    assert {name: getattr(request, name) for name in QUIET} == QUIET


def test_all_that_grew_is_asked_together() -> None:
    request = Planner().grow("stop_count", "start_count", "level_count")
    assert request.stop
    assert request.start


def test_what_is_on_disk_is_passed_on() -> None:
    planner = Planner()
    assert planner.ask(recorded=7).recorded == 7
    assert planner.plan().recorded == 7


def test_a_wish_is_seen_in_its_own_tick_however_fast_the_loop() -> None:
    planner = Planner(rate_hz=1000)
    planner.plan()
    assert planner.grow("stop_count").stop
    assert not planner.plan().stop


# The device's buttons.


@pytest.mark.parametrize(
    ("buttons", "seconds", "asks"),
    [
        (Buttons(start=True), 0.3, "press"),
        (Buttons(start=True), 2.5, "end"),
        (Buttons(minus=True), 2.5, "acknowledge"),
        (Buttons(plus=True), 2.5, None),
        (Buttons(plus=True), 0.3, None),
        (Buttons(minus=True), 0.3, None),
        (Buttons(plus=True, minus=True), 2.5, None),
    ],
)
@pytest.mark.parametrize("rate_hz", [50, 250, 1000])
def test_presses_ask_what_they_mean(
    buttons: Buttons, seconds: float, asks: str | None, rate_hz: int
) -> None:
    planner = Planner(rate_hz)
    requests = planner.spend(seconds, buttons=buttons) + planner.spend(0.2)
    asked = [name for request in requests for name in QUIET if getattr(request, name)]
    assert asked == ([] if asks is None else [asks])


@pytest.mark.parametrize(("name", "level"), [("plus", 6), ("minus", 4)])
def test_short_presses_set_the_level_and_the_cap(name: str, level: int) -> None:
    planner = Planner()
    planner.spend(0.2, buttons=Buttons(**{name: True}))
    assert planner.spend(0.2)[-1].level == level
    assert planner.session.levels.device_cap == level


def test_the_pairing_gesture_is_counted() -> None:
    planner = Planner()
    for count in (1, 2):
        planner.spend(2.5, buttons=Buttons(plus=True, minus=True))
        planner.spend(0.2)
        assert planner.session.pair_count == count
    planner.spend(2.5, buttons=Buttons(minus=True))
    planner.spend(0.2)
    assert planner.session.pair_count == 2


# The level.


def test_a_slider_raises_one_level_in_2_s() -> None:
    planner = Planner(level=3)
    levels = [planner.ask(level_count=1, level=6).level]
    levels += [request.level for request in planner.spend(8.0)]
    assert [levels.index(level) / RATE_HZ for level in (4, 5, 6)] == pytest.approx(
        [0.0, 2.0, 4.0], abs=0.05
    )


def test_lower_is_at_once_and_wins_over_the_slider() -> None:
    planner = Planner(level=5)
    assert planner.ask(lower_count=1, level_count=1, level=9).level == 4
    assert {request.level for request in planner.spend(6.0)} == {4}


@pytest.mark.parametrize("fields", [{"pressure_b_kpa": None}, {"gate_on": None}])
def test_a_machine_that_loses_its_second_sense_loses_its_levels(fields: dict[str, Any]) -> None:
    planner = Planner(level=7)
    assert planner.plan(**fields).level == 3


def test_after_a_pain_stop_the_next_level_counts() -> None:
    planner = Planner(level=5)
    planner.opened().plan()
    planner.closed().be(Mode.STOPPED)
    planner.state = planner.state._replace(stop=stop_of(Trip.RISE, level=5, next_level=3))
    assert planner.plan().level == 3
    assert planner.ask(level_count=1, level=9).level == 3
    assert {request.level for request in planner.spend(6.0)} == {3}
    planner.state = planner.state._replace(stop=None, mode=Mode.IDLE)
    assert {request.level for request in planner.spend(6.0)} == {3}


def test_a_new_session_begins_with_the_persons_level_or_where_the_last_one_ended() -> None:
    for asked, begins in ((8, 5), (2, 2)):
        planner = Planner(level=5)
        planner.opened().plan()
        planner.ask(level_count=1, level=asked)
        planner.spend(8.0)
        assert planner.session.levels.level == asked
        planner.closed().plan()
        assert planner.session.levels.level == begins


def test_the_cap_of_the_device_ends_with_the_session() -> None:
    planner = Planner(level=5)
    planner.opened().plan()
    planner.spend(0.2, buttons=Buttons(minus=True))
    planner.spend(0.2)
    assert planner.session.levels.device_cap == 4
    planner.ask(level_count=1, level=9)
    planner.spend(4.0)
    assert planner.session.levels.level == 4
    planner.closed().plan()
    assert planner.session.levels.device_cap == 10


@pytest.mark.parametrize("mode", [Mode.EASED, Mode.HOLD])
def test_a_way_up_that_is_not_over_ends_with_an_ease_or_a_hold(mode: Mode) -> None:
    planner = Planner(level=3)
    planner.opened().be(Mode.RUNNING)
    planner.ask(level_count=1, level=9)
    assert planner.session.levels[:2] == (4, 9)
    planner.be(mode)
    assert {request.level for request in planner.spend(6.0)} == {4}
    assert planner.ask(level_count=2, level=5).level == 5


# Between plans.


@pytest.mark.parametrize("rate_hz", [100, 250, 500, 1000])
def test_a_plan_without_news_holds_for_its_time(rate_hz: int) -> None:
    planner = Planner(rate_hz)
    planner.home()
    ages = []
    for _ in range(rate_hz):
        planner.plan()
        ages.append(planner.now_s - 1 / rate_hz - planner.session.at_s)
    assert max(ages) < PLAN_S
    assert max(ages) > 0.0 or rate_hz == 100


@pytest.mark.parametrize("news", ["wish", "mode", "number", "button", "bouncing"])
def test_any_news_is_planned_at_once(news: str) -> None:
    planner = Planner(1000)
    planner.plan()
    planned_at_s = planner.session.at_s
    planner.plan()
    assert planner.session.at_s == planned_at_s
    fields: dict[str, Any] = {}
    if news == "wish":
        planner.wish = planner.wish._replace(recorded=9)
    elif news == "mode":
        planner.be(Mode.ARMED)
    elif news == "number":
        planner.opened(2)
    elif news == "button":
        fields = {"buttons": Buttons(plus=True)}
    else:
        planner.session = planner.session._replace(pad=AT_REST._replace())
    now_s = planner.now_s
    planner.plan(**fields)
    assert planner.session.at_s == now_s


def test_a_session_begins_before_any_plan() -> None:
    session = Session.new(Person(level=4, foot_length_cm=24.0), Machine(), Limits())
    assert session.levels[:2] == (4, 4)
    assert session.at_s == -inf
    assert place_of(session) is None
