"""What is typed on any of the command lines, understood once; a refusal tells the range."""

import argparse
import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from controller.devices import GPIO, MCU, mcu_port
from controller.settings_keys import HOST

Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


class Parser(argparse.ArgumentParser):
    """Names what it does not know before what it misses: a misspelt option is both."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        every: list[Any] = [*self._actions, *self._mutually_exclusive_groups]
        needed = [one for one in every if one.required]
        for one in needed:
            one.required = False
        try:
            _, unknown = super().parse_known_args(args)
        finally:
            for one in needed:
                one.required = True
        if unknown:
            self.error(f"unknown: {' '.join(unknown)}")
        return super().parse_known_args(args, namespace)


def port(text: str) -> int:
    """A TCP port, 1 to 65535."""
    if re.fullmatch("[0-9]{1,5}", text) is None or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r}: a port is a whole number from 1 to 65535")
    return int(text)


def host(text: str) -> str:
    """An address to listen on; nothing at all would be every network, unsaid."""
    if HOST.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(
            f"{text!r}: a host is an address of this machine; 0.0.0.0 is every network it is in"
        )
    return text


def device(text: str) -> str:
    """How the roller is wired."""
    if text != GPIO and mcu_port(text) in (None, ""):
        raise argparse.ArgumentTypeError(
            f"{text!r}: a device is {GPIO}, or {MCU}PORT such as {MCU}/dev/ttyUSB0"
        )
    return text


def add_command(
    commands: Commands, name: str, what: str, examples: Sequence[str], note: str = ""
) -> Parser:
    """Add a command whose help says what it does, and shows lines that can be typed."""
    return commands.add_parser(
        name,
        help=what,
        description=note or f"{what[0].upper()}{what[1:]}.",
        epilog="\n  ".join(("examples:" if len(examples) > 1 else "example:", *examples)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
