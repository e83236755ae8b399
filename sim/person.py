"""A person with a leg: how much of it lies on the roller, and what happens when it hurts.

The person chooses a load; the leg and the tissue (`sim.foot`) turn it into force. Left alone
the load wanders a little about its mean. `act()` takes one of a closed set of acts. Pain (true
pressure over the person's threshold) pulls the foot away one reflex later, whatever the
machine does; it comes back only when it is laid back.
Pure; loads in newtons on the head, pressures in kPa; sources: `device.md`, else "estimate".
"""

from dataclasses import dataclass, field, replace
from math import exp, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_N_PER_KPA = 0.8
_WANDER_STEP_S = 0.05  # posture is drawn anew this often, and runs straight in between
_TOUCH_KPA = 1.0  # a foot feels that it has landed


@dataclass(frozen=True, slots=True)
class Person:
    """One person's habits. The default is calm."""

    leg_load_n: float = 19.0  # 6-30 with the rest in use, to 45 without
    wander_sd_kpa: float = 1.0  # slow posture: calm 1, lively 3
    wander_s: float = 1.5  # its correlation time; estimate
    pain_kpa: float = 90.0  # pressure at the head that hurts
    reflex_min_s: float = 0.110
    reflex_max_s: float = 0.130
    landing_n: float = 4.0  # how firmly a foot feels for the roller; estimate
    lifting_n: float = 30.0  # how firmly it is held up; estimate
    settle_n_s: float = 30.0  # how fast a landed foot gives its weight; estimate
    lift_n_s: float = 120.0  # how fast a foot is lifted on purpose: gone in about 0.2 s
    flinch_n_s: float = 800.0  # how fast a reflex pulls: 30-100 N in 50-150 ms


@dataclass(frozen=True, slots=True)
class FootOn:
    """Lay the foot on the roller."""


@dataclass(frozen=True, slots=True)
class FootOff:
    """Lift the foot, without hurry."""


@dataclass(frozen=True, slots=True)
class Press:
    """Bear down (or, below zero, ease off), hold, let go."""

    newtons: float
    rise_s: float = 0.2
    hold_s: float = 0.5
    release_s: float = 0.1


@dataclass(frozen=True, slots=True)
class Flinch:
    """Kick down for `rise_s` and pull the foot away; a kick of 0 only pulls."""

    kick_n: float = 40.0  # 30-100
    rise_s: float = 0.08  # 0.05-0.15


@dataclass(frozen=True, slots=True)
class Lean:
    """Let the leg rest heavier from now on, or lighter: the calf rest carries the difference."""

    newtons: float  # more; below 0 less


LEG_N = (7.0, 45.0)
"""What a leg can put on the roller at rest."""
Act = FootOn | FootOff | Press | Flinch | Lean


@dataclass(slots=True)
class PersonState:
    """What the leg does now, advanced in place."""

    person: Person
    rng: "Random"
    load_n: float = field(init=False)  # what the leg puts on the head; below 0 it lifts
    reflexes: int = 0  # how often it hurt
    _resting: bool = False  # the foot is meant to lie on the roller
    _base_n: float = field(init=False)
    _slew_n_s: float = 0.0
    _wander_n: float = 0.0
    _drift_n_s: float = 0.0
    _drift_left_s: float = 0.0
    _press: Press | None = None
    _press_s: float = 0.0
    _reflex_s: float | None = None  # until the foot is pulled away
    _calm_to_kpa: float = 0.0  # a touch up to here changes nothing: the load just wanders

    def __post_init__(self) -> None:
        """Begin with the foot in the air."""
        self._base_n = self.load_n = -self.person.lifting_n


