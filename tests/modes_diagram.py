"""docs/modes.md, made by `python -m tests.modes_diagram` from the kernel's own transition table."""

from pathlib import Path

from controller.modes import TRANSITIONS, Event, Mode

PAGE = Path(__file__).resolve().parent.parent / "docs" / "modes.md"

MEANING: dict[Mode, str] = {
    Mode.IDLE: "at rest; a press of the device's own button opens a session",
    Mode.ARMED: "a session is open and a steady foot is on: ready to start",
    Mode.SOFT_START: "speeding up, gently",
    Mode.RUNNING: "rolling at the level's speed",
    Mode.EASED: "rolling slower, because the load was too high",
    Mode.WINDING_DOWN: "slowing down to rest, the session is over",
    Mode.HOLD: "waiting, not latched: paused, foot gone, or the foot is to be shifted",
    Mode.STOPPED: "latched, with its reason; left by an acknowledgement only, to IDLE only",
    Mode.SERVICE: "homing, calibration and tests: foot off, the device's button held",
}

HEAD = """# Modes

The safety kernel has one state machine. What is not drawn here cannot happen: an event that finds
no arrow is a fault and stops the roller. Left out of the drawing, for clarity: **a trip leads from
every other mode to STOPPED**.
"""
FOOT = """## Why a mode ends

The words on the arrows are those of `Event` in `controller/modes.py`. When each of them happens,
`controller/safety.py` decides, and [the decisions](decisions/README.md) tell how trips are read.

Made by `python -m tests.modes_diagram`; `tests/test_modes_diagram.py` holds it against the table.
"""


def made() -> str:
    """The page."""
    return "\n".join([HEAD, *_diagram(), "", *_table(), "", FOOT])


def _diagram() -> list[str]:
    arrows = [
        f"    {mode.name} --> {after.name}: {event.value}"
        for mode, ways in TRANSITIONS.items()
        for event, after in ways.items()
        if event is not Event.TRIP
    ]
    return ["```mermaid", "stateDiagram-v2", f"    [*] --> {Mode.IDLE.name}",
            f"    [*] --> {Mode.STOPPED.name}: a stop or an open session in the journal",
            *arrows, "```"]  # fmt: skip


def _table() -> list[str]:
    rows = [
        f"| `{mode.name}` | {'may be on' if mode.moving else 'off'} | {MEANING[mode]} |"
        for mode in Mode
    ]
    return ["| mode | gate | meaning |", "|---|---|---|", *rows]


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
