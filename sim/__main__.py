"""footloop-sim: the product on a simulated roller.

Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 wrong configuration.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from controller import engine
from controller.limits import Limits
from controller.processes import side_by_side
from controller.session import Machine, Person

OK, FAILED = 0, 1
DEFAULT_PORT = 8080

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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="footloop-sim",
        description="Footloop on a simulated roller with a simulated foot.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
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
    panel.set_defaults(command=_panel)
    return parser


def _run(given: argparse.Namespace) -> int:
    if given.folder is not None:
        return _side_by_side(given, given.folder)
    with tempfile.TemporaryDirectory(prefix="footloop-") as folder:
        return _side_by_side(given, Path(folder))


def _side_by_side(given: argparse.Namespace, folder: Path) -> int:
    me = [sys.executable, "-m", "sim"]
    place = ["--folder", str(folder)]
    return side_by_side(
        [*me, "engine", *place, "--seed", str(given.seed)],
        [*me, "panel", *place, "--port", str(given.port), "--host", given.host],
    )


def _engine(given: argparse.Namespace) -> int:
    from sim.roller import SimRoller  # noqa: PLC0415 - the panel's process needs no plant
    from sim.world import World, open_to_hands  # noqa: PLC0415

    setup = engine.Setup(Person(), Machine(), Limits(), given.folder)
    roller = SimRoller(seed=given.seed)
    world = World(roller)
    hands = open_to_hands(world, given.folder / "hands.sock")
    try:
        engine.run(roller, world, setup)
    except (engine.BusyError, OSError) as error:
        print(error, file=sys.stderr)
        return FAILED
    finally:
        hands.shutdown()
        hands.server_close()
    return OK


def _panel(given: argparse.Namespace) -> int:
    from controller.panel.app import create_app  # noqa: PLC0415 - web code
    from controller.panel.client import EngineLink  # noqa: PLC0415
    from controller.panel.server import PanelError, serve  # noqa: PLC0415
    from sim import hands  # noqa: PLC0415

    display = hands.Display()
    app = create_app(
        EngineLink(str(given.folder / "engine.sock")),
        hosts=[],
        show_code=display.show,
        extra_routes=hands.routes(given.folder / "hands.sock", display),
        extras=hands.extras(),
    )
    try:
        serve(app, given.host, given.port)
    except PanelError as error:
        print(error, file=sys.stderr)
        return FAILED
    return OK


if __name__ == "__main__":
    sys.exit(main())
