"""docs/modes.md is what the kernel's table says, and the table is whole."""

from controller.modes import TRANSITIONS, Event, Mode
from tests.modes_diagram import PAGE, made


def test_the_page_is_current() -> None:
    """Make it anew with: python -m tests.modes_diagram"""
    assert PAGE.read_text(encoding="utf-8") == made()


def test_every_transition_but_the_trips_is_drawn() -> None:
    arrows = {line.strip() for line in made().splitlines() if " --> " in line}
    for mode, ways in TRANSITIONS.items():
        for event, after in ways.items():
            drawn = f"{mode.name} --> {after.name}: {event.value}" in arrows
            assert drawn == (event is not Event.TRIP)


def test_what_the_page_leaves_out_is_true() -> None:
    assert set(TRANSITIONS) == set(Mode)
    for mode, ways in TRANSITIONS.items():
        assert ways.get(Event.TRIP) is (None if mode is Mode.STOPPED else Mode.STOPPED)
    assert TRANSITIONS[Mode.STOPPED] == {Event.ACKNOWLEDGE: Mode.IDLE}


def test_every_event_and_every_mode_is_used() -> None:
    assert {event for ways in TRANSITIONS.values() for event in ways} == set(Event)
    reached = {after for ways in TRANSITIONS.values() for after in ways.values()}
    assert reached == set(Mode)
