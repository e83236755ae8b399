"""What a fault makes of a reading of channel A, and the proof that it did.

What the converter's own code would show is passed through the product's nominal calibration, as
on a machine.
"""

from collections.abc import Callable
from math import isfinite, isnan
from random import Random
from statistics import pstdev

from hardware.calibration import Element
from hardware.errors import ReadError
from hardware.roller import Sample, SensorStatus
from sim.faults.fault import Begin, Proof
from sim.faults.machine import Read
from sim.faults.scene import Scene

PARTED_KPA = 10.0
CODES = 1024
"""Of a 10-bit converter."""
ELEMENT = Element()
Change = Callable[[Sample], Sample]
Shows = Callable[[list[Read]], bool]


def spoilt(make: Callable[[Scene], Change], shows: Shows) -> Begin:
    """Every reading from now on goes through what `make` makes; `shows` is the proof."""

    def begin(scene: Scene) -> Proof:
        scene.wires.reading.append(make(scene))
        return lambda: shows(scene.wires.read_so_far)

    return begin


def each(change: Change) -> Callable[[Scene], Change]:
    """A change without a memory."""
    return lambda _scene: change


def channel_a(kpa: Callable[[float], float]) -> Callable[[Scene], Change]:
    """Channel A reads something else."""
    return each(lambda sample: sample._replace(pressure_kpa=kpa(sample.pressure_kpa)))


def coded(raw: float) -> Change:
    """Channel A's converter reads `raw`, 0..1."""
    reading = ELEMENT.reading(raw)
    return lambda sample: sample._replace(pressure_kpa=reading.pressure_kpa, sensor=reading.status)


def off(by_kpa: float) -> Shows:
    """Some reading was wrong by more than that."""
    return lambda reads: any(
        not (abs(one.given.pressure_kpa - one.true.pressure_kpa) <= by_kpa) for one in reads
    )


def no_number(reads: list[Read]) -> bool:
    return any(isnan(one.given.pressure_kpa) for one in reads)


def says(status: SensorStatus) -> Shows:
    return lambda reads: any(one.given.sensor is status for one in reads)


def repeats(reads: list[Read]) -> bool:
    """The truth changed, what was given did not."""
    last = reads[-50:]
    return (
        len({one.given.pressure_kpa for one in last})
        == 1
        < len({one.true.pressure_kpa for one in last})
    )


def old(reads: list[Read]) -> bool:
    """What was given was older than a tick."""
    return any(one.true.taken_at_s - one.given.taken_at_s > 0.006 for one in reads)


def frozen(scene: Scene) -> Change:
    kept: list[float] = []

    def change(sample: Sample) -> Sample:
        kept.append(sample.pressure_kpa)
        return sample._replace(pressure_kpa=kept[0])

    return change


def drift(kpa_s: float) -> Callable[[Scene], Change]:
    def make(scene: Scene) -> Change:
        return lambda one: one._replace(
            pressure_kpa=one.pressure_kpa + kpa_s * (scene.plant.now_s() - scene.begun_s)
        )

    return make


def noise(times: float) -> Callable[[Scene], Change]:
    """So much more noise; the channel's own has 0.5 kPa."""

    def make(scene: Scene) -> Change:
        gauss, more_kpa = Random(7).gauss, 0.5 * (times**2 - 1.0) ** 0.5
        return lambda one: one._replace(pressure_kpa=one.pressure_kpa + gauss(0.0, more_kpa))

    return make


def noisier(times: float) -> Shows:
    least_kpa = 0.7 * 0.5 * (times**2 - 1.0) ** 0.5

    def shows(reads: list[Read]) -> bool:
        off_kpa = [one.given.pressure_kpa - one.true.pressure_kpa for one in reads]
        known_kpa = [kpa for kpa in off_kpa if isfinite(kpa)]
        return len(known_kpa) > 10 and pstdev(known_kpa) > least_kpa

    return shows


def spike(samples: int, kpa: float) -> Callable[[Scene], Change]:
    """So many samples are too high."""

    def make(scene: Scene) -> Change:
        left = [kpa] * samples
        return lambda one: one._replace(
            pressure_kpa=one.pressure_kpa + (left.pop() if left else 0.0)
        )

    return make


def spiked(samples: int) -> Shows:
    return lambda reads: (
        samples == sum(one.given.pressure_kpa - one.true.pressure_kpa > 50.0 for one in reads)
    )


