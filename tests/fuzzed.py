"""Pins that say anything: fake-rpi's own random inputs, between a healthy world and the loop.

A bout begins in a mode, with a healthy plant behind the pins. Then some inputs answer with stock
fake-rpi's random levels instead, each drawn anew every few ticks, and the converter may answer
random bytes. All of it comes from the bout's seed, so a failure can be replayed: its message
holds the `Bout`. `Finger` judges from the raw levels of the start button alone what was a press;
every tick's pins are held against it.
"""

import random
from math import inf
from typing import NamedTuple

from controller.limits import Limits
from controller.loop import Loop
from controller.modes import Mode, State
from controller.session import Machine, Person, Session, Wish
from hardware.roller import REST, Drive, Sample
from sim import person as leg
from sim.pins import Wired
from sim.roller import SimRoller
from tests.fake_pi import Event, FakePi
from tests.kernel_world import world_in
from tests.wired_rig import WIRING

LIMITS = Limits()
TICK_S = LIMITS.tick_s
START = WIRING.start_button_pin
PLUS, MINUS = WIRING.plus_button_pin, WIRING.minus_button_pin
INPUTS = (
    WIRING.stop_pin, WIRING.heel_end_pin, WIRING.toe_end_pin, WIRING.gate_sense_pin or 0,
    START, PLUS, MINUS,
)  # fmt: skip
STEADY_S = 0.028
"""So long down is a press to somebody more generous than the code, which asks for 30 ms."""
BEGINS_S = 4.0
"""Motion begins so long after a press at the latest: 3 s for the foot, the self-test, a margin."""
SETTLED_S = 3.0
RESTLESS_TICKS = 1500
FEET: dict[int, leg.Act] = {200: leg.FootOff(), 450: leg.FootOn()}
"""What a restless person does, and when: a new session wants the roller seen without a foot."""
PERSON = leg.Person(leg_load_n=16.0, wander_sd_kpa=0.3)  # as `kernel_world`: 20 kPa, level 5
LEVEL = 5


class Bout(NamedTuple):
    """How one bout is shaken."""

    mode: Mode
    seed: int
    ticks: int
    wild: dict[int, int]  # inputs that are random, and ticks until each is drawn again
    wild_bus: bool
    start_held: bool | None = None  # the start button stands still: held, or up
    restless: bool = False  # the foot comes and goes


class Finger:
    """What the start button's raw levels amount to, told by lengths of runs and nothing else."""

    def __init__(self) -> None:
        self._level: bool | None = None
        self._since_s = 0.0
        self._ready = self._down = False  # was up for long enough; and then down
        self.presses = 0
        self.pressed_at_s = -inf

    def look(self, down: bool, now_s: float) -> None:
        """One raw level. A press: long enough up, long enough down, long enough up."""
        if down is not self._level:
            self._level, self._since_s = down, now_s
        if now_s - self._since_s < STEADY_S:
            return
        if down:
            self._down = self._ready
            return
        if self._down:
            self.presses, self.pressed_at_s = self.presses + 1, now_s
        self._ready, self._down = True, False


