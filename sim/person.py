"""A person with a leg: how much of it lies on the roller, and what happens when it hurts.

The person chooses a load; the leg and the tissue (`sim.foot`) turn it into force. Left alone
the load wanders a little about its mean. `act()` takes one of a closed set of acts. Pain (true
pressure over the person's threshold) ends in a flinch one reflex later, whatever the machine does:
away at once, or down first. The foot comes back only when it is laid back. The hand is slower; what
it has done is left in `presses_stop` for whoever owns the switch.
Pure; loads in newtons on the head, pressures in kPa; sources: `device.md`, else "estimate".
"""

from dataclasses import dataclass, field, replace
from math import exp, sqrt
from typing import TYPE_CHECKING

from sim.acts import Act, Effort, Flinch, FootOff, FootOn, Lean, Press
from sim.pain_map import PainMap

if TYPE_CHECKING:
    from random import Random

__all__ = [
    "Act", "Flinch", "FootOff", "FootOn", "Lean", "Person", "PersonState", "Press", "act",
    "advance",
]  # fmt: skip

_N_PER_KPA = 0.8
_WANDER_STEP_S = 0.05  # posture is drawn anew this often, and runs straight in between
_TOUCH_KPA = 1.0  # a foot feels that it has landed
HAND_S = (0.25, 0.6)  # from what hurts to a hand on Stop
KICK_N, KICK_RISE_S = (30.0, 100.0), (0.05, 0.15)  # a flinch toward the roller


@dataclass(frozen=True, slots=True)
class Person:
    """One person's habits. The default is calm."""

    leg_load_n: float = 19.0  # 6-30 with the rest in use, to 45 without
    wander_sd_kpa: float = 1.0  # slow posture: calm 1, lively 3
    wander_s: float = 1.5  # its correlation time; estimate
    pain_kpa: float = 90.0  # pressure at the head that hurts, at any place and at once
    pain_map: PainMap | None = None  # where it hurts after how long; then `pain_kpa` says nothing
    reflex_min_s: float = 0.110
    reflex_max_s: float = 0.130
    landing_n: float = 4.0  # how firmly a foot feels for the roller; estimate
    lifting_n: float = 30.0  # how firmly it is held up; estimate
    settle_n_s: float = 30.0  # how fast a landed foot gives its weight; estimate
    lift_n_s: float = 120.0  # how fast a foot is lifted on purpose: gone in about 0.2 s
    flinch_n_s: float = 800.0  # how fast a reflex pulls: 30-100 N in 50-150 ms
    toward: float = 0.0  # share of the flinches that kick down before they pull, 0..1
    reaches_for_stop: bool = False  # when it hurts


LEG_N = (7.0, 45.0)
"""What a leg can put on the roller at rest."""


@dataclass(slots=True)
class PersonState:
    """What the leg does now, advanced in place."""

    person: Person
    rng: "Random"
    load_n: float = field(init=False)  # what the leg puts on the head; below 0 it lifts
    reflexes: int = 0  # how often it hurt
    presses_stop: bool = False  # the hand has reached Stop; cleared by who took notice
    _resting: bool = False  # the foot is meant to lie on the roller
    _base_n: float = field(init=False)
    _slew_n_s: float = 0.0
    _wander_n: float = 0.0
    _drift_n_s: float = 0.0
    _drift_left_s: float = 0.0
    _efforts: dict[type[Effort], tuple[Effort, float]] = field(default_factory=dict)  # and since
    _bearable_kpa: float = field(init=False)  # up to here nothing hurts
    _over_s: float = 0.0  # how long it has been more than bearable
    _reflex_s: float | None = None  # until the foot is pulled away, or kicks
    _kick: Flinch | None = None  # how the reflex ends, if not with a pull
    _hand_s: float | None = None  # until it is on Stop
    _calm_to_kpa: float = 0.0  # a touch up to here changes nothing: the load just wanders

    def __post_init__(self) -> None:
        """Begin with the foot in the air."""
        person = self.person
        self._base_n = self.load_n = -person.lifting_n
        self._bearable_kpa = person.pain_map.least_kpa if person.pain_map else person.pain_kpa


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
        case _ if not state._resting:
            pass
        case Flinch(kick_n, rise_s):
            state._efforts[Press] = Press(kick_n, rise_s, rise_s), 0.0
            state._reflex_s, state._kick = rise_s, None
        case effort:
            state._efforts[type(effort)] = effort, 0.0


