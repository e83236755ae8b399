"""What people do to it that nobody planned: to the buttons, and with their feet."""

from dataclasses import replace
from itertools import pairwise

from sim.faults.fault import HARMLESS, TICKS_S, Begin, Fault, Proof, outcomes
from sim.faults.scene import Scene
from sim.foot import Foot

NEWTON_KPA = 1.25
FOOT_KPA = 4.0
LANDED_S = 1.5
"""A foot has come down from where it hung."""
LOST_S = 0.100 + 0.200 + TICKS_S
LOST = "T5: no foot for 100 ms, which takes 200 ms to lift"
HURT_S = 0.100 + TICKS_S
HURT = "T1, T2: two samples, once it hurts"


def buttons_seen(scene: Scene, name: str, changes: int) -> Proof:
    """The button's level changed so often for the controller."""

    def proof() -> bool:
        levels = [getattr(one.given.buttons, name) for one in scene.wires.read_so_far]
        return sum(one is not other for one, other in pairwise(levels)) >= changes

    return proof


def turned(foot: Foot) -> Foot:
    """The same foot, heel in front."""
    ends = [0.0, *(one.ends_at for one in foot.regions)]
    regions = [
        replace(one, ends_at=1.0 - start)
        for one, start in zip(reversed(foot.regions), reversed(ends[:-1]), strict=True)
    ]
    return replace(
        foot, regions=tuple(regions), arch_from=1.0 - foot.arch_to, arch_to=1.0 - foot.arch_from
    )


def shod(foot: Foot) -> Foot:
    """The same foot in a shoe: a sole of rubber, and no arch to feel."""
    regions = (replace(foot.regions[0], ends_at=1.0, e0_kpa=500.0),)
    return replace(foot, regions=regions, arch_height_mm=1.0)


def bounces(scene: Scene) -> Proof:
    """Plus closes and opens every tick for 40 ms."""
    for tick in range(6):
        scene.later(0.008 * tick, lambda down=tick % 2 == 0: scene.plant.set_button("plus", down))  # type: ignore[misc]
    return buttons_seen(scene, "plus", 4)


def hangs_at_boot(scene: Scene) -> Proof:
    """Start hangs, and the machine is switched off and on."""
    scene.plant.set_button("start", True)
    scene.asked_s = scene.plant.now_s()
    scene.stack.reboot(0.5)
    return lambda: scene.wires.read_so_far[0].given.buttons.start


def both(scene: Scene) -> Proof:
    """Plus and minus at once, for long."""
    for name in ("plus", "minus"):
        scene.plant.set_button(name, True)
        scene.later(1.0, lambda name=name: scene.plant.set_button(name, False))  # type: ignore[misc]
    return lambda: any(
        one.given.buttons.plus and one.given.buttons.minus for one in scene.wires.read_so_far
    )


def start_and_stop(scene: Scene) -> Proof:
    """One asks for motion in the very tick in which another stops it."""
    said: list[str | None] = []
    for do in ("start", "continue", "stop"):
        said.append(scene.ask(do))
    return lambda: said[-1] is None


def switch(scene: Scene) -> Proof:
    """The wired switch is pressed and stays."""
    scene.plant.set_stop(True)
    return lambda: any(one.given.stop_pressed for one in scene.wires.read_so_far)


def step(seconds_off: float) -> Begin:
    """The foot goes, and comes back so much later; where none is on, one comes, and goes."""

    def begin(scene: Scene) -> Proof:
        if scene.plant.truth().pressure_kpa > FOOT_KPA:
            scene.later(seconds_off, scene.plant.foot_on)
            return lifts(scene)
        scene.plant.foot_on()
        scene.later(LANDED_S, scene.plant.foot_off)
        return lambda: any(one.pressure_kpa > FOOT_KPA for one in scene.clock.moments)

    return begin


def lifts(scene: Scene) -> Proof:
    """The foot is lifted calmly."""
    on = scene.plant.truth().pressure_kpa > FOOT_KPA
    scene.plant.foot_off()
    return lambda: on and any(one.pressure_kpa < FOOT_KPA for one in scene.clock.moments)


def pressed(kpa: float, rise_s: float, hold_s: float) -> Begin:
    """The leg bears down by so much."""

    def begin(scene: Scene) -> Proof:
        before_kpa = scene.plant.truth().pressure_kpa
        scene.plant.press(kpa / NEWTON_KPA, rise_s, hold_s)
        most_kpa = before_kpa + kpa * 0.5
        return lambda: any(one.pressure_kpa > most_kpa for one in scene.clock.moments)

    return begin


def again_and_again(kpa: float, period_s: float, times: int) -> Begin:
    """The leg bounces."""

    def begin(scene: Scene) -> Proof:
        before_kpa = scene.plant.truth().pressure_kpa
        for one in range(times):
            scene.later(
                one * period_s,
                lambda: scene.plant.press(kpa / NEWTON_KPA, period_s / 3, period_s / 6),
            )
        return lambda: any(one.pressure_kpa > before_kpa + kpa * 0.3 for one in scene.clock.moments)

    return begin


def leans(newtons: float) -> Begin:
    """The leg rests heavier or lighter from now on."""

    def begin(scene: Scene) -> Proof:
        before_kpa = scene.plant.truth().pressure_kpa
        scene.plant.lean(newtons)
        by_kpa = newtons * NEWTON_KPA * 0.4
        if newtons > 0.0:
            return lambda: any(
                one.pressure_kpa > before_kpa + by_kpa for one in scene.clock.moments
            )
        return lambda: any(one.pressure_kpa < before_kpa + by_kpa for one in scene.clock.moments)

    return begin


