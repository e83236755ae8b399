"""`make mutate`: is every line of the microcontroller's rules tested?

The C is changed in one place at a time: a comparison, a sign, a constant, a condition, a statement
left out. Each mutant must die, by the tests of the rules or by a proof. Those that live stand in
`firmware/survivors.toml`, each with the reason; one that does not stand there is a failure.
"""

import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import hypothesis
import pytest

from firmware_bridge import prove
from tests import host_build

FIRMWARE = host_build.FIRMWARE
SURVIVORS = FIRMWARE / "survivors.toml"
RESULT = host_build.ROOT / "build" / "mutation.json"
SOURCES = ("ages.h", "ages.c", "pain.h", "pain.c", "sensors.c", "safety.c")
JUDGES = {
    "ages": ("ages", "rules", "sensors"),
    "pain": ("sensors", "and_kernel"),
    "sensors": ("sensors", "parameters", "and_kernel"),
    "safety": ("rules", "motion", "presence", "parameters", "sensors", "and_machinery"),
}
"""The tests of each source, the quickest first: a mutant's life is short."""
OPTIONS = (
    *("-x", "-q", "-m", "not long", "--assert=plain"),
    *("-p", "no:cacheprovider", "-p", "no:xdist"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
AT_ONCE = os.cpu_count() or 1
LONGEST_S = 300.0
SWAPS = {
    "<=": "<",
    ">=": ">",
    "<": "<=",
    ">": ">=",
    "==": "!=",
    "!=": "==",
    "&&": "||",
    "||": "&&",
    "+": "-",
    "-": "+",
    "true": "false",
    "false": "true",
}
OPERATOR = re.compile(r"(?<= )(<=|>=|==|!=|&&|\|\||<|>|\+|-)(?= |$)|\b(true|false)\b")
CONSTANT = re.compile(r"(?<![\w.])(\d+)(?=u?\b)")
NEGATION = re.compile(r"!(?=[\w(])")
STATEMENT = re.compile(r"^ +(?!return|uint|int|bool|const|struct)[\w.>\[\]\-]+( =|\+\+|\(|--).*;$")


class Mutant(NamedTuple):
    """One change of one line; `place` counts equal changes of equal lines."""

    file: str
    line: str
    becomes: str
    place: int
    at: int  # line number, from 0


def mutants() -> Iterator[Mutant]:
    """Every mutant of every source."""
    for file in SOURCES:
        seen: dict[tuple[str, str], int] = {}
        for at, line in enumerate(bare(FIRMWARE / file)):
            for becomes in changes(line):
                key = (line.strip(), becomes.strip())
                seen[key] = seen.get(key, -1) + 1
                yield Mutant(file, *key, seen[key], at)


def bare(source: Path) -> list[str]:
    """The lines without comments and preprocessor."""
    comment = re.compile(r"/\*.*?\*/", re.S)
    text = comment.sub(lambda told: "\n" * told[0].count("\n"), source.read_text())
    return ["" if line.startswith("#") else line.rstrip() for line in text.splitlines()]


def changes(line: str) -> Iterator[str]:
    """What a line may become."""
    if line.startswith("_Static_assert"):
        return
    for found in OPERATOR.finditer(line):
        yield line[: found.start()] + SWAPS[found[0]] + line[found.end() :]
    for found in CONSTANT.finditer(line):
        yield line[: found.start()] + str(int(found[0]) + 1) + line[found.end() :]
    for found in NEGATION.finditer(line):
        yield line[: found.start()] + line[found.end() :]
    if STATEMENT.match(line):
        yield " ;"


def mutated(mutant: Mutant, folder: Path) -> Path:
    """The firmware's sources with one change."""
    firmware = folder / "firmware"
    shutil.copytree(FIRMWARE, firmware)
    lines = bare(firmware / mutant.file)
    kept = (firmware / mutant.file).read_text().splitlines()
    directives = {at: line for at, line in enumerate(kept) if line.startswith("#")}
    lines[mutant.at] = mutant.becomes
    text = "\n".join(directives.get(at, line) for at, line in enumerate(lines))
    (firmware / mutant.file).write_text(text + "\n")
    return firmware


def judged(mutant: Mutant) -> int:
    """In a process of its own: 0 when the tests find nothing."""
    from tests import firmware_host

    with tempfile.TemporaryDirectory() as folder:
        firmware = mutated(mutant, Path(folder))
        host_build.FIRMWARE = firmware
        host_build.FLAGS = ("-std=c11", "-O1", "-w")
        firmware_host.rules.cache_clear()
        judges = JUDGES[mutant.file.partition(".")[0]]
        files = [f"tests/test_firmware_{name}.py" for name in judges]
        return int(pytest.main([*OPTIONS, *files]))


def apart(work: Callable[[], int]) -> int:
    """Begin `work` in a process of its own; return its number."""
    pid = os.fork()
    if pid == 0:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        try:
            os._exit(work())
        finally:
            os._exit(99)
    return pid


def unchanged() -> Mutant:
    """No mutant at all: it must live, or what the others die of is not their change."""
    lines = bare(FIRMWARE / "pain.c")
    at = next(place for place, line in enumerate(lines) if line)
    return Mutant("pain.c", lines[at], lines[at], 0, at)


def survivors_of_the_tests(all_of_them: list[Mutant]) -> list[Mutant]:
    """Those that the tests let live."""
    waiting, alive = list(reversed(all_of_them)), list[Mutant]()
    running: dict[int, tuple[Mutant, float]] = {}
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            mutant = waiting.pop()
            pid = apart(lambda one=mutant: judged(one))  # type: ignore[misc]
            running[pid] = (mutant, time.monotonic() + LONGEST_S)
        pid, ended = os.waitpid(-1, os.WNOHANG)
        if pid:
            mutant, _ = running.pop(pid)
            if ended == 0:
                alive.append(mutant)
                print(f"alive: {mutant.file}:{mutant.at + 1}: {mutant.line}  ->  {mutant.becomes}")
            continue
        for one, (_, until_s) in running.items():
            if time.monotonic() > until_s:
                os.kill(one, signal.SIGKILL)
        time.sleep(0.02)
    return sorted(alive)


def disproved(mutant: Mutant) -> bool:
    """Whether a proof finds it, for an `int` as wide as the microcontroller's."""
    table = "pain_proofs.c" if mutant.file.startswith("pain") else "safety_proofs.c"
    with tempfile.TemporaryDirectory() as folder:
        firmware = mutated(mutant, Path(folder))
        return any(
            prove.run(proof, 16, Path(folder), firmware).wrong
            for proof in prove.proofs()
            if proof.file == table
        )


def known() -> dict[tuple[str, str, str, int], str]:
    """The mutants that may live, with the reason of each."""
    table = tomllib.loads(SURVIVORS.read_text())
    return {
        (one["file"], one["line"], one["becomes"], one.get("place", 0)): one["reason"]
        for one in table.get("survivor", ())
    }


def main() -> int:
    """Try them all; 1 when one lives that may not."""
    hypothesis.settings.register_profile(
        "mutants",
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        database=None,
        derandomize=True,
        deadline=None,
    )
    hypothesis.settings.load_profile("mutants")
    for name in {one for judges in JUDGES.values() for one in judges}:
        __import__(f"tests.test_firmware_{name}")
    wanted = sys.argv[1:]
    everything = [one for one in mutants() if not wanted or one.file in wanted]
    may_live = known()
    if not survivors_of_the_tests([unchanged()]):
        print("mutate: the tests fail without a mutant; make them pass first")
        return 1
    print(f"{len(everything)} mutants", flush=True)
    alive = survivors_of_the_tests(everything)
    unknown = [one for one in alive if one[:4] not in may_live]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(disproved, unknown))
    bad = [one for one, dead in zip(unknown, found, strict=True) if not dead]
    told = {
        "mutants": len(everything),
        "killed_by_tests": len(everything) - len(alive),
        "killed_by_proofs": len(unknown) - len(bad),
        "listed_survivors": len(alive) - len(unknown),
        "unlisted_survivors": [one._asdict() for one in bad],
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(told, indent=1) + "\n")
    print(RESULT.read_text())
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
