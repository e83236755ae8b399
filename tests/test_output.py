"""A reader that has left and a full disk: one sentence or none, an exit code, no traceback."""

import errno
import os
import re
import socket
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from controller import output
from controller.output import MOST_NOTES, Notes, delivered
from tests.waiting import GIVE_UP_S, processes_with, wait_for

FULL = "the output cannot be written (No space left on device): free space, or send it elsewhere\n"
REPLAY = ["sim", "replay", "one.csv"]
COMMANDS = [REPLAY, ["sim", "--help"], ["controller.cli", "wiring"], ["controller.cli", "--help"]]


def ended(folder: Path, words: list[str], out: int, buffered: bool = True) -> tuple[int, str]:
    """The exit code and the words of a command whose output goes to the descriptor `out`."""
    (folder / "one.csv").write_text("time_s,pressure_kpa\n0,20\n0.004,20.5\n")
    around = {
        "HOME": str(folder),
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "PYTHONUNBUFFERED": "" if buffered else "1",
    }
    run = subprocess.run(
        [sys.executable, "-m", *words],
        stdout=out, stderr=subprocess.PIPE, text=True, cwd=folder, env={**os.environ, **around},
        timeout=GIVE_UP_S, check=False,
    )  # fmt: skip
    return run.returncode, run.stderr


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("words", COMMANDS)
def test_a_full_disk_is_one_sentence(tmp_path: Path, words: list[str], buffered: bool) -> None:
    with open("/dev/full", "wb") as full:
        code, told = ended(tmp_path, words, full.fileno(), buffered)
    if buffered or "--help" not in words:  # argparse itself hides a help that it cannot write
        assert (code, told) == (1, FULL)
    assert "Traceback" not in told


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("words", COMMANDS)
def test_who_closes_the_pipe_has_seen_enough(
    tmp_path: Path, words: list[str], buffered: bool
) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        code, told = ended(tmp_path, words, write, buffered)
    finally:
        os.close(write)
    if buffered or "--help" not in words:
        assert code == 1
    assert told == ""


def test_a_product_that_cannot_tell_its_address_ends_whole(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    words = ["sim", "run", "--folder", str(tmp_path / "run"), "--host", "127.0.0.1", "--port", port]
    with open("/dev/full", "wb") as full:
        assert ended(tmp_path, words, full.fileno()) == (1, FULL)
    assert processes_with(str(tmp_path / "run")) == []


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "full", "journal.json"), ConnectionRefusedError(errno.ECONNREFUSED, "")],
)
def test_what_else_fails_is_no_failure_of_the_output(error: OSError) -> None:
    def run() -> int:
        raise error

    with pytest.raises(type(error), match=re.escape(str(error))):
        delivered(run)


def test_without_any_output_the_exit_code_is_the_command_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert delivered(lambda: 3) == 3
    monkeypatch.setattr(sys, "stdout", None)
    assert delivered(lambda: 3) == 3


# Notes of a loop.


class Reader:
    """Standard output as somebody reads it, or does not."""

    def __init__(self) -> None:
        self.reads = threading.Event()
        self.told: list[str] = []
        self.gone = False

    def write(self, text: str) -> None:
        assert self.reads.wait(GIVE_UP_S)
        if self.gone:
            raise BrokenPipeError(errno.EPIPE, "nobody")
        self.told.append(text)

    def flush(self) -> None:
        """Nothing is kept."""


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    made = Reader()
    monkeypatch.setattr(output, "print", partial(print, file=made), raising=False)
    return made


def told(reader: Reader) -> list[str]:
    return "".join(reader.told).splitlines()


def test_notes_are_printed_in_their_order_and_all_of_them(reader: Reader) -> None:
    reader.reads.set()
    notes = Notes()
    for number in range(MOST_NOTES // 2):
        notes.tell(f"{number}")
    notes.close()
    assert told(reader) == [f"note: {number}" for number in range(MOST_NOTES // 2)]


def test_who_does_not_read_holds_up_nobody_and_is_told_what_was_dropped(reader: Reader) -> None:
    notes = Notes()
    for number in range(3 * MOST_NOTES):
        notes.tell(f"{number}")  # would wait here for ever
    reader.reads.set()
    wait_for(lambda: any("could not be printed" in line for line in told(reader)))
    notes.close()
    kept = [line for line in told(reader) if "could not" not in line]
    dropped = [line for line in told(reader) if "could not" in line]
    assert kept == [f"note: {number}" for number in range(len(kept))], "the first, in their order"
    assert dropped == [f"note: {3 * MOST_NOTES - len(kept)} more could not be printed: nobody read "
                       "them in time"]  # fmt: skip


def test_a_reader_that_has_left_ends_nothing(reader: Reader) -> None:
    reader.gone = True
    reader.reads.set()
    notes = Notes()
    notes.tell("one")
    notes.tell("two")
    notes.close()
    assert not notes._thread.is_alive()
    assert reader.told == []


def test_at_the_end_nobody_waits_long_for_a_reader(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "PARTING_S", 0.001)
    notes = Notes()
    for number in range(2 * MOST_NOTES):
        notes.tell(f"{number}")
    notes.close()
    assert notes._thread.is_alive(), "it hangs, and nobody with it"
    reader.reads.set()
