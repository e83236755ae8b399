"""The pins on every other Python that is here: the real factory over fake-rpi, and the contract.

An environment per version lives in build/, from the same hashed requirement file. Where no other
supported Python is present there is nothing to show.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap import REQUIREMENTS, probe
from bootstrap_system import ROOT

VERSIONS = ("3.11", "3.13")
"""The oldest and the newest."""
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
TIER = ("test_fake_contract", "test_fake_pi", "test_buttons_alone", "test_unfit_pins")


def found(version: str) -> str | None:
    """An interpreter of `version`, on the path or among pyenv's."""
    python, complete = probe(f"python{version}")
    if python is not None and complete:
        return python
    if shutil.which("pyenv") is None:
        return None
    listed = subprocess.run(
        ["pyenv", "prefix", version], capture_output=True, text=True, check=False
    )
    python, complete = probe(str(Path(listed.stdout.strip()) / "bin" / "python"))
    return python if listed.returncode == 0 and complete else None


def environment(version: str, python: str) -> Path:
    """The interpreter of an environment with what tests need; made once per requirement file."""
    place, wanted = ROOT / "build" / f"python{version}", ROOT / REQUIREMENTS["dev"]
    stamp, inside = place / "requirements.txt", place / "bin" / "python"
    if not stamp.is_file() or stamp.read_bytes() != wanted.read_bytes():
        quietly([python, "-m", "venv", "--clear", str(place)])
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        quietly([str(inside), *install, "--require-hashes", "-r", str(wanted)])
        shutil.copy(wanted, stamp)
    return inside


def quietly(line: list[str]) -> str:
    """Run in this checkout; fail with what was said."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        line, cwd=ROOT, env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


@pytest.mark.long
@pytest.mark.parametrize("version", [one for one in VERSIONS if one != HERE])
def test_the_pins_behave_alike_on_another_python(version: str) -> None:
    python = found(version)
    if python is None:
        pytest.skip(f"Python {version} is not here; to try it too: apt-get install python{version}")
    inside = environment(version, python)
    assert f"Python {version}" in quietly([str(inside), "-V"])
    files = [f"tests/{name}.py" for name in TIER]
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts="]
    told = quietly([str(inside), "-m", "pytest", *options, *files])
    assert " passed" in told.splitlines()[-1]
