"""Two languages, one rule: the microcontroller answers as the kernel does, trace by trace.

The kernel's own detectors are the yardstick. Equal answers are evidence, no proof; what is proven
is in firmware/proofs.
"""

import random
from collections.abc import Callable, Iterable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.watch import Trip
from hardware.roller import SensorStatus
from tests.firmware_host import cut
from tests.kernel_twin import CALM, PAIN, SPAN, TRIPS, ZERO, Start, calm_fast, calm_slow, status

LEVEL = ZERO + SPAN
EDGES = (CALM, CALM + 80, CALM + 81, CALM + 100, CALM + 101, LEVEL, LEVEL + 1, 1013, ZERO)
"""Readings at the limits of T1 and T2 with a reference of 25 kPa."""
TOLD = Callable[[str, object], None]


def same_pain(start: Start, samples: Iterable[tuple[int, bool]]) -> None:
    """Every sample of one trace is pain to both, of the same kind, or to neither."""
    start.again()
    for counts, live in samples:
        trip = start.kernel.feed((counts, counts), live)
        told = start.twin.feed(counts, live)
        assert told == (PAIN.get(trip, 0) if trip else 0), (counts, live, trip)


def test_pain_at_every_edge(record_property: TOLD) -> None:
    start, traces = calm_fast(), 0
    for trace in product(EDGES, repeat=4):
        same_pain(start, [(one, True) for one in trace])
        traces += 1
    record_property("figure", f"{traces} traces: T1 and T2 at their edges, both languages")


@pytest.mark.long
def test_pain_at_every_edge_moving_or_not(record_property: TOLD) -> None:
    start, traces = calm_fast(), 0
    for trace in product(EDGES, repeat=5):
        live = [bool(sum(trace) >> place & 1) for place in range(5)]
        same_pain(start, zip(trace, live, strict=True))
        traces += 1
    record_property("figure", f"{traces} traces: T1 and T2, moving or not, both languages")


def rises(rng: random.Random, reference_kpa: int) -> list[tuple[int, bool]]:
    """Ramps, steps and spikes whose heights lie near the limits."""
    rise = max(80, 32 * reference_kpa // 10)
    above = ZERO + 8 * reference_kpa + 60
    trace: list[int] = []
    while len(trace) < 40:
        goal = rng.choice((CALM, above, above + 1, CALM + rise, CALM + rise + 1, LEVEL + 1))
        goal += rng.randint(-2, 2)
        steps = rng.choice((1, 1, 2, 3, 10, 20, 22))
        begin = trace[-1] if trace else CALM
        trace += [begin + (goal - begin) * (one + 1) // steps for one in range(steps)]
        trace += [goal] * rng.choice((0, 1, 2, 19, 20, 21))
    at_rest = rng.choice((0, 0, 0, rng.randint(1, 20)))
    return [(one, place >= at_rest) for place, one in enumerate(trace)]


def alike_rises(seed: int, traces: int) -> None:
    rng = random.Random(seed)
    starts = {one: calm_fast(one) for one in (6, 12, 20, 25, 26, 30, 37)}
    for _ in range(traces):
        reference_kpa = rng.choice(tuple(starts))
        same_pain(starts[reference_kpa], rises(rng, reference_kpa))


def test_rises_near_the_limits() -> None:
    alike_rises(1, 1_000)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 6))
def test_many_rises_near_the_limits(seed: int) -> None:
    alike_rises(seed, 4_000)


@settings(max_examples=300)
@given(
    reference_kpa=st.integers(6, 37),
    trace=st.lists(
        st.tuples(st.one_of(st.sampled_from(EDGES), st.integers(0, 1023)), st.booleans()),
        max_size=30,
    ),
)
def test_pain_whatever_is_read(reference_kpa: int, trace: list[tuple[int, bool]]) -> None:
    same_pain(calm_fast(reference_kpa), trace)


# T9.

Step = tuple[tuple[int, int] | None, bool, bool]
"""A pair of readings or none, live, rolling."""
LATE = {cut("SENSOR_FROZEN"), cut("SENSORS_APART"), cut("SENSOR_SILENT")}
"""Of two of these in the same tick either may be named first."""


def same_fault(start: Start, trace: Iterable[Step]) -> bool:
    """Both find the same first fault at the same tick, or none; whether one was found."""
    start.again()
    before = SensorStatus.OK
    for step in trace:
        now = before if step[0] is None else status(step[0][0])
        if {before, now} == {SensorStatus.OPEN, SensorStatus.SATURATED}:
            return False  # the kernel counts bad samples, the microcontroller those of a kind
        before = now
        trip = start.kernel.feed(*step)
        told = start.twin.feed(*step)
        if trip in PAIN or trip in (Trip.DOSE, Trip.FLINCH):
            return False  # pain is asked first; there the kernel does not look on
        expected = TRIPS[trip] if trip else 0
        assert told == expected or {told, expected} <= LATE, (step, trip)
        if told:
            return True
    return False