def act(state: PersonState, doing: Act) -> None:
    """Begin `doing` now. A newer press replaces an older one; a foot in the air cannot press."""
    state._calm_to_kpa = 0.0
    match doing:
        case FootOn():
            state._resting, state._slew_n_s = True, state.person.settle_n_s
            state._base_n = max(state._base_n, 0.0)
        case FootOff():
            _withdraw(state, state.person.lift_n_s)
        case Lean(newtons):
            load_n = min(max(state.person.leg_load_n + newtons, LEG_N[0]), LEG_N[1])
            state.person = replace(state.person, leg_load_n=load_n)
            state._slew_n_s = state.person.settle_n_s
        case Press() if state._resting:
            state._press, state._press_s = doing, 0.0
        case Flinch(kick_n, rise_s) if state._resting:
            state._press, state._press_s = Press(kick_n, rise_s, rise_s), 0.0
            state._reflex_s = rise_s
        case _:
            pass


def _withdraw(state: PersonState, slew_n_s: float) -> None:
    state._base_n = state.load_n
    state._resting, state._slew_n_s = False, slew_n_s
    state._press, state._reflex_s = None, None


def advance(state: PersonState, pressure_kpa: float, dt_s: float) -> float:
    """Let `dt_s` pass while the head presses with `pressure_kpa`; return the leg's load, N."""
    if not _TOUCH_KPA < pressure_kpa <= state._calm_to_kpa:
        _stir(state, pressure_kpa, dt_s)
    load_n = state._base_n
    if state._resting:
        left_s = state._drift_left_s - dt_s
        state._drift_left_s = left_s
        if left_s <= 0.0:
            _drift(state)
        wander_n = state._wander_n + state._drift_n_s * dt_s
        state._wander_n = wander_n
        load_n += wander_n
        if state._press is not None:
            load_n += _pressing(state, state._press, dt_s)
    state.load_n = load_n
    return load_n


def _stir(state: PersonState, pressure_kpa: float, dt_s: float) -> None:
    """Let what hurts or changes go on; note whether anything is left that does."""
    person = state.person
    if pressure_kpa > person.pain_kpa or state._reflex_s is not None:
        _suffer(state, dt_s)
    if not state._resting:
        wanted_n = -person.lifting_n
    elif pressure_kpa > _TOUCH_KPA:
        wanted_n = person.leg_load_n
    else:
        wanted_n = person.landing_n
    base_n = state._base_n
    if base_n != wanted_n:
        step_n = state._slew_n_s * dt_s
        if base_n < wanted_n:
            state._base_n = min(base_n + step_n, wanted_n)
        else:
            state._base_n = max(base_n - step_n, wanted_n)
    calm = state._resting and state._base_n == person.leg_load_n and state._reflex_s is None
    state._calm_to_kpa = person.pain_kpa if calm else 0.0


def _suffer(state: PersonState, dt_s: float) -> None:
    """Count a reflex down; pull the foot away at its end."""
    if state._reflex_s is None:
        if state._resting:
            state.reflexes += 1
            state._reflex_s = state.rng.uniform(
                state.person.reflex_min_s, state.person.reflex_max_s
            )
        return
    state._reflex_s -= dt_s
    if state._reflex_s <= 0.0:
        _withdraw(state, state.person.flinch_n_s)


def _drift(state: PersonState) -> None:
    """Draw where posture goes next: an Ornstein-Uhlenbeck walk, straight between its points."""
    person = state.person
    kept = exp(-_WANDER_STEP_S / person.wander_s)
    sd_n = person.wander_sd_kpa * _N_PER_KPA * sqrt(1.0 - kept * kept)
    target_n = kept * state._wander_n + state.rng.gauss(0.0, sd_n)
    state._drift_n_s = (target_n - state._wander_n) / _WANDER_STEP_S
    state._drift_left_s += _WANDER_STEP_S


def _pressing(state: PersonState, press: Press, dt_s: float) -> float:
    """Return the extra load of `press` and let it run; forget it when it is over."""
    state._press_s += dt_s
    since_s = state._press_s
    if since_s < press.rise_s:
        return press.newtons * since_s / press.rise_s
    since_s -= press.rise_s + press.hold_s
    if since_s <= 0.0:
        return press.newtons
    if since_s < press.release_s:
        return press.newtons * (1.0 - since_s / press.release_s)
    state._press = None
    return 0.0
