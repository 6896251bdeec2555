"""Phone numbers: one spelling for each, and a way to show one without giving it away."""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

_LONGEST = 40


def phone_number(text: str, region: str) -> str:
    """The number in E.164. Raises `ValueError` with a sentence for people.

    Only its length is checked against the country's rules: new ranges open every month, and the
    provider has the last word.
    """
    typed = text.strip()
    if not typed or len(typed) > _LONGEST or any(each.isalpha() for each in typed):
        raise ValueError("This is not a phone number.")
    try:
        number = phonenumbers.parse(typed, region)
    except NumberParseException:
        raise ValueError("This is not a phone number.") from None
    if number.extension:
        raise ValueError("A number with an extension cannot be texted.")
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == ValidationResult.TOO_LONG:
        raise ValueError("This phone number is too long.")
    if reason != ValidationResult.IS_POSSIBLE:
        raise ValueError("This phone number is too short.")
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def masked(number: str) -> str:
    """+358401234567 as +35840•••••67: enough to recognise one's own."""
    if len(number) < 9:
        return "•" * len(number)
    return number[:6] + "•" * (len(number) - 8) + number[-2:]
