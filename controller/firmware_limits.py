"""Makes the microcontroller's `limits.h` from `controller/limits.py`, in whole numbers.

The firmware has no floating point: pressures are in 10 Pa, times in ms, duty in 1/500, ratios in
permille. It lies here because the bridge may not import the controller. `make generate` calls it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import firmware_bridge
from controller.limits import Bounds, Limits, bounds

HEADER = Path(firmware_bridge.__file__).resolve().parent / "firmware" / "limits.h"
HEAD = """\
/* The limits the firmware applies by itself. Made from controller/limits.py by `make generate`. */

#ifndef LIMITS_H
#define LIMITS_H

"""
SCALES = {
    "kpa": ("10PA", 100),
    "s": ("MS", 1000),
    "ratio": ("PERMILLE", 1000),
    "duty": ("DUTY", 500),
    "slew_per_s": ("SLEW_PER_S", 500),
}
LARGEST_INT = 32767


class Taken(NamedTuple):
    """One limit for C."""

    source: str  # its name among the limits
    unit: str  # the key of its scale; empty: it counts


TAKEN = (
    Taken("level_kpa", "kpa"),
    Taken("level_samples", ""),
    Taken("rise_kpa", "kpa"),
    Taken("rise_ratio", "ratio"),
    Taken("rise_window_s", "s"),
    Taken("rise_above_kpa", "kpa"),
    Taken("foot_kpa", "kpa"),
    Taken("foot_gone_s", "s"),
    Taken("stale_s", "s"),
    Taken("gap_s", "s"),
    Taken("gaps", ""),
    Taken("frozen_s", "s"),
    Taken("apart_kpa", "kpa"),
    Taken("apart_ratio", "ratio"),
    Taken("apart_s", "s"),
    Taken("zero_kpa", "kpa"),
    Taken("wild_kpa", "kpa"),
    Taken("wilds", ""),
    Taken("unpowered_s", "s"),
    Taken("leave_end_s", "s"),
    Taken("brake_s", "s"),
    Taken("dead_s", "s"),
    Taken("session_time_s", "s"),
    Taken("away_s", "s"),
    Taken("check_duty", "duty"),
    Taken("check_gate_s", "s"),
    Taken("slew_per_s", "slew_per_s"),
)
SHORTER = {"LIMIT_SESSION_TIME_MS": "LIMIT_SESSION_MS"}


def header() -> str:
    """Return the text of `limits.h`."""
    return HEAD + "".join(_lines()) + "\n#endif\n"


def _lines() -> Iterator[str]:
    known = bounds()
    for taken in TAKEN:
        name, value = in_c(taken)
        suffix = "u" if value <= LARGEST_INT else "UL"
        yield f"#define {name} {value}{suffix} /* {_says(known[taken.source], taken)} */\n"


def in_c(taken: Taken) -> tuple[str, int]:
    """Return the name in C, and the value in C's unit. Raises `ValueError` when it is not whole."""
    exact = getattr(Limits(), taken.source)
    if not taken.unit:
        return f"LIMIT_{taken.source.upper()}", exact
    ending, per_unit = SCALES[taken.unit]
    name = f"LIMIT_{taken.source.removesuffix(taken.unit).upper()}{ending}"
    value = round(exact * per_unit)
    if abs(value - exact * per_unit) > 1e-9 * abs(value):
        raise ValueError(
            f"{taken.source} = {exact}: must be a whole number of 1/{per_unit} of its unit "
            "for the firmware; choose such a default in controller/limits.py"
        )
    return SHORTER.get(name, name), value


def _says(known: Bounds, taken: Taken) -> str:
    return f"{taken.source}, {known.unit}: {known.source}"


def main() -> None:
    """Write it."""
    HEADER.write_text(header())


if __name__ == "__main__":
    main()
