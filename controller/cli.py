"""footloop: parses and dispatches, nothing else.

Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 wrong configuration.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from controller import calibrate, calibration_file, calibration_report, engine, settings
from controller.calibration_file import CalibrationError
from controller.journal import JournalError
from controller.link import LinkError
from controller.processes import READY_OPTION, side_by_side, tell_ready
from controller.settings import DEFAULT_PATH, Settings, SettingsError
from controller.stop_test import StopTestError, stop_test
from hardware.calibration import Calibration, Trust
from hardware.errors import HardwareError
from hardware.gpio import open_roller
from hardware.pinout import drawing
from hardware.wiring import Wiring, b_fitted

OK, FAILED, USAGE, CONFIGURATION = 0, 1, 2, 3
DEVICES = ("gpio",)

EPILOG = """examples:
  footloop init                     write the commented configuration
  footloop run --device gpio        roller and page, until Ctrl-C
  footloop engine --device gpio     the roller alone: buttons on the device
  footloop panel                    the page alone, beside a running engine
  footloop calibrate --device gpio  weigh: what the pressure elements read, in kPa
  footloop calibrate --show         what was measured, and when
  footloop stop-test                measure how quickly this machine stops
  footloop wiring                   what to solder, for your configuration

To try it without hardware: footloop-sim run"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    given = _parser().parse_args(argv)
    try:
        return int(given.command(given))
    except (SettingsError, CalibrationError) as error:
        print(error, file=sys.stderr)
        return CONFIGURATION
    except (HardwareError, engine.BusyError, JournalError, LinkError, StopTestError) as error:
        print(error, file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="footloop",
        description="The controller of a motorized foot-massage roller.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    init = commands.add_parser("init", help="write the commented configuration file")
    init.set_defaults(command=_init)
    run = commands.add_parser("run", help="run the roller and its page")
    run.set_defaults(command=_run)
    alone = commands.add_parser("engine", help="run the roller without a page")
    alone.set_defaults(command=_engine)
    panel = commands.add_parser("panel", help="run the page beside a running engine")
    panel.add_argument(READY_OPTION, type=int, help=argparse.SUPPRESS)
    panel.set_defaults(command=_panel)
    wiring = commands.add_parser("wiring", help="print what to solder for your configuration")
    wiring.add_argument("--config", type=Path, help=f"default: {DEFAULT_PATH}")
    wiring.set_defaults(command=_wiring)
    weigh = _add_calibrate(commands)
    test = commands.add_parser("stop-test", help="measure the stop of a running engine's machine")
    test.add_argument("--folder", type=Path, help="the engine's; default: as configured")
    test.add_argument("--json", action="store_true", help="print one JSON object at the end")
    test.set_defaults(command=_stop_test)
    for command in (init, run, alone, panel, weigh, test):
        command.add_argument(
            "--config", type=Path, default=DEFAULT_PATH, help=f"default: {DEFAULT_PATH}"
        )
    for command in (run, alone):
        command.add_argument(
            "--device", required=True, choices=DEVICES, help="how the roller is wired"
        )
    return parser


def _add_calibrate(commands: Any) -> argparse.ArgumentParser:
    weigh: argparse.ArgumentParser = commands.add_parser(
        "calibrate", help="measure what the pressure elements read, with known weights"
    )
    how = weigh.add_mutually_exclusive_group(required=True)
    how.add_argument("--device", choices=DEVICES, help="measure on this roller; no engine may run")
    how.add_argument("--show", action="store_true", help="print what was measured, and its age")
    weigh.add_argument(
        "--element", choices=tuple(calibrate.CHOICES), help="default: all that are fitted"
    )
    weigh.set_defaults(command=_calibrate)
    return weigh


def _init(given: argparse.Namespace) -> int:
    path = settings.whole_path(given.config)
    if path.exists():
        print(f"{path}: is there already; move it away to have a new one", file=sys.stderr)
        return FAILED
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "x", encoding="utf-8") as file:
            file.write(settings.template())
    except OSError as error:
        print(f"{path}: cannot be written ({error.strerror})", file=sys.stderr)
        return FAILED
    named = "" if given.config == DEFAULT_PATH else f" --config {given.config}"
    print(f"wrote {path}; look through it, then: footloop run --device gpio{named}")
    return OK


