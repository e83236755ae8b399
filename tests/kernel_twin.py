"""The kernel's detectors and the microcontroller's, side by side on the same samples.

A line of 8 counts a kPa makes every pressure and every limit a whole number of counts, and exact in
floats, too. Where the two differ on purpose (docs/decisions/0022-two-rules-of-one-meaning.md)
the kernel is given the microcontroller's number; half a millisecond keeps a count of milliseconds
clear of the rounding of seconds.
"""

from dataclasses import replace
from typing import Any

from controller.limits import Limits
from controller.trips import look
from controller.watch import Trip, Watch
from hardware.roller import Sample, SensorStatus
from tests.firmware_host import BANDGAP, cut, rules

ZERO, SPAN = 120, 600
COUNTS_PER_KPA = 8
CALM = ZERO + 20 * COUNTS_PER_KPA
SATURATED, OPEN = 1013, 20
LEAD_IN_MS = 30
TWIN_LIMITS = replace(
    Limits(),
    tick_s=0.001,
    stale_s=0.0195,  # told with the 20th tick without a sample
    gap_s=0.0105,
    frozen_s=0.1995,
    apart_s=0.0485,  # told with the 50th sample
)

TRIPS = {
    Trip.SENSOR_OPEN: cut("SENSOR_OPEN"),
    Trip.SENSOR_SATURATED: cut("SENSOR_SATURATED"),
    Trip.SENSOR_SILENT: cut("SENSOR_SILENT"),
    Trip.SENSOR_GAPS: cut("SENSOR_SILENT"),
    Trip.SENSOR_FROZEN: cut("SENSOR_FROZEN"),
    Trip.SENSORS_APART: cut("SENSORS_APART"),
    Trip.SENSOR_ZERO: cut("SENSOR_ZERO"),
    Trip.SENSOR_WILD: cut("SENSOR_WILD"),
}
"""T9 in both languages."""
PAIN = {Trip.LEVEL: 1, Trip.RISE: 2}
"""T1 and T2 in both; the kernel names the first."""


def kpa(counts: int) -> float:
    """The pressure of a reading."""
    return (counts - ZERO) / COUNTS_PER_KPA


def status(counts: int) -> SensorStatus:
    """What the hardware layer says of a reading."""
    if counts >= SATURATED:
        return SensorStatus.SATURATED
    return SensorStatus.OPEN if counts < OPEN else SensorStatus.OK


class Kernel:
    """The detectors of the kernel, a millisecond at a time."""

    def __init__(self, reference_kpa: int = 25) -> None:
        self.reference_kpa = float(reference_kpa)
        self.watch = Watch(-0.001)
        self.now_ms = 0
        self.last = Sample(0.0, kpa(CALM), kpa(CALM))

    def feed(
        self, counts: tuple[int, int] | None, live: bool, rolling: bool | None = None
    ) -> Trip | None:
        """One tick, with a sample or without; the first trip found."""
        now_s = self.now_ms / 1000
        if counts is not None:
            a, b = counts
            self.last = Sample(now_s, kpa(a), kpa(b), status(a))
        rolls = live if rolling is None else rolling
        self.watch, trip = look(
            self.watch, self.last, live, rolls, self.reference_kpa, TWIN_LIMITS, now_s
        )
        self.now_ms += 1
        return trip


class Fast:
    """The microcontroller's fast path, with limits that it made itself."""

    def __init__(self, reference_kpa: int = 25) -> None:
        build = rules()
        self.ffi, self.fold = build.ffi, build.c.channel_fold
        self.channel = self.ffi.new("struct channel *")
        build.c.channel_begin(self.channel, CALM)
        line = self.ffi.new("struct line *", {"zero": ZERO, "span": SPAN})
        rise = max(1000, reference_kpa * 40)
        self.channel.limits = {
            "level": ZERO + build.c.counts_of(line, 7500),
            "rise": build.c.counts_of(line, rise),
            "above": ZERO + build.c.counts_of(line, reference_kpa * 100 + 750),
        }

    def feed(self, counts: int, live: bool) -> int:
        """One sample; the first pain found, 0: none. It was known before the sample came."""
        known = counts >= self.channel.hurts_from
        hurts = int(self.fold(self.channel, counts, live))
        assert not live or known == (hurts != 0)
        return hurts & 1 or hurts


class Slow:
    """The microcontroller's look at its sensors, each tick."""

    def __init__(self) -> None:
        build = rules()
        self.c = build.c
        self.sensors = build.ffi.new("struct sensors *")
        self.read = build.ffi.new("struct readings *", {"bandgap": BANDGAP})
        self.lines = build.ffi.new("struct line[2]", [{"zero": ZERO, "span": SPAN}] * 2)
        for line in (0, 1):
            self.c.line_limits(self.lines + line)
        self.c.sensors_begin(self.sensors)

    def feed(self, counts: tuple[int, int] | None, live: bool, rolling: bool | None = None) -> int:
        """One tick, with a sample or without; the cut that it asks for."""
        self.read.samples = counts is not None
        if counts is not None:
            self.read.counts = counts
        rolls = live if rolling is None else rolling
        return int(self.c.sensors_fault(self.sensors, self.read, self.lines, live, rolls))


class Start:
    """A pair of twins after the same calm, to begin any number of traces from."""

    def __init__(self, kernel: Kernel, twin: Any, memory: str) -> None:
        self.kernel, self.twin, self.memory = kernel, twin, memory
        self.watch, self.now_ms, self.last = kernel.watch, kernel.now_ms, kernel.last
        self.kept = rules().ffi.buffer(getattr(twin, memory))[:]

    def again(self) -> None:
        """Both as they were."""
        self.kernel.watch, self.kernel.now_ms = self.watch, self.now_ms
        self.kernel.last = self.last
        rules().ffi.buffer(getattr(self.twin, self.memory))[:] = self.kept


def calm_fast(reference_kpa: int = 25) -> Start:
    """Kernel and fast path, calm."""
    kernel, fast = Kernel(reference_kpa), Fast(reference_kpa)
    for tick in range(LEAD_IN_MS):
        counts = CALM + tick % 2
        assert kernel.feed((counts, counts), True) is None
        assert fast.feed(counts, True) == 0
    return Start(kernel, fast, "channel")


def calm_slow(live: bool) -> Start:
    """Kernel and sensors' look, calm."""
    kernel, slow = Kernel(), Slow()
    for tick in range(LEAD_IN_MS):
        pair = (CALM + tick % 2, CALM + tick % 2)
        assert kernel.feed(pair, live, True) is None
        assert slow.feed(pair, live, True) == 0
    return Start(kernel, slow, "sensors")
