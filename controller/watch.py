"""What the detectors remember, and every trip there is. Data only."""

from enum import Enum
from math import inf
from typing import NamedTuple

from hardware.roller import Cut


class Reason(Enum):
    """Why the roller is not moving. The first four latch."""

    PAIN = "pain"
    PERSON = "person"
    FAULT = "fault"
    POWER = "power lost"
    PAUSED = "paused"
    FOOT_GONE = "foot gone"
    CHANGE = "change"
    FINISHED = "finished"
    ENDED = "ended"
    OVERLOAD = "overload"
    TIME = "time over"
    AWAY = "away"
    UNFIT = "self-test"


class Trip(Enum):
    """Every latching trip: rule of the specification, kind, and what exactly was seen."""

    LEVEL = ("T1", Reason.PAIN, "level")
    RISE = ("T2", Reason.PAIN, "rise")
    DOSE = ("T4", Reason.PAIN, "dose")
    FLINCH = ("T5", Reason.PAIN, "flinch")
    STOP = ("T6", Reason.PERSON, "stop")
    SENSOR_OPEN = ("T9", Reason.FAULT, "open")
    SENSOR_SHORTED = ("T9", Reason.FAULT, "shorted")
    SENSOR_SATURATED = ("T9", Reason.FAULT, "saturated")
    SENSOR_NAN = ("T9", Reason.FAULT, "nan")
    SENSOR_SILENT = ("T9", Reason.FAULT, "silent")
    SENSOR_GAPS = ("T9", Reason.FAULT, "gaps")
    SENSOR_BACKWARDS = ("T9", Reason.FAULT, "backwards")
    SENSOR_FROZEN = ("T9", Reason.FAULT, "frozen")
    SENSORS_APART = ("T9", Reason.FAULT, "apart")
    SENSOR_ZERO = ("T9", Reason.FAULT, "zero")
    SENSOR_WILD = ("T9", Reason.FAULT, "wild")
    MOTOR_STRAINED = ("T7", Reason.FAULT, "strained")
    MOTOR_OVERDRAWN = ("T7", Reason.FAULT, "overdrawn")
    GATE_OFF = ("T14", Reason.FAULT, "gate off")
    GATE_ON = ("T14", Reason.FAULT, "gate on")
    ENDS_BOTH = ("T14", Reason.FAULT, "both ends")
    END_STUCK = ("T14", Reason.FAULT, "end stuck")
    END_EARLY = ("T14", Reason.FAULT, "end early")
    LOST = ("T14", Reason.FAULT, "lost")
    MOTOR = ("T7", Reason.FAULT, "motor")
    LINK = ("T11", Reason.FAULT, "link")
    RESET = ("T11", Reason.FAULT, "reset")
    SELF_TEST = ("T11", Reason.FAULT, "self-test")
    ADC = ("T11", Reason.FAULT, "adc")
    MEMORY = ("T11", Reason.FAULT, "memory")
    LATE = ("T13", Reason.FAULT, "late")
    POWER = ("-", Reason.POWER, "power")
    ASTRAY = ("-", Reason.FAULT, "astray")

    def __init__(self, rule: str, reason: Reason, key: str) -> None:
        self.rule, self.reason, self.key = rule, reason, key


CUTS: dict[Cut, Trip] = {cut: Trip[cut.name] for cut in Cut}
"""What a cut of the machine's own means here. One without a trip is found before anything runs."""
ROUNDING_S = 1e-6
"""Sample times are sums of floats; no window may grow by a sample because of it."""


class Odd(NamedTuple):
    """Memory of what seldom happens; `NOTHING_ODD` as long as nothing does."""

    wilds_at_s: tuple[float, ...] = ()
    gaps_at_s: tuple[float, ...] = ()
    dose: tuple[tuple[float, float], ...] = ()  # (at_s, kPa*s) of what exceeded
    rose_at_s: float = -inf  # a rise fit for pain was last seen
    apart_since_s: float = inf  # the channels disagree since
    status_samples: int = 0  # in a row, not OK
    zero_samples: int = 0  # in a row, below zero
    over_samples: int = 0  # in a row, over the level


NOTHING_ODD = Odd()
"""The healthy case, recognised by identity."""


class Watch(NamedTuple):
    """Memory of all detectors."""

    now_s: float  # of the last tick
    sample_at_s: float = -inf
    older_kpa: float = 0.0
    last_kpa: float = 0.0
    median_kpa: float = 0.0
    rise_kpa: float = 0.0  # over `rise_window_s`, of the median
    window: tuple[float, ...] = ()  # at_s, median, at_s, median, ...
    light_since_s: float = -inf  # under the weight of a foot since; inf: a foot is on
    heavy_since_s: float = inf  # overloaded since
    steady_since_s: float = inf  # a foot that may be massaged since
    changed_at_s: float = -inf  # the value last changed, or the roller last stood
    resting_kpa: float = 0.0  # slow mean
    odd: Odd = NOTHING_ODD
    tardies_at_s: tuple[float, ...] = ()  # ticks that came late
