"""What we answer to a customer who wrote: fields made of facts, posted in the caller's transaction.

One answer for one cause, the number of the reply: told twice it is posted once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery import notices
from delivery.flows import fields
from delivery.flows.posting import post, replace
from delivery.flows.showing import link_of
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.bookings import Booking
from delivery.rules.money import Money
from delivery.rules.windows import TimeWindow
from delivery.store import bookings, carrier_events, conversations
from notifications.notice import Notice


def slot_gone(
    conn: Connection, house: House, booking: Booking, times: Sequence[TimeWindow], *,
    cause: str, now: datetime,
) -> None:  # fmt: skip
    """What was asked for in `cause` is not free; `times` are."""
    told = notices.SlotGone(
        **fields.by_name(conn, house, booking),
        when=fields.near(booking, now),
        times=fields.listed(times, booking, now),
        link=link_of(house, booking),
    )
    post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def which_time(
    conn: Connection, house: House, booking: Booking, times: Sequence[TimeWindow], *,
    cause: str, now: datetime,
) -> None:  # fmt: skip
    """Several `times` fit what was asked for in `cause`."""
    told = notices.WhichTime(
        **fields.by_name(conn, house, booking),
        times=fields.listed(times, booking, now),
        link=link_of(house, booking),
    )
    post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def not_understood(
    conn: Connection, house: House, booking: Booking, times: Sequence[TimeWindow], *,
    cause: str, now: datetime,
) -> None:  # fmt: skip
    """The reply `cause` was not clear; what can be said, with the menu that is open."""
    told = notices.NotUnderstood(
        **fields.by_name(conn, house, booking),
        times=fields.listed(times, booking, now),
        link=link_of(house, booking),
    )
    post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def handed_over(
    conn: Connection, house: House, booking: Booking, *, by: str, cause: str, now: datetime
) -> None:
    """A person has it from the reply or event `cause` on, and answers until `by`."""
    told = notices.HandedOver(
        **fields.by_name(conn, house, booking), by=by, link=link_of(house, booking)
    )
    post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def answer(
    conn: Connection, house: House, booking: Booking, text: str, agent: str, *,
    cause: str, now: datetime,
) -> int | None:  # fmt: skip
    """What `agent` wrote; the message's number, None when it may not or was already sent.

    Whoever has the conversation from another says so, in the same message.
    """
    by = {**fields.by_name(conn, house, booking), "agent": agent}
    link, talk = link_of(house, booking), conversations.of(conn, booking.reference)
    told: Notice
    if talk is not None and talk.with_person and talk.agent not in (None, agent):
        told = notices.TakenOver(**by, before=str(talk.agent), text=text, link=link)
    else:
        told = notices.Answer(agent=agent, shop=by["shop"], text=text, link=link)
    return post(conn, house, booking, told, f"answer:{cause}", now=now)


def confirm_time(
    conn: Connection, house: House, booking: Booking, window: TimeWindow, fee: Money | None, *,
    cause: str, now: datetime,
) -> None:  # fmt: skip
    """Is `window` meant, which is held? `fee` is what moving there costs."""
    told = notices.ConfirmTime(
        **fields.by_name(conn, house, booking),
        when=fields.when(window, booking, fields.today(booking, now)),
        fee=phrases.price(fee, booking.locale) if fee else "",
        link=link_of(house, booking),
    )
    post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def which_delivery(
    conn: Connection, house: House, booking: Booking, some: Sequence[tuple[Booking, str]], *,
    cause: str, now: datetime,
) -> None:  # fmt: skip
    """Which of `some`, each with what is in it, is meant?"""
    lines = []
    for each, goods in some:
        when = fields.when(each.window, each, fields.today(each, now))
        lines.append(f"{goods}, {when}" if goods else when)
    told = notices.WhichDelivery(
        **fields.by_name(conn, house, booking), deliveries=tuple(lines),
        link=link_of(house, booking),
    )  # fmt: skip
    post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def which_place(
    conn: Connection, house: House, booking: Booking, places: Sequence[str], *,
    cause: str, now: datetime,
) -> None:  # fmt: skip
    """Which of these points?"""
    told = notices.WhichPlace(
        **fields.by_name(conn, house, booking), places=tuple(places), link=link_of(house, booking)
    )
    post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def confirm_place(
    conn: Connection, house: House, booking: Booking, address: str, *, cause: str, now: datetime
) -> None:
    """Is it to go there, at the time that is promised?"""
    told = notices.ConfirmPlace(
        **fields.by_name(conn, house, booking), address=address,
        when=fields.near(booking, now), link=link_of(house, booking),
    )  # fmt: skip
    post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def place_changed(
    conn: Connection, house: House, booking: Booking, kind: str, text: str, *, now: datetime
) -> None:
    """It is left with somebody, somewhere, or brought to the point `text`."""
    told = notices.PlaceChanged(
        **fields.by_name(conn, house, booking), kind=kind, text=text,
        when=fields.near(booking, now), link=link_of(house, booking),
    )  # fmt: skip
    replace(conn, booking, now)
    post(conn, house, booking, told, f"{told.name}:{booking.version}", now=now)


def where_is_it(
    conn: Connection, house: House, booking: Booking, stage: str, *, cause: str, now: datetime
) -> None:
    """Where it is: a stage of `rules.whereabouts`, what was last heard of it, and the promise."""
    until, since = fields.collect_until(booking), _last_heard(conn, booking)
    told = notices.WhereIsIt(
        **fields.by_name(conn, house, booking),
        stage=stage,
        when=fields.near(booking, now),
        expected=fields.expected(_driver_reckons(conn, booking), booking),
        since=_moment(booking, since, now),
        place=fields.place(booking),
        until=phrases.day(until, booking.locale, sms=True) if until else "",
        link=link_of(house, booking),
    )
    post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def noted(conn: Connection, house: House, booking: Booking, *, cause: str, now: datetime) -> None:
    """The driver gets what they wrote."""
    told = notices.Noted(**fields.by_name(conn, house, booking), link=link_of(house, booking))
    post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def you_are_welcome(
    conn: Connection, house: House, booking: Booking, *, cause: str, now: datetime
) -> None:
    """They said thanks."""
    told = notices.YouAreWelcome(
        **fields.by_name(conn, house, booking), link=link_of(house, booking)
    )
    post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def confirm_cancel(
    conn: Connection, house: House, booking: Booking, *, cause: str, now: datetime
) -> None:
    """Shall it really be called off?"""
    told = notices.ConfirmCancel(
        **fields.by_name(conn, house, booking), when=fields.near(booking, now),
        link=link_of(house, booking),
    )  # fmt: skip
    post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def feedback_thanked(
    conn: Connection, house: House, booking: Booking, *, low: bool, cause: str, now: datetime
) -> None:
    """They said how it was; with `low` a person writes to them."""
    told = notices.FeedbackThanked(
        **fields.by_name(conn, house, booking), low=low, link=link_of(house, booking)
    )
    post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def _last_heard(conn: Connection, booking: Booking) -> datetime | None:
    reached = bookings.milestones(conn, booking.reference)
    return reached[-1].at if reached else None


def _driver_reckons(conn: Connection, booking: Booking) -> TimeWindow | None:
    """The newest estimate of the carrier, if it gave one."""
    told = [each for each in carrier_events.applied_to(conn, booking.reference)
            if each.get("expected_window")]  # fmt: skip
    newest = max(told, key=lambda each: datetime.fromisoformat(each["occurred_at"]), default=None)
    return TimeWindow.from_json(newest["expected_window"]) if newest else None


def _moment(booking: Booking, at: datetime | None, now: datetime) -> str:
    """A clock time of today, else a day."""
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(booking.zone_name))
    if local.date() == fields.today(booking, now):
        return phrases.clock_time(local, booking.locale)
    return phrases.day(local.date(), booking.locale, sms=True)
