"""Both command lines: help with examples, the exit codes 0, 1, 2, 3, and one sentence per error."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from controller import cli, engine, settings
from controller.pace import Pace
from hardware.errors import HardwareError
from sim import __main__ as sim_cli

Main = Callable[[list[str]], int]
MAINS: list[Main] = [cli.main, sim_cli.main]
Captured = pytest.CaptureFixture[str]


def ends_with(main: Main, *words: str) -> int:
    """The exit code when argparse ends the process."""
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose state lives in the test's folder."""
    path = tmp_path / "footloop.toml"
    assert cli.main(["init", "--config", str(path)]) == 0
    text = path.read_text().replace('"~/.local/state/footloop"', f'"{tmp_path / "state"}"')
    path.write_text(text)
    return path


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.mark.parametrize("main", MAINS)
def test_the_help_shows_every_command_and_examples(main: Main, capsys: Captured) -> None:
    assert ends_with(main, "--help") == 0
    told = capsys.readouterr().out
    commands = {line.split()[0] for line in told.splitlines() if line.startswith("    ")}
    examples = told.split("examples:\n")[1].splitlines()
    shown = {line.split()[1] for line in examples if line.startswith("  footloop")}
    assert shown <= commands
    assert len(shown) >= 3


@pytest.mark.parametrize("main", MAINS)
def test_every_example_is_understood(main: Main, capsys: Captured) -> None:
    assert ends_with(main, "--help") == 0
    for line in capsys.readouterr().out.split("examples:\n")[1].splitlines():
        words = line.split("   ")[0].split()
        if words and words[0] == main.__module__.partition(".")[0].replace(
            "controller", "footloop"
        ):
            assert ends_with(main, *words[1:], "--help") == 0


@pytest.mark.parametrize(
    ("main", "words"),
    [
        (cli.main, []),
        (cli.main, ["dance"]),
        (cli.main, ["run"]),
        (cli.main, ["run", "--device", "toaster"]),
        (cli.main, ["engine", "--device", "mcu"]),
        (cli.main, ["init", "extra"]),
        (sim_cli.main, []),
        (sim_cli.main, ["dance"]),
        (sim_cli.main, ["run", "--port", "0"]),
        (sim_cli.main, ["run", "--port", "65536"]),
        (sim_cli.main, ["run", "--port", "http"]),
        (sim_cli.main, ["run", "--seed", "one"]),
        (sim_cli.main, ["replay"]),
        (sim_cli.main, ["replay", "a.csv", "b.csv"]),
        (sim_cli.main, ["replay", "a.csv", "--loud"]),
        (sim_cli.main, ["bench", "--seconds", "0"]),
        (sim_cli.main, ["bench", "--seconds", "nan"]),
        (sim_cli.main, ["bench", "--seconds", "1e9"]),
    ],
)
def test_wrong_usage_is_2_and_changes_nothing(
    main: Main, words: list[str], capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ends_with(main, *words) == 2
    told = capsys.readouterr()
    assert "usage:" in told.err
    assert told.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("main", "words", "says"),
    [
        (cli.main, ["run", "--bogus"], "footloop run: error: unknown: --bogus"),
        (cli.main, ["run", "--devise", "gpio"], "footloop run: error: unknown: --devise gpio"),
        (cli.main, ["calibrate", "--bogus"], "footloop calibrate: error: unknown: --bogus"),
        (cli.main, ["--bogus"], "footloop: error: unknown: --bogus"),
        (cli.main, ["run"], "footloop run: error: the following arguments are required: --device"),
        (cli.main, ["calibrate"], "footloop calibrate: error: one of the arguments --device"),
        (sim_cli.main, ["replay", "--loud"], "footloop-sim replay: error: unknown: --loud"),
        (sim_cli.main, ["replay"], "footloop-sim replay: error: the following arguments are"),
    ],
)
def test_what_is_unknown_is_named_before_what_is_missing(
    main: Main, words: list[str], says: str, capsys: Captured
) -> None:
    assert ends_with(main, *words) == 2
    assert says in capsys.readouterr().err


def test_an_unknown_device_is_named_with_those_there_are(capsys: Captured) -> None:
    assert ends_with(cli.main, "run", "--device", "toaster") == 2
    told = capsys.readouterr().err
    assert "toaster" in told
    assert "gpio" in told


