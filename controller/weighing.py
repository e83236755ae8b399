"""From a second of raw readings to one point of an element's line, or why not. Pure.

What is averaged must be quiet and must stand still: a hand on the head, a loose plug or a weight
that still swings would otherwise be measured as if it were the element.
"""

import re
from collections.abc import Sequence
from math import isfinite
from statistics import fmean, pstdev

from hardware.converters import Resolution

N_PER_KG = 9.81
UNITS_N = {"n": 1.0, "kg": N_PER_KG, "g": N_PER_KG / 1000.0}
END_RAW = 0.99  # of the converter's range
LIGHTEST_N, HEAVIEST_N = 1.0, 1000.0


class Unsteady(ValueError):
    """These readings are no measurement; the text says why, and what to do."""


def averaged(raws: Sequence[float], resolution: Resolution) -> float:
    """Return what the element reads, 0..1, on a converter like this. Raises `Unsteady`."""
    if not all(isfinite(one) for one in raws):
        raise Unsteady("it gave no number: check its plug and cable")
    if max(raws) >= END_RAW:
        raise Unsteady(
            f"it reads {max(raws):.3f}, the end of the converter's range (below {END_RAW:g}): "
            "use a lighter weight or less gain"
        )
    half = len(raws) // 2
    drift = fmean(raws[half:]) - fmean(raws[:half])
    if not abs(drift) <= resolution.drift_raw:
        raise Unsteady(
            f"it moved by {drift:+.2g} (at most {resolution.drift_raw:g}): "
            "take the hands off, wait until all is still"
        )
    noise = pstdev(raws)
    if not noise <= resolution.noise_raw:
        raise Unsteady(
            f"it is noisy, {noise:.2g} (at most {resolution.noise_raw:g}): "
            "check its cable and shield, let nothing swing"
        )
    return fmean(raws)


def weight_n(text: str) -> float | None:
    """Return the load that a person wrote, such as "2.5 kg", "500 g" or "24,5 N", in N."""
    found = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*(kg|g|n)\s*", text, re.ASCII | re.IGNORECASE)
    if found is None:
        return None
    load_n = float(found[1].replace(",", ".")) * UNITS_N[found[2].lower()]
    return load_n if LIGHTEST_N <= load_n <= HEAVIEST_N else None
