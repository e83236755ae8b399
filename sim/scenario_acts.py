"""How the simulator does what a scenario tells: one small function for every verb.

Each returns the words of a refusal, or None when it was done.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sim import person as leg
from sim.acts import Bounce, Shift
from sim.faults.scene import Scene
from sim.scenario_faults import Faults
from sim.stack import Stack

Given = Mapping[str, Any]


class Stage(NamedTuple):
    """Where a story is played."""

    scene: Scene
    faults: Faults

    @property
    def stack(self) -> Stack:
        """The machine with its controller."""
        return self.scene.stack


Doing = Callable[[Stage, Given], str | None]


def _act(make: Callable[[Given], leg.Act]) -> Doing:
    """Something the person does."""
    return lambda stage, given: stage.stack.plant.act(make(given))


def _press(stage: Stage, given: Given) -> None:
    stage.stack.press(given["button"], given["for_s"])


def _ask(stage: Stage, given: Given) -> str | None:
    fields = {} if given["level"] is None else {"level": given["level"]}
    return stage.stack.ask(given["what"], **fields)


DOES: Mapping[str, Doing] = {
    "start massage": lambda stage, _: stage.stack.roll(),
    "go on": lambda stage, given: stage.stack.go_on(given["for_s"]),
    "shift foot": lambda stage, _: stage.stack.shift(),
    "wait": lambda stage, given: stage.stack.advance(given["for_s"]),
    "press": _press,
    "hold": lambda stage, given: stage.stack.plant.set_button(given["button"], True),
    "let go": lambda stage, given: stage.stack.plant.set_button(given["button"], False),
    "push stop": lambda stage, _: stage.stack.plant.set_stop(True),
    "release stop": lambda stage, _: stage.stack.plant.set_stop(False),
    "ask": _ask,
    "foot on": _act(lambda _: leg.FootOn()),
    "foot off": _act(lambda _: leg.FootOff()),
    "bear down": _act(lambda given: leg.Press(given["newtons"], given["rise_s"], given["hold_s"])),
    "bounce": _act(lambda given: Bounce(given["newtons"], given["hz"], given["for_s"])),
    "shift weight": _act(lambda given: Shift(given["newtons"], given["rise_s"], given["hold_s"])),
    "flinch": _act(lambda given: leg.Flinch(given["kick_n"], given["rise_s"])),
    "lean": _act(lambda given: leg.Lean(given["newtons"])),
    "cut power": lambda stage, given: stage.stack.reboot(given["for_s"]),
    "hang": lambda stage, given: stage.stack.fall_silent(given["for_s"]),
    "break": lambda stage, given: stage.faults.begin(given["fault"]),
    "mend": lambda stage, given: stage.faults.end(given["fault"]),
}
"""Every verb of `controller.scenario_keys`."""