def garbage(scene: Scene) -> Change:
    rng = Random(11)
    return lambda sample: coded(rng.random())(sample)  # noqa: PLW0108 - each time another


def swapped_bytes(sample: Sample) -> Sample:
    """The converter's two bytes, the wrong way round."""
    code = round(ELEMENT.raw_at(max(sample.pressure_kpa, 0.0) / 1.25) * (CODES - 1))
    return coded((code >> 8 | (code & 0xFF) << 8) % CODES / (CODES - 1))(sample)


def held(period_s: float) -> Callable[[Scene], Change]:
    """A new sample only once in `period_s`; until then the old one, with its own time."""

    def make(scene: Scene) -> Change:
        kept: list[Sample] = []

        def change(sample: Sample) -> Sample:
            if not kept or sample.taken_at_s - kept[-1].taken_at_s >= period_s:
                kept.append(sample)
            last = kept[-1]
            return sample._replace(
                taken_at_s=last.taken_at_s,
                pressure_kpa=last.pressure_kpa,
                pressure_b_kpa=last.pressure_b_kpa,
            )

        return change

    return make


def delayed(seconds: float) -> Callable[[Scene], Change]:
    """Every sample comes so much later, with the time at which it was taken."""

    def make(scene: Scene) -> Change:
        queue: list[Sample] = []

        def change(sample: Sample) -> Sample:
            queue.append(sample)
            while len(queue) > 1 and queue[1].taken_at_s <= sample.taken_at_s - seconds:
                queue.pop(0)
            late = queue[0]
            return sample._replace(
                taken_at_s=late.taken_at_s,
                pressure_kpa=late.pressure_kpa,
                pressure_b_kpa=late.pressure_b_kpa,
            )

        return change

    return make


def intermittent(sample: Sample) -> Sample:
    """A loose contact: 40 ms of every 200 without the element."""
    return coded(0.0)(sample) if sample.taken_at_s % 0.2 < 0.04 else sample


def swapped(sample: Sample) -> Sample:
    other_kpa = sample.pressure_b_kpa
    if other_kpa is None:
        return sample
    return sample._replace(pressure_kpa=other_kpa, pressure_b_kpa=sample.pressure_kpa)


def parted(sample: Sample) -> Sample:
    """Channel B reads less than A."""
    return sample._replace(pressure_b_kpa=sample.pressure_kpa - PARTED_KPA)


def apart(reads: list[Read]) -> bool:
    """All that was given was so far apart."""
    return all(
        (one.given.pressure_b_kpa or 0.0) < one.given.pressure_kpa - 0.9 * PARTED_KPA
        for one in reads
    )


def interfered(scene: Scene) -> Change:
    """While the motor is driven, every other sample is 25 kPa off."""
    odd = [0]

    def change(sample: Sample) -> Sample:
        odd[0] += 1
        hit = scene.plant.truth().motor_powered and odd[0] % 2
        return sample._replace(pressure_kpa=sample.pressure_kpa + 25.0) if hit else sample

    return change


def rezeroed(kpa: float) -> Change:
    """The zero of both channels was taken with a foot of `kpa` on."""

    def change(sample: Sample) -> Sample:
        other_kpa = sample.pressure_b_kpa
        return sample._replace(
            pressure_kpa=sample.pressure_kpa - kpa,
            pressure_b_kpa=None if other_kpa is None else other_kpa - kpa,
        )

    return change


def halved(scene: Scene) -> Proof:
    """Half of little is not much less: it shows under a leg that rests heavier."""
    scene.plant.lean(6.0)
    return spoilt(channel_a(lambda kpa: kpa * 0.5), off(6.0))(scene)


def raises(scene: Scene) -> Proof:
    """The driver of the sensor's bus raises."""
    raised: list[float] = []

    def change(_sample: Sample) -> Sample:
        raised.append(scene.plant.now_s())
        raise ReadError("the bus gives an error: look at its wires")

    scene.wires.reading.append(change)
    return lambda: bool(raised)


def hangs(scene: Scene) -> Proof:
    """One read takes two seconds; the world goes on meanwhile."""
    at_s: list[float] = []

    def change(sample: Sample) -> Sample:
        if not at_s:
            at_s.append(scene.plant.now_s())
            scene.hang(2.0)
            at_s.append(scene.plant.now_s())
        return sample

    scene.wires.reading.append(change)
    return lambda: at_s[-1] - at_s[0] > 1.9
