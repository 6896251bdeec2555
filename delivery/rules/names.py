"""How people are called: by the name they go by, as they write it, or not at all.

The forms are those of CLDR's person names for addressing (Unicode TR 35 part 8). A name is never
cut, never put in other letters or cases, and never made up.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

#: Longer than this nobody is called in a greeting; then it is said without a name.
LONGEST = 40

# Written where a name was asked for, and no name.
_NO_NAMES = frozenset({
    "n/a", "na", "none", "null", "nil", "undefined", "unknown", "test", "guest", "customer",
    "name", "first name", "given name", "asiakas", "etunimi", "nimi", "kund", "namn", "förnamn",
    "πελάτης", "όνομα", "mr", "mrs", "ms", "dr", "herr", "fru", "herra", "rouva",
})  # fmt: skip
# An address in a greeting would be a link that we vouch for.
_ADDRESS = re.compile(r"@|://|/|\bwww\.|[^\W\d_]{2,}\.[^\W\d_]{2,}", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
# Joiners are letters' own in some scripts; other invisible signs only turn the text around.
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class PersonName:
    """The parts of a name, each as its owner writes it; empty where there is none."""

    given: str = ""
    given_informal: str = ""
    title: str = ""
    surname_prefix: str = ""
    surname_core: str = ""


def called(name: PersonName, *, formal: bool = False) -> str:
    """How somebody is called: `Maikki`, `Mary Sue`; formally `Mr. Wooster`, `Adler`.

    Who has only one name is called by it either way.
    """
    if not formal:
        return name.given_informal or name.given or _surname(name)
    surname = _surname(name)
    return f"{name.title} {surname}".strip() if surname else name.given


def called_short(name: PersonName, locale: str, name_locale: str) -> str:
    """The shortest informal form, in a text of `locale`, of a name of `name_locale`.

    Greek takes a Greek name as given here; everything else takes the familiar one.
    """
    greek = _language(locale) == _language(name_locale) == "el"
    return name.given if greek and name.given else called(name)


def _language(locale: str) -> str:
    return locale.replace("_", "-").split("-")[0].lower()


def _surname(name: PersonName) -> str:
    return f"{name.surname_prefix} {name.surname_core}".strip()


def given_name(written: str, locale: str) -> str:
    """The name for a greeting in a text of this language; empty where none is fit to be said.

    As its owner writes it: `AINO` stays `AINO`, `Mary Sue` is both. What is no name (digits,
    addresses, "N/A"), what is longer than `LONGEST`, and in Greek a name in other letters, which
    could not be declined or read aloud, is left out whole.
    """
    visible = "".join(each for each in written if each in _JOINERS or not _hidden(each))
    name = _SPACES.sub(" ", visible).strip()
    letters = [each for each in name if each.isalpha()]
    if not letters or len(name) > LONGEST or any(each.isdigit() for each in name):
        return ""
    if _ADDRESS.search(name) or name.casefold().strip(" .-") in _NO_NAMES:
        return ""
    if _language(locale) == "el" and not all(map(_greek, letters)):
        return ""
    return called(PersonName(given=name))


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co") and (not character.isspace())


def _greek(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("GREEK")
