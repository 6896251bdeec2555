"""The sentences we say to people, per language, from templates/words/<locale>/*.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

#: The language spoken when somebody's own is none of ours.
FALLBACK = "en"


class Words:
    """Sentences by key, a section a file.

    A language may speak some sections only. Where it does not, English is spoken. Every language
    that has a section has all its keys with the same fields; a test sees to it.
    """

    def __init__(self, folder: Path) -> None:
        self._said = {
            language.name: {
                file.stem: tomllib.loads(file.read_text("utf-8"))
                for file in language.glob("*.toml")
            }
            for language in folder.iterdir()
        }
        sections = {name for said in self._said.values() for name in said}
        self._speak = {section: self._that_have({section}) for section in sections}
        self._fluent = self._that_have(sections)
        #: The languages of everything, each with what it calls itself.
        self.endonyms = tuple(
            (each, self.say(each, "pages.this_language")) for each in self._fluent
        )

    def _that_have(self, sections: set[str]) -> tuple[str, ...]:
        return tuple(sorted(name for name, said in self._said.items() if sections <= said.keys()))

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages of everything: pages, and with them messages."""
        return self._fluent

    def spoken(self, section: str) -> tuple[str, ...]:
        """The languages of one section."""
        return self._speak[section]

    def language(self, locale: str | None, section: str | None = None) -> str:
        """The language nearest to `locale`: `fi-FI` is `fi`; one we lack is English.

        With `section` among the languages of that section, else among those of everything.
        """
        short = (locale or "").replace("_", "-").split("-")[0].lower()
        known = self._speak[section] if section else self._fluent
        return short if short in known else FALLBACK

    def say(self, locale: str | None, key: str, **fields: Any) -> str:
        """The sentence `key` ("file.name") in the nearest language. Raises `KeyError`."""
        section, _, name = key.partition(".")
        sentence: str = self._said[self.language(locale, section)][section][name]
        return sentence.format(**fields) if fields else sentence

    def knows(self, key: str) -> bool:
        """Whether there is such a sentence."""
        section, _, name = key.partition(".")
        return name in self._said[FALLBACK].get(section, {})
