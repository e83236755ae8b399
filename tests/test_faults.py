"""The fault matrix: every fault, in every mode, is safe; none is forgotten, none is skipped idly.

The matrix itself runs as a person runs it, by the command; each mode is a test of its own.
"""

import argparse
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from controller.modes import Mode
from sim import cli_parser
from sim.faults import command as faults_command
from sim.faults.command import BY_ID, FaultsError, run
from sim.faults.fault import HARMLESS, Fault, Proof
from sim.faults.matrix import ERROR, NO_EFFECT, NOT_APPLICABLE, SAFE, UNSAFE, Cell, tried
from sim.faults.onboard import SCENES as BOARD_SCENES
from sim.faults.register import (
    BOARD_FAULTS,
    FAULTS,
    LIST,
    elsewhere,
    entries,
    excluded,
    listed,
)
from sim.faults.scene import Scene
from sim.faults.staged import SCENES, armed
from sim.faults.telling import facts, in_words
from sim.shim import MissingToolError

ROOT = Path(__file__).resolve().parent.parent
FROZEN = "fcd367320940abe9"
"""Of not_applicable.toml. Each line there is a fault that nobody tries in that mode."""
MODES = [mode.name for mode in Mode]


def command(*words: str, code: int = 0) -> str:
    line = [sys.executable, "-m", "sim", "faults", *words]
    ran = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == code, ran.stdout[-2000:] + ran.stderr
    assert ran.stderr == "", "no progress where nobody watches"
    return ran.stdout


def judged(faults: tuple[Fault, ...], mode: str, *words: str) -> None:
    """Each that can apply was tried, and was safe."""
    found: dict[str, Any] = json.loads(command("--json", "--mode", mode, *words))
    assert [row for row in found["table"] if row["verdict"] in (UNSAFE, ERROR)] == []
    assert found["unsafe"] == found["errors"] == 0
    assert found["cells"] == found["safe"] + found["not_applicable"]
    safe = {row["fault"] for row in found["table"] if row["verdict"] == SAFE}
    assert safe == {one.id for one in faults if (one.id, mode) not in excluded()}


@pytest.mark.parametrize("mode", MODES)
def test_every_fault_of_a_machine_on_the_pins_is_safe(mode: str) -> None:
    judged(FAULTS, mode, "--without-mcu")


@pytest.mark.parametrize("mode", BOARD_SCENES)
@pytest.mark.usefixtures("firmware")
def test_every_fault_behind_a_microcontroller_is_safe(mode: Mode) -> None:
    ids = [word for one in BOARD_FAULTS for word in ("--fault", one.id)]
    judged(BOARD_FAULTS, mode.name, *ids)


# Nothing is forgotten, and nothing is left out without a reason.


def test_every_entry_of_the_catalogue_is_met_or_has_its_reason() -> None:
    met = {(one.layer, one.entry) for one in BY_ID.values()}
    told = {(row["layer"], entry) for row in listed()["entry"] for entry in row["entries"]}
    whole = {(layer, entry) for layer, names in entries().items() for entry in names}
    assert met | told == whole
    assert not met & told, "either tried or not"
    assert len(whole) == sum(map(len, entries().values())) == 159


def test_the_list_of_what_cannot_apply_is_frozen() -> None:
    assert hashlib.sha256(LIST.read_bytes()).hexdigest()[:16] == FROZEN, "was that meant?"


def test_what_cannot_apply_has_a_reason_and_is_shown_elsewhere_or_impossible() -> None:
    for row in listed()["entry"]:
        assert len(row["reason"]) > 15
        assert row["shown_by"]
        for name in row["shown_by"]:
            assert (ROOT / name).is_file(), name
    for (fault, mode), reason in excluded().items():
        assert fault in BY_ID, fault
        assert mode in MODES
        assert len(reason) > 15


def test_what_is_listed_as_impossible_is_impossible() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.excluded_cells"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    pins = {one.id for one in FAULTS}
    assert {(fault, mode) for fault, mode, _, _ in rows} == {
        one for one in excluded() if one[0] in pins
    }
    could = [row for row in rows if row[2:] != [ERROR, NO_EFFECT]]
    assert not could, "these take effect: they belong into the matrix"


