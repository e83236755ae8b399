"""Every key of a TOML file is found on its line, however it is written."""

import tomllib

import pytest

from controller.toml_lines import line_of, lines_of

FILE = '''\
format = 1 # not = this
story = """
[no] table
key = "no key" \\
"""
# [neither]

[device]
rate_hz = 250
"quoted" = 'a "b" # c'
inner.deep = 1.5

[must]
words = ["a, b", "c = d"]

[[step]]
do = "press"

[[step]]
until = { mode = "ARMED", reason = ["x",
  "y"] }
[step.more]
k = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("format",), 1),
        (("story",), 2),
        (("device",), 8),
        (("device", "rate_hz"), 9),
        (("device", "quoted"), 10),
        (("device", "inner"), 11),
        (("device", "inner", "deep"), 11),
        (("must", "words"), 14),
        (("must", "words", 1), 14),
        (("step",), 16),
        (("step", 0), 16),
        (("step", 0, "do"), 17),
        (("step", 1), 19),
        (("step", 1, "until", "mode"), 20),
        (("step", 1, "until", "reason", 1), 21),
        (("step", 1, "more", "k"), 23),
    ],
)
def test_a_path_leads_to_its_line(path: tuple[str | int, ...], line: int) -> None:
    lines = lines_of(FILE)
    assert lines[path] == line
    assert line_of(lines, path) == line


def test_what_is_not_there_has_the_line_of_what_is_around_it() -> None:
    lines = lines_of(FILE)
    assert line_of(lines, ("device", "missing")) == 8
    assert line_of(lines, ("step", 1, "until", "mode", "x")) == 20
    assert line_of(lines, ("nothing",)) == 1


def test_entries_of_an_array_of_inline_tables_have_their_own_lines() -> None:
    text = (
        "timeline = [\n  { do = 'a' },\n\n  # no entry\n  { do = 'b' }, { do = 'c' },\n]\nlast = 1"
    )
    lines = lines_of(text)
    assert [lines["timeline", entry] for entry in range(3)] == [2, 5, 5]
    assert lines["timeline", 2, "do"] == 5
    assert lines["last",] == 7


@pytest.mark.parametrize(
    "text",
    ['a = """x""""\nb = 1', "a = '''x''''\nb = 1", 'a = "\\""\nb = 1',
     "a = 1979-05-27T07:32:00Z\nb = 1",
     "a = []\nb = 1", "a = {}\nb = 1", "a = [[1, 2], [3]]\nb = 1"],
)  # fmt: skip
def test_no_value_hides_the_key_after_it(text: str) -> None:
    tomllib.loads(text)
    assert lines_of(text)["b",] == 2
