"""Scenarios from files and folders; what is wrong with one is told with its name and line."""

from collections.abc import Iterable
from pathlib import Path

from controller.scenario import Scenario, ScenarioError, parsed

SUFFIX = ".toml"


def load(path: Path) -> Scenario:
    """Read `path`. Raises `ScenarioError` naming every problem at once."""
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except ScenarioError as error:
        told = (f"{path}, {line}" if line.startswith("line ") else f"{path}: {line}"
                for line in str(error).splitlines())  # fmt: skip
        raise ScenarioError("\n".join(told)) from error
    except FileNotFoundError as error:
        raise ScenarioError(f"{path}: there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: cannot be read ({error}); mend its rights or its text") from (
            error
        )


def found(places: Iterable[Path]) -> list[Path]:
    """The files meant by `places`; a folder means every scenario in it. Raises `ScenarioError`."""
    files: list[Path] = []
    for place in places:
        inside = sorted(place.glob(f"*{SUFFIX}")) if place.is_dir() else [place]
        if not inside:
            raise ScenarioError(f"{place}: there is no scenario ({SUFFIX}) in this folder")
        files += inside
    return files
