"""The firmware's pure C, built for this machine, and called from Python.

The same sources that are flashed are compiled with every warning an error and loaded by their
addresses, so that a test of the library is a test of the code.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import cffi
import pytest

ROOT = Path(__file__).resolve().parent.parent
FIRMWARE = ROOT / "firmware_bridge" / "firmware"
FLAGS: tuple[str, ...] = (
    "-std=c11",
    "-O2",
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Wshadow",
    "-Werror",
)


class HostBuild(NamedTuple):
    """A library of the firmware's C: how to make its structs, how to call it."""

    ffi: Any
    c: Any


def host_build(name: str, sources: list[Path], headers: list[Path], folder: Path) -> HostBuild:
    """Compile `sources` into one library; what `headers` declare can be called."""
    compiler = needed("gcc")
    library = folder / f"{name}.so"
    command: list[str | Path] = [
        compiler,
        *FLAGS,
        "-shared",
        "-fPIC",
        "-I",
        FIRMWARE,
        *sources,
        "-o",
        library,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ffi = cffi.FFI()
    ffi.cdef(declarations(headers))
    return HostBuild(ffi, ffi.dlopen(str(library)))


def needed(tool: str) -> str:
    """The path of a tool that these tests cannot do without."""
    path = shutil.which(tool)
    if path is None:
        said = f"{tool} is missing; `make setup-dev` as root installs it"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    return path


def declarations(headers: list[Path]) -> str:
    """What cffi may know of the headers: enums, structs and prototypes, with plain numbers."""
    text = "\n".join(header.read_text() for header in headers)
    numbers = dict(re.findall(r"^#define (\w+) (\d+)u?(?: .*)?$", text, re.M))
    numbers["UINT16_MAX"] = str(0xFFFF)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    enums = re.findall(r"^enum (?:\w+ )?\{.*?\};", text, re.M | re.S)
    structs = re.findall(r"^struct \w+ \{.*?^\};", text, re.M | re.S)
    prototypes = re.findall(r"^(?!static|typedef)\w[\w ]*\**\w+\([^{};]*\);", text, re.M)
    return re.sub(
        r"\w+",
        lambda word: numbers.get(word[0], word[0]),
        "\n".join(enums + structs + prototypes),
    )
