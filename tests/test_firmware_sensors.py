"""Pain in the microcontroller's fast path, and T9: each rule at its boundary."""

from typing import Any

import pytest

from tests.firmware_host import B_ZERO, BANDGAP, SPAN, WHOLE, ZERO, Board, cut, moving, ready, rules

NONE = cut("NONE")
LEVEL, RISE = 1, 2


class Element:
    """One element of the fast path, with a calm past."""

    def __init__(self, level: int = 850, rise: int = 100, above: int = 425, calm: int = 300):
        build = rules()
        self.fold, self.channel = build.c.channel_fold, build.ffi.new("struct channel *")
        build.c.channel_begin(self.channel, calm)
        self.channel.limits = {"level": level, "rise": rise, "above": above}

    def feed(self, *samples: int, live: bool = True) -> int:
        """Samples one after the other; what the last one shows."""
        hurts = 0
        for one in samples:
            hurts = self.fold(self.channel, one, live)
        return hurts


# T1.


def test_two_samples_over_the_level_are_pain() -> None:
    element = Element(above=1023)
    assert element.feed(851) == 0
    assert element.feed(851) == LEVEL
    assert element.feed(851) == LEVEL
    assert element.feed(850) == 0
    assert element.feed(851) == 0


def test_at_rest_no_level_is_pain_and_the_count_begins_anew() -> None:
    element = Element(above=1023)
    assert element.feed(900, 900, 900, live=False) == 0
    assert element.feed(900) == 0
    assert element.feed(900) == LEVEL


# T2: the medians of 20 ms; one sample further back, because a rise may begin between two.


def test_a_rise_is_pain_with_its_second_sample() -> None:
    element = Element(above=0)
    assert element.feed(401) == 0  # one sample stops nobody
    assert element.feed(401) == RISE
    assert Element(above=0).feed(400, 400, 400) == 0
    assert Element(above=0).feed(401, 300, 401) == RISE  # two of three


@pytest.mark.parametrize(("passed", "hurts"), [(19, RISE), (20, 0)])
def test_the_rise_is_over_20_ms_and_one_sample(passed: int, hurts: int) -> None:
    element = Element(above=0)
    element.feed(*[350] * (passed + 1))
    assert element.feed(401) == 0
    assert element.feed(401) == hurts


def test_a_rise_to_less_than_is_pain_is_none() -> None:
    assert Element().feed(425, 425, 425) == 0
    assert Element().feed(426, 426) == RISE


def test_a_rise_at_rest_is_remembered_for_20_ms() -> None:
    element = Element()
    assert element.feed(500, 500, live=False) == 0
    assert element.feed(500) == RISE
    assert element.feed(*[500] * 30) == 0


def test_a_fall_is_no_rise() -> None:
    assert Element(calm=800, above=0).feed(500, 500, 300, 300) == 0


def test_the_fast_path_knows_beforehand_what_will_hurt() -> None:
    element = Element()
    for one in (300, 300, 430, 300, 430, 851, 300, 851, 851, 300, 300):
        knew = one >= element.channel.hurts_from
        assert (element.feed(one) != 0) is knew


def test_what_is_not_fitted_never_hurts() -> None:
    board = moving(parameters={**WHOLE, "B_SPAN": 0})
    board.kpa[1] = 90.0
    assert board.tick(100) == NONE


@pytest.mark.parametrize("channel", [0, 1])
def test_pain_of_either_element_cuts(channel: int) -> None:
    board = moving()
    board.kpa[channel] = 75.2
    board.tick()
    assert board.cut == NONE
    board.tick()
    assert board.cut == cut("LEVEL")
    assert not board.live


@pytest.mark.parametrize(("kpa", "name"), [(32.4, "NONE"), (32.6, "RISE")])
def test_a_rise_is_pain_above_the_reference_and_a_bit(kpa: float, name: str) -> None:
    board = moving()
    board.kpa = [kpa, kpa]
    board.tick(3)
    assert board.cut == cut(name)


@pytest.mark.parametrize(
    ("reference_kpa", "rise", "above"), [(6, 100, 135), (25, 100, 325), (37, 148, 445)]
)
def test_the_limits_follow_the_reference(reference_kpa: int, rise: int, above: int) -> None:
    board = moving()
    board.asked["reference_kpa"] = reference_kpa
    board.tick(2)
    for limits, zero in zip(board.safety.limits, (ZERO, B_ZERO), strict=True):
        assert (limits.level, limits.rise, limits.above) == (zero + SPAN, rise, zero + above)


def test_no_reference_no_motion() -> None:
    board = Board()
    board.asked["reference_kpa"] = 0
    board.settle()
    board.press()
    board.duty = 100
    board.tick(100)
    assert not board.live


