"""From a healthy world, perturb one field: power only where every rule holds, and never too much.

The world stands in each mode in turn, with a calm foot, both channels, a gate, an open session.
Then one field of the sample or the request takes a value at, just below or just beyond a limit, or
none at all, or no number; it keeps it for a while. Each tick is judged by the rules alone.
"""

from math import copysign, inf, isfinite, isnan, nan, nextafter
from typing import Any, NamedTuple

import pytest

from controller.limits import Limits
from controller.modes import NO_COURSE, Mode, Request, State
from controller.safety import step
from controller.selftest import Phase
from hardware.roller import REST, Buttons, Drive, Sample, SensorStatus
from tests.harness import LEVEL_CM_S, steady_duty

TICK_S = 0.004
LIMITS = Limits(tick_s=TICK_S)
CALM = Request(speed_cm_s=5.0, level=5, reference_kpa=20.0, place=0.4, recorded=1)
CALM_KPA = 18.0
AFTER_TICKS = 80
STALE_S, BEHIND_S = 0.020, TICK_S
BUSY = (Mode.SOFT_START, Mode.RUNNING, Mode.EASED, Mode.WINDING_DOWN)
MODES = (*BUSY, Mode.IDLE, Mode.ARMED, Mode.HOLD, Mode.STOPPED)
REASONS_TO_STAND = ("pause", "change", "finished", "end", "stop")


class World(NamedTuple):
    """A kernel and its time. Immutable: fork it freely."""

    state: State
    ticks: int
    drive: Drive = REST

    @property
    def now_s(self) -> float:
        """Of the last tick."""
        return self.ticks * TICK_S

    def ticked(self, count: int = 1, kpa: float = CALM_KPA, **asked: Any) -> "World":
        """Healthy ticks with this request."""
        world = self
        for _ in range(count):
            world, _, _ = world.perturbed({}, CALM._replace(**asked), kpa)
        return world

    def perturbed(
        self, fields: dict[str, Any], request: Request, kpa: float = CALM_KPA
    ) -> tuple["World", Sample, Drive]:
        """One tick in which the sample has these fields."""
        ticks = self.ticks + 1
        now_s, felt_kpa = ticks * TICK_S, kpa + 0.1 * (ticks % 3)
        pulsed, asked = self.drive.gate, self.drive.duty != 0.0
        current_ma = 200.0 if pulsed and asked else 0.0
        sample = Sample(now_s, felt_kpa, felt_kpa, motor_current_ma=current_ma, gate_on=pulsed)
        sample = sample._replace(**fields)
        state, drive = step(self.state, request, sample, LIMITS, now_s)
        return World(state, ticks, drive), sample, drive


def worlds() -> dict[Mode, World]:
    """One healthy world per mode, each reached by what people do."""
    idle = World(State.initial(0.0), 0).ticked(300, kpa=0.0)
    opened = idle.ticked(1, kpa=0.0, press=True).ticked(100, kpa=0.0)
    armed = opened.ticked(520)
    soft = armed.ticked(1, start=True)
    running = soft.ticked(1500)
    hold = running.ticked(1, pause=True).ticked(600)
    stopped = running.ticked(1, stop=True).ticked(50)
    eased = running.ticked(85, kpa=27.5).ticked(50)
    winding = running.ticked(1, end=True)
    return {
        Mode.IDLE: idle.ticked(600),
        Mode.ARMED: armed,
        Mode.SOFT_START: soft.ticked(60),
        Mode.RUNNING: running,
        Mode.HOLD: hold,
        Mode.STOPPED: stopped,
        Mode.EASED: eased,
        Mode.WINDING_DOWN: winding.ticked(10),
    }


WORLDS = worlds()


def around(*values: float) -> list[float]:
    """Each value, and its neighbours near and nearest."""
    near = (-0.1, -1e-6, 1e-6, 0.1)
    return [
        one
        for value in values
        for one in (
            value,
            nextafter(value, -inf),
            nextafter(value, inf),
            *(value + off for off in near),
        )
    ]


