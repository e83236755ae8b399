"""What the loop's observer tells: the light and the buzzer, in time, and whatever fails."""

import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from controller.desk import Desk
from controller.engine import Teller
from controller.limits import Limits
from controller.loop import Loop
from controller.modes import Mode, State
from controller.session import Machine, Person, Session
from controller.signs import STOPS
from controller.watch import Trip, Watch
from hardware.errors import HardwareError
from hardware.roller import REST, Drive
from hardware.signals import Light
from sim.roller import SimRoller
from tests.kernel_world import OPEN, sample_of, stop_of
from tests.mock_pi import Rig

LIMITS = Limits()
SESSION = Session.new(Person(), Machine(), LIMITS)
TICK_S = 0.004


class Paper:
    """A journal that can have failed."""

    failure: str | None = None

    def write(self, facts: Mapping[str, Any]) -> None:
        """Nothing is kept."""


class Seen:
    """A light and a buzzer, and when they were set to what."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.shown: list[tuple[float, Light, bool]] = []

    def show(self, light: Light, tone: bool) -> None:
        self.shown.append((self.now_s, light, tone))


class Stage:
    """A teller, and what it sets and tells."""

    def __init__(self, quiet: bool = False) -> None:
        self.seen, self.desk, self.paper = Seen(), Desk(lambda: 0.0), Paper()
        self.teller = Teller(self.desk, self.paper, "roller", self.seen, quiet)

    def play(self, mode: Mode, seconds: float, trip: Trip | None = None) -> "Stage":
        """So long in a mode, tick by tick."""
        begun_s = self.seen.now_s
        stop = None if trip is None else stop_of(trip)
        while self.seen.now_s < begun_s + seconds:
            now_s = self.seen.now_s
            state = State(mode, begun_s, Watch(now_s), sitting=OPEN, stop=stop)
            self.teller.publish(state, SESSION, sample_of(20.0, now_s), now_s)
            self.seen.now_s += TICK_S
        return self

    def since(self, at_s: float) -> list[tuple[float, Light, bool]]:
        return [one for one in self.seen.shown if one[0] >= at_s]


def test_the_light_is_set_twenty_times_a_second() -> None:
    stage = Stage().play(Mode.RUNNING, 5.0)
    assert 95 <= len(stage.seen.shown) <= 101
    assert {light for _, light, _ in stage.seen.shown} == {Light(0.0, 1.0, 0.0)}


@pytest.mark.parametrize("trip", [Trip.RISE, Trip.STOP, Trip.SENSOR_OPEN])
def test_a_stop_is_red_and_heard_in_the_very_tick(trip: Trip) -> None:
    stage = Stage().play(Mode.RUNNING, 1.013)
    at_s = stage.seen.now_s
    stage.play(Mode.STOPPED, 4.0, trip)
    assert stage.since(at_s)[0] == (at_s, Light(1.0, 0.0, 0.0), True)
    tones = [tone for _, _, tone in stage.since(at_s)]
    assert sum(after > before for before, after in itertools.pairwise(tones)) == 2
    assert not any(tones[-20:])


def test_quiet_is_quiet() -> None:
    stage = Stage(quiet=True).play(Mode.ARMED, 1.0).play(Mode.RUNNING, 1.0)
    stage.play(Mode.STOPPED, 3.0, Trip.RISE)
    assert not any(tone for _, _, tone in stage.seen.shown)
    assert stage.desk.telemetry["sound"] is None


def test_sign_and_sound_are_told_beside_the_rest() -> None:
    stage = Stage().play(Mode.RUNNING, 1.0).play(Mode.STOPPED, 1.0, Trip.LATE)
    told = stage.desk.telemetry
    assert (told["sign"], told["sound"]) == ("CONTROLLER", "STOP")
    stage.play(Mode.STOPPED, 3.0, Trip.LATE)
    assert stage.desk.telemetry["sound"] is None


def test_a_journal_that_cannot_be_written_is_a_reason_not_to_be_ready() -> None:
    stage = Stage().play(Mode.ARMED, 0.1)
    assert stage.desk.telemetry["sign"] == "READY"
    stage.paper.failure = "the disk is full"
    stage.play(Mode.ARMED, 0.1)
    assert stage.desk.telemetry["sign"] == "NO_JOURNAL"


@pytest.mark.parametrize("trip", Trip)
def test_on_the_pins_every_stop_can_be_counted(trip: Trip) -> None:
    rig = Rig()
    roller, desk = rig.open(), Desk(lambda: 0.0)
    teller = Teller(desk, Paper(), "roller", roller.signals)
    for tick in range(round(STOPS[trip].rhythm.period_s / TICK_S)):
        now_s = tick * TICK_S
        state = State(Mode.STOPPED, 0.0, Watch(now_s), stop=stop_of(trip))
        teller.publish(state, SESSION, sample_of(20.0, now_s), now_s)
    reds = [level for number, level in rig.pi.trace if number == rig.wiring.led_red_pin]
    blinks = reds.count(1.0)
    assert reds == [1.0, 0.0] * blinks
    assert STOPS[trip].looks.startswith(f"red, {blinks} blink")
    assert {number for number, _ in rig.pi.trace} == {rig.wiring.led_red_pin}
    rig.close()


class Unlit(Seen):
    """A light that fails after a while."""

    def show(self, light: Light, tone: bool) -> None:
        super().show(light, tone)
        if len(self.shown) > 5:
            raise HardwareError("The light could not be set: restart.")


class Recorded(SimRoller):
    """A simulated roller that remembers its last drive."""

    last: Drive | None = None

    def drive(self, drive: Drive) -> None:
        super().drive(drive)
        self.last = drive


def test_a_light_that_fails_ends_the_loop_and_the_roller_rests() -> None:
    roller = Recorded()
    teller = Teller(Desk(roller.now_s), Paper(), "roller", Unlit())
    loop = Loop(roller, roller, teller, SESSION, LIMITS)
    with pytest.raises(HardwareError, match="light could not be set"):
        loop.run()
    assert roller.last == REST
    with pytest.raises(HardwareError, match="closed"):
        roller.read()
