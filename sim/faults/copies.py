"""Copies of a process: each lives its own future from the same instant, and says what came of it.

It is by far the cheapest way to try many things on one machine, which need not even know how to
copy itself. The process must have one thread only.
"""

import json
import os
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any


def in_copies(attempts: Iterable[Callable[[], Any]], at_once: int) -> Iterator[Any]:
    """Do each in a copy of this process, so many at once; what they return, in their order.

    None stands for a copy that died; its traceback is on stderr.
    """
    under_way: deque[tuple[int, int]] = deque()
    for attempt in attempts:
        under_way.append(_begun(attempt))
        if len(under_way) >= at_once:
            yield _ended(*under_way.popleft())
    while under_way:
        yield _ended(*under_way.popleft())


def _begun(attempt: Callable[[], Any]) -> tuple[int, int]:
    reading, writing = os.pipe()
    copy = os.fork()
    if copy:
        os.close(writing)
        return copy, reading
    status = 1
    try:
        os.write(writing, json.dumps(attempt()).encode())
        status = 0
    finally:
        if status:
            traceback.print_exc()
        os._exit(status)


def _ended(copy: int, reading: int) -> Any:
    with os.fdopen(reading) as said:
        text = said.read()
    _, status = os.waitpid(copy, 0)
    return json.loads(text) if status == 0 else None