ODD: list[Any] = [nan, inf, -inf, None]
SAMPLE_VALUES: dict[str, list[Any]] = {
    "pressure_kpa": [
        *around(-4.0, 0.0, 4.0, 6.0, 25.0, 26.0, 27.5, 30.0, 40.0, 75.0, 200.0),
        *(nan, inf, -inf, 1e308),
    ],
    "pressure_b_kpa": [*around(0.0, 12.0, 13.5, 24.0, 200.0), *ODD],
    "sensor": list(SensorStatus),
    "motor_current_ma": [0.0, 5500.0, *ODD],
    "heel_end_open": [True],
    "toe_end_open": [True],
    "stop_pressed": [True],
    "gate_on": [None, False],
    "buttons": [Buttons(True, True, True)],
}
LATE_S = [*around(0.0, TICK_S, 0.010, STALE_S), -TICK_S, 1.0, -1.0, nan, inf, -inf]
REQUEST_VALUES: dict[str, list[Any]] = {
    "speed_cm_s": [
        *around(0.0, *LEVEL_CM_S, *(-one for one in LEVEL_CM_S), 21.8),
        *(5e-324, 1e308, -1e308),
        *ODD,
    ],
    "level": [*range(-1, 13), 10**9, 3.0, 4.5, True, *ODD],
    "reference_kpa": [*around(0.0, 6.0, 12.0, 13.9, 25.0, 40.0), *ODD],
    "place": [-1.0, 0.0, 1.0, 2.0, *ODD],
    "recorded": [0, 2, -1, None, nan],
    **{name: [True] for name in (*REASONS_TO_STAND, "press", "start", "resume", "acknowledge")},
    "service": [True],
}


def level_of(request: Request, sample: Sample) -> int:
    """The level that may apply: none that we know is the lowest, half a machine has at most 3."""
    level = request.level if request.level in range(1, 11) else 1
    whole = sample.pressure_b_kpa is not None and sample.gate_on is not None
    return int(level if whole else min(level, 3))


def judge(before: World, world: World, sample: Sample, request: Request, drive: Drive) -> None:
    """All rules about power, on one tick."""
    state, now_s = world.state, world.now_s
    assert isfinite(drive.duty)
    powered = drive.gate and drive.duty != 0.0
    if powered:
        assert state.mode in BUSY, state.mode
        assert state.stop is None
        assert state.sitting.opened_at_s is not None or state.mode is Mode.WINDING_DOWN
        assert state.sitting.number == 1
        assert -BEHIND_S <= now_s - sample.taken_at_s <= STALE_S
        assert not isnan(sample.pressure_kpa)
        assert not sample.stop_pressed
        assert not request.stop
    if not before.state.mode.moving and state.mode.moving:
        assert request.recorded == state.sitting.number
        assert request.start or request.resume or request.press
    wanted = request.speed_cm_s
    if drive.duty != 0.0 and state.mode is not Mode.WINDING_DOWN:
        assert drive.gate or state.test.phase is Phase.ASKED
    if drive.duty != 0.0 and drive.gate and state.mode is not Mode.WINDING_DOWN:
        assert wanted is not None
        assert isfinite(wanted)
        assert copysign(1.0, drive.duty) == copysign(1.0, wanted)
        assert abs(drive.duty) <= steady_duty(LEVEL_CM_S[level_of(request, sample)]) + 1e-9
    if drive.duty > 0.0:
        assert not sample.toe_end_open
    if drive.duty < 0.0:
        assert not sample.heel_end_open
    rise = abs(drive.duty) - abs(before.drive.duty)
    assert rise <= 1.0 * TICK_S + 1e-9, "slew"


def live_on(mode: Mode, fields: dict[str, Any], request: Request, late_s: float | None) -> World:
    """Many ticks with the perturbation, each of them judged.

    None where the type says float is broken machinery, not a value: there it may raise.
    """
    world = WORLDS[mode]
    for _ in range(AFTER_TICKS):
        before = world
        if late_s is not None:
            fields = {"taken_at_s": (world.ticks + 1) * TICK_S - late_s}
        try:
            world, sample, drive = world.perturbed(fields, request)
        except TypeError:  # no drive comes out, and the loop leaves the roller at rest
            assert None in (request.speed_cm_s, request.reference_kpa, request.level)
            break
        judge(before, world, sample, request, drive)
    return world


