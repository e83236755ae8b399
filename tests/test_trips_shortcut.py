"""The calm shortcut of `look` is only a shortcut: all detectors give the same answer."""

from dataclasses import replace
from math import nan

from hypothesis import example, given
from hypothesis import strategies as st

from controller.limits import Limits
from controller.trips import look
from controller.watch import NOTHING_ODD, Odd, Watch
from hardware.roller import Sample, SensorStatus
from tests.kernel_world import RATES_HZ

SAMPLES = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from((20.0, 20.1, 0.0, 3.9, -4.0, -4.1, 35.2, 37.5, 37.6, 75.0, 75.1)),
            st.floats(-10.0, 90.0),
            st.just(nan),
        ),
        st.sampled_from((0.0, 0.0, 0.0, 6.0, 6.1, -7.0, None)),  # how far channel B is off
        st.sampled_from((1, 1, 1, 1, 2, 3, 11)),  # ticks between samples
        st.sampled_from((SensorStatus.OK,) * 5 + (SensorStatus.SATURATED, SensorStatus.OPEN)),
        st.sampled_from((1, 1, 1, 5)),  # ticks that it lasts
    ),
    max_size=40,
)


@given(
    samples=SAMPLES,
    rate_hz=st.sampled_from(RATES_HZ),
    live=st.booleans(),
    reference_kpa=st.sampled_from((6.0, 25.0, 40.0)),
)
@example(
    samples=[(24.0, 0.0, 1, SensorStatus.OK, 5), (3.0, 0.0, 1, SensorStatus.OK, 5)],
    rate_hz=1000,
    live=True,
    reference_kpa=25.0,
)
def test_the_shortcut_gives_the_same_answer_as_all_detectors(
    samples: list[tuple[float, float | None, int, SensorStatus, int]],
    rate_hz: int,
    live: bool,
    reference_kpa: float,
) -> None:
    """An `Odd` that equals `NOTHING_ODD` and is not it makes `look` take the long way."""
    limits = replace(Limits(), tick_s=1 / rate_hz)
    short = long = Watch(-1 / rate_hz)
    tick = 0
    for kpa, off_kpa, pause, status, count in samples:
        for _ in range(count):
            tick += pause
            now_s = tick / rate_hz
            other_kpa = None if off_kpa is None else kpa + off_kpa
            sample = Sample(now_s, kpa, other_kpa, status, gate_on=True)
            if long.odd is NOTHING_ODD:
                long = long._replace(odd=Odd())
            short, one = look(short, sample, live, live, reference_kpa, limits, now_s)
            long, other = look(long, sample, live, live, reference_kpa, limits, now_s)
            assert one is other
            assert repr(short) == repr(long)  # NaN is equal to itself here
