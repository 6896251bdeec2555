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
    short_day: str  # the same where there is little room
    whole_hour: str
    hour: str
    hours: str
    since: str
    begins: str  # a day and the hour from which on
    after_day: str  # between a day and its hours
    price: str  # CLDR pattern of a price
    near: tuple[str, str]  # today, tomorrow


# CLDR's, but for the hours: Finnish and Swedish leave ":00" out of a whole hour, as their language
# offices advise (Kielitoimiston ohjepankki; Svenska skrivregler).
_MANNERS = {
    "en": _Manner(
        "en_GB", "EEE d MMMM", "EEE d MMM", "{h}:00", "{h}:{m:02}", "{a}–{b}", "from {a}",
        "from {day} {a}", ", ", "¤#,##0.00", ("today", "tomorrow"),
    ),
    "fi": _Manner(
        "fi", "ccc d.M.", "ccc d.M.", "{h}", "{h}.{m:02}", "klo {a}–{b}", "klo {a} alkaen",
        "{day} klo {a} alkaen", " ", "#,##0.00\u00a0¤", ("tänään", "huomenna"),
    ),
    "sv": _Manner(
        "sv", "ccc d MMMM", "ccc d/M", "{h}", "{h}.{m:02}", "kl. {a}–{b}", "från kl. {a}",
        "från {day} kl. {a}", " ", "#,##0.00\u00a0¤", ("i dag", "i morgon"),
    ),
    "el": _Manner(
        "el", "ccc d MMMM", "ccc d/M", "{h}:00", "{h}:{m:02}", "{a}–{b}", "από τις {a}",
        "από {day}, {a}", ", ", "#,##0.00\u00a0¤", ("σήμερα", "αύριο"),
    ),
}  # fmt: skip
_SMS_PRICE = "#,##0.00 'e'"


@lru_cache(maxsize=256)
def _manner(locale: str) -> _Manner:
    return _MANNERS.get(locale.replace("_", "-").split("-")[0].lower(), _MANNERS["en"])


def when(
    window: TimeWindow, locale: str, *, today: date | None = None, sms: bool = False,
    short: bool = False,
) -> str:  # fmt: skip
    """`Thu 12 March, 17:00–19:00`; with `today`, near days are words: `tomorrow, 17:00–19:00`.

    With `short` the day is as short as it is written: `Thu 12 Mar`, `tors 12/3`.
    """
    which = day(window.start.date(), locale, today=today, sms=sms, short=short)
    return with_hours(which, hours(window, locale, sms=sms), locale)


def day(
    on: date, locale: str, *, today: date | None = None, sms: bool = False, short: bool = False
) -> str:
    """`Thu 12 March`, `to 12.3.`; with `today`, `today` and `tomorrow` are said as words."""
    manner = _manner(locale)
    if today is not None and today <= on <= today + timedelta(days=1):
        return manner.near[(on - today).days]
    written = _written_day(on, manner.short_day if short else manner.day, manner.babel)
    return written.replace(_NO_BREAK, " ") if sms else written


@lru_cache(maxsize=1024)
def _written_day(on: date, pattern: str, babel: str) -> str:
    return str(format_date(on, pattern, locale=babel))


def hours(window: TimeWindow, locale: str, *, sms: bool = False) -> str:
    """`17:00–19:00`, `klo 17–19`, `klo 18.30–20.30`."""
    manner = _manner(locale)
    said = manner.hours.format(
        a=_hour(window.start, manner), b=_hour(window.end, manner, last=True)
    )
    return said.replace("–", "-") if sms else said


def with_hours(which: str, at: str, locale: str) -> str:
    """A day and its hours: `Thu 12 March, 17:00–19:00`."""
    return which + between(locale) + at


def between(locale: str) -> str:
    """What stands between a day and its hours: `, ` or a space."""
    return _manner(locale).after_day


def since(moment: datetime, locale: str) -> str:
    """`from 10:00`, `klo 10 alkaen`."""
    manner = _manner(locale)
    return manner.since.format(a=_hour(moment, manner))


def begins(moment: datetime, locale: str) -> str:
    """`from Thu 12 March 10:00`, `to 12.3. klo 10 alkaen`."""
    manner = _manner(locale)
    written = _written_day(moment.date(), manner.day, manner.babel)
    return manner.begins.format(day=written, a=_hour(moment, manner))


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
    return f"{number(kilometres, locale)}{_NO_BREAK}km"


def number(written: str, locale: str) -> str:
    """A number written with a point, as the language writes it: `2.5`, `2,5`."""
    return written if _manner(locale).babel.startswith("en") else written.replace(".", ",")
