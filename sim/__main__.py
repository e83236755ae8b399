"""footloop-sim: the product on a simulated roller.

Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 wrong configuration.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from controller.limits import Limits
from controller.processes import READY_OPTION, side_by_side, tell_ready
from controller.session import Machine, Person
from hardware.errors import HardwareError

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

OK, FAILED = 0, 1
DEFAULT_PORT = 8080
CALM_LOAD_N = 13.0
"""What the simulated person lets rest on the roller: level 3, where a new person starts."""

EPILOG = """examples:
  footloop-sim run                       a simulated roller with its page
  footloop-sim run --port 9000
  footloop-sim replay walk.csv --json    a recording through the safety kernel
  footloop-sim bench --json              how fast the simulator is here"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    given = _parser().parse_args(argv)
    return int(given.command(given))


def port(text: str) -> int:
    """A TCP port, 1 to 65535."""
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text}: a port is a number from 1 to 65535")
    return number


def seconds(text: str) -> float:
    """How long a run of the bench is, 0.1 to 60 s."""
    number = float(text)
    if not 0.1 <= number <= 60.0:
        raise argparse.ArgumentTypeError(f"{text}: a run takes 0.1 to 60 s")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="footloop-sim",
        description="Footloop on a simulated roller with a simulated foot.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_run(commands)
    _add_judges(commands)
    return parser


def _add_run(commands: Commands) -> None:
    """The product, and its two processes one by one."""
    run = commands.add_parser("run", help="run the simulated roller and its page")
    run.add_argument("--port", type=port, default=DEFAULT_PORT, help="default: %(default)s")
    run.add_argument("--host", default="0.0.0.0", help="default: every network")  # noqa: S104
    run.add_argument("--folder", type=Path, help="journal and sockets; default: a new one")
    run.add_argument("--seed", type=int, default=1, help="of the simulated world")
    run.set_defaults(command=_run)
    world = commands.add_parser("engine", help="the engine of run, alone")
    world.add_argument("--folder", type=Path, required=True)
    world.add_argument("--seed", type=int, default=1)
    world.set_defaults(command=_engine)
    panel = commands.add_parser("panel", help="the page of run, alone")
    panel.add_argument("--folder", type=Path, required=True)
    panel.add_argument("--port", type=port, required=True)
    panel.add_argument("--host", required=True)
    panel.add_argument(READY_OPTION, type=int, help=argparse.SUPPRESS)
    panel.set_defaults(command=_panel)


def _add_judges(commands: Commands) -> None:
    """What runs at full speed and prints what it found."""
    replay = commands.add_parser(
        "replay",
        help="a recording through the safety kernel",
        description="Judge a recording as if the roller were running. The first line names the "
        "columns: time_s,pressure_kpa, and if you have them pressure_b_kpa,reference_kpa,duty.",
        epilog="example: footloop-sim replay walk.csv --json --continue",
    )
    replay.add_argument("file", type=Path, metavar="FILE.csv", help="the recording")
    replay.add_argument(
        "--continue", action="store_true", dest="go_on", help="arm again after every trip"
    )
    replay.set_defaults(command=_replay)
    bench = commands.add_parser("bench", help="how fast the simulator is here")
    bench.add_argument(
        "--seconds", type=seconds, default=30.0, help="simulated, per run; default: %(default)g"
    )
    bench.set_defaults(command=_bench)
    for command in (replay, bench):
        command.add_argument("--json", action="store_true", help="one JSON object")


def _run(given: argparse.Namespace) -> int:
    if given.folder is not None:
        return _side_by_side(given, given.folder)
    with tempfile.TemporaryDirectory(prefix="footloop-") as folder:
        return _side_by_side(given, Path(folder))


def _side_by_side(given: argparse.Namespace, folder: Path) -> int:
    from controller.panel.address import announce  # noqa: PLC0415 - the engine needs none of it

    me = [sys.executable, "-m", "sim"]
    place = ["--folder", str(folder)]
    return side_by_side(
        [*me, "engine", *place, "--seed", str(given.seed)],
        [*me, "panel", *place, "--port", str(given.port), "--host", given.host],
        announce=lambda: announce(given.host, given.port),
    )


def _engine(given: argparse.Namespace) -> int:
    from controller import engine  # noqa: PLC0415 - the panel's process needs no engine
    from sim import person as leg  # noqa: PLC0415
    from sim.roller import SimRoller  # noqa: PLC0415
    from sim.world import World, open_to_hands  # noqa: PLC0415

    roller = SimRoller(seed=given.seed, person=leg.Person(leg_load_n=CALM_LOAD_N))
    world = World(roller)
    setup = engine.Setup(Person(), Machine(), Limits(), given.folder)
    try:
        with engine.hold(setup) as held, open_to_hands(world, given.folder / "hands.sock"):
            engine.run(roller, world, held)
    except (engine.BusyError, HardwareError, OSError) as error:
        print(error, file=sys.stderr)
        return FAILED
    return OK


def _panel(given: argparse.Namespace) -> int:
    from controller.engine import SOCKET  # noqa: PLC0415
    from controller.panel.address import announce  # noqa: PLC0415
    from controller.panel.app import create_app  # noqa: PLC0415 - web code
    from controller.panel.client import EngineLink  # noqa: PLC0415
    from controller.panel.server import PanelError, serve  # noqa: PLC0415
    from sim import hands  # noqa: PLC0415

    def ready() -> None:
        if given.ready_fd is None:
            announce(given.host, given.port)
        else:
            tell_ready(given.ready_fd)

    display = hands.Display()
    link = EngineLink(str(given.folder / SOCKET))
    app = create_app(
        link,
        hosts=[],
        show_code=display.show,
        extra_routes=hands.routes(given.folder / "hands.sock", display, lambda: link.heard.state),
        extras=hands.extras(),
    )
    try:
        serve(app, given.host, given.port, ready)
    except PanelError as error:
        print(error, file=sys.stderr)
        return FAILED
    return OK


def _replay(given: argparse.Namespace) -> int:
    from sim import recording, replay  # noqa: PLC0415 - the other commands need none of it

    try:
        rows = recording.load(given.file)
    except recording.RecordingError as error:
        print(error, file=sys.stderr)
        return FAILED
    found = replay.judge(rows, go_on=given.go_on)
    print(json.dumps(found.facts(), ensure_ascii=False) if given.json else found.in_words())
    return OK


def _bench(given: argparse.Namespace) -> int:
    from sim import bench  # noqa: PLC0415 - the other commands need none of it

    try:
        found = bench.measure(given.seconds)
    except bench.BenchError as error:
        print(error, file=sys.stderr)
        return FAILED
    print(json.dumps(found) if given.json else bench.in_words(found))
    return OK


if __name__ == "__main__":
    sys.exit(main())
