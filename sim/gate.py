"""The power gate: a diode pump, a transistor, a relay. It lives on edges.

Every edge of the loop's pulse fills the pump part of the way; the pump feeds the relay's coil
until it is empty, and the relay takes its own time to close and to open. A level that stands
still, high or low, is no edge: the contact opens. The wired stop switch sits in the supply.
Released, the contact shorts the motor. Pure; times in seconds; sources: `device.md`.
"""

from dataclasses import dataclass

from sim.known import DEVICE, ESTIMATE, known


@dataclass(frozen=True, slots=True)
class Gate:
    """The parts of one gate. The slowest that device.md allows is 35 + 15 = 50 ms."""

    hold_s: float = known(0.030, "s", DEVICE, "a full pump feeds the coil so long, 0.025-0.035")
    fill: float = known(0.7, "–", ESTIMATE, "one edge fills this share of what is missing")
    close_s: float = known(0.008, "s", ESTIMATE, "coil on until the contact closes")
    open_s: float = known(0.010, "s", DEVICE, "coil off until it opens, 0.005-0.015")


@dataclass(slots=True)
class GateState:
    """How full the pump is and where the contact stands, advanced in place."""

    gate: Gate
    level: bool = False  # of the pulse line
    charge_s: float = 0.0  # how long the pump would still feed the coil
    moving_s: float = 0.0  # how long the coil has disagreed with the contact
    contact: bool = False  # True: the motor is connected to the bridge


def set_level(state: GateState, level: bool) -> None:
    """Put the pulse line to `level`. Only a change is an edge."""
    if level != state.level:
        give_edge(state)


def give_edge(state: GateState) -> None:
    """Change the level of the pulse line."""
    gate = state.gate
    charge_s = state.charge_s
    state.level = not state.level
    state.charge_s = charge_s + gate.fill * (gate.hold_s - charge_s)


def advance(state: GateState, supply_on: bool, dt_s: float) -> bool:
    """Let `dt_s` pass; return whether the contact is closed."""
    charge_s = state.charge_s
    if charge_s > 0.0:
        coil = supply_on
        state.charge_s = charge_s - dt_s
    else:
        coil = False
    if coil is state.contact:
        state.moving_s = 0.0
        return coil
    state.moving_s += dt_s
    if state.moving_s >= (state.gate.close_s if coil else state.gate.open_s):
        state.contact, state.moving_s = coil, 0.0
    return state.contact