def single(counts: Iterable[int], rolling: bool = True) -> list[Step]:
    return [((one, one), False, rolling) for one in counts]


ODD = (CALM, CALM + 120, CALM + 121, CALM - 121, ZERO - 32, ZERO - 33, 20, 19, 1012, 1013)
"""Readings at the limits of T9."""


def test_samples_at_every_edge_of_plausible(record_property: TOLD) -> None:
    start = calm_slow(False)
    found = [same_fault(start, single(trace)) for trace in product(ODD, repeat=4)]
    assert sum(found) > 1_000
    record_property("figure", f"{len(found)} traces: T9 at its edges, both languages")


@pytest.mark.long
def test_longer_ways_along_the_edges_of_plausible(record_property: TOLD) -> None:
    start = calm_slow(False)
    edges = ODD[:7] + ODD[9:]
    found = [same_fault(start, single(trace)) for trace in product(edges, repeat=5)]
    assert sum(found) > 10_000
    record_property("figure", f"{len(found)} traces: T9, longer, both languages")


def wilds(rng: random.Random) -> list[Step]:
    """Spikes that are wild or just not, with pauses that add up to about a second."""
    counts: list[int] = []
    for _ in range(rng.randint(4, 6)):
        height = rng.choice((121, 121, 121, 120, -121)) + rng.choice((0, 30))
        pause = rng.choice((3, 90, 245, 251, 330, 340))
        counts += [CALM + height, *(CALM + 1 + one % 2 for one in range(pause))]
    return single(counts)


def gaps(rng: random.Random) -> list[Step]:
    """Ticks without a sample, few or too many."""
    trace: list[Step] = []
    for _ in range(rng.randint(2, 5)):
        missing = rng.choice((1, 9, 10, 11, 19, 20, 21))
        pause = rng.choice((3, 200, 480, 520))
        trace += [(None, False, True)] * missing
        trace += single(CALM + one % 2 for one in range(pause))
    return trace


def frozen(rng: random.Random) -> list[Step]:
    """Values that stand still, for nearly or just too long, rolling or not."""
    trace: list[Step] = []
    for _ in range(rng.randint(1, 3)):
        value, rolling = CALM + rng.randint(0, 9), rng.random() < 0.8
        trace += single([value] * rng.choice((10, 199, 200, 201, 202)), rolling)
    return trace


def apart(rng: random.Random) -> list[Step]:
    """Two elements that disagree, by nearly or just too much, for nearly or just too long."""
    trace: list[Step] = []
    base = rng.choice((CALM, CALM + 60, ZERO + 100))
    for _ in range(rng.randint(1, 4)):
        limit = rng.choice((48, (base - ZERO) // 4, (base - ZERO) // 3))
        off = rng.choice((-1, 1)) * (limit + rng.randint(-1, 2))
        count = rng.choice((1, 30, 48, 49, 50, 51))
        live = rng.random() < 0.3
        for one in range(count):
            a = base + one % 2
            trace.append(((a, max(40, a + off)), live, True))
        trace += single(base + one % 2 for one in range(rng.choice((0, 1, 20))))
    return trace


KINDS: tuple[Callable[[random.Random], list[Step]], ...] = (wilds, gaps, frozen, apart)


@pytest.mark.parametrize("kind", KINDS)
def test_faults_that_take_time(kind: Callable[[random.Random], list[Step]]) -> None:
    rng, start = random.Random(1), calm_slow(False)
    found = [same_fault(start, kind(rng)) for _ in range(40)]
    assert 1 < sum(found) < 40


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_many_faults_that_take_time(kind: Callable[[random.Random], list[Step]]) -> None:
    rng, start = random.Random(2), calm_slow(False)
    found = [same_fault(start, kind(rng)) for _ in range(1_000)]
    assert 100 < sum(found) < 1_000


@settings(max_examples=300)
@given(
    trace=st.lists(
        st.tuples(
            st.one_of(st.none(), st.sampled_from(ODD), st.integers(0, 1023)),
            st.sampled_from((1, 1, 2, 11, 60)),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_faults_whatever_is_read(trace: list[tuple[int | None, int, bool]]) -> None:
    same_fault(
        calm_slow(False),
        [
            (None if one is None else (one, one), False, rolling)
            for one, count, rolling in trace
            for _ in range(count)
        ],
    )
