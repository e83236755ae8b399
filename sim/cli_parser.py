"""What can be typed after `footloop-sim`: commands, options, and help with examples."""

import argparse
from contextlib import suppress
from pathlib import Path

from controller.arguments import Commands, Parser, add_command, host, port
from controller.modes import Mode
from controller.processes import READY_OPTION

DEFAULT_PORT = 8080

EPILOG = """examples:
  footloop-sim run                       a simulated roller with its page
  footloop-sim run --port 9000
  footloop-sim run --mcu                 behind a microcontroller with the real firmware
  footloop-sim scenario                  every story that comes with it, judged
  footloop-sim replay walk.csv --json    a recording through the safety kernel
  footloop-sim faults                    every fault in every mode
  footloop-sim import trip.csv > trip.toml   a machine's black box becomes a scenario
  footloop-sim bench --json              how fast the simulator is here"""


def parser() -> Parser:
    """Understands every command; the one that was typed is in `command`."""
    whole = Parser(
        prog="footloop-sim",
        description="Footloop on a simulated roller with a simulated foot.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = whole.add_subparsers(
        title="commands", required=True, metavar="COMMAND", dest="command"
    )
    _add_run(commands)
    _add_replays(commands)
    _add_judges(commands)
    return whole


def _add_run(commands: Commands) -> None:
    """The product, and its two processes one by one."""
    run = add_command(
        commands,
        "run",
        "run the simulated roller and its page",
        [
            "footloop-sim run",
            "footloop-sim run --mcu",
            "footloop-sim run --port 9000 --folder kept",
        ],
    )
    run.add_argument("--port", type=port, default=DEFAULT_PORT, help="default: %(default)s")
    run.add_argument(
        "--host",
        type=host,
        default="0.0.0.0",  # noqa: S104
        help="default: every network",
    )
    run.add_argument("--folder", type=Path, help="journal and sockets; default: a new one")
    world = add_command(
        commands, "engine", "the engine of run, alone", ["footloop-sim engine --folder kept"]
    )
    world.add_argument("--folder", type=Path, required=True)
    for command in (run, world):
        _add_world(command)
    panel = add_command(
        commands,
        "panel",
        "the page of run, alone",
        ["footloop-sim panel --folder kept --port 9000 --host 127.0.0.1"],
    )
    panel.add_argument("--folder", type=Path, required=True)
    panel.add_argument("--port", type=port, required=True)
    panel.add_argument("--host", type=host, required=True)
    panel.add_argument(READY_OPTION, type=int, help=argparse.SUPPRESS)


def _add_world(command: argparse.ArgumentParser) -> None:
    """What is simulated."""
    command.add_argument("--seed", type=int, default=1, help="of the simulated world")
    command.add_argument(
        "--mcu",
        action="store_true",
        help="behind a simulated microcontroller, which runs the real firmware",
    )


def _add_replays(commands: Commands) -> None:
    """What makes something recorded happen again."""
    replay = add_command(
        commands,
        "replay",
        "a recording through the safety kernel",
        ["footloop-sim replay walk.csv --json --continue", "footloop-sim replay trip-000001.csv"],
        "Judge a recording as if the roller were running. The first line names the columns:\n"
        "time_s,pressure_kpa, and if you have them pressure_b_kpa,reference_kpa,duty.\n"
        "What the engine kept of a trip (blackbox/ in its folder) is made to trip once more.",
    )
    replay.add_argument("file", type=Path, metavar="FILE.csv", help="the recording")
    replay.add_argument(
        "--continue", action="store_true", dest="go_on", help="arm again after every trip"
    )
    replay.add_argument("--json", action="store_true", help="one JSON object")
    box = add_command(
        commands,
        "import",
        "make a scenario of what a machine kept of a trip",
        ["footloop-sim import trip-000001-rise.csv > trip.toml"],
    )
    box.add_argument("file", type=Path, metavar="BLACKBOX", help="from blackbox/ of the engine")


def _add_judges(commands: Commands) -> None:
    """What runs at full speed and prints what it found."""
    scenario = add_command(
        commands,
        "scenario",
        "play stories and judge them",
        ["footloop-sim scenario", "footloop-sim scenario mine.toml stories/ --json"],
        "Play stories of a machine and a person in simulated time, and judge what must be true.\n"
        "What stands in such a file is told in docs/scenarios.md.",
    )
    scenario.add_argument(
        "files", type=Path, nargs="*", metavar="FILE.toml",
        help="or folders; default: those that come with the simulator",
    )  # fmt: skip
    bench = add_command(
        commands,
        "bench",
        "how fast the simulator is here",
        ["footloop-sim bench", "footloop-sim bench --seconds 5 --json"],
    )
    bench.add_argument(
        "--seconds", type=seconds, default=30.0, help="simulated, per run; default: %(default)g"
    )
    faults = _add_faults(commands)
    for command in (scenario, faults, bench):
        command.add_argument("--json", action="store_true", help="one JSON object")


def _add_faults(commands: Commands) -> argparse.ArgumentParser:
    """Every fault in every mode, or some of them."""
    faults = add_command(
        commands,
        "faults",
        "every fault in every mode, and whether it was safe",
        [
            "footloop-sim faults --json",
            "footloop-sim faults --fault sensor/off --mode RUNNING",
            "footloop-sim faults --pairs --mode RUNNING --every 50",
        ],
    )
    faults.add_argument("--fault", action="append", metavar="ID", help="only this one; repeatable")
    faults.add_argument(
        "--mode", action="append", choices=[one.name for one in Mode], help="only in it; repeatable"
    )
    faults.add_argument(
        "--without-mcu", action="store_true", help="leave out what needs simavr and avr-gcc"
    )
    faults.add_argument("--pairs", action="store_true", help="every two faults of the pins at once")
    faults.add_argument(
        "--every", type=positive, default=1, metavar="N", help="of the pairs each N-th only"
    )
    faults.add_argument(
        "--workers", type=positive, default=1, metavar="K", help="processes; default: %(default)s"
    )
    return faults


def positive(text: str) -> int:
    """A whole number, 1 or more."""
    with suppress(ValueError):
        if int(text) >= 1:
            return int(text)
    raise argparse.ArgumentTypeError(f"{text!r}: must be a whole number, 1 or more")


def seconds(text: str) -> float:
    """How long a run of the bench is, 0.1 to 60 s."""
    with suppress(ValueError):
        if 0.1 <= float(text) <= 60.0:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r}: a run takes 0.1 to 60 s")
