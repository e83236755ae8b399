"""Black boxes of stories: the box looks on while the simulator plays."""

from controller.blackbox import BlackBox, Box, lines
from controller.modes import State
from controller.scenario_file import load
from controller.session import Session
from controller.wish import Wish
from hardware.roller import Sample
from sim.scenario import SCENARIOS, Playing
from sim.scenario_machine import stage_of
from sim.stack import Stack


class Nobody:
    """An observer who wishes nothing, and counts."""

    def __init__(self) -> None:
        self.ticks = 0

    def wish(self) -> Wish:
        return Wish()

    def publish(self, state: State, session: Session, sample: Sample, now_s: float) -> None:
        self.ticks += 1


def text_of(box: Box) -> str:
    return "\n".join(lines(box)) + "\n"


def boxes_of(story: str) -> list[Box]:
    """Every box that is kept while a story is played, also those that are replaced."""
    scenario = load(SCENARIOS / f"{story}.toml")
    stage = stage_of(scenario, story)
    playing, kept = Playing(scenario, stage), list[Box]()
    box = BlackBox(Nobody(), kept.append, "simulated roller", scenario.limits, None)

    def watch(one: Stack) -> None:
        box.publish(one.state, one.session, one.sample, one.now_s)
        playing.watch(one)

    stage.stack.watch = watch
    playing.to_the_end()
    box.close()
    return kept