def test_the_worlds_are_what_they_are_called() -> None:
    for mode, world in WORLDS.items():
        assert world.state.mode is mode
        after, _, drive = world.perturbed({}, CALM)
        assert after.state.mode is mode
        assert drive.gate is (mode in BUSY)
        assert (drive.duty != 0.0) is (mode in BUSY)


@pytest.mark.parametrize("mode", MODES)
def test_no_single_field_of_a_sample_brings_power_too_much(mode: Mode) -> None:
    for name, values in SAMPLE_VALUES.items():
        for value in values:
            live_on(mode, {name: value}, CALM, None)


@pytest.mark.hazard("too-fast/speed")
@pytest.mark.parametrize("mode", MODES)
def test_no_single_field_of_a_request_brings_power_too_much(mode: Mode) -> None:
    for name, values in REQUEST_VALUES.items():
        for value in values:
            live_on(mode, {}, CALM._replace(**{name: value}), None)


@pytest.mark.parametrize("mode", MODES)
def test_no_age_of_a_sample_brings_power_too_much(mode: Mode) -> None:
    for late_s in LATE_S:
        live_on(mode, {}, CALM, late_s)


@pytest.mark.parametrize("mode", BUSY)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stop_pressed", True),
        ("taken_at_s", nan),
        ("taken_at_s", inf),
        ("taken_at_s", -inf),
        ("taken_at_s", 0.0),
        ("pressure_kpa", nan),
    ],
)
def test_some_samples_cut_power_in_the_very_tick(mode: Mode, field: str, value: Any) -> None:
    world, _, drive = WORLDS[mode].perturbed({field: value}, CALM)
    assert world.state.mode is Mode.STOPPED
    assert (drive.duty, drive.gate) == (0.0, False)


@pytest.mark.parametrize("mode", BUSY)
@pytest.mark.parametrize("name", REASONS_TO_STAND)
def test_some_requests_end_motion_in_the_very_tick(mode: Mode, name: str) -> None:
    world, _, drive = WORLDS[mode].perturbed({}, CALM._replace(**{name: True}))
    if name in ("end", "finished") or (mode is Mode.WINDING_DOWN and name != "stop"):
        assert world.state.mode is Mode.WINDING_DOWN
        assert abs(drive.duty) <= abs(WORLDS[mode].state.duty)
    else:
        assert world.state.mode is (Mode.STOPPED if name == "stop" else Mode.HOLD)
        assert (drive.duty, drive.gate) == (0.0, False)


@pytest.mark.parametrize("mode", [Mode.SOFT_START, Mode.RUNNING, Mode.EASED])
@pytest.mark.parametrize("speed", [nan, inf, -inf])
def test_a_speed_that_is_no_number_is_none(mode: Mode, speed: float) -> None:
    _, _, drive = WORLDS[mode].perturbed({}, CALM._replace(speed_cm_s=speed))
    assert drive.duty == 0.0


@pytest.mark.parametrize("mode", [Mode.ARMED, Mode.HOLD])
@pytest.mark.parametrize("ask", ["start", "resume"])
def test_only_the_fitting_ask_begins_motion(mode: Mode, ask: str) -> None:
    world, _, drive = WORLDS[mode].perturbed({}, CALM._replace(**{ask: True}))
    begins = (mode is Mode.ARMED) == (ask == "start")
    assert drive.gate is begins
    assert world.state.mode is (Mode.SOFT_START if begins else mode)


@pytest.mark.parametrize("reference_kpa", [nan, -inf, 0.0])
def test_a_reference_that_is_none_is_the_lowest(reference_kpa: float) -> None:
    strange, lowest = (
        live_on(Mode.RUNNING, {}, CALM._replace(reference_kpa=kpa), None).state
        for kpa in (reference_kpa, LIMITS.reference_low_kpa)
    )
    assert strange._replace(course=NO_COURSE) == lowest._replace(course=NO_COURSE)
    assert lowest.mode is not Mode.RUNNING  # so low, 18 kPa are an overload
