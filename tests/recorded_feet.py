"""Recorded feet: 600 barefoot steps of 10 people, laid out as pressure under a roller head.

Source: Pataky et al. (2008), J. Biomech. 41(9), 1987-1994, doi 10.1016/j.jbiomech.2008.03.034;
made public by its authors in the test-only package `jiku-data` (dataset `SpeedPP2DS`), which stays
a package: nothing of it is copied here. Each person walked 20 times at each of three speeds over a
pressure plate read at 500 Hz. An image is rows (along the foot, heel first) x columns x frames,
zero-padded to 500 frames. Its unit is not stated, so only shapes are used, each with a peak of 1.

Used by the recorded-feet proof and by the page made from it. It reads and lays out, and judges
nothing. Three rules, each tied to the figures in the safety specification:

- A region is a share of the rows of this step's own footprint, each end rounded to a whole row.
  So cut, a heel rises in 4-28 ms (5th to 95th percentile of *fast* steps) and a forefoot in
  262-514 ms (5th of fast to 95th of slow), as specified. At slow speed a heel may take 200 ms.
- The series is the region's maximum, frame by frame, over the whole step: a forefoot waits at
  baseline until the foot has rolled onto it.
- A step is laid on the baseline as max(baseline, peak * shape): the foot's load takes the place of
  the resting load. Scaled into the room above the baseline instead, each rise would lose
  baseline / peak of its steepness, a third at 37 kPa: an easier proof than the recording. Of the
  layouts tried, only this one comes near the stops that the plain prototype counted.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from random import Random
from typing import Literal

import numpy as np
import numpy.typing as npt
import tables

Speed = Literal["slow", "normal", "fast"]

SAMPLE_HZ = 500
BASELINE_KPA = 12.0
NOISE_KPA = 0.5  # standard deviation, normal
REFERENCE_KPA = 25.0
LEAD_IN_S = 2.0
TAIL_S = 0.2
HEEL_STRIKE_KPA = 75.0
ROLL_OVERS_KPA = {"1.3 ×": 32.0, "1.5 ×": 37.0, "2 ×": 50.0}  # named as times the reference

HEEL = (0.0, 0.30)  # shares of the foot's length, from the heel
FOREFOOT = (0.60, 0.83)
PEOPLE = 10
TRIALS = 60
SPEEDS: dict[str, Speed] = {"1": "slow", "2": "normal", "3": "fast"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the load on two regions of the sole over time, 500 frames a second, each peak 1."""

    person: int  # 0-9
    trial: int  # 0-59, in the order walked
    speed: Speed
    heel: tuple[float, ...]
    forefoot: tuple[float, ...]


def load_steps() -> list[Step]:
    """All 600 steps, by person and trial; read once per process, in some 8 s."""
    return list(_steps())


def lay_out(shape: Sequence[float], peak_kpa: float, seed: int) -> list[tuple[float, float]]:
    """(time_s, pressure_kpa) at 500 Hz: lead-in, the shape up to its peak, a tail; with noise."""
    noise = Random(seed)
    return [
        (frame / SAMPLE_HZ, pressure_kpa + noise.gauss(0.0, NOISE_KPA))
        for frame, pressure_kpa in enumerate(clean_kpa(shape, peak_kpa))
    ]


def clean_kpa(shape: Sequence[float], peak_kpa: float) -> list[float]:
    """The same pressures without noise or times: what really happened under the head, in kPa."""
    lead_in = [BASELINE_KPA] * round(LEAD_IN_S * SAMPLE_HZ)
    tail = [BASELINE_KPA] * round(TAIL_S * SAMPLE_HZ)
    return lead_in + [max(BASELINE_KPA, peak_kpa * share) for share in shape] + tail


def rise_ms(shape: Sequence[float]) -> float:
    """Milliseconds between the first frames at or over 10 % and at or over 90 % of the peak."""
    starts = next(frame for frame, share in enumerate(shape) if share >= 0.1)
    arrives = next(frame for frame, share in enumerate(shape) if share >= 0.9)
    return (arrives - starts) * 1000 / SAMPLE_HZ


@cache
def _steps() -> tuple[Step, ...]:
    speeds = _speeds()
    return tuple(
        _step(person, trial, speeds[trial][person], loads)
        for person in range(PEOPLE)
        for trial, loads in enumerate(_rows_of(person))
    )


def _step(person: int, trial: int, speed: Speed, loads: npt.NDArray[np.uint16]) -> Step:
    return Step(person, trial, speed, _region(loads, HEEL), _region(loads, FOREFOOT))


def _region(loads: npt.NDArray[np.uint16], share: tuple[float, float]) -> tuple[float, ...]:
    """The region's maximum over time, peak 1; `loads` is rows x frames, heel first, no padding."""
    start, end = (round(part * len(loads)) for part in share)
    series = loads[start:end].max(axis=0)
    return tuple(float(load) for load in series / np.max(series))


def _rows_of(person: int) -> list[npt.NDArray[np.uint16]]:
    """Each trial of a person as rows x frames, the largest load across the foot's width."""
    with tables.open_file(str(_dataset() / "data_y" / f"subj{person:03}.h5")) as file:
        images = (file.get_node(f"/img{trial:03}").read() for trial in range(TRIALS))
        return [_unpadded(image.max(axis=1)) for image in images]


def _unpadded(loads: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint16]:
    """Without the rows beyond heel and toes, and without the padding after the foot has left."""
    rows = np.flatnonzero(loads.any(axis=1))
    frames = np.flatnonzero(loads.any(axis=0))
    return loads[rows[0] : rows[-1] + 1, : frames[-1] + 1]


def _speeds() -> list[list[Speed]]:
    """Speeds by trial, then person; the file's first column numbers the trials."""
    with (_dataset() / "data_x" / "conditions.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return [[SPEEDS[code] for code in row[1:]] for row in rows]


def _dataset() -> Path:
    """Found without importing the package, whose own reader of this dataset raises TypeError."""
    return Path(str(distribution("jiku-data").locate_file("jikudata/datasets/SpeedPP2DS")))
