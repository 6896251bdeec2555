"""On which line of a TOML text each key stands: `tomllib` reads the values but not the places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t]+|\#[^\n]*)
  | (?P<line>\r?\n)
  | (?P<text>\"\"\"(?:\\.|[^\\])*?\"{3,5}|'''.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
  | (?P<mark>[\[\]{}=,.])
  | (?P<bare>[^\s\[\]{}=,.\#"']+)
    """,
    re.VERBOSE | re.DOTALL,
)
Path = tuple[str, ...]


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def lines_of(text: str) -> dict[Path, int]:
    """The line of each table, key and element of a valid TOML text, by its path."""
    reader = _Reader(text)
    reader.read()
    return reader.lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest table around it; 1 if there is none."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


class _Reader:
    """Reads what `tomllib` has found right, so it need not doubt it."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._tokens = list(_tokens(text))
        self._at = 0
        self._counts: dict[Path, int] = {}

    def read(self) -> None:
        table: Path = ()
        while (token := self._next_on_line()).kind != "end":
            if token.text == "[" and token.kind == "mark":
                table = self._header()
            elif token.kind == "line":
                self._at += 1
            else:
                self._pair(table)

    def _header(self) -> Path:
        line = self._take().line
        many = self._peek().text == "["
        if many:
            self._take()
        path = self._indexed(self._key())
        while self._peek().text == "]":
            self._take()
        if many:
            count = self._counts[path] = self._counts.get(path, -1) + 1
            self.lines.setdefault(path, line)
            path = (*path, str(count))
        for length in range(1, len(path)):
            self.lines.setdefault(path[:length], line)
        self.lines[path] = line
        return path

    def _indexed(self, keys: Path) -> Path:
        """`a.b` within the last `[[a]]` is `a.3.b`."""
        path: Path = ()
        for number, key in enumerate(keys):
            path = (*path, key)
            if number < len(keys) - 1 and path in self._counts:
                path = (*path, str(self._counts[path]))
        return path

    def _pair(self, table: Path) -> None:
        line = self._next_on_line().line
        path = table
        for key in self._key():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self._take()  # =
        self._value(path)

    def _key(self) -> Path:
        keys: list[str] = []
        while True:
            token = self._spaceless()
            keys.append(_unquoted(token) if token.kind == "text" else token.text)
            if self._next_on_line().text != ".":
                return tuple(keys)
            self._take()

    def _value(self, path: Path) -> None:
        first = self._next_on_line()
        if first.text == "[" and first.kind == "mark":
            self._elements(path)
        elif first.text == "{" and first.kind == "mark":
            self._pairs(path)
        else:
            while not (
                self._peek().kind in ("line", "end") or self._peek().text in (",", "]", "}")
            ):
                self._at += 1

    def _elements(self, path: Path) -> None:
        self._take()
        number = 0
        while (token := self._next()).text != "]" or token.kind == "text":
            if token.text == ",":
                self._take()
                continue
            inner = (*path, str(number))
            self.lines[inner] = token.line
            self._value(inner)
            number += 1
        self._take()

    def _pairs(self, path: Path) -> None:
        self._take()
        while (token := self._next()).text != "}" or token.kind == "text":
            if token.text == ",":
                self._take()
            else:
                self._pair(path)
        self._take()

    def _peek(self) -> _Token:
        return self._tokens[self._at]

    def _next_on_line(self) -> _Token:
        while self._peek().kind == "space":
            self._at += 1
        return self._peek()

    def _next(self) -> _Token:
        while self._peek().kind in ("space", "line"):
            self._at += 1
        return self._peek()

    def _take(self) -> _Token:
        token = self._next()
        self._at += 1
        return token

    def _spaceless(self) -> _Token:
        token = self._next_on_line()
        self._at += 1
        return token


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for found in _TOKEN.finditer(text):
        yield _Token(found.lastgroup or "", found.group(), line)
        line += found.group().count("\n")
    yield _Token("end", "", line)


def _unquoted(token: _Token) -> str:
    return str(tomllib.loads(f"key = {token.text}")["key"])
