"""Opening hours in OpenStreetMap's notation."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.calendars import public_holidays
from delivery.rules.opening_hours.hours import OpeningHours
from delivery.rules.opening_hours.spellings import DAYS
from tests.times import HELSINKI

SHOP = OpeningHours.parse("Mo-Fr 10:00-20:00; Sa 10:00-18:00; Su 12:00-18:00; PH off")
TUESDAY = date(2026, 3, 10)


def at(day: str, hour: int = 0, minute: int = 0) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), HELSINKI).replace(
        hour=hour, minute=minute
    )


def told(text: str, day: str, country: str | None = "FI") -> str:
    """The day's spans as one reads them off a door."""
    spans = OpeningHours.parse(text, country).spans(date.fromisoformat(day))
    return ",".join(
        f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
        for opens, closes in spans
    )


@pytest.mark.parametrize(
    ("moment", "opens", "closes"),
    [
        (at("2026-03-10", 7), at("2026-03-10", 10), at("2026-03-10", 20)),
        (at("2026-03-10", 14, 30), at("2026-03-10", 14, 30), at("2026-03-10", 20)),
        (at("2026-03-10", 20), at("2026-03-11", 10), at("2026-03-11", 20)),
        (at("2026-03-15", 9), at("2026-03-15", 12), at("2026-03-15", 18)),
        # Good Friday to Easter Monday: only the Saturday is open.
        (at("2026-04-02", 21), at("2026-04-04", 10), at("2026-04-04", 18)),
        (at("2026-04-04", 18), at("2026-04-07", 10), at("2026-04-07", 20)),
    ],
)
def test_when_it_opens_next(moment: datetime, opens: datetime, closes: datetime) -> None:
    assert SHOP.open_from(moment) == (opens, closes)


def test_day_and_night_ends_at_midnight() -> None:
    hours = OpeningHours.parse("24/7").open_from(at("2026-03-28", 10))
    assert hours == (at("2026-03-28", 10), at("2026-03-29"))


def test_holidays_are_like_other_days_unless_said() -> None:
    every_day = OpeningHours.parse("Mo-Su 06:00-23:00")
    assert every_day.on(date(2026, 12, 25)) == (360, 1380)
    short = OpeningHours.parse("Mo,We-Fr 06:00-23:00; PH 12:00-16:00")
    assert short.on(date(2026, 12, 25)) == (720, 960)
    assert short.on(TUESDAY) is None


@pytest.mark.parametrize(
    ("text", "day", "spans"),
    [
        # A lunch break, and the day seen from outside.
        ("Mo-Fr 10:00-12:00,13:00-17:00", "2026-03-10", "10:00-12:00,13:00-17:00"),
        ("Mo-Fr 10:00-12:00, Tu 15:00-17:00", "2026-03-10", "10:00-12:00,15:00-17:00"),
        ("10:00-18:00; Tu 12:00-16:00", "2026-03-10", "12:00-16:00"),
        ("10:00-18:00; 14:00-15:00 off", "2026-03-10", "10:00-14:00,15:00-18:00"),
        # Over midnight: it is Friday's, and Saturday's own rule ends it.
        ("Fr 20:00-02:00", "2026-03-13", "20:00-26:00"),
        ("Fr 20:00-02:00", "2026-03-14", ""),
        ("Fr 20:00-02:00; Sa 10:00-18:00", "2026-03-13", "20:00-24:00"),
        ("Fr,Sa 20:00-02:00; Sa 01:00-12:00 off", "2026-03-13", "20:00-25:00"),
        ("We 22:00-22:00", "2026-03-11", "22:00-46:00"),
        # Dates, months, weeks, years.
        ("Mo-Su 08:00-20:00; 2026 Dec 24 off", "2026-12-24", ""),
        ("Mo-Su 08:00-20:00; 2026 Dec 24 off", "2027-12-24", "08:00-20:00"),
        ("Mo-Su 08:00-20:00; Dec 24-26,31 off", "2026-12-31", ""),
        ("Mo-Su 08:00-20:00; 2026 Dec 23-2027 Jan 06 off", "2027-01-06", ""),
        ("Dec 23-Jan 06 10:00-14:00", "2027-01-06", "10:00-14:00"),
        ("Nov-Feb 10:00-14:00; Mar-Oct 08:00-20:00", "2026-01-31", "10:00-14:00"),
        ("Nov-Feb 10:00-14:00; Mar-Oct 08:00-20:00", "2026-03-10", "08:00-20:00"),
        ("week 11-20/3 10:00-14:00", "2026-03-10", "10:00-14:00"),
        ("week 12-20/3 10:00-14:00", "2026-03-10", ""),
        ("week 53 10:00-14:00", "2027-01-03", "10:00-14:00"),
        ("Feb 29 10:00-14:00", "2026-03-01", ""),
        ("Feb 29 10:00-14:00", "2028-02-29", "10:00-14:00"),
        ("2026-2028 Jun 10:00-14:00", "2026-06-01", "10:00-14:00"),
        ("2024+/2 10:00-14:00", "2027-06-01", ""),
        # Weekdays of a month; 31 October 2026 is its last Saturday.
        ("Su[1] 12:00-16:00", "2026-03-01", "12:00-16:00"),
        ("Su[1] 12:00-16:00", "2026-03-08", ""),
        ("Sa[-1] 12:00-16:00", "2026-10-31", "12:00-16:00"),
        ("Sa[-1] +1 day 12:00-16:00", "2026-11-01", "12:00-16:00"),
        ("Jun Fr[3]-Jun 30 off; Mo-Su 09:00-15:00", "2026-06-19", "09:00-15:00"),
        ("Mo-Su 09:00-15:00; Jun Fr[3]-Jun 30 off", "2026-06-19", ""),
        # Holidays: Good Friday, Midsummer Eve, the day before Christmas Eve.
        ("Mo-Fr 09:00-15:00; PH off", "2026-04-03", ""),
        ("Mo-Fr 09:00-15:00; PH off", "2026-06-19", ""),
        ("PH -1 day 09:00-12:00", "2026-12-23", "09:00-12:00"),
        ("easter -2 days 09:00-12:00", "2026-04-03", "09:00-12:00"),
        ("PH Fr 09:00-12:00", "2026-12-25", "09:00-12:00"),
        ("PH Fr 09:00-12:00", "2026-03-13", ""),
        # Fallbacks, comments, what is not sure.
        ('Mo 09:00-12:00 || Mo-Tu 10:00-14:00 "by appointment"', "2026-03-10", ""),
        ("Mo 09:00-12:00 || Mo-Tu 10:00-14:00", "2026-03-10", "10:00-14:00"),
        ("Mo 09:00-12:00 || Mo-Tu 10:00-14:00", "2026-03-09", "09:00-14:00"),
        ('Tu 09:00-12:00 open "ring the bell"', "2026-03-10", "09:00-12:00"),
        ("Tu 09:00-12:00 unknown", "2026-03-10", ""),
        ("17:00+", "2026-03-10", "17:00-24:00"),
        ("10:00-14:00+", "2026-03-10", "10:00-24:00"),
        ("Tu", "2026-03-10", "00:00-24:00"),
    ],
)
def test_the_spans_of_a_day(text: str, day: str, spans: str) -> None:
    assert told(text, day) == spans


