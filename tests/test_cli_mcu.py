"""`footloop flash` and `footloop mcu`: without a board, without avrdude, and what is told."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from controller import cli, cli_mcu, devices, engine
from controller.output import Notes
from controller.pace import Pace
from firmware_bridge import flash as flashing
from firmware_bridge import monitor
from firmware_bridge.flash import OUTCOMES
from firmware_bridge.messages import VERSION, CutCode, Failed, Identity, Status
from firmware_bridge.port import open_port
from hardware.errors import AccessError, HardwareError
from hardware.roller import REST
from hardware.signals import NoSignals
from tests.fake_mcu import PORT, Bench

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A board on the port, and its time for the commands."""
    made = Bench()
    monkeypatch.setattr(cli_mcu, "open_port", lambda _port: made.open_port())
    let_pass(monkeypatch, made, made.wait)
    return made


def let_pass(monkeypatch: pytest.MonkeyPatch, bench: Bench, wait: Callable[[float], None]) -> None:
    """The commands' time is the bench's; `wait` is what they sleep by."""
    monkeypatch.setattr(cli_mcu, "time", SimpleNamespace(monotonic=bench.now_s, sleep=wait))


@pytest.fixture
def firmware(tmp_path: Path) -> Path:
    path = tmp_path / "footloop.hex"
    path.write_text(":00000001FF\n")
    return path


Avrdude = Callable[[str], Path]


@pytest.fixture
def avrdude(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Avrdude:
    """Puts a script in avrdude's place; returns the file that holds what it was given."""
    folder, given = tmp_path / "bin", tmp_path / "given"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def write(body: str) -> Path:
        script = folder / "avrdude"
        script.write_text(f'#!/bin/sh\necho "$@" > {given}\n{body}\n')
        script.chmod(0o755)
        return given

    return write


def flash(firmware: Path, *more: str, port: str = PORT) -> int:
    return cli.main(["flash", "--port", port, "--hex", str(firmware), *more])


# Flashing.


def test_a_board_is_flashed_verified_and_met(
    bench: Bench, firmware: Path, avrdude: Avrdude, capsys: Captured
) -> None:
    given = avrdude("exit 0")
    assert flash(firmware) == 0
    told = capsys.readouterr().out
    assert "written and verified" in told
    assert "firmware 1.2" in told
    words = given.read_text().split()
    assert words[words.index("-P") + 1] == PORT
    assert words[words.index("-b") + 1] == "115200"
    assert words[words.index("-p") + 1] == "m328p"
    assert words[-1] == f"flash:w:{firmware}:i"
    assert all(port.closed for port in bench.ports)


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        ("avrdude: verification error, first mismatch at byte 0x0000", "flash it again"),
        ("avrdude error: verification mismatch", "flash it again"),
        ("avrdude: stk500_getsync() attempt 10 of 10: not in sync: resp=0x24", "Optiboot"),
        ("avrdude: stk500_recv(): programmer is not responding", "right port"),
        ("avrdude: Expected signature for ATmega328P is 1E 95 0F", "no ATmega328P"),
        ('avrdude: ser_open(): can\'t open device "/dev/x": No such file', "cannot open"),
        ("avrdude error: cannot open port /dev/ttyUSB0: Permission denied", "dialout"),
        ("one\ntwo\n\nthree\nfour\n", "two / three / four"),
        ("", "avrdude says: nothing"),
    ],
)
def test_whatever_avrdude_says_is_told_with_its_cure(
    bench: Bench, firmware: Path, avrdude: Avrdude, said: str, cure: str, capsys: Captured
) -> None:
    avrdude(f"cat >&2 <<'END'\n{said}\nEND\nexit 1")
    assert flash(firmware) == 1
    told = capsys.readouterr().err
    assert told.startswith("Not flashed: ")
    assert cure in told
    assert "{" not in told


def test_every_outcome_names_what_to_do() -> None:
    for outcome in OUTCOMES:
        assert "{port}" in outcome.means


