"""Numbers in texts by the plural rules of the language the text is in (CLDR's, by Babel)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.units import format_unit
from jinja2 import pass_context
from jinja2.runtime import Context

_BETWEEN_DIGITS = re.compile(r"(?<=\d)-(?=\d)")


@lru_cache(maxsize=1024)
def lasting(minutes: int, locale: str) -> str:
    """`1 minute`, `90 minutes`, `2 hours`, `2 hours 30 minutes`.

    Below two hours people count in minutes; so do we.
    """
    if minutes < 120:
        return _unit(minutes, "minute", locale)
    hours, rest = divmod(minutes, 60)
    said = _unit(hours, "hour", locale)
    return f"{said} {_unit(rest, 'minute', locale)}" if rest else said


def _unit(value: int, unit: str, locale: str) -> str:
    said: str = format_unit(value, f"duration-{unit}", "long", locale=_babel(locale))
    return said


def plural(count: int, locale: str, one: str, other: str) -> str:
    """`one` or `other` as the language wants it with this count, which stands before it."""
    form = _babel(locale).plural_form(count)
    return f"{count} {one if form == 'one' else other}"


@lru_cache(maxsize=32)
def _babel(locale: str) -> Locale:
    return Locale.parse(locale, sep="-")


@pass_context
def _lasting(context: Context, minutes: int) -> str:
    return lasting(minutes, context["locale"])


@pass_context
def _plural(context: Context, count: int, one: str, other: str) -> str:
    return plural(count, context["locale"], one, other)


def _dashed(said: str) -> str:
    # An SMS has a hyphen between hours, since a dash is dear there.
    return _BETWEEN_DIGITS.sub("\u2013", said)


#: What a text may do with a field, by the language it is in.
FILTERS: dict[str, Callable[..., Any]] = {
    "lasting": _lasting,
    "plural": _plural,
    "dashed": _dashed,
}
