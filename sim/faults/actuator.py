"""Faults of motor, bridge, gate and carriage.

The encoder's are with the microcontroller, which alone reads one.
"""

from collections.abc import Callable
from math import copysign

from controller.modes import Mode
from hardware.roller import REST, Drive, Sample
from sim.faults.fault import GATE_S, TICKS_S, Begin, Fault, Proof, outcomes
from sim.faults.scene import Scene

STUCK_DUTY = 0.2
"""What the level's own speed needs."""
SHORT_MA = 6000.0
SLOW_GATE_S = 0.200
PWM_S = 0.010
"""A period, where one of 50 µs belongs."""
PAUSE_S = 1.6


def driven(change: Callable[[Drive], Drive]) -> Begin:
    """Every drive from now on becomes another; the proof is one that moved the motor otherwise."""

    def begin(scene: Scene) -> Proof:
        scene.wires.driving.append(change)
        return lambda: any(one.given != one.asked for one in scene.wires.driven_so_far)

    return begin


def on(duty: float) -> Callable[[Drive], Drive]:
    """The bridge drives on, whatever it is told; the gate's pulse is another pin."""
    return lambda drive: drive._replace(duty=duty, brake=False, enabled=True)


def dead(drive: Drive) -> Drive:
    return drive._replace(duty=0.0, brake=False, enabled=False)


def reversed_(drive: Drive) -> Drive:
    return drive._replace(duty=-drive.duty)


def runs_away(drive: Drive) -> Drive:
    """Full voltage as soon as any is asked for."""
    return drive if drive.duty == 0.0 else drive._replace(duty=copysign(1.0, drive.duty))


def unbraked(drive: Drive) -> Drive:
    return drive._replace(brake=False, enabled=False) if drive.brake else drive


def shorted(scene: Scene) -> Proof:
    """One half-bridge conducts from supply to ground, and the motor is shorted by it."""
    flowed: list[float] = []

    def change(sample: Sample) -> Sample:
        if not scene.plant.truth().gate_on:
            return sample
        flowed.append(SHORT_MA)
        return sample._replace(motor_current_ma=SHORT_MA)

    scene.wires.reading.append(change)
    scene.wires.driving.append(lambda drive: drive._replace(duty=0.0, brake=True, enabled=True))
    return lambda: bool(flowed)


def coarse(scene: Scene) -> Proof:
    """The bridge switches at 100 Hz, as pins do that are toggled by a program."""
    pulses: list[float] = []

    def meddle(at_s: float) -> None:
        drive = scene.wires.driven_so_far[-1].given if scene.wires.driven_so_far else REST
        if drive.duty == 0.0:
            return
        on = at_s % PWM_S < abs(drive.duty) * PWM_S
        scene.plant.put_duty(copysign(1.0, drive.duty) if on else 0.0)
        pulses.append(at_s)

    scene.clock.meddling.append(meddle)
    return lambda: len(pulses) > 10


def pause_then(scene: Scene) -> None:
    """A fault that shows itself when the roller shall stand: somebody pauses, or lets Start go."""

    def pause() -> None:
        if scene.stack.mode is Mode.SERVICE:
            scene.plant.set_button("start", False)
        else:
            scene.ask("pause")

    scene.later(PAUSE_S, pause)


def welded(scene: Scene) -> Proof:
    scene.plant.weld_gate()
    pause_then(scene)
    return lambda: all(one.gate_on for one in scene.clock.moments)


def slow(scene: Scene) -> Proof:
    """The contact takes 200 ms to open."""
    scene.plant.slow_gate(SLOW_GATE_S)
    pause_then(scene)
    return lambda: _held_on_s(scene) > GATE_S + 0.050


def _held_on_s(scene: Scene) -> float:
    """The longest that the contact stayed closed after a pulse that was not followed by one."""
    edges = [one.at_s for one in scene.wires.driven_so_far if one.given.gate]
    longest_s = 0.0
    for one in scene.clock.moments:
        before = [at_s for at_s in edges if at_s <= one.at_s]
        if one.gate_on and before:
            longest_s = max(longest_s, one.at_s - before[-1])
    return longest_s


def chatters(scene: Scene) -> Proof:
    """The contact opens for 5 ms of every 10, whatever its coil does."""
    opened: list[float] = []

    def meddle(at_s: float) -> None:
        if scene.plant.truth().gate_on and at_s % 0.010 < 0.005:
            scene.plant.set_contact(False)
            opened.append(at_s)

    scene.clock.meddling.append(meddle)
    return lambda: len(opened) > 3


