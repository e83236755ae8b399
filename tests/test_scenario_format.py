"""The format of scenarios: what is understood, and what is refused with line, key and range."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.scenario import Act, Check, ScenarioError, Wait, parsed
from controller.scenario_file import found, load
from controller.scenario_judge import JUDGES, Picture, Tally, complaints, knowable
from controller.scenario_keys import CRITERION, SECTIONS, VERB

HEAD = 'format = 1\ntitle = "t"\nstory = "s"\n'
WHOLE = (
    HEAD
    + """
[device]
rate_hz = 500

[person]
level = 5

[limits]
rise_kpa = 5

[must]
mode = ["IDLE", "ARMED"]

[always]
stops = 0

[[timeline]]
at_s = 1
do = "press"
button = "plus"

[[timeline]]
until = { mode = "ARMED" }
within_s = 3

[[timeline]]
after_s = 2
must = { level = 5 }

[[timeline]]
do = "ask"
what = "level"
level = 4
refused = "no"
motor_off_within_ms = 9
"""
)


def problems(text: str) -> list[str]:
    """Why `text` is refused."""
    with pytest.raises(ScenarioError) as refused:
        parsed(text)
    return str(refused.value).splitlines()


def with_timeline(*entries: str) -> str:
    return f"{HEAD}timeline = [\n" + "".join(f"  {one},\n" for one in entries) + "]\n[must]\n"


def test_a_whole_scenario_is_understood() -> None:
    scenario = parsed(WHOLE)
    assert (scenario.title, scenario.story) == ("t", "s")
    assert scenario.device == {word.name: word.default for word in SECTIONS["device"]} | {
        "rate_hz": 500
    }
    assert scenario.person["level"] == 5
    assert (scenario.limits.rise_kpa, scenario.limits.tick_s) == (5, 0.002)
    press, wait, check, ask = scenario.timeline
    assert isinstance(press, Act)
    assert (press.verb, press.when.at_s, press.line) == (VERB["press"], 1, 20)
    assert press.given == {"button": "plus", "for_s": 0.2}
    assert isinstance(wait, Wait)
    assert (wait.wanted.of, wait.within_s) == ({"mode": "ARMED"}, 3)
    assert isinstance(check, Check)
    assert (check.wanted.of, check.when.after_s) == ({"level": 5}, 2)
    assert isinstance(ask, Act)
    assert (ask.given, ask.refused) == ({"what": "level", "level": 4}, "no")
    assert ask.motor_off_within_ms == 9
    assert scenario.must.of == {"mode": ["IDLE", "ARMED"]}
    assert (scenario.always.of, scenario.always.line) == ({"stops": 0}, 17)
    assert scenario.black_box is None


def test_a_recording_takes_the_place_of_a_timeline() -> None:
    scenario = parsed(HEAD + '[must]\n[recording]\nblack_box = "x"\n')
    assert (scenario.black_box, scenario.timeline) == ("x", ())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = " + "[" * 5000 + "]" * 5000, "is nested too deeply to be a scenario; write it"),
        ("format = ?", "is not TOML: Invalid value (at line 1, column 10); mend that line"),
        ("format = 2\n" + with_timeline()[11:],
         "line 1: format = 2: must be 1, the version that is understood here"),
        (with_timeline()[11:], "line 1: format is missing; 1 "
                               "(the version of this format)"),
        (HEAD + "timeline = []\n", "line 1: [must] is missing: say what has to be true at the end"),
        (HEAD + "[must]\n",
         "line 1: a scenario has a timeline or a [recording]; there is neither"),
        (HEAD + 'timeline = []\n[must]\n[recording]\nblack_box = "x"\n',
         "line 4: a scenario has a timeline or a [recording]; leave one out"),
        (HEAD + '[must]\n[recording]\nblack_box = "x"\n[person]\n',
         "line 7: [person]: a [recording] has its own; leave this out"),
        (HEAD + "[must]\n[recording]\n", "line 5: [recording] black_box is missing; a text "
                                         "(what a black box kept, played instead of a foot)"),
        (with_timeline() + "[devise]\n",
         "line 7: devise: there is no such word; did you mean device?"),
        (HEAD + "device = 3\ntimeline = []\n[must]\n",
         "line 4: device: must be a section, [device]"),
        (HEAD + "timeline = 3\n[must]\n", "line 4: timeline: must be a list of lines in braces"),
        (HEAD + "timeline = [3]\n[must]\n", "line 4: timeline: must be a list of lines in braces"),
        (with_timeline() + "[device]\nrate_hz = 5000\n",
         "line 8: [device] rate_hz = 5000: must be a whole number from 100 to 1000 "
         "(how often the controller reads and decides)"),
        (with_timeline() + "[person]\nheight = 1\n",
         "line 8: [person] height: there is no such word; known: level, foot, "),
        (with_timeline() + "[limits]\nrise_kpa = 50\n",
         "line 8: [limits] rise_kpa = 50: must be 4 to 10 kPa (T2: least rise that is pain)"),
        (with_timeline() + "[limits]\ntick_s = 0.004\n",
         "line 8: [limits] tick_s: set rate_hz in [device] instead"),
        (with_timeline() + 'mode = "ASLEEP"\n',
         "line 7: must: mode = 'ASLEEP': must be a mode, or a list of modes "
         "(what the controller does)"),
        (with_timeline() + "mood = 1\n",
         "line 7: must: mood: there is no such word; did you mean mode?"),
        (with_timeline("{ at_s = 1 }"), "line 5: timeline: a line has one of do, until, must"),
        (with_timeline('{ do = "wait", for_s = 1, must = {} }'),
         "line 5: timeline: a line has one of do, until, must"),
        (with_timeline("{ must = 3 }"), "line 5: must: must be a list of criteria in braces"),
        (with_timeline("{ until = { } }"), "line 5: timeline, until: within_s is missing; "
                                           "0.004 to 3600 (how long `until` is waited for)"),
        (with_timeline('{ do = "dance" }'),
         "line 5: timeline: do = 'dance': there is no such word; known: start massage, "),
        (with_timeline("{ do = 3 }"), "line 5: timeline: do = 3: there is no such word; known: "),
        (with_timeline('{ do = "press", button = "off" }'),
         "line 5: timeline, \"press\": button = 'off': must be one of start, plus, minus "
         "(which button of the device)"),
        (with_timeline('{ do = "press" }'), 'line 5: timeline, "press": button is missing; '),
        (with_timeline('{ do = "foot on", at_s = 1, after_s = 1 }'),
         "line 5: timeline: at_s and after_s exclude each other; leave one out"),
        (with_timeline('{ do = "foot on", at_s = 3 }', '{ do = "foot on", at_s = 2 }'),
         "line 6: timeline: at_s = 2: an earlier line has at_s = 3 already; "
         "put it before that one"),
        (with_timeline('{ do = "foot on", refused = "x" }'),
         'line 5: timeline: only "ask" can be refused'),
        (with_timeline('{ do = "ask", what = "level" }'),
         'line 5: timeline, "ask": level belongs to what = "level", and only there'),
        (with_timeline('{ do = "ask", what = "stop", level = 3 }'),
         'line 5: timeline, "ask": level belongs to what = "level", and only there'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_line_key_and_range(text: str, told: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith(told)


def test_every_problem_is_told_at_once_in_the_order_of_lines() -> None:
    found_wrong = problems(
        'format = 1\ntitle = 3\nstory = " "\ntimeline = [\n { do = "dance" },\n { do = "lean" },\n'
        "]\n[must]\nlevel = true\nrule = 3\nwords = []\n[device]\nnoise = 1\n"
    )
    assert [problem.split(":")[0] for problem in found_wrong] == [
        f"line {line}" for line in (2, 3, 5, 6, 9, 10, 11, 13)
    ]


NONSENSE = (
    "", "[[must]]", "timeline = 3", "[timeline]", "x = [[[1]]]", "until = []", "must = 1",
    "do = []", "[must.mode]", "at_s = nan", "level = 1979-05-27", "format = true",
    "[device.seed]", "words = {}",
)  # fmt: skip


@given(st.sampled_from(WHOLE.splitlines()), st.sampled_from(NONSENSE))
def test_no_nonsense_is_more_than_a_refusal(line: str, nonsense: str) -> None:
    with suppress(ScenarioError):
        parsed(WHOLE.replace(f"{line}\n", f"{nonsense}\n", 1))


def test_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(with_timeline("{ do = 3 }"))
    with pytest.raises(ScenarioError, match=f"^{file}, line 5: timeline: do = 3"):
        load(file)
    file.write_text("format =")
    with pytest.raises(ScenarioError, match=f"^{file}: is not TOML"):
        load(file)
    file.write_bytes(b"\xff")
    with pytest.raises(ScenarioError, match=f"^{file}: cannot be read "):
        load(file)
    with pytest.raises(ScenarioError, match="there is no such file"):
        load(tmp_path / "none.toml")
    file.write_text(WHOLE)
    assert load(file) == parsed(WHOLE)
    assert found([tmp_path, file]) == [file, file]


# What is demanded.

STOPPED = {
    "mode": "STOPPED",
    "level": 4,
    "reason": "pain",
    "words": "Stopped: it hurt. Lift your foot.",
    "can": [],
    "session_open": False,
    "phase": "settle in",
    "place": 0.4,
    "stop": {"rule": "T2", "next_level": 2, "at_s": 3.004},
}
PICTURE = Picture(STOPPED, 1, 2, 3, 20.5, 0.0, False, True)
IDLE = Picture({"mode": "IDLE", "can": ["service"], "stop": None, "reason": None, "place": None})


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("mode", "STOPPED", "IDLE"),
        ("mode", ["IDLE", "STOPPED"], ["IDLE"]),
        ("stopped", True, False),
        ("rule", "T2", "none"),
        ("reason", "pain", "person"),
        ("words", ["it hurt", "Lift"], ["it hurt", "no"]),
        ("level", 4, 5),
        ("next_level", 2, 3),
        ("cannot", ["start"], None),
        ("session_open", False, True),
        ("phase", "settle in", "knuckles"),
        ("stops", 1, 0),
        ("holds", 2, 0),
        ("eases", 3, 0),
        ("stopped_at_s", 3.005, 3.008),
        ("place_at_most", 0.4, 0.3),
        ("place_at_least", 0.4, 0.5),
        ("pressure_at_most_kpa", 21, 20),
        ("pressure_at_least_kpa", 20, 21),
        ("speed_at_most_cm_s", 0, None),
        ("speed_at_least_cm_s", 0, 1),
        ("motor_powered", False, True),
        ("gate_on", True, False),
    ],
)
def test_what_is_demanded_is_judged(name: str, right: Any, wrong: Any) -> None:
    assert complaints({name: right}, PICTURE) == []
    if wrong is not None:
        (complaint,) = complaints({name: wrong}, PICTURE)
        assert complaint.startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"rule": "T2"}, "rule: none; wanted: T2"),
        ({"reason": "pain"}, "reason: none; wanted: pain"),
        ({"can": ["start", "end"]}, "can: service; wanted: start or end"),
        ({"cannot": "service"}, "cannot: one of service; wanted: service"),
        ({"place_at_most": 1.0}, "place_at_most: nan; wanted: 1"),
        ({"pressure_at_least_kpa": 0.5}, "pressure_at_least_kpa: nan; wanted: 0.5"),
        ({"speed_at_most_cm_s": 5}, "speed_at_most_cm_s: nan; wanted: 5"),
        ({"motor_powered": False}, "motor_powered: None; wanted: false"),
        ({"stopped_at_s": 3.0}, "stopped_at_s: nan; wanted: 3"),
    ],
)
def test_what_is_not_there_is_never_as_wanted(wanted: dict[str, Any], told: str) -> None:
    assert complaints(wanted, IDLE) == [told]


def test_nothing_that_can_be_done_is_told_as_none() -> None:
    assert complaints({"can": "start"}, PICTURE) == ["can: none; wanted: start"]


def test_every_criterion_is_judged_and_some_need_the_truth() -> None:
    assert set(JUDGES) == set(CRITERION)
    assert knowable({"mode": "IDLE", "gate_on": True}) == {"mode": "IDLE"}


def test_modes_are_counted_when_they_are_entered() -> None:
    tally = Tally()
    for mode in ("IDLE", "RUNNING", "EASED", "EASED", "HOLD", "RUNNING", "HOLD", "STOPPED"):
        tally = tally.seen(mode)
    assert tally == ("STOPPED", 1, 2, 1)
