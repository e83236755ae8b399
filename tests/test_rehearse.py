"""A story on the bench: the person is asked, what can be seen is judged, the rest is named."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller import cli
from controller.link import LinkError
from controller.rehearse import different, unfit, unseen, verdict
from controller.rehearse_link import LinkBench, RehearsalError
from controller.scenario import parsed
from controller.scenario_file import load
from sim.scenario import SCENARIOS
from tests.engine_process import running
from tests.rehearsal_bench import Rehearsing

HEAD = 'format = 1\ntitle = "t"\nstory = "s"\n'
Captured = pytest.CaptureFixture[str]


def story(timeline: str, must: str = "stops = 0", more: str = "") -> Rehearsing:
    return Rehearsing(parsed(f"{HEAD}timeline = [{timeline}]\n{more}\n[must]\n{must}\n"))


@pytest.mark.long
@pytest.mark.parametrize(
    "name",
    ["button-stuck", "buttons-only", "end-from-phone", "flinch", "foot-lifted", "lane-shift",
     "overload-eases", "phone-raises-level", "sensor-unplugged", "sharp-rise", "stop-switch",
     "way-back-after-pain"],
)  # fmt: skip
def test_the_same_file_comes_true_on_a_bench(name: str) -> None:
    going = Rehearsing(load(SCENARIOS / f"{name}.toml"))
    found = going.go()
    assert found.passed, found.failures


def test_a_person_is_told_what_to_do_and_the_link_does_the_rest() -> None:
    going = Rehearsing(load(SCENARIOS / "sensor-unplugged.toml"))
    going.go()
    assert [re.sub(", then press Enter: $", "", one) for one in going.person.prompts] == [
        "Now: Foot off, everything set up",
        "Now: Press start on the device for 0.2 s",
        "Now: Lay your foot on the roller",
        "Now: Bring this about: sensor/off",
        "Now: Mend this: sensor/off",
    ]
    assert going.bench.asked == ["start", "acknowledge", "acknowledge"]


@pytest.mark.long
def test_a_foot_is_shifted_when_the_program_waits_for_it() -> None:
    going = story('{ do = "start massage" }, { do = "go on", for_s = 115 }')
    assert going.go().passed
    assert "Now: Lay your foot back, a finger's width to the side" in going.person.prompts[-1]


def test_what_cannot_be_seen_is_named_by_line() -> None:
    scenario = load(SCENARIOS / "stop-switch.toml")
    assert unseen(scenario) == [
        "line 12: motor_off_within_ms cannot be seen at a bench",
        "line 20: motor_powered cannot be seen at a bench",
    ]
    found = Rehearsing(scenario).go()
    assert verdict(found) == [*found.unseen, "everything that can be seen was as it must be"]


def test_what_is_not_as_it_must_be_is_told_with_its_line() -> None:
    going = story('{ at_s = 1, must = { mode = "RUNNING" } }, { do = "ask", what = "start" },'
                  '{ do = "ask", what = "lower", refused = "no" }', must="stops = 2",
                  more="[always]\nlevel = 3\npressure_at_most_kpa = 90")  # fmt: skip
    found = going.go()
    assert [one.split(";")[0] for one in found.failures] == [
        "line 4: mode: IDLE",
        "line 4: refused: start is not possible now. To begin, press Start on the device.",
        "line 4: must be refused (no)",
        "line 5: always: level: 2",
        "line 8: stops: 0",
    ]
    assert verdict(found)[-1] == "FAILED"


def test_a_story_that_cannot_go_on_leaves_a_stopped_roller() -> None:
    going = story('{ do = "start massage" }, { until = { level = 9 }, within_s = 1 },'
                  '{ do = "foot off" }')  # fmt: skip
    found = going.go()
    assert found.failures == ("line 4: not within 1 s: level: 3; wanted: 9",)
    assert going.bench.asked[-1] == "stop"
    assert "Lift your foot" not in "".join(going.person.prompts)
    going.bench.look()
    assert going.stack.state.stop is not None


def test_who_gives_up_leaves_a_stopped_roller() -> None:
    scenario = load(SCENARIOS / "foot-lifted.toml")
    going = Rehearsing(scenario, gives_up_at="Lift your foot")
    assert going.go().failures == ("interrupted; the roller was stopped",)
    going.bench.look()
    assert going.stack.state.stop is not None


def test_another_machine_than_usual_is_to_be_set_up() -> None:
    assert different(load(SCENARIOS / "motor-without-supply.toml")) == [
        "supply_v = 0 (what feeds the motor; 0: it is not plugged in)"
    ]
    assert different(load(SCENARIOS / "quick-controller.toml")) == []


def test_what_takes_the_engine_away_is_not_rehearsed(capsys: Captured) -> None:
    file = SCENARIOS / "power-cut.toml"
    assert cli.main(["rehearse", str(file)]) == 1
    assert capsys.readouterr().err == (
        f'{file}: line 11: "cut power" would take away the engine that is talked to\n'
    )
    played = parsed(HEAD + '[must]\n[recording]\nblack_box = "x"\n')
    assert unfit(played) == ["a [recording] is played by footloop-sim scenario, not on a bench"]


def test_a_file_that_is_no_scenario_is_told(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "a.toml"
    file.write_text("format = 7\n")
    assert cli.main(["rehearse", str(file)]) == 1
    assert capsys.readouterr().err.startswith(f"{file}, line 1: format = 7: must be 1")


# Over the link of a real engine.


@pytest.fixture
def at_rest(tmp_path: Path) -> Path:
    """A story of few words."""
    file = tmp_path / "story.toml"
    file.write_text(
        HEAD + 'timeline = [\n  { do = "ask", what = "level", level = 2 },\n'
        '  { do = "ask", what = "stop" },\n  { until = { stopped = true }, within_s = 5 },\n'
        '  { do = "ask", what = "start", refused = "not possible now" },\n]\n'
        '[must]\nrule = "T6"\n'
    )
    return file


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """What is typed, line by line; then the terminal is gone."""
    left = list(lines)

    def taken(_prompt: str) -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    monkeypatch.setattr("builtins.input", taken)


def test_a_real_engine_is_rehearsed(
    tmp_path: Path, at_rest: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "")
    with running(tmp_path) as process:
        process.until_rolling()
        assert cli.main(["rehearse", str(at_rest), "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out.endswith("everything that can be seen was as it must be\n")


def test_a_terminal_that_is_gone_stops_a_real_engine(
    tmp_path: Path, at_rest: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch)
    with running(tmp_path) as process, process.until_rolling().client() as client:
        assert cli.main(["rehearse", str(at_rest), "--folder", str(tmp_path)]) == 1
        while client.state()["mode"] != "STOPPED":
            pass
    assert "FAILED: interrupted; the roller was stopped" in capsys.readouterr().out


def test_without_an_engine_it_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match=r"no engine listens on .*: start it with `footloop engine"):
        LinkBench(tmp_path / "engine.sock")


@pytest.fixture
def deaf_engine(tmp_path: Path) -> Iterator[tuple[Path, socket.socket]]:
    """Something that listens and can be made to hang up."""
    path = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        yield path, server


def test_an_engine_that_ends_is_told(deaf_engine: tuple[Path, socket.socket]) -> None:
    path, server = deaf_engine
    bench = LinkBench(path)
    connection, _ = server.accept()
    connection.close()
    with pytest.raises(RehearsalError, match="the engine has ended; look at its output"):
        bench.look()
    with pytest.raises(RehearsalError, match="the engine has ended"):
        bench.ask("stop", None)
    bench.close()


def test_an_engine_that_is_silent_is_told(
    deaf_engine: tuple[Path, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.rehearse_link.PATIENCE_S", 0.01)
    path, server = deaf_engine
    bench = LinkBench(path)
    connection, _ = server.accept()
    with connection, pytest.raises(RehearsalError, match="the engine has gone silent"):
        bench.look()
    bench.close()
