"""Every human sentence of the engine, once. Pure.

Panel, API, log and the page of the blink codes say the same words. English; a second language
is a second catalogue with the same keys.
"""

from collections.abc import Mapping
from math import ceil, inf

from controller.buttons import Hang
from controller.limits import LEVELS, Limits
from controller.modes import Mode, State, Stop
from controller.selftest import Item
from controller.service import Failure
from controller.trips import accepted, clings, steady
from controller.watch import Reason, Trip
from hardware.calibration import Trust
from hardware.roller import Sample

TRIPS: dict[Trip, str] = {
    Trip.LEVEL: "pressure reached {pressure:.0f} kPa",
    Trip.RISE: "pressure rose {rise:.0f} kPa in 20 ms",
    Trip.DOSE: "the pressure stayed too high for too long",
    Trip.FLINCH: "the foot was pulled away from a sharp rise",
    Trip.STOP: "Stop was pressed",
    Trip.SENSOR_OPEN: "the pressure sensor is not connected; check its plug and cable",
    Trip.SENSOR_SHORTED: "the pressure sensor is shorted; check its cable",
    Trip.SENSOR_SATURATED: "the pressure sensor is at the end of its range at rest; check it",
    Trip.SENSOR_NAN: "the pressure sensor gives no number; check its plug and cable",
    Trip.SENSOR_SILENT: "the pressure sensor has gone silent; check its plug and cable",
    Trip.SENSOR_GAPS: "the pressure sensor answers irregularly; check its cable",
    Trip.SENSOR_BACKWARDS: "the pressure sensor's time ran backwards; restart the controller",
    Trip.SENSOR_FROZEN: "the pressure reading is frozen; check the sensor",
    Trip.SENSORS_APART: "the two pressure sensors disagree; check both and calibrate",
    Trip.SENSOR_ZERO: "the pressure sensor's zero has drifted; calibrate it with no foot on",
    Trip.SENSOR_WILD: "the pressure reading jumps; check the sensor's cable and shield",
    Trip.MOTOR_STRAINED: "the motor works too hard; check the rail, and what the roller touches",
    Trip.MOTOR_OVERDRAWN: "the motor draws too much current; check its wires and the driver",
    Trip.GATE_OFF: "the power gate opened by itself; check its supply, fuse and pulse wire",
    Trip.GATE_ON: "the power gate is on though nothing pulses it; unplug 12 V, mend its relay",
    Trip.ENDS_BOTH: "both limit switches are open at once; check their wires",
    Trip.END_STUCK: "a limit switch stays open behind the roller; check its lever and wire",
    Trip.END_EARLY: "a limit switch opened far from its end; check its wire and the belt",
    Trip.LOST: "the roller does not reach its end; check belt, motor and limit switches",
    Trip.MOTOR: "the motor does not do what it is told; check its wires, the driver and the belt",
    Trip.LINK: "the link to the microcontroller was lost; check its cable and plugs",
    Trip.RESET: "the microcontroller restarted; check its supply and cable",
    Trip.SELF_TEST: "the microcontroller fails its tests, or its clock is off; flash or replace it",
    Trip.ADC: "the microcontroller's converter is off; check its supply, or replace it",
    Trip.MEMORY: "the microcontroller's memory was damaged; if it happens again, replace it",
    Trip.LATE: "the controller could not keep its pace; close other programs on it",
    Trip.POWER: "the power or the controller was lost during a session; look at your foot",
    Trip.ASTRAY: "the controller lost its way; please report this",
}
"""What happened, without place and level."""

UNFIT: dict[Item, str] = {
    Item.ZERO: "lift your foot for a moment, for the sensor's zero; if it is off, calibrate it",
    Item.GATE_STAYS_ON: "the power gate stays on without pulses; check its relay and its pump",
    Item.GATE_STAYS_OFF: "the power gate does not close; check stop switch, fuse and pulse wire",
    Item.MOTOR_POWERED: "the motor gets power past the gate; check how the gate is wired",
    Item.BRIDGE_POWERED: "the driver powers the motor unasked; check the driver and its inputs",
    Item.MOVED: "a limit switch changed while nothing may move; check the gate and the switches",
}
"""What the self-test found, and the cure."""

ZONES = ((0.25, "heel"), (0.60, "arch"), (0.78, "ball"), (1.01, "toes"))
"""Upper end of each zone as a fraction of the foot's length."""

ADVICE = (
    "That was the second sharp pressure. Enough for today: rest the foot, look at it, and if "
    "it hurts again ask someone who knows feet."
)


