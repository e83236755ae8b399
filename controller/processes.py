"""Two processes side by side: the engine, and a panel that may die and come again.

The panel is started anew when it ends; the engine never is: when it ends, the gate has
dropped, and a person should know before anything moves again.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

POLL_S = 0.1
GRACE_S = 5.0
"""How long a process may take to end before it is killed."""
PANEL_FAILURES = 3
"""A panel that fails so often within a minute is not started again."""
MINUTE_S = 60.0


class _Leave(Exception):
    """A signal asks the whole product to end."""


def side_by_side(engine: Sequence[str], panel: Sequence[str]) -> int:
    """Run both command lines until a signal or the engine's end; return the exit code."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    running: list[subprocess.Popen[bytes]] = []
    try:
        running.append(subprocess.Popen(engine, start_new_session=True))
        return _watch(running, panel)
    except _Leave:
        return 0
    finally:
        _end(running)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise _Leave


def _watch(running: list[subprocess.Popen[bytes]], panel: Sequence[str]) -> int:
    """Keep the panel going while the engine lives."""
    engine = running[0]
    failed_at_s: list[float] = []
    running.append(subprocess.Popen(panel, start_new_session=True))
    while engine.poll() is None:
        time.sleep(POLL_S)
        code = running[1].poll()
        if code is None:
            continue
        now_s = time.monotonic()
        failed_at_s = [at_s for at_s in failed_at_s if now_s - at_s < MINUTE_S] + [now_s]
        if len(failed_at_s) >= PANEL_FAILURES or code == 1:
            print(f"the panel ended with code {code}; see above", file=sys.stderr)
            return 1
        print(f"the panel ended with code {code}; starting it again", file=sys.stderr)
        running[1] = subprocess.Popen(panel, start_new_session=True)
    if engine.returncode:
        print(f"the engine ended with code {engine.returncode}; see above", file=sys.stderr)
    return 1 if engine.returncode not in (0, 3) else engine.returncode


def _end(running: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask all to end, then make them."""
    for process in running:
        if process.poll() is None:
            process.terminate()
    for process in running:
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