class Shaken:
    """A loop on fake pins, bout after bout; roller and observer to it."""

    name = "shaken"

    def __init__(self) -> None:
        self._now_s = 0.0
        self._edge = self._driven = False
        self.pi = FakePi(told=self._told)
        self._wired = Wired(SimRoller(), self.pi, WIRING, clock=self.now_s)
        self.starts = self.presses = 0
        self.seen: set[Mode] = set()

    def now_s(self) -> float:
        """Of the bout."""
        return self._now_s

    def wait_until(self, at_s: float) -> None:
        """Time passes because the bout says so."""

    def close(self) -> None:
        """Release the pins."""
        self._wired.close()

    def _told(self, event: Event) -> None:
        """What the gate and the driver see at any instant of a tick."""
        if event.pin == WIRING.gate_pin:
            self._edge = self._edge or event.what == "level"
        elif self._driving():
            self._driven = True

    def _driving(self) -> bool:
        line = self.pi.line
        forward, backward = line(WIRING.forward_pin), line(WIRING.backward_pin)
        return line(WIRING.enable_pin) == 1.0 and forward != backward

    # A bout.

    def shake(self, bout: Bout) -> None:
        """Run a bout; fail if anything starts by itself."""
        before = random.getstate()
        random.seed(bout.seed)
        try:
            self._begin(bout)
            for tick in range(bout.ticks):
                self._redraw(tick)
                if bout.restless and tick % RESTLESS_TICKS in FEET:
                    self._wired.sim.act(FEET[tick % RESTLESS_TICKS])
                self._tick()
        finally:
            random.setstate(before)
        self.presses += self._finger.presses

    def _begin(self, bout: Bout) -> None:
        """The mode's own world, and a plant that looks like it."""
        world = world_in(bout.mode)
        self._bout, self._finger = bout, Finger()
        self._state = state = world.state
        self._now_s, self._first = world.now_s, world.tick_number
        self._rest_at_s = self._now_s - TICK_S
        self._wish = Wish(recorded=state.sitting.number)
        session = Session.new(Person(level=LEVEL), Machine(), LIMITS)
        self._loop = Loop(self, self, self, session, LIMITS, state)
        self.pi.wild_bus = bout.wild_bus
        self._levels = dict.fromkeys(bout.wild, False)
        self._wired.roller.drive(REST)
        self._wired.sim = sim = SimRoller(bout.seed, LIMITS.tick_s, person=PERSON)
        if bout.mode is not Mode.SERVICE:
            sim.foot_on()
        drive = world.drive if bout.mode.moving else REST
        while sim.now_s() < SETTLED_S:
            if sim.now_s() > SETTLED_S - 0.2:
                sim.drive(drive)
            sim.wait_until(sim.now_s() + TICK_S)

    def _redraw(self, tick: int) -> None:
        for pin, every in self._bout.wild.items():
            if tick % every == 0:
                self._levels[pin] = self.pi.chip.anything(pin)

    def _tick(self) -> None:
        self._edge = self._driven = False
        before, sim = self._state, self._wired.sim
        self._loop.tick(self._now_s)
        self._judge(before.mode.moving)
        sim.wait_until(sim.now_s() + TICK_S)
        self._now_s += TICK_S

    def _judge(self, moved: bool) -> None:
        """Nothing starts by itself, and only a moving mode has the gate and the motor together."""
        moving, pressed_at_s = self._state.mode.moving, self._finger.pressed_at_s
        asked = pressed_at_s > self._rest_at_s and self._now_s - pressed_at_s <= BEGINS_S
        if moving and not moved:
            assert asked, self._told_by("began by itself")
            self.starts += 1
        elif moved and not moving:
            self._rest_at_s = self._now_s
        if not moving and (self._edge or self._driven or self._driving()):
            assert asked, self._told_by("did something by itself")
            powered = self._edge and (self._driven or self._driving())
            assert not powered, self._told_by("powered")

    def _told_by(self, what: str) -> str:
        return f"{what} at {self._now_s:.3f} s, in {self._state.mode}: {self._bout}"

    # What the loop sees.

    def read(self) -> Sample:
        """The pins', some of them wild."""
        bout, pi, wired = self._bout, self.pi, self._wired
        wired.feel(wired.sim.read())
        for pin, level in self._levels.items():
            pi.wire(pin, level)
        if bout.start_held is not None:
            pi.wire(START, not bout.start_held)
        self._finger.look(not pi.chip.wires[START], self._now_s)
        return wired.roller.read()

    def drive(self, drive: Drive) -> None:
        """To the pins and the plant."""
        self._wired.drive(drive)

    def wish(self) -> Wish:
        """Nobody asks for anything but the journal."""
        return self._wish

    def publish(self, state: State, _session: Session, _sample: Sample, _now_s: float) -> None:
        """Keep the state, and be a quick journal."""
        self._state = state
        self.seen.add(state.mode)
        if state.sitting.number != self._wish.recorded:
            self._wish = Wish(recorded=state.sitting.number)


KINDS = ("all random", "some", "buttons only", "Start still")


def bouts(mode: Mode, ticks: int, each: int) -> list[Bout]:
    """`ticks` in all, in bouts of `each`, of every kind in turn."""
    rng = random.Random(mode.name)
    found = []
    for number in range(ticks // each):
        some = {pin: rng.choice((1, 5, 25, 100)) for pin in INPUTS if rng.random() < 0.5}
        fingers = {START: rng.choice((10, 25, 60)), MINUS: 520}  # so long acknowledges
        if number % 8 == 2:
            fingers[PLUS] = rng.choice((25, 520))
        bus = rng.random() < 0.5
        kind = number % len(KINDS)
        wild, bus = ((dict.fromkeys(INPUTS, 1), True), (some, bus), (fingers, False), (some, bus))[
            kind
        ]
        held = rng.random() < 0.5 if KINDS[kind] == "Start still" else None
        restless = KINDS[kind] == "buttons only"
        found.append(Bout(mode, rng.getrandbits(32), each, wild, bus, held, restless))
    return found
