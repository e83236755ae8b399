"""Makes `firmware/protocol.h` from the table: numbers, structs, and how fields lie in bytes.

Every shift is written out for a 16-bit `int`: a piece of a field is at most seven bits, widened
to 16 before it moves, so that nothing overflows on the smallest machine.
"""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from firmware_bridge.layout import BITS_PER_BYTE, TYPE_BITS, Direction, Field, Layout
from firmware_bridge.protocol_table import Protocol

HEAD = """\
/* The wire as C sees it. Made from protocol.toml by `make generate`.

   A body is a frame's bytes before its CRC, seven bits in each, the most significant first. */

#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>
"""
SENDERS = {Direction.TO_MCU: "HOST", Direction.TO_HOST: "MCU"}
ENUMS = {"cut": "CUT", "parameter": "PARAMETER", "fitted": "FITTED", "reset": "RESET"}
ENUMS |= {"failed": "FAILED"}


class Piece(NamedTuple):
    """The part of a field that lies in one byte of the body."""

    byte: int
    width: int
    byte_shift: int  # from the byte's lowest bit
    field_shift: int  # from the field's lowest bit


def header(protocol: Protocol) -> str:
    """Return the text of `protocol.h`."""
    parts = chain(
        [HEAD],
        _constants(protocol),
        _enums(protocol),
        _parameter_within(protocol),
        _host_struct(protocol),
        *(_mcu_struct(protocol, one) for one in _of(protocol, Direction.TO_HOST)),
        _host_read(protocol),
        *(_write(protocol, one) for one in protocol.layouts),
        *(_mcu_read(protocol, one) for one in _of(protocol, Direction.TO_HOST)),
        ["\n#endif\n"],
    )
    return "".join(parts)


def pieces(start: int, bits: int) -> Iterator[Piece]:
    """Cut a field of `bits` bits at bit `start` of the body into its bytes."""
    end = start + bits
    while start < end:
        byte, place = divmod(start, BITS_PER_BYTE)
        width = min(BITS_PER_BYTE - place, end - start)
        start += width
        yield Piece(byte, width, BITS_PER_BYTE - place - width, end - start)


def _of(protocol: Protocol, direction: Direction) -> list[Layout]:
    return [one for one in protocol.layouts if one.direction is direction]


def _constants(protocol: Protocol) -> Iterator[str]:
    yield f"\n#define PROTOCOL_VERSION {protocol.version}u\n#define BAUD {protocol.baud}UL\n"
    for name, value in protocol.timing.items():
        yield f"#define {name.upper()} {value}{'u' if value < 0x8000 else 'UL'}\n"
    yield "#define FRAME_MARK 0x80u\n"
    low = protocol.polynomial ^ (1 << protocol.crc_bits)
    yield f"#define CRC_BITS {protocol.crc_bits}u\n#define CRC_POLYNOMIAL 0x{low:06X}UL\n"
    for way, sender in SENDERS.items():
        yield f"#define {sender}_FRAME_BYTES {protocol.frame_bytes[way]}\n"
        yield f"#define {sender}_BODY_BYTES {protocol.body_bytes(way)}\n"
        yield f"#define {sender}_CRC_START 0x{protocol.crc_start[way]:06X}UL\n"


def _enums(protocol: Protocol) -> Iterator[str]:
    for way, sender in SENDERS.items():
        yield f"\nenum {sender.lower()}_type {{\n"
        for layout in _of(protocol, way):
            yield f"    {sender}_{layout.name} = {layout.type},\n"
        yield "};\n"
    for kind, prefix in ENUMS.items():
        yield f"\nenum {kind}_code {{\n"
        for one in protocol.codes[kind]:
            yield f"    {prefix}_{one.name} = {one.code}, /* {one.says} */\n"
        yield "};\n"
    yield f"#define CUTS {len(protocol.codes['cut'])}\n"
    yield f"#define PARAMETERS {len(protocol.codes['parameter'])}\n"


def _parameter_within(protocol: Protocol) -> Iterator[str]:
    for one in protocol.codes["parameter"]:
        yield f"\n#define PARAMETER_{one.name}_LOW {one.low}u /* {one.unit} */"
        yield f"\n#define PARAMETER_{one.name}_HIGH {one.high}u"
    yield "\n\n/* Whether `value` is within the hard bounds of `parameter`. */\n"
    yield "static inline bool parameter_within(uint8_t parameter, uint16_t value)\n{\n"
    yield "    switch (parameter) {\n"
    for one in protocol.codes["parameter"]:
        low = f"value >= PARAMETER_{one.name}_LOW && " if one.low else ""
        yield f"    case PARAMETER_{one.name}:\n"
        yield f"        return {low}value <= PARAMETER_{one.name}_HIGH;\n"
    yield "    default:\n        return false;\n    }\n}\n"


def _c_type(field: Field) -> str:
    if field.low < 0:
        return "int16_t"
    if field.bits == 1:
        return "bool"
    return "uint8_t" if field.high < 256 else "uint16_t"


def _host_struct(protocol: Protocol) -> Iterator[str]:
    yield "\n/* Any frame of the host; what its type does not have is 0. */\n"
    yield "struct host_frame {\n    uint8_t type;\n"
    seen: dict[str, str] = {}
    for layout in _of(protocol, Direction.TO_MCU):
        for field in layout.fields:
            if field.name not in seen:
                seen[field.name] = _c_type(field)
                yield _member(protocol, layout, field)
    yield "};\n"


