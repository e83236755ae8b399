"""footloop-sim: the product on a simulated roller.

Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 wrong configuration.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from controller.limits import Limits
from controller.output import delivered
from controller.processes import side_by_side, tell_ready
from controller.session import Machine, Person
from hardware.errors import HardwareError
from sim.cli_parser import parser
from sim.firmware import FirmwareError, built
from sim.shim import MissingToolError

if TYPE_CHECKING:
    from controller.loop import Clock
    from hardware.roller import Roller
    from sim.roller import SimRoller

OK, FAILED = 0, 1
CALM_LOAD_N = 13.0
"""What the simulated person lets rest on the roller: level 3, where a new person starts."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    return delivered(lambda: _dispatched(argv))


def _dispatched(argv: Sequence[str] | None) -> int:
    given = parser().parse_args(argv)
    return COMMANDS[given.command](given)


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
        [*me, "engine", *place, "--seed", str(given.seed), *(["--mcu"] if given.mcu else [])],
        [*me, "panel", *place, "--port", str(given.port), "--host", given.host],
        announce=lambda: announce(given.host, given.port),
    )


def _engine(given: argparse.Namespace) -> int:
    from controller import engine  # noqa: PLC0415 - the panel's process needs no engine
    from sim import person as leg  # noqa: PLC0415
    from sim.roller import SimRoller  # noqa: PLC0415
    from sim.world import World, open_to_hands  # noqa: PLC0415

    plant = SimRoller(seed=given.seed, person=leg.Person(leg_load_n=CALM_LOAD_N))
    plant.lay_out()
    setup = engine.Setup(Person(), Machine(), Limits(), given.folder)
    try:
        roller, clock = _behind_mcu(plant) if given.mcu else (plant, plant)
        world = World(plant, clock)
        with engine.hold(setup) as held, open_to_hands(world, given.folder / "hands.sock"):
            engine.run(roller, world, held)
    except (engine.BusyError, FirmwareError, HardwareError, MissingToolError, OSError) as error:
        print(error, file=sys.stderr)
        return FAILED
    return OK


def _behind_mcu(plant: "SimRoller") -> "tuple[Roller, Clock]":
    """`plant` as the real firmware drives it. Raises what building and meeting it raise."""
    from sim.board import Board, BoardPort, met  # noqa: PLC0415 - only here is simavr needed

    board = Board(built(), plant)
    return met(board, BoardPort(board)), board


def _panel(given: argparse.Namespace) -> int:
    from controller.engine import SOCKET  # noqa: PLC0415
    from controller.panel.address import Settable, announce  # noqa: PLC0415
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
    settable = Settable(port="--port N (make run PORT=N)", names=None)
    app = create_app(
        link,
        hosts=[],
        show_code=display.show,
        settable=settable,
        extra_routes=hands.routes(given.folder / "hands.sock", display, lambda: link.heard.state),
        extras=hands.extras(),
    )
    try:
        serve(app, given.host, given.port, settable, ready)
    except PanelError as error:
        print(error, file=sys.stderr)
        return error.code
    return OK


def _replay(given: argparse.Namespace) -> int:
    from sim import blackbox, recording, replay  # noqa: PLC0415 - the others need none of it

    try:
        text = recording.read_text(given.file)
        if blackbox.is_black_box(text):
            return _replay_box(given, text)
        rows = recording.load(given.file)
    except recording.RecordingError as error:
        print(error, file=sys.stderr)
        return FAILED
    found = replay.judge(rows, go_on=given.go_on)
    print(json.dumps(found.facts(), ensure_ascii=False) if given.json else found.in_words())
    return OK


def _replay_box(given: argparse.Namespace, text: str) -> int:
    from sim import blackbox  # noqa: PLC0415 - as above

    if given.go_on:
        print(f"{given.file}: a black box ends with its trip; leave --continue out",
              file=sys.stderr)  # fmt: skip
        return FAILED
    found = blackbox.replayed(blackbox.parsed(text, str(given.file)))
    told = blackbox.facts(found)
    print(json.dumps(told, ensure_ascii=False) if given.json else blackbox.in_words(found))
    return OK if found.same else FAILED


def _import(given: argparse.Namespace) -> int:
    from sim import blackbox, recording  # noqa: PLC0415 - as above

    try:
        print(blackbox.as_scenario(recording.read_text(given.file), str(given.file)), end="")
    except recording.RecordingError as error:
        print(error, file=sys.stderr)
        return FAILED
    return OK


def _scenario(given: argparse.Namespace) -> int:
    from controller.scenario import ScenarioError  # noqa: PLC0415 - as above
    from controller.scenario_file import found  # noqa: PLC0415
    from sim import scenario, scenario_outcome  # noqa: PLC0415

    try:
        files = found(given.files or [scenario.SCENARIOS])
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return FAILED
    outcomes = [scenario.run_file(file) for file in files]
    told = scenario_outcome.in_json if given.json else scenario_outcome.in_words
    print(told(outcomes))
    return OK if all(one.passed for one in outcomes) else FAILED


def _bench(given: argparse.Namespace) -> int:
    from sim import bench  # noqa: PLC0415 - the other commands need none of it

    try:
        found = bench.measure(given.seconds)
    except bench.BenchError as error:
        print(error, file=sys.stderr)
        return FAILED
    print(json.dumps(found) if given.json else bench.in_words(found))
    return OK


def _faults(given: argparse.Namespace) -> int:
    from sim.faults import command  # noqa: PLC0415 - the other commands need none of it

    try:
        found = command.run(given)
    except command.FaultsError as error:
        print(error, file=sys.stderr)
        return FAILED
    print(found.told)
    return OK if found.safe else FAILED


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "engine": _engine,
    "panel": _panel,
    "replay": _replay,
    "faults": _faults,
    "import": _import,
    "scenario": _scenario,
    "bench": _bench,
}

if __name__ == "__main__":
    sys.exit(main())
