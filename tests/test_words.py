"""Every sentence: none missing, none unused, and each says why, where, and the way back."""

from string import Formatter
from typing import Any

import pytest

from controller.buttons import Hang, Pad
from controller.limits import LEVELS, Limits
from controller.modes import Mode, Sitting, State
from controller.selftest import Item, Phase, SelfTest
from controller.watch import Reason, Trip, Watch
from controller.words import (
    ADVICE,
    BUTTONS,
    DOUBTS,
    ENDED,
    HANGS,
    TRIPS,
    UNFIT,
    cautions,
    stopped,
    told,
    until,
    with_hangs,
    zone,
)
from hardware.calibration import Trust
from hardware.roller import Cut
from tests.kernel_world import OPEN, sample_of, stop_of

LIMITS = Limits()
NOW_S = 1000.0
SAMPLE = sample_of(20.0, NOW_S)
STEADY = Watch(NOW_S, NOW_S, light_since_s=float("inf"), steady_since_s=NOW_S - 5.0, resting_kpa=14)
RESTLESS = STEADY._replace(steady_since_s=float("inf"))
NO_FOOT = RESTLESS._replace(light_since_s=NOW_S - 60.0)
LATCHED = {Reason.PAIN, Reason.PERSON, Reason.FAULT, Reason.POWER}


def state_of(mode: Mode, watch: Watch = STEADY, sitting: Sitting = OPEN, **changes: Any) -> State:
    return State(mode, NOW_S, watch, sitting=sitting, **changes)


def say(state: State, level: int = 3, **fields: Any) -> str:
    sample = sample_of(20.0, NOW_S, **fields)
    return told(state, sample, "left", "small circles", 225.4, level, LIMITS)


def stop_words(trip: Trip, since_s: float = 0.0, off_s: float = 0.0, **changes: Any) -> str:
    """Of a stop `since_s` ago; the foot is off since `off_s`."""
    sample = sample_of(
        changes.pop("kpa", 20.0),
        NOW_S,
        stop_pressed=changes.pop("held", False),
        cut=changes.pop("cut", None),
    )
    stop = stop_of(trip, at_s=NOW_S - since_s, **changes)
    watch = STEADY._replace(light_since_s=NOW_S - off_s)
    return stopped(state_of(Mode.STOPPED, watch, stop=stop), stop, sample, LIMITS)


# The catalogues.


def test_every_trip_has_its_sentence() -> None:
    assert set(TRIPS) == set(Trip)
    assert len(set(TRIPS.values())) == len(TRIPS)


def test_a_sentence_uses_only_what_a_stop_knows() -> None:
    for sentence in TRIPS.values():
        used = {name for _, name, _, _ in Formatter().parse(sentence) if name}
        assert used <= {"pressure", "rise"}
        assert not sentence.endswith(".")


def test_every_end_of_a_session_has_its_sentence() -> None:
    ends = {Reason.FINISHED, Reason.ENDED, Reason.OVERLOAD, Reason.TIME, Reason.AWAY}
    assert set(ENDED) == ends
    others = {Reason.PAUSED, Reason.FOOT_GONE, Reason.CHANGE, Reason.UNFIT}
    assert ends | LATCHED | others == set(Reason)


@pytest.mark.parametrize("item", Item)
def test_what_the_self_test_found_is_told_with_its_cure(item: Item) -> None:
    sitting = Sitting(number=1, why=Reason.UNFIT)
    said = say(state_of(Mode.IDLE, sitting=sitting, test=SelfTest(Phase.FAILED, failed=item)))
    assert said == f"Not started: {UNFIT[item]}. Then press Start on the device again."
    assert len(set(UNFIT.values())) == len(Item)


# A stop.


def test_the_example_of_the_specification() -> None:
    assert stop_words(Trip.RISE) == (
        "Stopped: pressure rose 38 kPa in 20 ms at the arch, level 4. "
        "Lift your foot; in 30 s hold Continue to go on at level 2."
    )


