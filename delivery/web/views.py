"""What several pages show: the line of a day, one option, and the price of having it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from markupsafe import Markup

from delivery.rules import phrases
from delivery.rules.money import Money
from delivery.rules.windows import TimeWindow

#: The line is drawn 140 units wide and stretched; 8 to 22 o'clock unless a window is outside.
WIDTH = 140
_FIRST_HOUR, _LAST_HOUR = 8, 22
_LONG_DAY = {"en": "EEEE d MMMM", "fi": "cccc d. MMMM"}
#: Where week days are small even at the beginning of a line.
_SMALL_DAYS = ("fi", "sv")
_BABEL = {"en": "en_GB"}


@dataclass(frozen=True)
class DayLine:
    """A day drawn in 8 px: each stroke has a class and a path. Words beside it carry the news."""

    strokes: tuple[tuple[str, str], ...]
    hours: tuple[int, ...]


@dataclass(frozen=True)
class DayScale:
    """The hours that every line of one page spans."""

    first: int = _FIRST_HOUR
    last: int = _LAST_HOUR

    @classmethod
    def of(cls, windows: Iterable[TimeWindow]) -> DayScale:
        """8 to 22, widened by whole hours until every window lies within."""
        spans = [_span(each) for each in windows]
        first = min([_FIRST_HOUR, *(int(start) for start, _ in spans)])
        last = max([_LAST_HOUR, *(-int(-end // 1) for _, end in spans)])
        return cls(first - first % 2, last + last % 2)

    def line(
        self, window: TimeWindow, *, was: TimeWindow | None = None, now: datetime | None = None
    ) -> DayLine:
        """`window` filled; with `was`, as a changed one beside the earlier promise."""
        strokes = [("bg", f"M0 4H{WIDTH}")]
        if was is not None and was.start.date() == window.start.date():
            strokes.append(("was", self._stroke(was)))
        strokes.append(("on" if was is None else "new", self._stroke(window)))
        if now is not None and now.astimezone(window.start.tzinfo).date() == window.start.date():
            strokes.append(("now", f"M{self._x(_hour(now, window.start.tzinfo))} 0V8"))
        return DayLine(tuple(strokes), tuple(range(self.first, self.last + 1, 2)))

    def _stroke(self, window: TimeWindow) -> str:
        start, end = _span(window)
        return f"M{self._x(start)} 4H{self._x(end)}"

    def _x(self, hour: float) -> str:
        share = (min(max(hour, self.first), self.last) - self.first) / (self.last - self.first)
        return f"{round(WIDTH * share, 1):g}"


def _span(window: TimeWindow) -> tuple[float, float]:
    start = _hour(window.start, window.start.tzinfo)
    if window.end.date() > window.start.date():
        return start, 24.0
    return start, _hour(window.end, window.start.tzinfo)


def _hour(moment: datetime, zone: Any) -> float:
    local = moment.astimezone(zone)
    return local.hour + local.minute / 60


@dataclass(frozen=True)
class OptionCard:
    """One option as a radio in a list."""

    id: str
    #: Its number on the page, from 1: the stylesheet shows the sum with the same number.
    number: int
    day: str
    hours: str
    price: str
    where: str
    pill: str
    few: bool
    line: DayLine
    gives: Markup
    checked: bool
    parts: tuple[tuple[str, str], ...] = ()
    total: str = ""
    more: tuple[str, ...] = field(default=())

    @property
    def when(self) -> str:
        return f"{self.day}{self.hours}"


@dataclass(frozen=True)
class Choice:
    """An option read from its JSON, as pages need it."""

    id: str
    kind: str
    carrier: str
    title: str
    description: str
    price: Money
    window: TimeWindow
    distance_m: int | None
    capacity: str
    labels: tuple[str, ...]
    gives: tuple[str, ...]
    parts: tuple[tuple[str, int], ...]
    fee: Money | None
    place: dict[str, Any] | None
    #: How many of the last promises in this area were kept, of how many; None when too few.
    kept: tuple[int, int] | None = None
    #: How much more goods would make it free; None where that is not the question.
    to_go: Money | None = None

    @classmethod
    def of(cls, shown: dict[str, Any]) -> Choice:
        fee, kept, free = shown.get("fee"), shown.get("kept_rate"), shown.get("free_over")
        return cls(
            id=shown["id"], kind=shown["kind"], carrier=shown["carrier"], title=shown["title"],
            description=shown["description"], price=Money(**shown["price"]),
            window=TimeWindow.from_json(shown["window"]),
            distance_m=shown["distance_m"], capacity=shown["capacity"],
            labels=tuple(shown["labels"]), gives=tuple(shown["gives"]),
            parts=tuple((part["label"], part["amount"]) for part in shown["price_parts"]),
            fee=Money(**fee) if fee else None, place=shown["place"],
            kept=(kept["kept"], kept["of"]) if kept else None,
            to_go=Money(**free["to_go"]) if free and free["to_go"]["amount"] else None,
        )  # fmt: skip

    @property
    def at_home(self) -> bool:
        return self.kind == "to_door"


def said_when(choice: Choice, lang: str, *, today: date, words: Any) -> tuple[str, str]:
    """Day and hours apart, for hours that never wrap: ("Thu 12 March, ", "17:00–19:00")."""
    on = phrases.day(choice.window.start.date(), lang, today=today)
    between = phrases.between(lang)
    if choice.at_home:
        return _first_up(on, lang) + between, phrases.hours(choice.window, lang)
    hour = phrases.clock_time(choice.window.start, lang)
    return _first_up(on, lang) + between, words("from_hour", hour=hour)


def _first_up(day: str, lang: str) -> str:
    return day if lang in _SMALL_DAYS else day[:1].upper() + day[1:]


def long_day(on: date, lang: str) -> str:
    """`Thursday 12 March`, `torstai 12. maaliskuuta`, `torsdag 12 mars`."""
    pattern = _LONG_DAY.get(lang, _LONG_DAY["en"])
    return str(format_date(on, pattern, locale=_BABEL.get(lang, lang)))


def weekday(on: date, lang: str) -> str:
    return str(format_date(on, "ccc", locale=_BABEL.get(lang, lang)))


def minutes_left(until: datetime, now: datetime) -> int:
    """Whole minutes, rounded up: one with seconds left still says 1."""
    return max(0, -int((now - until) // timedelta(minutes=1)))
