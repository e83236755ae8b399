"""Numbers and fields that are chosen when they are looked at, and each choice made both ways.

A program that runs over them once per path has run over all of their values: what it never looked
at could not matter, and of a number only the side of a comparison did.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from math import nan
from typing import Any


class Choices:
    """One path through all choices; `more()` turns to the next, until every one was taken."""

    def __init__(self) -> None:
        self._path: list[int] = []
        self._counts: list[int] = []
        self._at = 0

    def one_of(self, count: int) -> int:
        """Which of so many."""
        if self._at == len(self._path):
            self._path.append(0)
            self._counts.append(count)
        self._at += 1
        return self._path[self._at - 1]

    def more(self) -> bool:
        """Whether a path is left that was not taken."""
        while self._path and self._path[-1] + 1 == self._counts[-1]:
            self._path.pop()
            self._counts.pop()
        if self._path:
            self._path[-1] += 1
        self._at = 0
        return bool(self._path)


class Unknown(float):
    """A number of which only the candidates are known; a comparison decides no more than it must.

    Its own value as a float is NaN, for what would read it without asking.
    """

    choices: Choices
    left: list[Any]  # candidates, shared by all that was reckoned from this number
    seen_as: Callable[[Any], float]

    @classmethod
    def among(cls, choices: Choices, *candidates: float) -> "Unknown":
        """One of these."""
        return cls._of(choices, list(candidates), float)

    @classmethod
    def tied(cls, choices: Choices, *candidates: tuple[float, ...]) -> "list[Unknown]":
        """Numbers of which only some combinations can be."""
        left = list(candidates)
        return [cls._of(choices, left, operator.itemgetter(at)) for at in range(len(left[0]))]

    @classmethod
    def _of(cls, choices: Choices, left: list[Any], seen_as: Callable[[Any], float]) -> "Unknown":
        one = cls(nan)
        one.choices, one.left, one.seen_as = choices, left, seen_as
        return one

    def known(self) -> float:
        """One of those that are left, for good."""
        if len(self.left) > 1:
            self.left[:] = [self.left[self.choices.one_of(len(self.left))]]
        return self.seen_as(self.left[0])

    def _with(self, other: float) -> Callable[[Any], float]:
        """The other operand, once this number is known."""
        if not isinstance(other, Unknown):
            return lambda _: other
        if other.left is self.left:
            return other.seen_as
        value = other.known()
        return lambda _: value

    def _holds(self, rule: Callable[[float, float], bool], other: object) -> bool:
        if not isinstance(other, int | float):
            return rule is operator.ne
        seen_as, beside = self.seen_as, self._with(other)
        yes = [one for one in self.left if rule(seen_as(one), beside(one))]
        if len(yes) in (0, len(self.left)):
            return bool(yes)
        holds = self.choices.one_of(2) == 0
        self.left[:] = yes if holds else [one for one in self.left if one not in yes]
        return holds

    def _reckoned(self, how: Callable[[float, float], float], other: float) -> "Unknown":
        seen_as, beside = self.seen_as, self._with(other)
        return Unknown._of(self.choices, self.left, lambda one: how(seen_as(one), beside(one)))

    def __lt__(self, other: float) -> bool:
        return self._holds(operator.lt, other)

    def __le__(self, other: float) -> bool:
        return self._holds(operator.le, other)

    def __gt__(self, other: float) -> bool:
        return self._holds(operator.gt, other)

    def __ge__(self, other: float) -> bool:
        return self._holds(operator.ge, other)

    def __eq__(self, other: object) -> bool:
        return self._holds(operator.eq, other)

    def __ne__(self, other: object) -> bool:
        return self._holds(operator.ne, other)

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return self._holds(operator.ne, 0.0)

    def __neg__(self) -> "Unknown":
        return self._reckoned(lambda one, _: -one, 0.0)

    def __abs__(self) -> "Unknown":
        return self._reckoned(lambda one, _: abs(one), 0.0)

    def __add__(self, other: float) -> "Unknown":
        return self._reckoned(operator.add, other)

    def __sub__(self, other: float) -> "Unknown":
        return self._reckoned(operator.sub, other)

    def __rsub__(self, other: float) -> "Unknown":
        return self._reckoned(lambda one, from_it: from_it - one, other)

    def __mul__(self, other: float) -> "Unknown":
        return self._reckoned(operator.mul, other)

    def __truediv__(self, other: float) -> "Unknown":
        return self._reckoned(operator.truediv, other)

    def __rtruediv__(self, other: float) -> "Unknown":
        return self._reckoned(lambda one, part: part / one, other)

    __radd__, __rmul__ = __add__, __mul__


class Open:
    """A sample or a request whose fields are chosen when they are first read."""

    def __init__(self, choices: Choices, fields: Mapping[str, Sequence[Any]]) -> None:
        self._choices, self._fields = choices, fields

    def __getattr__(self, name: str) -> Any:
        if name == "pressure_b_kpa":
            return self.pressure_kpa
        values = self._fields[name]
        value = values[self._choices.one_of(len(values)) if len(values) > 1 else 0]
        setattr(self, name, value)
        return value

    def _replace(self, **fields: Any) -> "Open":
        other = Open(self._choices, self._fields)
        other.__dict__.update(self.__dict__)
        other.__dict__.update(fields)
        return other