@pytest.mark.parametrize(
    ("text", "country", "meant"),
    [
        ("ma-pe klo 10-20, la 10–18; su suljettu", "FI", "Mo-Fr 10:00-20:00; Sa 10:00-18:00"),
        ("maanantai-perjantai 9.00-17.30", "FI", "Mo-Fr 09:00-17:30"),
        ("mån-fre kl 10-18", "SE", "Mo-Fr 10:00-18:00"),
        ("Monday to Friday".replace(" to ", "-") + " 9am to 5.30 p.m.", None, "Mo-Fr 09:00-17:30"),
        ("MO-FR10:00-18:00;", None, "Mo-Fr 10:00-18:00"),
        ("every day 10:00 till 18:00", None, "10:00-18:00"),
        ("Δευτέρα-Παρασκευή 09:00-17:00", "GR", "Mo-Fr 09:00-17:00"),
        ("nonstop", None, "24/7"),
    ],
)
def test_people_write_as_they_are_used_to(text: str, country: str | None, meant: str) -> None:
    for ahead in range(7):
        day = TUESDAY + timedelta(days=ahead)
        written = OpeningHours.parse(text, country).spans(day)
        assert written == OpeningHours.parse(meant, country).spans(day)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing is said"),
        (";", "a rule is missing"),
        ("often", "no such day, month or word: 'often'"),
        ("Mo 10:00", "a time alone"),
        ("Mo 10:00,14:00-16:00", "a time alone"),
        ("Xx 10:00-12:00", "no such day"),
        ("Mo 24:00-10:00", "a day ends at 24:00"),
        ("Mo 10:00-49:00", "at the latest"),
        ("Mo 10:60-12:00", "no such time: '10:60'"),
        ("Mo 13am-2pm", "no such time: '13am'"),
        ("Mo 10:00-12:00 Tu 10:00-12:00", "a ';' or ',' is missing before 'Tu"),
        ("Mo,Feb 10:00-12:00", "not of the same kind"),
        ("Feb 30", "no month 2 has a day 30"),
        ("Jun 20-10", "days go forward"),
        ("2027-2026", "years go forward"),
        ("2027 Jan 05-2026 Dec 24 off", "ends before it starts"),
        ("week 30-20", "no such weeks"),
        ("Su[6]", "no month has a weekday number 6"),
        ("Su-PH", "a weekday is missing"),
        ("PH +2 days", "at most 1 days away"),
        ("sunrise-sunset", "by the sun"),
        ("Mo 10:00-(sunset+01:00)", "by the sun"),
        ("SH off", "school holidays"),
        ("10:00-16:00/90", "points in time"),
        ("summer Mo 10:00-12:00", "no such day, month or word: 'summer'"),
        ("10:00-12:00,,,", "not of the same kind|a rule is missing"),
        ('Mo "maybe', "nothing is meant by"),
        ("|| open", "a rule is missing"),
        # November in Czech and Polish, October in Croatian.
        ("listopad 10:00-12:00", "may mean Nov or Oct|may mean Oct or Nov"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"cannot read opening hours .*({why})"):
        OpeningHours.parse(text)


