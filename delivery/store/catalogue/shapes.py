"""The pieces of which every table of a catalogue's document is made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

#: A range of dates longer than this is a slip of the pen.
LONGEST_RANGE_DAYS = 400
MINUTES_OF_AN_HOUR = 60
MINUTES_OF_A_DAY = 24 * MINUTES_OF_AN_HOUR
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"no such time zone: {name!r}") from None
    return name


def dates_of(text: str) -> list[date]:
    """`2026-08-03`, or all from `2026-07-01/2026-07-14`. Raises `ValueError`."""
    first, _, last = text.partition("/")
    start = date.fromisoformat(first)
    days = (date.fromisoformat(last) - start).days if last else 0
    if not 0 <= days <= LONGEST_RANGE_DAYS:
        raise ValueError(f"{text} is not from a day to one of the next {LONGEST_RANGE_DAYS}")
    return [start + timedelta(days=number) for number in range(days + 1)]


def span_of(text: str) -> tuple[datetime, datetime]:
    """`2026-12-24`, days as `2026-12-24/2026-12-26`, or times as `2026-12-23T17:00/…T21:00`.

    Without a zone, up to but not including the end. Raises `ValueError`.
    """
    if "T" not in text:
        days = dates_of(text)
        first, after = days[0], days[-1] + timedelta(days=1)
        return datetime.combine(first, time()), datetime.combine(after, time())
    start, end = (datetime.fromisoformat(side) for side in text.split("/"))
    if start.tzinfo or end.tzinfo:
        raise ValueError("times here have no zone: they are those of the place")
    if not start < end:
        raise ValueError(f"{text} ends before it starts")
    return start, end


def _readable_dates(text: str) -> str:
    dates_of(text)
    return text


def _readable_span(text: str) -> str:
    span_of(text)
    return text


Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,38}$")]
PlaceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,38}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Cents = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Hour = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
PostalCode = Annotated[str, StringConstraints(pattern=r"^\d{5}$")]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
ClockName = Annotated[str, AfterValidator(_known_zone)]
#: One date or, as `first/last`, all from the first to the last.
Dates = Annotated[str, AfterValidator(_readable_dates)]
#: The same, or from one time to another.
Span = Annotated[str, AfterValidator(_readable_span)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(Part):
    """A short text in each language of ours; what is not said in one is said in English."""

    en: Line
    fi: Line
    sv: Line | None = None
    el: Line | None = None


def read_said(part: Said) -> Mapping[str, str]:
    """The text by language, in every language."""
    return {"en": part.en, "fi": part.fi, "sv": part.sv or part.en, "el": part.el or part.en}


def minutes_of(text: str) -> int:
    """The minute of the day."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def clock_face(text: str) -> time:
    """`24:00` is 0:00, the end of the day."""
    return time(*divmod(minutes_of(text) % MINUTES_OF_A_DAY, 60))
