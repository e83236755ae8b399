"""The machine behind a microcontroller: the real firmware, whose chip, pins and cable can break."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from controller.modes import Mode
from sim import person as leg
from sim.board import Board, BoardPort, met
from sim.faults.fault import Begin, Proof
from sim.faults.machine import Breakable
from sim.faults.scene import Scene
from sim.mcu import Mcu, McuStoppedError

LEG_N = 12.0
OBSERVED_S = 1.4
Tamper = Callable[[bytes], Iterable[tuple[float, bytes]]]
"""What becomes of bytes: parts, each with the time it is held up."""


def untouched(data: bytes) -> Iterator[tuple[float, bytes]]:
    """A good line."""
    yield 0.0, data


class Frail(Mcu):
    """A chip that runs on whatever its program does, at the pace of a clock that may be wrong."""

    ratio = 1.0
    _asked, _due = 0, 0.0

    def run_to(self, cycle: int, *, stepping: bool = False) -> None:
        """Run as far as its own clock says."""
        self._due += (cycle - self._asked) * self.ratio
        self._asked = cycle
        while self.cycle < self._due:
            try:
                super().run_to(round(self._due), stepping=stepping)
            except McuStoppedError:
                continue


class Bent(Board):
    """A board whose pins can be bent and whose chip can be hurt, millisecond by millisecond."""

    def __init__(self, firmware: Path, plant: Breakable) -> None:
        """Power it on."""
        self.hurting: list[Callable[[], None]] = []
        self.bending: list[Callable[[], None]] = []
        self.pulses = True
        super().__init__(firmware, plant, Frail)

    def _step(self) -> None:
        for hurt in self.hurting:
            hurt()
        super()._step()

    def _turn(self, edges: int) -> None:
        super()._turn(edges if self.pulses else 0)

    def _show(self) -> None:
        super()._show()
        for bend in self.bending:
            bend()


class Cable(BoardPort):
    """A cable whose bytes can be tampered with, both ways."""

    def __init__(self, board: Bent) -> None:
        """Plug it in."""
        super().__init__(board)
        self._now_s = board.now_s
        self.outward: Tamper = untouched
        self.inward: Tamper = untouched
        self.altered = 0
        """Pieces that did not pass as they were."""
        self.refused = 0
        """How often it was found pulled."""
        self.before: list[bytes] = []
        """What was sent lately."""
        self._out: list[tuple[float, bytes]] = []
        self._in: list[tuple[float, bytes]] = []

    def write(self, data: bytes) -> None:
        """Send what the faults leave of it."""
        self._out += self._spoilt(self.outward, data)
        self.before = [*self.before[-30:], data]
        for part in self._due(self._out):
            super().write(part)

    def read(self) -> bytes:
        """What the faults leave of what has come. Raises `ReadError` when it is pulled."""
        self.refused += self.pulled
        for part in self._due(self._out):
            super().write(part)
        self._in += self._spoilt(self.inward, super().read())
        return b"".join(self._due(self._in))

    def _spoilt(self, tamper: Tamper, data: bytes) -> list[tuple[float, bytes]]:
        if not data:
            return []
        parts = list(tamper(data))
        self.altered += parts != [(0.0, data)]
        return [(self._now_s() + held_s, part) for held_s, part in parts]

    def _due(self, queue: list[tuple[float, bytes]]) -> list[bytes]:
        now_s = self._now_s()
        due = [part for at_s, part in queue if at_s <= now_s]
        queue[:] = [one for one in queue if one[0] > now_s]
        return due


class BoardScene(Scene):
    """A scene behind the microcontroller."""

    def __init__(self, firmware: Path) -> None:
        """Switch it on, and meet the board."""
        plant = Breakable(person=leg.Person(leg_load_n=LEG_N))
        self.board = Bent(firmware, plant)
        self.cable = Cable(self.board)
        self.news: list[str] = []
        super().__init__(plant, met(self.board, self.cable, self.news.append), self.board)

    @property
    def observed_s(self) -> float:
        """A second of the chip costs as much as ten without it."""
        return OBSERVED_S


def on_board(begin: Callable[[BoardScene], Proof]) -> Begin:
    """A fault of the board. Raises `TypeError` in a scene without one."""

    def begin_there(scene: Scene) -> Proof:
        if not isinstance(scene, BoardScene):
            raise TypeError("this fault needs the microcontroller's scene")
        return begin(scene)

    return begin_there


def rolling(firmware: Path) -> BoardScene:
    """Up to full speed."""
    scene = BoardScene(firmware)
    scene.stack.roll()
    scene.stack.advance(0.5)
    return scene


def ready(firmware: Path) -> BoardScene:
    """A session is open, a foot is on."""
    scene = BoardScene(firmware)
    scene.stack.arm()
    scene.stack.until(lambda stack: "start" in stack.told["can"], 2.0)
    return scene


SCENES: dict[Mode, Callable[[Path], BoardScene]] = {Mode.ARMED: ready, Mode.RUNNING: rolling}
"""The board knows rest and motion; the list of what cannot apply says it of the other modes."""
