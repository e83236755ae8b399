"""One line in, one change of the wish out, or a refusal that changes nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.asks import COUNTED, LINE_BYTES, VERBS, Answer, Source, answer, withdrawn
from controller.desk import FRESH_S
from controller.service import Task
from controller.wish import Wish

NOW_S = 50.0
TOLD = {
    "can": list(COUNTED), "level": 3, "level_max": 10, "session_open": True, "words": "Ready."
}  # fmt: skip
FIRST = {"count": 1, "seen_s": NOW_S}
MORE: dict[str, dict[str, Any]] = {"service": {"task": "home"}}
"""What a verb needs besides."""


def ask(
    line: bytes | dict[str, Any],
    *,
    wish: Wish = Wish(),  # noqa: B008 - a value
    source: Source = Source(),  # noqa: B008
    holder: str | None = None,
    **told: Any,
) -> Answer:
    data = line if isinstance(line, bytes) else json.dumps(line).encode()
    return answer(data, wish, source, holder, {**TOLD, **told}, NOW_S)


def refusal(line: bytes | dict[str, Any], **more: Any) -> str:
    """The refusal of `line`, which changed nothing."""
    wish, source, holder = Wish(stop_count=2), Source({"start": 7}), more.pop("holder", "ann")
    got = ask(line, wish=wish, source=source, holder=holder, **more)
    assert got.refusal is not None
    assert (got.wish, got.source, got.holder) == (wish, source, holder)
    return got.refusal


@pytest.mark.parametrize("verb", ["stop", "lower"])
@pytest.mark.parametrize(
    "more",
    [{}, {"count": -1}, {"seen_s": "long ago"}, {"who": 3}, {"nonsense": [{}]}, {"level": 99}],
)
def test_stop_and_lower_are_never_refused(verb: str, more: dict[str, Any]) -> None:
    once = ask({"do": verb, **more}, can=[], session_open=False)
    again = ask({"do": verb, **more}, wish=once.wish, source=once.source)
    assert once.refusal is None
    assert again.refusal is None
    assert getattr(again.wish, f"{verb}_count") == 2


@pytest.mark.parametrize("verb", COUNTED)
def test_a_counted_verb_counts_once_per_count(verb: str) -> None:
    first = {"do": verb, **FIRST, **MORE.get(verb, {})}
    once = ask(first)
    assert once.refusal is None
    assert getattr(once.wish, f"{verb}_count") == 1
    repeated = ask(first, wish=once.wish, source=once.source)
    assert repeated.refusal == f"count = 1: this {verb} was already counted"
    assert repeated.wish == once.wish
    later = ask({**first, "count": 9}, wish=once.wish, source=once.source)
    assert getattr(later.wish, f"{verb}_count") == 2


@pytest.mark.parametrize("verb", ["start", "continue"])
def test_a_start_is_as_old_as_the_picture_it_was_asked_on(verb: str) -> None:
    seen_s = NOW_S - 0.3
    got = ask({"do": verb, "count": 1, "seen_s": seen_s})
    assert getattr(got.wish, f"{verb}_at_s") == seen_s


@pytest.mark.parametrize("verb", ["start", "continue"])
@pytest.mark.parametrize("seen_s", [NOW_S - FRESH_S - 1e-3, NOW_S + 1e-3, float("nan")])
def test_a_start_on_an_old_picture_is_too_late(verb: str, seen_s: float) -> None:
    assert "too late" in refusal({"do": verb, "count": 1, "seen_s": seen_s})


@pytest.mark.parametrize("seen_s", [None, "50", True, [50.0]])
def test_a_start_must_say_what_it_has_seen(seen_s: object) -> None:
    assert "seen_s" in refusal({"do": "start", "count": 8, "seen_s": seen_s})


@pytest.mark.parametrize("seen_s", [NOW_S, NOW_S - FRESH_S])
def test_a_fresh_start_counts(seen_s: float) -> None:
    assert ask({"do": "start", "count": 1, "seen_s": seen_s}).wish.start_count == 1


@pytest.mark.parametrize("verb", COUNTED)
def test_what_cannot_be_now_is_refused_with_the_words_of_now(verb: str) -> None:
    told = refusal({"do": verb, "count": 8, "seen_s": NOW_S, **MORE.get(verb, {})}, can=[])
    assert told == f"{verb} is not possible now. Ready."


@pytest.mark.parametrize("task", Task)
def test_a_service_says_which(task: Task) -> None:
    got = ask({"do": "service", **FIRST, "task": task.value})
    assert (got.wish.task, got.wish.service_at_s) == (task, NOW_S)


def test_a_task_is_withdrawn_with_whoever_asked_for_it_and_no_other_is() -> None:
    first = ask({"do": "service", **FIRST, "task": "home"})
    second = ask({"do": "service", **FIRST, "task": "pulses"}, wish=first.wish)
    third = ask({"do": "pause", **FIRST}, wish=second.wish, source=second.source)
    assert withdrawn(third.wish, Source()) is third.wish
    assert withdrawn(third.wish, first.source).withdrawn_count == 1, "the second goes on"
    left = withdrawn(third.wish, third.source)
    assert left == third.wish._replace(withdrawn_count=2)
    assert withdrawn(left, first.source) is left


@pytest.mark.parametrize("task", [None, "dance", 1, ["home"]])
def test_a_service_that_is_none_is_refused(task: object) -> None:
    told = refusal({"do": "service", "count": 8, "seen_s": NOW_S, "task": task})
    assert told.startswith("task = ")
    assert told.endswith("must be one of home, pulses, switch")


def test_before_the_first_picture_nothing_can_be() -> None:
    line = json.dumps({"do": "pause", "count": 1}).encode()
    got = answer(line, Wish(), Source(), None, {}, NOW_S)
    assert got.refusal == "pause is not possible now."


@pytest.mark.parametrize("count", [None, 0, -1, 1.5, "1", True, [1], 2**31 + 1])
def test_a_count_is_a_whole_number(count: object) -> None:
    assert refusal({"do": "pause", "count": count}).startswith("count = ")


def test_the_level_is_written_and_raising_holds() -> None:
    got = ask({"do": "level", "level": 7, "who": "ann"})
    assert (got.wish.level, got.wish.level_count, got.holder) == (7, 1, "ann")


def test_raising_outside_a_session_holds_nothing() -> None:
    got = ask({"do": "level", "level": 7, "who": "ann"}, session_open=False)
    assert (got.wish.level, got.holder) == (7, None)


def test_who_does_not_hold_may_lower_only() -> None:
    assert "Only ann may raise" in refusal({"do": "level", "level": 4, "who": "bob"})
    got = ask({"do": "level", "level": 2, "who": "bob"}, holder="ann")
    assert (got.wish.level, got.holder) == (2, "ann")


def test_the_machine_s_highest_level_is_the_end() -> None:
    told = refusal({"do": "level", "level": 4, "who": "ann"}, level_max=3)
    assert told == "level = 4: this machine offers at most 3"


@pytest.mark.parametrize("level", [0, 11, 2.0, "5", None, True, {"a": 1}])
def test_a_level_is_1_to_10(level: object) -> None:
    assert "whole number from 1 to 10" in refusal({"do": "level", "level": level, "who": "ann"})


@pytest.mark.parametrize("who", [None, "", 7, "x" * 41, ["ann"]])
def test_a_level_comes_from_somebody(who: object) -> None:
    assert refusal({"do": "level", "level": 2, "who": who}).startswith("who: ")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"", "not JSON"),
        (b"stop", "not JSON"),
        (b"\xff\xfe{", "not JSON"),
        (b'{"do": "stop"', "not JSON"),
        (b"[" * LINE_BYTES, "not JSON"),
        (b'["stop"]', "not a JSON object"),
        (b'"stop"', "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"{}", "do = None"),
        (b'{"do": "explode"}', "do = 'explode': must be one of " + ", ".join(VERBS)),
        (b'{"do": ["stop"]}', "do = list"),
        (b'{"do": {"stop": 1}}', "do = dict"),
        (b'{"do": 1e999}', "do = inf"),
        (b'{"do":' + b"[" * 508 + b"]" * 508 + b"}", "do = list"),
        (b'{"do": "pause", "count": 1, "speed": 5}', "unknown field 'speed'"),
        (b'{"do": "level", "level": 2, "who": "a", "count": 1}', "unknown field 'count'"),
        (b'{"do": "stop", "pad": "' + b"x" * LINE_BYTES + b'"}', "longer than 1024 bytes"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_changes_nothing(line: bytes, says: str) -> None:
    assert says in refusal(line)


@pytest.mark.parametrize(("number", "echoed"), [(7, 7), (True, None), ("7", None), (None, None)])
def test_the_id_is_echoed_when_it_is_a_number(number: object, echoed: int | None) -> None:
    assert ask({"do": "stop", "id": number}).id == echoed
    assert ask({"do": "nonsense", "id": number}).id == echoed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
ANY_ASK = st.fixed_dictionaries(
    {"do": st.sampled_from(VERBS) | JSON},
    optional=dict.fromkeys(("count", "seen_s", "who", "level", "id", "else"), JSON),
)


@given(st.binary(max_size=100) | ANY_ASK.map(lambda one: json.dumps(one).encode()))
def test_no_line_breaks_it_and_what_is_refused_changes_nothing(line: bytes) -> None:
    before = Wish(stop_count=1)
    got = ask(line, wish=before)
    assert all(new >= old for new, old in zip(got.wish[:8], before[:8], strict=True))
    if got.refusal is not None:
        assert (got.wish, got.source, got.holder) == (before, Source(), None)
    assert 1 <= got.wish.level <= 10
