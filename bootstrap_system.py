"""What Footloop needs of the system, beside Python: found, and installed when this runs as root.

Only the standard library is used, because nothing is installed yet. All that the tests miss comes
with one call of apt. The prover `cbmc` left Debian for one release: there it comes from the release
before, through a copy of the machine's own source of packages with the suite's name changed, kept
in a temporary folder and checked with the same keyring, so that apt's settings stay as they are.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PI_MODEL = Path("/proc/device-tree/model")
APT = Path("/etc/apt")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROGRAMS = {  # package: any of these programs will do
    "chromium": CHROMIUMS,
    "gcc": ("gcc",),
    "gcc-avr": ("avr-gcc",),
    "avrdude": ("avrdude",),
    "simavr": ("simavr",),
    "cbmc": ("cbmc",),
}
HEADERS = {  # package: a compiler that must find this header
    "libc6-dev": ("gcc", "stdio.h"),
    "avr-libc": ("avr-gcc", "avr/io.h"),
    "libsimavr-dev": ("gcc", "simavr/sim_avr.h"),
}
LOCK_WAIT_S = 120  # another apt may be at work
OLDER_SUITE = {"bookworm": "bullseye"}  # where the packages come from that the newer one lacks


class SetupError(Exception):
    """The machine cannot be set up; the text says what to type."""


def is_raspberry_pi() -> bool:
    """Whether the kernel says that this is a Raspberry Pi."""
    try:
        return "Raspberry Pi" in PI_MODEL.read_text(errors="replace")
    except OSError:
        return False


def ensure_test_tools() -> None:
    """Have what the tests call; without it they are skipped, but never in CI."""
    missing = missing_test_tools()
    if not missing:
        return
    try:
        apt_install(*missing)
    except SetupError as error:
        if os.environ.get("CI"):
            raise
        print(f"set-up: the tests that need more will be skipped: {error}", file=sys.stderr)


def missing_test_tools() -> list[str]:
    """The packages that must still come: a browser, compilers, simulator, programmer, prover."""
    programs = [name for name, any_of in PROGRAMS.items() if not any(map(shutil.which, any_of))]
    headers = [name for name, (gcc, header) in HEADERS.items() if not finds_header(gcc, header)]
    return programs + headers


def finds_header(compiler: str, header: str) -> bool:
    """Whether a compiler is there and knows a header."""
    return succeeds(compiler, "-E", "-x", "c", "-include", header, os.devnull)


def apt_install(*packages: str) -> None:
    """Install system packages when root; otherwise say what to type."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        verb = "is" if len(packages) == 1 else "are"
        raise SetupError(f"{', '.join(packages)} {verb} missing; type: {cure(packages)}")
    print(f"set-up: installing {', '.join(packages)}", flush=True)
    apt_get("update", failure="apt-get update failed")
    known = [name for name in packages if is_offered(name)]
    if known:
        apt_get("install", *known, failure=f"{', '.join(known)} could not be installed")
    if len(known) < len(packages):
        install_from_older_suite([name for name in packages if name not in known])


def cure(packages: Sequence[str]) -> str:
    """What to type: apt's own command, unless this release lacks one of the packages."""
    if shutil.which("apt-cache") and not all(map(is_offered, packages)):
        return "sudo make setup-dev"
    return f"sudo apt-get install {' '.join(packages)}"


def is_offered(package: str) -> bool:
    """Whether the machine's own sources have a package."""
    return succeeds("apt-cache", "show", "--no-all-versions", package)


def install_from_older_suite(packages: Sequence[str]) -> None:
    """Install what this release lacks from the one before it, and leave apt's settings alone."""
    suite = suite_of_this_release()
    names = ", ".join(packages)
    sources = older_sources(suite)
    if not sources:
        raise SetupError(f"no source of packages here offers {names} (release: {suite})")
    with tempfile.TemporaryDirectory() as folder:
        options = apt_options_for(sources, Path(folder))
        apt_get(*options, "update", failure=f"the package lists before {suite} did not come")
        apt_get(*options, "install", *packages, failure=f"{names} could not be installed")


def apt_options_for(sources: dict[str, str], folder: Path) -> list[str]:
    """Lay out apt's settings in a folder of their own, and name the options that lead there."""
    folder.chmod(0o755)  # apt drops its rights before it downloads
    (folder / "lists").mkdir()
    for suffix, text in sources.items():
        (folder / f"older{suffix}").write_text(text)
    options = (
        "Dir::Etc::sourcelist=/dev/null",
        f"Dir::Etc::sourceparts={folder}",
        f"Dir::State::lists={folder / 'lists'}",
        "Dir::Cache::pkgcache=",
        "Dir::Cache::srcpkgcache=",
    )
    return [word for option in options for word in ("-o", option)]


def suite_of_this_release() -> str:
    """The code name of the system's release, or nothing if it tells none."""
    try:
        told = Path("/etc/os-release").read_text()
    except OSError:
        return ""
    found = re.search(r"^VERSION_CODENAME=\"?([a-z]+)", told, re.MULTILINE)
    return found.group(1) if found else ""


def older_sources(suite: str) -> dict[str, str]:
    """The machine's own sources of its release, with the older suite's name: text by suffix."""
    if suite not in OLDER_SUITE:
        return {}
    stanzas = [
        re.sub(r"(?m)^Suites:.*$", f"Suites: {OLDER_SUITE[suite]}", stanza)
        for path in sorted(APT.glob("sources.list.d/*.sources"))
        for stanza in re.split(r"\n\s*\n", path.read_text())
        if re.search(rf"(?m)^Suites:(.*\s)?{suite}(\s|$)", stanza)
        and re.search(r"(?m)^Components:(.*\s)?main(\s|$)", stanza)
    ]
    lines = [
        re.sub(rf"\s{suite}\s", f" {OLDER_SUITE[suite]} ", line, count=1)
        for path in (APT / "sources.list", *sorted(APT.glob("sources.list.d/*.list")))
        if path.exists()
        for line in path.read_text().splitlines()
        if re.match(rf"deb\s.*\s{suite}\s+(.*\s)?main(\s|$)", line)
    ]
    texts = {".sources": "\n\n".join(stanzas), ".list": "\n".join(lines)}
    return {suffix: text + "\n" for suffix, text in texts.items() if text}


def apt_get(*arguments: str, failure: str) -> None:
    """Run apt-get without questions and without what is only recommended."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ("-qq", "-y", "--no-install-recommends", "-o", f"DPkg::Lock::Timeout={LOCK_WAIT_S}")
    run(["apt-get", *options, *arguments], failure, quiet)


def run(command: list[str], failure: str, environment: dict[str, str] | None = None) -> None:
    """Run a command in silence; if it fails, show what it said and put it in one sentence."""
    try:
        subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    except subprocess.CalledProcessError as error:
        print(error.stdout, file=sys.stderr)
        raise SetupError(f"{failure} (see above): {' '.join(command)}") from error
    except OSError as error:
        raise SetupError(f"{failure}: {error}") from error


def succeeds(*command: str | Path) -> bool:
    """Whether a command runs and exits with 0."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