@pytest.mark.parametrize("trip", [trip for trip in Trip if trip.reason is Reason.PAIN])
@pytest.mark.parametrize(("place", "where"), [(0.1, "heel"), (0.5, "arch"), (0.7, "ball")])
def test_pain_says_why_where_the_level_and_the_way_back(
    trip: Trip, place: float, where: str
) -> None:
    words = stop_words(trip, place=place, pressure_kpa=83.0)
    cause = TRIPS[trip].format(pressure=83.0, rise=38.0)
    assert words.startswith(f"Stopped: {cause} at the {where}, level 4. ")
    assert words.endswith("Lift your foot; in 30 s hold Continue to go on at level 2.")


def test_where_the_place_is_unknown_none_is_told() -> None:
    assert stop_words(Trip.LEVEL, place=None, pressure_kpa=83.0).startswith(
        "Stopped: pressure reached 83 kPa, level 4. Lift"
    )


@pytest.mark.parametrize(
    ("since_s", "off_s", "back"),
    [
        (0.0, 0.0, "Lift your foot; in 30 s hold Continue"),
        (0.4, 0.0, "Lift your foot; in 30 s hold Continue"),
        (1.0, 1.9, "Lift your foot; in 29 s hold Continue"),
        (29.5, 2.0, "In 1 s hold Continue"),
        (30.0, 1.9, "Lift your foot; hold Continue"),
        (30.0, 2.0, "Hold Continue"),
        (500.0, 500.0, "Hold Continue"),
    ],
)
def test_pain_tells_only_what_is_still_to_be_done(since_s: float, off_s: float, back: str) -> None:
    words = stop_words(Trip.DOSE, since_s, off_s)
    assert words.endswith(f", level 4. {back} to go on at level 2.")


def test_the_second_pain_gives_the_advice_instead() -> None:
    words = stop_words(Trip.RISE, rest=True)
    assert words.endswith(ADVICE)
    assert "level 4" in words


def test_the_second_pain_says_when_a_new_session_is_possible() -> None:
    stop = stop_of(Trip.RISE, at_s=NOW_S, rest=True)
    sitting = Sitting(rest_until_s=NOW_S + 600.0)
    said = say(state_of(Mode.STOPPED, NO_FOOT, sitting, stop=stop))
    assert said.endswith(f"{ADVICE} A new session is possible in 11 min.")


@pytest.mark.parametrize("held", [True, False])
def test_a_person_is_told_to_release_only_what_is_held(held: bool) -> None:
    words = stop_words(Trip.STOP, held=held)
    assert words.startswith(f"Stopped: {TRIPS[Trip.STOP]}. ")
    assert ("Release the switch" in words) is held
    assert words.lower().endswith("hold continue to go on.")


@pytest.mark.parametrize(
    "trip", [trip for trip in Trip if trip.reason in (Reason.FAULT, Reason.POWER)]
)
def test_faults_and_power_say_what_and_the_way_back(trip: Trip) -> None:
    assert stop_words(trip) == f"Stopped: {TRIPS[trip]}. Then hold Continue to go on."


def test_a_stop_is_told_before_everything() -> None:
    state = state_of(Mode.STOPPED, stop=stop_of(Trip.STOP))
    assert say(state) == stop_words(Trip.STOP)
    assert say(state, stop_pressed=True) == stop_words(Trip.STOP, held=True)


def lifted(steps: list[str]) -> list[str]:
    """The same way back, when a foot is on a machine that has cut."""
    first = steps[:1] if steps[0] == "release Stop" else []
    left = [step for step in steps[len(first) :] if step != "foot off"]
    return [*first, "foot off", *left]


