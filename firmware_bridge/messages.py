"""The frames of the wire and their tables. Made from `protocol.toml` by `make generate`."""

from enum import IntEnum
from typing import NamedTuple

from firmware_bridge.layout import Direction, Field, Framing, Layout

VERSION = 1
BAUD = 115200
LEASE_MS = 25
HEARTBEAT_MS = 10
SOFT_RESTART_MS = 200
SOFT_RESTARTS = 3
SOFT_RESTARTS_MS = 60000
SOFT_SLEW_PER_S = 44
SAMPLE_HZ = 1000
CRC_BITS = 21
CRC_POLYNOMIAL = 0x302899
FRAMINGS = {
    Direction.TO_MCU: Framing(frame_bytes=8, crc_start=0x11A63E),
    Direction.TO_HOST: Framing(frame_bytes=16, crc_start=0x11A63C),
}


class CutCode(IntEnum):
    """What the microcontroller has latched."""

    NONE = 0  # nothing is cut
    STOP = 1  # a stop control, or STOP from the host
    LEVEL = 2  # T1: pressure
    RISE = 3  # T2: pressure rose
    SENSOR_OPEN = 4  # T9: wire off
    SENSOR_SATURATED = 5  # T9: at the end of its range at rest
    SENSOR_SILENT = 6  # T9: no new sample, or too many gaps
    SENSOR_FROZEN = 7  # T9: the same value while moving
    SENSORS_APART = 8  # T9: two channels disagree
    SENSOR_ZERO = 9  # T9: the zero drifted
    SENSOR_WILD = 10  # T9: too many wild samples
    ADC = 11  # the converter's reference channel is off
    LINK = 12  # T11: the host was silent too long or too often
    GATE_OFF = 13  # T14: gate sensed off while pulsed
    GATE_ON = 14  # gate sensed on without its pulse
    ENDS_BOTH = 15  # T14: both ends open at once
    END_STUCK = 16  # T14: an end that was left stays open
    RESET = 17  # it was reset
    SELF_TEST = 18  # a self-test failed
    MOTOR = 19  # T7: motor
    MEMORY = 20  # a value in memory failed its check


class ParameterIndex(IntEnum):
    """What SET sets."""

    A_ZERO = 0  # channel A without a load
    A_SPAN = 1  # channel A, what 75 kPa adds; with the zero at most 1000
    B_ZERO = 2  # channel B without a load
    B_SPAN = 3  # channel B, from 60; 0: not fitted
    LEVEL = 4  # pressure that is pain (T1)
    MOST_DUTY = 5  # most duty in a session
    SERVICE_DUTY = 6  # most duty in service
    FITTED = 7  # what this machine has


class Fitted(IntEnum):
    """Bits of what a machine has, or a firmware can use."""

    GATE = 1  # a power gate with its sense
    CURRENT = 2  # a current sensor
    ENCODER = 4  # an encoder


class ResetCause(IntEnum):
    """Bits of what reset the microcontroller."""

    POWER_ON = 1  # power came
    EXTERNAL = 2  # the reset line
    BROWN_OUT = 4  # the supply sagged
    WATCHDOG = 8  # the firmware hung


class Failed(IntEnum):
    """Bits of the self-tests that failed."""

    FLASH = 1  # CRC of the program memory
    RAM = 2  # march over the memory
    ADC = 4  # the converter's reference channel
    WATCHDOG = 8  # the watchdog did not bite


PARAMETER_BOUNDS = {
    ParameterIndex.A_ZERO: (0, 400),  # counts
    ParameterIndex.A_SPAN: (60, 900),  # counts
    ParameterIndex.B_ZERO: (0, 400),  # counts
    ParameterIndex.B_SPAN: (0, 900),  # counts
    ParameterIndex.LEVEL: (4000, 7500),  # 10 Pa
    ParameterIndex.MOST_DUTY: (50, 350),  # 1/500
    ParameterIndex.SERVICE_DUTY: (20, 160),  # 1/500
    ParameterIndex.FITTED: (0, 7),  # bits
}


class Stop(NamedTuple):
    """Latch the stop: acted on in the receive path, whatever its sequence and session."""

    sequence: int  # 0..255: one more with every frame a sender sends
    session: int  # 0..63: the session it belongs to; 0: none


class Drive(NamedTuple):
    """What the motor and its gate shall do while the lease lasts."""

    sequence: int  # 0..255: one more with every frame a sender sends
    session: int  # 0..63: the session it belongs to; 0: none
    duty: int  # -500..500: 1/500 of the supply, positive toward the toes
    brake: bool  # at duty 0: short the motor's terminals
    enabled: bool  # the driver's enable line
    gate: bool  # pulse the power gate
    reference_kpa: int  # 6..37: pressure expected here, for T2


class Acknowledge(NamedTuple):
    """A person has acknowledged this cut."""

    sequence: int  # 0..255: one more with every frame a sender sends
    session: int  # 0..63: the session it belongs to; 0: none
    cut: int  # 1..20: the cut that is acknowledged


class Hello(NamedTuple):
    """Ask who is there: its sequence is the new base, and it ends lease and session."""

    sequence: int  # 0..255: one more with every frame a sender sends
    session: int  # 0..63: the session it belongs to; 0: none