def zone(place: float | None) -> str | None:
    """The part of the sole at `place` (0 heel .. 1 toe tip)."""
    if place is None:
        return None
    return next((name for end, name in ZONES if place < end), ZONES[-1][1])


def until(state: State, stop: Stop, sample: Sample, limits: Limits) -> list[str]:
    """The steps back that are still to be done, in order."""
    reason = stop.trip.reason
    lift = ["foot off"] if _must_lift(state, stop, sample, limits) else []
    if reason is Reason.PAIN:
        left_s = _wait_s(stop, state.watch.now_s, limits)
        return [*lift, *([f"{left_s} s"] if left_s else []), "acknowledge"]
    if reason is Reason.FAULT:
        return [*(["mend the cause"] if state.cause else []), *lift, "acknowledge"]
    return [*(["release Stop"] if sample.stop_pressed else []), *lift, "acknowledge"]


def stopped(state: State, stop: Stop, sample: Sample, limits: Limits) -> str:
    """Why, where, at which level; and the way back."""
    told = f"Stopped: {_cause(stop, limits)}"
    if stop.trip.reason is not Reason.PAIN:
        return f"{told}. {_way_on(stop, sample)}"
    where = zone(stop.place)
    told += f" at the {where}, level {stop.level}" if where else f", level {stop.level}"
    return f"{told}. {_enough(state) if stop.rest else _way_back(state, stop, sample, limits)}"


def _cause(stop: Stop, limits: Limits) -> str:
    """What happened. A machine that cut by itself may have felt more than we have read."""
    pressure_kpa = _at_least(limits.level_kpa, stop.pressure_kpa)
    rise_kpa = _at_least(limits.rise_kpa, stop.rise_kpa)
    cause = TRIPS[stop.trip].format(pressure=pressure_kpa, rise=rise_kpa)
    return cause if stop.first is None else f"{TRIPS[stop.first]}. Also, {cause}"


def _at_least(limit: float, value: float) -> float:
    """The limit, when the value is less or no number."""
    return value if value > limit else limit


def _way_on(stop: Stop, sample: Sample) -> str:
    """Out of a stop for anything but pain."""
    person = stop.trip.reason is Reason.PERSON
    steps = ["release the switch"] if person and sample.stop_pressed else []
    steps += ["lift your foot"] if clings(sample) else []
    if not steps:
        return f"{'Hold' if person else 'Then hold'} Continue to go on."
    return f"{', '.join(steps).capitalize()}, then hold Continue to go on."


def _way_back(state: State, stop: Stop, sample: Sample, limits: Limits) -> str:
    """Out of a pain stop: what is still to be done."""
    left_s = _wait_s(stop, state.watch.now_s, limits)
    lift = "lift your foot; " if _must_lift(state, stop, sample, limits) else ""
    back = f"{lift}{f'in {left_s} s ' if left_s else ''}hold Continue to go on"
    return f"{back[0].upper()}{back[1:]} at level {stop.next_level}."


def _must_lift(state: State, stop: Stop, sample: Sample, limits: Limits) -> bool:
    """Whether the foot is not off, or after pain not off for long enough."""
    off = state.watch.now_s - state.watch.light_since_s >= limits.pain_off_s
    return clings(sample) or (stop.trip.reason is Reason.PAIN and not off)


def _wait_s(stop: Stop, now_s: float, limits: Limits) -> int:
    """Whole seconds until a pain stop may be acknowledged."""
    return max(0, ceil(limits.pain_wait_s - (now_s - stop.at_s)))


def told(
    state: State, sample: Sample, foot: str, phase: str, left_s: float, level: int, limits: Limits
) -> str:
    """What is happening, or what to do next, in one or two short sentences."""
    if state.stop is not None:
        return stopped(state, state.stop, sample, limits)
    mode = state.mode
    if mode is Mode.IDLE:
        return _idle(state, limits)
    if mode is Mode.ARMED:
        return _load(state, level) or "Ready. Press Start."
    if mode is Mode.HOLD:
        return _hold(state, level, limits)
    if mode is Mode.SERVICE:
        return "Service: the roller moves slowly while you hold the button. Keep your foot off."
    if mode is Mode.WINDING_DOWN:
        return "Coming to rest."
    left = f"{int(left_s) // 60}:{int(left_s) % 60:02d} left"
    eased = " · gentler, the load was high" if mode is Mode.EASED else ""
    return f"{foot.capitalize()} foot · {phase} · {left}{eased}"