@pytest.mark.parametrize("command", [["run", "--device", "gpio"], ["engine", "--device", "gpio"],
                                     ["panel"], ["wiring"]])  # fmt: skip
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "there is no such file; write it with: footloop init --config "),
        ("[person\nlevel = 3", "is not TOML"),
        ("[person]\nlevel = 11", "[person] level = 11: must be a whole number from 1 to 10"),
        ("[person]\nlevel = 11\n[panel]\nport = 0", "[panel] port = 0"),
    ],
)
def test_a_wrong_configuration_is_3(
    tmp_path: Path, command: list[str], text: str | None, says: str, capsys: Captured
) -> None:
    path = tmp_path / "footloop.toml"
    if text is not None:
        path.write_text(text)
    assert cli.main([*command, "--config", str(path)]) == 3
    told = capsys.readouterr().err
    assert says in told
    assert str(path) in told


def test_init_writes_a_file_that_loads_and_says_what_comes_next(
    tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "deep" / "footloop.toml"
    assert cli.main(["init", "--config", str(path)]) == 0
    assert capsys.readouterr().out.endswith(f"footloop run --device gpio --config {path}\n")
    assert path.is_file()


def test_wiring_prints_the_table_of_the_configuration(config: Path, capsys: Captured) -> None:
    config.write_text(config.read_text().replace("gate_pin = 17", "gate_pin = 25"))
    capsys.readouterr()
    assert cli.main(["wiring", "--config", str(config)]) == 0
    told = capsys.readouterr().out
    assert f"as configured in {config}" in told
    assert "power gate, pump input: GPIO 25" in told


def test_wiring_before_any_configuration_shows_the_defaults_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cli.main(["wiring"]) == 0
    assert "the defaults, as there is no ~/.config/footloop" in capsys.readouterr().out
    assert cli.main(["init"]) == 0
    assert cli.main(["wiring"]) == 0
    assert "as configured in ~/.config/footloop/footloop.toml" in capsys.readouterr().out


def test_init_never_overwrites(config: Path, capsys: Captured) -> None:
    before = config.read_text()
    assert cli.main(["init", "--config", str(config)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert config.read_text() == before


def test_init_where_nothing_can_be_written_is_a_sentence(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "file").write_text("no folder")
    for name in ("file/footloop.toml", "x" * 300):
        assert cli.main(["init", "--config", str(tmp_path / name)]) == 1
        told = capsys.readouterr().err
        assert told.startswith(f"{tmp_path / name}: cannot be written (")
        assert told.endswith("); name another place with --config FILE\n")


def test_a_machine_without_pins_is_a_sentence_with_the_cure(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def no_pins(*_given: object, **_named: object) -> None:
        raise HardwareError("no pins here: run this on the Pi")

    monkeypatch.setattr(cli, "open_roller", no_pins)
    assert cli.main(["engine", "--device", "gpio", "--config", str(config)]) == 1
    assert capsys.readouterr().err == "no pins here: run this on the Pi\n"


def test_a_second_engine_touches_no_pin(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(cli, "open_roller", lambda *given, **_named: opened.append(given))
    with engine.hold(cli.setup_of(settings.load(config))):
        assert cli.main(["engine", "--device", "gpio", "--config", str(config)]) == 1
    told = capsys.readouterr().err
    assert told == (
        f"another engine is running on {tmp_path / 'state'}; stop it first, or use another folder\n"
    )
    assert opened == []


@pytest.mark.parametrize("quiet", [True, False])
def test_who_wants_it_quiet_gets_it_quiet(tmp_path: Path, quiet: bool) -> None:
    path = tmp_path / "quiet.toml"
    path.write_text(f"[signals]\nquiet = {str(quiet).lower()}\n")
    assert cli.setup_of(settings.load(path)).quiet is quiet


class Lit:
    """A roller on pins, as far as the command looks at it."""

    signals = object()


def test_the_engine_drives_the_roller_s_own_light(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[object] = []

    def run(*parts: object) -> Pace:
        given.extend(parts)
        return Pace()

    monkeypatch.setattr(cli, "open_roller", lambda *_given, **_named: Lit())
    monkeypatch.setattr(engine, "run", run)
    assert cli.main(["engine", "--device", "gpio", "--config", str(config)]) == 0
    assert given[-1] is Lit.signals


def test_a_busy_or_foreign_address_names_the_configuration(
    config: Path, taken_port: int, capsys: Captured
) -> None:
    """What is busy now may be free later; what is nobody's address here is wrong for good."""
    text = config.read_text().replace('"0.0.0.0"', '"127.0.0.1"')
    config.write_text(text.replace("port = 8080", f"port = {taken_port}"))
    capsys.readouterr()
    assert cli.main(["panel", "--config", str(config)]) == 1
    told = capsys.readouterr().err
    assert told.endswith(f"or choose another: port in [panel] of {config}.\n")
    config.write_text(text.replace('"127.0.0.1"', '"192.0.2.1"'))
    assert cli.main(["panel", "--config", str(config)]) == 3
    told = capsys.readouterr().err
    assert told.endswith(f"for every network it is in: host in [panel] of {config}.\n")
