"""A button that hangs, on the whole stack: it starts nothing, is told, and the others still work.

Stuck (the third hand never comes off), or held while the controller starts; with the production
loop, the simulated roller's own buttons, and the light that a person at the device sees.
"""

from typing import Any

import pytest

from controller.desk import Desk
from controller.engine import Teller
from controller.modes import Mode
from controller.service import Task
from controller.signs import Sign
from controller.watch import Trip
from sim.stack import QuickJournal
from tests.harness import Rig

BUTTONS = ("start", "plus", "minus")
SAID = {"start": "Start", "plus": "+", "minus": "−"}


class Device(Rig):
    """A rig on which somebody looks at the light."""

    def __init__(self, **options: Any) -> None:
        desk = Desk(lambda: 0.0)
        self.signs: list[str] = []
        self._desk, self._teller = desk, Teller(desk, QuickJournal(desk), "device")
        super().__init__(**options)

    def publish(self, *tick: Any) -> None:
        """Tell it, and keep what the light says."""
        super().publish(*tick)
        self._teller.publish(*tick)
        sign = self._desk.telemetry["sign"]
        if self.signs[-1:] != [sign]:
            self.signs.append(sign)

    @property
    def sign(self) -> str:
        """What the light says now."""
        return self.signs[-1]


def held_at_boot(*buttons: str) -> Device:
    """Down before the controller could see them up."""
    device = Device()
    for button in buttons:
        device.sim.set_button(button, True)
    device.advance(0.5)
    return device


def stuck(*buttons: str) -> Device:
    """Pressed when all was well, and never up again."""
    device = Device()
    device.advance(0.5)
    for button in buttons:
        device.sim.set_button(button, True)
    device.advance(11.0)
    return device


@pytest.mark.parametrize("button", BUTTONS)
def test_held_at_the_start_it_is_told_at_once_and_starts_nothing(button: str) -> None:
    device = held_at_boot(button)
    assert device.told["buttons"] == {button: "held since the start"}
    assert f"The {SAID[button]} button is held since the start; let it go." in device.words
    assert device.sign == Sign.BUTTON.name
    device.sim.foot_on()
    device.advance(15.0)
    assert device.told["buttons"] == {button: "stuck"}
    assert f"The {SAID[button]} button seems stuck; free it." in device.words
    assert device.been_in() == [Mode.IDLE]
    assert device.told["session_open"] is False


@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize("hangs", [held_at_boot, stuck])
def test_free_again_it_starts_nothing_either_and_then_is_a_button_like_any(
    button: str, hangs: Any
) -> None:
    device = hangs(button)
    device.sim.foot_on()
    device.advance(3.0)
    device.sim.set_button(button, False)
    device.advance(3.0)
    assert device.been_in() == [Mode.IDLE]
    assert device.told["buttons"] == {}
    assert device.sign == Sign.READY.name
    device.push("start")
    device.until_mode(Mode.RUNNING, 10.0)


@pytest.mark.parametrize("hangs", [held_at_boot, stuck])
@pytest.mark.parametrize("button", ["plus", "minus"])
def test_beside_a_hanging_one_a_whole_massage_goes_by_buttons_alone(
    hangs: Any, button: str
) -> None:
    device = hangs(button)
    device.push("start")
    device.sim.foot_on()
    device.until_mode(Mode.ARMED, 10.0)
    device.push("start")
    device.until_mode(Mode.RUNNING, 10.0)
    assert device.sign == Sign.RUNNING.name, "what moves is more urgent"
    level = device.level
    other = "minus" if button == "plus" else "plus"
    device.push(other)
    device.advance(3.0)
    assert device.level == level + (-1 if button == "plus" else 1)
    device.sim.set_stop(True)
    device.until_mode(Mode.STOPPED, 0.01)
    assert device.state.stop is not None
    assert device.state.stop.trip is Trip.STOP
    assert device.sign == Sign.PERSON.name
    assert "seems stuck; free it." in device.words or "held since the start" in device.words


@pytest.mark.parametrize("hangs", [held_at_boot, stuck])
def test_beside_a_hanging_plus_minus_still_acknowledges_a_stop(hangs: Any) -> None:
    device = hangs("plus")
    device.ask("stop")
    device.until_mode(Mode.STOPPED, 0.1)
    device.push("minus", 2.5)
    assert device.mode is Mode.IDLE
    assert device.told["pairing_count"] == 0


@pytest.mark.parametrize("hangs", [held_at_boot, stuck])
def test_with_start_hanging_every_stop_still_stops_and_nothing_starts_anew(hangs: Any) -> None:
    device = Device().roll()
    device.sim.set_button("start", True)
    device.advance(3.0)
    assert device.mode is Mode.IDLE, "held for 2 s it means: end"
    device = hangs("start")
    device.ask("stop")
    device.until_mode(Mode.STOPPED, 0.1)
    device.push("minus", 2.5)
    device.sim.foot_on()
    device.advance(10.0)
    assert device.been_in() == [Mode.IDLE, Mode.STOPPED, Mode.IDLE]


@pytest.mark.parametrize("hangs", [held_at_boot, stuck])
@pytest.mark.parametrize("task", Task)
def test_a_start_that_hangs_is_nobody_s_hand_and_begins_no_service(hangs: Any, task: Task) -> None:
    device = hangs("start")
    device.serve(task)
    device.advance(5.0)
    assert device.been_in() == [Mode.IDLE]
    assert not any(one.drive.gate or one.drive.duty for one in device.moments)
    device.sim.set_button("start", False)
    device.advance(0.1)
    device.sim.set_button("start", True)
    device.until_mode(Mode.SERVICE, 1.0)


def test_who_holds_start_for_service_holds_it_for_as_long_as_it_takes() -> None:
    device = Device()
    device.advance(0.5)
    device.serve(Task.HOME)
    device.sim.set_button("start", True)
    device.advance(12.0)
    device.serve(Task.SWITCH)
    device.until_mode(Mode.SERVICE, 1.0)
    device.advance(1.0)
    assert device.told["buttons"] == {}
    device.sim.set_stop(True)
    device.until_mode(Mode.STOPPED, 1.0)
    device.advance(300.0)
    assert device.told["buttons"] == {"start": "stuck"}


@pytest.mark.parametrize("hangs", [held_at_boot, stuck])
def test_all_of_them_hanging_are_all_told(hangs: Any) -> None:
    device = hangs(*BUTTONS)
    assert set(device.told["buttons"]) == set(BUTTONS)
    for name in SAID.values():
        assert f"The {name} button" in device.words
    assert device.been_in() == [Mode.IDLE]


def test_the_light_tells_a_whole_story() -> None:
    device = Device()
    device.roll()
    device.push("start")
    device.advance(3.0)
    device.push("start")
    device.advance(1.0)
    device.sim.press(45.0, 0.03, 0.5)
    device.until_mode(Mode.STOPPED, 2.0)
    device.sim.foot_off()
    device.advance(31.0)
    device.push("minus", 2.5)
    for button in ("plus", "minus"):
        device.sim.set_button(button, True)
    device.advance(2.5)
    assert device.signs == [
        "READY", "RUNNING", "HOLD", "RUNNING", "PAIN", "READY", "PAIRING",
    ]  # fmt: skip
