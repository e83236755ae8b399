"""The set-up of a machine: it knows when nothing is to do, and says in one sentence what is."""

import os
import re
from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import bootstrap
from bootstrap_system import ROOT, SetupError, run

DEV = ROOT / bootstrap.REQUIREMENTS["dev"]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like a checkout whose environment has just been made."""
    for name in (*bootstrap.INPUTS, *bootstrap.REQUIREMENTS.values()):
        (tmp_path / name).write_text(name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").write_text("")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", tmp_path / ".venv" / "bin" / "python")
    return tmp_path


def stamp(wanted: str) -> None:
    bootstrap.stamp_file(wanted).write_text(bootstrap.digest(wanted))


def no_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def finds(*answers: tuple[str, str | None, bool]) -> Callable[[str], tuple[str | None, bool]]:
    """A probe that knows these interpreters: name, path if it fits, whether it has ensurepip."""
    known = {name: (path, complete) for name, path, complete in answers}
    return lambda name: known.get(name, (None, False))


@pytest.mark.usefixtures("checkout")
def test_what_was_never_stamped_is_not_current() -> None:
    assert not bootstrap.is_current("run")
    assert not bootstrap.is_current("dev")


@pytest.mark.usefixtures("checkout")
def test_the_dev_set_serves_for_running_too_but_not_the_other_way_round() -> None:
    stamp("run")
    assert bootstrap.is_current("run")
    assert not bootstrap.is_current("dev")
    stamp("dev")
    bootstrap.stamp_file("run").unlink()
    assert bootstrap.is_current("run")


@pytest.mark.parametrize("name", [*bootstrap.INPUTS, "requirements-dev.txt"])
def test_a_changed_input_is_noticed(checkout: Path, name: str) -> None:
    stamp("dev")
    assert bootstrap.is_current("dev")
    (checkout / name).write_text("changed")
    assert not bootstrap.is_current("dev")


def test_a_moved_checkout_is_noticed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp("dev")
    moved = checkout.with_name("moved")
    moved.symlink_to(checkout)
    monkeypatch.setattr(bootstrap, "ROOT", moved)
    assert not bootstrap.is_current("dev")


@pytest.mark.usefixtures("checkout")
def test_an_environment_without_its_interpreter_is_not_current() -> None:
    stamp("dev")
    bootstrap.VENV_PYTHON.unlink()
    assert not bootstrap.is_current("dev")


def test_the_first_complete_python_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    twelve, eleven = ("python3.12", "/a/python3.12", False), ("python3.11", "/b/python3.11", True)
    monkeypatch.setattr(bootstrap, "probe", finds(twelve, eleven))
    assert bootstrap.find_python(on_a_pi=False) == "/b/python3.11"


def test_on_a_pi_only_the_systems_python_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "probe", finds(("python3.12", "/a/python3.12", True)))
    with pytest.raises(SetupError, match=r"type: sudo apt-get install python3 "):
        bootstrap.find_python(on_a_pi=True)


def test_a_missing_system_package_is_asked_for_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    no_root(monkeypatch)
    monkeypatch.setattr(
        bootstrap, "probe", finds((bootstrap.SYSTEM_PYTHON, bootstrap.SYSTEM_PYTHON, False))
    )
    with pytest.raises(SetupError) as caught:
        bootstrap.find_python(on_a_pi=False)
    expected = "python3-venv is missing; type: sudo apt-get install python3-venv"
    assert str(caught.value) == expected


def test_a_failed_command_shows_what_it_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SetupError, match="nothing came"):
        run(["sh", "-c", "echo the reason; exit 3"], "nothing came")
    assert "the reason" in capsys.readouterr().err


def test_a_missing_command_is_an_error_and_no_traceback() -> None:
    with pytest.raises(SetupError, match="nothing came"):
        run(["no-such-command-anywhere"], "nothing came")


@pytest.mark.usefixtures("checkout")
def test_the_failure_of_a_set_up_is_one_sentence_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_wanted: str) -> None:
        raise SetupError("no room")

    monkeypatch.setattr(bootstrap, "build_environment", fail)
    assert bootstrap.main(["run"]) == 1
    assert capsys.readouterr().err == "set-up: no room\n"


def locked() -> dict[str, set[str]]:
    """Every package of the dev set with the extras it is locked with."""
    lines = re.findall(r"^([a-z0-9.-]+)(?:\[(.+?)\])?==", DEV.read_text(), re.MULTILINE)
    return {canonicalize_name(name): set(filter(None, extras.split(","))) for name, extras in lines}


def test_what_is_asked_with_an_extra_is_locked_with_it() -> None:
    """Else pip, asked for hashes, takes the newest release for the extra, which has none."""
    known = locked()
    asked = [
        (found.metadata["Name"], one)
        for found in distributions()
        if canonicalize_name(found.metadata["Name"]) in known
        for one in map(Requirement, found.requires or [])
        if one.extras and (one.marker is None or one.marker.evaluate({"extra": ""}))
    ]
    assert any(name == "pytest-cov" for name, _ in asked), "the check has something to check"
    for name, one in asked:
        assert one.extras <= known[canonicalize_name(one.name)], f"{name} asks for {one}"
