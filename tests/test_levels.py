"""The level: down is free and at once, up is earned, and nobody outbids the device."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.buttons import NOTHING, Presses
from controller.levels import Levels, asked, level_max, settled
from controller.limits import Limits
from controller.wish import Wish
from tests.kernel_world import sample_of

PLUS, MINUS = Presses(plus=True), Presses(minus=True)


def after(levels: Levels, presses: Presses = NOTHING, **wish: Any) -> Levels:
    """What one tick with these wishes asks."""
    return asked(levels, Wish(), Wish()._replace(**wish), presses)


def slider(levels: Levels, level: int) -> Levels:
    return after(levels, level_count=1, level=level)


def over_time(levels: Levels, seconds: float, ceiling: int = 10) -> list[int]:
    """The level at every second from now."""
    seen = []
    for tick in range(round(seconds * 10) + 1):
        levels = settled(levels, ceiling, 100.0 + tick / 10)
        if tick % 10 == 0:
            seen.append(levels.level)
    return seen


@pytest.mark.hazard("too-fast/earned")
def test_up_is_one_level_in_2_s() -> None:
    assert over_time(slider(Levels(3, 3), 6), 8.0) == [4, 4, 5, 5, 6, 6, 6, 6, 6]


@pytest.mark.parametrize(("waited_s", "level"), [(0.0, 5), (1.99, 5), (2.0, 6), (60.0, 6)])
def test_the_2_s_count_from_the_last_raise(waited_s: float, level: int) -> None:
    assert settled(Levels(5, 9, raised_at_s=100.0), 10, 100.0 + waited_s).level == level


def test_down_is_at_once_and_costs_nothing() -> None:
    levels = settled(slider(Levels(8, 8, raised_at_s=99.9), 2), 10, 100.0)
    assert (levels.level, levels.wanted, levels.raised_at_s) == (2, 2, 99.9)


@pytest.mark.parametrize(("lowers", "level"), [(1, 4), (2, 3), (4, 1), (9, 1)])
def test_every_lower_is_one_level_and_1_is_the_lowest(lowers: int, level: int) -> None:
    levels = settled(after(Levels(5, 5), lower_count=lowers), 10, 100.0)
    assert (levels.level, levels.wanted) == (level, level)


@pytest.mark.parametrize("level", [1, 3, 5, 8, 10])
def test_a_lower_wins_over_a_slider_in_the_same_tick(level: int) -> None:
    """Whatever the slider says, the level does not rise, now or later."""
    levels = after(Levels(5, 5), level_count=1, level=level, lower_count=1)
    assert over_time(levels, 10.0) == [min(level, 5) - 1 or 1] * 11


def test_a_lower_ends_a_raise_that_is_under_way() -> None:
    levels = settled(slider(Levels(3, 3), 9), 10, 100.0)
    assert levels.level == 4
    assert over_time(after(levels, lower_count=1), 6.0) == [3] * 7


@pytest.mark.parametrize("count", [0, 1])
def test_what_did_not_grow_asks_nothing(count: int) -> None:
    wish = Wish(level_count=count, level=9, lower_count=count)
    assert asked(Levels(5, 5), wish, wish, NOTHING) == Levels(5, 5)


# The device.


def test_plus_and_minus_set_the_level_and_the_cap() -> None:
    assert after(Levels(5, 5), PLUS) == Levels(5, 6, device_cap=6)
    assert after(Levels(5, 5), MINUS) == Levels(5, 4, device_cap=4)
    assert after(Levels(5, 8), MINUS) == Levels(5, 4, device_cap=4)
    assert after(Levels(5, 2), MINUS) == Levels(5, 1, device_cap=1)
    assert after(Levels(10, 10), PLUS) == Levels(10, 10, device_cap=10)
    assert after(Levels(1, 1), MINUS) == Levels(1, 1, device_cap=1)


@pytest.mark.hazard("too-fast/earned")
@pytest.mark.parametrize(("level", "wanted"), [(9, 4), (4, 4), (2, 2)])
def test_nobody_goes_above_the_level_last_set_on_the_device(level: int, wanted: int) -> None:
    assert slider(Levels(4, 4, device_cap=4), level).wanted == wanted


def test_the_device_itself_may() -> None:
    assert after(Levels(4, 4, device_cap=4), PLUS).device_cap == 5


@pytest.mark.hazard("too-fast/down")
def test_in_the_same_tick_minus_wins_over_everything() -> None:
    both = Presses(plus=True, minus=True)
    assert after(Levels(5, 5), both) == Levels(5, 4, device_cap=4)
    assert after(Levels(5, 5), MINUS, level_count=1, level=10).wanted == 4
    assert after(Levels(5, 5), MINUS, lower_count=1).wanted == 3


def test_a_new_session_forgets_the_cap_and_begins_no_higher_than_it_ended() -> None:
    assert Levels(7, 9, 5.0, 8).afresh(5) == Levels(5, 5)
    assert Levels(2, 2, 5.0, 2).afresh(5) == Levels(2, 2)


# The ceiling.


@pytest.mark.hazard("blind/half")
@pytest.mark.parametrize(
    ("fields", "highest"),
    [({}, 10), ({"pressure_b_kpa": None}, 3), ({"gate_on": None}, 3), ({"gate_on": False}, 10)],
)
def test_without_second_channel_or_gate_level_3_is_the_highest(
    fields: dict[str, Any], highest: int
) -> None:
    assert level_max(sample_of(20.0, 0.0, **fields), Limits()) == highest


def test_a_machine_may_offer_fewer_levels() -> None:
    alone = sample_of(20.0, 0.0, gate_on=None)
    for top, whole, single in ((10, 10, 3), (5, 5, 3), (2, 2, 2)):
        limits = Limits(top_level=top)
        assert level_max(sample_of(20.0, 0.0), limits) == whole
        assert level_max(alone, limits) == single


def test_a_ceiling_lowers_at_once_what_applies_and_what_is_wanted() -> None:
    assert settled(Levels(7, 9), 3, 100.0) == Levels(3, 3)
    assert settled(Levels(2, 9), 3, 100.0) == Levels(3, 3, raised_at_s=100.0)


def test_when_nothing_changes_it_is_the_same_object() -> None:
    levels = Levels(5, 5)
    assert settled(levels, 10, 100.0) is levels
    assert settled(levels, 5, 100.0) is levels
    assert settled(levels, 4, 100.0) == Levels(4, 4)


@given(
    asks=st.lists(
        st.tuples(
            st.sampled_from((NOTHING, PLUS, MINUS)),
            st.integers(-5, 20),
            st.integers(0, 1),
            st.integers(0, 3),
            st.integers(1, 10),
            st.floats(0.0, 3.0),
        )
    )
)
def test_whatever_is_asked_the_rules_of_the_level_hold(
    asks: list[tuple[Presses, int, int, int, int, float]],
) -> None:
    levels, wish, now_s = Levels(3, 3), Wish(), 0.0
    raised_at_s = -10.0
    for presses, level, writes, lowers, ceiling, pause_s in asks:
        before, now_s = levels, now_s + pause_s
        new = wish._replace(
            level=level,
            level_count=wish.level_count + writes,
            lower_count=wish.lower_count + lowers,
        )
        levels = settled(asked(levels, wish, new, presses), ceiling, now_s)
        wish = new
        assert 1 <= levels.level <= ceiling
        assert 1 <= levels.wanted <= ceiling
        assert levels.level <= before.level + 1
        if lowers or presses.minus:
            assert levels.level <= max(1, before.level - 1)
        if levels.level > before.level:
            assert now_s - raised_at_s >= 2.0 - 1e-9
            raised_at_s = now_s
