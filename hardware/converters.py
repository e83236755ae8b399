"""What may be believed of a measurement on each converter, as shares of its range. Pure.

An element on an MCP3008, MCP3208 or ADS1115 has an amplifier or a divider of its own. That spreads
it over the range, and its noise is more than the last bits of the finer chips: one set of bounds
serves all three. An HX711 reads the bare bridge with 24 bits and a gain of 128. A load cell of 50
kg and 1 mV/V fills an eighth of its range, 0.00026 per N: on the others it would pass for dead.
Its noise is below 0.00003, and what passes for noise on the others would be 20 N of this cell.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Resolution(NamedTuple):
    """What must be told apart: an element from a dead one, a load at rest from one that is not."""

    least_raw_per_n: float  # rise of an element that lives
    noise_raw: float  # sd, at most, of what is averaged
    drift_raw: float  # at most, from the first half of the readings to the second


_SPREAD = Resolution(0.0005, 0.005, 0.003)  # one count of 10 bits is at most 2 N
_BARE = Resolution(0.00005, 0.00025, 0.00015)  # a cell of up to 200 kg and 1 mV/V; 1 N at 50 kg
RESOLUTIONS: Mapping[str, Resolution] = {
    "MCP3008": _SPREAD,
    "MCP3208": _SPREAD,
    "ADS1115": _SPREAD,
    "ATmega328P": _SPREAD,
    "HX711": _BARE,
}
"""Name of a chip -> its bounds."""
