"""What is done with the foot off and a button held: finding home, measuring the stop. Pure.

A task is asked for once; then a person holds Start on the device, and the kernel's SERVICE mode
does the rest: at most 2 cm/s, and whatever is let go or laid on the roller ends it. Each task
ends by itself, well or with a reason, and with whoever asked for it. The stop is measured with
what the machine itself senses, from the instant at which it was asked for.
"""

from enum import Enum
from math import inf
from typing import NamedTuple

from controller.limits import Limits
from controller.modes import Mode, State
from controller.watch import Trip
from hardware.roller import Sample

WAIT_S = 60.0
"""So long the button may be waited for."""
HOME_S = 30.0
"""Longer than the longest rail takes at 2 cm/s, there and back."""
ROLL_S = 1.5
"""Rolling before the pulses are withheld."""
BOUNCE_S = 0.3
"""A button that closes may open again within this."""
MEASURE_S = 0.2
"""A gate that takes longer is not off."""


class Task(Enum):
    """What can be asked for."""

    HOME = "home"
    PULSES = "pulses"  # the loop withholds its pulses: how long until the gate is off
    SWITCH = "switch"  # a person presses the wired stop: how long until the gate is off


class Phase(Enum):
    """Where a task is."""

    WAITING = "waiting"  # for the button
    MOVING = "moving"
    STOPPING = "stopping"  # being measured
    DONE = "done"
    FAILED = "failed"


class Failure(Enum):
    """Why a task was not done."""

    NOT_HELD = "not held"
    LET_GO = "let go"
    BUSY = "busy"
    WITHDRAWN = "withdrawn"
    NO_HOME = "no home"
    NO_STOP = "no stop"
    GATE_ON = "gate on"
    NO_GATE = "no gate"


class Service(NamedTuple):
    """One task and how far it is."""

    task: Task
    since_s: float  # in this phase
    phase: Phase = Phase.WAITING
    speed_cm_s: float = 0.0  # asked for; positive toward the toes
    cut_at_s: float = inf  # the last pulse, or the switch was seen open
    gate_off_s: float | None = None  # from then until the gate was sensed off
    still_s: float | None = None  # and until no current was sensed
    failure: Failure | None = None

    @property
    def over(self) -> bool:
        """Nothing more happens."""
        return self.phase in (Phase.DONE, Phase.FAILED)

    @property
    def asks(self) -> bool:
        """The kernel is asked for SERVICE."""
        return self.phase in (Phase.WAITING, Phase.MOVING)


def served(
    service: Service, state: State, sample: Sample, at_cm: float, travel_cm: float, limits: Limits,
    now_s: float,
) -> Service:  # fmt: skip
    """The task after one tick. `state`: the kernel's, after the last one."""
    if service.over:
        return service
    if service.phase is Phase.WAITING:
        service = _waiting(service, state, now_s)
    elif service.phase is Phase.MOVING:
        service = _moving(service, state, sample, now_s)
    else:
        service = _stopping(service, sample, limits, now_s)
    if service.asks:
        speed_cm_s = _speed_cm_s(service, sample, at_cm, travel_cm, limits)
        service = service._replace(speed_cm_s=speed_cm_s)
    return service


def withdrawn(service: Service, now_s: float) -> Service:
    """The task once whoever asked for it is gone; what is over stays as it ended."""
    return service if service.over else _failed(service, Failure.WITHDRAWN, now_s)


def _waiting(service: Service, state: State, now_s: float) -> Service:
    if state.mode is Mode.SERVICE:
        return service._replace(phase=Phase.MOVING, since_s=now_s)
    if state.mode is not Mode.IDLE:
        return _failed(service, Failure.BUSY, now_s)
    late = now_s - service.since_s > WAIT_S
    return _failed(service, Failure.NOT_HELD, now_s) if late else service


def _moving(service: Service, state: State, sample: Sample, now_s: float) -> Service:
    task, moved_s = service.task, now_s - service.since_s
    if state.mode is not Mode.SERVICE:
        return _left(service, state, moved_s, now_s)
    if task is Task.HOME and sample.heel_end_open:
        return service._replace(phase=Phase.DONE, since_s=now_s)
    if task is Task.PULSES and moved_s >= ROLL_S:
        return _cut(service, state.watch.now_s, now_s)
    if moved_s > HOME_S:
        home = task is Task.HOME
        return _failed(service, Failure.NO_HOME if home else Failure.NO_STOP, now_s)
    return service


def _left(service: Service, state: State, moved_s: float, now_s: float) -> Service:
    """The kernel has left SERVICE: cut by the switch, let go, or something lies on the roller."""
    stop = state.stop
    if service.task is Task.SWITCH and stop is not None and stop.trip is Trip.STOP:
        return _cut(service, stop.at_s, now_s)
    if stop is not None:
        return _failed(service, Failure.BUSY, now_s)
    if state.mode is Mode.IDLE and moved_s < BOUNCE_S and state.watch.light_since_s != inf:
        return service._replace(phase=Phase.WAITING, since_s=now_s)
    return _failed(service, Failure.LET_GO, now_s)


def _cut(service: Service, cut_at_s: float, now_s: float) -> Service:
    return service._replace(phase=Phase.STOPPING, since_s=now_s, cut_at_s=cut_at_s)


def _stopping(service: Service, sample: Sample, limits: Limits, now_s: float) -> Service:
    """Take the times; without a current output the gate alone counts."""
    took_s, current_ma = now_s - service.cut_at_s, sample.motor_current_ma
    if sample.gate_on is None:
        return _failed(service, Failure.NO_GATE, now_s)
    if service.gate_off_s is None and not sample.gate_on:
        service = service._replace(gate_off_s=took_s)
    if service.still_s is None and current_ma is not None and current_ma <= limits.check_ma:
        service = service._replace(still_s=took_s)
    if service.gate_off_s is not None and (service.still_s is not None or current_ma is None):
        return service._replace(phase=Phase.DONE, since_s=now_s)
    return _failed(service, Failure.GATE_ON, now_s) if took_s > MEASURE_S else service


def _speed_cm_s(
    service: Service, sample: Sample, at_cm: float, travel_cm: float, limits: Limits
) -> float:
    """Home is at the heel; else on along the rail, turning at its ends."""
    speed_cm_s = limits.service_cm_s
    if service.task is Task.HOME or sample.toe_end_open:
        return -speed_cm_s
    if sample.heel_end_open:
        return speed_cm_s
    if service.speed_cm_s != 0.0:
        return service.speed_cm_s
    return speed_cm_s if at_cm < travel_cm / 2.0 else -speed_cm_s


def _failed(service: Service, failure: Failure, now_s: float) -> Service:
    return service._replace(phase=Phase.FAILED, since_s=now_s, failure=failure)
