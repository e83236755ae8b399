"""What the engine asks of the system, so that its loop is on time.

Each part is taken where it is granted; without it the loop works, only less evenly. Threads
that were started before keep their normal priority: they must never hold the loop up.
"""

import ctypes
import gc
import os
import sys

SWITCH_S = 0.0005
"""How long another thread may keep the interpreter from the loop; Python's default is 5 ms."""
REALTIME_PRIORITY = 40
MCL_CURRENT, MCL_FUTURE = 1, 2


def be_punctual() -> list[str]:
    """Take real-time turn and locked memory, freeze the collector; return what was refused."""
    refused = []
    sys.setswitchinterval(SWITCH_S)
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(REALTIME_PRIORITY))
    except OSError:
        refused.append("no right to real-time scheduling; the loop runs at normal priority")
    if ctypes.CDLL(None).mlockall(MCL_CURRENT | MCL_FUTURE) != 0:
        refused.append("no right to lock memory; the loop may wait for pages")
    gc.collect()
    gc.freeze()
    return refused
