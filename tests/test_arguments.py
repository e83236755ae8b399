"""What is typed: every command's help has lines that are understood; a refusal tells the range."""

import argparse
from collections.abc import Callable, Iterator

import pytest

from controller import cli_parser
from controller.arguments import host, port
from sim import cli_parser as sim_parser
from sim.cli_parser import positive, seconds

PARSERS = {"footloop": cli_parser.parser, "footloop-sim": sim_parser.parser}
Captured = pytest.CaptureFixture[str]


def commands() -> Iterator[tuple[str, str]]:
    for program, make in PARSERS.items():
        usage = make().format_help().split("commands:\n")[1].split("\n\n")[0]
        for line in usage.splitlines():
            if line.startswith("    ") and line[4] != " ":
                yield program, line.split()[0]


COMMANDS = list(commands())


def test_all_commands_are_looked_at() -> None:
    assert [name for program, name in COMMANDS if program == "footloop"] == [
        "init", "wiring", "run", "engine", "panel", "calibrate", "stop-test", "rehearse",
        "flash", "mcu",
    ]  # fmt: skip
    assert len(COMMANDS) == 18


@pytest.mark.parametrize(("program", "command"), COMMANDS)
def test_a_command_s_help_has_examples_that_are_understood(
    program: str, command: str, capsys: Captured
) -> None:
    with pytest.raises(SystemExit):
        PARSERS[program]().parse_args([command, "--help"])
    told = capsys.readouterr().out
    examples = [line for line in told.splitlines() if line.startswith(f"  {program} ")]
    assert examples
    for line in examples:
        words = line.split(" > ")[0].split()
        assert PARSERS[program]().parse_args(words[1:]).command == command


@pytest.mark.parametrize(
    ("understand", "text", "says"),
    [
        *((port, text, "a port is a whole number from 1 to 65535")
          for text in ("abc", "0", "65536", "-1", "80.5", "", "8_0", "9" * 5000)),
        *((host, text, "a host is an address of this machine")
          for text in ("", "  ", "a b", "ü", "a\0")),
        *((seconds, text, "a run takes 0.1 to 60 s") for text in ("x", "0", "60.1", "nan", "")),
        *((positive, text, "must be a whole number, 1 or more") for text in ("x", "0", "-1", "")),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_repeated_with_the_range(
    understand: Callable[[str], object], text: str, says: str
) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as raised:
        understand(text)
    assert str(raised.value).startswith(f"{text!r}: {says}")


def test_the_ends_of_the_ranges_are_understood() -> None:
    assert (port("1"), port("65535"), seconds("0.1"), seconds("60")) == (1, 65535, 0.1, 60.0)
    assert host("::1") == "::1"
