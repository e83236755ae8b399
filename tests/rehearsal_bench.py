"""A bench in simulated time: the stack behind a bench's few calls, and a person who obeys."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from controller.calibrate import Talk
from controller.rehearse import Rehearsed, rehearsed
from controller.scenario import Scenario
from sim import person as leg
from sim.scenario_acts import Stage
from sim.scenario_machine import stage_of
from sim.stack import Stack

LOOK_S = 0.052
"""The link tells 20 times a second."""


class SimBench:
    """An engine, as the link shows it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.asked: list[str] = []

    def look(self) -> Mapping[str, Any]:
        self.stack.advance(LOOK_S)
        return self.stack.told

    def missed(self) -> Iterable[Mapping[str, Any]]:
        return []

    def ask(self, what: str, level: int | None) -> str | None:
        self.asked.append(what)
        return self.stack.ask(what, **({} if level is None else {"level": level}))


Doing = Callable[..., object]


class Obedient:
    """A person who does what the terminal says, at once; or gives up at a word."""

    def __init__(self, stage: Stage, gives_up_at: str | None = None) -> None:
        self.told: list[str] = []
        self.prompts: list[str] = []
        self._gives_up_at = gives_up_at
        stack, faults = stage.stack, stage.faults
        plant, act = stack.plant, stack.plant.act
        self._does: dict[str, Doing] = {
            r"Press (\w+) on the device for ([\d.]+) s": lambda button, for_s: stack.press(
                button, float(for_s)
            ),
            r"Press (\w+) on the device and keep": lambda button: plant.set_button(button, True),
            r"Let go of (\w+)": lambda button: plant.set_button(button, False),
            "Push the wired stop switch": lambda: plant.set_stop(True),
            "Release the wired stop switch": lambda: plant.set_stop(False),
            "Lay your foot": lambda: act(leg.FootOn()),
            "Lift your foot": lambda: act(leg.FootOff()),
            r"Press on the head with your hand, (\S+) N more, there within (\S+) s, for (\S+) s":
                lambda *values: act(leg.Press(*map(float, values))),
            r"Kick down on the head with your hand, (\S+) N": lambda newtons: act(
                leg.Flinch(float(newtons))
            ),
            r"Let your leg rest heavier by (\S+) N": lambda newtons: act(leg.Lean(float(newtons))),
            r"Bring this about: (.*), then": faults.begin,
            r"Mend this: (.*), then": faults.end,
            "Foot off, everything set up": lambda: None,
        }  # fmt: skip

    def ask(self, prompt: str) -> str:
        self.prompts.append(prompt)
        if self._gives_up_at is not None and self._gives_up_at in prompt:
            raise KeyboardInterrupt
        (done,) = [
            (doing, found.groups())
            for pattern, doing in self._does.items()
            if (found := re.search(pattern, prompt))
        ]
        done[0](*done[1])
        return ""

    def tell(self, line: str) -> None:
        self.told.append(line)


class Rehearsing:
    """A story, its bench and its person."""

    def __init__(self, scenario: Scenario, gives_up_at: str | None = None) -> None:
        self.scenario = scenario
        stage = stage_of(scenario, "rehearsed")
        self.stack = stage.stack
        self.bench, self.person = SimBench(self.stack), Obedient(stage, gives_up_at)

    def go(self) -> Rehearsed:
        return rehearsed(self.scenario, self.bench, Talk(self.person.ask, self.person.tell))
