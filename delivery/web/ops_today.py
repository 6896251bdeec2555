"""Today at the desk, counted from our own rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from delivery.rules import phrases
from delivery.rules.windows import TimeWindow
from delivery.store.desk import DeskRow, Root
from delivery.web.at_desk import is_late
from delivery.web.views_ops import Bar, Figure, HoursChart, LateRow, Van

_TOLD = ("sent", "delivered")
_ON_ITS_WAY = ("queued", "sending", "unsure")
_TOP, _BOTTOM, _LEFT, _STEP, _WIDE = 20, 140, 40, 67, 44


@dataclass(frozen=True)
class Today:
    """Rows of today and tomorrow, said in one language at one moment."""

    rows: Sequence[DeskRow]
    lang: str
    say: Callable[..., Markup]
    now: datetime
    #: Midnight after today.
    until: datetime

    @property
    def today(self) -> list[DeskRow]:
        gone = ("cancelled", "returned")
        return [each for each in self.rows if each.window.start < self.until
                and each.state not in gone]  # fmt: skip

    def vans(self, roots: dict[int, Root]) -> tuple[Van, ...]:
        """Rounds that carry somebody, soonest first; the first untold one is the next thing."""
        carried = defaultdict(list)
        for row in self.rows:
            if row.is_live and row.root in roots and self.now < row.window.end:
                carried[row.root].append(row)
        order = sorted(carried, key=lambda root: (roots[root].window.start, roots[root].zone))
        first = next((each for each in order if not all(map(_is_told, carried[each]))), None)
        return tuple(self._van(roots[each], carried[each], each == first) for each in order)

    def _van(self, root: Root, rows: list[DeskRow], first: bool) -> Van:
        told, count = sum(_is_told(each) for each in rows), len(rows)
        rest = count - told
        if told == count:
            pill, kind = self.say("van_all_told"), "good"
        elif told:
            pill, kind = self.say("van_told", told=told, rest=rest), "late"
        else:
            pill, kind = self.say("van_nobody_told"), ""
        key = "tell_go" if not rest or not told else "tell_rest"
        people = count if key == "tell_go" else rest
        one = "_one" if people == 1 and key == "tell_go" else ""
        window = root.window.into(rows[0].window.start.tzinfo)  # type: ignore[arg-type]
        return Van(
            root=root.id,
            what=f"{_named(root.zone)}: {phrases.when(window, self.lang, today=self._date)}",
            people=str(self.say("van_people_one" if count == 1 else "van_people", count=count)),
            pill=str(pill), pill_kind=kind, first=first,
            button=str(self.say(f"{key}{one}", count=people)),
        )  # fmt: skip

    @property
    def _date(self) -> date:
        return self.now.date()

    def figures(self, messages: dict[str, int], waiting: int) -> tuple[Figure, ...]:
        """Six figures, each with what is behind it."""
        today = self.today
        done = [each for each in today if each.state == "delivered"]
        kept = sum(_kept(each) for each in done)
        late = [each for each in self.rows if is_late(each, self.now)]
        failed = sum(each.state in ("failed", "lost") for each in today)
        untold = sum(not _is_told(each) for each in late)
        left = len(today) - len(done) - failed
        failing = sum(messages.get(each, 0) for each in ("failed", "expired", "suppressed"))
        under_way = sum(messages.get(each, 0) for each in _ON_ITS_WAY)
        sent = sum(messages.get(each, 0) for each in _TOLD)
        say = self.say
        return (
            Figure(str(say("kpi_deliveries")), str(len(today)),
                   str(say("kpi_deliveries_more", done=len(done), left=left))),
            Figure(str(say("kpi_kept")), _share(kept, len(done)),
                   str(say("kpi_kept_more", kept=kept, of=len(done)))),
            Figure(str(say("kpi_late")), str(len(late)),
                   str(say("kpi_late_more", untold=untold)), late=bool(late)),
            Figure(str(say("kpi_failed")), str(failed), str(say("kpi_failed_more"))),
            Figure(str(say("kpi_waiting")), str(waiting), str(say("kpi_waiting_more")),
                   late=bool(waiting)),
            Figure(str(say("kpi_messages")), str(sum(messages.values())),
                   str(say("kpi_messages_more", delivered=sent, waiting=under_way,
                           failed=failing))),
        )  # fmt: skip

    def late(self) -> tuple[LateRow, ...]:
        """Everybody known to be late today or tomorrow, those not told first."""
        rows = [each for each in self.rows if is_late(each, self.now)]
        rows.sort(key=lambda each: (each.word in _TOLD, each.window.start))
        return tuple(self._late(each) for each in rows)

    def _late(self, row: DeskRow) -> LateRow:
        by = max(row.window.start - row.planned.start, self.now - row.window.end)
        word, kind = self._word(row)
        return LateRow(
            reference=row.reference, promised=self._when(row.planned),
            now=self._when(row.window), name=row.name, street=row.street,
            by=str(self.say("late_by", minutes=round(by.total_seconds() / 60))),
            word=word, word_kind=kind,
        )  # fmt: skip

    def _when(self, window: TimeWindow) -> str:
        if window.start.date() == self._date:
            return phrases.hours(window, self.lang)
        return phrases.when(window, self.lang, today=self._date)

    def _word(self, row: DeskRow) -> tuple[str, str]:
        if row.word in _TOLD and row.word_at:
            at = phrases.clock_time(row.word_at.astimezone(self.now.tzinfo), self.lang)
            return str(self.say("word_told", at=at)), "good"
        if row.word in _ON_ITS_WAY:
            return str(self.say("word_waiting")), "late"
        return str(self.say("word_failed" if row.word else "word_not_told")), "bad"

    def chart(self) -> HoursChart:
        """Today's deliveries by the hour at which their window begins."""
        counts: dict[int, list[int]] = {hour: [0, 0, 0] for hour in range(8, 22)}
        for row in self.today:
            piles = counts.setdefault(row.window.start.hour, [0, 0, 0])
            piles[0 if _kept(row) else 1 if is_late(row, self.now) or not row.is_live else 2] += 1
        most = max(4, *(sum(piles) for piles in counts.values()))
        hours = sorted(counts)
        bars = tuple(_bar(hour, place, counts[hour], most) for place, hour in enumerate(hours))
        late = sum(piles[1] for piles in counts.values())
        passed = self.now.hour + self.now.minute / 60 - hours[0]
        return HoursChart(
            reading=str(self.say("hours_reading", total=len(self.today), late=late)),
            bars=bars,
            lines=tuple((_height(value, most), value) for value in (most, most // 2, 0)),
            now_x=round(_LEFT - 10 + min(max(passed, 0), len(hours)) * _STEP),
            now=phrases.clock_time(self.now, self.lang),
        )


def _kept(row: DeskRow) -> bool:
    return row.delivered_at is not None and row.delivered_at < row.window.end


def _is_told(row: DeskRow) -> bool:
    """Whether word of the delay has reached them or is on its way."""
    return row.is_late and row.word in (*_TOLD, *_ON_ITS_WAY)


def _bar(hour: int, place: int, piles: list[int], most: int) -> Bar:
    x, below = _LEFT + place * _STEP, 0
    pieces = []
    for kind, pile in zip(("c-good", "c-late", "c-todo"), piles, strict=True):
        if pile:
            top, bottom = _height(below + pile, most), _height(below, most)
            pieces.append((kind, top, max(bottom - top - 1, 1)))
            below += pile
    return Bar(hour, x, x + _WIDE // 2, tuple(pieces), *piles)


def _height(value: int, most: int) -> int:
    return round(_BOTTOM - (_BOTTOM - _TOP) * value / most)


def _share(part: int, whole: int) -> str:
    # A share of nothing is no figure.
    return f"{100 * part / whole:.0f} %" if whole else "–"


def _named(zone: str) -> str:
    return zone.replace("-", " ").capitalize()
