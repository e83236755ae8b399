"""Writes what is made from `protocol.toml`: the C header, the Python tables, the pages' tables.

`make generate` calls it; a test proves that nothing of it is out of date.
"""

from pathlib import Path

from firmware_bridge import protocol_c, protocol_pages, protocol_python, protocol_table

HERE = Path(__file__).resolve().parent
PAGE = HERE / "PROTOCOL.md"


def texts() -> dict[Path, str]:
    """Return every generated file of this package with the text it must have."""
    protocol = protocol_table.read()
    return {
        HERE / "firmware" / "protocol.h": protocol_c.header(protocol),
        HERE / "messages.py": protocol_python.module(protocol),
        PAGE: protocol_pages.page(PAGE.read_text(), protocol),
    }


def main() -> None:
    """Write them."""
    for path, text in texts().items():
        path.write_text(text)


if __name__ == "__main__":
    main()
