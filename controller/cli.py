"""footloop: parses and dispatches, nothing else.

Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 wrong configuration.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

from controller import (
    calibrate,
    calibration_file,
    calibration_report,
    cli_mcu,
    engine,
    rehearse,
    scenario_file,
    settings,
)
from controller.calibration_file import CalibrationError
from controller.cli_parser import parser
from controller.devices import calibration_file_of, calibrations, mcu_port, misfits, open_on, suited
from controller.journal import JournalError
from controller.link import LinkError
from controller.output import Notes, delivered
from controller.processes import side_by_side, tell_ready
from controller.rehearse_link import LinkBench, RehearsalError
from controller.scenario import ScenarioError
from controller.settings import DEFAULT_PATH, MissingSettingsError, Settings, SettingsError
from controller.settings_keys import template
from controller.stop_test import StopTestError, stop_test
from firmware_bridge.mcu_roller import McuRoller
from hardware.calibration import Calibration, Trust
from hardware.errors import HardwareError
from hardware.gpio import GpioRoller, open_roller
from hardware.pinout import drawing
from hardware.wiring import Wiring, b_fitted

OK, FAILED, CONFIGURATION = 0, 1, 3


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    return delivered(lambda: _dispatched(argv))


def _dispatched(argv: Sequence[str] | None) -> int:
    given = parser().parse_args(argv)
    try:
        return COMMANDS[given.command](given)
    except (SettingsError, CalibrationError) as error:
        print(error, file=sys.stderr)
        return CONFIGURATION
    except (HardwareError, engine.BusyError, JournalError, LinkError, RehearsalError,
            ScenarioError, StopTestError) as error:  # fmt: skip
        print(error, file=sys.stderr)
        return FAILED


def _init(given: argparse.Namespace) -> int:
    path = settings.whole_path(given.config)
    try:
        if path.exists():
            print(f"{path}: is there already; move it away to have a new one", file=sys.stderr)
            return FAILED
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "x", encoding="utf-8") as file:
            file.write(template())
    except OSError as error:
        print(
            f"{path}: cannot be written ({error.strerror}); name another place with --config FILE",
            file=sys.stderr,
        )
        return FAILED
    option = settings.config_option(path)
    print(f"wrote {path}; look through it, then: footloop run --device gpio{option}")
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
    found = suited(settings.load(given.config), given.device)
    calibration = calibration_file.load_for(
        found.wiring, calibration_file_of(given.device, found.folder)
    )
    trust = calibration.trust(_today().toordinal(), b_fitted=b_fitted(found.wiring))
    with engine.hold(setup_of(found, trust)) as held, closing(Notes()) as notes:
        for lack in calibration_report.lacking(found, trust):
            print(f"note: {lack}", flush=True)
        clock = engine.MonotonicClock()
        roller = _open(given.device, found, calibration, clock, notes.tell)
        print(engine.kept_time(engine.run(roller, clock, held, roller.signals)))
    return OK


def _open(
    device: str,
    found: Settings,
    calibration: Calibration,
    clock: engine.MonotonicClock,
    tell: Callable[[str], None],
) -> GpioRoller | McuRoller:
    port = mcu_port(device)
    if port is None:
        return open_roller(found.wiring, calibration, clock=clock.now_s)
    return open_on(port, found, calibration, clock=clock.now_s, tell=tell)


def _panel(given: argparse.Namespace) -> int:
    from controller.panel.__main__ import run_panel  # noqa: PLC0415 - web code
    from controller.panel.address import Settable, announce  # noqa: PLC0415

    found = settings.load(given.config)
    file = settings.whole_path(given.config)
    return run_panel(
        setup_of(found).socket,
        found.host,
        found.port,
        found.names,
        Settable(
            f"host in [panel] of {file}",
            f"port in [panel] of {file}",
            "names in [panel] of its configuration",
        ),
        ready=lambda: (
            announce(found.host, found.port)
            if given.ready_fd is None
            else tell_ready(given.ready_fd)
        ),
    )


def _calibrate(given: argparse.Namespace) -> int:
    found = settings.load(given.config)
    if given.show:
        for suit, file in calibrations(found):
            print("\n".join(calibration_report.shown(suit, file, _today())))
        return OK
    found = suited(found, given.device)
    file = calibration_file_of(given.device, found.folder)
    names = calibrate.elements_of(found.wiring, given.element)
    clock, talk = engine.MonotonicClock(), calibrate.Talk(input, print)
    tell = partial(print, "note:", flush=True)
    with (
        calibrate.interruptible(),
        engine.hold(setup_of(found)),
        closing(_open(given.device, found, Calibration(), clock, tell)) as roller,
    ):
        scale = calibrate.Scale(roller, clock, talk)
        kept = calibrate.guided(scale, file, names, _today(), partial(misfits, given.device))
    return OK if kept else FAILED


def _today() -> date:
    """One calendar for all machines: a change of the time zone ages nothing."""
    return datetime.now(UTC).date()


def _stop_test(given: argparse.Namespace) -> int:
    folder = given.folder or settings.load(given.config).folder
    try:
        found = stop_test(
            folder / engine.SOCKET, lambda line: print(line, file=sys.stderr, flush=True)
        )
    except KeyboardInterrupt:
        print(
            "not finished: its task is withdrawn, and Start begins a session as usual",
            file=sys.stderr,
        )
        return FAILED
    if given.json:
        print(json.dumps(found))
    else:
        verdict = "passed" if found["passed"] else "NOT PASSED: do not use this machine"
        print(f"{verdict}; the gate has to be off within {found['bar_ms']:g} ms")
    return OK if found["passed"] else FAILED


def _rehearse(given: argparse.Namespace) -> int:
    """A story on the bench; the engine of that roller is running."""
    story = scenario_file.load(given.file)
    wrong = rehearse.unfit(story)
    if wrong:
        print("\n".join(f"{given.file}: {one}" for one in wrong), file=sys.stderr)
        return FAILED
    folder = given.folder or settings.load(given.config).folder
    with calibrate.interruptible(), closing(LinkBench(folder / engine.SOCKET)) as bench:
        found = rehearse.rehearsed(story, bench, calibrate.Talk(input, print))
    print("\n".join(rehearse.verdict(found)))
    return OK if found.passed else FAILED


def _wiring(given: argparse.Namespace) -> int:
    """Before there is a configuration a maker plans with the defaults, and is told so."""
    path = given.config or DEFAULT_PATH
    try:
        wiring, source = settings.load(path).wiring, f"as configured in {path}"
    except MissingSettingsError:
        if given.config is not None:
            raise
        wiring = Wiring()
        source = f"the defaults, as there is no {path} (write it with: footloop init)"
    print(drawing(wiring, source), end="")
    return OK


def setup_of(found: Settings, trust: Trust = Trust.UNMEASURED) -> engine.Setup:
    """What the engine needs of the settings; levels stay low unless `trust` is MEASURED."""
    limits = found.limits
    if trust is not Trust.MEASURED:
        limits = replace(limits, top_level=min(limits.top_level, limits.single_level))
    machine = found.machine._replace(trust=trust)
    return engine.Setup(found.person, machine, limits, found.folder, found.quiet)


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "init": _init,
    "run": _run,
    "engine": _engine,
    "panel": _panel,
    "calibrate": _calibrate,
    "stop-test": _stop_test,
    "rehearse": _rehearse,
    "wiring": _wiring,
    "flash": cli_mcu.flash,
    "mcu": cli_mcu.mcu,
}

if __name__ == "__main__":
    sys.exit(main())
