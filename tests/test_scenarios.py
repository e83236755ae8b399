"""Every story that comes with the simulator comes true, and a story that is not true fails."""

import json
from pathlib import Path

import pytest

from controller.scenario import parsed
from controller.scenario_file import found
from controller.scenario_keys import MOODS, VERB
from sim import moods as sim_moods
from sim.__main__ import main
from sim.acts import Act, FootOn
from sim.scenario import SCENARIOS, Playing, run, run_file
from sim.scenario_acts import DOES
from sim.scenario_machine import stage_of

FILES = found([SCENARIOS])
ROLLS = 'format = 1\ntitle = "t"\nstory = "s"\n'


def played(timeline: str, *, must: str = "stops = 0", more: str = "") -> list[str]:
    """What was not as it must be."""
    outcome = run(parsed(f"{ROLLS}timeline = [{timeline}]\n{more}\n[must]\n{must}\n"), "t.toml")
    return [f"{failure.line}: {failure.says}" for failure in outcome.failures]


@pytest.mark.long
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_comes_true(file: Path) -> None:
    outcome = run_file(file)
    assert outcome.passed, [*outcome.errors, *outcome.failures]


def test_there_are_many_and_each_has_its_own_story() -> None:
    stories = [file.read_text(encoding="utf-8").split('"""')[1] for file in FILES]
    assert len(FILES) >= 40
    assert len(set(stories)) == len(FILES)


def test_the_simulator_does_every_verb() -> None:
    assert set(DOES) == set(VERB)


def test_every_mood_is_one_of_the_simulator_s() -> None:
    assert {"calm", *sim_moods.MOODS} == set(MOODS)


@pytest.mark.parametrize(("mood", "moves"), [("calm", False), ("restless", True)])
def test_a_mood_moves_the_leg_once_it_is_massaged(mood: str, moves: bool) -> None:
    timeline = '[{ do = "start massage" }, { do = "wait", for_s = 60 }]'
    scenario = parsed(f'{ROLLS}timeline = {timeline}\n[person]\nmood = "{mood}"\n[must]\n')
    stage, done = stage_of(scenario, "t"), list[object]()
    act = stage.stack.plant.act

    def noted(doing: Act) -> None:
        done.append(doing)
        act(doing)

    stage.stack.plant.act = noted  # type: ignore[method-assign]
    Playing(scenario, stage).to_the_end()
    assert isinstance(done[0], FootOn), "nothing before the foot is laid on"
    assert (len(done) > 1) is moves


def test_the_same_story_ends_the_same() -> None:
    file = SCENARIOS / "sharp-rise.toml"
    assert run_file(file) == run_file(file)


@pytest.mark.parametrize(
    ("timeline", "says"),
    [
        ('{ at_s = 1, must = { mode = "RUNNING" } }', "mode: IDLE; wanted: RUNNING"),
        ('{ until = { session_open = true }, within_s = 0.1 }',
         "not within 0.1 s: session_open: false; wanted: true"),
        ('{ at_s = 1, do = "ask", what = "start" }', "refused: start is not possible now."),
        ('{ at_s = 1, do = "ask", what = "lower", refused = "no" }',
         "must be refused (no); it was taken"),
        ('{ at_s = 1, do = "ask", what = "start", refused = "no!" }', "must be refused (no!)"),
        ('{ do = "wait", for_s = 2 }, { at_s = 1, do = "foot on" }', "at_s = 1: it was later"),
        ('{ do = "break", fault = "moon" }', "fault = 'moon': there is no such word; known: "),
        ('{ do = "shift foot" }', "not within 10 s"),
        ('{ do = "start massage" }, { do = "foot on", motor_off_within_ms = 20 }',
         "the motor still has power after 20 ms"),
    ],
)  # fmt: skip
def test_a_line_that_does_not_come_true_is_told(timeline: str, says: str) -> None:
    (failure,) = played(timeline)
    assert failure.startswith(f"4: {says}")


def test_what_is_asked_of_a_machine_that_was_just_switched_on_is_answered() -> None:
    assert played('{ do = "ask", what = "start", refused = "not possible now" }') == []
    assert (
        played('{ must = { mode = "IDLE" } }, { do = "cut power" }, { must = { stopped = false } }')
        == []
    )