def brakeless(scene: Scene) -> Proof:
    proof = driven(unbraked)(scene)
    pause_then(scene)
    return proof


def jammed(scene: Scene) -> Proof:
    scene.plant.jam()
    return lambda: any(one.powered and one.speed_cm_s == 0.0 for one in scene.clock.moments)


def slips(scene: Scene) -> Proof:
    """The motor turns, the carriage stays."""
    at_cm = scene.plant.truth().position_cm
    scene.clock.meddling.append(lambda _: scene.plant.place(at_cm))
    return lambda: any(abs(one.speed_cm_s) > 0.5 for one in scene.clock.moments)


def pushed(scene: Scene) -> Proof:
    """A foot shoves the carriage to and fro, 20 ms of every 200."""
    speeds: list[float] = []

    def meddle(at_s: float) -> None:
        if at_s % 0.2 < 0.02:
            scene.plant.shove(2.0 if at_s % 0.4 < 0.2 else -2.0)
            speeds.append(scene.plant.truth().speed_cm_s)

    scene.clock.meddling.append(meddle)
    return lambda: any(speed != 0.0 for speed in speeds)


DRAWN_S = 0.050 + 0.100 + GATE_S + TICKS_S
DRAWN = "T7: 50 ms of current, 100 ms after a change of duty; then the gate"
JAM_S = 1.8
JAM = "T7, once a soft start asks for more than motion needs: below 40 N until then"
RAIL_S = 14.0
RAIL = "the whole rail at this speed, and its end"
MOTOR = outcomes("T7", "T14", "stands")

FAULTS = (
    Fault("actuator/stuck-on", "stuck on", "the bridge gives full voltage", DRAWN_S, DRAWN, MOTOR,
        driven(on(1.0))),
    Fault("actuator/stuck-off", "stuck off", "the bridge gives nothing", 0.0,
        "what stands hurts nobody", outcomes("goes on", "stands", "T7", "T14"), driven(dead)),
    Fault("actuator/stuck-duty", "stuck at a duty",
        "the bridge gives the level's own duty, one way", RAIL_S, RAIL, MOTOR,
        driven(on(STUCK_DUTY))),
    Fault("actuator/reversed", "reversed", "the motor turns the other way", RAIL_S, RAIL, MOTOR,
        driven(reversed_)),
    Fault("actuator/runaway", "runaway", "any duty gives full voltage", DRAWN_S, DRAWN, MOTOR,
        driven(runs_away)),
    Fault("actuator/short", "half-bridge short", "a half-bridge conducts from supply to ground",
        0.020 + GATE_S + TICKS_S, "T7: 2 A for 20 ms", MOTOR, shorted),
    Fault("actuator/gate-welded", "gate contact welded", "the contact stays closed",
        PAUSE_S + TICKS_S, "a pause is a pause: the bridge alone must do",
        outcomes("T14", "T7", "stands"), welded),
    Fault("actuator/gate-chatter", "gate chatter", "the contact opens for 5 ms of every 10", 0.0,
        "T14 or not: it only ever has less power", outcomes("goes on", "T14", "T7", "stands"),
        chatters),
    Fault("actuator/gate-slow", "gate slow", "the contact takes 200 ms to open", PAUSE_S + TICKS_S,
        "a pause is a pause: the bridge alone must do", outcomes("T14", "stands"), slow),
    Fault("actuator/pwm", "PWM frequency wrong", "the bridge switches at 100 Hz", DRAWN_S, DRAWN,
        outcomes("goes on", "T7", "T14", "T9", "stands"), coarse),
    Fault("actuator/brake-absent", "brake absent", "the bridge does not brake", PAUSE_S + TICKS_S,
        "a pause is a pause: unpowered at once", outcomes("stands"), brakeless),
    Fault("actuator/jam", "jam", "something holds the carriage", JAM_S, JAM, MOTOR, jammed),
    Fault("actuator/slip", "belt slip", "the motor turns, the roller does not", 0.0,
        "what stands hurts nobody", outcomes("goes on", "T14", "T9", "T7", "stands"), slips),
    Fault("actuator/pushed", "back-driven by the foot", "a foot shoves the carriage", 0.0,
        "what is not driven drives nobody", outcomes("goes on", "T7", "T9", "T14"), pushed),
)  # fmt: skip