class Set(NamedTuple):
    """Set one parameter; only while nothing moves."""

    sequence: int  # 0..255: one more with every frame a sender sends
    session: int  # 0..63: the session it belongs to; 0: none
    parameter: int  # 0..7: which parameter
    value: int  # 0..8191: in the parameter's unit


class Status(NamedTuple):
    """What was sampled, and what is cut: the answer to a command, and the heartbeat."""

    sequence: int  # 0..255: one more with every frame a sender sends
    session: int  # 0..63: the session it belongs to; 0: none
    tick_ms: int  # 0..4095: when, modulo 4096
    pressure_a: int  # 0..1023: counts of the converter
    pressure_b: int  # 0..1023: counts of the converter
    current: int  # 0..1023: counts of the converter
    heel_end_open: bool  # the limit switch at home is open
    toe_end_open: bool  # the other limit switch is open
    stop_pressed: bool  # the wired stop switch, read back
    gate_on: bool  # sensed downstream of the gate
    start_down: bool  # button, not debounced
    plus_down: bool  # button, not debounced
    minus_down: bool  # button, not debounced
    cut: int  # 0..20: the first reason, latched; 0: none
    foot_on: bool  # a foot is on the roller
    configured: bool  # every parameter was set
    driving: bool  # the motor is powered
    encoder: int  # 0..1023: steps, modulo 1024
    restarts: int  # 0..7: soft restarts, modulo 8


class Identity(NamedTuple):
    """Who is there, and how it came up: the answer to HELLO. Never changes its layout."""

    sequence: int  # 0..255: one more with every frame a sender sends
    session: int  # 0..63: the session it belongs to; 0: none
    protocol: int  # 0..127: version of this table
    major: int  # 0..31: firmware
    minor: int  # 0..127: firmware
    capabilities: int  # 0..255: bits of what is built in
    reset_cause: int  # 0..15: bits of what reset it
    self_test: int  # 0..255: bits of what failed; 0: all passed
    flash_crc: int  # 0..65535: of the program memory
    boots: int  # 0..255: resets, modulo 256


class Parameter(NamedTuple):
    """A parameter as it is now in force: the answer to SET."""

    sequence: int  # 0..255: one more with every frame a sender sends
    session: int  # 0..63: the session it belongs to; 0: none
    parameter: int  # 0..7: which parameter
    value: int  # 0..8191: in the parameter's unit
    accepted: bool  # what SET asked for was taken


HostFrame = Stop | Drive | Acknowledge | Hello | Set
McuFrame = Status | Identity | Parameter
Frame = HostFrame | McuFrame

COMMON = (
    Field("sequence", 8, 0, 255),
    Field("session", 6, 0, 63),
)
LAYOUTS: dict[type[Frame], Layout] = {
    Stop: Layout("STOP", Direction.TO_MCU, 0, COMMON),
    Drive: Layout(
        "DRIVE",
        Direction.TO_MCU,
        1,
        (
            *COMMON,
            Field("duty", 10, -500, 500, -512),
            Field("brake", 1, 0, 1),
            Field("enabled", 1, 0, 1),
            Field("gate", 1, 0, 1),
            Field("reference_kpa", 5, 6, 37, 6),
        ),
    ),
    Acknowledge: Layout(
        "ACKNOWLEDGE",
        Direction.TO_MCU,
        2,
        (
            *COMMON,
            Field("cut", 5, 1, 20),
        ),
    ),
    Hello: Layout("HELLO", Direction.TO_MCU, 3, COMMON),
    Set: Layout(
        "SET",
        Direction.TO_MCU,
        4,
        (
            *COMMON,
            Field("parameter", 5, 0, 7),
            Field("value", 13, 0, 8191),
        ),
    ),
    Status: Layout(
        "STATUS",
        Direction.TO_HOST,
        0,
        (
            *COMMON,
            Field("tick_ms", 12, 0, 4095),
            Field("pressure_a", 10, 0, 1023),
            Field("pressure_b", 10, 0, 1023),
            Field("current", 10, 0, 1023),
            Field("heel_end_open", 1, 0, 1),
            Field("toe_end_open", 1, 0, 1),
            Field("stop_pressed", 1, 0, 1),
            Field("gate_on", 1, 0, 1),
            Field("start_down", 1, 0, 1),
            Field("plus_down", 1, 0, 1),
            Field("minus_down", 1, 0, 1),
            Field("cut", 5, 0, 20),
            Field("foot_on", 1, 0, 1),
            Field("configured", 1, 0, 1),
            Field("driving", 1, 0, 1),
            Field("encoder", 10, 0, 1023),
            Field("restarts", 3, 0, 7),
        ),
    ),
    Identity: Layout(
        "IDENTITY",
        Direction.TO_HOST,
        1,
        (
            *COMMON,
            Field("protocol", 7, 0, 127),
            Field("major", 5, 0, 31),
            Field("minor", 7, 0, 127),
            Field("capabilities", 8, 0, 255),
            Field("reset_cause", 4, 0, 15),
            Field("self_test", 8, 0, 255),
            Field("flash_crc", 16, 0, 65535),
            Field("boots", 8, 0, 255),
        ),
    ),
    Parameter: Layout(
        "PARAMETER",
        Direction.TO_HOST,
        2,
        (
            *COMMON,
            Field("parameter", 5, 0, 7),
            Field("value", 13, 0, 8191),
            Field("accepted", 1, 0, 1),
        ),
    ),
}
