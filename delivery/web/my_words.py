"""One delivery told in words: the letter, the promise, every version of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from delivery.house import House
from delivery.rules import phrases
from delivery.rules.bookings import Booking, Promise
from delivery.rules.money import Money
from delivery.rules.names import given_name
from delivery.rules.options import DeliveryOption
from delivery.rules.tracking import in_language, planned_window
from delivery.rules.windows import TimeWindow
from delivery.web import templating
from delivery.web.views import Choice, DayScale, said_when
from delivery.web.views_my import Letter, Offer, PromiseLine
from delivery.web.views_options import where

_LATE = ("delayed", "eta_changed")
_PILLS = {
    "cancelled": "bad", "failed": "bad", "lost": "bad", "delivered": "good",
    "ready_for_pickup": "good", "on_the_way": "good",
}  # fmt: skip


@dataclass(frozen=True)
class Teller:
    """Says what one booking is, in one language, at one moment."""

    house: House
    booking: Booking
    promises: Sequence[Promise]
    lang: str
    now: datetime

    def say(self, key: str, **given: Any) -> Markup:
        return templating.say(self.house.words, self.lang, key, **given)

    @property
    def late(self) -> Promise | None:
        """The delay that stands now, if one does."""
        return self.promises[-1] if self.promises[-1].cause in _LATE else None

    def letter_and_promise(self, *, coming: bool) -> dict[str, Any]:
        """The upper half of the page: who writes, what happened, what we promise."""
        late = self.late if coming else None
        was = planned_window(self.promises) if late else None
        choice = self._choice(self.booking.window)
        _, hours = said_when(choice, self.lang, today=self._today, words=self.say)
        return {
            "heading": self._heading(late, was, coming),
            "letter": self._letter(late) if late else None,
            "promise_label": str(self.say("new_promise" if late else "our_promise")),
            "pill": self._pill(late),
            "pill_kind": "late" if late else _PILLS.get(self.booking.state, ""),
            "moment": self.booking.window.start.isoformat(),
            "hours": hours,
            "day": self._full_day(self.booking.window),
            "was": self._was(was),
            "line": self._line(was) if coming else None,
            "where": self._where(choice),
            "place_icon": "home" if choice.at_home else "pin",
            "moving": self._moving(late),
            "versions": self._versions(),
            "facts": self._facts(choice),
        }

    def _choice(self, window: TimeWindow) -> Choice:
        shown = self.booking.option | {"window": window.as_json()}
        return Choice.of(shown)

    @property
    def _today(self) -> Any:
        return self.now.astimezone(self.booking.window.start.tzinfo).date()

    def _heading(self, late: Promise | None, was: TimeWindow | None, coming: bool) -> Markup:
        name = given_name(self.booking.given_name, self.lang)
        if late and was:
            minutes = round((late.window.start - was.start).total_seconds() / 60)
            key = "my_late" if minutes > 0 else "my_early"
            fact = self.say(key, minutes=abs(minutes))
        elif coming:
            fact = self.say("my_promised", when=self.when(self.booking.window))
        elif self.booking.state in ("booked", "on_the_way"):
            fact = self.say("my_over")
        else:
            fact = self.say(f"my_{self.booking.state}")
        if not name:
            return Markup(str(fact)[:1].upper()) + fact[1:]
        return Markup("{}, {}").format(name, fact)

    def _letter(self, late: Promise) -> Letter:
        agent, shop = self.house.settings.shop.agent, self.house.settings.shop.name
        reason = in_language(late.reason, self.lang)
        because = (
            Markup("{}. ").format(reason[:1].upper() + reason[1:].rstrip(".")) if reason else ""
        )
        return Letter(
            signed=f"{agent}, {shop}",
            initials="".join(part[0] for part in agent.split()[:2]).upper(),
            at=self.moment(late.at),
            text=Markup(because) + self.say("my_sorry"),
        )

    def _pill(self, late: Promise | None) -> str:
        if late:
            return str(self.say("changed"))
        known = self.booking.state in _PILLS
        return str(self.say(f"state_{self.booking.state}")) if known else ""

    def _was(self, was: TimeWindow | None) -> str:
        if was is None:
            return ""
        if was.start.date() == self.booking.window.start.date():
            return phrases.hours(was, self.lang)
        return phrases.when(was, self.lang)

    def _line(self, was: TimeWindow | None) -> Any:
        scale = DayScale.of([self.booking.window, *([was] if was else [])])
        return scale.line(self.booking.window, was=was, now=self.now)

    def _where(self, choice: Choice) -> str:
        if choice.place is not None:
            place = choice.place
            return f"{place['name']}, {place['street']}, {place['city']}"
        street = self.booking.destination.get("street")
        return ", ".join([str(self.say("to_door")), *([street] if street else [])])

    def _moving(self, late: Promise | None) -> str:
        return str(self.say("moving_late" if late else "moving_free"))

    def _full_day(self, window: TimeWindow) -> str:
        """A near day as a word and its date, once: `today, Thu 12 March`."""
        near = phrases.day(window.start.date(), self.lang, today=self._today)
        written = phrases.day(window.start.date(), self.lang)
        between = " " if self.lang == "fi" else ", "
        return written if near == written else f"{near}{between}{written}"

    def when(self, window: TimeWindow) -> str:
        choice = self._choice(window)
        _, hours = said_when(choice, self.lang, today=self._today, words=self.say)
        return phrases.with_hours(self._full_day(window), hours, self.lang)

    def _versions(self) -> tuple[PromiseLine, ...]:
        """Newest first; nothing we ever promised is removed."""
        stands = self.promises[-1].version
        return tuple(
            PromiseLine(self.when(each.window), self._why(each), each.version == stands)
            for each in reversed(self.promises)
        )

    def _why(self, made: Promise) -> str:
        reason = in_language(made.reason, self.lang)
        at = self.moment(made.at)
        if made.cause in _LATE and reason:
            return str(self.say("promised_because", at=at, reason=reason))
        return str(self.say(f"promised_{made.cause}", at=at))

    def _facts(self, choice: Choice) -> tuple[tuple[str, str], ...]:
        price = phrases.price(Money(**self.booking.option["price"]), self.lang)
        return (
            (str(self.say("fact_order")), self.booking.reference),
            (str(self.say("fact_service")), where(self.house, choice, self.lang)),
            (str(self.say("fact_price")), price),
        )

    def offer(self, option: DeliveryOption) -> Offer:
        """One free time as a button."""
        fee = option.fee or Money(0, option.price.currency)
        hours = phrases.number(f"{option.window.minutes / 60:g}", self.lang)
        return Offer(
            value=f"{option.id}|{fee.amount}|{self.booking.version}",
            when=self.when(option.window),
            second=str(self.say("offer_hours", hours=hours)),
            fee=phrases.price(fee, self.lang),
            free=fee.amount == 0,
        )

    def hour(self, moment: datetime) -> str:
        return phrases.clock_time(moment.astimezone(self.booking.window.start.tzinfo), self.lang)

    def moment(self, moment: datetime) -> str:
        """`today, 15:40`, `Tue 10 March, 14:33`."""
        local = moment.astimezone(self.booking.window.start.tzinfo)
        on = phrases.day(local.date(), self.lang, today=self._today)
        return str(self.say("at_moment", day=on, hour=phrases.clock_time(local, self.lang)))
