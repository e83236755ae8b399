"""Going on with a drive while nothing happens is only a shortcut: the long way does the same."""

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.modes import NO_COURSE, Mode, Request
from controller.safety import step
from controller.watch import Reason
from tests.kernel_world import RATES_HZ, breathing, sample_of, world_in

ASKS: tuple[dict[str, Any], ...] = (
    {"level": 2},
    {"level": 9},
    {"speed_cm_s": -3.0},
    {"speed_cm_s": 0.0},
    {"reference_kpa": 6.0},
    *({name: True} for name in ("press", "pause", "change", "finished", "lost", "end", "stop")),
)  # fmt: skip
FELT: tuple[dict[str, Any], ...] = (
    {"heel_end_open": True},
    {"toe_end_open": True},
    {"stop_pressed": True},
    {"pressure_b_kpa": None},
    {"gate_on": None},
)


class Bit(NamedTuple):
    """Some ticks of one kind."""

    ticks: int
    kpa: float
    asks: dict[str, Any] = {}  # noqa: RUF012 - what changes in the request
    fields: dict[str, Any] = {}  # noqa: RUF012 - of the sample
    again: bool = False  # the request is a new object in every tick


BITS = st.lists(
    st.builds(
        Bit,
        st.sampled_from((1, 1, 2, 5, 30, 120)),
        st.sampled_from((20.0, 20.0, 20.0, 3.0, 27.0, 33.0, 39.0, 80.0)),
        st.sampled_from((*({},) * 10, *ASKS)),
        st.sampled_from((*({},) * 10, *FELT)),
        st.booleans(),
    ),
    max_size=12,
)


def taken_both_ways(mode: Mode, rate_hz: int, bits: list[Bit], **sitting: Any) -> int:
    """Drive the same bits both ways and compare every tick; return how many went on."""
    world = world_in(mode, rate_hz)
    limits, request = world.limits, world.request
    short = long = world.state._replace(sitting=world.state.sitting._replace(**sitting))
    taken, tick = 0, world.tick_number
    for bit in bits:
        request = request._replace(**bit.asks) if bit.asks else request
        for _ in range(bit.ticks):
            now_s = tick / rate_hz
            tick += 1
            request = Request(*request) if bit.again else request
            sample = sample_of(breathing(tick, bit.kpa), now_s, **bit.fields)
            course = short.course
            short, one = step(short, request, sample, limits, now_s)
            long = long._replace(course=NO_COURSE)
            long, other = step(long, request, sample, limits, now_s)
            taken += short.course is course and course is not NO_COURSE
            assert one == other
            assert short._replace(course=NO_COURSE) == long._replace(course=NO_COURSE)
    return taken


@given(
    mode=st.sampled_from((Mode.SOFT_START, Mode.RUNNING, Mode.EASED, Mode.WINDING_DOWN)),
    rate_hz=st.sampled_from(RATES_HZ),
    bits=BITS,
    ease=st.sampled_from((1.0, 1.0, 0.8)),
)
def test_the_short_way_and_the_long_way_agree(
    mode: Mode, rate_hz: int, bits: list[Bit], ease: float
) -> None:
    taken_both_ways(mode, rate_hz, bits, ease=ease)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("mode", [Mode.RUNNING, Mode.EASED])
def test_a_calm_roller_goes_on_without_asking_again(mode: Mode, rate_hz: int) -> None:
    taken = taken_both_ways(mode, rate_hz, [Bit(100, 20.0)], ease=0.8 if mode is Mode.EASED else 1)
    assert taken >= 98


@pytest.mark.parametrize("mode", [Mode.SOFT_START, Mode.WINDING_DOWN])
def test_a_roller_that_changes_its_speed_does_not(mode: Mode) -> None:
    assert taken_both_ways(mode, 250, [Bit(50, 20.0)]) == 0


def test_a_rule_that_waits_for_its_turn_gets_it() -> None:
    """At full speed a roller that was eased before is EASED one tick later."""
    assert taken_both_ways(Mode.SOFT_START, 250, [Bit(600, 20.0)], ease=0.8) > 100


@pytest.mark.parametrize("asks", ASKS)
def test_whatever_is_asked_ends_it(asks: dict[str, Any]) -> None:
    bits = [Bit(50, 20.0), Bit(1, 20.0, asks), Bit(50, 20.0)]
    assert taken_both_ways(Mode.RUNNING, 250, bits) < 100


@pytest.mark.parametrize("fields", FELT)
def test_whatever_the_machine_feels_ends_it(fields: dict[str, Any]) -> None:
    bits = [Bit(50, 20.0), Bit(50, 20.0, fields=fields), Bit(50, 20.0)]
    assert taken_both_ways(Mode.RUNNING, 250, bits) <= 100


@pytest.mark.parametrize("kpa", [3.0, 39.0, 80.0])
def test_whatever_the_foot_does_ends_it(kpa: float) -> None:
    bits = [Bit(50, 20.0), Bit(200, kpa)]
    assert taken_both_ways(Mode.RUNNING, 250, bits) <= 52


def test_a_load_that_grows_too_heavy_ends_it() -> None:
    """Slowly, so that it is no pain."""
    growing = [Bit(50, 20.0 + 3.0 * step) for step in range(5)]
    assert 200 < taken_both_ways(Mode.RUNNING, 250, [*growing, Bit(200, 34.0)]) < 260


@pytest.mark.parametrize("limit", ["foot_time_s", "session_time_s"])
def test_a_limit_of_time_is_met_to_the_tick(limit: str) -> None:
    """The rules are asked again for a whole second before."""
    world = world_in(Mode.RUNNING, 250)
    opened_at_s = world.now_s - 1200.0 + 3.0 if limit == "session_time_s" else world.now_s
    state = world.state._replace(
        rolled_s=597.0 if limit == "foot_time_s" else 0.0,
        sitting=world.state.sitting._replace(opened_at_s=opened_at_s),
    )
    begun_s = now_s = world.now_s
    tick = world.tick_number
    while state.mode is Mode.RUNNING and now_s - begun_s < 9.0:
        now_s = tick / 250
        sample = sample_of(breathing(tick), now_s)
        state, _ = step(state, world.request, sample, world.limits, now_s)
        tick += 1
    assert now_s - begun_s == pytest.approx(3.0, abs=0.009)
    assert state.sitting.why is Reason.TIME
