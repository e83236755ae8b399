"""The light's signs: countable without colour, harmless, one for every stop, and on paper too."""

import itertools

import pytest

from controller import words
from controller.modes import Mode
from controller.selftest import Item
from controller.signs import MODES, RULES, STOPS, UNFIT, Rhythm, Sign, Sound
from controller.watch import Reason, Trip
from controller.words import TRIPS
from tests.light_page import HEARD, PAGE, made, sentence

GRID_S = 0.05
"""How often the loop sets the light."""
PAUSE_S, LONG_S = 1.5, 0.8
"""So long a pause ends a count; so long a blink is a long one."""
SAFE_FLASHES = 3
"""In any second; what accessibility guidelines allow."""


def levels(rhythm: Rhythm, for_s: float) -> list[float]:
    """As the light is set, from the rhythm's beginning."""
    return [rhythm.level(tick * GRID_S % rhythm.period_s) for tick in range(round(for_s / GRID_S))]


def edges(seen: list[float]) -> list[int]:
    """Ticks at which the light flashes: from under half to over half."""
    pairs = enumerate(itertools.pairwise(seen), 1)
    return [tick for tick, (before, after) in pairs if before < 0.5 <= after]


def blinks(sign: Sign) -> str:
    """What a person counts in one round: L is long, s is short; empty where there is no pause."""
    seen = levels(sign.rhythm, sign.rhythm.period_s)
    runs = [(level, len(list(run))) for level, run in itertools.groupby(seen)]
    if runs[-1][0] != 0.0 or runs[-1][1] < PAUSE_S / GRID_S:
        return ""
    return "".join("L" if count * GRID_S >= LONG_S else "s" for level, count in runs if level)


# As data.


@pytest.mark.parametrize("sign", Sign)
def test_nothing_flashes_faster_than_is_harmless(sign: Sign) -> None:
    flashes = edges([0.0, *levels(sign.rhythm, 60.0)])
    second = round(1.0 / GRID_S)
    assert max(sum(at <= one < at + second for one in flashes) for at in range(1, 1000)) <= 2


def test_even_a_change_of_sign_in_the_middle_flashes_no_faster() -> None:
    second = round(1.0 / GRID_S)
    for before, after in itertools.permutations(Sign, 2):
        for cut in range(1, 60):
            seen = [0.0, *levels(before.rhythm, 3.0)[:cut], *levels(after.rhythm, 2.0)]
            flashes = edges(seen)
            most = max(sum(at <= one < at + second for one in flashes) for at in flashes)
            assert most <= SAFE_FLASHES, (before, after, cut)


def test_no_two_signs_differ_by_colour_alone() -> None:
    seen = {sign: tuple(levels(sign.rhythm, 12.0)) for sign in Sign}
    assert len(set(seen.values())) == len(Sign)
    assert len({sign.rhythm.name for sign in Sign}) == len(Sign)
    assert len({sign.meaning for sign in Sign}) == len(Sign)


def test_the_levels_are_levels_and_something_is_to_be_seen() -> None:
    for sign in Sign:
        seen = levels(sign.rhythm, 12.0)
        assert all(0.0 <= level <= 1.0 for level in seen)
        assert max(seen) == 1.0
        assert all(0.0 <= one <= 1.0 for one in sign.colour.value)
        assert seen[0] > 0.0, "a sign begins with light"


def test_breathing_rises_and_falls_without_a_jump() -> None:
    seen = levels(Sign.READY.rhythm, 8.0)
    assert max(abs(after - before) for before, after in itertools.pairwise(seen)) < 0.03
    assert min(seen) == pytest.approx(0.1)


def test_a_round_is_over_at_its_end() -> None:
    assert Sign.RUNNING.rhythm.level(1.0) == 0.0
    assert Sign.RUNNING.rhythm.level(0.999) == 1.0


def test_a_code_says_its_number_and_no_number_twice() -> None:
    codes = {sign: blinks(sign) for sign in Sign if blinks(sign)}
    assert codes == {
        Sign.PERSON: "s", Sign.PAIN: "ss", Sign.SENSOR: "sss", Sign.MOTOR: "ssss",
        Sign.CONTROLLER: "sssss", Sign.BUTTON: "ssssss", Sign.REST: "Lss", Sign.NO_SENSOR: "Lsss",
        Sign.NO_GATE: "Lssss", Sign.NO_JOURNAL: "Lsssss",
    }  # fmt: skip
    for sign, code in codes.items():
        short = code.count("s")
        told = f"1 long and {short} short" if "L" in code else f"{short} blink"
        assert sign.rhythm.name.startswith(told)


# Every stop and every mode.


@pytest.mark.parametrize("trip", Trip)
def test_every_trip_has_a_red_code_that_agrees_with_its_reason(trip: Trip) -> None:
    sign = STOPS[trip]
    assert sign.looks.startswith("red, ")
    assert blinks(sign)
    assert sign.meaning.startswith("stopped")
    assert (sign is Sign.PAIN) is (trip.reason is Reason.PAIN)
    assert (sign is Sign.PERSON) is (trip.reason is Reason.PERSON)


@pytest.mark.parametrize("trip", Trip)
def test_every_trip_stands_on_the_page_with_its_code_and_its_words(trip: Trip) -> None:
    (row,) = [line for line in PAGE.read_text("utf-8").splitlines() if sentence(trip) in line]
    assert row.startswith(f"| {STOPS[trip].looks} | ")
    assert sentence(trip).split("…")[0] in TRIPS[trip]


def test_stops_for_the_sensor_and_for_the_motor_send_to_the_right_place() -> None:
    for trip, sign in STOPS.items():
        assert ("sensor" in TRIPS[trip] or "pressure reading" in TRIPS[trip]) is (
            sign is Sign.SENSOR
        ), trip
    assert STOPS[Trip.LOST] is Sign.MOTOR
    assert STOPS[Trip.POWER] is STOPS[Trip.LATE] is Sign.CONTROLLER


def test_a_rule_without_a_sign_is_found_before_anything_runs() -> None:
    assert set(STOPS) == set(Trip)
    assert {trip.rule for trip in Trip} <= set(RULES)


def test_every_mode_has_a_sign_and_only_the_latched_one_is_red() -> None:
    assert set(MODES) == set(Mode)
    red = {mode for mode, sign in MODES.items() if sign.looks.startswith("red")}
    assert red == {Mode.STOPPED}


def test_the_page_is_current() -> None:
    """Make it anew with: python -m tests.light_page"""
    assert PAGE.read_text(encoding="utf-8") == made()
    assert set(HEARD) == set(Sound)


@pytest.mark.parametrize("item", Item)
def test_every_item_of_the_self_test_has_its_code_and_stands_on_the_page(item: Item) -> None:
    sign = UNFIT[item]
    assert sign.looks.startswith("amber, 1 long and ")
    assert (sign is Sign.NO_SENSOR) is ("sensor" in words.UNFIT[item])
    (row,) = [line for line in PAGE.read_text("utf-8").splitlines() if words.UNFIT[item] in line]
    assert row.startswith(f"| {sign.looks} | ")


# The buzzer.


@pytest.mark.parametrize(
    ("sound", "tones"),
    [(Sound.SOFT, [(0.0, 0.1)]), (Sound.STOP, [(0.0, 0.4), (0.6, 1.0), (1.2, 1.6)])],
)
def test_a_sound_is_these_tones_and_then_silence(
    sound: Sound, tones: list[tuple[float, float]]
) -> None:
    for tick in range(300):
        at_s = (tick + 0.5) / 100.0
        assert sound.on(at_s) is any(begins <= at_s < ends for begins, ends in tones), at_s
