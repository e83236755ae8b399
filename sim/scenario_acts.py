"""How the simulator does what a scenario tells: one small function for every verb.

Each returns the words of a refusal, or None when it was done.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sim import person as leg
from sim.acts import Bounce, Shift
from sim.stack import Stack

JOURNAL_FULL = "cannot write the journal: No space left on device"

Given = Mapping[str, Any]
Doing = Callable[[Stack, Given], str | None]


class UnknownFaultError(ValueError):
    """No fault has this name."""


class Fault(NamedTuple):
    """How something breaks, and how it is whole again."""

    begin: Callable[[Stack], None]
    end: Callable[[Stack], None]


def _sensor(begin: Callable[[Stack], None]) -> Fault:
    return Fault(begin, lambda stack: stack.plant.restore_sensor())


def _fail_journal(why: str | None) -> Callable[[Stack], None]:
    def fail(stack: Stack) -> None:
        stack.journal.failure = why

    return fail


FAULTS: Mapping[str, Fault] = {
    "sensor unplugged": _sensor(lambda stack: stack.plant.unplug_sensor()),
    "sensor frozen": _sensor(lambda stack: stack.plant.freeze_sensor()),
    "sensor silent": _sensor(lambda stack: stack.plant.stall_sensor()),
    "journal full": Fault(_fail_journal(JOURNAL_FULL), _fail_journal(None)),
}
"""What can break, by the name a scenario calls it."""


def _fault(given: Given) -> Fault:
    name = given["fault"]
    if name not in FAULTS:
        raise UnknownFaultError(f"fault = {name!r}: there is none; known: {', '.join(FAULTS)}")
    return FAULTS[name]


def _act(make: Callable[[Given], leg.Act]) -> Doing:
    """Something the person does."""
    return lambda stack, given: stack.plant.act(make(given))


def _press(stack: Stack, given: Given) -> None:
    stack.press(given["button"], given["for_s"])


def _ask(stack: Stack, given: Given) -> str | None:
    fields = {} if given["level"] is None else {"level": given["level"]}
    return stack.ask(given["what"], **fields)


DOES: Mapping[str, Doing] = {
    "start massage": lambda stack, _: stack.roll(),
    "go on": lambda stack, given: stack.go_on(given["for_s"]),
    "shift foot": lambda stack, _: stack.shift(),
    "wait": lambda stack, given: stack.advance(given["for_s"]),
    "press": _press,
    "hold": lambda stack, given: stack.plant.set_button(given["button"], True),
    "let go": lambda stack, given: stack.plant.set_button(given["button"], False),
    "push stop": lambda stack, _: stack.plant.set_stop(True),
    "release stop": lambda stack, _: stack.plant.set_stop(False),
    "ask": _ask,
    "foot on": _act(lambda _: leg.FootOn()),
    "foot off": _act(lambda _: leg.FootOff()),
    "bear down": _act(lambda given: leg.Press(given["newtons"], given["rise_s"], given["hold_s"])),
    "bounce": _act(lambda given: Bounce(given["newtons"], given["hz"], given["for_s"])),
    "shift weight": _act(lambda given: Shift(given["newtons"], given["rise_s"], given["hold_s"])),
    "flinch": _act(lambda given: leg.Flinch(given["kick_n"], given["rise_s"])),
    "lean": _act(lambda given: leg.Lean(given["newtons"])),
    "cut power": lambda stack, given: stack.reboot(given["for_s"]),
    "hang": lambda stack, given: stack.fall_silent(given["for_s"]),
    "break": lambda stack, given: _fault(given).begin(stack),
    "mend": lambda stack, given: _fault(given).end(stack),
}
"""Every verb of `controller.scenario_keys`."""
