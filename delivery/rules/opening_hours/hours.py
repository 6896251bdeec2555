"""Opening hours in OpenStreetMap's notation: on which days and from when to when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from delivery.rules.opening_hours.reading import rules_of
from delivery.rules.opening_hours.rules import MIDNIGHT, Piece, Rule, State, pieces_of
from delivery.rules.wall_clock import later_by, moment_at
from delivery.rules.windows import TimeWindow

DAY_AND_NIGHT = "24/7"
#: Days remembered of each text: more than any quote looks ahead.
_MOST_DAYS = 500
_OPEN = (State.OPEN, State.OPEN_END)
_ONE_DAY = timedelta(days=1)


class Span(NamedTuple):
    """From which to which minute of its day; beyond 1440 it ends on the next one."""

    opens: int
    closes: int


class Stretch(NamedTuple):
    """As one reads it off the door: open, or open unless it is not."""

    start: datetime
    end: datetime
    sure: bool


@dataclass(frozen=True)
class OpeningHours:
    """`24/7`, or rules such as `Mo-Fr 07:00-21:00; Sa 09:00-18:00; PH off`."""

    text: str
    country: str | None = "FI"
    rules: tuple[Rule, ...] = field(default=(), repr=False, compare=False)
    _days: dict[date, tuple[Span, ...]] = field(default_factory=dict, repr=False, compare=False)
    _moments: dict[tuple[date, str], tuple[tuple[datetime, datetime], ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @classmethod
    def parse(cls, text: str, country: str | None = "FI") -> OpeningHours:
        """The hours as OSM's notation has them, PH being the country's public holidays.

        Raises `ValueError` that says what cannot be read. The same text is read once.
        """
        return _parse(text, country)

    def spans(self, day: date) -> tuple[Span, ...]:
        """When it is open, in order; hours over midnight belong to the day they begin on.

        What is unknown (`"on request"`) is not open. An open end (`17:00+`) ends at midnight at
        the latest: past that nobody said that it is open.
        """
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            known = self._days[day] = self._spans(day)
        return known

    def _spans(self, day: date) -> tuple[Span, ...]:
        pieces = pieces_of(self.rules, day)
        joined = _joined(pieces)
        if joined and _goes_on(joined[0], pieces) and self._reaches_midnight(day - _ONE_DAY):
            joined = joined[1:]
        if joined and joined[-1].closes == MIDNIGHT:
            tomorrow = pieces_of(self.rules, day + _ONE_DAY)
            after = _joined(tomorrow)
            if after and _goes_on(after[0], tomorrow):
                joined[-1] = Span(joined[-1].opens, MIDNIGHT + after[0].closes)
        return tuple(joined)

    def _reaches_midnight(self, day: date) -> bool:
        joined = _joined(pieces_of(self.rules, day))
        return bool(joined) and joined[-1].closes == MIDNIGHT

    def spans_on(self, day: date, zone: ZoneInfo) -> tuple[tuple[datetime, datetime], ...]:
        """`spans` as moments in that zone, without what clocks skip on the night they change."""
        key = (day, zone.key)
        known = self._moments.get(key)
        if known is None:
            if len(self._moments) >= _MOST_DAYS:
                self._moments.clear()
            both = (
                (at_minute(day, span.opens, zone), at_minute(day, span.closes, zone))
                for span in self.spans(day)
            )
            known = self._moments[key] = tuple(
                each for each in both if each[0].timestamp() < each[1].timestamp()
            )
        return known

    def on(self, day: date) -> Span | None:
        """From the first opening of that day to the last closing; None when it is closed."""
        spans = self.spans(day)
        return Span(spans[0].opens, spans[-1].closes) if spans else None

    def window_on(self, moment: datetime) -> TimeWindow:
        """The hours of the day of `moment`, on which it is open, breaks within included."""
        zone = moment.tzinfo
        assert isinstance(zone, ZoneInfo)
        day, whole = moment.date(), self.on(moment.date())
        assert whole is not None
        spans = self.spans_on(day, zone)
        if not spans:  # Clocks skip all of it that night.
            opens = at_minute(day, whole.opens, zone)
            return TimeWindow(opens, later_by(opens, 1))
        return TimeWindow(spans[0][0], spans[-1][1])

    def open_from(self, moment: datetime, days: int = 30) -> tuple[datetime, datetime] | None:
        """The first opening at or after `moment` and its closing, in the moment's zone."""
        zone, today = moment.tzinfo, moment.date()
        assert isinstance(zone, ZoneInfo)
        # An hour that comes twice on the wall comes once in seconds.
        seconds = moment.timestamp()
        # Yesterday's hours may go on past midnight.
        for ahead in range(-1, days):
            for opens, closes in self.spans_on(today + timedelta(days=ahead), zone):
                if seconds < closes.timestamp():
                    return opens if seconds < opens.timestamp() else moment, closes
        return None

    def read(self, start: datetime, end: datetime) -> list[Stretch]:
        """What is said from `start` to `end`, clock times without a zone; guesses are not sure."""
        found: list[Stretch] = []
        day = start.date()
        while datetime.combine(day, time()) < end:
            midnight = datetime.combine(day, time())
            for piece in pieces_of(self.rules, day):
                opens = max(midnight + timedelta(minutes=piece.start), start)
                closes = min(midnight + timedelta(minutes=piece.end), end)
                sure = piece.state == State.OPEN
                if found and found[-1].end == opens and found[-1].sure == sure:
                    opens = found.pop().start
                if opens < closes:
                    found.append(Stretch(opens, closes, sure))
            day += _ONE_DAY
        return found


@lru_cache(maxsize=8192)
def _parse(text: str, country: str | None) -> OpeningHours:
    return OpeningHours(text, country, rules_of(text, country))


def _joined(pieces: list[Piece]) -> list[Span]:
    joined: list[Span] = []
    for piece in pieces:
        if piece.state not in _OPEN or (piece.spilled and piece.state == State.OPEN_END):
            continue
        if joined and joined[-1].closes == piece.start:
            joined[-1] = Span(joined[-1].opens, piece.end)
        else:
            joined.append(Span(piece.start, piece.end))
    return joined


def _goes_on(first: Span, pieces: list[Piece]) -> bool:
    """Whether the day's first span is the end of the day before's."""
    return first.opens == 0 and pieces[0].spilled


def at_minute(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The moment at which a clock in `zone` shows that minute of the day or of the next one."""
    days, minute = divmod(minute, MIDNIGHT)
    return moment_at(day + timedelta(days=days), time(*divmod(minute, 60)), zone)