def test_a_new_line_makes_new_limits_before_it_moves() -> None:
    board = moving()
    board.duty, board.asked["gate"] = 0, False
    board.tick()
    board.set(LEVEL=4000, B_SPAN=0)
    board.asked["gate"] = True
    board.tick()
    assert not board.live
    assert board.safety.limits[0].level == ZERO + 400
    board.tick()
    assert board.live
    never = rules().c.NEVER
    limits = board.safety.limits[1]
    assert (limits.level, limits.rise, limits.above) == (never, never, never)


# T9.


def read(board: Board, a: int | None = None, b: int | None = None, **more: Any) -> int:
    """One tick in which the elements read so many counts."""
    return board.tick(readings={"counts": [a, b], **more})


def odd(board: Board, *pairs: tuple[int, int]) -> list[int]:
    """The cut after each pair of readings."""
    return [read(board, *pair) for pair in pairs]


CALM = (ZERO + 200, B_ZERO + 200)


def alone(**parameters: int) -> Board:
    """A moving board with one element, so that no other has to agree."""
    return moving(100, {**WHOLE, "B_SPAN": 0, **parameters})


@pytest.mark.parametrize(("zero", "name"), [(40, "SENSOR_OPEN"), (39, "NONE")])
def test_a_wire_that_is_off(zero: int, name: str) -> None:
    board = alone()
    board.safety.settings.lines[0].zero = zero
    assert odd(board, (19, 0), (20, 0), (19, 0)) == [NONE] * 3
    assert read(board, 19, 0) == cut(name)


def test_the_end_of_the_range_at_rest() -> None:
    board = alone()
    board.duty, board.asked["gate"] = 0, False
    board.tick(5)
    assert odd(board, (1013, 0), (1012, 0), (1013, 0)) == [NONE] * 3
    assert read(board, 1013, 0) == cut("SENSOR_SATURATED")


def test_the_end_of_the_range_while_it_may_move_is_pain() -> None:
    board = alone()
    assert odd(board, (1023, 0), (1023, 0)) == [NONE, cut("LEVEL")]


@pytest.mark.parametrize(("below", "name"), [(40, "NONE"), (41, "SENSOR_ZERO")])
def test_a_zero_that_drifted(below: int, name: str) -> None:
    board = alone()
    assert odd(board, (ZERO - below, 0), CALM, (ZERO - below, 0)) == [NONE] * 3
    assert read(board, ZERO - below, 0) == cut(name)


@pytest.mark.parametrize(("off", "name"), [(151, "SENSOR_WILD"), (150, "NONE")])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_fourth_wild_sample_in_a_second(sign: int, off: int, name: str) -> None:
    board = alone()
    for _ in range(4):
        assert board.cut == NONE
        odd(board, CALM, (CALM[0] + sign * off, 0), CALM)
        board.tick(200)
    assert board.cut == cut(name)


def test_wild_samples_are_forgotten_after_a_second() -> None:
    board = alone()
    for _ in range(8):
        odd(board, CALM, (CALM[0] + 200, 0), CALM)
        board.tick(331)
    assert board.cut == NONE


def test_a_step_is_not_wild() -> None:
    board = alone()
    for _ in range(6):
        odd(board, CALM, (CALM[0] + 110, 0), (CALM[0] + 110, 0), CALM)
    assert board.cut == NONE


def test_a_value_that_stands_still_while_it_rolls() -> None:
    board, still = alone(), (ZERO + 205, 0)
    assert odd(board, *[still] * 200)[-1] == NONE
    board.tick()
    assert odd(board, *[still] * 200)[-1] == NONE
    assert read(board, *still) == cut("SENSOR_FROZEN")


def test_at_rest_a_value_may_stand_still() -> None:
    board = alone()
    board.duty = 0
    board.tick()
    assert odd(board, *[CALM] * 500)[-1] == NONE


@pytest.mark.parametrize(
    ("a_kpa", "b_kpa", "name"),
    [
        (10.0, 16.0, "NONE"),
        (10.0, 16.1, "SENSORS_APART"),
        (16.1, 10.0, "SENSORS_APART"),
        (30.0, 40.0, "NONE"),
        (29.9, 40.0, "SENSORS_APART"),
        (40.0, 29.9, "SENSORS_APART"),
    ],
)
def test_two_elements_that_disagree(a_kpa: float, b_kpa: float, name: str) -> None:
    board = moving()
    board.asked["reference_kpa"] = 37
    board.tick(2)
    board.kpa = [a_kpa, b_kpa]
    assert board.tick(49) == NONE
    board.kpa = [20.0, 20.0]
    board.tick(30)
    board.kpa = [a_kpa, b_kpa]
    assert board.tick(49) == NONE
    assert board.tick() == cut(name)


