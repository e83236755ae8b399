#!/usr/bin/env python3
"""Sets a machine up to run Footloop, or to test it, and is quick to see that it already is.

Only the standard library is used, because nothing is installed yet. The rules:

* Everything from Python goes into `.venv`, from a requirement file whose every line carries a
  hash; then the project itself, with no dependencies and no build isolation.
* What the system lacks is installed when this runs as root, and otherwise asked for in one
  sentence that says what to type.
* On a Raspberry Pi the environment sees the system's packages, because `python3-lgpio`, which
  gpiozero needs there, comes from the system and from nowhere else.
* A stamp in `.venv` holds a digest of all that went into it; while that matches, nothing is done.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bootstrap_system import (
    ROOT,
    SetupError,
    apt_install,
    ensure_test_tools,
    is_raspberry_pi,
    run,
    succeeds,
)

VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
SYSTEM_PYTHON = "/usr/bin/python3"
PYTHONS = ("python3.13", "python3.12", "python3.11", "python3", SYSTEM_PYTHON)
REQUIREMENTS = {"run": "requirements.txt", "dev": "requirements-dev.txt"}
INPUTS = ("bootstrap.py", "pyproject.toml")
PROBE = (
    "import sys; ok = (3, 11) <= sys.version_info[:2] < (3, 14)\n"
    "import importlib.util as u\n"
    "print(sys.executable if ok else '', u.find_spec('ensurepip') is not None)"
)


def main(arguments: list[str] | None = None) -> int:
    """Set the machine up as asked; one sentence on standard error when that cannot be done."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("wanted", choices=sorted(REQUIREMENTS), help="what to set up for")
    wanted = parser.parse_args(arguments).wanted
    try:
        with only_one_set_up():
            set_up(wanted)
    except SetupError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def only_one_set_up() -> Iterator[None]:
    """Let a second set-up of the same folder wait for the first."""
    folder = os.open(str(ROOT), os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def set_up(wanted: str) -> None:
    """Bring `.venv`, and for tests the system's tools, up to what this checkout asks for."""
    if not is_current(wanted):
        build_environment(wanted)
    if wanted == "dev":
        ensure_test_tools()


def is_current(wanted: str) -> bool:
    """Whether `.venv` was made from these very files; the dev set holds the run set too."""
    names = {wanted, "dev"}
    return VENV_PYTHON.exists() and any(
        stamp_file(name).is_file() and stamp_file(name).read_text() == digest(name)
        for name in names
    )


def stamp_file(wanted: str) -> Path:
    """Where the digest of an installed set is kept."""
    return VENV / f"footloop-{wanted}.stamp"


def digest(wanted: str) -> str:
    """One digest of all that decides what `.venv` holds: interpreter, place and input files."""
    total = hashlib.sha256(f"{VENV_PYTHON.resolve()} {ROOT}".encode())
    for name in (*INPUTS, REQUIREMENTS[wanted]):
        total.update((ROOT / name).read_bytes())
    return total.hexdigest()


def build_environment(wanted: str) -> None:
    """Make `.venv` where there is none, and install one requirement file and the project."""
    on_a_pi = is_raspberry_pi()
    if on_a_pi:
        ensure_pin_library()
    if not environment_works():
        make_environment(find_python(on_a_pi), on_a_pi)
    for name in REQUIREMENTS:
        stamp_file(name).unlink(missing_ok=True)
    print(f"set-up: installing what {REQUIREMENTS[wanted]} lists", flush=True)
    pip("install", "--require-hashes", "-r", REQUIREMENTS[wanted])
    pip("install", "--no-deps", "--no-build-isolation", "-e", ".")
    stamp_file(wanted).write_text(digest(wanted))


def environment_works() -> bool:
    """Whether `.venv` has an interpreter that starts, is of a fitting version, and has pip."""
    if not VENV_PYTHON.exists():
        return False
    return probe(str(VENV_PYTHON))[0] is not None and succeeds(VENV_PYTHON, "-m", "pip", "-V")


def make_environment(python: str, sees_system: bool) -> None:
    """Make `.venv` afresh with the given interpreter."""
    print(f"set-up: making .venv with {python}", flush=True)
    options = ["--system-site-packages"] if sees_system else []
    run([python, "-m", "venv", "--clear", *options, str(VENV)], "could not make .venv")


def find_python(on_a_pi: bool) -> str:
    """Find a Python of 3.11 to 3.13 that can make environments; on a Pi only the system's."""
    candidates = (SYSTEM_PYTHON,) if on_a_pi else (sys.executable, *PYTHONS)
    found = [probe(name) for name in candidates]
    fitting = [(path, complete) for path, complete in found if path]
    for path, complete in fitting:
        if complete:
            return path
    if not fitting:
        raise SetupError(
            "Python 3.11, 3.12 or 3.13 is needed; type: sudo apt-get install python3 python3-venv"
        )
    apt_install("python3-venv")
    if not probe(SYSTEM_PYTHON)[1]:
        raise SetupError(f"{fitting[0][0]} lacks ensurepip, and python3-venv did not bring it")
    return SYSTEM_PYTHON


def probe(python: str) -> tuple[str | None, bool]:
    """The path of an interpreter if it starts and fits, and whether it has ensurepip."""
    try:
        done = subprocess.run([python, "-c", PROBE], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None, False
    path, _, complete = done.stdout.strip().rpartition(" ")
    return path or None, complete == "True"


def ensure_pin_library() -> None:
    """Have the system's lgpio on a Pi: gpiozero drives the pins through it."""
    if not succeeds(SYSTEM_PYTHON, "-c", "import lgpio"):
        apt_install("python3-lgpio")


def pip(*arguments: str) -> None:
    """Run the environment's pip, quietly, in this checkout."""
    quiet = ("-q", "--disable-pip-version-check", "--no-input")
    run([str(VENV_PYTHON), "-m", "pip", *arguments, *quiet], "pip could not install the packages")


if __name__ == "__main__":
    sys.exit(main())