def test_a_fault_says_what_it_does_and_where_its_deadline_comes_from() -> None:
    assert len(BY_ID) == len(FAULTS) + len(BOARD_FAULTS)
    for one in BY_ID.values():
        assert one.id == f"{one.layer}/{one.id.partition('/')[2]}"
        assert len(one.does) > 5
        assert len(one.source) > 3
        assert one.outcomes
        assert one.deadline_s > 0.0 or "goes on" in one.outcomes, one.id


# The matrix can fail.


def nothing(_scene: Scene) -> Proof:
    return lambda: False


def idle_proof(_scene: Scene) -> Proof:
    return lambda: True


def test_a_fault_that_took_no_effect_is_an_error_and_never_safe() -> None:
    one = replace(BY_ID["sensor/off"], begin=nothing, outcomes=HARMLESS)
    assert tried(armed(), one)[2:] == (ERROR, "goes on", None, NO_EFFECT)


def test_who_goes_on_where_it_must_stop_is_unsafe() -> None:
    found = tried(armed(), replace(BY_ID["sensor/off"], begin=idle_proof))
    assert found.verdict == UNSAFE
    assert "after its deadline" in found.why


def test_who_stops_for_nothing_is_unsafe() -> None:
    found = tried(armed(), replace(BY_ID["sensor/off"], outcomes=HARMLESS))
    assert found.verdict == UNSAFE
    assert found.why == "it is harmless, and yet: T9 (without it: goes on)"


def test_who_stops_for_another_reason_is_unsafe() -> None:
    found = tried(armed(), replace(BY_ID["sensor/off"], outcomes=frozenset({"T2"})))
    assert found.why == "expected T2 or stands, came: T9"


# The command.


def asked(*words: str) -> argparse.Namespace:
    return cli_parser.parser().parse_args(["faults", *words])


def test_one_cell_is_one_line_to_type_and_workers_change_nothing() -> None:
    words = ("--json", "--fault", "sensor/off", "--fault", "people/lifts", "--mode", "RUNNING")
    one, two = command(*words), command(*words, "--workers", "2")
    assert one == two
    found = json.loads(one)
    assert (found["cells"], found["safe"]) == (2, 2)
    assert found["table"][0]["came"] == "T9"
    assert found["table"][0]["deadline_ms"] == 12


def test_pairs_are_counted_and_safe() -> None:
    found = json.loads(command("--pairs", "--mode", "RUNNING", "--every", "97", "--json"))
    assert found["cells"] > 40
    assert found["unsafe"] == found["errors"] == 0


def test_without_a_simulator_of_the_chip_it_says_what_to_install_or_to_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing() -> None:
        raise MissingToolError("gcc is missing; type: sudo apt-get install gcc")

    monkeypatch.setattr(faults_command, "binding", missing)
    with pytest.raises(FaultsError, match=r"apt-get install gcc\nor .* out: --without-mcu"):
        run(asked("--fault", "serial/out", "--mode", "RUNNING"))


def test_an_unknown_fault_is_told_with_what_was_meant() -> None:
    with pytest.raises(FaultsError, match=r"sensor/of: there is no such fault; did you mean"):
        run(asked("--fault", "sensor/of"))


def test_the_table_is_for_people_too() -> None:
    cells = [
        Cell("sensor/off", "RUNNING", SAFE, "T9", 8, ""),
        Cell("sensor/off", "HOLD", UNSAFE, "goes on", None, "it moved"),
        Cell("sensor/motor", "STOPPED", NOT_APPLICABLE, "", None, "nothing is driven"),
    ]
    lines = in_words(cells, BY_ID).splitlines()
    assert lines[0].startswith("sensor/off: no element answers (T9")
    assert lines[1].split() == ["RUNNING", "safe", "stopped,", "T9", "off", "after", "8", "ms"]
    assert lines[2].endswith("it goes on                          it moved")
    assert lines[3] == "3 cells: 1 safe, 1 unsafe, 1 cannot apply, 0 errors"
    assert facts(cells, BY_ID)["unsafe"] == 1


def test_an_entry_that_is_shown_elsewhere_has_a_cell_for_each_mode() -> None:
    assert len(elsewhere()) == 9 * sum(len(row["entries"]) for row in listed()["entry"])
    assert list(SCENES) == list(Mode)
