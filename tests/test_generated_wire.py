"""What is made from the tables is current: header, module, limits."""

from pathlib import Path

import pytest

from controller import firmware_limits
from firmware_bridge import generate

TEXTS = generate.texts() | {firmware_limits.HEADER: firmware_limits.header()}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_it_is_what_the_table_makes(path: Path) -> None:
    assert path.read_text() == TEXTS[path], "run `make generate`"