@pytest.mark.parametrize(
    ("a_counts", "b_counts", "name"),
    [
        (300, 200, "NONE"),  # 30 and 40 kPa
        (300, 205, "SENSORS_APART"),
        (100, 80, "NONE"),  # 10 and 16
        (100, 81, "SENSORS_APART"),
        (161, 50, "SENSORS_APART"),
        (160, 50, "NONE"),
    ],
)
def test_elements_of_different_spans_are_compared(a_counts: int, b_counts: int, name: str) -> None:
    board = ready()
    board.asked["gate"] = False
    board.tick()
    board.set(B_SPAN=SPAN // 2)
    pair = (ZERO + a_counts, B_ZERO + b_counts)
    assert odd(board, *[pair] * 60)[-1] == cut(name)


@pytest.mark.parametrize(("oldest_ms", "name"), [(996, "SENSOR_WILD"), (997, "NONE")])
def test_a_second_has_a_thousand_milliseconds(oldest_ms: int, name: str) -> None:
    board = alone()
    board.safety.sensors.elements[0].wild_ms = (10, 20, oldest_ms)
    assert odd(board, CALM, (CALM[0] + 200, 0), CALM)[-1] == cut(name)


def test_a_foot_is_felt_from_its_weight_on() -> None:
    line = moving().safety.settings.lines[0]
    c, ffi = rules().c, rules().ffi
    assert c.loaded(ffi.addressof(line), ZERO + 40)
    assert not c.loaded(ffi.addressof(line), ZERO + 39)


def test_bad_samples_are_counted_without_going_round() -> None:
    board = alone()
    odd(board, *[(10, 0)] * 300)
    element = board.safety.sensors.elements[0]
    assert (element.open, element.below) == (255, 255)


def test_nothing_was_read_at_the_beginning() -> None:
    sensors = rules().ffi.new("struct sensors *")
    rules().ffi.buffer(sensors)[:] = b"\xa5" * rules().ffi.sizeof(sensors[0])
    rules().c.sensors_begin(sensors)
    for one in sensors.elements:
        assert (one.last, one.older, one.same_ms, list(one.wild_ms)) == (0, 0, 0, [65535] * 3)
        assert (one.open, one.saturated, one.below) == (0, 0, 0)
    assert list(sensors.gap_ms) == [65535] * 2
    assert (sensors.unsampled_ms, sensors.apart_ms, sensors.bandgap_ms) == (0, 0, 0)


def test_the_first_faulty_element_is_named_and_both_are_remembered() -> None:
    board = moving()
    board.duty, board.asked["gate"] = 0, False
    board.tick(5)
    assert odd(board, (10, 1013), (10, 1013)) == [NONE, cut("SENSOR_OPEN")]
    assert board.safety.sensors.elements[1].saturated == 2


# Samples that do not come.


def gap(board: Board, count: int) -> int:
    """So many ticks without a sample, and one with."""
    board.tick(count, readings={"samples": 0})
    return board.tick()


def test_no_sample_for_20_ms() -> None:
    board = moving()
    assert board.tick(19, readings={"samples": 0}) == NONE
    board.tick()
    assert board.tick(19, readings={"samples": 0}) == NONE
    assert board.tick(readings={"samples": 0}) == cut("SENSOR_SILENT")


@pytest.mark.parametrize(("count", "name"), [(9, "NONE"), (10, "SENSOR_SILENT")])
def test_the_third_gap_in_a_second(count: int, name: str) -> None:
    board = moving()
    gap(board, count)
    board.tick(400)
    assert gap(board, count) == NONE
    board.tick(400)
    assert gap(board, count) == cut(name)


def test_gaps_are_forgotten_after_a_second() -> None:
    board = moving()
    for _ in range(5):
        assert gap(board, 15) == NONE
        board.tick(490)


@pytest.mark.parametrize(("bandgap", "bad"), [(189, True), (190, False), (265, False), (266, True)])
def test_the_converters_reference_channel(bandgap: int, bad: bool) -> None:
    board = moving()
    wrong = {"bandgap": bandgap}
    assert board.tick(19, readings=wrong) == NONE
    board.tick(readings={"bandgap": BANDGAP})
    assert board.tick(19, readings=wrong) == NONE
    assert board.tick(readings=wrong) == (cut("ADC") if bad else NONE)


def test_nothing_is_judged_before_the_lines_are_known() -> None:
    board = Board({})
    board.tick(100, readings={"samples": 0})
    assert board.safety.sensors.unsampled_ms == 0
