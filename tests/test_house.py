"""The rules of the house that no tool keeps for us.

Formatting, lint, types and the direction of imports are kept by `make check`. Here is the rest:
what the packages' `__init__.py` may hold, how long code may grow, that requirement files name no
host, that what is pure is held to it, and that the README tells the truth about its commands.
"""

import ast
import importlib
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("hardware", "firmware_bridge", "controller", "sim")
LOCKS = ("requirements.txt", "requirements-dev.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

# What decides, and therefore owns no clock and no port. A name is here from the day the design
# gives it; from the day its file exists, it stands in the import contract and under full coverage.
PURE = (
    "controller.asks",
    "controller.buttons",
    "controller.carriage",
    "controller.comfort",
    "controller.levels",
    "controller.limits",
    "controller.machinery",
    "controller.modes",
    "controller.motion",
    "controller.nearest",
    "controller.pace",
    "controller.pain",
    "controller.plausible",
    "controller.programs",
    "controller.ranges",
    "controller.rules",
    "controller.safety",
    "controller.scenario",
    "controller.scenario_judge",
    "controller.scenario_keys",
    "controller.selftest",
    "controller.service",
    "controller.session",
    "controller.showing",
    "controller.signs",
    "controller.telemetry",
    "controller.toml_lines",
    "controller.trips",
    "controller.watch",
    "controller.weighing",
    "controller.wish",
    "controller.words",
    "firmware_bridge.echo",
    "firmware_bridge.handshake",
    "firmware_bridge.layout",
    "firmware_bridge.line",
    "firmware_bridge.mcu_clock",
    "firmware_bridge.mcu_sample",
    "firmware_bridge.mcu_settings",
    "firmware_bridge.messages",
    "firmware_bridge.wire",
    "hardware.calibration",
    "hardware.converters",
    "hardware.parts",
    "hardware.pin_rules",
    "hardware.pinout",
    "hardware.power_parts",
    "hardware.roller",
    "hardware.signals",
    "hardware.wiring",
    "sim.acts",
    "sim.anatomy",
    "sim.elf",
    "sim.faults.judge",
    "sim.events",
    "sim.foot",
    "sim.gate",
    "sim.heads",
    "sim.indent",
    "sim.known",
    "sim.misread",
    "sim.moods",
    "sim.motor",
    "sim.pain_map",
    "sim.peak",
    "sim.person",
    "sim.tissue",
    "sim.touch",
)
LONGEST_FUNCTION = 40
LONGEST_MODULE = 300
LONGEST_TEST_MODULE = 400

# Written in pieces, so that this file is not its own finding.
HOSTS = ("py" + "pi.org", "python" + "hosted", "npm" + "js.org", "deb." + "debian", "pi" + "wheels")
PLACES = ("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "file:" + "//")


def sources(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def file_of(module: str) -> Path:
    return ROOT / (module.replace(".", "/") + ".py")


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def kept_files() -> list[Path]:
    """What is in the repository or would be with the next `git add`."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode != 0:
        pytest.skip("not a git checkout, or no git")
    names = [name for name in listing.stdout.split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


INITS = [path for path in sources(*PACKAGES, "tests") if path.name == "__init__.py"]


@pytest.mark.parametrize("path", INITS, ids=name_of)
def test_a_package_says_why_it_exists_and_does_nothing(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    assert len(body) == 1, "a package's __init__.py holds its docstring only"
    assert isinstance(body[0], ast.Expr)
    assert isinstance(body[0].value, ast.Constant)
    assert len(str(body[0].value.value).split()) > 5, "the docstring says why the package exists"


@pytest.mark.parametrize("path", sources(*PACKAGES), ids=name_of)
def test_product_code_has_no_assert_and_no_bare_except(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        assert not isinstance(node, ast.Assert), f"line {node.lineno}: raise, do not assert"
        bare = isinstance(node, ast.ExceptHandler) and node.type is None
        assert not bare, f"line {getattr(node, 'lineno', '?')}: name what is caught"


@pytest.mark.parametrize("path", sources(*PACKAGES, "tests"), ids=name_of)
def test_code_stays_small(path: Path) -> None:
    text = path.read_text()
    longest = LONGEST_TEST_MODULE if name_of(path).startswith("tests/") else LONGEST_MODULE
    lines = len(text.splitlines())
    assert lines <= longest, f"{lines} lines: split it by what it is about"
    for function in functions(ast.parse(text)):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= LONGEST_FUNCTION, f"{function.name} has {length} lines"


def test_what_is_pure_stands_in_the_import_contract_and_under_full_coverage() -> None:
    pure = sorted(module for module in PURE if file_of(module).exists())
    contracts = {contract["name"]: contract for contract in linter_contracts()}
    assert sorted(contracts["What decides is pure"]["source_modules"]) == pure
    measured = PROJECT["tool"]["coverage"]["run"]["include"]
    assert sorted(measured) == sorted(name_of(file_of(module)) for module in pure)
    assert PROJECT["tool"]["coverage"]["report"]["fail_under"] == 100


def linter_contracts() -> list[dict[str, str | list[str]]]:
    contracts: list[dict[str, str | list[str]]] = PROJECT["tool"]["importlinter"]["contracts"]
    return contracts


@pytest.mark.parametrize("module", [module for module in PURE if file_of(module).exists()])
def test_what_is_pure_is_imported_and_so_measured(module: str) -> None:
    """Coverage counts no file that nobody imports."""
    importlib.import_module(module)


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    text = (ROOT / name).read_text().replace("\\\n", " ")
    requirements = [
        line for line in text.splitlines() if line and not line.lstrip().startswith("#")
    ]
    assert requirements
    for line in requirements:
        assert re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9,_-]+\])?==[^ ]+ ", line), line
        assert "--hash=sha256:" in line, line


@pytest.mark.parametrize("name", LOCKS)
def test_a_requirement_file_names_no_host_and_no_option(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE), "an option such as an index or a file"


def test_the_run_set_is_part_of_the_dev_set() -> None:
    run, dev = (pins((ROOT / name).read_text()) for name in LOCKS)
    assert run <= dev


def pins(text: str) -> set[str]:
    return set(re.findall(r"^[a-z0-9._-]+==[^ \\]+(?: ;[^\\]+)?", text, re.MULTILINE))


def test_the_pin_library_of_the_system_is_never_locked() -> None:
    for name in LOCKS:
        assert "lgpio" not in (ROOT / name).read_text()


def test_no_kept_file_names_a_registry_or_a_place_on_one_machine() -> None:
    for path in kept_files():
        text = path.read_text(errors="replace")
        found = [name for name in (*HOSTS, *PLACES) if name in text]
        assert not found, f"{name_of(path)} names {found}"


def test_the_commands_of_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        told = set(re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / name).read_text(), re.M))
        assert told, f"{name} names no command"
        assert told <= targets, f"{name} names {told - targets}"


def test_the_links_of_the_documents_lead_somewhere() -> None:
    for path in kept_files():
        if path.suffix != ".md":
            continue
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
            assert (path.parent / target).exists(), f"{name_of(path)} links to {target}"
