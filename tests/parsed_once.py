"""TOML is parsed once in a run: words, settings and catalogues are the same in every test."""

from __future__ import annotations

import pickle
import tomllib
from functools import lru_cache
from typing import IO, Any

_parse = tomllib.loads


@lru_cache(maxsize=500)
def _kept(text: str) -> bytes:
    return pickle.dumps(_parse(text))


def _loads(text: str, /) -> dict[str, Any]:
    # Each reader has a copy of its own.
    known: dict[str, Any] = pickle.loads(_kept(text))
    return known


def _load(file: IO[bytes], /) -> dict[str, Any]:
    return _loads(file.read().decode())


def parse_once() -> None:
    """From now on in this process."""
    vars(tomllib).update(loads=_loads, load=_load)
