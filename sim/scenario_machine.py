"""The machine and the person of a scenario, switched on."""

from math import inf

from controller.scenario import Act, Scenario, ScenarioError
from controller.scenario_keys import VERB
from controller.session import Machine, Person
from sim import foot as sole
from sim import gate as power
from sim import motor as rail
from sim import person as leg
from sim.faults.machine import Breakable
from sim.faults.scene import Scene
from sim.scenario_acts import Stage
from sim.scenario_faults import Faults
from sim.stack import Stack


def stage_of(scenario: Scenario, file: str) -> Stage:
    """The machine and the person of a scenario. Raises `ScenarioError`."""
    scene = Scene(_plant(scenario, file))
    person, device = scenario.person, scenario.device
    wired = any(isinstance(step, Act) and step.verb is VERB["break"] for step in scenario.timeline)
    scene.stack = Stack(
        scene.plant,
        roller=scene.wires if wired else None,  # nobody pays for wires that nothing cuts
        clock=scene.clock if wired else None,
        limits=scenario.limits,
        person=Person(person["level"], person["foot_length_cm"], person["foot"]),
        machine=Machine(device["told_travel_cm"]),
    )
    return Stage(scene, Faults(scene))


def _plant(scenario: Scenario, file: str) -> Breakable:
    device, person = scenario.device, scenario.person
    habits = leg.Person(
        leg_load_n=person["leg_load_n"],
        wander_sd_kpa=person["wander_kpa"],
        pain_kpa=person["pain_kpa"],
        toward=person["kicks_first"],
        reaches_for_stop=person["reaches_for_stop"],
    )
    motor = rail.Motor(
        travel_cm=device["travel_cm"],
        supply_v=device["supply_v"],
        carriage_friction_n=device["friction_n"],
    )
    try:
        return Breakable(
            device["seed"],
            person=habits,
            foot=sole.Foot(length_cm=person["foot_length_cm"]),
            motor=motor,
            gate=power.Gate() if device["gate_closes"] else power.Gate(close_s=inf),
            noise=device["noise"],
        )
    except ValueError as error:
        raise ScenarioError(f"{file}: [device] {error}") from error
