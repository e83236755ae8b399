"""What a roller is: the whole contract between the controller and any machine.

A roller is read once per tick and driven once per tick, in that order, by one thread.
`read()` never blocks longer than a bus transfer and never invents a value: what it cannot
measure is NaN or None, what it could not measure again keeps its old `taken_at_s`.
`drive()` gives the power gate one edge if, and only if, `Drive.gate` is set: when the calls
cease, the gate drops by itself. A machine with a latch of its own latches while `Drive.latched`
is set; once it is not, it lets go of what stood then, as soon as it finds nothing wrong, and of
nothing else; one that has just been met, of one of `FRESH_CUTS`. `close()` leaves everything at
rest and may be called twice.
"""

from enum import Enum
from typing import NamedTuple, Protocol


class SensorStatus(Enum):
    """What the pressure channel says of itself, beside its value."""

    OK = "ok"
    OPEN = "open"  # wire off, element missing
    SHORTED = "shorted"
    SATURATED = "saturated"  # at the end of its range: the true pressure is at least this


class Cut(Enum):
    """What a machine with a mind of its own may have latched, by itself and before us."""

    STOP = "stop"  # the wired switch, or a stop that it was sent
    LEVEL = "level"
    RISE = "rise"
    SENSOR_OPEN = "sensor open"
    SENSOR_SATURATED = "sensor saturated"
    SENSOR_SILENT = "sensor silent"
    SENSOR_FROZEN = "sensor frozen"
    SENSORS_APART = "sensors apart"
    SENSOR_ZERO = "sensor zero"
    SENSOR_WILD = "sensor wild"
    ADC = "adc"  # its converter fails the check against a known voltage
    LINK = "link"  # nothing came over the wire for too long, in either direction
    GATE_OFF = "gate off"
    GATE_ON = "gate on"
    ENDS_BOTH = "both ends"
    END_STUCK = "end stuck"
    RESET = "reset"
    SELF_TEST = "self-test"
    MOTOR = "motor"
    MEMORY = "memory"


FRESH_CUTS = (Cut.RESET, Cut.STOP, Cut.LINK)
"""What a machine may have latched when it is met, with nothing wrong: it has just got its power, or
whoever drove it before has stopped it and left, or was killed while it moved."""


class Buttons(NamedTuple):
    """Levels of the device's own buttons, not debounced: True while held down."""

    start: bool = False
    plus: bool = False
    minus: bool = False


class Sample(NamedTuple):
    """One reading of everything the machine can tell."""

    taken_at_s: float  # when the pressure was sampled, on the loop's clock
    pressure_kpa: float  # channel A under the head, about 0..200; NaN: unreadable
    pressure_b_kpa: float | None = None  # channel B, None: not fitted
    sensor: SensorStatus = SensorStatus.OK
    motor_current_ma: float | None = None  # magnitude, 0..; None: not fitted
    heel_end_open: bool = False  # normally closed limit switch at home is open
    toe_end_open: bool = False
    stop_pressed: bool = False  # the wired stop switch, read back
    gate_on: bool | None = None  # sensed downstream of the gate; None: no gate is wired
    buttons: Buttons = Buttons()
    cut: Cut | None = None  # None: nothing is latched in the machine, or it has no latch


class RawPressure(NamedTuple):
    """What the converters say of the pressure elements, to calibrate by."""

    pressure_a: float  # 0..1 of the range
    pressure_b: float | None  # None: not fitted


class Drive(NamedTuple):
    """What the motor and its gate shall do until the next tick."""

    duty: float  # -1..1 of the supply voltage, positive toward the toes
    brake: bool  # at duty 0: short the motor's terminals through the driver
    enabled: bool  # the driver's enable line
    gate: bool  # give the power gate its edge this tick
    latched: bool = False  # a stop is latched: a machine with a latch of its own latches, too
    reference_kpa: float = 0.0  # pressure expected here, for its own rules; 0: none, the tightest


REST = Drive(duty=0.0, brake=False, enabled=False, gate=False)
BRAKE = Drive(duty=0.0, brake=True, enabled=True, gate=False)
LATCHED_REST = REST._replace(latched=True)
LATCHED_BRAKE = BRAKE._replace(latched=True)


class Roller(Protocol):
    """A machine that can be read and driven. Units and ranges: `Sample` and `Drive`."""

    @property
    def name(self) -> str:
        """What a person calls this machine, e.g. "roller on this Pi"."""

    def read(self) -> Sample:
        """Return the newest sample. Raises `HardwareError` when the machine cannot answer."""

    def drive(self, drive: Drive) -> None:
        """Apply `drive` at once. Raises `ValueError` for a duty outside -1..1 or NaN."""

    def close(self) -> None:
        """Come to rest and release the machine."""
