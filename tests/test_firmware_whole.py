"""A flipped bit in what the rules remember is seen: every bit that lasts, one by one."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.firmware_host import RULES, Board, cut, moving, number, ready, rules
from tests.host_build import FIRMWARE, HostBuild, host_build

SEALED = ("limits", "presence", "reference_kpa", "cut")


@cache
def whole() -> HostBuild:
    """The rules with the look at their memory."""
    names = (*RULES, "whole")
    headers = [FIRMWARE / f"{name}.h" for name in ("limits", "protocol", *names)]
    with TemporaryDirectory() as folder:
        sources = [FIRMWARE / f"{name}.c" for name in names]
        return host_build("whole", sources, headers, Path(folder))


def copy(board: Board, safety: Any) -> None:
    """What the board remembers, for the library that looks at it."""
    whole().ffi.buffer(safety)[:] = rules().ffi.buffer(board.safety)[:]


def remembered() -> tuple[Any, Any]:
    """What a running board remembers, and its seal."""
    ffi, c = whole()
    safety, seal = ffi.new("struct safety *"), ffi.new("struct seal *")
    copy(moving(), safety)
    c.seal_all(seal, safety)
    return safety, seal


@pytest.mark.parametrize("field", ["settings", *SEALED])
def test_every_flipped_bit_breaks_the_seal(field: str) -> None:
    ffi, c = whole()
    safety, seal = remembered()
    assert c.seal_holds(seal, safety)
    memory = ffi.buffer(safety)
    first = ffi.offsetof("struct safety", field)
    kinds = {name: one.type for name, one in ffi.typeof("struct safety").fields}
    for at in range(first, first + ffi.sizeof(kinds[field])):
        for bit in range(8):
            memory[at] = bytes([memory[at][0] ^ 1 << bit])
            assert not c.seal_holds(seal, safety), (field, at - first, bit)
            memory[at] = bytes([memory[at][0] ^ 1 << bit])
    assert c.seal_holds(seal, safety)


def at_rest() -> tuple[Any, Any]:
    """What a board at rest remembers, and its seal."""
    ffi, c = whole()
    safety, seal = ffi.new("struct safety *"), ffi.new("struct seal *")
    copy(ready(), safety)
    c.seal_all(seal, safety)
    return safety, seal


def test_a_parameter_that_is_set_is_sealed() -> None:
    safety, seal = at_rest()
    assert whole().c.seal_set(seal, safety, number("PARAMETER_MOST_DUTY"), 200)
    assert safety.settings.most_duty == 200
    assert whole().c.seal_holds(seal, safety)
    assert not whole().c.seal_set(seal, safety, number("PARAMETER_MOST_DUTY"), 5000)
    assert whole().c.seal_holds(seal, safety)


def test_setting_one_parameter_does_not_bless_a_flip_in_another_value() -> None:
    safety, seal = at_rest()
    safety.settings.service_duty ^= 64
    assert not whole().c.seal_set(seal, safety, number("PARAMETER_MOST_DUTY"), 200)
    safety.settings.service_duty ^= 64
    safety.cut ^= 1
    assert whole().c.seal_set(seal, safety, number("PARAMETER_MOST_DUTY"), 200)
    assert not whole().c.seal_holds(seal, safety)


def agrees(before: dict[str, Any], after: dict[str, Any], acknowledged: int = 0) -> bool:
    """Whether a tick may have led from the one to the other."""
    ffi, c = whole()
    safety, _ = remembered()
    change(safety, before)
    seen = ffi.new("struct witness *", c.witness(safety))
    change(safety, after)
    return bool(c.witness_agrees(seen, safety, acknowledged))


def change(safety: Any, fields: dict[str, Any]) -> None:
    """Set what a path names."""
    for path, value in fields.items():
        *places, last = path.split(".")
        place = safety
        for name in places:
            place = place[int(name)] if name.isdigit() else getattr(place, name)
        if last.isdigit():
            place[int(last)] = value
        else:
            setattr(place, last, value)


def test_a_cut_is_freed_only_by_its_acknowledgement() -> None:
    level, stop, memory = cut("LEVEL"), cut("STOP"), cut("MEMORY")
    assert agrees({"cut": level}, {"cut": level})
    assert agrees({"cut": 0}, {"cut": level})
    assert agrees({"cut": level}, {"cut": 0}, acknowledged=level)
    assert not agrees({"cut": level}, {"cut": 0})
    assert not agrees({"cut": level}, {"cut": 0}, acknowledged=stop)
    assert not agrees({"cut": level}, {"cut": memory}, acknowledged=level)


def test_a_session_is_opened_only_by_a_press() -> None:
    closed, opened = {"presence.open": False}, {"presence.open": True}
    up, down = {"presence.start_down": False}, {"presence.start_down": True}
    assert agrees(closed | up, opened | down)
    assert agrees(opened | down, opened | up)
    assert agrees(opened | up, closed | up)
    assert not agrees(closed | up, opened | up)
    assert not agrees(closed | down, opened | down)


def test_a_button_is_held_only_by_a_press() -> None:
    free, held = {"presence.held": False}, {"presence.held": True}
    up, down = {"presence.start_down": False}, {"presence.start_down": True}
    assert agrees(free | up, held | down)
    assert agrees(held | down, held | down)
    assert agrees(held | down, free | down)
    assert not agrees(free | down, held | down)
    assert not agrees(free | up, held | up)


@pytest.mark.parametrize("channel", [0, 1])
def test_limits_move_only_for_another_reference(channel: int) -> None:
    was, other = {f"limits.{channel}.rise": 40}, {f"limits.{channel}.rise": 41}
    here, there = {f"reference_kpa.{channel}": 25}, {f"reference_kpa.{channel}": 26}
    assert agrees(was | here, other | there)
    assert agrees(was | here, was | there)
    assert not agrees(was | here, other | here)


def test_whole_sessions_are_lawful() -> None:
    """No tick of a board in good order is taken for a flip."""
    ffi, c = whole()
    safety, seal = ffi.new("struct safety *"), ffi.new("struct seal *")
    board = ready()
    for tick in range(1500):
        copy(board, safety)
        seen = ffi.new("struct witness *", c.witness(safety))
        board.asked["reference_kpa"] = 20 + tick // 100
        board.duty = 100 if tick % 400 < 300 else 0
        acknowledged = board.cut if tick % 200 == 0 else 0
        board.tick(start_down=100 < tick % 500 < 140, stop=tick == 700, acknowledged=acknowledged)
        copy(board, safety)
        assert c.witness_agrees(seen, safety, acknowledged)
        c.seal_all(seal, safety)
        assert c.seal_holds(seal, safety)
