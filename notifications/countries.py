"""The country of a phone number, as far as our senders need to know it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import phonenumbers
from phonenumbers import NumberParseException

UNKNOWN = "ZZ"


def country_of(number: str) -> str:
    """The country of an E.164 number, as two letters; `ZZ` where there is none."""
    try:
        known = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except NumberParseException:
        return UNKNOWN
    return str(known) if known else UNKNOWN


class Countries:
    """Tells which of a few countries a number is of, faster than reading the number.

    A number of none of them is `""`. Åland counts as Finland: one number plan, one authority.
    """

    def __init__(self, wanted: Iterable[str]) -> None:
        by_code: dict[str, set[str]] = {}
        for country in wanted:
            code = phonenumbers.country_code_for_region(country)
            by_code.setdefault(f"+{code}", set()).add(country)
        self._by_code = by_code

    def of(self, number: str) -> str:
        for length in (2, 3, 4):
            known = self._by_code.get(number[:length])
            if known is not None:
                return self._among(known, number)
        return ""

    def _among(self, known: set[str], number: str) -> str:
        if known == {"FI"}:
            return "FI"
        # Others share a code: Canada and the United States, Kazakhstan and Russia.
        exactly = country_of(number)
        return exactly if exactly in known else ""
