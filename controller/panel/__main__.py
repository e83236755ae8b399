"""python -m controller.panel: the panel's process, beside an engine that has its own."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from controller.arguments import host, port
from controller.panel.address import Settable
from controller.panel.app import create_app
from controller.panel.client import EngineLink
from controller.panel.server import PanelError, serve
from controller.processes import OK


def show_code(code: str) -> None:
    """The device's own display is the console it runs on."""
    sys.stdout.write(f"Pairing code: {code[:3]} {code[3:]}  (valid for 2 minutes)\n")
    sys.stdout.flush()


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(
        prog="python -m controller.panel",
        description="The page on the phone. The engine runs beside it, in a process of its own.",
        epilog="example: python -m controller.panel --socket /run/footloop/engine.sock --port 8080"
        " --name footloop.local",
    )
    parser.add_argument("--socket", type=Path, required=True, help="the engine's Unix socket")
    parser.add_argument("--port", type=port, default=8080, help="1-65535 (default: 8080)")
    parser.add_argument(
        "--host",
        type=host,
        default="0.0.0.0",  # noqa: S104
        help="address to listen on (default: all)",
    )
    parser.add_argument(
        "--name", action="append", default=[], help="a name the device is reached by; repeatable"
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the panel as typed; return its exit code."""
    given = arguments(argv)
    return run_panel(given.socket, given.host, given.port, given.name, Settable())


def run_panel(
    engine: Path,
    host: str,
    port: int,
    names: Iterable[str],
    settable: Settable,
    ready: Callable[[], None] = lambda: None,
) -> int:
    """0 after SIGTERM or Ctrl-C, 1 when it cannot run, 3 when it never could at that address.

    `ready` is called once it runs.
    """
    link = EngineLink(str(engine))
    app = create_app(link, hosts=names, show_code=show_code, settable=settable)
    try:
        serve(app, host, port, settable, ready)
    except PanelError as error:
        sys.stderr.write(f"{error}\n")
        return error.code
    return OK


if __name__ == "__main__":
    sys.exit(main())
