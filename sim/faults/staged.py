"""A machine in each of its modes, brought there by what people do; and what they do next.

Whatever happens, people go on: who sees a roller at rest asks it to move, who sees a stop tries
to start again. A fault that lies in wait shows itself then.
"""

from collections.abc import Callable

from controller.modes import Mode
from sim import person as leg
from sim.faults.judge import STANDS
from sim.faults.machine import Breakable
from sim.faults.scene import Scene

LEG_N = 12.0
"""Rests with 15 kPa; level 3 takes up to 18."""
INTO_IT_S = 45.0
"""The reference is learned and the program goes on."""


def insist(scene: Scene) -> None:
    """Plan what people do next in this mode, fault or none."""
    INSISTS.get(scene.mode, _tries_again)(scene)


def _presses(scene: Scene) -> None:
    scene.later(0.1, scene.press_start)


def _starts(scene: Scene) -> None:
    scene.later(0.1, lambda: scene.ask_to_move("start"))


def _continues(scene: Scene) -> None:
    scene.later(0.1, lambda: scene.ask_to_move("continue"))


def _tries_again(scene: Scene) -> None:
    """Who sees a stop acknowledges it and starts, at once and in vain."""

    def try_it() -> None:
        if scene.stack.mode is Mode.STOPPED and not scene.dead:
            scene.press_start()
            scene.later(0.3, lambda: scene.ask_to_move("start"))

    scene.later(1.0, try_it)


def _insists(scene: Scene) -> None:
    scene.later(0.2, lambda: scene.ask("acknowledge"))
    scene.later(0.4, scene.press_start)
    scene.later(0.8, lambda: scene.ask_to_move("start"))


INSISTS: dict[Mode, Callable[[Scene], None]] = {
    Mode.IDLE: _presses,
    Mode.ARMED: _starts,
    Mode.HOLD: _continues,
    Mode.STOPPED: _insists,
}
HEALTHY = {Mode.WINDING_DOWN: STANDS, Mode.STOPPED: STANDS}
"""What comes of a mode without any fault, where it is not that the roller goes on."""


# How each mode is reached.


def _some_time_in(scene: Scene, mode: Mode, seconds: float) -> Scene:
    """What was begun leads there, and goes on a little."""
    scene.stack.until_mode(mode)
    scene.stack.advance(seconds)
    return scene


def switched_on() -> Scene:
    """A machine of its own, at rest, nobody near."""
    return Scene(Breakable(person=leg.Person(leg_load_n=LEG_N)))


def idle() -> Scene:
    """A foot rests on it, no session is open."""
    scene = switched_on()
    scene.stack.advance(0.5)
    scene.plant.foot_on()
    scene.stack.advance(3.0)
    return scene


def armed() -> Scene:
    scene = switched_on()
    scene.stack.arm()
    scene.stack.until(lambda stack: "start" in stack.told["can"], 2.0)
    return scene


def soft_start() -> Scene:
    scene = armed()
    scene.stack.ask("start")
    return _some_time_in(scene, Mode.SOFT_START, 0.5)


def running() -> Scene:
    scene = switched_on()
    scene.stack.roll()
    scene.stack.go_on(INTO_IT_S)
    return scene


def eased() -> Scene:
    """The leg bore down for a while."""
    scene = running()
    scene.plant.press(8.0, rise_s=0.3, hold_s=0.5)
    return _some_time_in(scene, Mode.EASED, 1.0)


def winding_down() -> Scene:
    scene = running()
    scene.stack.ask("end")
    return _some_time_in(scene, Mode.WINDING_DOWN, 0.05)


def hold() -> Scene:
    """Paused."""
    scene = running()
    scene.stack.ask("pause")
    return _some_time_in(scene, Mode.HOLD, 1.0)


def stopped() -> Scene:
    """By pain."""
    scene = running()
    scene.plant.press(60.0, rise_s=0.03, hold_s=0.05)
    return _some_time_in(scene, Mode.STOPPED, 1.0)


def service() -> Scene:
    """No foot, Start held: the roller goes along its rail until somebody presses the stop."""
    scene = switched_on()
    scene.stack.advance(0.5)
    scene.stack.ask("service", task="switch")
    scene.plant.set_button("start", True)
    return _some_time_in(scene, Mode.SERVICE, 1.0)


SCENES: dict[Mode, Callable[[], Scene]] = {
    Mode.IDLE: idle,
    Mode.ARMED: armed,
    Mode.SOFT_START: soft_start,
    Mode.RUNNING: running,
    Mode.EASED: eased,
    Mode.WINDING_DOWN: winding_down,
    Mode.HOLD: hold,
    Mode.STOPPED: stopped,
    Mode.SERVICE: service,
}
