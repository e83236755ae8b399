"""A healthy world, moving and calm, to be perturbed one thing at a time.

The event under test begins at t = 0: time is counted in ticks, t = tick / rate, so that 100 ms is
0.1 exactly at every rate and a boundary means what it says. What comes before is the lead-in, in
which everything is well. `Detectors` feeds `trips.look`, `World` ticks the whole kernel.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from controller.limits import Limits
from controller.modes import Mode, Request, Sitting, State, Stop
from controller.safety import step
from controller.selftest import Phase, SelfTest
from controller.trips import look
from controller.watch import Reason, Trip, Watch
from hardware.roller import REST, Buttons, Drive, Sample

RATES_HZ = (100, 250, 500, 1000)
CALM_KPA = 20.0
"""Rests within level 5, whose reference is `REFERENCE_KPA`."""
REFERENCE_KPA = 25.0
LEAD_IN_S = 0.5
WILLING = Request(speed_cm_s=3.0, level=5, reference_kpa=REFERENCE_KPA, place=0.4, recorded=1)
SELF_TEST_S = 0.4
"""The self-test of a sound machine is over by then."""
OPEN = Sitting(number=1, opened_at_s=-1.0)
"""A session, opened by a press and recorded."""


def limits_at(rate_hz: int, **changes: Any) -> Limits:
    """The defaults at a tick rate."""
    return replace(Limits(), tick_s=1.0 / rate_hz, **changes)


def ticks(seconds: float, rate_hz: int) -> int:
    """The first tick at or after `seconds`."""
    count = 0
    while count / rate_hz < seconds:
        count += 1
    return count


def breathing(tick: int, kpa: float = CALM_KPA) -> float:
    """A calm pressure that is never twice the same, so that nothing looks frozen."""
    return kpa + (0.125 if tick % 2 else 0.0)


def sample_of(kpa: float, at_s: float, **fields: Any) -> Sample:
    """A sample of a whole machine: both channels agree, the gate is on."""
    whole: dict[str, Any] = {"pressure_b_kpa": kpa, "gate_on": True}
    return Sample(taken_at_s=at_s, pressure_kpa=kpa, **{**whole, **fields})


@cache
def calm_watch(
    rate_hz: int, reference_kpa: float, live: bool, rolling: bool, limits: Limits, kpa: float
) -> Watch:
    """The memory of the detectors after a calm lead-in."""
    count = round(LEAD_IN_S * rate_hz)
    watch = Watch((-count - 1) / rate_hz)
    for tick in range(-count, 0):
        now_s = tick / rate_hz
        sample = sample_of(breathing(tick, kpa), now_s)
        watch, trip = look(watch, sample, live, rolling, reference_kpa, limits, now_s)
        assert trip is None
    return watch


@cache
def lead_in(
    rate_hz: int,
    mode: Mode,
    limits: Limits,
    request: Request,
    kpa: float,
    sitting: Sitting,
    seconds: float,
) -> tuple[tuple[State, ...], tuple[Drive, ...]]:
    """States and drives of the kernel while all is calm."""
    count = round(seconds * rate_hz)
    before_s = (-count - 1) / rate_hz
    test = SelfTest(zero_at_s=before_s) if sitting.opened_at_s is None else SelfTest(Phase.PASSED)
    state = State(mode, before_s, Watch(before_s), sitting=sitting, test=test)
    states: list[State] = []
    drives = [REST]
    for tick in range(-count, 0):
        now_s = tick / rate_hz
        sample = sample_of(breathing(tick, kpa), now_s, gate_on=drives[-1].gate)
        state, drive = step(state, request, sample, limits, now_s)
        assert state.stop is None
        states.append(state)
        drives.append(drive)
    return tuple(states), tuple(drives[1:])


@dataclass
class Detectors:
    """`trips.look` with its memory, in a mode that may move unless told otherwise."""

    rate_hz: int = 1000
    reference_kpa: float = REFERENCE_KPA
    live: bool = True
    rolling: bool = True
    limits: Limits = field(default_factory=Limits)
    calm_kpa: float = CALM_KPA

    def __post_init__(self) -> None:
        self.limits = replace(self.limits, tick_s=1.0 / self.rate_hz)
        self.tick = 0
        self.watch = calm_watch(
            self.rate_hz, self.reference_kpa, self.live, self.rolling, self.limits, self.calm_kpa
        )

    @property
    def now_s(self) -> float:
        """Of the next tick."""
        return self.tick / self.rate_hz

    def feed(self, kpa: float, **fields: Any) -> Trip | None:
        """One tick with one sample."""
        return self.give(sample_of(kpa, self.now_s, **fields))

    def give(self, sample: Sample, now_s: float | None = None) -> Trip | None:
        """One tick with this very sample, at its own time or at `now_s`."""
        now_s = self.now_s if now_s is None else now_s
        self.watch, trip = look(
            self.watch,
            sample,
            self.live,
            self.rolling,
            self.reference_kpa,
            self.limits,
            now_s,
        )
        self.tick += 1
        return trip

    def first_trip(
        self,
        shape: Callable[[float], float],
        until_s: float,
        noise_kpa: float = 1e-3,
        **fields: Any,
    ) -> tuple[Trip | None, float]:
        """The first trip while the pressure follows `shape(t)`, and its time.

        A little noise, so that it never looks frozen.
        """
        while self.now_s <= until_s:
            at_s = self.now_s
            trip = self.feed(shape(at_s) + self.tick % 2 * noise_kpa, **fields)
            if trip is not None:
                return trip, at_s
        return None, until_s

    def calm(self, seconds: float) -> Trip | None:
        """Nothing happens for so long; the first trip."""
        return self.first_trip(lambda _: self.calm_kpa, self.now_s + seconds, 0.125)[0]


@dataclass
class World:
    """The kernel with its state; by default rolling at level 5 over a calm foot."""

    rate_hz: int = 250
    mode: Mode = Mode.RUNNING
    limits: Limits = field(default_factory=Limits)
    request: Request = WILLING
    calm_kpa: float = CALM_KPA
    sitting: Sitting = OPEN
    lead_in_s: float = LEAD_IN_S

    def __post_init__(self) -> None:
        self.limits = replace(self.limits, tick_s=1.0 / self.rate_hz)
        self.tick_number = 0
        states, drives = lead_in(
            self.rate_hz,
            self.mode,
            self.limits,
            self.request,
            self.calm_kpa,
            self.sitting,
            self.lead_in_s,
        )
        self.states, self.drives = list(states), list(drives)
        self.state, self.drive = states[-1], drives[-1]

    @property
    def now_s(self) -> float:
        """Of the next tick."""
        return self.tick_number / self.rate_hz

    def tick(
        self,
        kpa: float | None = None,
        request: Request | None = None,
        *,
        sample: Sample | None = None,
        **fields: Any,
    ) -> State:
        """One tick; what is not said is calm and healthy, and the gate follows its pulses."""
        if kpa is None:
            kpa = breathing(self.tick_number, self.calm_kpa)
        if sample is None:
            sample = sample_of(kpa, self.now_s, **{"gate_on": self.drive.gate, **fields})
        self.state, self.drive = step(
            self.state, request or self.request, sample, self.limits, self.now_s
        )
        self.tick_number += 1
        self.states.append(self.state)
        self.drives.append(self.drive)
        return self.state

    def ask(self, **wishes: Any) -> State:
        """One calm tick in which people or program ask something more."""
        return self.tick(request=self.request._replace(**wishes))

    def calm(self, seconds: float, kpa: float | None = None, **fields: Any) -> State:
        """So much time passes."""
        for _ in range(ticks(seconds, self.rate_hz)):
            self.tick(None if kpa is None else breathing(self.tick_number, kpa), **fields)
        return self.state

    def until(self, mode: Mode, seconds: float = 10.0, **fields: Any) -> float:
        """Calm ticks until `mode`; the time it took. Fails when it never comes."""
        began_s = self.now_s
        while self.state.mode is not mode:
            assert self.now_s - began_s <= seconds, f"still {self.state.mode}"
            self.tick(**fields)
        return self.now_s - began_s

    def steadily(self, speed_cm_s: float) -> "World":
        """Ask for this speed from now on."""
        self.request = self.request._replace(speed_cm_s=speed_cm_s)
        return self


def resting_world(rate_hz: int = 250, kpa: float = CALM_KPA, **changes: Any) -> World:
    """IDLE, no session, a foot on for longer than it needs to be steady."""
    sitting = changes.pop("sitting", Sitting())
    return World(
        rate_hz=rate_hz, mode=Mode.IDLE, calm_kpa=kpa, sitting=sitting, lead_in_s=2.5, **changes
    )


def world_in(mode: Mode, rate_hz: int = 250) -> World:
    """A healthy world in any mode, for tests that begin there."""
    world = copy(made_in(mode, rate_hz))
    world.states, world.drives = list(world.states), list(world.drives)
    return world


@cache
def made_in(mode: Mode, rate_hz: int) -> World:
    """`world_in` of every test; nobody may change it."""
    if mode is Mode.IDLE:
        return resting_world(rate_hz)
    if mode is Mode.ARMED:
        world = resting_world(rate_hz, sitting=OPEN)
    elif mode is Mode.SERVICE:
        world = resting_world(rate_hz, kpa=0.0)
        world.request = world.request._replace(service=True, speed_cm_s=2.0)
        world.tick(buttons=Buttons(start=True))
    else:
        world = World(rate_hz=rate_hz)
    if mode is Mode.SOFT_START:
        world.ask(pause=True)
        world.calm(2.5)
        world.ask(resume=True)
    elif mode is Mode.EASED:
        world.state = world.state._replace(sitting=world.state.sitting._replace(ease=0.8))
        world.state = world.state._replace(
            sitting=world.state.sitting._replace(eased_at_s=-100.0, eased_level=5)
        )
        world.tick()
    elif mode is Mode.WINDING_DOWN:
        world.ask(end=True)
    elif mode is Mode.HOLD:
        world.ask(pause=True)
    elif mode is Mode.STOPPED:
        world.ask(stop=True)
    assert world.state.mode is mode, world.state.mode
    return world


def stop_of(trip: Trip, **changes: Any) -> Stop:
    """A latched stop as the kernel would keep it."""
    usual: dict[str, Any] = {
        "at_s": 0.0,
        "pressure_kpa": 63.0,
        "rise_kpa": 38.0,
        "place": 0.4,
        "level": 4,
        "next_level": 2 if trip.reason is Reason.PAIN else 4,
    }
    return Stop(trip, **{**usual, **changes})
