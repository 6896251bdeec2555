"""A catalogue's document written out as TOML, so that it can be edited and loaded again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_WIDTH = 100
_BARE = re.compile(r"[A-Za-z0-9_-]+")
# A small table such as a text in four languages stands on the line of its key.
_SMALL = 4
#: `carriers.x` and the like always get a heading.
_HEADINGS = 2


def written(raw: Mapping[str, Any]) -> str:
    """The document as TOML; `tomllib` reads the same from it."""
    return "\n".join(_table((), raw, "")).strip("\n") + "\n"


def _table(path: tuple[str, ...], table: Mapping[str, Any], heading: str) -> Iterator[str]:
    alone = {key for key, value in table.items() if _stands_alone(len(path) + 1, value)}
    if heading and (alone != set(table) or not table or heading.startswith("[[")):
        yield ""
        yield heading
    for key, value in table.items():
        if key not in alone:
            yield from _pair(_key(key), value)
    for key in table:
        if key in alone:
            yield from _tables((*path, key), table[key])


def _tables(path: tuple[str, ...], value: Any) -> Iterator[str]:
    name = ".".join(map(_key, path))
    if isinstance(value, Mapping):
        yield from _table(path, value, f"[{name}]")
    else:
        for each in value:
            yield from _table(path, each, f"[[{name}]]")


def _stands_alone(depth: int, value: Any) -> bool:
    """Whether a value gets a heading of its own."""
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, Mapping) for each in value)
    if not isinstance(value, Mapping):
        return False
    small = len(value) <= _SMALL and not any(_nests(each) for each in value.values())
    return depth <= _HEADINGS or not small


def _nests(value: Any) -> bool:
    return isinstance(value, (Mapping, list))


def _pair(key: str, value: Any) -> Iterator[str]:
    line = f"{key} = {_value(value)}"
    if len(line) <= _WIDTH or not _nests(value) or not value:
        yield line
    elif isinstance(value, Mapping):
        for inner, each in value.items():
            yield from _pair(f"{key}.{_key(inner)}", each)
    else:
        yield f"{key} = ["
        yield from _wrapped([_value(each) for each in value])
        yield "]"


def _wrapped(elements: list[str]) -> Iterator[str]:
    line = ""
    for each in elements:
        if line and len(line) + len(each) + 2 > _WIDTH:
            yield line
            line = ""
        line += f"{' ' if line else '    '}{each},"
    yield line


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)


def _text(text: str) -> str:
    # TOML's strings in quotes are JSON's, but for one character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
