"""What the system must bring: found, asked for in one sentence, or installed with one call."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import bootstrap_system

DEB822 = """\
Types: deb
URIs: mirror+file:/etc/mirrors
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/archive.gpg

Types: deb
URIs: mirror+file:/etc/mirrors-security
Suites: bookworm-security
Components: main
"""
ONE_LINE = """\
# deb mirror://a/debian bookworm main
deb mirror://a/debian bookworm main contrib
deb mirror://a/debian bookworm-updates main
deb [arch=amd64] mirror://elsewhere/debian bookworm stable
"""


def no_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def a_bare_machine(monkeypatch: pytest.MonkeyPatch, offers: Callable[[str], bool]) -> None:
    """Nothing is installed beside apt, and apt offers what it is said to offer."""
    apt = ("apt-get", "apt-cache")
    monkeypatch.setattr(shutil, "which", lambda name: name if name in apt else None)
    monkeypatch.setattr(bootstrap_system, "finds_header", lambda _gcc, _header: False)
    monkeypatch.setattr(bootstrap_system, "is_offered", offers)


def told_apt(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The calls of apt-get, which is here only listened to."""
    calls: list[list[str]] = []

    def listen(*arguments: str, failure: str) -> None:
        assert failure
        calls.append([one for one in arguments if one != "-o" and "::" not in one])

    monkeypatch.setattr(bootstrap_system, "apt_get", listen)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return calls


def test_without_the_tools_a_person_goes_on_and_ci_does_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    no_root(monkeypatch)
    a_bare_machine(monkeypatch, lambda _name: True)
    monkeypatch.delenv("CI", raising=False)
    bootstrap_system.ensure_test_tools()
    said = capsys.readouterr().err
    assert "type: sudo apt-get install chromium gcc gcc-avr avrdude" in said
    assert said.count("\n") == 1
    monkeypatch.setenv("CI", "true")
    with pytest.raises(bootstrap_system.SetupError):
        bootstrap_system.ensure_test_tools()


def test_where_a_release_lacks_a_package_the_set_up_is_what_to_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    no_root(monkeypatch)
    a_bare_machine(monkeypatch, lambda name: name != "cbmc")
    with pytest.raises(bootstrap_system.SetupError, match="type: sudo make setup-dev"):
        bootstrap_system.apt_install("gcc-avr", "cbmc")
    with pytest.raises(bootstrap_system.SetupError, match="type: sudo apt-get install gcc-avr"):
        bootstrap_system.apt_install("gcc-avr")


def test_all_that_is_missing_comes_with_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    a_bare_machine(monkeypatch, lambda _name: True)
    calls = told_apt(monkeypatch)
    bootstrap_system.ensure_test_tools()
    packages = {*bootstrap_system.PROGRAMS, *bootstrap_system.HEADERS}
    assert [call[0] for call in calls] == ["update", "install"]
    assert set(calls[1][1:]) == packages


def test_what_the_release_lacks_comes_from_the_one_before(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    a_bare_machine(monkeypatch, lambda name: name != "cbmc")
    apt_of(monkeypatch, tmp_path, DEB822, ONE_LINE)
    calls = told_apt(monkeypatch)
    bootstrap_system.apt_install("gcc-avr", "cbmc")
    assert calls == [["update"], ["install", "gcc-avr"], ["update"], ["install", "cbmc"]]


def apt_of(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    deb822: str,
    one_line: str,
    suite: str = "bookworm",
) -> None:
    """Settings of apt as a machine of that release has them."""
    parts = folder / "sources.list.d"
    parts.mkdir()
    (parts / "debian.sources").write_text(deb822)
    (folder / "sources.list").write_text(one_line)
    monkeypatch.setattr(bootstrap_system, "APT", folder)
    monkeypatch.setattr(bootstrap_system, "suite_of_this_release", lambda: suite)


def test_only_the_suite_of_the_machines_own_source_is_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    apt_of(monkeypatch, tmp_path, DEB822, ONE_LINE)
    assert bootstrap_system.older_sources("bookworm") == {
        ".sources": DEB822.split("\n\n", maxsplit=1)[0].replace(
            "bookworm bookworm-updates", "bullseye"
        )
        + "\n",
        ".list": "deb mirror://a/debian bullseye main contrib\n",
    }


def test_a_release_without_an_older_one_says_that_nobody_offers_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    a_bare_machine(monkeypatch, lambda _name: False)
    apt_of(monkeypatch, tmp_path, DEB822, ONE_LINE, suite="trixie")
    told_apt(monkeypatch)
    with pytest.raises(bootstrap_system.SetupError, match="offers cbmc"):
        bootstrap_system.apt_install("cbmc")


def test_a_header_is_found_by_the_compiler_that_needs_it() -> None:
    if not shutil.which("gcc"):
        pytest.skip("gcc is missing; type: sudo apt-get install gcc")
    assert bootstrap_system.finds_header("gcc", "stddef.h")
    assert not bootstrap_system.finds_header("gcc", "no/such/header.h")
    assert not bootstrap_system.finds_header("no-such-compiler-anywhere", "stddef.h")
