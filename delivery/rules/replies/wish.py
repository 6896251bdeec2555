"""When somebody would like to have it: days and hours wanted, days and hours refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from delivery.rules.replies.clauses import MOVED, Clause, Span, clauses
from delivery.rules.replies.clock_rules import WORDS, WRITTEN
from delivery.rules.replies.date_rules import DATES
from delivery.rules.replies.day_rules import SPANS, WEEKS
from delivery.rules.replies.folding import fold, joined_halves
from delivery.rules.replies.hour_spans import SPANS_OF_HOURS
from delivery.rules.replies.language import language_of
from delivery.rules.replies.length_rules import LENGTHS, NO_TIMES
from delivery.rules.replies.lexicon import Lexicon
from delivery.rules.replies.rewriting import (
    Rule,
    Setting,
    over,
    rewrite,
    rule,
)
from delivery.rules.replies.tagging import tagged
from delivery.rules.replies.tidy_rules import TIDY
from delivery.rules.replies.tokens import Token, tokens

_DAY = 24 * 60
RULES: list[Rule] = [
    *TIDY, *NO_TIMES, *WRITTEN, *LENGTHS, *DATES, *WEEKS, *WORDS, *SPANS, *SPANS_OF_HOURS,
    rule("¢")(lambda some, _: over(some, "|" if some[0].value else ".", MOVED)),
]  # fmt: skip


@dataclass
class Wish:
    """Days and hours; what is refused counts against every slot, whatever else is said."""

    now: datetime
    days: list[date] = field(default_factory=list)
    refused_days: list[date] = field(default_factory=list)
    earliest: int | None = None
    latest: int | None = None
    #: A moment, not a bound: the slot should hold it.
    at: bool = False
    refused_spans: list[Span] = field(default_factory=list)
    #: Days of which a part was refused: another part of them may be wanted.
    refused_in_part: list[date] = field(default_factory=list)
    any_time: bool = False
    #: Whether there is one way to read it.
    sure: bool = True
    because: list[str] = field(default_factory=list)
    #: The day a span of days is counted from ("by friday", "next week").
    first: date | None = None
    #: Whether its hours are only a part of the day.
    by_part: bool = False
    #: The moment of that part, which counts for `start` where no delivery is asked for.
    moment: int | None = None
    daytime: bool = True
    #: How many of its words say nothing we know.
    unread: int = 0
    #: How many of those the language file has nowhere: they may be the reason for a no.
    strange: int = 0
    #: Whether a clause says that it suits.
    welcome: bool = False

    @property
    def day(self) -> date | None:
        return self.days[0] if len(self.days) == 1 else None

    @property
    def has_hours(self) -> bool:
        return self.earliest is not None or self.latest is not None

    @property
    def wants(self) -> bool:
        return bool(self.days) or self.has_hours or self.any_time

    @property
    def refuses(self) -> bool:
        return bool(self.refused_days or self.refused_spans)

    @property
    def start(self) -> datetime | None:
        """The moment it begins, in `now`'s zone; midnight where only a day is named.

        Hours without a day are those that come next. None where nothing is wished.
        """
        minutes = self.earliest if self.earliest is not None else self.latest
        if self.by_part and self.moment is not None and not self.daytime:
            minutes = self.moment
        day = self.first or (self.days[0] if self.days else None)
        if day is None and minutes is None:
            return None
        if day is None:
            day = self.now.date()
            if minutes is not None and minutes <= self.now.hour * 60 + self.now.minute:
                day += timedelta(days=1)
        return _moment(day, minutes or 0, self.now)

    @property
    def end(self) -> datetime | None:
        """The moment it ends, where hours or several days say so."""
        start = self.start
        if start is None or self.at:
            return None
        if self.latest is not None and self.earliest is not None:
            end = _moment(start.date(), self.latest, self.now)
            return end if end > start or self.moment is None else None
        if len(self.days) > 1 and not self.has_hours:
            return _moment(max(self.days), 0, self.now)
        return None


def _moment(day: date, minutes: int, now: datetime) -> datetime:
    moment = datetime.combine(day, time(), tzinfo=now.tzinfo)
    return moment + timedelta(minutes=minutes) if minutes else moment


def wish(text: str, now: datetime, locale: str = "en", *, daytime: bool = True) -> Wish:
    """When `text` would like it, read at `now` and in its zone; `locale` is a hint (`fi`, `en-US`).

    With `daytime` an hour such as `5` is the one a delivery can mean, 17:00; without, what a clock
    reads. Never raises, whatever the text.
    """
    folded = joined_halves(fold(text))
    found = tokens(folded)
    return read_wish(folded, found, language_of(text, found, locale), now,
                     month_first=writes_month_first(locale), daytime=daytime)  # fmt: skip


def writes_month_first(locale: str) -> bool:
    """Whether `3/12` is 12 March there."""
    return locale.replace("_", "-").lower() == "en-us"


def read_wish(
    folded: str, found: list[Token], lexicon: Lexicon, now: datetime, *, month_first: bool,
    daytime: bool = True, original: str = "",
) -> Wish:  # fmt: skip
    """The wish in a folded text cut into tokens; `original` is quoted in `because`."""
    row = tagged(found, lexicon)
    if not daytime:  # a reader of dates names the day of a party, too
        row = [over([each], ".", None) if each.code == "A" else each for each in row]
    row = rewrite(row, RULES, Setting(now, month_first, daytime))
    small = lexicon.small_is_evening if daytime else 0
    made = Wish(now, daytime=daytime)
    after_refusal = any_day = False
    before: Clause | None = None
    for clause in clauses(row):
        read = Clause(clause, now.date(), small, original or folded)
        if read.takes_back and before is not None and before.days and not before.refuses:
            _take_back(made, before)  # "friday is a funeral, so no"
        before = read if read.days or read.spans else before
        if read.moves and read.days and not read.refuses:
            made.days, made.first = [], None  # what was said before is why
        any_day = any_day or read.any_day
        made.because += read.because
        made.sure = made.sure and read.sure
        made.unread += read.unread
        made.strange += read.strange
        if read.refuses:
            _refuse(made, read)
            after_refusal = True
            if not (read.days or read.spans or read.bounds or read.takes_back or read.any_time):
                made.sure = False  # a no, and what it is about is not told
            continue
        if after_refusal and read.days and not (read.spans or read.welcome or read.breaks):
            made.sure = False  # "not tomorrow, friday": refused too, or wanted instead?
        _want(made, read)
    return _settled(made, any_day=any_day)


def _settled(made: Wish, *, any_day: bool) -> Wish:
    """The wish without the days that were refused."""
    if made.any_time and made.refused_days and not made.days:
        made.days = _others(made, made.now.date())
        made.sure = False
    if made.days and any_day:
        made.sure = False  # "back on sunday, any day after that"
    if made.has_hours:  # "not sat morning, sat afternoon"
        kept = [each for each in made.days if each in made.refused_in_part]
        made.refused_days = [each for each in made.refused_days if each not in kept]
    left = [each for each in made.days if each not in made.refused_days]
    if made.days and not left:
        made.earliest = made.latest = None  # "sunday lunch at the in-laws, so not sunday"
    made.days = left
    if made.first in made.refused_days:
        made.first = None
    if not (made.daytime or made.wants):
        _name_refused(made)
    return made


def _name_refused(made: Wish) -> None:
    """What is refused is named all the same, where dates are read and nothing else is wished."""
    made.days = made.refused_days
    for each in made.refused_spans[:1]:
        made.earliest, made.latest, made.at = each.earliest, each.latest, each.at
        made.moment, made.by_part = each.moment, each.moment is not None


def _others(made: Wish, today: date) -> list[date]:
    """ "Any day but friday": two weeks without what is refused."""
    ahead = (today + timedelta(days=n) for n in range(1, 15))
    return [each for each in ahead if each not in made.refused_days]


def _take_back(made: Wish, before: Clause) -> None:
    made.sure = False
    made.days = [each for each in made.days if each not in before.days]
    made.refused_days += before.days


def _want(made: Wish, read: Clause) -> None:
    made.any_time = made.any_time or read.any_time
    made.welcome = made.welcome or read.welcome
    made.first = made.first or read.first
    days = [day for each in read.bounds for day in each.days(made.now.date())] or read.days
    if len(made.days) > 3 and len(days) == 1:
        made.days, made.first, made.sure = [], read.first, False  # one day says more than a week
    made.days += [each for each in days if each not in made.days]
    if made.by_part and read.spans and not read.by_part:
        made.earliest = made.latest = None  # "in the evening, 18-20": the hours say more
    made.by_part = bool(read.spans) and read.by_part
    for span in read.spans:
        if read.by_part and made.has_hours and not made.daytime:
            continue  # "at 1:15 pm I booked a lunch": the hour says more
        if made.has_hours and not _narrows(made, span):
            _widen(made, span)
            continue
        made.earliest = _tighter(max, made.earliest, span.earliest)
        made.latest = _tighter(min, made.latest, span.latest)
        made.at, made.moment = span.at, span.moment


def _refuse(made: Wish, read: Clause) -> None:
    """In a refusal a bound turns round: not home before five means after five."""
    bounds = [each for each in read.spans if each.is_bound]
    if read.bounds:
        turned = [each.turned() for each in read.bounds]
        made.days += [day for each in turned for day in each.days(made.now.date())]
        made.first = made.first or turned[0].named.start
    elif bounds:
        made.days += [each for each in read.days if each not in made.days]
        for each in bounds:
            made.earliest, made.latest = each.latest, each.earliest
        made.sure = False
    elif read.days:
        made.refused_days += read.days
        made.refused_in_part += read.days if read.spans else []
    else:
        made.refused_spans += read.spans
        made.any_time = made.any_time or (read.any_time and not read.spans)


def _narrows(made: Wish, span: Span) -> bool:
    """Whether both can be meant at once."""
    earliest = max(made.earliest or 0, span.earliest or 0)
    latest = min(made.latest or _DAY, span.latest or _DAY)
    return earliest < latest and not span.at


def _widen(made: Wish, span: Span) -> None:
    # "10-12 or 17-19": either will do, so we ask.
    made.sure = False
    made.at = False
    made.earliest = min(made.earliest or 0, span.earliest or 0)
    made.latest = max(made.latest or _DAY, span.latest or _DAY)


def _tighter(choose: Callable[[list[int]], int], one: int | None, other: int | None) -> int | None:
    known = [each for each in (one, other) if each is not None]
    return choose(known) if known else None
