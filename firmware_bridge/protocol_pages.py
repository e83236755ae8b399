"""Makes the tables of `PROTOCOL.md`; what stands around them is written by hand.

A table lies between `<!-- name -->` and `<!-- end -->`; everything between is made again.
"""

import re
from collections.abc import Iterator

from firmware_bridge.layout import BITS_PER_BYTE, TYPE_BITS, Direction, Field, Layout
from firmware_bridge.protocol_table import Code, Protocol

PART = re.compile(r"<!-- (?!end)([a-z ]+) -->\n.*?<!-- end -->\n", re.S)


def page(text: str, protocol: Protocol) -> str:
    """Return `text` with every table made again. Raises `KeyError` for one nobody makes."""
    tables = {
        "framing": _framing(protocol),
        "common": _fields(protocol, None, protocol.common),
        "host": _frames(protocol, Direction.TO_MCU),
        "mcu": _frames(protocol, Direction.TO_HOST),
        "timing": _timing(protocol),
        "parameter": _parameters(protocol.codes["parameter"]),
    }
    tables |= {kind: _codes(protocol.codes[kind]) for kind in ("cut", "fitted", "reset", "failed")}

    def made(part: re.Match[str]) -> str:
        return f"<!-- {part[1]} -->\n\n{''.join(tables[part[1]]).strip()}\n\n<!-- end -->\n"

    return PART.sub(made, text)


def _framing(protocol: Protocol) -> Iterator[str]:
    yield "| | host to microcontroller | microcontroller to host |\n|---|---|---|\n"
    ways = list(Direction)
    lengths = [protocol.frame_bytes[way] for way in ways]
    for name, values in (
        ("bytes in a frame", [str(length) for length in lengths]),
        ("bits in a frame, marks left out", [str(length * BITS_PER_BYTE) for length in lengths]),
        ("of them before the CRC", [str(_body_bits(protocol, way)) for way in ways]),
        ("the CRC starts with", [f"`0x{protocol.crc_start[way]:06X}`" for way in ways]),
        ("time on the line", [f"{length * 10_000 / protocol.baud:.2f} ms" for length in lengths]),
    ):
        yield f"| {name} | {' | '.join(values)} |\n"


def _body_bits(protocol: Protocol, way: Direction) -> int:
    return protocol.body_bytes(way) * BITS_PER_BYTE


def _fields(protocol: Protocol, layout: Layout | None, fields: tuple[Field, ...]) -> Iterator[str]:
    yield "| field | bits | values | meaning |\n|---|---|---|---|\n"
    for field in fields:
        says = protocol.meaning(layout, field) if layout else protocol.says[field.name]
        values = "yes or no" if field.bits == 1 else f"{field.low}..{field.high}"
        sent = f", sent as value + {-field.offset}" if field.offset < 0 else ""
        sent = f", sent as value − {field.offset}" if field.offset > 0 else sent
        yield f"| `{field.name}` | {field.bits} | {values}{sent} | {says} |\n"


def _frames(protocol: Protocol, way: Direction) -> Iterator[str]:
    shared = len(protocol.common) - 1
    for layout in protocol.layouts:
        if layout.direction is not way:
            continue
        taken = TYPE_BITS + sum(field.bits for field in layout.fields)
        unused = _body_bits(protocol, way) - taken
        yield f"### {layout.name} ({layout.type})\n\n{protocol.says[layout.name]}"
        yield f" Unused: {unused} bits.\n\n" if unused else "\n\n"
        if layout.fields[shared:]:
            yield from _fields(protocol, layout, layout.fields[shared:])
            yield "\n"


def _timing(protocol: Protocol) -> Iterator[str]:
    yield "| name | value |\n|---|---|\n"
    yield f"| `baud` | {protocol.baud} |\n"
    yield from (f"| `{name}` | {value} |\n" for name, value in protocol.timing.items())


def _parameters(codes: tuple[Code, ...]) -> Iterator[str]:
    yield "| number | name | values | unit | meaning |\n|---|---|---|---|---|\n"
    for one in codes:
        yield f"| {one.code} | {one.name} | {one.low}..{one.high} | {one.unit} | {one.says} |\n"


def _codes(codes: tuple[Code, ...]) -> Iterator[str]:
    yield "| number | name | meaning |\n|---|---|---|\n"
    yield from (f"| {one.code} | {one.name} | {one.says} |\n" for one in codes)
