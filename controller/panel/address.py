"""Where a phone finds the page: the address as text and as a QR code for its camera."""

import socket
import sys
from typing import NamedTuple

import segno

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on
SOMEWHERE = ("192.0.2.1", 9)
"""An address reserved for documents. Nothing is sent: it only asks which way out there is."""


class Settable(NamedTuple):
    """How whoever started the panel sets it otherwise: what a cure names must be there to type."""

    host: str = "--host H"
    port: str = "--port N"
    names: str | None = "--name NAME"  # None: it cannot be given further names


def lan_address() -> str:
    """This machine's address on its network; the loopback's when it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE)
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def page_address(host: str, port: int) -> str:
    """The page's address for a phone, when the panel listens on `host` and `port`."""
    reached = lan_address() if host in EVERYWHERE else host
    return f"http://{f'[{reached}]' if ':' in reached else reached}:{port}/"


def announce(host: str, port: int) -> None:
    """Print address and QR code."""
    address = page_address(host, port)
    print(f"\nFootloop's page: {address}")
    if sys.stdout.isatty():
        segno.make(address).terminal(compact=True)
    print("Open it on a phone in the same network. Ctrl-C ends.\n", flush=True)
