"""python -m controller.panel: the panel's process, beside an engine that has its own."""

import argparse
import sys
from collections.abc import Callable, Sequence

from controller.panel.app import create_app
from controller.panel.client import EngineLink
from controller.panel.server import PanelError, serve


def show_code(code: str) -> None:
    """The device's own display is the console it runs on."""
    sys.stdout.write(f"Pairing code: {code[:3]} {code[3:]}  (valid for 2 minutes)\n")
    sys.stdout.flush()


def port(text: str) -> int:
    """A TCP port."""
    number = int(text)
    if not 1 <= number <= 65535:
        raise ValueError(text)
    return number


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(
        prog="python -m controller.panel",
        description="The page on the phone. The engine runs beside it, in a process of its own.",
        epilog="example: python -m controller.panel --socket /run/footloop/engine.sock --port 8080"
        " --name footloop.local",
    )
    parser.add_argument("--socket", required=True, help="the engine's Unix socket")
    parser.add_argument("--port", type=port, default=8080, help="1-65535 (default: 8080)")
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on (default: all)")  # noqa: S104
    parser.add_argument(
        "--name", action="append", default=[], help="a name the device is reached by; repeatable"
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, ready: Callable[[], None] = lambda: None) -> int:
    """0 after SIGTERM or Ctrl-C, 1 when it cannot run; `ready` is called once it can."""
    given = arguments(argv)
    app = create_app(EngineLink(given.socket), hosts=given.name, show_code=show_code)
    try:
        serve(app, given.host, given.port, ready)
    except PanelError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
