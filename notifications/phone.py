"""Telephone numbers as they are dialled anywhere, and as they may be shown."""

from __future__ import annotations

import phonenumbers


def phone_number(text: str, region: str) -> str:
    """`text` in E.164, read as somebody in `region` would write it.

    Raises `ValueError` with a sentence for people. Possible is enough: only the provider knows
    whether a number exists.
    """
    try:
        known = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise ValueError("This is not a telephone number.") from None
    if known.extension or not phonenumbers.is_possible_number(known):
        raise ValueError("This telephone number is too short or too long.")
    return phonenumbers.format_number(known, phonenumbers.PhoneNumberFormat.E164)


def masked(number: str) -> str:
    """`number` with its middle hidden: +35840•••••67."""
    return number[:6] + "•" * max(len(number) - 8, 0) + number[-2:]