@pytest.mark.parametrize(
    ("trip", "since_s", "off_s", "held", "steps"),
    [
        (Trip.RISE, 0.0, 0.0, False, ["foot off", "30 s", "acknowledge"]),
        (Trip.RISE, 10.2, 2.0, False, ["20 s", "acknowledge"]),
        (Trip.RISE, 30.0, 1.9, False, ["foot off", "acknowledge"]),
        (Trip.RISE, 30.0, 2.0, True, ["acknowledge"]),
        (Trip.STOP, 0.0, 0.0, True, ["release Stop", "acknowledge"]),
        (Trip.STOP, 0.0, 0.0, False, ["acknowledge"]),
        (Trip.SENSOR_NAN, 0.0, 0.0, False, ["acknowledge"]),
        (Trip.POWER, 0.0, 0.0, False, ["acknowledge"]),
        (Trip.POWER, 0.0, 0.0, True, ["release Stop", "acknowledge"]),
    ],
)
def test_the_steps_still_to_be_done(
    trip: Trip, since_s: float, off_s: float, held: bool, steps: list[str]
) -> None:
    stop = stop_of(trip, at_s=NOW_S - since_s)
    watch = STEADY._replace(light_since_s=NOW_S - off_s)
    state, sample = state_of(Mode.STOPPED, watch, stop=stop), SAMPLE._replace(stop_pressed=held)
    assert until(state, stop, sample, LIMITS) == steps
    assert until(state, stop, sample._replace(cut=Cut.STOP), LIMITS) == lifted(steps)


def test_a_cause_that_stands_is_mended_first() -> None:
    stop = stop_of(Trip.SENSOR_NAN)
    state = state_of(Mode.STOPPED, stop=stop, cause=Trip.SENSOR_NAN)
    assert until(state, stop, SAMPLE, LIMITS) == ["mend the cause", "acknowledge"]
    cut = SAMPLE._replace(cut=Cut.LINK)
    assert until(state, stop, cut, LIMITS) == ["mend the cause", "foot off", "acknowledge"]


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (None, None),
        (-0.1, "heel"),
        (0.0, "heel"),
        (0.249, "heel"),
        (0.25, "arch"),
        (0.599, "arch"),
        (0.6, "ball"),
        (0.779, "ball"),
        (0.78, "toes"),
        (1.0, "toes"),
        (1.5, "toes"),
        (float("nan"), "toes"),
    ],
)
def test_zones_are_those_of_the_foot(place: float | None, name: str | None) -> None:
    assert zone(place) == name


# Everything else.


@pytest.mark.parametrize("mode", [Mode.SOFT_START, Mode.RUNNING])
def test_while_rolling_it_says_foot_phase_and_time(mode: Mode) -> None:
    assert say(state_of(mode)) == "Left foot · small circles · 3:45 left"


def test_an_eased_roller_says_so() -> None:
    assert say(state_of(Mode.EASED)) == (
        "Left foot · small circles · 3:45 left · gentler, the load was high"
    )


def test_seconds_have_two_digits() -> None:
    words = told(state_of(Mode.RUNNING), SAMPLE, "right", "wind down", 5.9, 3, LIMITS)
    assert words == "Right foot · wind down · 0:05 left"


@pytest.mark.parametrize(
    ("sitting", "watch", "words"),
    [
        (Sitting(), NO_FOOT, "To begin, press Start on the device."),
        (Sitting(), STEADY, "To begin, press Start on the device."),
        (OPEN, NO_FOOT, "Session open. Lay your foot on the roller."),
        (OPEN, RESTLESS, "Let your foot rest still on the roller."),
        (OPEN, STEADY, "Session open. Lay your foot on the roller."),
        *[
            (Sitting(why=why), NO_FOOT, f"{text} To begin, press Start on the device.")
            for why, text in ENDED.items()
        ],
        (
            Sitting(why=Reason.PAUSED),
            NO_FOOT,
            "To begin, press Start on the device.",
        ),
        (
            Sitting(rest_until_s=NOW_S + 600.0),
            NO_FOOT,
            f"{ADVICE} A new session is possible in 11 min.",
        ),
        (
            Sitting(rest_until_s=NOW_S + 59.0),
            NO_FOOT,
            f"{ADVICE} A new session is possible in 1 min.",
        ),
        (Sitting(rest_until_s=NOW_S), NO_FOOT, "To begin, press Start on the device."),
    ],
)
def test_idle_says_what_to_do_next(sitting: Sitting, watch: Watch, words: str) -> None:
    assert say(state_of(Mode.IDLE, watch, sitting)) == words


