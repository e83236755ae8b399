"""Reads `protocol.toml`, the one table of the wire, and refuses one that cannot be sent.

What is generated from it, header, module and pages, is made from `Protocol` and nothing else.
"""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from firmware_bridge.layout import BITS_PER_BYTE, TYPE_BITS, Direction, Field, Layout

HERE = Path(__file__).resolve().parent
CODES = ("cut", "parameter", "fitted", "reset", "failed")


class Code(NamedTuple):
    """A number with a name: a cut, a parameter, a bit of a set of bits."""

    name: str
    code: int
    says: str
    low: int
    high: int
    unit: str


class Protocol(NamedTuple):
    """The whole table."""

    version: int
    baud: int
    timing: dict[str, int]
    polynomial: int
    crc_bits: int
    crc_start: dict[Direction, int]
    frame_bytes: dict[Direction, int]
    common: tuple[Field, ...]
    layouts: tuple[Layout, ...]
    says: dict[str, str]  # frame, or frame.field -> what it is
    codes: dict[str, tuple[Code, ...]]

    def body_bytes(self, direction: Direction) -> int:
        """How many bytes of a frame come before its CRC."""
        return self.frame_bytes[direction] - self.crc_bits // BITS_PER_BYTE

    def meaning(self, layout: Layout, field: Field) -> str:
        """What a field of a frame says."""
        own = f"{layout.name}.{field.name}"
        return self.says[own if own in self.says else field.name]


class TableError(ValueError):
    """The table describes something that cannot be sent."""


def read() -> Protocol:
    """Return the table of this package."""
    return parse((HERE / "protocol.toml").read_text())


def parse(text: str) -> Protocol:
    """Return the table in `text`. Raises `TableError` when it cannot be sent."""
    raw = tomllib.loads(text)
    common = tuple(_field(one) for one in raw["common"])
    protocol = Protocol(
        version=raw["version"],
        baud=raw["serial"]["baud"],
        timing=raw["timing"],
        polynomial=raw["crc"]["polynomial"],
        crc_bits=raw["crc"]["bits"],
        crc_start={Direction(name): start for name, start in raw["crc"]["start"].items()},
        frame_bytes={Direction(name): n for name, n in raw["serial"]["frame_bytes"].items()},
        common=common,
        layouts=tuple(_layout(one, common) for one in raw["frame"]),
        says=_says(raw),
        codes={kind: _codes(raw[kind]) for kind in CODES},
    )
    for layout in protocol.layouts:
        _check(protocol, layout)
    return protocol


def _field(raw: dict[str, Any]) -> Field:
    offset, bits = raw.get("offset", 0), raw["bits"]
    top = offset + (1 << bits) - 1
    return Field(raw["name"], bits, raw.get("low", offset), raw.get("high", top), offset)


def _layout(raw: dict[str, Any], common: tuple[Field, ...]) -> Layout:
    fields = tuple(_field(one) for one in raw["fields"])
    return Layout(raw["name"], Direction(raw["sender"]), raw["type"], common[1:] + fields)


def _says(raw: dict[str, Any]) -> dict[str, str]:
    says = {one["name"]: one["says"] for one in (*raw["common"], *raw["frame"])}
    for frame in raw["frame"]:
        says |= {f"{frame['name']}.{one['name']}": one["says"] for one in frame["fields"]}
    return says


def _codes(raw: dict[str, Any]) -> tuple[Code, ...]:
    return tuple(
        Code(
            name,
            one["code"],
            one["says"],
            one.get("low", 0),
            one.get("high", 0),
            one.get("unit", ""),
        )
        for name, one in raw.items()
    )


def _check(protocol: Protocol, layout: Layout) -> None:
    room = protocol.body_bytes(layout.direction) * BITS_PER_BYTE
    taken = TYPE_BITS + sum(field.bits for field in layout.fields)
    if taken > room:
        raise TableError(f"{layout.name}: its fields take {taken} bits; at most {room} fit")
    for field in layout.fields:
        top = field.offset + (1 << field.bits) - 1
        if not field.offset <= field.low <= field.high <= top:
            raise TableError(
                f"{layout.name}.{field.name}: {field.low}..{field.high} cannot be said; "
                f"{field.bits} bits from {field.offset} say {field.offset}..{top}"
            )
