"""docs/light.md, made by `python -m tests.light_page` from the table of signs and the sentences."""

from collections.abc import Iterable
from pathlib import Path

from controller import words
from controller.selftest import Item
from controller.signs import STOPS, UNFIT, Sign, Sound
from controller.watch import Trip

PAGE = Path(__file__).resolve().parent.parent / "docs" / "light.md"

HEAD = """# What the light and the buzzer say

For whoever has no phone at hand. The light says one thing at a time, the most urgent. Colours are
a help and never the whole message: count the blinks, or look at the rhythm.
"""
STOPPED = """## Stopped, and why

Red says that the roller has stopped and stays stopped. The number of blinks says why. Hold − for
2 seconds, once the cause is gone, and the light breathes again; Start is a step of its own. Behind
a microcontroller, and after pain, it helps only with the foot off.
"""
UNSTARTED = """## Not started, and why

Amber with a long blink first: nothing has moved. The number of short blinks sends to the same place
as it does in red.
"""
SOUNDS = """## The buzzer

It sounds with `quiet = false` in the section `[signals]` of the settings, which is the default.
"""
FOOT = """The light goes dark when the controller ends. One that was killed may leave it as it was,
but not blinking any more; the power gate has let go of the motor all the same.

Made by `python -m tests.light_page`; `tests/test_signs.py` holds it against the tables.
"""
HEARD = {
    Sound.SOFT: "the roller begins to move, or the session has ended",
    Sound.STOP: "it has stopped; the light says why",
}


def made() -> str:
    """The page."""
    return "\n".join([
        HEAD, *_table("light", ((sign.looks, sign.meaning) for sign in Sign)), "",
        STOPPED, *_table("light", map(_stops, (one for one in Sign if one in STOPS.values()))), "",
        UNSTARTED, *_table("light", map(_unfit, dict.fromkeys(UNFIT.values()))), "",
        SOUNDS, *_table("sound", ((one.looks, HEARD[one]) for one in Sound)), "",
        FOOT,
    ])  # fmt: skip


def sentence(trip: Trip) -> str:
    """What the panel says of it."""
    return words.TRIPS[trip].format(pressure=_Blank(), rise=_Blank())


class _Blank:
    """A figure that is known when it happens."""

    def __format__(self, _spec: str) -> str:
        return "…"


def _stops(sign: Sign) -> tuple[str, str]:
    return sign.looks, "<br>".join(sentence(trip) for trip in Trip if STOPS[trip] is sign)


def _unfit(sign: Sign) -> tuple[str, str]:
    return sign.looks, "<br>".join(words.UNFIT[item] for item in Item if UNFIT[item] is sign)


def _table(what: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"| {what} | meaning |",
        "|---|---|",
        *(f"| {looks} | {says} |" for looks, says in rows),
    ]


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