def laid_anew(foot: Foot) -> Begin:
    """The foot is lifted, and comes back as another."""

    def begin(scene: Scene) -> Proof:
        scene.plant.foot_off()

        def back() -> None:
            scene.plant.change_foot(foot)
            scene.plant.foot_on()

        scene.later(0.5, back)
        scene.later(4.0, lambda: scene.ask_to_move("continue"))
        scene.look_s = 5.5
        return lambda: (
            scene.clock.moments[-1].pressure_kpa > 1.0
            and any(one.pressure_kpa < 1.0 for one in scene.clock.moments)
        )

    return begin


def flinches(scene: Scene) -> Proof:
    before_kpa = scene.plant.truth().pressure_kpa
    scene.plant.flinch()
    return lambda: any(one.pressure_kpa > before_kpa + 15.0 for one in scene.clock.moments)


def two_phones(scene: Scene) -> Proof:
    """A second phone asks for more, while the first has the say."""
    said: list[str | None] = []

    def other() -> None:
        said.append(scene.ask("pause"))
        said.append(scene.ask("lower"))

    scene.later(0.2, lambda: said.append(scene.ask("level", level=10)))
    scene.later(0.25, other)
    return lambda: len(said) == 3 and said[-1] is None


def power_cycled(scene: Scene) -> Proof:
    """Off and on at the socket."""
    off = len(scene.wires.driven_so_far)
    scene.stack.reboot(2.0)
    return lambda: scene.clock.moments[0].at_s < scene.begun_s + 0.1 and off == 0


def stop_after(seconds: float) -> Begin:
    """Somebody presses Stop on a phone."""

    def begin(scene: Scene) -> Proof:
        said: list[str | None] = []
        scene.later(seconds, lambda: said.append(scene.ask("stop")))
        return lambda: said == [None]

    return begin


PAIN = ("T1", "T2", "T4")
T6 = outcomes("T6")

FAULTS = (
    Fault("people/bounce", "button bounce", "Plus bounces for 40 ms", 0.0,
        "a bounce is at most a press", HARMLESS, bounces),
    Fault("people/boot-held", "button held at boot", "Start hangs when the machine is switched on",
        0.012, "what hangs from the beginning is no press", outcomes("power", "stands"),
        hangs_at_boot),
    Fault("people/both", "both buttons", "Plus and minus are held together", 0.0,
        "no level is changed", HARMLESS, both),
    Fault("people/start-stop", "start and stop together", "start, continue and stop in one tick",
        TICKS_S, "T6: at once", T6, start_and_stop),
    Fault("people/switch", "start and stop together",
        "the wired switch is pressed, then others start", TICKS_S, "T6: at once", T6, switch),
    Fault("people/on-off", "foot on and off quickly", "the foot is away for a quarter of a second",
        0.0, "at most it waits", outcomes("goes on", "stands", "T2", "T5", "T1"), step(0.25)),
    Fault("people/stop-soft", "stop during soft start", "somebody presses Stop on a phone", TICKS_S,
        "T6: at once", T6, stop_after(0.0)),
    Fault("people/stop-down", "stop during wind-down",
        "somebody presses Stop on a phone a bit later", 0.1 + TICKS_S, "T6: at once", T6,
        stop_after(0.1)),
    Fault("people/power-cycled", "power cycled while running", "off and on at the socket", TICKS_S,
        "off is off", outcomes("power", "stands"), power_cycled),
    Fault("people/two-phones", "two phones", "one raises, the other pauses and lowers", 0.3,
        "pause", outcomes("stands"), two_phones, passing=True),
    Fault("people/stands-up", "stands up on the roller", "200 kPa within a quarter of a second",
        HURT_S, HURT, outcomes(*PAIN), pressed(200.0, 0.25, 1.0), passing=True),
    Fault("people/pulls-away", "pulls the foot away", "a kick, and the foot is gone", 0.4 + TICKS_S,
        "T2, T5", outcomes(*PAIN, "T5", "stands"), flinches, passing=True),
    Fault("people/lifts", "pulls the foot away", "the foot is lifted calmly", LOST_S, LOST,
        outcomes("stands"), lifts),
    Fault("people/second-foot", "second foot", "a second leg rests on it, too", 0.0, "T8: it eases",
        outcomes("goes on", "stands", *PAIN), leans(14.0)),
    Fault("people/child", "a child's foot", "the foot is as light as a child's", 0.0,
        "it may go on", outcomes("goes on", "stands"), leans(-5.0)),
    Fault("people/reversed", "foot reversed", "the foot is laid on the other way round", 0.0,
        "it is a foot", outcomes("goes on", "stands", "T2", "T5", "T1"), laid_anew(turned(Foot()))),
    Fault("people/shoe", "shoe on", "the foot comes back in a shoe", 0.0, "it is a foot",
        outcomes("goes on", "stands", "T2", "T5", "T1"), laid_anew(shod(Foot()))),
    Fault("people/bounces", "leg bounce", "the leg bounces five times a second by 5 kPa", 0.0,
        "harmless behaviour", outcomes("goes on", "stands"), again_and_again(5.0, 0.2, 8)),
    Fault("people/repositions", "re-positioning", "the foot is lifted and laid anew", 0.0,
        "it may wait for it", outcomes("goes on", "stands", "T2", "T5", "T1"), step(0.8)),
    Fault("people/cramp", "cramp", "the leg cramps: 35 kPa more for two seconds", 0.7 + TICKS_S,
        "T4: dose, T8: twice, T2", outcomes(*PAIN, "stands"), pressed(35.0, 0.15, 2.0),
        passing=True),
)  # fmt: skip
