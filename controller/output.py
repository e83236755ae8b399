"""What a command prints, and its end when nobody takes it: no traceback, an honest exit code."""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress

from controller.processes import FAILED

NOT_TAKEN = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What a full disk and a reader that has left answer to a write."""


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
