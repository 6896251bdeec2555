"""Times, prices and distances as people say them, per language (the table is in design.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_currency

from delivery.rules.money import Money
from delivery.rules.windows import TimeWindow

_NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class _Manner:
    """How one language writes times and prices."""

    babel: str
    day: str  # CLDR pattern of a date
    whole_hour: str
    hour: str
    hours: str
    since: str
    after_day: str  # between a day and its hours
    price: str  # CLDR pattern of a price
    near: tuple[str, str]  # today, tomorrow


_MANNERS = {
    "en": _Manner(
        "en_GB", "EEE d MMMM", "{h}:00", "{h}:{m:02}", "{a}–{b}", "from {a}", ", ", "¤#,##0.00",
        ("today", "tomorrow"),
    ),
    "fi": _Manner(
        "fi", "ccc d.M.", "{h}", "{h}.{m:02}", "klo {a}–{b}", "klo {a} alkaen", " ",
        "#,##0.00\u00a0¤",
        ("tänään", "huomenna"),
    ),
}  # fmt: skip
_SMS_PRICE = "#,##0.00 'e'"


@lru_cache(maxsize=256)
def _manner(locale: str) -> _Manner:
    return _MANNERS.get(locale.replace("_", "-").split("-")[0].lower(), _MANNERS["en"])


def when(window: TimeWindow, locale: str, *, today: date | None = None, sms: bool = False) -> str:
    """`Thu 12 March, 17:00–19:00`; with `today`, near days are words: `tomorrow, 17:00–19:00`."""
    which = day(window.start.date(), locale, today=today, sms=sms)
    return which + _manner(locale).after_day + hours(window, locale, sms=sms)


def day(on: date, locale: str, *, today: date | None = None, sms: bool = False) -> str:
    """`Thu 12 March`, `to 12.3.`; with `today`, `today` and `tomorrow` are said as words."""
    if today is not None and today <= on <= today + timedelta(days=1):
        return _manner(locale).near[(on - today).days]
    written = _written_day(on, _manner(locale))
    return written.replace(_NO_BREAK, " ") if sms else written


@lru_cache(maxsize=512)
def _written_day(on: date, manner: _Manner) -> str:
    return str(format_date(on, manner.day, locale=manner.babel))


def hours(window: TimeWindow, locale: str, *, sms: bool = False) -> str:
    """`17:00–19:00`, `klo 17–19`, `klo 18.30–20.30`."""
    manner = _manner(locale)
    said = manner.hours.format(
        a=_hour(window.start, manner), b=_hour(window.end, manner, last=True)
    )
    return said.replace("–", "-") if sms else said


def since(moment: datetime, locale: str) -> str:
    """`from 10:00`, `klo 10 alkaen`."""
    manner = _manner(locale)
    return manner.since.format(a=_hour(moment, manner))


def clock_time(moment: datetime, locale: str) -> str:
    """An hour alone, in the moment's own zone: `14:42`, `14.42`, `17` on a whole Finnish hour."""
    return _hour(moment, _manner(locale))


def _hour(moment: datetime, manner: _Manner, *, last: bool = False) -> str:
    hour = 24 if last and moment.hour == moment.minute == 0 else moment.hour
    form = manner.hour if moment.minute else manner.whole_hour
    return form.format(h=hour, m=moment.minute)


@lru_cache(maxsize=512)
def price(money: Money, locale: str, *, sms: bool = False) -> str:
    """`€6.90`, `6,90 €`, nothing is `€0`; for an SMS `6.90 e`."""
    manner = _manner(locale)
    pattern = _SMS_PRICE if sms and money.currency == "EUR" else manner.price
    if money.amount == 0:
        pattern = pattern.replace(".00", "")
    said: str = format_currency(
        Decimal(money.amount).scaleb(-2), money.currency, pattern, locale=manner.babel,
        currency_digits=False,
    )  # fmt: skip
    return said.replace(_NO_BREAK, " ") if sms else said


def distance(metres: int, locale: str) -> str:
    """`450 m`, `1.4 km`, `1,4 km`: as exact as one walks."""
    if metres < 995:
        return f"{max(10, round(metres, -1))}{_NO_BREAK}m"
    kilometres = f"{metres / 1000:.1f}" if metres < 9950 else f"{metres / 1000:.0f}"
    point = "." if _manner(locale).babel.startswith("en") else ","
    return f"{kilometres.replace('.', point)}{_NO_BREAK}km"
