"""The sentences we say to people, per language, from templates/words/<locale>/*.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

#: The language spoken when somebody's own is none of ours.
FALLBACK = "en"


class Words:
    """Sentences by key. Every locale has every key with the same fields; a test sees to it."""

    def __init__(self, folder: Path) -> None:
        self._said = {
            language.name: {
                file.stem: tomllib.loads(file.read_text("utf-8"))
                for file in language.glob("*.toml")
            }
            for language in folder.iterdir()
        }

    @property
    def locales(self) -> tuple[str, ...]:
        return tuple(sorted(self._said))

    def language(self, locale: str | None) -> str:
        """The language of ours nearest to `locale`: `fi-FI` is `fi`; one we lack is English."""
        short = (locale or "").replace("_", "-").split("-")[0].lower()
        return short if short in self._said else FALLBACK

    def say(self, locale: str | None, key: str, **fields: Any) -> str:
        """The sentence `key` ("file.name") in the nearest language. Raises `KeyError`."""
        section, _, name = key.partition(".")
        sentence: str = self._said[self.language(locale)][section][name]
        return sentence.format(**fields) if fields else sentence