def _run(given: argparse.Namespace) -> int:
    from controller.panel.address import announce  # noqa: PLC0415 - the engine needs none of it

    found = settings.load(given.config)
    footloop = [sys.executable, "-m", "controller.cli"]
    config = ["--config", str(given.config)]
    return side_by_side(
        [*footloop, "engine", "--device", given.device, *config],
        [*footloop, "panel", *config],
        announce=lambda: announce(found.host, found.port),
    )


def _engine(given: argparse.Namespace) -> int:
    found = settings.load(given.config)
    calibration = calibration_file.load(calibration_file.file_of(found.folder))
    trust = calibration.trust(_today().toordinal(), b_fitted=b_fitted(found.wiring))
    with engine.hold(setup_of(found, trust)) as held:
        for lack in calibration_report.lacking(found, trust):
            print(f"note: {lack}", flush=True)
        clock = engine.MonotonicClock()
        roller = open_roller(found.wiring, calibration, clock=clock.now_s)
        print(engine.kept_time(engine.run(roller, clock, held, roller.signals)))
    return OK


def _panel(given: argparse.Namespace) -> int:
    from controller.panel.__main__ import main as panel_main  # noqa: PLC0415 - web code
    from controller.panel.address import announce  # noqa: PLC0415

    found = settings.load(given.config)
    names = [word for name in found.names for word in ("--name", name)]
    socket = str(setup_of(found).socket)
    port = str(found.port)
    return panel_main(
        ["--socket", socket, "--host", found.host, "--port", port, *names],
        ready=lambda: (
            announce(found.host, found.port)
            if given.ready_fd is None
            else tell_ready(given.ready_fd)
        ),
    )


def _calibrate(given: argparse.Namespace) -> int:
    found = settings.load(given.config)
    file = calibration_file.file_of(found.folder)
    if given.show:
        print("\n".join(calibration_report.shown(found, file, _today())))
        return OK
    names = calibrate.elements_of(found.wiring, given.element)
    clock, talk = engine.MonotonicClock(), calibrate.Talk(input, print)
    with (
        calibrate.interruptible(),
        engine.hold(setup_of(found)),
        closing(open_roller(found.wiring, Calibration(), clock=clock.now_s)) as roller,
    ):
        kept = calibrate.guided(calibrate.Scale(roller, clock, talk), file, names, _today())
    return OK if kept else FAILED


def _today() -> date:
    """One calendar for all machines: a change of the time zone ages nothing."""
    return datetime.now(UTC).date()


def _stop_test(given: argparse.Namespace) -> int:
    folder = given.folder or settings.load(given.config).folder
    found = stop_test(folder / engine.SOCKET, lambda line: print(line, file=sys.stderr, flush=True))
    if given.json:
        print(json.dumps(found))
    else:
        verdict = "passed" if found["passed"] else "NOT PASSED: do not use this machine"
        print(f"{verdict}; the gate has to be off within {found['bar_ms']:g} ms")
    return OK if found["passed"] else FAILED


def _wiring(given: argparse.Namespace) -> int:
    """Before there is a configuration a maker plans with the defaults, and is told so."""
    path = given.config or DEFAULT_PATH
    if given.config is None and not settings.whole_path(path).exists():
        source = f"the defaults, as there is no {path} (write it with: footloop init)"
        print(drawing(Wiring(), source), end="")
    else:
        print(drawing(settings.load(path).wiring, f"as configured in {path}"), end="")
    return OK


def setup_of(found: Settings, trust: Trust = Trust.UNMEASURED) -> engine.Setup:
    """What the engine needs of the settings; levels stay low unless `trust` is MEASURED."""
    limits = found.limits
    if trust is not Trust.MEASURED:
        limits = replace(limits, top_level=min(limits.top_level, limits.single_level))
    machine = found.machine._replace(trust=trust)
    return engine.Setup(found.person, machine, limits, found.folder, found.quiet)


if __name__ == "__main__":
    sys.exit(main())
