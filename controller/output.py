"""What a command prints, and its end when nobody takes it: no traceback, an honest exit code.

A loop that may not wait tells what it has to say through `Notes`.
"""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from queue import Full, Queue
from threading import Thread

from controller.processes import FAILED

NOT_TAKEN = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What a full disk and a reader that has left answer to a write."""
MOST_NOTES = 64
"""So many wait for whoever reads them."""
PARTING_S = 1.0
"""How long a reader is waited for at the end."""


class Notes:
    """Notes of a loop that waits for nobody: a thread of its own prints them.

    A pipe that nobody empties holds up that thread alone; what no longer finds room is dropped, and
    counted.
    """

    def __init__(self) -> None:
        self._waiting: Queue[str | None] = Queue(MOST_NOTES)
        self._dropped = self._owned_up = 0
        self._thread = Thread(target=self._run, name="notes", daemon=True)
        self._thread.start()

    def tell(self, note: str) -> None:
        """Have `note` printed soon; returns at once."""
        try:
            self._waiting.put_nowait(note)
        except Full:
            self._dropped += 1

    def close(self) -> None:
        """Have printed what waits. Who reads nothing is not waited for any longer."""
        with suppress(Full):
            self._waiting.put(None, timeout=PARTING_S)
        self._thread.join(PARTING_S)

    def _run(self) -> None:
        while (note := self._waiting.get()) is not None:
            self._print(note)
            missed = self._dropped - self._owned_up
            if missed:
                self._owned_up += missed
                self._print(f"{missed} more could not be printed: nobody read them in time")

    def _print(self, note: str) -> None:
        with suppress(OSError):  # nobody reads: the loop goes on, and the last line will find out
            print(f"note: {note}\n", end="", flush=True)


def delivered(run: Callable[[], int]) -> int:
    """Return the exit code of `run`, or `FAILED` when what it printed could not be written.

    Who closes a pipe has seen enough and is told nothing. A file that fails names itself: that is
    no failure of the output, and is raised on.
    """
    try:
        try:
            return run()
        finally:
            if sys.stdout is not None:  # a shell can close it
                sys.stdout.flush()
    except OSError as error:
        if error.filename is not None or error.errno not in NOT_TAKEN:
            raise
        _leave_unsaid()
        if error.errno != errno.EPIPE:
            with suppress(OSError):
                print(
                    f"the output cannot be written ({error.strerror}): free space, or send it "
                    "elsewhere",
                    file=sys.stderr,
                    flush=True,
                )
        return FAILED


def _leave_unsaid() -> None:
    """Let what is still to be written go nowhere, or the interpreter tries once more at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
