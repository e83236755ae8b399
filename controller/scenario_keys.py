"""Every word of a scenario's file, once: where it stands, what it may be, what it means. Pure.

The reader, its errors and docs/scenarios.md are made from these tables. Nothing here does
anything: the simulator and the bench each know how to.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from controller.asks import COUNTED
from controller.limits import HIGHEST_LEVEL, LOWEST_LEVEL, NEW_PERSON_LEVEL
from controller.modes import Mode
from controller.programs import WHOLE_FOOT
from controller.ranges import between
from controller.watch import Reason, Trip
from hardware.roller import Buttons

FORMAT = 1
"""The version of the format; another one is refused."""
MODES = tuple(mode.name for mode in Mode)
RULES = tuple(sorted({trip.rule for trip in Trip} - {"-"}, key=lambda rule: int(rule[1:])))
NONE = "none"
"""What is expected where there is no rule and no reason."""
REQUIRED = object()
"""The default of what may not be left out."""
LONGEST_S = 3600.0
MOODS = ("calm", "still", "restless", "ticklish")
"""How people sit there; who is calm does nothing of themselves."""


class Word(NamedTuple):
    """One key: what it may be, what it means."""

    name: str
    default: Any
    allowed: str
    fits: Callable[[Any], bool]
    comment: str


class Verb(NamedTuple):
    """Something that happens; `prompt` asks a person at a bench for it, None: nobody needs to."""

    name: str
    words: tuple[Word, ...]
    comment: str
    prompt: str | None = None


class Criterion(NamedTuple):
    """Something that can be demanded; `truth`: only a simulated plant can tell."""

    name: str
    allowed: str
    fits: Callable[[Any], bool]
    comment: str
    truth: bool = False


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _texts(value: Any) -> bool:
    return _text(value) or (isinstance(value, list) and bool(value) and all(map(_text, value)))


def _one_of(*names: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in names


def _some_of(*names: str) -> Callable[[Any], bool]:
    one = _one_of(*names)
    return lambda value: (
        one(value) or (isinstance(value, list) and bool(value) and all(map(one, value)))
    )


def _number(
    name: str, default: Any, low: float, high: float, comment: str, *, whole: bool = False
) -> Word:
    kind = "a whole number from " if whole else ""
    return Word(name, default, f"{kind}{low:g} to {high:g}", between(low, high, whole=whole),
                comment)  # fmt: skip


def _choice(name: str, default: Any, names: tuple[str, ...], comment: str) -> Word:
    return Word(name, default, f"one of {', '.join(names)}", _one_of(*names), comment)


HEAD: tuple[Word, ...] = (
    Word(
        "format",
        REQUIRED,
        str(FORMAT),
        between(FORMAT, FORMAT, whole=True),
        "the version of this format",
    ),
    Word("title", REQUIRED, "a sentence", _text, "what is shown, in one line"),
    Word("story", REQUIRED, "some sentences", _text, "what happens and why, in plain words"),
)
SECTIONS: dict[str, tuple[Word, ...]] = {
    "device": (
        _number("rate_hz", 250, 100, 1000, "how often the controller reads and decides",
                whole=True),
        _number("seed", 1, 0, 999999, "of everything that is left to chance", whole=True),
        Word("noise", True, "true or false", _flag, "whether the pressure sensors are noisy"),
        _number("travel_cm", 20.0, 10.0, 22.0, "way of the roller between its limit switches"),
        _number("told_travel_cm", 20.0, 10.0, 25.0, "the same, as the controller was told"),
        _number("supply_v", 12.0, 0.0, 15.0, "what feeds the motor; 0: it is not plugged in"),
        _number("friction_n", 1.0, 0.0, 200.0, "what resists the carriage; 1: a sound rail"),
        Word("gate_closes", True, "true or false", _flag, "false: the power gate's relay is stuck"),
    ),
    "person": (
        _number("level", NEW_PERSON_LEVEL, LOWEST_LEVEL, HIGHEST_LEVEL,
                "where a session begins", whole=True),
        _choice("foot", "left", ("left", "right"), "the foot on the roller"),
        _number("foot_length_cm", 26.0, 22.0, 32.0, "heel to tip of the longest toe"),
        _number("leg_load_n", 12.0, 0.0, 60.0, "how heavily the leg rests; 10 N are 12.5 kPa"),
        _number("wander_kpa", 1.0, 0.0, 5.0, "how restlessly: 1 is calm, 3 lively"),
        _number("pain_kpa", 90.0, 10.0, 200.0, "more than this hurts, and the foot is pulled away"),
        _number("kicks_first", 0.0, 0.0, 1.0, "how often, of all pains, it kicks down first"),
        Word("reaches_for_stop", False, "true or false", _flag, "with the hand, when it hurts"),
        _choice("mood", "calm", MOODS, "what the leg does of itself while it is massaged"),
    ),
}  # fmt: skip

RECORDING: tuple[Word, ...] = (
    Word("black_box", REQUIRED, "a text", _text, "what a black box kept, played instead of a foot"),
)

_BUTTON = _choice("button", REQUIRED, Buttons._fields, "which button of the device")
ASKS = ("stop", "lower", "level", *(one for one in COUNTED if one != "service"))
VERBS: tuple[Verb, ...] = (
    Verb("start massage", (), "press Start, lay the foot on, start from the phone, up to speed"),
    Verb("go on", (_number("for_s", REQUIRED, 0.1, LONGEST_S, "how long"),),
         "the massage goes on; the foot is shifted whenever the roller waits for it"),
    Verb("shift foot", (), "lift the foot, lay it back a finger's width aside, continue"),
    Verb("wait", (_number("for_s", REQUIRED, 0.004, LONGEST_S, "how long"),), "time passes"),
    Verb("press", (_BUTTON, _number("for_s", 0.2, 0.004, 20.0, "how long it is held")),
         "press a button of the device and let it go",
         "Press {button} on the device for {for_s:g} s"),
    Verb("hold", (_BUTTON,), "press a button of the device and keep it down",
         "Press {button} on the device and keep it down"),
    Verb("let go", (_BUTTON,), "let go of a button that is held", "Let go of {button}"),
    Verb("push stop", (), "push the wired stop switch; it stays in", "Push the wired stop switch"),
    Verb("release stop", (), "release the wired stop switch", "Release the wired stop switch"),
    Verb("ask", (_choice("what", REQUIRED, ASKS, "what a phone asks for"),
                 _number("level", None, 1, 99, "for level: which one", whole=True)),
         "a phone asks, through the panel's link"),
    Verb("foot on", (), "lay the foot on the roller", "Lay your foot on the roller"),
    Verb("foot off", (), "lift the foot", "Lift your foot off the roller"),
    Verb("bear down",
         (_number("newtons", REQUIRED, -40.0, 200.0, "how much more the leg presses; below 0 less"),
          _number("rise_s", 0.2, 0.005, 60.0, "how quickly it comes"),
          _number("hold_s", 0.5, 0.0, 600.0, "how long it stays")),
         "press on the roller for a while",
         "Press on the head with your hand, {newtons:g} N more, there within {rise_s:g} s, "
         "for {hold_s:g} s"),
    Verb("bounce",
         (_number("newtons", REQUIRED, 0.5, 40.0, "how far up and down the load swings"),
          _number("hz", 2.0, 0.5, 5.0, "swings a second"),
          _number("for_s", REQUIRED, 0.5, 60.0, "how long")),
         "bounce the leg",
         "Bounce your leg by {newtons:g} N, {hz:g} times a second, for {for_s:g} s"),
    Verb("shift weight",
         (_number("newtons", REQUIRED, -40.0, 60.0, "how much heavier meanwhile; below 0 lighter"),
          _number("rise_s", 0.3, 0.05, 10.0, "how long it takes, there and back"),
          _number("hold_s", 0.5, 0.0, 60.0, "how long it stays")),
         "move on the chair: smoothly heavier or lighter, and back",
         "Move on the chair: {newtons:g} N heavier within {rise_s:g} s, for {hold_s:g} s"),
    Verb("flinch", (_number("kick_n", 40.0, 0.0, 100.0, "how hard the kick down is"),
                    _number("rise_s", 0.08, 0.05, 0.15, "how long it takes")),
         "kick down and pull the foot away",
         "Kick down on the head with your hand, {kick_n:g} N, and pull it away"),
    Verb("lean", (_number("newtons", REQUIRED, -40.0, 40.0, "how much heavier; below 0 lighter"),),
         "rest the leg heavier from now on, or lighter",
         "Let your leg rest heavier by {newtons:g} N (below 0: lighter)"),
    Verb("cut power", (_number("for_s", 2.0, 0.1, LONGEST_S, "how long it is off"),),
         "power of controller and motor goes, and comes back"),
    Verb("hang", (_number("for_s", REQUIRED, 0.001, 60.0, "how long"),),
         "the controller does nothing; its pins stay as they are"),
    Verb("break", (Word("fault", REQUIRED, "the name of a fault", _text, "which fault begins"),),
         "something breaks", "Bring this about: {fault}"),
    Verb("mend", (Word("fault", REQUIRED, "the name of a fault", _text, "which fault ends"),),
         "what broke is whole again", "Mend this: {fault}"),
)  # fmt: skip
"""Everything that can happen in a timeline."""

WHEN: tuple[Word, ...] = (
    _number("at_s", None, 0.0, LONGEST_S, "seconds since the machine was switched on"),
    _number("after_s", None, 0.0, LONGEST_S, "seconds since the line before was done"),
)
AROUND: tuple[Word, ...] = (
    _number("motor_off_within_ms", None, 1.0, 10000.0, "the motor has no power so soon after it"),
    Word("refused", None, "a part of the words", _text, "the phone's wish is refused, with these"),
)
"""What may stand beside any `do`."""
WITHIN = _number("within_s", REQUIRED, 0.004, LONGEST_S, "how long `until` is waited for")

CRITERIA: tuple[Criterion, ...] = (
    Criterion("mode", "a mode, or a list of modes", _some_of(*MODES), "what the controller does"),
    Criterion("stopped", "true or false", _flag, "whether a stop is latched"),
    Criterion("rule", f"one of {', '.join((*RULES, NONE))}", _one_of(*RULES, NONE),
              "the rule that stopped it"),
    Criterion("reason", f"one of {', '.join((*(one.value for one in Reason), NONE))}",
              _one_of(*(one.value for one in Reason), NONE), "why it does not move"),
    Criterion("words", "a text, or a list of texts", _texts, "parts of the words it shows"),
    Criterion("level", "a whole number from 1 to 10", between(1, 10, whole=True), "the level now"),
    Criterion("next_level", "a whole number from 1 to 10", between(1, 10, whole=True),
              "the level after this stop"),
    Criterion("can", "a control, or a list of controls", _some_of(*COUNTED),
              "controls that are offered"),
    Criterion("cannot", "a control, or a list of controls", _some_of(*COUNTED),
              "controls that are not offered"),
    Criterion("session_open", "true or false", _flag, "whether a session is open"),
    Criterion("phase", "a part of the program", _one_of(*(one.name for one in WHOLE_FOOT.steps)),
              "the part of the program"),
    Criterion("stops", "a whole number from 0", between(0, 10**6, whole=True), "stops so far"),
    Criterion("holds", "a whole number from 0", between(0, 10**6, whole=True), "pauses so far"),
    Criterion("eases", "a whole number from 0", between(0, 10**6, whole=True),
              "times it grew gentler so far"),
    Criterion("stopped_at_s", "0 to 1e9", between(0.0, 1e9), "when it stopped, to the millisecond"),
    Criterion("place_at_most", "0 to 1", between(0.0, 1.0), "how far toward the toes it is"),
    Criterion("place_at_least", "0 to 1", between(0.0, 1.0), "how far toward the toes it is"),
    Criterion("pressure_at_most_kpa", "0 to 300", between(0.0, 300.0), "pressure under the foot"),
    Criterion("pressure_at_least_kpa", "0 to 300", between(0.0, 300.0), "pressure under the foot"),
    Criterion("speed_at_most_cm_s", "0 to 30", between(0.0, 30.0), "speed of the roller",
              truth=True),
    Criterion("speed_at_least_cm_s", "0 to 30", between(0.0, 30.0), "speed of the roller",
              truth=True),
    Criterion("motor_powered", "true or false", _flag, "whether the motor has power", truth=True),
    Criterion("gate_on", "true or false", _flag, "whether the power gate is on", truth=True),
)  # fmt: skip
"""Everything that can be demanded, of a moment, of the end, or always."""

VERB = {verb.name: verb for verb in VERBS}
CRITERION = {one.name: one for one in CRITERIA}
