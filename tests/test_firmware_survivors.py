"""The list of mutants that may live is about the code as it is."""

from tests.host_build import FIRMWARE
from tests.mutate_firmware import SOURCES, bare, changes, known, mutants


def test_every_survivor_is_a_mutant_of_todays_rules() -> None:
    today = {one[:4] for one in mutants()}
    gone = [one for one in known() if one not in today]
    assert not gone, "run `make mutate` and list what lives now"


def test_every_survivor_has_its_reason() -> None:
    assert all(len(reason.split()) > 3 for reason in known().values())


def test_most_of_the_rules_has_mutants() -> None:
    for source in SOURCES:
        lines = bare(FIRMWARE / source)
        changed = [line for line in lines if any(changes(line))]
        assert len(changed) >= sum(map(bool, lines)) // 8, source


def test_what_a_line_may_become() -> None:
    assert list(changes("    if (!a && b <= 3u) {")) == [
        "    if (!a || b <= 3u) {",
        "    if (!a && b < 3u) {",
        "    if (!a && b <= 4u) {",
        "    if (a && b <= 3u) {",
    ]
    assert list(changes("    out->duty = 0;")) == ["    out->duty = 1;", " ;"]
    assert list(changes("    return false;")) == ["    return true;"]
    assert not list(changes("_Static_assert(1 == 1, 1);"))
