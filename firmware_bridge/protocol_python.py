"""Makes `messages.py` from the table: a named tuple per frame, the codes, the layouts."""

from collections.abc import Iterator

from firmware_bridge.layout import Direction, Field, Layout
from firmware_bridge.protocol_table import Code, Protocol

HEAD = '''\
"""The frames of the wire and their tables. Made from `protocol.toml` by `make generate`."""

from enum import IntEnum
from typing import NamedTuple

from firmware_bridge.layout import Direction, Field, Framing, Layout
'''
ENUMS = {
    "cut": ("CutCode", "What the microcontroller has latched."),
    "parameter": ("ParameterIndex", "What SET sets."),
    "fitted": ("Fitted", "Bits of what a machine has, or a firmware can use."),
    "reset": ("ResetCause", "Bits of what reset the microcontroller."),
    "failed": ("Failed", "Bits of the self-tests that failed."),
}
UNIONS = {Direction.TO_MCU: "HostFrame", Direction.TO_HOST: "McuFrame"}


def module(protocol: Protocol) -> str:
    """Return the text of `messages.py`."""
    parts = [HEAD, *_constants(protocol)]
    for kind, (name, says) in ENUMS.items():
        parts.append(f'\n\nclass {name}(IntEnum):\n    """{says}"""\n\n')
        parts += [f"    {one.name} = {one.code}  # {one.says}\n" for one in protocol.codes[kind]]
    parts += _parameters(protocol.codes["parameter"])
    for layout in protocol.layouts:
        parts += _frame(protocol, layout)
    parts += _unions(protocol)
    parts += _layouts(protocol)
    return "".join(parts)


def _constants(protocol: Protocol) -> Iterator[str]:
    yield f"\nVERSION = {protocol.version}\nBAUD = {protocol.baud}\n"
    for name, value in protocol.timing.items():
        yield f"{name.upper()} = {value}\n"
    yield f"CRC_BITS = {protocol.crc_bits}\nCRC_POLYNOMIAL = 0x{protocol.polynomial:06X}\n"
    yield "FRAMINGS = {\n"
    for way in Direction:
        start = f"crc_start=0x{protocol.crc_start[way]:06X}"
        yield f"    {way}: Framing(frame_bytes={protocol.frame_bytes[way]}, {start}),\n"
    yield "}\n"


def _parameters(codes: tuple[Code, ...]) -> Iterator[str]:
    yield "\n\nPARAMETER_BOUNDS = {\n"
    for one in codes:
        yield f"    ParameterIndex.{one.name}: ({one.low}, {one.high}),  # {one.unit}\n"
    yield "}\n"


def _frame(protocol: Protocol, layout: Layout) -> Iterator[str]:
    yield f'\n\nclass {_class(layout)}(NamedTuple):\n    """{protocol.says[layout.name]}"""\n\n'
    for field in layout.fields:
        one_bit = field.bits == 1
        bounds = "" if one_bit else f"{field.low}..{field.high}: "
        says = protocol.meaning(layout, field)
        yield f"    {field.name}: {'bool' if one_bit else 'int'}  # {bounds}{says}\n"


def _unions(protocol: Protocol) -> Iterator[str]:
    yield "\n\n"
    for way, name in UNIONS.items():
        names = [_class(one) for one in protocol.layouts if one.direction is way]
        yield f"{name} = {' | '.join(names)}\n"
    yield f"Frame = {' | '.join(UNIONS.values())}\n"


def _layouts(protocol: Protocol) -> Iterator[str]:
    yield "\nCOMMON = (\n"
    yield from (_field(field, "    ") for field in protocol.common[1:])
    yield ")\nLAYOUTS: dict[type[Frame], Layout] = {\n"
    for layout in protocol.layouts:
        yield from _layout(layout, layout.fields[len(protocol.common) - 1 :])
    yield "}\n"


def _layout(layout: Layout, own: tuple[Field, ...]) -> Iterator[str]:
    start = (f'"{layout.name}"', str(layout.direction), str(layout.type))
    if not own:
        yield f"    {_class(layout)}: Layout({', '.join(start)}, COMMON),\n"
        return
    yield f"    {_class(layout)}: Layout(\n"
    yield from (f"        {one},\n" for one in (*start, "(\n            *COMMON"))
    yield from (_field(field, " " * 12) for field in own)
    yield "        ),\n    ),\n"


def _field(field: Field, indent: str) -> str:
    numbers = field[1:] if field.offset else field[1:-1]
    return f'{indent}Field("{field.name}", {", ".join(map(str, numbers))}),\n'


def _class(layout: Layout) -> str:
    return layout.name.title()
