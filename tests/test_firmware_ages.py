"""The microcontroller's memory of when things last happened."""

import pytest

from tests.firmware_host import number, rules

LONG_AGO_MS = number("LONG_AGO_MS")


def remembered(*ages_ms: int) -> tuple[object, int]:
    """An array of ages, and how many they are."""
    return rules().ffi.new("uint16_t[]", list(ages_ms)), len(ages_ms)


def test_what_never_happened_is_long_ago() -> None:
    ages, count = remembered(1, 2, 3)
    rules().c.ages_forget(ages, count)
    assert list(ages) == [65535] * 3  # type: ignore[call-overload]
    assert LONG_AGO_MS == 65535


def test_ages_grow_until_they_cannot_be_told() -> None:
    ages, count = remembered(0, 65533, 65534, 65535)
    rules().c.ages_grow(ages, count)
    assert list(ages) == [1, 65534, 65535, 65535]  # type: ignore[call-overload]


@pytest.mark.parametrize(("oldest_ms", "often"), [(999, True), (1000, False), (1001, False)])
def test_it_is_often_when_the_oldest_lies_within_the_time(oldest_ms: int, often: bool) -> None:
    ages, count = remembered(10, 500, oldest_ms)
    assert rules().c.ages_again(ages, count, 1000) is often
    assert list(ages) == [0, 10, 500]  # type: ignore[call-overload]


def test_what_lies_behind_the_ages_is_left_alone() -> None:
    ages, _ = remembered(1, 2, 3, 4)
    rules().c.ages_grow(ages, 3)
    rules().c.ages_again(ages, 2, 1000)
    rules().c.ages_forget(ages, 1)
    assert list(ages) == [65535, 2, 4, 4]  # type: ignore[call-overload]


def test_one_age_is_enough() -> None:
    ages, count = remembered(5)
    assert rules().c.ages_again(ages, count, 6)
    assert list(ages) == [0]  # type: ignore[call-overload]
