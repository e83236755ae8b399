"""`make prove`: what CBMC proves of the firmware's C, told as a table and as `build/proofs.json`.

The proofs are data, `firmware/proofs/proofs.toml`. Each harness is run as it is flashed, with an
`int` of 16 bits, from what the AVR's own preprocessor makes of it, and with one of 32. A property
whose text begins with "must fail" has to; a harness without one could be empty, and is refused.
"""

import json
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

FIRMWARE = Path(__file__).resolve().parent / "firmware"
BUILD = FIRMWARE.parent.parent / "build"
WIDTHS = (16, 32)
CHECKS = (
    "--bounds-check",
    "--pointer-check",
    "--pointer-overflow-check",
    "--signed-overflow-check",
    "--undefined-shift-check",
    "--div-by-zero-check",
    "--unwinding-assertions",
    "--drop-unused-functions",
)
MUST_FAIL = "must fail"
LONG = re.compile(r"int\s+(\w+)\s+__attribute__\s*\(\(__mode__\s*\(__SI__\)\)\)")
"""How the AVR's headers spell 32 bits; CBMC would read `int`, which has 16."""


class Proof(NamedTuple):
    """One harness."""

    file: str
    harness: str
    says: str
    unwind: int


class Outcome(NamedTuple):
    """What came of one harness at one width of `int`."""

    proof: Proof
    int_bits: int
    properties: int
    wrong: tuple[str, ...]  # what held and must fail, or failed and must hold
    took_s: float


class ProofError(Exception):
    """A proof could not be tried; the text says why and what to do."""


def proofs(firmware: Path = FIRMWARE) -> list[Proof]:
    """Return the table of proofs."""
    table = tomllib.loads((firmware / "proofs" / "proofs.toml").read_text())
    return [
        Proof(file["name"], harness, says, file["unwind"])
        for file in table["file"]
        for harness, says in file["harness"].items()
    ]


def run(proof: Proof, int_bits: int, folder: Path, firmware: Path = FIRMWARE) -> Outcome:
    """Try one proof; `folder` takes what is preprocessed. Raises `ProofError`."""
    source = firmware / "proofs" / proof.file
    width: tuple[str, ...] = ()
    if int_bits == 16:
        source, width = preprocessed(source, folder), ("--16", "--little-endian")
    command = [_tool("cbmc"), str(source), "--function", proof.harness, *width, *CHECKS]
    begun_at_s = time.monotonic()
    said = _said([*command, "--unwind", str(proof.unwind), "--json-ui"], (0, 10))
    results = _results(said, proof)
    took_s = time.monotonic() - begun_at_s
    return Outcome(proof, int_bits, len(results), tuple(_wrong(results)), took_s)


def preprocessed(source: Path, folder: Path) -> Path:
    """Return `source` as the AVR's compiler sees it, with 32-bit types spelled out."""
    options = ["-mmcu=atmega328p", "-DF_CPU=16000000UL", "-std=c11", "-E", "-P"]
    text = _said([_tool("avr-gcc"), *options, str(source)], (0,))
    folder.mkdir(parents=True, exist_ok=True)
    result = folder / f"{source.stem}-16.c"
    result.write_text(LONG.sub(r"long \1", text))
    return result


def _said(command: list[str], good: tuple[int, ...]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in good:
        raise ProofError(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout)[-2000:]}")
    return done.stdout


def _tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise ProofError(f"{name} is missing: `make setup-dev` as root installs it")
    return path


def _results(said: str, proof: Proof) -> list[dict[str, Any]]:
    for part in json.loads(said):
        if "result" in part:
            results: list[dict[str, Any]] = part["result"]
            return results
    raise ProofError(f"{proof.file}: no result for {proof.harness}; does it have this harness?")


def _wrong(results: list[dict[str, Any]]) -> Iterator[str]:
    expected_to_fail = 0
    for one in results:
        must_fail = one["description"].startswith(MUST_FAIL)
        expected_to_fail += must_fail
        if one["status"] != ("FAILURE" if must_fail else "SUCCESS"):
            yield f"{one['property']}: {one['description']}: {one['status']}"
    if not expected_to_fail:
        yield "nothing in it must fail, so it may be empty; end it with REACHED()"


def line(outcome: Outcome) -> str:
    """Return one line of the table."""
    verdict = "NOT AS EXPECTED" if outcome.wrong else "as expected"
    return (
        f"{outcome.proof.harness:28} int {outcome.int_bits:2}  {outcome.properties:5} properties  "
        f"{outcome.took_s:6.1f} s  {verdict}: {outcome.proof.says}"
    )


def record(outcomes: list[Outcome]) -> str:
    """Return the JSON that `build/proofs.json` holds."""
    rows = [
        {**one.proof._asdict(), **one._asdict(), "proof": one.proof.harness, "holds": not one.wrong}
        for one in outcomes
    ]
    return json.dumps({"proofs": rows}, indent=1) + "\n"


def main() -> int:
    """Run every proof at both widths; 1 when one is not as expected or could not be tried."""
    outcomes = []
    try:
        for proof in proofs():
            for int_bits in WIDTHS:
                outcomes.append(run(proof, int_bits, BUILD / "proofs"))
                sys.stdout.write(line(outcomes[-1]) + "\n")
                sys.stdout.writelines(f"    {text}\n" for text in outcomes[-1].wrong)
                sys.stdout.flush()
    except ProofError as error:
        sys.stderr.write(f"prove: {error}\n")
        return 1
    (BUILD / "proofs.json").write_text(record(outcomes))
    return int(any(one.wrong for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