def _mcu_struct(protocol: Protocol, layout: Layout) -> Iterator[str]:
    yield f"\n/* {protocol.says[layout.name]} */\nstruct {layout.name.lower()} {{\n"
    for field in layout.fields:
        yield _member(protocol, layout, field)
    yield "};\n"


def _member(protocol: Protocol, layout: Layout, field: Field) -> str:
    says = protocol.meaning(layout, field)
    bounds = "" if field.bits == 1 else f"{field.low}..{field.high}: "
    return f"    {_c_type(field)} {field.name}; /* {bounds}{says} */\n"


def _placed(layout: Layout) -> Iterator[tuple[Field, int]]:
    start = TYPE_BITS
    for field in layout.fields:
        yield field, start
        start += field.bits


def _raw(field: Field, start: int) -> str:
    parts = []
    for piece in pieces(start, field.bits):
        taken = f"body[{piece.byte}]"
        if piece.byte_shift:
            taken = f"{taken} >> {piece.byte_shift}"
        taken = f"({taken} & 0x{(1 << piece.width) - 1:02X}u)"
        parts.append(f"{taken} << {piece.field_shift}" if piece.field_shift else taken)
    return " | ".join(parts)


def _assign(field: Field, start: int) -> str:
    raw = _raw(field, start)
    if field.bits == 1:
        return f"out->{field.name} = {raw} != 0;\n"
    if field.offset < 0:
        raw = f"(int16_t)({raw}) - {-field.offset}"
    elif field.offset:
        raw = f"({raw}) + {field.offset}u"
    return f"out->{field.name} = ({_c_type(field)})({raw});\n"


def _checks(protocol: Protocol, layout: Layout) -> Iterator[str]:
    """Say what makes a whole frame one that nobody sent: values and unused bits."""
    end = TYPE_BITS
    for field in layout.fields:
        end += field.bits
        suffix = "" if field.low < 0 else "u"
        if field.low != field.offset:
            yield f"out->{field.name} >= {field.low}{suffix}"
        if field.high != field.offset + (1 << field.bits) - 1:
            yield f"out->{field.name} <= {field.high}{suffix}"
    rest = protocol.body_bytes(layout.direction) * BITS_PER_BYTE - end
    for piece in pieces(end, rest):
        mask = ((1 << piece.width) - 1) << piece.byte_shift
        yield f"(body[{piece.byte}] & 0x{mask:02X}u) == 0"


def _verdict(protocol: Protocol, layout: Layout, indent: str) -> str:
    checks = list(_checks(protocol, layout))
    return f"return {f' &&{chr(10)}{indent}       '.join(checks) or 'true'};\n"


def _host_read(protocol: Protocol) -> Iterator[str]:
    yield "\n/* Take a host's body apart; false: nobody sends this. */\n"
    yield "static inline bool host_frame_read(const uint8_t body[HOST_BODY_BYTES],\n"
    yield "                                   struct host_frame *out)\n{\n"
    yield "    *out = (struct host_frame){0};\n"
    yield f"    out->type = (uint8_t)({_raw(Field('type', TYPE_BITS, 0, 7), 0)});\n"
    start = TYPE_BITS
    for field in protocol.common[1:]:
        yield f"    {_assign(field, start)}"
        start += field.bits
    yield "    switch (out->type) {\n"
    shared = len(protocol.common) - 1
    for layout in _of(protocol, Direction.TO_MCU):
        yield f"    case HOST_{layout.name}:\n"
        for field, place in list(_placed(layout))[shared:]:
            yield f"        {_assign(field, place)}"
        yield f"        {_verdict(protocol, layout, '        ')}"
    yield "    default:\n        return false;\n    }\n}\n"


def _mcu_read(protocol: Protocol, layout: Layout) -> Iterator[str]:
    name = layout.name.lower()
    yield f"\nstatic inline bool {name}_read(const uint8_t body[MCU_BODY_BYTES], "
    yield f"struct {name} *out)\n{{\n"
    for field, place in _placed(layout):
        yield f"    {_assign(field, place)}"
    yield f"    {_verdict(protocol, layout, '    ')}}}\n"


def _write(protocol: Protocol, layout: Layout) -> Iterator[str]:
    sender = SENDERS[layout.direction]
    struct = "host_frame" if sender == "HOST" else layout.name.lower()
    size = f"{sender}_BODY_BYTES"
    yield f"\n/* Lay out {layout.name}; each field is cut to its width. */\n"
    yield f"static inline void {layout.name.lower()}_write(const struct {struct} *from, "
    yield f"uint8_t body[{size}])\n{{\n"
    filled: dict[int, list[str]] = {}
    for field, start in _placed(layout):
        for piece in pieces(start, field.bits):
            filled.setdefault(piece.byte, []).append(_put(field, piece))
    filled.setdefault(0, []).insert(0, f"(unsigned)({sender}_{layout.name} << 4)")
    for byte in range(protocol.body_bytes(layout.direction)):
        yield f"    body[{byte}] = {_joined(filled.get(byte, []))};\n"
    yield "}\n"


def _joined(parts: list[str]) -> str:
    return f"(uint8_t)({f' |{chr(10)}        '.join(parts)})" if parts else "0"


def _put(field: Field, piece: Piece) -> str:
    value = f"from->{field.name}"
    if field.offset:
        value = f"(unsigned)({value} - {field.offset})"
    value = value.replace("- -", "+ ")
    if piece.field_shift:
        value = f"{value} >> {piece.field_shift}"
    taken = f"({value} & 0x{(1 << piece.width) - 1:02X}u)"
    return f"{taken} << {piece.byte_shift}" if piece.byte_shift else taken
