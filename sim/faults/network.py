"""Faults of the network, as far as they reach the engine: as lines over its link.

Sockets, HTTP and WebSocket end in the panel's process, which has tests of its own.
"""

import json
from collections.abc import Callable

from controller.asks import Source, answer
from sim.faults.fault import HARMLESS, Begin, Fault, Proof, outcomes
from sim.faults.scene import Scene

FLOOD = 200
"""Lines between two ticks."""
EVERY_S = 0.05
TIMES = 30
HUGE_BYTES = 16_000_000
NONSENSE = (
    b"", b"\x00\xff", b"GET / HTTP/1.1", b"[]", b"{", b'{"do":1}', b'{"do":"start"}',
    b'{"do":"start","count":1,"seen_s":NaN}', b'{"do":"level","level":1e9,"who":"x"}',
    b'{"do":"continue","count":-1,"seen_s":0}', b"[" * 900,
)  # fmt: skip


def said(scene: Scene, line: bytes) -> str | None:
    """Say a line over the link as a client that nobody knows; return the refusal."""
    desk = scene.stack.desk
    given = answer(line, desk.wish, Source(), None, scene.stack.told, scene.stack.now_s)
    desk.ask(given.wish)
    return given.refusal


def again_and_again(lines: Callable[[Scene], list[bytes]]) -> Begin:
    """The lines come every 50 ms. The proof: all were refused, and there were many."""

    def begin(scene: Scene) -> Proof:
        refusals: list[str | None] = []
        given = lines(scene)
        for time in range(TIMES):
            scene.later(
                time * EVERY_S, lambda: refusals.extend(said(scene, line) for line in given)
            )
        return lambda: len(refusals) >= TIMES and None not in refusals

    return begin


def old_start(scene: Scene) -> list[bytes]:
    """Start and continue, asked on the picture of a minute ago, as a broker keeps them."""
    seen_s = scene.stack.now_s - 60.0
    return [
        json.dumps({"do": do, "count": 1, "seen_s": seen_s}).encode()
        for do in ("start", "continue")
    ]


def flood(scene: Scene) -> list[bytes]:
    return old_start(scene) * (FLOOD // 2)


def lowered(scene: Scene) -> Proof:
    """Somebody lowers the level a thousand times."""
    answers = [said(scene, b'{"do":"lower"}') for _ in range(1000)]
    return lambda: answers == [None] * 1000


IN_VAIN = "who asks in vain changes nothing"

FAULTS = (
    Fault("network/flood", "message flood", "4,000 old starts a second", 0.0, IN_VAIN, HARMLESS,
        again_and_again(flood)),
    Fault("network/flood-lower", "message flood", "the level is lowered a thousand times", 0.0,
        IN_VAIN, outcomes("goes on", "stands"), lowered),
    Fault("network/huge", "16 MB frame", "a line of 16 MB, again and again", 0.0, IN_VAIN, HARMLESS,
        again_and_again(lambda _scene: [b"x" * HUGE_BYTES])),
    Fault("network/malformed", "malformed HTTP and WebSocket", "lines that are no asks", 0.0,
        IN_VAIN, HARMLESS, again_and_again(lambda _scene: list(NONSENSE))),
    Fault("network/replayed", "token replayed", "a start is said again and again", 0.0, IN_VAIN,
        HARMLESS, again_and_again(old_start)),
    Fault("network/retained", "retained start command",
        "a broker repeats the start of a minute ago", 0.0, IN_VAIN, HARMLESS,
        again_and_again(old_start)),
)  # fmt: skip
