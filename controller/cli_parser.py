"""What can be typed after `footloop`: commands, options, and help with examples."""

import argparse
from pathlib import Path

from controller import calibrate
from controller.arguments import Commands, Parser, add_command, device
from controller.processes import READY_OPTION
from controller.settings import DEFAULT_PATH
from firmware_bridge import flash as flashing

ASKED = ("info", "monitor")

EPILOG = """examples:
  footloop init                     write the commented configuration
  footloop run --device gpio        roller and page, until Ctrl-C
  footloop engine --device gpio     the roller alone: buttons on the device
  footloop run --device mcu:/dev/ttyUSB0   the same behind a microcontroller
  footloop panel                    the page alone, beside a running engine
  footloop calibrate --device gpio  weigh: what the pressure elements read, in kPa
  footloop calibrate --show         what was measured, and when
  footloop stop-test                measure how quickly this machine stops
  footloop rehearse story.toml      go through a scenario on this machine
  footloop wiring                   what to solder, for your configuration
  footloop flash --port /dev/ttyUSB0       the firmware into the microcontroller
  footloop mcu info --port /dev/ttyUSB0    who is on that port

To try it without hardware: footloop-sim run"""


def parser() -> Parser:
    """Understands every command; the one that was typed is in `command`."""
    whole = Parser(
        prog="footloop",
        description="The controller of a motorized foot-massage roller.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = whole.add_subparsers(
        title="commands", required=True, metavar="COMMAND", dest="command"
    )
    _add_configuring(commands)
    _add_running(commands)
    _add_measuring(commands)
    _add_microcontroller(commands)
    return whole


def _add_configuring(commands: Commands) -> None:
    init = add_command(
        commands,
        "init",
        "write the commented configuration file",
        ["footloop init", "footloop init --config spare.toml"],
    )
    _add_config(init)
    wiring = add_command(
        commands,
        "wiring",
        "print what to solder for your configuration",
        ["footloop wiring", "footloop wiring --config spare.toml"],
    )
    _add_config(wiring, None)


def _add_running(commands: Commands) -> None:
    """The product, and its two processes one by one."""
    run = add_command(
        commands,
        "run",
        "run the roller and its page",
        [
            "footloop run --device gpio",
            "footloop run --device mcu:/dev/ttyUSB0",
            "footloop run --device gpio --config spare.toml",
        ],
    )
    alone = add_command(
        commands, "engine", "run the roller without a page", ["footloop engine --device gpio"]
    )
    for command in (run, alone):
        command.add_argument(
            "--device",
            type=device,
            required=True,
            help="how the roller is wired: gpio, or mcu:PORT such as mcu:/dev/ttyUSB0",
        )
    panel = add_command(
        commands,
        "panel",
        "run the page beside a running engine",
        ["footloop panel", "footloop panel --config spare.toml"],
    )
    panel.add_argument(READY_OPTION, type=int, help=argparse.SUPPRESS)
    for command in (run, alone, panel):
        _add_config(command)


def _add_measuring(commands: Commands) -> None:
    weigh = add_command(
        commands,
        "calibrate",
        "measure what the pressure elements read, with known weights",
        [
            "footloop calibrate --device gpio",
            "footloop calibrate --device gpio --element b",
            "footloop calibrate --show",
        ],
    )
    how = weigh.add_mutually_exclusive_group(required=True)
    how.add_argument(
        "--device", type=device, help="measure on this roller, gpio or mcu:PORT; no engine may run"
    )
    how.add_argument("--show", action="store_true", help="print what was measured, and its age")
    weigh.add_argument(
        "--element", choices=tuple(calibrate.CHOICES), help="default: all that are fitted"
    )
    test = add_command(
        commands,
        "stop-test",
        "measure the stop of a running engine's machine",
        ["footloop stop-test", "footloop stop-test --json"],
    )
    test.add_argument("--folder", type=Path, help="the engine's; default: as configured")
    test.add_argument("--json", action="store_true", help="print one JSON object at the end")
    story = add_command(
        commands,
        "rehearse",
        "go through a scenario on this machine, step by step",
        ["footloop rehearse story.toml"],
        "Go through a scenario on a running engine's machine. You are told what to press, to lay\n"
        "on and to lift; what can be seen is judged (docs/scenarios.md).",
    )
    story.add_argument("file", type=Path, metavar="FILE.toml", help="the scenario")
    story.add_argument("--folder", type=Path, help="the engine's; default: as configured")
    for command in (weigh, test, story):
        _add_config(command)


def _add_microcontroller(commands: Commands) -> None:
    flash = add_command(
        commands,
        "flash",
        "write the firmware into the microcontroller",
        ["footloop flash --port /dev/ttyUSB0"],
        "Write the firmware through the board's boot loader, verify it, and see that it runs.",
    )
    flash.add_argument(
        "--hex", type=Path, default=flashing.HEX, metavar="FILE", help=f"default: {flashing.HEX}"
    )
    mcu = add_command(
        commands,
        "mcu",
        "ask a microcontroller who it is, or look what it says",
        [f"footloop mcu {what} --port /dev/ttyUSB0" for what in ASKED],
    )
    mcu.add_argument("what", choices=ASKED, help="monitor: until Ctrl-C")
    for command in (flash, mcu):
        command.add_argument(
            "--port", required=True, help="a path such as /dev/ttyUSB0, or socket://HOST:PORT"
        )


def _add_config(command: argparse.ArgumentParser, default: Path | None = DEFAULT_PATH) -> None:
    command.add_argument(
        "--config", type=Path, default=default, metavar="FILE", help=f"default: {DEFAULT_PATH}"
    )
