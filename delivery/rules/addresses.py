"""An address in a customer's own words: a street with its number, and a postcode that there is."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

#: Streets of more words than this are the customer's sentence.
_WORDS = 4
#: No street is called by fewer letters, unless it is written like a name.
_SHORTEST = 4
#: A flat or a stair after the number: "12 B 4", "3 A", "12 lgh 1101", "as 5".
_FLAT = r"(?:\s?[A-Za-z](?![^\W\d_])(?:\s?\d{1,4})?|,?\s(?:as|bst|lgh|apt|flat)\.?\s?\d{1,4})?"
_ADDRESS = re.compile(
    r"(?<!\w)(?P<before>(?:[^\W\d_][\w'’.:-]{0,40}\s+){1,12}?)"
    rf"(?P<number>\d{{1,3}}(?:\s?[-–]\s?\d{{1,3}})?{_FLAT})"
    r"\s*[,;\n]?\s*(?:FI-?|SE-?|GR-?)?(?P<postcode>\d{3}\s?\d{2})(?!\d)"
    r"(?P<city>,?\s+[^\W\d_][\w-]*)?"
)


@dataclass(frozen=True)
class Address:
    """A street with its number, a postcode of five digits, and where in the text they stand."""

    street: str
    postcode: str
    begins: int
    ends: int

    def without(self, text: str) -> str:
        """The text in which it was found, with nothing in its place."""
        return f"{text[: self.begins]} {text[self.ends :]}".strip()


def address_in(text: str, postcodes: Container[str]) -> Address | None:
    """The one address that a text names; None where there is none, or more than one.

    Without a postcode that is in `postcodes` nothing is an address: "at 12, code 1234" is not.
    """
    # One line of one space each, and as long as a reply at the most: found quickly or not at all.
    found = [each for each in _ADDRESS.finditer(text[:480]) if _code(each) in postcodes]
    if len(found) != 1:
        return None
    match = found[0]
    words = _street(match["before"].split())
    if len(words[-1]) < _SHORTEST and words[-1].islower():
        return None  # "at 17-19, 00100"
    begins = match.start("number") - len(match["before"]) + match["before"].rfind(words[0])
    street = f"{' '.join(words)} {' '.join(match['number'].split())}"
    return Address(street, _code(match), begins, match.end())


def at(address: Address, city: str, country: str) -> dict[str, Any]:
    """As a booking keeps where it goes."""
    return {"street": address.street, "postcode": address.postcode, "city": city,
            "country": country, "lat": None, "lon": None}  # fmt: skip


def in_one_line(destination: dict[str, Any]) -> str:
    """`Vaasankatu 3, 00500 Helsinki`"""
    return f"{destination['street']}, {destination['postcode']} {destination['city']}".strip()


def _code(match: re.Match[str]) -> str:
    return "".join(match["postcode"].split())


def _street(before: list[str]) -> list[str]:
    """Of the words before the number those that are the street: the last one, and its capitals.

    A capital that only begins the sentence stays: of "Iso Roobertinkatu" it is a part.
    """
    street = before[-1:]
    for word in reversed(before[-_WORDS:-1]):
        if not word[0].isupper() or word.endswith((":", ".")):
            break
        street.insert(0, word)
    return street
