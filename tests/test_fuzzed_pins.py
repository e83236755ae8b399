"""10^5 ticks of random pins from every mode: nothing starts by itself."""

from collections.abc import Callable, Iterator

import pytest

from controller.modes import Event, Mode
from hardware.roller import Drive
from tests.fuzzed import INPUTS, START, TICK_S, Bout, Finger, Shaken, bouts

TICKS, EACH = 100_000, 4_000
AHEAD = Drive(duty=0.3, brake=False, enabled=True, gate=True)


@pytest.fixture
def shaken() -> Iterator[Shaken]:
    shaken = Shaken()
    yield shaken
    shaken.close()


@pytest.mark.long
@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.name)
def test_nothing_starts_by_itself(
    shaken: Shaken, mode: Mode, record_property: Callable[[str, object], None]
) -> None:
    for bout in bouts(mode, TICKS, EACH):
        shaken.shake(bout)
    told = f"{shaken.presses} presses, {shaken.starts} starts, {len(shaken.seen)} modes"
    record_property("figure", f"random pins, {TICKS:,} ticks from {mode.name}: {told}")
    assert shaken.presses > 100, "nobody pressed, so it proves little"
    assert shaken.starts > 0, "it never started, so it proves little"


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.name)
def test_with_the_start_button_standing_still_nothing_ever_starts(
    shaken: Shaken, mode: Mode, held: bool
) -> None:
    """Once around with the rest healthy, once with the rest random: shorter, on every run."""
    rest = {pin: 25 for pin in INPUTS if pin != START}
    for seed, wild in enumerate(({}, rest)):
        shaken.shake(Bout(mode, seed, 750, wild, bool(wild), held))
    assert (shaken.presses, shaken.starts) == (0, 0)


# The judges can fail.


@pytest.mark.parametrize(
    ("runs", "presses"),
    [
        ([(False, 10), (True, 10), (False, 10)], 1),
        ([(False, 10), (True, 6), (False, 10)], 0),
        ([(False, 10), (True, 10), (False, 6), (True, 10)], 0),
        ([(False, 10), (True, 10), (False, 3), (True, 3), (False, 10)], 1),
        ([(True, 100), (False, 10)], 0),
        ([(True, 100), (False, 10), (True, 10), (False, 10)], 1),
        ([(False, 100)], 0),
    ],
)
def test_the_finger_knows_a_press_when_it_sees_one(
    runs: list[tuple[bool, int]], presses: int
) -> None:
    finger, tick = Finger(), 0
    for down, ticks in runs:
        for _ in range(ticks):
            finger.look(down, tick * TICK_S)
            tick += 1
    assert finger.presses == presses


def test_a_kernel_that_starts_by_itself_is_found(
    shaken: Shaken, monkeypatch: pytest.MonkeyPatch
) -> None:
    from controller import rules

    monkeypatch.setattr(rules, "_willing", lambda *_: True)
    monkeypatch.setitem(rules.DECIDE, Mode.HOLD, lambda *_: (Event.CONTINUE, None))
    with pytest.raises(AssertionError, match="began by itself"):
        shaken.shake(Bout(Mode.HOLD, 1, 100, {}, False))


@pytest.mark.parametrize(
    "drive",
    [AHEAD, AHEAD._replace(gate=False), AHEAD._replace(duty=0.0)],
    ids=["powered", "motor", "gate"],
)
def test_a_pin_that_moves_by_itself_is_found(
    shaken: Shaken, monkeypatch: pytest.MonkeyPatch, drive: Drive
) -> None:
    roller = shaken._wired.roller
    driven = roller.drive
    monkeypatch.setattr(roller, "drive", lambda _: driven(drive))
    with pytest.raises(AssertionError, match="did something by itself"):
        shaken.shake(Bout(Mode.IDLE, 1, 100, {}, False))
