"""`footloop calibrate` through a microcontroller: what lies there now, and nothing acknowledged."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from controller import cli, devices, engine
from firmware_bridge.messages import Acknowledge, CutCode
from hardware.calibration import KPA_PER_N
from tests.fake_mcu import PORT, Bench

Captured = pytest.CaptureFixture[str]


class Scale(Bench):
    """A board with weights before it."""

    counts_at_rest: int | None = None  # None: those of a nominal element

    def lay(self, kg: float) -> None:
        """Lay a weight on the head."""
        self.mcu.kpa = kg * 9.81 * KPA_PER_N
        if self.counts_at_rest is not None:
            counts = self.counts_at_rest + round(50 * kg)
            self.mcu.inputs.update(pressure_a=counts, pressure_b=counts)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Scale:
    made = Scale()
    monkeypatch.setattr(devices, "open_mcu", lambda *_given, **_named: made.open())
    monkeypatch.setattr(engine, "MonotonicClock", lambda: made)
    return made


def calibrate(
    bench: Scale, folder: Path, monkeypatch: pytest.MonkeyPatch, answers: Sequence[str]
) -> int:
    """Run it; a weight lies on the head when it is typed, and fetching it takes seconds."""
    left = list(answers)
    bench.lay(0.0)

    def answer(_text: str) -> str:
        if left[0].endswith("kg"):
            bench.wait(4.3)
            bench.lay(float(left[0].split()[0]))
            bench.wait(0.1)
        return left.pop(0)

    config = folder / "footloop.toml"
    config.write_text(f'[engine]\nfolder = "{folder / "state"}"\n')
    monkeypatch.setattr("builtins.input", answer)
    return cli.main(["calibrate", "--device", f"mcu:{PORT}", "--config", str(config)])


def test_a_microcontroller_weighs(
    bench: Scale, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert calibrate(bench, tmp_path, monkeypatch, ["", "4 kg", "", "no"]) == 1
    told = capsys.readouterr().out
    assert "0.00 N: pressure_a reads 0.10" in told
    assert "39.24 N: pressure_a reads 0.29" in told
    assert "calibration-mcu" not in told, "there was none that would be replaced"
    assert "Not measured" not in told, "also after a long wait for the weight"
    assert not any(isinstance(one, Acknowledge) for one in bench.mcu.got)
    assert bench.mcu.cut is CutCode.RESET, "what was cut is nobody's to clear who weighs"


def test_what_the_firmware_cannot_use_is_not_kept_though_it_was_weighed_well(
    bench: Scale, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    bench.counts_at_rest = 30
    assert calibrate(bench, tmp_path, monkeypatch, ["", "4 kg", ""]) == 1
    told = capsys.readouterr().out
    assert "pressure_a reads 30 of 1023 counts with nothing on the head" in told
    assert "set the amplifier's offset, then calibrate." in told
    assert told.endswith("Nothing was changed.\n")
    assert not list((tmp_path / "state").glob("calibration*"))


def test_what_it_can_use_is_kept_for_it_alone(
    bench: Scale, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert calibrate(bench, tmp_path, monkeypatch, ["", "4 kg", "", "yes"]) == 0
    assert [one.name for one in (tmp_path / "state").glob("calibration*")] == [
        "calibration-mcu.json"
    ]