@pytest.mark.parametrize(("country", "why"), [(None, "need a country"), ("XX", "not known")])
def test_holidays_are_those_of_a_country(country: str | None, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        OpeningHours.parse("Mo-Fr 10:00-20:00; PH off", country)


def test_holidays_are_the_days_on_which_services_rest() -> None:
    hours = OpeningHours.parse("00:00-24:00; PH off", "SE")
    days = [date(2026, 1, 1) + timedelta(days=ahead) for ahead in range(365)]
    assert {day for day in days if not hours.spans(day)} == public_holidays("SE", 2026)


def test_past_midnight_it_is_still_open() -> None:
    bar = OpeningHours.parse("Fr 20:00-02:00")
    friday = (at("2026-03-13", 20), at("2026-03-14", 2))
    assert bar.spans_on(date(2026, 3, 13), HELSINKI) == (friday,)
    assert bar.open_from(at("2026-03-14", 1)) == (at("2026-03-14", 1), friday[1])
    assert bar.open_from(at("2026-03-14", 2), days=6) is None


def test_a_break_is_part_of_the_day_but_not_of_a_promise() -> None:
    kiosk = OpeningHours.parse("10:00-12:00,13:00-17:00")
    assert kiosk.on(TUESDAY) == (600, 1020)
    assert kiosk.window_on(at("2026-03-10")).end == at("2026-03-10", 17)
    assert kiosk.open_from(at("2026-03-10", 12)) == (at("2026-03-10", 13), at("2026-03-10", 17))


def test_nights_on_which_clocks_change() -> None:
    # Finnish clocks go from 3 to 4 on 29 March 2026 and from 4 back to 3 on 25 October.
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    night = OpeningHours.parse("02:00-05:00")
    lengths = [
        closes.timestamp() - opens.timestamp()
        for day in (spring, TUESDAY, autumn)
        for opens, closes in night.spans_on(day, HELSINKI)
    ]
    assert lengths == [2 * 3600, 3 * 3600, 4 * 3600]
    assert OpeningHours.parse("03:00-04:00").spans_on(spring, HELSINKI) == ()
    skipped = OpeningHours.parse("03:00-04:00").window_on(at("2026-03-29"))
    assert skipped.start == at("2026-03-29", 4)
    # 3:30 for the second time is later than 3:45 for the first.
    again = at("2026-10-25", 3, 30).replace(fold=1)
    assert OpeningHours.parse("Su 03:00-03:45").open_from(again, days=6) is None


MINUTES = st.integers(0, 24 * 60)


@st.composite
def weekly_tables(draw: st.DrawFn) -> list[list[tuple[int, int]]]:
    """For each weekday spans in order, none touching the next."""
    week = []
    for _ in DAYS:
        edges = sorted(draw(st.sets(MINUTES, max_size=6)))
        week.append(list(zip(edges[::2], edges[1::2], strict=False)))
    return week


def written(spans: list[tuple[int, int]]) -> str:
    return ",".join(
        f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
        for opens, closes in spans
    )


@given(weekly_tables(), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_any_week_written_down_is_read_back(week: list[list[tuple[int, int]]], day: date) -> None:
    text = "; ".join(
        f"{name} {written(spans) or 'off'}" for name, spans in zip(DAYS, week, strict=True)
    )
    assert list(OpeningHours.parse(text).spans(day)) == week[day.weekday()]


@given(weekly_tables(), st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_a_date_written_last_wins(week: list[list[tuple[int, int]]], day: date) -> None:
    text = "; ".join(
        f"{name} {written(each) or 'off'}" for name, each in zip(DAYS, week, strict=True)
    )
    closed = OpeningHours.parse(f"{text}; {day:%Y} {day:%b} {day:%d} off")
    assert closed.spans(day) == ()
    week_later = day + timedelta(days=7)
    assert closed.spans(week_later) == OpeningHours.parse(text).spans(week_later)


@given(st.text(alphabet='MoTuSaPHJanweek 0123456789:-,;+[]|off/"', max_size=25))
def test_any_text_is_read_or_refused(text: str) -> None:
    hours = None
    with suppress(ValueError):
        hours = OpeningHours.parse(text)
    if hours is None:
        return
    for ahead in range(10):
        spans = hours.spans(TUESDAY + timedelta(days=ahead))
        assert all(0 <= opens < closes <= 48 * 60 for opens, closes in spans)
        assert list(spans) == sorted(spans)
