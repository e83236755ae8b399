"""build/firmware-timing.json and docs/firmware-timing.md, made by `make timing`.

The page and the tests are made by the same code: each line of the table is worked out again by
tests/test_firmware_timing.py, from the binary that would be flashed, and printed as it was then.
"""

import json
import subprocess
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from firmware_bridge.mcu_clock import MOST_DRIFT
from firmware_bridge.messages import LEASE_MS
from sim.mcu import CYCLES_PER_MS
from tests.firmware_build import FIRMWARE, ROOT, build_firmware
from tests.firmware_timing import FROM_ONE_START, MEASURES, NEAR_CYCLES, PHASES, Numbers

PAGE = ROOT / "docs" / "firmware-timing.md"
RECORD = FIRMWARE.parent.parent / "firmware-timing.json"


class Row(NamedTuple):
    """What one measured number means."""

    means: str
    most: float | None = None  # the bar; None: there is none
    least: float | None = None


ROWS = {
    "worst_sample_to_off_cycles": Row("sample ready → drive pins off, T1 and T2", most=200),
    "least_sample_to_off_cycles": Row("the same, when nothing has to be waited for"),
    "worst_conversion_to_off_cycles": Row(
        "start of the conversion that decides → drive pins off", most=1900
    ),
    "worst_crossing_to_off_cycles": Row(
        "pressure crosses → drive pins off: two samples, up to a round and a conversion"
    ),
    "phases": Row("phases, for each rule on each channel", least=500),
    "pain_cuts": Row("cuts by pressure in all"),
    "host_silent_to_off_ms": Row(
        f"last byte of the last DRIVE → drive pins off; {LEASE_MS} on a clock that is "
        f"{MOST_DRIFT:.0%} slow",
        most=LEASE_MS * (1.0 - MOST_DRIFT),
    ),
    "least_host_silent_to_off_ms": Row("the same, at the least: so long a host may be late"),
    "worst_stop_to_off_cycles": Row(
        "last byte of a STOP among DRIVEs → drive pins off", most=CYCLES_PER_MS
    ),
    "worst_hang_to_off_ms": Row("the program hangs → the watchdog lets go of all pins", most=20),
    "longest_unpolled_cycles": Row(
        "longest time between two looks at the receiver; two bytes may wait there", most=2778
    ),
    "longest_tick_cycles": Row(
        "the millisecond's interrupt → all that is due in it is done", most=CYCLES_PER_MS
    ),
    "flash_bytes": Row("program, constants, and the CRC behind them", most=12288),
    "ram_bytes": Row("variables and the deepest stack", most=1024),
    "static_bytes": Row("variables"),
    "stack_bytes": Row("deepest stack, by the paint that is gone"),
}
"""What is reported, in the page's order, under the names of the record."""
HEAD = ["| name | what | measured | bar |", "|---|---|---|---|"]


PROSE = f"""## How it is measured

- The converter takes its input when a conversion starts. The sample that must decide is counted
  from the moment the pressure crosses, not taken from the cut.
- T1: from 38.5 to 42 kPa with the level at 40. T2: from 20 to 34 kPa with a reference of 25. Each
  on both channels, while the motor runs, at {PHASES} phases of the crossing in the millisecond's
  round, with the host's DRIVE, every 4 ms on a clock of its own, at another phase each time.
- STATUS goes back all the while, and the encoder interrupts at 2 kHz. On top of that, one edge of
  the encoder meets the sample: from {NEAR_CYCLES} cycles before it is ready to 7 after.
- Silence and STOP: at {PHASES} phases each, among the same traffic.
- The hang: an instruction is made a jump to itself at {PHASES} phases of the 4 ms in which
  the watchdog is fed, in the loop and in interrupts. On a chip its clock may be 10 % off.
- The motor comes to turn anew for every {FROM_ONE_START} trials; each of them begins at that
  moment, which chip, host and bench are brought back to.
- The looks at the receiver: over set-up, session, stops, cuts, and a reference that changes with
  each DRIVE, with the bridge's questions between. A byte takes 1,389 cycles; a third one that
  nobody fetched is lost.
- The tick: over the same, from the interrupt that makes it due to its last store, with what the
  loop had to end before. A millisecond that is missed cuts, and feeds neither gate nor watchdog.
- The stack: memory is painted when `main` begins; what is no longer paint was stack.

## Why the converter's clock is divided by 128

That makes 125 kHz; the data sheet asks for 50 to 200 kHz for all ten bits. Divided by 64 it would
be 250 kHz: a conversion in 832 cycles instead of 1,664, but with fewer bits that can be believed,
and the 52 µs gained are little beside the millisecond between two samples.

## What is not in it

- simavr is corrected where it is kinder than the chip (`sim/simavr/mcu.h`): an interrupt takes
  its 4 cycles, a byte its 10 bits. A program that it would run wrongly is refused.
- On the chip a conversion starts with the next clock of the converter, up to 128 cycles after it
  was asked for; it counts here from its start.
- What comes after the pins: the driver's own delay, and the motor.

Made by `make timing`, which also writes `build/firmware-timing.json`; two runs are the same to the
cycle. `make test` measures every line again, at every phase, compares it with this page, and prints
what it has measured.
"""


def measured() -> Numbers:
    """Measure everything; two at a time, because each has a chip of its own."""
    with ProcessPoolExecutor(max_workers=2) as workers:
        firmware = build_firmware()
        done = [workers.submit(measure, firmware, PHASES) for measure in MEASURES.values()]
        return {name: value for one in done for name, value in one.result().items()}


def missed(numbers: Numbers) -> list[str]:
    """The names of those that miss their bar."""
    return [name for name, value in numbers.items() if not _within(ROWS[name], value)]


def _within(row: Row, value: float) -> bool:
    too_much = row.most is not None and value > row.most
    return not too_much and (row.least is None or value >= row.least)


def line(name: str, value: float) -> str:
    """One line of the table."""
    row = ROWS[name]
    bar = ""
    if row.most is not None:
        bar = f"≤ {row.most:,g}"
    elif row.least is not None:
        bar = f"≥ {row.least:,g}"
    return f"| `{name}` | {row.means} | {value:,.10g} | {bar} |"


def name_of(line: str) -> str:
    """Whose line of the table it is."""
    return line.split("`")[1]


def compiler() -> str:
    """The compiler whose code was measured: another one makes other code."""
    said = subprocess.run(["avr-gcc", "--version"], capture_output=True, text=True, check=True)
    return f"avr-gcc {said.stdout.split()[2]}"


def page(lines: list[str], made_by: str) -> str:
    """The whole page."""
    table = "\n".join(HEAD + lines)
    return f"""# The firmware's timing

Measured on the binary that is flashed, as it runs in simavr, one instruction at a time; in cycles
of the 16 MHz clock, which is 16 cycles for a microsecond. Made from code of {made_by}.

{table}

*Off* is the moment at which the PWM is disconnected from the driver's two inputs: the port holds
both of them high then, and the motor is braked. It counts when the instruction that writes TCCR1A
has ended, and in every trial the two pins stay equal behind it.

{PROSE}"""


def main() -> None:
    """Measure, and write both."""
    numbers = measured()
    RECORD.write_text(json.dumps({**numbers, "compiler": compiler()}, indent=2) + "\n")
    lines = [line(name, numbers[name]) for name in ROWS]
    PAGE.write_text(page(lines, compiler()), encoding="utf-8")
    print("\n".join(lines))
    if names := missed(numbers):
        raise SystemExit(f"misses its bar: {', '.join(names)}")


if __name__ == "__main__":
    main()