SERVICE: dict[Failure, str] = {
    Failure.NOT_HELD: "Start was not held on the device in time; ask again",
    Failure.LET_GO: "Start was let go, or something lay on the roller; ask again",
    Failure.BUSY: "a session or a stop came between; end or acknowledge it, then ask again",
    Failure.WITHDRAWN: "whoever asked for it is gone; ask again",
    Failure.NO_HOME: "the roller does not reach its home; check belt, motor and the heel switch",
    Failure.NO_STOP: "the stop switch was not pressed in time; ask again",
    Failure.GATE_ON: "the power gate did not open; do not use this machine before it is mended",
    Failure.NO_GATE: "no power gate is sensed, so nothing can be measured; wire its sense",
}
"""Why a task of service was not done, and the cure."""

ENDED: dict[Reason, str] = {
    Reason.FINISHED: "Finished. Look at your foot before you stand up.",
    Reason.ENDED: "Ended.",
    Reason.OVERLOAD: "Ended: the load was too high twice. Let the rest carry more of your leg.",
    Reason.TIME: "Time is over for this foot. Give it a rest.",
    Reason.AWAY: "The session closed because no foot was there.",
}


DOUBTS: dict[Trust, str] = {
    Trust.UNMEASURED: "The pressure is not calibrated (footloop calibrate)",
    Trust.STALE: "The calibration is older than 12 months (footloop calibrate)",
    Trust.AHEAD: "The calibration is dated after today: set the clock, or footloop calibrate",
}
"""Why the kPa of this machine are not fully believed."""


def cautions(sample: Sample, trust: Trust, limits: Limits) -> list[str]:
    """What a person must know of this machine before it moves."""
    missing = []
    if trust in DOUBTS:
        missing.append(DOUBTS[trust])
    if sample.gate_on is None:
        missing.append("Not fail-safe: no power gate is wired")
    if sample.pressure_b_kpa is None:
        missing.append("Only one pressure sensor: a wrong gain cannot be seen")
    return [f"{one}; level {limits.single_level:.0f} at most." for one in missing]


BUTTONS = {"start": "Start", "plus": "+", "minus": "−"}
HANGS: dict[Hang, str] = {
    Hang.HELD: "The {button} button is held since the start; let it go.",
    Hang.STUCK: "The {button} button seems stuck; free it.",
}


def with_hangs(told: str, hangs: Mapping[str, Hang]) -> str:
    """What is told, and of every button that hangs, what to do."""
    if not hangs:
        return told
    also = [HANGS[why].format(button=BUTTONS[name]) for name, why in hangs.items()]
    return " ".join([told if told.endswith(".") else f"{told}.", *also])


def _idle(state: State, limits: Limits) -> str:
    sitting, now_s = state.sitting, state.watch.now_s
    if sitting.opened_at_s is not None:
        if state.watch.light_since_s > now_s and not steady(state.watch, limits):
            return "Let your foot rest still on the roller."
        return "Session open. Lay your foot on the roller."
    if sitting.why is Reason.UNFIT and state.test.failed is not None:
        return f"Not started: {UNFIT[state.test.failed]}. Then press Start on the device again."
    if now_s < sitting.rest_until_s:
        return _enough(state)
    ended = ENDED.get(sitting.why, "") if sitting.why is not None else ""
    return f"{ended} To begin, press Start on the device.".strip()


def _enough(state: State) -> str:
    """After the second sharp pressure: the advice, and when a new session is possible."""
    left_s = state.sitting.rest_until_s - state.watch.now_s
    return f"{ADVICE} A new session is possible in {_minutes(left_s)}." if left_s > 0 else ADVICE


def _minutes(left_s: float) -> str:
    return f"{int(left_s // 60) + 1} min"


def _hold(state: State, level: int, limits: Limits) -> str:
    watch = state.watch
    if watch.light_since_s != inf and state.sitting.why is Reason.FOOT_GONE:
        return "Paused: the foot is gone. Lay it back, then press Continue."
    if not steady(watch, limits):
        return "Paused. Rest your foot still on the roller, then press Continue."
    load = _load(state, level)
    if load is not None:
        return f"Paused. {load}"
    if state.sitting.why is Reason.CHANGE:
        return "Shift your foot a finger's width to the side, then press Continue."
    return "Paused. Press Continue to go on."


def _load(state: State, level: int) -> str | None:
    """What helps when the leg rests too heavily for the level. After pain, never a higher one."""
    if accepted(state.watch, level):
        return None
    fitting = next((one for one in LEVELS if accepted(state.watch, one)), None)
    choose = f", or choose level {fitting}" if fitting and not state.sitting.pains else ""
    return f"Your leg rests heavily: let the rest carry more of it{choose}."