def test_what_the_end_must_be_is_demanded() -> None:
    assert played('{ at_s = 1, do = "ask", what = "stop" }') == ["6: stops: 1; wanted: 0"]


def test_what_must_always_hold_is_watched_and_told_once() -> None:
    broken = played(
        '{ do = "start massage" }, { do = "ask", what = "end" }, { do = "wait", for_s = 3 }',
        more='[always]\nmotor_powered = false\npressure_at_most_kpa = 200',
        must='mode = "IDLE"\nmotor_powered = false',
    )  # fmt: skip
    assert broken == ["5: always: motor_powered: true; wanted: false"]


def test_a_line_on_which_the_rest_stands_ends_the_story() -> None:
    failures = played('{ until = { stopped = true }, within_s = 0.1 }, { do = "go on", for_s = 9 }',
                      must="stops = 7")  # fmt: skip
    assert len(failures) == 1


def test_a_machine_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "long.toml"
    file.write_text(ROLLS + "timeline = []\n[device]\ntravel_cm = 22\n"
                    "[person]\nfoot_length_cm = 23\n[must]\nstops = 0\n")  # fmt: skip
    (error,) = run_file(file).errors
    assert error == f"{file}: [device] a rail of 22 cm does not stay under the foot"


def test_json_tells_who_failed_and_the_exit_code_is_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.toml").write_text(ROLLS + "timeline = []\n[must]\nstops = 1\n")
    (tmp_path / "b.toml").write_text(ROLLS + "timeline = []\n[must]\nstops = 0\n")
    (tmp_path / "c.toml").write_text("format = 2\n")
    assert main(["scenario", str(tmp_path), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["passed"], told["failed"]) == (1, 2)
    first, second, third = told["scenarios"]
    assert (first["passed"], second["passed"], third["passed"]) == (False, True, False)
    assert first["failures"] == [{"line": 5, "at_s": 0.004, "says": "stops: 0; wanted: 1"}]
    assert third["errors"] == [
        f"{tmp_path}/c.toml, line 1: format = 2: must be 1, the version that is understood here"
    ]


def test_words_tell_the_same_to_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.toml"
    file.write_text(ROLLS + "timeline = []\n[must]\nstops = 1\n")
    good = SCENARIOS / "stop-at-rest.toml"
    assert main(["scenario", str(good)]) == 0
    assert capsys.readouterr().out.endswith("1 scenario, 0 failed\n")
    assert main(["scenario", str(file), str(good)]) == 1
    told = capsys.readouterr().out
    assert f"{file}, line 5, at 0.004 s: stops: 0; wanted: 1" in told
    assert told.endswith("2 scenarios, 1 failed\n")


def test_a_folder_without_a_scenario_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scenario", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{tmp_path}: there is no scenario (.toml) in this folder\n"


# What breaks.


def test_a_fault_that_did_not_take_effect_fails_the_story() -> None:
    asked = '{ do = "break", fault = "actuator/stuck-off" }, { do = "wait", for_s = 1 }'
    assert played(asked) == ["6: actuator/stuck-off was to break, and nothing shows that it did"]


def test_what_is_mended_was_seen_before_and_is_whole_again() -> None:
    assert played(
        '{ do = "break", fault = "sensor/disagree" }, { until = { rule = "T9" }, within_s = 1 },'
        '{ do = "mend", fault = "sensor/disagree" },'
        '{ until = { can = "acknowledge" }, within_s = 1 }',
        must="stops = 1",
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("timeline", "says"),
    [
        ('{ do = "mend", fault = "sensor/nan" }', "fault = 'sensor/nan': it is not broken"),
        ('{ do = "break", fault = "actuator/gate-welded" },'
         '{ do = "mend", fault = "actuator/gate-welded" }',
         "fault = 'actuator/gate-welded': nobody can mend that while it is switched on"),
        ('{ do = "break", fault = "sensor/nam" }',
         "fault = 'sensor/nam': there is no such word; did you mean sensor/nan"),
    ],
)  # fmt: skip
def test_what_cannot_be_broken_or_mended_is_told(timeline: str, says: str) -> None:
    (failure,) = played(timeline)
    assert failure.startswith(f"4: {says}")
