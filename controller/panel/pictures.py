"""What one screen is sent, 20 times a second: as little as still tells everything.

A picture is a row of the numbers that never rest, in the order of `QUICK`. Each other field that
has changed since this screen's last picture goes before it, in an object of its own; the row makes
them count, so no screen draws half a picture.
"""

import json
from collections.abc import Mapping
from typing import Any

QUICK = ("at_s", "age_s", "pressure_kpa", "reference_kpa", "place")
"""touch.js reads them in this order."""


def messages(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What makes `now` of the picture `before`; of the empty one, at a screen's beginning."""
    changed = [
        _line({name: value})
        for name, value in now.items()
        if name not in QUICK and (name not in before or before[name] != value)
    ]
    return [*changed, _line([now[name] for name in QUICK])]


def _line(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
