"""Two processes side by side: the engine, and a panel that may die and come again.

The panel is started anew when it ends; the engine never is: when it ends, the gate has
dropped, and a person should know before anything moves again. A panel that never came up is
a reason not to begin; one that fails later leaves the engine, and the device's own buttons, at
work. Whoever fails says why itself; here only what nobody else can tell is told.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

OK, FAILED, CONFIGURATION = 0, 1, 3
POLL_S = 0.1
GRACE_S = 5.0
"""How long a process may take to end before it is killed."""
PANEL_FAILURES = 3
"""A panel that fails so often within a minute is not started again."""
MINUTE_S = 60.0
PR_SET_PDEATHSIG = 1
PARENT = "FOOTLOOP_PARENT"
"""Names, in the environment, the process that must not be outlived."""
READY_OPTION = "--ready-fd"
"""With it a panel gets the file descriptor over which `tell_ready()` speaks."""


def ending_signals() -> list[signal.Signals]:
    """The signals that ask a process to end; a terminal that closes is one, unless ignored."""
    deaf = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGTERM, signal.SIGINT, *([] if deaf else [signal.SIGHUP])]


def end_with_parent() -> None:
    """Have this process end when the one that started it side by side is gone, even by kill -9."""
    parent = os.environ.get(PARENT)
    if parent is not None:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):  # it went before we asked
            signal.raise_signal(signal.SIGTERM)


def tell_ready(descriptor: int) -> None:
    """Say to the process that started this one that the page is up."""
    os.write(descriptor, b".")
    os.close(descriptor)


def side_by_side(engine: Sequence[str], panel: Sequence[str], announce: Callable[[], None]) -> int:
    """Run both command lines until a signal or the engine's end; return the exit code.

    `announce` is called once, when the page is up for the first time.
    """
    wanted = _Wanted()
    handlers = [(one, signal.signal(one, wanted.leave)) for one in ending_signals()]
    pair = _Pair(engine, panel, announce)
    try:
        while not wanted.over:
            code = pair.look()
            if code is not None:
                return code
            time.sleep(POLL_S)
        return OK
    finally:
        pair.end()
        for number, handler in handlers:
            signal.signal(number, handler)


class _Wanted:
    """Whether a signal has asked the whole product to end.

    A flag, no exception: that could fall between a process and the note of it.
    """

    def __init__(self) -> None:
        self.over = False

    def leave(self, _number: int, _frame: FrameType | None) -> None:
        self.over = True


class _Pair:
    """The two processes."""

    def __init__(
        self, engine: Sequence[str], panel: Sequence[str], announce: Callable[[], None]
    ) -> None:
        self._panel_line, self._announce = panel, announce
        self._failed_at_s: list[float] = []
        self._ready, tell = os.pipe()
        os.set_blocking(self._ready, False)
        self._up = False
        self._environment = {**os.environ, PARENT: str(os.getpid())}
        self._engine = subprocess.Popen(engine, start_new_session=True, env=self._environment)
        self._panel: subprocess.Popen[bytes] | None = self._start_panel(tell)

    def _start_panel(self, tell: int | None = None) -> subprocess.Popen[bytes]:
        if tell is None:
            return subprocess.Popen(self._panel_line, start_new_session=True, env=self._environment)
        line = [*self._panel_line, READY_OPTION, str(tell)]
        try:
            return subprocess.Popen(
                line, start_new_session=True, pass_fds=[tell], env=self._environment
            )
        finally:
            os.close(tell)

    def look(self) -> int | None:
        """Keep the panel going; return the exit code when it is over."""
        code = self._engine.poll()
        if code is not None:
            if code < 0:
                _tell(f"the engine was ended by {signal.Signals(-code).name}")
            return code if code in (OK, CONFIGURATION) else FAILED
        if not self._up and self._said_ready():
            self._up = True
            self._announce()
        return self._tend()

    def _said_ready(self) -> bool:
        try:
            return os.read(self._ready, 1) == b"."
        except BlockingIOError:
            return False

    def _tend(self) -> int | None:
        """Start a panel that ended again, or give up on it."""
        code = None if self._panel is None else self._panel.poll()
        if code is None:
            return None
        if not self._up:
            return code if code == CONFIGURATION else FAILED
        now_s = time.monotonic()
        self._failed_at_s = [at_s for at_s in self._failed_at_s if now_s - at_s < MINUTE_S]
        self._failed_at_s.append(now_s)
        if len(self._failed_at_s) < PANEL_FAILURES:
            _tell(f"the panel ended with code {code}; starting it again")
            self._panel = self._start_panel()
        else:
            _tell("the panel keeps failing; going on without the page: use the device's buttons")
            self._panel = None
        return None

    def end(self) -> None:
        """Ask both to end, then make them."""
        running = [one for one in (self._engine, self._panel) if one is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        for process in running:
            try:
                process.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        os.close(self._ready)


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