def test_a_missing_avrdude_is_told(
    bench: Bench, firmware: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert flash(firmware) == 1
    assert "sudo apt install avrdude" in capsys.readouterr().err


def test_an_avrdude_that_hangs_is_ended(
    bench: Bench,
    firmware: Path,
    avrdude: Avrdude,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    monkeypatch.setattr(flashing, "LONGEST_S", 0.01)
    avrdude("exec tail -f /dev/null")
    assert flash(firmware) == 1
    assert "did not end within" in capsys.readouterr().err


def test_without_firmware_or_cable_avrdude_is_not_asked(
    bench: Bench, firmware: Path, tmp_path: Path, avrdude: Avrdude, capsys: Captured
) -> None:
    given = avrdude("exit 0")
    assert flash(tmp_path / "none.hex") == 1
    assert "make firmware" in capsys.readouterr().err
    assert flash(firmware, port="socket://10.0.0.7:4000") == 1
    assert "no cable" in capsys.readouterr().err
    bench.cannot_open = AccessError(f"{PORT} is in use: end the other program")
    assert flash(firmware) == 1
    assert "in use" in capsys.readouterr().err
    assert not given.exists()


def test_a_board_that_does_not_start_after_flashing_is_told(
    bench: Bench, firmware: Path, avrdude: Avrdude, capsys: Captured
) -> None:
    avrdude("exit 0")
    bench.mcu.deaf_s = 99.0
    assert flash(firmware) == 1
    told = capsys.readouterr()
    assert "written and verified" in told.out
    assert "Nothing answers" in told.err


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"self_test": Failed.WATCHDOG}, "failed its self-test: its watchdog does not bite"),
        ({"protocol": VERSION + 1}, f"speaks version {VERSION + 1} of the wire"),
    ],
)
def test_a_board_that_does_not_fit_after_flashing_is_a_failure(
    bench: Bench,
    firmware: Path,
    avrdude: Avrdude,
    fields: dict[str, int],
    words: str,
    capsys: Captured,
) -> None:
    avrdude("exit 0")
    bench.mcu.identity.update(fields)
    assert flash(firmware) == 1
    told = capsys.readouterr()
    assert "written and verified" in told.out
    assert "firmware 1.2" in told.out
    assert words in told.err
    assert all(port.closed for port in bench.ports)


def test_no_engine_can_have_the_port_while_it_is_flashed_nor_is_an_engine_s_flashed(
    firmware: Path, avrdude: Avrdude, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """avrdude itself locks nothing: who has the port, holds it for avrdude."""
    given = avrdude("exit 0")
    near, far = os.openpty()
    port = os.ttyname(far)
    refused: list[str] = []

    def flashed(*_given: object) -> None:
        with pytest.raises(AccessError) as caught:
            open_port(port)
        refused.append(str(caught.value))
        raise HardwareError("enough")

    try:
        with closing(open_port(port)):
            assert flash(firmware, port=port) == 1
            assert f"{port} is in use" in capsys.readouterr().err
        assert not given.exists()
        monkeypatch.setattr(flashing, "flash", flashed)
        assert flash(firmware, port=port) == 1
        assert len(refused) == 1
        assert "in use" in refused[0]
        open_port(port).close()
    finally:
        os.close(near)
        os.close(far)


@pytest.mark.parametrize(
    "words", [[], ["--port"], ["--port", PORT, "--baud", "9600"], ["--port", PORT, "extra"]]
)
def test_wrong_usage_is_2(words: list[str], capsys: Captured) -> None:
    for command in (["flash"], ["mcu", "info"]):
        with pytest.raises(SystemExit) as ended:
            cli.main([*command, *words])
        assert ended.value.code == 2


# Who is there.


def test_info_tells_who_it_is_and_sets_nothing(bench: Bench, capsys: Captured) -> None:
    assert cli.main(["mcu", "info", "--port", PORT]) == 0
    told = capsys.readouterr().out
    for words in (
        "firmware 1.2, flash CRC beef",
        f"wire version {VERSION}\n",
        "can use: gate, current, encoder",
        "started by: power on; starts counted: 3",
        "self-test: all passed",
    ):
        assert words in told
    assert not bench.mcu.configured
    assert bench.ports[-1].closed


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("self_test", Failed.RAM, "self-test: FAILED: ram"),
        ("protocol", VERSION + 1, f"wire version {VERSION + 1}; this program speaks {VERSION}"),
    ],
)
def test_info_on_a_board_that_is_not_fit_exits_with_1(
    bench: Bench, field: str, value: int, words: str, capsys: Captured
) -> None:
    bench.mcu.identity[field] = value
    assert cli.main(["mcu", "info", "--port", PORT]) == 1
    assert words in capsys.readouterr().out


def test_a_slow_starter_is_waited_for(bench: Bench, capsys: Captured) -> None:
    bench.mcu.deaf_s = 2.0
    assert cli.main(["mcu", "info", "--port", PORT]) == 0


