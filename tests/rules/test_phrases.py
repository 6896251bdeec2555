"""Times, prices and distances as design.md writes them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from delivery.rules import phrases
from delivery.rules.money import Money
from delivery.rules.windows import TimeWindow
from tests.times import HELSINKI


def window(start: str, end: str, day: int = 12) -> TimeWindow:
    def at(text: str) -> datetime:
        hour, minute = map(int, text.split(":"))
        return datetime(2026, 3, day + hour // 24, hour % 24, minute, tzinfo=HELSINKI)

    return TimeWindow(at(start), at(end))


EVENING = window("17:00", "19:00")


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "Thu 12 March, 17:00–19:00"),
        ("en-US", "Thu 12 March, 17:00–19:00"),
        ("fi", "to 12.3. klo 17–19"),
        ("fi_FI", "to 12.3. klo 17–19"),
        ("sv-FI", "tors 12 mars kl. 17–19"),
        ("el", "Πέμ 12 Μαρτίου, 17:00–19:00"),
        ("xx", "Thu 12 March, 17:00–19:00"),
    ],
)
def test_a_window_in_words(locale: str, said: str) -> None:
    assert phrases.when(EVENING, locale) == said


@pytest.mark.parametrize(
    ("locale", "today", "said"),
    [
        ("en", 12, "today, 17:00–19:00"),
        ("en", 11, "tomorrow, 17:00–19:00"),
        ("fi", 12, "tänään klo 17–19"),
        ("fi", 11, "huomenna klo 17–19"),
        ("fi", 10, "to 12.3. klo 17–19"),
        ("sv", 12, "i dag kl. 17–19"),
        ("el", 11, "αύριο, 17:00–19:00"),
        ("en", 13, "Thu 12 March, 17:00–19:00"),
    ],
)
def test_near_days_are_words(locale: str, today: int, said: str) -> None:
    assert phrases.when(EVENING, locale, today=date(2026, 3, today)) == said


@pytest.mark.parametrize(
    ("hours", "english", "finnish", "swedish", "greek"),
    [
        (("8:00", "12:00"), "8:00–12:00", "klo 8–12", "kl. 8–12", "8:00–12:00"),
        (("18:30", "20:30"), "18:30–20:30", "klo 18.30–20.30", "kl. 18.30–20.30", "18:30–20:30"),
        (("8:00", "9:05"), "8:00–9:05", "klo 8–9.05", "kl. 8–9.05", "8:00–9:05"),
        (("10:00", "24:00"), "10:00–24:00", "klo 10–24", "kl. 10–24", "10:00–24:00"),
    ],
)
def test_hours(
    hours: tuple[str, str], english: str, finnish: str, swedish: str, greek: str
) -> None:
    said = [phrases.hours(window(*hours), locale) for locale in ("en", "fi", "sv", "el")]
    assert said == [english, finnish, swedish, greek]


@pytest.mark.parametrize(
    ("locale", "short", "begins"),
    [
        ("en", "Thu 12 Mar, 17:00–19:00", "from Thu 12 March 17:00"),
        ("fi", "to 12.3. klo 17–19", "to 12.3. klo 17 alkaen"),
        ("sv", "tors 12/3 kl. 17–19", "från tors 12 mars kl. 17"),
        ("el", "Πέμ 12/3, 17:00–19:00", "από Πέμ 12 Μαρτίου, 17:00"),
    ],
)
def test_a_short_day_and_a_beginning(locale: str, short: str, begins: str) -> None:
    assert phrases.when(EVENING, locale, short=True) == short
    assert phrases.begins(EVENING.start, locale) == begins


def test_single_hours() -> None:
    moment = datetime(2026, 3, 12, 14, 42, tzinfo=HELSINKI)
    assert phrases.clock_time(moment, "en") == "14:42"
    assert phrases.clock_time(moment, "fi") == "14.42"
    assert phrases.since(EVENING.start, "en") == "from 17:00"
    assert phrases.since(EVENING.start, "fi") == "klo 17 alkaen"
    assert phrases.since(EVENING.start, "sv") == "från kl. 17"
    assert phrases.since(EVENING.start, "el") == "από τις 17:00"


@pytest.mark.parametrize(
    ("cents", "english", "finnish", "sms"),
    [
        (690, "€6.90", "6,90\u00a0€", "6.90 e"),
        (0, "€0", "0\u00a0€", "0 e"),
        (1000, "€10.00", "10,00\u00a0€", "10.00 e"),
        (-290, "-€2.90", "-2,90\u00a0€", "-2.90 e"),
    ],
)
def test_prices(cents: int, english: str, finnish: str, sms: str) -> None:
    money = Money(cents, "EUR")
    said = (
        phrases.price(money, "en"),
        phrases.price(money, "fi"),
        phrases.price(money, "en", sms=True),
    )
    assert tuple(each.replace("\u2212", "-") for each in said) == (english, finnish, sms)
    others = [phrases.price(money, locale).replace("\u2212", "-") for locale in ("sv", "el")]
    assert others == [finnish, finnish]


@pytest.mark.parametrize(
    ("metres", "english", "finnish"),
    [(0, "10\u00a0m", "10\u00a0m"), (446, "450\u00a0m", "450\u00a0m"),
     (996, "1.0\u00a0km", "1,0\u00a0km"), (1430, "1.4\u00a0km", "1,4\u00a0km"),
     (12_400, "12\u00a0km", "12\u00a0km")],
)  # fmt: skip
def test_distances(metres: int, english: str, finnish: str) -> None:
    assert phrases.distance(metres, "en") == english
    assert [phrases.distance(metres, locale) for locale in ("fi", "sv", "el")] == [finnish] * 3


def test_an_sms_keeps_to_the_short_alphabet() -> None:
    said = phrases.when(EVENING, "fi", sms=True) + phrases.price(
        Money(123_456, "EUR"), "fi", sms=True
    )
    assert said == "to 12.3. klo 17-191 234,56 e"
