"""When a part of the engine itself dies: nothing may go on deaf, and nothing is lost unsaid."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from controller.desk import Desk, DeskError
from controller.link import Link
from controller.modes import Mode
from hardware.roller import Sample
from tests.harness import Rig
from tests.test_panel_server import free_port
from tests.waiting import processes_with, wait_for

HUGE = b'{"do":"start","count":1,"seen_s":' + b"9" * 400 + b"}\n"


@pytest.fixture
def desk() -> Desk:
    """One whose clock stands at 100 s."""
    desk = Desk(lambda: 100.0)
    desk.tell({"can": ["start"], "level": 3, "level_max": 10})
    return desk


def test_a_number_beyond_all_floats_is_refused_and_the_link_lives(
    desk: Desk, tmp_path: Path
) -> None:
    link = Link(tmp_path / "engine.sock", desk)
    link.start()
    try:
        with socket.socket(socket.AF_UNIX) as hand:
            hand.connect(str(tmp_path / "engine.sock"))
            hand.sendall(HUGE + b'{"do":"stop"}\n')
            wait_for(lambda: desk.wish.stop_count == 1)
        assert desk.wish.start_count == 0
        assert desk.take().stop_count == 1
    finally:
        link.close()


def test_a_stop_without_its_newline_counts_when_the_sender_is_gone(
    desk: Desk, tmp_path: Path
) -> None:
    link = Link(tmp_path / "engine.sock", desk)
    link.start()
    try:
        with socket.socket(socket.AF_UNIX) as hand:
            hand.connect(str(tmp_path / "engine.sock"))
            hand.sendall(b'{"do":"stop"}')
        wait_for(lambda: desk.wish.stop_count == 1)
    finally:
        link.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_link_that_dies_takes_the_loop_with_it(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = Link(tmp_path / "engine.sock", desk)
    assert desk.take().stop_count == 0

    def broken(_now_s: float) -> None:
        raise RuntimeError("a bug that nobody thought of")

    monkeypatch.setattr(link, "_tell", broken)
    link.start()
    try:
        wait_for(lambda: not link._thread.is_alive())
        with pytest.raises(DeskError, match="link to the panel died"):
            desk.take()
    finally:
        link.close()


def test_a_way_up_ends_when_the_roller_eases() -> None:
    rig = Rig(level=5)
    rig.roll(for_s=30.0)
    rig.set_level(10)
    rig.until(lambda now: now.level == 6, 10.0)
    rig.sim.press(8.0, rise_s=0.3, hold_s=0.5)
    rig.until_mode(Mode.EASED, 3.0)
    level = rig.level
    rig.advance(10.0)
    assert (rig.mode, rig.level) == (Mode.EASED, level)


def test_a_roller_that_never_finds_home_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    read = rig.sim.read

    def blind() -> Sample:
        """With its current the stalled motor would be found first."""
        return read()._replace(heel_end_open=False, motor_current_ma=None)

    monkeypatch.setattr(rig.sim, "read", blind)
    rig.roll()
    rig.until(lambda now: now.mode is Mode.STOPPED, 150.0)
    assert rig.last.state.stop is not None
    assert rig.last.state.stop.trip.rule == "T14"
    assert "does not reach its end" in rig.words


def test_nothing_outlives_a_product_that_was_killed(tmp_path: Path) -> None:
    folder = str(tmp_path / "world")
    line = [sys.executable, "-m", "sim", "run", "--port", str(free_port()), "--folder", folder]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as product:
        assert product.stdout is not None
        wait_for(lambda: "page: http" in str(product.stdout and product.stdout.readline()))
        assert len(processes_with(folder)) == 3
        product.kill()
    wait_for(lambda: not processes_with(folder), "the end of engine and panel")
