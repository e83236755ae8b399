"""From levels to presses: debounced, short or long, once, and never from a stuck button."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.buttons import (
    AT_REST,
    NOTHING,
    UP,
    Hang,
    Pad,
    Presses,
    hanging,
    pressed,
    used,
)
from hardware.roller import Buttons
from tests.kernel_world import RATES_HZ

SHORT_S = 0.2
DOWN = {name: Buttons(**{name: True}) for name in Buttons._fields}


class Hand:
    """Works the buttons and notes what was told, and when."""

    def __init__(self, rate_hz: int = 250, pad: Pad = AT_REST) -> None:
        self.rate_hz, self.pad, self.tick = rate_hz, pad, 0
        self.told: list[tuple[float, Presses]] = []

    @property
    def now_s(self) -> float:
        return self.tick / self.rate_hz

    def hold(self, levels: Buttons, seconds: float) -> "Hand":
        for _ in range(round(seconds * self.rate_hz)):
            self.pad, presses = pressed(self.pad, levels, self.now_s)
            if presses != NOTHING:
                self.told.append((self.now_s, presses))
            self.tick += 1
        return self

    def press(self, name: str, seconds: float = SHORT_S) -> "Hand":
        return self.hold(DOWN[name], seconds).hold(UP, 0.1)

    @property
    def presses(self) -> list[Presses]:
        return [presses for _, presses in self.told]


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("name", Buttons._fields)
def test_a_short_press_is_told_once_at_its_release(name: str, rate_hz: int) -> None:
    hand = Hand(rate_hz).press(name)
    assert hand.presses == [Presses(**{name: True})]
    at_s, _ = hand.told[0]
    assert SHORT_S + 0.03 - 1e-9 <= at_s <= SHORT_S + 0.03 + 1.1 / rate_hz
    assert hand.pad is AT_REST


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(
    ("name", "told"),
    [("start", Presses(end=True)), ("minus", Presses(acknowledge=True)), ("plus", None)],
)
def test_a_long_press_is_told_once_while_still_held(
    name: str, told: Presses | None, rate_hz: int
) -> None:
    hand = Hand(rate_hz).press(name, 4.0)
    assert hand.presses == ([] if told is None else [told])
    if told is not None:
        assert 2.03 - 1e-9 <= hand.told[0][0] <= 2.03 + 2.1 / rate_hz


@pytest.mark.parametrize(("seconds", "long"), [(1.9, False), (1.99, False), (2.04, True)])
def test_2_s_part_short_from_long(seconds: float, long: bool) -> None:
    hand = Hand(1000).press("start", seconds)
    assert hand.presses == [Presses(end=True) if long else Presses(start=True)]


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("name", Buttons._fields)
def test_what_bounces_for_less_than_30_ms_is_no_press(name: str, rate_hz: int) -> None:
    hand = Hand(rate_hz)
    for _ in range(5):
        hand.hold(DOWN[name], 0.02).hold(UP, 0.02)
    assert hand.hold(UP, 0.1).presses == []
    assert hand.pad is AT_REST


def test_a_bouncing_release_is_one_press() -> None:
    hand = Hand(1000).hold(DOWN["start"], 0.2)
    for _ in range(4):
        hand.hold(UP, 0.01).hold(DOWN["start"], 0.01)
    hand.hold(UP, 0.2)
    assert hand.presses == [Presses(start=True)]


def test_presses_one_after_the_other_are_all_told() -> None:
    hand = Hand().press("plus").press("plus").press("minus").press("start")
    assert hand.presses == [
        Presses(plus=True),
        Presses(plus=True),
        Presses(minus=True),
        Presses(start=True),
    ]


@pytest.mark.parametrize("name", Buttons._fields)
@pytest.mark.parametrize("seconds", [0.2, 1.0, 5.0])
def test_a_button_held_at_start_up_starts_nothing_until_released(name: str, seconds: float) -> None:
    hand = Hand(pad=Pad()).press(name, seconds)
    assert hand.presses == []
    assert hand.pad is AT_REST
    assert hand.press(name).presses == [Presses(**{name: True})]


def test_a_quiet_start_up_comes_to_rest() -> None:
    assert Hand(pad=Pad()).hold(UP, 0.1).pad is AT_REST


# Two together.


def test_plus_and_minus_held_long_pair_once() -> None:
    hand = Hand().hold(Buttons(plus=True, minus=True), 5.0).hold(UP, 0.1)
    assert hand.presses == [Presses(pair=True)]


@pytest.mark.parametrize("first", ["plus", "minus"])
def test_the_pair_counts_from_the_later_one(first: str) -> None:
    hand = Hand().hold(DOWN[first], 0.5).hold(Buttons(plus=True, minus=True), 3.0).hold(UP, 0.1)
    assert hand.presses == [Presses(pair=True)]
    assert hand.told[0][0] >= 2.5


@pytest.mark.parametrize("first", ["plus", "minus"])
@pytest.mark.parametrize("apart_s", [0.0, 0.004, 0.05, 0.5])
def test_two_together_for_a_moment_are_no_press_of_either(first: str, apart_s: float) -> None:
    """Up is earned: a thumb that slips off one of them must not raise the level."""
    last = {"plus": "minus", "minus": "plus"}[first]
    hand = Hand().hold(Buttons(plus=True, minus=True), 0.3)
    hand.hold(DOWN[last], apart_s).hold(UP, 0.1)
    assert hand.presses == []
    assert hand.press("plus").presses == [Presses(plus=True)]


@pytest.mark.parametrize("other", ["plus"])
def test_minus_held_on_after_the_other_was_let_go_acknowledges_nothing(other: str) -> None:
    hand = Hand().hold(Buttons(plus=True, minus=True), 0.3).hold(DOWN["minus"], 5.0)
    assert hand.hold(UP, 0.1).presses == []
    assert hand.press("minus", 2.5).presses == [Presses(acknowledge=True)]


def test_start_does_not_mind_the_others() -> None:
    hand = Hand().hold(Buttons(start=True, plus=True), 0.2).hold(UP, 0.1)
    assert hand.presses == [Presses(start=True, plus=True)]


# Hanging: down, and nobody presses it.


def test_a_button_down_for_more_than_10_s_is_stuck() -> None:
    hand = Hand(100).hold(Buttons(plus=True, start=True), 10.0)
    assert hanging(hand.pad, hand.now_s) == {}
    hand.hold(Buttons(plus=True, start=True), 0.1)
    assert hanging(hand.pad, hand.now_s) == {"start": Hang.STUCK, "plus": Hang.STUCK}
    hand.hold(UP, 0.1)
    assert hanging(hand.pad, hand.now_s) == {}


@pytest.mark.parametrize("name", Buttons._fields)
def test_a_button_held_at_start_up_hangs_from_the_first_until_it_is_released(name: str) -> None:
    hand = Hand(pad=Pad()).hold(DOWN[name], 0.02)
    assert hanging(hand.pad, hand.now_s) == {}, "not yet certain"
    hand.hold(DOWN[name], 0.03)
    assert hanging(hand.pad, hand.now_s) == {name: Hang.HELD}
    hand.hold(DOWN[name], 11.0)
    assert hanging(hand.pad, hand.now_s) == {name: Hang.STUCK}
    hand.hold(UP, 0.1).hold(DOWN[name], 1.0)
    assert hanging(hand.pad, hand.now_s) == {}, "this time somebody presses it"


def test_released_while_another_is_down_it_is_a_button_like_any() -> None:
    hand = Hand(pad=Pad()).hold(Buttons(plus=True, minus=True), 0.5).hold(DOWN["minus"], 0.1)
    assert hanging(hand.pad, hand.now_s) == {"minus": Hang.HELD}
    hand.hold(Buttons(plus=True, minus=True), 0.1)
    assert hanging(hand.pad, hand.now_s) == {"minus": Hang.HELD}


@pytest.mark.parametrize(
    ("pad", "seconds", "in_use"),
    [(AT_REST, 0.01, True), (AT_REST, 9.0, True), (AT_REST, 11.0, False), (Pad(), 0.01, False),
     (Pad(), 9.0, False)],
)  # fmt: skip
def test_only_a_start_that_somebody_holds_can_be_held_for_something_else(
    pad: Pad, seconds: float, in_use: bool
) -> None:
    hand = Hand(pad=pad).hold(DOWN["start"], seconds)
    hand.pad = used(hand.pad, hand.now_s)
    assert hand.pad.start.in_use is in_use
    assert hand.hold(UP, 0.1).pad is AT_REST
    assert not any(one.start for one in hand.presses)
    assert used(hand.pad, hand.now_s) is AT_REST


def test_nothing_held_hangs_nothing() -> None:
    assert hanging(AT_REST, 1e9) == {}
    assert hanging(Pad(), 1e9) == {}


HUNG = [(AT_REST, 11.0), (Pad(), 0.5)]
"""A button stuck, and one held since the start."""


@pytest.mark.parametrize(("pad", "seconds"), HUNG)
@pytest.mark.parametrize(
    ("name", "held_s", "told"),
    [
        ("minus", SHORT_S, Presses(minus=True)),
        ("minus", 2.5, Presses(acknowledge=True)),
        ("start", SHORT_S, Presses(start=True)),
        ("start", 2.5, Presses(end=True)),
    ],
)
def test_beside_a_hanging_plus_the_others_work(
    pad: Pad, seconds: float, name: str, held_s: float, told: Presses
) -> None:
    hand = Hand(pad=pad).hold(DOWN["plus"], seconds)
    hand.told.clear()
    hand.hold(Buttons(**{"plus": True, name: True}), held_s).hold(DOWN["plus"], 0.1)
    assert hand.presses == [told]
    assert hand.hold(UP, 0.1).presses == [told], "and its release is no press"


@pytest.mark.parametrize(("pad", "seconds"), HUNG)
def test_beside_a_hanging_minus_plus_works_and_nothing_pairs(pad: Pad, seconds: float) -> None:
    hand = Hand(pad=pad).hold(DOWN["minus"], seconds)
    hand.told.clear()
    both = Buttons(plus=True, minus=True)
    hand.hold(both, SHORT_S).hold(DOWN["minus"], 0.1).hold(both, 3.0)
    assert hand.presses == [Presses(plus=True)]


# Bounce.

BOUNCE = st.lists(st.integers(1, 29), max_size=8)
"""How long each level lasts, ms, while the contact closes or opens: always less than 30."""


@given(
    names=st.lists(st.sampled_from(("start", "plus", "minus")), min_size=1, max_size=4),
    bounces=st.lists(BOUNCE, min_size=8, max_size=8),
    held_ms=st.lists(st.sampled_from((100, 500, 1500, 2500)), min_size=4, max_size=4),
)
def test_whatever_bounces_for_less_than_the_debounce_gives_the_presses_of_the_clean_signal(
    names: list[str], bounces: list[list[int]], held_ms: list[int]
) -> None:
    clean, bouncing = Hand(1000), Hand(1000)
    edges = iter(bounces)
    for name, ms in zip(names, held_ms, strict=False):
        clean.hold(DOWN[name], ms / 1000).hold(UP, 0.3)
        bounced(bouncing, DOWN[name], UP, next(edges)).hold(DOWN[name], ms / 1000)
        bounced(bouncing, UP, DOWN[name], next(edges)).hold(UP, 0.3)
    assert bouncing.presses == clean.presses
    assert len(clean.presses) == sum(
        name != "plus" or ms < 2000 for name, ms in zip(names, held_ms, strict=False)
    )
    assert bouncing.pad is AT_REST


def bounced(hand: Hand, to: Buttons, back: Buttons, lasting_ms: list[int]) -> Hand:
    """A contact on its way: `to` and `back` by turns, ending before it stays."""
    for number, ms in enumerate(lasting_ms[: len(lasting_ms) // 2 * 2]):
        hand.hold(back if number % 2 else to, ms / 1000)
    return hand


@given(
    holds=st.lists(
        st.tuples(
            st.builds(Buttons, st.booleans(), st.booleans(), st.booleans()), st.integers(1, 300)
        ),
        max_size=12,
    )
)
def test_whatever_is_held_a_press_is_told_in_one_tick_and_rest_returns(
    holds: list[tuple[Buttons, int]],
) -> None:
    hand = Hand(100)
    for levels, count in holds:
        hand.hold(levels, count / 100)
    assert all(not (one.plus and one.minus) for one in hand.presses)
    assert list(repeated(hand.told)) == []
    hand.hold(UP, 0.1)
    assert hand.pad is AT_REST


def repeated(told: list[tuple[float, Presses]]) -> Iterator[float]:
    """Times at which the same was told in two ticks running."""
    for (before_s, before), (at_s, now) in itertools.pairwise(told):
        if at_s - before_s < 0.015 and before == now:
            yield at_s
