"""On which line of a TOML file a key stands: the standard reader tells values only. Pure.

For text that `tomllib` has taken already; what it refuses has no lines here. A path leads from
the top: names of tables and keys, and the number of an entry in an array, from 0.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

Path = tuple[str | int, ...]
TOP: Path = ()

TOKEN = re.compile(
    r"""
    (?P<space>[ \t]+|\#[^\n]*)
  | (?P<line>\r?\n)
  | (?P<long>\"\"\"(?:\\[\s\S]|[^\\])*?\"\"\"\"{0,2}|'''[\s\S]*?''''{0,2})
  | (?P<text>"(?:\\.|[^"\\\n])*"|'[^'\n]*')
  | (?P<mark>[\[\]{},=.])
  | (?P<word>[^\s#"'\[\]{},=.]+)
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    """A piece of the file, and where it begins."""

    kind: str
    text: str
    line: int


def lines_of(text: str) -> Mapping[Path, int]:
    """The line of every table, key and entry, from 1."""
    return _Reading(text).lines


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest thing around it that stands in the file."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _tokens(text: str) -> list[Token]:
    tokens, line = [], 1
    for found in TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind != "space":
            tokens.append(Token(kind, found.group(), line))
        line += found.group().count("\n")
    tokens.append(Token("line", "\n", line))
    return tokens


class _Reading:
    """One pass over the tokens."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._tokens, self._at = _tokens(text), 0
        self._entries: dict[Path, int] = {}  # of each array of tables, so far
        table = TOP
        while self._at < len(self._tokens):
            if self._next.kind == "line":
                self._take()
            elif self._next.text == "[":
                table = self._header()
            else:
                self._pair(table)

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _header(self) -> Path:
        """[table] or [[array of tables]]."""
        line = self._take().line
        many = self._next.text == "["
        if many:
            self._take()
        names = self._key()
        for _ in range(2 if many else 1):
            self._take()
        path = TOP
        for name in names[:-1]:
            path = self._inside((*path, name))
        path = (*path, names[-1])
        if many:
            self._entries[path] = self._entries.get(path, -1) + 1
        self.lines.setdefault(path, line)
        path = self._inside(path)
        self.lines.setdefault(path, line)
        return path

    def _inside(self, path: Path) -> Path:
        """The newest entry, where there is an array of tables."""
        return (*path, self._entries[path]) if path in self._entries else path

    def _key(self) -> list[str]:
        """A name, or names with dots between."""
        names = [self._take().text.strip("\"'")]
        while self._next.text == ".":
            self._take()
            names.append(self._take().text.strip("\"'"))
        return names

    def _pair(self, table: Path) -> None:
        """One key and its value."""
        line, path = self._next.line, table
        for name in self._key():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self._take()
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._next.text == "{":
            self._take()
            while self._take_unless("}"):
                self._pair(path)
        elif self._next.text == "[":
            self._take()
            entry = 0
            while self._take_unless("]"):
                self.lines[(*path, entry)] = self._next.line
                self._value((*path, entry))
                entry += 1
        else:
            while self._next.kind != "line" and self._next.text not in (",", "]", "}"):
                self._take()

    def _take_unless(self, end: str) -> bool:
        """Pass what separates entries; whether another one follows. The end is passed, too."""
        while self._next.kind == "line" or self._next.text == ",":
            self._take()
        if self._next.text == end:
            self._take()
            return False
        return True
