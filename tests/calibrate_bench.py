"""A mock Pi, a folder, and somebody before `footloop calibrate` with known weights."""

import io
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from controller import cli, engine, settings
from controller.calibration_file import file_of
from hardware.calibration import Calibration
from tests.mock_pi import Rig

GAIN = {0: (0.12, 0.006), 1: (0.05, 0.004)}
"""Of each channel: what it reads with nothing on, and per N; unlike the nominal element."""


CELL = (0.503, 0.00026)
"""The same of a load cell of 50 kg on an HX711."""
HX711 = {"pressure_b_channel": "none", "hx711_data_pin": 4, "hx711_clock_pin": 25}


class Script(io.StringIO):
    """What a person does and types, line by line: a load in N on the head, and the line."""

    def __init__(self, bench: "Bench", lines: list[tuple[float, str]]) -> None:
        super().__init__()
        self._bench, self._lines = bench, lines

    def readline(self, *_size: Any) -> str:  # type: ignore[override]
        if not self._lines:
            return ""
        load_n, line = self._lines.pop(0)
        self._bench.rig.wait(1.0)
        self._bench.load(load_n)
        if line == "^C":
            signal.raise_signal(signal.SIGTERM)
        return line + "\n"


class Bench:
    """A mock Pi, a folder, and the command line before it."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, **wiring: Any) -> None:
        self.config, self.file = folder / "footloop.toml", file_of(folder / "state")
        lines = [f"{name} = {value!r}".replace("'", '"') for name, value in wiring.items()]
        text = f'[engine]\nfolder = "{folder / "state"}"\n[wiring]\n' + "\n".join(lines)
        self.config.write_text(text)
        self.found = settings.load(self.config)
        self.rig = Rig(self.found.wiring)
        self.shake: Callable[[int], float] = lambda _count: 0.0
        self.cell = CELL
        self._load_n, self._count = 0.0, 0
        self.patch = patch
        patch.setattr(cli, "open_roller", self._open)
        patch.setattr(engine, "MonotonicClock", lambda: self)

    def _open(self, _wiring: Any, calibration: Calibration, *, clock: Any) -> Any:
        self.rig.calibration = calibration
        return self.rig.open()

    def now_s(self) -> float:
        return self.rig.now_s

    def wait_until(self, at_s: float) -> None:
        self.rig.now_s = at_s
        self._count += 1
        self.load(self._load_n)

    def load(self, load_n: float) -> None:
        """Lay a weight on the head; it shakes as told."""
        self._load_n = load_n
        for channel, (zero_raw, raw_per_n) in GAIN.items():
            raw = zero_raw + raw_per_n * load_n + self.shake(self._count)
            self.rig.set_raw(channel, min(1.0, max(0.0, raw)))
        zero_raw, raw_per_n = self.cell
        self.rig.hx711.set_raw(zero_raw + raw_per_n * load_n + self.shake(self._count))

    def calibrate(self, *lines: tuple[float, str], words: tuple[str, ...] = ()) -> int:
        """Run it with `lines` at its input."""
        self.patch.setattr("sys.stdin", Script(self, list(lines)))
        return cli.main(["calibrate", "--device", "gpio", *words, "--config", str(self.config)])

    def show(self) -> int:
        return cli.main(["calibrate", "--show", "--config", str(self.config)])


WEIGHED = ((0.0, ""), (20.0, "20 N"), (49.05, "5 kg"), (49.05, ""))
YES = (49.05, "yes")
