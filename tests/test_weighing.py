"""What is averaged is quiet and stands still; what a person types has a unit."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.weighing import Unsteady, averaged, weight_n
from hardware.converters import RESOLUTIONS

SPREAD, BARE = RESOLUTIONS["MCP3008"], RESOLUTIONS["HX711"]


@given(st.floats(0.0, 0.98), st.integers(0, 99))
def test_quiet_readings_are_averaged(raw: float, seed: int) -> None:
    noise = random.Random(seed)
    read = averaged([raw + noise.uniform(-0.002, 0.002) for _ in range(200)], SPREAD)
    assert read == pytest.approx(raw, abs=0.001)


@pytest.mark.parametrize(
    ("raws", "says"),
    [
        ([0.5, math.nan, 0.5, 0.5], "it gave no number: check its plug and cable"),
        ([0.5, math.inf, 0.5, 0.5], "it gave no number"),
        ([0.5, 0.5, 0.5, 0.99], "reads 0.990, the end of the converter's range"),
        ([0.5] * 100 + [0.504] * 100, r"moved by \+0.004 \(at most 0.003\): take the hands off"),
        ([0.5031] * 100 + [0.5] * 100, r"moved by -0.0031"),
        ([0.4949, 0.5051] * 100, r"noisy, 0.0051 \(at most 0.005\): check its cable"),
    ],
)
def test_what_is_no_measurement_says_why(raws: list[float], says: str) -> None:
    with pytest.raises(Unsteady, match=says):
        averaged(raws, SPREAD)


@pytest.mark.parametrize("raws", [[0.5] * 100 + [0.5029] * 100, [0.4951, 0.5049] * 100])
def test_a_little_is_no_reason(raws: list[float]) -> None:
    averaged(raws, SPREAD)


CELL_RAW_PER_N = 0.00026
"""Of 50 kg and 1 mV/V, on an HX711."""


@pytest.mark.parametrize(
    ("raws", "says"),
    [
        ([0.5] * 40 + [0.5 + CELL_RAW_PER_N] * 40, r"moved by \+0.00026 \(at most 0.00015\)"),
        ([0.5 + 2 * CELL_RAW_PER_N, 0.5] * 40, r"noisy, 0.00026 \(at most 0.00025\)"),
    ],
)
def test_what_is_little_on_the_others_is_newtons_on_an_hx711(raws: list[float], says: str) -> None:
    with pytest.raises(Unsteady, match=says):
        averaged(raws, BARE)
    averaged(raws, SPREAD)


@given(st.floats(0.0, 0.98), st.integers(0, 99))
def test_what_an_hx711_s_own_noise_leaves_is_a_tenth_of_a_newton(raw: float, seed: int) -> None:
    noise = random.Random(seed)
    read = averaged([raw + noise.gauss(0.0, 0.00003) for _ in range(80)], BARE)
    assert read == pytest.approx(raw, abs=0.1 * CELL_RAW_PER_N)


@pytest.mark.parametrize(
    ("text", "load_n"),
    [
        ("2.5 kg", 24.525),
        ("2,5kg", 24.525),
        ("500 G", 4.905),
        (" 24.5 N ", 24.5),
        ("1000 n", 1000.0),
        ("1 N", 1.0),
    ],
)
def test_a_weight_has_a_number_and_a_unit(text: str, load_n: float) -> None:
    assert weight_n(text) == pytest.approx(load_n)


@pytest.mark.parametrize(
    "text",
    ["", "5", "kg", "5 lb", "-5 kg", "0 N", "0.9 N", "1001 N", "nan kg", "inf N", "1e2 N",
     "1.2.3 N", "5 kg 5", "\u0665 kg"],
)  # fmt: skip
def test_anything_else_is_no_weight(text: str) -> None:
    assert weight_n(text) is None