def _withdraw(state: PersonState, slew_n_s: float) -> None:
    state._base_n = state.load_n
    state._resting, state._slew_n_s = False, slew_n_s
    state._reflex_s = state._kick = None
    state._efforts.clear()


def advance(state: PersonState, pressure_kpa: float, position_m: float, dt_s: float) -> float:
    """Let `dt_s` pass while the head presses at a place; return the leg's load, N."""
    if not _TOUCH_KPA < pressure_kpa <= state._calm_to_kpa:
        _stir(state, pressure_kpa, position_m, dt_s)
        if not state._resting:
            state.load_n = state._base_n
            return state.load_n
    left_s = state._drift_left_s - dt_s
    state._drift_left_s = left_s
    if left_s <= 0.0:
        _drift(state)
    wander_n = state._wander_n + state._drift_n_s * dt_s
    state._wander_n = wander_n
    load_n = state._base_n + wander_n
    if state._efforts:
        load_n += _effort_n(state, dt_s)
    state.load_n = load_n
    return load_n


def _stir(state: PersonState, pressure_kpa: float, position_m: float, dt_s: float) -> None:
    """Let what hurts or changes go on; note whether anything is left that does."""
    _feel(state, pressure_kpa, position_m, dt_s)
    person = state.person
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
    settled = state._resting and state._base_n == person.leg_load_n
    calm = settled and state._reflex_s is None and state._hand_s is None and state._over_s == 0.0
    state._calm_to_kpa = state._bearable_kpa if calm else 0.0


def _feel(state: PersonState, pressure_kpa: float, position_m: float, dt_s: float) -> None:
    """Let what hurts begin a reflex and a reach for Stop, and let those go on."""
    hurts = _hurts(state, pressure_kpa, position_m, dt_s)
    if state._hand_s is not None:
        _reach(state, state._hand_s - dt_s)
    if state._reflex_s is not None:
        _react(state, state._reflex_s - dt_s)
    elif hurts and state._resting:
        _startle(state)


def _hurts(state: PersonState, pressure_kpa: float, position_m: float, dt_s: float) -> bool:
    """Whether it is over the threshold; the longer it presses, the lower that is."""
    if not pressure_kpa > state._bearable_kpa:
        state._over_s = 0.0
        return False
    state._over_s += dt_s
    pain = state.person.pain_map
    return pain is None or pressure_kpa > pain.hurts_over_kpa(position_m, state._over_s)


def _startle(state: PersonState) -> None:
    """Begin a reflex and, with some people, send the hand off."""
    person, rng = state.person, state.rng
    state.reflexes += 1
    state._reflex_s = rng.uniform(person.reflex_min_s, person.reflex_max_s)
    if person.toward > 0.0 and rng.random() < person.toward:
        state._kick = Flinch(rng.uniform(*KICK_N), rng.uniform(*KICK_RISE_S))
    if person.reaches_for_stop and state._hand_s is None:
        state._hand_s = rng.uniform(*HAND_S)


def _react(state: PersonState, left_s: float) -> None:
    """Count a reflex down; kick or pull the foot away at its end."""
    state._reflex_s = left_s
    if left_s > 0.0:
        return
    if state._kick is not None:
        act(state, state._kick)
    else:
        _withdraw(state, state.person.flinch_n_s)


def _reach(state: PersonState, left_s: float) -> None:
    """Let the hand come nearer to Stop, and press it."""
    state._hand_s = left_s if left_s > 0.0 else None
    state.presses_stop |= left_s <= 0.0


def _drift(state: PersonState) -> None:
    """Draw where posture goes next: an Ornstein-Uhlenbeck walk, straight between its points."""
    person = state.person
    kept = exp(-_WANDER_STEP_S / person.wander_s)
    sd_n = person.wander_sd_kpa * _N_PER_KPA * sqrt(1.0 - kept * kept)
    target_n = kept * state._wander_n + state.rng.gauss(0.0, sd_n)
    state._drift_n_s = (target_n - state._wander_n) / _WANDER_STEP_S
    state._drift_left_s += _WANDER_STEP_S


def _effort_n(state: PersonState, dt_s: float) -> float:
    """Return the extra load of all efforts and let them run; forget each when it is over."""
    total_n = 0.0
    for kind, (effort, since_s) in tuple(state._efforts.items()):
        extra_n = effort.extra_n(since_s + dt_s)
        if extra_n is None:
            del state._efforts[kind]
        else:
            state._efforts[kind] = effort, since_s + dt_s
            total_n += extra_n
    return total_n
