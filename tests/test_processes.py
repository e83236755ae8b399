"""Two processes side by side: the panel may die, the engine may not, and nothing is left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from controller.processes import READY_OPTION, ending_signals, side_by_side, tell_ready
from tests.waiting import GIVE_UP_S, processes_with, wait_for

# What the stand-ins share. A panel says that it is up with the descriptor it was given.
COMMON = """
import os, signal, sys, threading
from pathlib import Path
place = Path(sys.argv[1])
def starts(): return (place / "starts").read_text().count("x") if (place / "starts").exists() else 0
def wait(condition):
    while not condition(): threading.Event().wait(0.01)
def ready():
    with open(place / "starts", "a") as file: file.write("x")
    if "--ready-fd" in sys.argv: os.write(int(sys.argv[sys.argv.index("--ready-fd") + 1]), b".")
def ended(): os.kill(os.getpid(), signal.SIGKILL)
def ever(): wait(lambda: False)
"""
UP = "ready(); ever()"


def line(place: Path, script: str) -> list[str]:
    return [sys.executable, "-c", COMMON + script, str(place)]


def run(place: Path, engine: str, panel: str) -> tuple[int, int]:
    """The exit code, and how often the page was announced. Nothing may be left."""
    announced: list[int] = []
    handlers = [signal.getsignal(one) for one in ending_signals()]
    code = side_by_side(line(place, engine), line(place, panel), lambda: announced.append(1))
    assert [signal.getsignal(one) for one in ending_signals()] == handlers
    assert processes_with(str(place)) == []
    return code, len(announced)


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (1, 1), (3, 3), (2, 1)])
def test_the_engine_s_end_is_the_end(
    tmp_path: Path, code: int, expected: int, capsys: pytest.CaptureFixture[str]
) -> None:
    announced = tmp_path / "announced"
    engine = f"wait((place / 'announced').exists); sys.exit({code})"
    found = side_by_side(line(tmp_path, engine), line(tmp_path, UP), announced.touch)
    assert found == expected
    assert processes_with(str(tmp_path)) == []
    assert capsys.readouterr().err == "", "who fails has said why"


def test_an_engine_that_was_killed_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "ended()", UP)[0] == 1
    assert capsys.readouterr().err == "the engine was ended by SIGKILL\n"


@pytest.mark.parametrize(("code", "expected"), [(0, 1), (1, 1), (3, 3)])
def test_a_panel_that_never_came_up_ends_all(
    tmp_path: Path, code: int, expected: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "ever()", f"sys.exit({code})") == (expected, 0)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("end", ["sys.exit(1)", "sys.exit(0)", "ended()", "raise OSError"])
def test_a_panel_that_dies_comes_again_and_is_announced_once(
    tmp_path: Path, end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    panel = f"n = starts(); ready()\nif n == 0:\n wait((place / 'announced').exists); {end}\never()"
    engine = "wait(lambda: starts() == 2)"
    announced = tmp_path / "announced"

    def announce() -> None:
        assert not announced.exists()
        announced.touch()

    assert side_by_side(line(tmp_path, engine), line(tmp_path, panel), announce) == 0
    assert "starting it again" in capsys.readouterr().err
    assert processes_with(str(tmp_path)) == []


def test_a_panel_that_keeps_failing_leaves_the_engine_at_work(tmp_path: Path) -> None:
    """The massage goes on, the device's buttons work."""
    announced = tmp_path / "announced"
    panel = "ready(); wait((place / 'announced').exists); sys.exit(1)"
    engine = "wait((place / 'over').exists)"
    script = (
        "from controller.processes import side_by_side; import sys; from pathlib import Path\n"
        f"sys.exit(side_by_side({line(tmp_path, engine)!r}, {line(tmp_path, panel)!r}, "
        f"Path({str(announced)!r}).touch))"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    told = [process.stderr.readline() for _ in range(3)]
    assert "going on without the page" in told[-1]
    (tmp_path / "over").touch()
    assert process.communicate(timeout=GIVE_UP_S)[1] == ""
    assert process.returncode == 0
    assert (tmp_path / "starts").read_text() == "xxx"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("stubborn", [False, True])
def test_a_signal_ends_both(tmp_path: Path, how: signal.Signals, stubborn: bool) -> None:
    engine = "(place / 'engine').touch(); ever()"
    if stubborn:
        engine = "signal.signal(signal.SIGTERM, signal.SIG_IGN);" + engine
    script = (
        "from controller import processes; import sys; from pathlib import Path\n"
        "processes.GRACE_S = 0.2\n"
        f"sys.exit(processes.side_by_side({line(tmp_path, engine)!r}, {line(tmp_path, UP)!r}, "
        f"Path({str(tmp_path / 'announced')!r}).touch))"
    )
    process = subprocess.Popen([sys.executable, "-c", script])
    for name in ("announced", "engine"):
        wait_for((tmp_path / name).exists, f"both are up: {name}")
    process.send_signal(how)
    assert process.wait(GIVE_UP_S) == 0
    assert processes_with(str(tmp_path)) == []


def test_who_was_told_to_ignore_the_end_of_the_terminal_does() -> None:
    assert signal.SIGHUP in ending_signals()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert ending_signals() == [signal.SIGTERM, signal.SIGINT]
    finally:
        signal.signal(signal.SIGHUP, before)


def test_ready_is_one_byte_and_the_end() -> None:
    reading, writing = os.pipe()
    tell_ready(writing)
    assert os.read(reading, 10) == b"."
    assert os.read(reading, 10) == b""
    os.close(reading)
    assert READY_OPTION == "--ready-fd"
