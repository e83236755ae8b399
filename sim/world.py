"""The simulated world as a person can touch it: paced by the wall, and with hands reaching in.

`World` is the loop's clock. It lets simulated time pass no faster than real time; on a slow
machine the world slows down instead of being late. Hands arrive over a Unix socket, one JSON
line each, and are done by the loop's thread between two ticks.

A finger on a button is a promise that must be renewed: it rests there `PRESS_S` at least,
however quick the tap, and `FINGER_S` at most without news, so that no phone that has gone
leaves a button held. All in simulated time.
"""

import json
import socketserver
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path
from typing import NamedTuple

from controller.link import not_opened
from controller.loop import Clock
from sim.roller import SimRoller

MOST_WAITING = 100
"""Hands that may wait for the next tick; more are refused."""
LINE_BYTES = 1024
PRESS_S = 0.15
FINGER_S = 3.0
GESTURE_S = 2.3
"""How long the gesture for pairing holds + and −: the device asks for 2 s."""
TOUCH_KPA = 1.0

HANDS: dict[str, Callable[[SimRoller], None]] = {
    "foot_on": SimRoller.foot_on,
    "foot_off": SimRoller.foot_off,
    "press": lambda roller: roller.press(8.0, rise_s=0.3, hold_s=1.0),
    "press_harder": lambda roller: roller.press(45.0, rise_s=0.03, hold_s=0.5),
    "flinch": SimRoller.flinch,
    "lighter": lambda roller: roller.lean(-2.5),
    "heavier": lambda roller: roller.lean(2.5),
    "unplug_sensor": SimRoller.unplug_sensor,
    "restore_sensor": SimRoller.restore_sensor,
}
"""What a hand can do at once."""
PLUGS = {"unplug_sensor": False, "restore_sensor": True}
BUTTONS = ("start", "plus", "minus")
"""What a finger can hold down."""
GESTURES = {"pair": ("plus", "minus")}
"""Buttons held together for `GESTURE_S`."""
SWITCH = "stop"
"""What stays down by itself: the wired stop switch."""
NAMES = (*HANDS, *BUTTONS, *GESTURES, SWITCH)


class Finger(NamedTuple):
    """On a button, in simulated time."""

    since_s: float
    until_s: float


class World:
    """The clock of the engine in `footloop-sim run`."""

    def __init__(self, roller: SimRoller, clock: Clock | None = None) -> None:
        """`clock`: whoever lets time pass for `roller`, unless it does so itself."""
        self._roller, self._clock = roller, clock or roller
        self._offset_s = time.monotonic() - roller.now_s()
        self._waiting: deque[tuple[str, bool]] = deque()
        self._fingers: dict[str, Finger] = {}
        self._lift_at_s = inf
        self._stop, self._plugged = False, True

    def now_s(self) -> float:
        """Simulated seconds."""
        return self._clock.now_s()

    def wait_until(self, at_s: float) -> None:
        """Wait for the wall clock, let the hands do their work, let the world live on."""
        left_s = at_s + self._offset_s - time.monotonic()
        if left_s > 0.0:
            time.sleep(left_s)
        else:
            self._offset_s -= left_s
        while self._waiting:
            self._act(*self._waiting.popleft())
        if self._lift_at_s <= at_s:
            self._lift(at_s)
        self._clock.wait_until(at_s)

    def reach_in(self, line: bytes) -> str | None:
        """Take one line from a hand (any thread); return what is wrong with it, if anything."""
        try:
            hand = json.loads(line)
            name, down = hand["hand"], hand.get("down")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return "a hand is a JSON object with the key hand"
        if name not in NAMES:
            return f"hand = {name!r}: must be one of {', '.join(NAMES)}"
        if name in (*BUTTONS, SWITCH) and not isinstance(down, bool):
            return f"down = {down!r}: true to hold {name}, false to let go"
        if len(self._waiting) >= MOST_WAITING:
            return "too many hands at once"
        self._waiting.append((name, bool(down)))
        return None

    def look(self) -> dict[str, bool]:
        """What one sees who stands beside it (any thread)."""
        touched = self._roller.truth().pressure_kpa > TOUCH_KPA
        return {"foot": touched, "stop": self._stop, "plugged": self._plugged}

    def _act(self, name: str, down: bool) -> None:
        """Do what a hand wants, in the loop's thread."""
        if name in BUTTONS:
            self._touch(name, down)
        elif name == SWITCH:
            self._stop = down
            self._roller.set_stop(down)
        elif name in GESTURES:
            for button in GESTURES[name]:
                self._hold(button, GESTURE_S)
        else:
            HANDS[name](self._roller)
            self._plugged = PLUGS.get(name, self._plugged)

    def _touch(self, button: str, down: bool) -> None:
        """A finger comes, stays, or goes."""
        finger = self._fingers.get(button)
        if down:
            self._hold(button, FINGER_S)
        elif finger is not None:
            self._set(button, finger._replace(until_s=finger.since_s + PRESS_S))

    def _hold(self, button: str, for_s: float) -> None:
        now_s = self.now_s()
        finger = self._fingers.get(button) or Finger(now_s, now_s)
        self._roller.set_button(button, True)
        self._set(button, finger._replace(until_s=now_s + for_s))

    def _set(self, button: str, finger: Finger) -> None:
        self._fingers[button] = finger
        self._lift_at_s = min(one.until_s for one in self._fingers.values())

    def _lift(self, now_s: float) -> None:
        """Take the fingers off whose time is over."""
        for button in [name for name, one in self._fingers.items() if one.until_s <= now_s]:
            del self._fingers[button]
            self._roller.set_button(button, False)
        self._lift_at_s = min((one.until_s for one in self._fingers.values()), default=inf)


class _Line(socketserver.StreamRequestHandler):
    """One connection: lines in, a line of answer each; an empty line only looks."""

    def handle(self) -> None:
        """Serve until the other side ends."""
        world: World = self.server.world  # type: ignore[attr-defined]
        with suppress(OSError):  # a hand may be gone before its answer
            while line := self.rfile.readline(LINE_BYTES):
                wrong = world.reach_in(line) if line.strip() else None
                answer = {"refused": wrong} if wrong else {"ok": True, **world.look()}
                self.wfile.write(json.dumps(answer).encode() + b"\n")


@contextmanager
def open_to_hands(world: World, path: Path) -> Iterator[None]:
    """Serve `path` in a thread. Raises `LinkError`."""
    try:
        path.unlink(missing_ok=True)
        server = socketserver.ThreadingUnixStreamServer(str(path), _Line)
    except OSError as error:
        raise not_opened(path, error) from error
    server.daemon_threads = True
    server.world = world  # type: ignore[attr-defined]
    path.chmod(0o600)
    thread = threading.Thread(target=server.serve_forever, name="hands", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        path.unlink(missing_ok=True)
