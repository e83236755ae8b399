"""The microcontroller's rules, built for this machine: a board whose milliseconds a test tells.

`Board` is a healthy one: its parameters are set, a foot rests on it, its host drives. A test
changes what it is about and lets time pass. The converter's interrupt is here too, as main.c has
it: the samples of a tick come before the tick.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests import host_build as building

RULES = ("ages", "pain", "sensors", "safety")
"""The pure C that decides what may move."""
ZERO, SPAN, B_ZERO = 100, 750, 120
"""Lines of both elements: 10 counts are 1 kPa."""
CALM_KPA = 20
REFERENCE_KPA = 25
BANDGAP = 225
WIRED = {"A_ZERO": ZERO, "A_SPAN": SPAN, "B_ZERO": B_ZERO, "B_SPAN": SPAN}
WHOLE = {**WIRED, "LEVEL": 7500, "MOST_DUTY": 300, "SERVICE_DUTY": 70, "FITTED": 1}
"""Parameters of a machine with both elements and a gate."""
PRESS_MS = 20
"""The button is believed after this."""


@cache
def rules() -> building.HostBuild:
    """The rules as a library; it is built once in a run."""
    firmware = building.FIRMWARE
    sources = [firmware / f"{name}.c" for name in RULES]
    headers = [firmware / f"{name}.h" for name in ("limits", "protocol", *RULES)]
    with TemporaryDirectory() as folder:
        return building.host_build("rules", sources, headers, Path(folder))


def number(name: str) -> int:
    """A constant of the C by its name."""
    return int(getattr(rules().c, name))


def cut(name: str) -> int:
    """A cut by its name in the protocol."""
    return number(f"CUT_{name}")


def counts(kpa: float, zero: int = ZERO, span: int = SPAN) -> int:
    """What the converter reads, to the nearest count."""
    return round(zero + kpa * span / 75)


class Board:
    """One board in good order; `tick` is one millisecond of it."""

    def __init__(self, parameters: dict[str, int] | None = None, boot_cut: str = "RESET") -> None:
        self.c, ffi = rules().c, rules().ffi
        self.safety = ffi.new("struct safety *")
        self.channels = [ffi.new("struct channel *") for _ in range(2)]
        self.now_ms = 0
        self.kpa = [float(CALM_KPA)] * 2
        self.duty = 0
        self.asked: dict[str, Any] = {"enabled": True, "gate": True, "reference_kpa": REFERENCE_KPA}
        self.silent = False
        self.gate_follows = True
        self.c.safety_begin(self.safety, cut(boot_cut), 0)
        for channel in self.channels:
            self.c.channel_begin(channel, 0)
        self.set(**(WHOLE if parameters is None else parameters))

    def set(self, **parameters: int) -> bool:
        """SET parameters by name; whether all were taken."""
        taken = [
            self.c.safety_set(self.safety, number(f"PARAMETER_{name}"), value)
            for name, value in parameters.items()
        ]
        return all(taken)

    @property
    def out(self) -> Any:
        """What motor and gate do now."""
        return self.safety.out

    @property
    def cut(self) -> int:
        """The latched cut."""
        return int(self.safety.cut)

    @property
    def session(self) -> int:
        """The open session; 0: none is."""
        presence = self.safety.presence
        return int(presence.session) if presence.open else 0

    @property
    def live(self) -> bool:
        """The motor may be powered."""
        return bool(self.c.safety_live(self.safety))

    def tick(self, count: int = 1, **fields: Any) -> int:
        """Let `count` milliseconds pass, each with `fields` among its inputs; return the cut."""
        for _ in range(count):
            self._see(fields)
            self.c.safety_tick(self.safety, self.inputs)
            for channel, limits in zip(self.channels, self.safety.limits, strict=True):
                channel.limits = limits
            self.now_ms += 1
        return self.cut

    def _see(self, fields: dict[str, Any]) -> None:
        """Fill the inputs of this tick."""
        wobble = self.now_ms % 2
        read = [counts(self.kpa[0]) + wobble, counts(self.kpa[1], B_ZERO) + wobble]
        readings = {
            "counts": read,
            "bandgap": BANDGAP,
            "samples": 1,
            **fields.get("readings", {}),
        }
        seen = {
            "gate_on": self.out.gate and self.gate_follows,
            "driven": not self.silent,
            "command": {"duty": self.duty, "session": self.session, **self.asked},
            **fields,
            "readings": readings,
        }
        self.inputs = rules().ffi.new("struct inputs *", seen)
        if readings["samples"]:
            self.inputs.hurt |= self._sampled(readings["counts"])

    def _sampled(self, read: list[int]) -> int:
        """The converter's interrupt: what it finds in both elements."""
        driven, hurt = self.out.duty != 0, 0
        for channel, one in zip(self.channels, read, strict=True):
            hurt |= self.c.channel_fold(channel, one, driven)
        return hurt

    def settle(self) -> None:
        """Let the channels know the calm, and acknowledge the reset, as a host does."""
        kpa, self.kpa = self.kpa, [0.0, 0.0]
        self.tick(150)
        assert self.tick(acknowledged=self.cut) == 0
        self.kpa = kpa
        self.tick(60)

    def press(self) -> int:
        """Press the start button and let go; return the session it opened."""
        self.tick(PRESS_MS + 5, start_down=True)
        self.tick(PRESS_MS + 5)
        return self.session


def ready(parameters: dict[str, int] | None = None) -> Board:
    """A board with nothing cut, and no session."""
    board = Board(parameters)
    board.settle()
    return board


def moving(duty: int = 100, parameters: dict[str, int] | None = None) -> Board:
    """A board in a session that has reached `duty`."""
    board = ready(parameters)
    assert board.press() != 0
    board.duty = duty
    board.tick(2 * abs(duty) + 30)
    assert (board.cut, board.out.duty) == (0, duty)
    return board
