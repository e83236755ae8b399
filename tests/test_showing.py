"""Which sign and which sound: the most urgent, from its first step on, on the loop's clock."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.modes import Mode, Sitting, State
from controller.selftest import Item, Phase, SelfTest
from controller.showing import Facts, Showing, facts_of, light, onward, said, sign_of, tone
from controller.signs import MODES, PAIRING_S, STOPS, UNFIT, Sign, Sound
from controller.watch import Reason, Trip, Watch
from hardware.signals import DARK
from tests.kernel_world import OPEN, stop_of

NOW_S = 1000.0
RESTING = [Mode.IDLE, Mode.ARMED, Mode.HOLD]
MOVING = [mode for mode in Mode if mode.moving]


def told(*modes: Mode, quiet: bool = False, **facts: Any) -> Showing:
    """After these modes, one a second; the last at `NOW_S`."""
    showing = Showing()
    for number, mode in enumerate(modes, 1 - len(modes)):
        trip = Trip.RISE if mode is Mode.STOPPED else None
        showing = onward(showing, Facts(mode, trip, **facts), NOW_S + number, quiet)
    return showing


# The sign.


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.STOPPED])
def test_when_nothing_else_is_to_be_said_it_is_the_mode_s(mode: Mode) -> None:
    assert told(mode).sign is MODES[mode]


@pytest.mark.parametrize("trip", Trip)
@pytest.mark.parametrize("pairing", [False, True])
def test_a_stop_is_said_before_everything(trip: Trip, pairing: bool) -> None:
    facts = Facts(Mode.STOPPED, trip, hanging=True, hindrance=Sign.REST)
    assert sign_of(facts, pairing) is STOPS[trip]


@pytest.mark.parametrize("mode", MOVING)
def test_what_moves_is_said_before_what_could_wait(mode: Mode) -> None:
    assert sign_of(Facts(mode, hanging=True, hindrance=Sign.REST), pairing=True) is MODES[mode]


@pytest.mark.parametrize("mode", RESTING)
def test_at_rest_pairing_comes_first_then_buttons_then_what_hinders(mode: Mode) -> None:
    assert sign_of(Facts(mode, hanging=True, hindrance=Sign.REST), pairing=True) is Sign.PAIRING
    assert sign_of(Facts(mode, hanging=True, hindrance=Sign.REST), pairing=False) is Sign.BUTTON
    hindered = Sign.HOLD if mode is Mode.HOLD else Sign.REST
    assert sign_of(Facts(mode, hindrance=Sign.REST), pairing=False) is hindered


@pytest.mark.parametrize(
    ("sitting", "kept", "hindrance"),
    [
        (Sitting(), True, None),
        (Sitting(), False, Sign.NO_JOURNAL),
        (OPEN, False, Sign.NO_JOURNAL),
        (Sitting(rest_until_s=NOW_S + 1.0), True, Sign.REST),
        (Sitting(rest_until_s=NOW_S), True, None),
        (OPEN._replace(rest_until_s=NOW_S + 1.0), True, None),
        (Sitting(why=Reason.FINISHED), True, None),
        (Sitting(why=Reason.UNFIT), True, None),
    ],
)
def test_a_journal_that_fails_and_the_rest_after_pain_hinder(
    sitting: Sitting, kept: bool, hindrance: Sign | None
) -> None:
    state = State(Mode.IDLE, NOW_S, Watch(NOW_S), sitting=sitting)
    opened = sitting.opened_at_s is not None
    assert facts_of(state, 2, False, kept) == Facts(Mode.IDLE, None, opened, 2, False, hindrance)


@pytest.mark.parametrize("item", Item)
def test_a_self_test_that_failed_hinders_until_the_next_is_opened(item: Item) -> None:
    state = State(Mode.IDLE, NOW_S, Watch(NOW_S), sitting=Sitting(why=Reason.UNFIT))
    state = state._replace(test=SelfTest(Phase.FAILED, NOW_S, failed=item))
    assert facts_of(state, 0, False, True).hindrance is UNFIT[item]
    assert facts_of(state._replace(sitting=OPEN), 0, False, True).hindrance is None


def test_the_facts_of_a_stop_are_its_trip() -> None:
    state = State(Mode.STOPPED, NOW_S, Watch(NOW_S), stop=stop_of(Trip.LATE))
    assert facts_of(state, 0, True, True) == Facts(Mode.STOPPED, Trip.LATE, hanging=True)


# Pairing.


def paired(at_s: float = NOW_S) -> Showing:
    """The gesture was made at `at_s`."""
    return onward(told(Mode.IDLE), Facts(Mode.IDLE, pair_count=1), at_s)


def test_pairing_shows_as_long_as_a_code_can_be_typed() -> None:
    facts = Facts(Mode.ARMED, pair_count=1)
    assert paired().sign is Sign.PAIRING
    assert onward(paired(), facts, NOW_S + PAIRING_S - 0.01).sign is Sign.PAIRING
    assert onward(paired(), facts, NOW_S + PAIRING_S).sign is Sign.READY


def test_whoever_opens_a_session_has_done_with_pairing() -> None:
    facts = Facts(Mode.IDLE, open=True, pair_count=1)
    assert onward(paired(), facts, NOW_S + 1.0).sign is Sign.READY
    again = onward(paired(), facts._replace(pair_count=2), NOW_S + 1.0)
    assert again.sign is Sign.PAIRING
    assert onward(again, again.facts, NOW_S + 2.0).sign is Sign.PAIRING, "it was open before"


def test_once_the_roller_moves_pairing_is_over() -> None:
    moving = onward(paired(), Facts(Mode.SOFT_START, pair_count=1), NOW_S + 1.0)
    assert moving.sign is Sign.RUNNING
    assert onward(moving, Facts(Mode.IDLE, pair_count=1), NOW_S + 2.0).sign is Sign.READY


def test_a_stop_hides_pairing_only_as_long_as_it_lasts() -> None:
    stopped = onward(paired(), Facts(Mode.STOPPED, Trip.STOP, pair_count=1), NOW_S + 1.0)
    assert stopped.sign is Sign.PERSON
    assert onward(stopped, Facts(Mode.IDLE, pair_count=1), NOW_S + 2.0).sign is Sign.PAIRING


# Time.


def test_a_sign_begins_with_its_first_step_and_goes_on_while_it_lasts() -> None:
    showing = told(Mode.RUNNING)
    facts = Facts(Mode.STOPPED, Trip.RISE)
    seen = []
    for tick in range(70):
        now_s = NOW_S + tick * 0.05 + 0.02
        showing = onward(showing, facts, now_s)
        seen.append(light(showing, now_s))
    red = [one.red for one in seen]
    assert red[:30] == ([1.0] * 5 + [0.0] * 5) * 2 + [0.0] * 10
    assert red[50:60] == [1.0] * 5 + [0.0] * 5, "the code is told again"
    assert all(one[1:] == (0.0, 0.0) for one in seen)


def test_an_eased_roller_is_amber() -> None:
    assert light(told(Mode.EASED), NOW_S) == (1.0, 0.4, 0.0)
    assert light(told(Mode.EASED), NOW_S + 1.8) == DARK


# Sounds.


@pytest.mark.parametrize(
    ("before", "mode", "sound"),
    [
        (Mode.ARMED, Mode.SOFT_START, Sound.SOFT),
        (Mode.HOLD, Mode.SOFT_START, Sound.SOFT),
        (Mode.WINDING_DOWN, Mode.IDLE, Sound.SOFT),
        (Mode.HOLD, Mode.IDLE, Sound.SOFT),
        (Mode.RUNNING, Mode.HOLD, None),
        (Mode.SOFT_START, Mode.RUNNING, None),
        (Mode.RUNNING, Mode.EASED, None),
        (Mode.IDLE, Mode.ARMED, None),
        (Mode.ARMED, Mode.IDLE, None),
        (Mode.STOPPED, Mode.IDLE, None),
        (Mode.IDLE, Mode.SERVICE, None),
        (Mode.SERVICE, Mode.IDLE, None),
        *[(mode, Mode.STOPPED, Sound.STOP) for mode in (*RESTING, Mode.RUNNING, Mode.EASED)],
    ],
)
def test_start_and_end_are_soft_and_a_stop_is_not(
    before: Mode, mode: Mode, sound: Sound | None
) -> None:
    showing = told(before, mode)
    assert (showing.sound if showing.sound_at_s == NOW_S else None) is sound
    assert told(before, mode, quiet=True).sound is None


def test_a_stop_that_was_there_at_the_start_makes_no_noise() -> None:
    assert told(Mode.STOPPED, Mode.STOPPED).sound is None
    assert told(Mode.STOPPED).sign is Sign.PAIN


def test_a_sound_is_made_once_and_told_for_a_while() -> None:
    showing = told(Mode.RUNNING, Mode.STOPPED)
    assert tone(showing, NOW_S + 0.3)
    assert not tone(showing, NOW_S + 0.5)
    showing = onward(showing, showing.facts, NOW_S + 2.9)
    assert not tone(showing, NOW_S + 2.9)
    assert said(showing, NOW_S + 2.9) == {"sign": "PAIN", "sound": "STOP"}
    assert said(showing, NOW_S + 3.0) == {"sign": "PAIN", "sound": None}
    assert said(told(Mode.IDLE), NOW_S) == {"sign": "READY", "sound": None}
    assert not tone(told(Mode.IDLE), NOW_S)


FACTS = st.builds(
    Facts,
    st.sampled_from([mode for mode in Mode if mode is not Mode.STOPPED]),
    st.none(),
    st.booleans(),
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from((None, Sign.REST, Sign.NO_GATE)),
) | st.builds(Facts, st.just(Mode.STOPPED), st.sampled_from(Trip), pair_count=st.integers(0, 3))


@given(st.lists(st.tuples(FACTS, st.integers(1, 2500)), min_size=1, max_size=20), st.booleans())
def test_whatever_happens_there_is_a_light_and_no_noise_in_quiet_mode(
    story: list[tuple[Facts, int]], quiet: bool
) -> None:
    showing, tick = Showing(), 0
    for facts, ticks in story:
        tick += ticks
        now_s = tick * 0.05
        showing = onward(showing, facts, now_s, quiet)
        assert all(0.0 <= level <= 1.0 for level in light(showing, now_s))
        assert (facts.trip is not None) == (showing.sign in STOPS.values())
        assert not (quiet and tone(showing, now_s))
        assert showing.since_s <= now_s
    steps = itertools.count(1)
    assert any(light(showing, now_s + next(steps) * 0.05) != DARK for _ in range(100))