@pytest.mark.parametrize(
    ("fields", "trust", "missing"),
    [
        ({}, Trust.MEASURED, []),
        *(({}, trust, [words]) for trust, words in DOUBTS.items()),
        ({"gate_on": None}, Trust.MEASURED, ["Not fail-safe: no power gate is wired"]),
        (
            {"pressure_b_kpa": None},
            Trust.MEASURED,
            ["Only one pressure sensor: a wrong gain cannot be seen"],
        ),
    ],
)
def test_what_the_machine_lacks_is_told_with_what_it_costs(
    fields: dict[str, Any], trust: Trust, missing: list[str]
) -> None:
    found = cautions(sample_of(20.0, NOW_S, **fields), trust, LIMITS)
    assert found == [f"{one}; level 3 at most." for one in missing]


def test_all_lacks_are_told() -> None:
    sample = sample_of(20.0, 0.0, gate_on=None, pressure_b_kpa=None)
    assert len(cautions(sample, Trust.STALE, LIMITS)) == 3


@pytest.mark.parametrize(
    ("why", "watch", "words"),
    [
        (Reason.PAUSED, STEADY, "Paused. Press Continue to go on."),
        (
            Reason.PAUSED,
            RESTLESS,
            "Paused. Rest your foot still on the roller, then press Continue.",
        ),
        (
            Reason.FOOT_GONE,
            NO_FOOT,
            "Paused: the foot is gone. Lay it back, then press Continue.",
        ),
        (Reason.FOOT_GONE, STEADY, "Paused. Press Continue to go on."),
        (
            Reason.CHANGE,
            STEADY,
            "Shift your foot a finger's width to the side, then press Continue.",
        ),
    ],
)
def test_hold_says_why_and_how_to_go_on(why: Reason, watch: Watch, words: str) -> None:
    assert say(state_of(Mode.HOLD, watch, OPEN._replace(why=why))) == words


@pytest.mark.parametrize(("mode", "fine"), [(Mode.ARMED, "Ready."), (Mode.HOLD, "Paused.")])
def test_too_heavy_a_leg_is_told_with_the_cure(mode: Mode, fine: str) -> None:
    for level, row in LEVELS.items():
        at_limit = STEADY._replace(resting_kpa=row.resting_kpa)
        assert say(state_of(mode, at_limit), level).startswith(fine)
        over = STEADY._replace(resting_kpa=row.resting_kpa + 0.1)
        words = say(state_of(mode, over), level)
        assert words.startswith("Paused.") is (mode is Mode.HOLD)
        words = words.removeprefix("Paused. ")
        assert words.startswith("Your leg rests heavily: let the rest carry more of it")
        assert words.endswith(f", or choose level {level + 1}." if level < 10 else "of it.")


def test_after_pain_no_higher_level_is_suggested() -> None:
    heavy = STEADY._replace(resting_kpa=16.0)
    for pains, ends in ((0, "choose level 3."), (1, "carry more of it.")):
        sitting = OPEN._replace(pains=pains)
        assert say(state_of(Mode.ARMED, heavy, sitting), 2).endswith(ends)


def test_service_and_winding_down_have_their_words() -> None:
    assert say(state_of(Mode.SERVICE)).startswith("Service: ")
    assert say(state_of(Mode.WINDING_DOWN)) == "Coming to rest."


def test_every_mode_says_something_short() -> None:
    for mode in Mode:
        words = say(state_of(mode, stop=stop_of(Trip.RISE) if mode is Mode.STOPPED else None))
        assert 10 < len(words) < 250
        assert words.strip() == words


# Buttons that hang.


def test_every_button_and_every_way_to_hang_has_its_words() -> None:
    assert set(BUTTONS) == set(Pad._fields)
    assert set(HANGS) == set(Hang)


@pytest.mark.parametrize(
    ("told", "hangs", "words"),
    [
        ("Coming to rest.", {}, "Coming to rest."),
        (
            "Coming to rest.",
            {"plus": Hang.STUCK},
            "Coming to rest. The + button seems stuck; free it.",
        ),
        (
            "Left foot · 0:05 left",
            {"start": Hang.HELD, "minus": Hang.STUCK},
            "Left foot · 0:05 left. The Start button is held since the start; let it go. "
            "The − button seems stuck; free it.",
        ),
    ],
)
def test_a_button_that_hangs_is_told_after_what_happens(
    told: str, hangs: dict[str, Hang], words: str
) -> None:
    assert with_hangs(told, hangs) == words