@pytest.mark.parametrize(
    ("babble", "deaf_s", "words"),
    [(b"", 99.0, "Nothing answers"), (b"hello", 0.0, "is it another device")],
)
def test_nobody_and_somebody_else_are_told_apart(
    bench: Bench, babble: bytes, deaf_s: float, words: str, capsys: Captured
) -> None:
    bench.babble, bench.mcu.deaf_s = babble, deaf_s
    assert cli.main(["mcu", "info", "--port", PORT]) == 1
    assert words in capsys.readouterr().err
    assert bench.ports[-1].closed


def test_what_does_not_fit_is_told_by_info_and_not_refused() -> None:
    identity = Identity(1, 0, 2, 1, 2, 0x81, 0, 0x85, 0xBEEF, 3)
    told = "\n".join(monitor.described(identity))
    assert "wire version 2; this program speaks 1: flash" in told
    assert "can use: gate, bit 128" in told
    assert "started by: unknown" in told
    assert "self-test: FAILED: flash, adc, bit 128" in told


def test_monitor_tells_until_ctrl_c(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    bench.mcu.inputs["stop_pressed"] = True
    until_s = bench.now_s() + 1.0

    def wait(seconds: float) -> None:
        bench.wait(seconds)
        if bench.now_s() > until_s - 0.3:
            bench.tamper_to_host = lambda _: []
        if bench.now_s() > until_s:
            raise KeyboardInterrupt

    let_pass(monkeypatch, bench, wait)
    assert cli.main(["mcu", "monitor", "--port", PORT]) == 0
    lines = capsys.readouterr().out.splitlines()
    told = [line for line in lines if "cut RESET" in line]
    assert len(told) >= 5
    assert " stop " in told[0]
    assert "(gate)" in told[0]
    assert "nothing heard" in lines[-1]
    assert bench.ports[-1].closed


def test_a_monitor_whose_port_goes_ends_with_the_reason(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def wait(seconds: float) -> None:
        bench.wait(seconds)
        bench.plugged = bench.now_s() < 100.5

    let_pass(monkeypatch, bench, wait)
    assert cli.main(["mcu", "monitor", "--port", PORT]) == 1
    assert "is gone" in capsys.readouterr().err


def test_every_cut_has_its_name_in_the_monitor() -> None:
    status = Status._make([0] * len(Status._fields))
    for code in CutCode:
        assert f"cut {code.name} " in monitor.told_of(status._replace(cut=code))


# The engine behind a microcontroller.


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "footloop.toml"
    path.write_text(f'[engine]\nfolder = "{tmp_path / "state"}"\n')
    return path


def run_engine(config: Path) -> int:
    return cli.main(["engine", "--device", f"mcu:{PORT}", "--config", str(config)])


def test_an_engine_runs_behind_a_microcontroller(
    bench: Bench, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    seen: list[Any] = []

    def run(roller: Any, _clock: Any, held: engine.Held, signals: Any) -> Pace:
        roller.read()
        roller.drive(REST)
        roller.close()
        seen.extend([held.setup, signals])
        return Pace()

    def opened(*_given: Any, tell: Any, **_named: Any) -> Any:
        assert isinstance(tell.__self__, Notes), "the loop waits for nobody who reads"
        return bench.open()

    monkeypatch.setattr(engine, "run", run)
    monkeypatch.setattr(devices, "open_mcu", opened)
    assert run_engine(config) == 0
    told = capsys.readouterr().out
    assert "note: a microcontroller has neither light nor buzzer" in told
    assert f"note: {PORT}: firmware 1.2" in told
    assert "not calibrated" in told, "what was weighed through the Pi's converter does not count"
    assert isinstance(seen[1], NoSignals)
    assert seen[0].limits.session_time_s < 1200.0


def test_no_microcontroller_is_a_sentence_with_the_cure(config: Path, capsys: Captured) -> None:
    port = config.parent / "ttyUSB0"
    assert cli.main(["engine", "--device", f"mcu:{port}", "--config", str(config)]) == 1
    assert f"{port} is not there: plug the microcontroller in" in capsys.readouterr().err


def test_an_engine_too_quick_for_the_line_is_3(config: Path, capsys: Captured) -> None:
    config.write_text("[engine]\nrate_hz = 1000\n")
    assert run_engine(config) == 3
    assert "at most 500" in capsys.readouterr().err
