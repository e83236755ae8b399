"""A shelf for black boxes: files in the engine's folder, written by a thread of their own.

Each is a new file moved into place when it is on disk. There is room for so many of them and for
so many bytes; the oldest go. A write that fails is told and costs its box, never the loop.
"""

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

from controller.blackbox import Box, lines
from controller.journal import write_durably

FOLDER = "blackbox"
"""Its name in the engine's folder."""
MOST_FILES, MOST_BYTES = 20, 32_000_000
NAME = re.compile(r"trip-(\d{6,})-[a-z_]+\.csv")


class Shelf:
    """Where the boxes of one machine are kept."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        """`tell` is told, in the shelf's thread, what could not be kept."""
        self._folder, self._tell = folder, tell
        self._boxes: SimpleQueue[Box | None] = SimpleQueue()
        self._before = max((number for number, _ in kept(folder)), default=0)
        self._thread = threading.Thread(target=self._run, name="black box", daemon=True)
        self._thread.start()

    def keep(self, box: Box) -> None:
        """Have `box` on disk soon; returns at once. A later one of the same trip replaces it."""
        self._boxes.put(box)

    def close(self) -> None:
        """Keep what is waiting, and end the thread."""
        self._boxes.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (box := self._boxes.get()) is not None:
            try:
                self._store(box)
            except OSError as error:
                self._tell(f"the black box cannot be kept in {self._folder}: {error.strerror}; "
                           "free space or mend the folder's rights")  # fmt: skip

    def _store(self, box: Box) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        name = f"trip-{self._before + box.number:06d}-{box.stop.trip.name.lower()}.csv"
        write_durably(self._folder / name, ("\n".join(lines(box)) + "\n").encode())
        clear(self._folder)


def kept(folder: Path) -> list[tuple[int, Path]]:
    """The boxes in `folder` with their numbers, oldest first; none when there is no folder."""
    found = []
    with suppress(OSError):
        for path in folder.iterdir():
            name = NAME.fullmatch(path.name)
            if name is not None:
                found.append((int(name[1]), path))
    return sorted(found)


def clear(folder: Path) -> None:
    """Let the oldest go until the rest has room; the newest always stays. Raises `OSError`.

    What was not finished when the power went goes, too.
    """
    for torn in folder.glob("trip-*.new"):
        torn.unlink()
    room, left = MOST_BYTES, MOST_FILES
    for place, (_, path) in enumerate(reversed(kept(folder))):
        room -= path.stat().st_size
        left -= 1
        if place and (room < 0 or left < 0):
            path.unlink()
