"""The simulated world as a person can touch it: paced by the wall, and with hands reaching in.

`World` is the loop's clock. It lets simulated time pass no faster than real time; on a slow
machine the world slows down instead of being late. Hands arrive over a Unix socket, one JSON
line each, and are done by the loop's thread between two ticks.
"""

import json
import socketserver
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.roller import SimRoller

MOST_WAITING = 100
"""Hands that may wait for the next tick; more are dropped."""

HANDS: dict[str, Callable[[SimRoller], None]] = {
    "foot_on": SimRoller.foot_on,
    "foot_off": SimRoller.foot_off,
    "press": lambda roller: roller.press(8.0, rise_s=0.3, hold_s=1.0),
    "press_harder": lambda roller: roller.press(45.0, rise_s=0.03, hold_s=0.5),
    "flinch": SimRoller.flinch,
    "unplug_sensor": SimRoller.unplug_sensor,
    "restore_sensor": SimRoller.restore_sensor,
}
"""What a hand can do at once."""
HELD: dict[str, Callable[[SimRoller, bool], None]] = {
    "start": lambda roller, down: roller.set_button("start", down),
    "plus": lambda roller, down: roller.set_button("plus", down),
    "minus": lambda roller, down: roller.set_button("minus", down),
    "stop": SimRoller.set_stop,
}
"""What a hand can hold down and let go."""


class World:
    """The clock of the engine in `footloop-sim run`."""

    def __init__(self, roller: SimRoller) -> None:
        self._roller = roller
        self._offset_s = time.monotonic() - roller.now_s()
        self._waiting: deque[Callable[[SimRoller], None]] = deque(maxlen=MOST_WAITING)

    def now_s(self) -> float:
        """Simulated seconds."""
        return self._roller.now_s()

    def wait_until(self, at_s: float) -> None:
        """Wait for the wall clock, let the hands do their work, let the world live on."""
        left_s = at_s + self._offset_s - time.monotonic()
        if left_s > 0.0:
            time.sleep(left_s)
        else:
            self._offset_s -= left_s
        while self._waiting:
            self._waiting.popleft()(self._roller)
        self._roller.wait_until(at_s)

    def reach_in(self, line: bytes) -> str | None:
        """Take one line from a hand (any thread); return what is wrong with it, if anything."""
        try:
            hand = json.loads(line)
            name, down = hand["hand"], hand.get("down")
        except (ValueError, TypeError, KeyError, AttributeError):
            return "a hand is a JSON object with the key hand"
        act = _act(name, down)
        if act is None:
            return f"hand = {name!r}: must be one of {', '.join([*HANDS, *HELD])}"
        self._waiting.append(act)
        return None


def _act(name: Any, down: Any) -> Callable[[SimRoller], None] | None:
    if not isinstance(name, str):
        return None
    if name in HELD and isinstance(down, bool):
        return lambda roller: HELD[name](roller, down)
    return HANDS.get(name)


class _Line(socketserver.StreamRequestHandler):
    """One connection: lines in, a line of answer each."""

    def handle(self) -> None:
        """Serve until the other side ends."""
        world: World = self.server.world  # type: ignore[attr-defined]
        for line in self.rfile:
            wrong = world.reach_in(line[:1024])
            self.wfile.write(json.dumps({"refused": wrong} if wrong else {"ok": True}).encode())
            self.wfile.write(b"\n")


def open_to_hands(world: World, path: Path) -> socketserver.BaseServer:
    """Serve `path` in a thread; call `shutdown()` and `server_close()` at the end."""
    path.unlink(missing_ok=True)
    server = socketserver.ThreadingUnixStreamServer(str(path), _Line)
    server.daemon_threads = True
    server.world = world  # type: ignore[attr-defined]
    path.chmod(0o600)
    threading.Thread(target=server.serve_forever, name="hands", daemon=True).start()
    return server
