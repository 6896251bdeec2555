"""What people at the desk do about a conversation besides writing: take it, pass it on, set right.

Everything is written down with who did it. What a customer has to know of it is said in their
language, signed by whoever did it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from delivery import notices
from delivery.flows import canned, desk, fields, offering, telling_answers
from delivery.flows.posting import may_text, post
from delivery.flows.showing import link_of
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.bookings import Booking
from delivery.rules.menus import pick_times
from delivery.rules.money import Money
from delivery.rules.refusals import NotValid, Refusal
from delivery.rules.tracking import planned_window
from delivery.store import bookings, conversations, inbox, staff
from delivery.store.staff import Member
from notifications import tasks
from notifications.phone import masked

REFUND, GOODWILL = "refund", "goodwill"
LONGEST_NOTE = 2000
#: The same gesture by the same person within this time is the button pressed twice.
_TWICE = timedelta(minutes=1)


class AlreadyClaimed(Refusal):
    """Somebody else took this conversation a moment ago."""

    code = "already_claimed"


class NoFreeTimes(Refusal):
    """There is no time that this delivery could be moved to."""

    code = "no_free_times"


class NothingToRefund(Refusal):
    """This delivery cost nothing."""

    code = "nothing_to_refund"


class AlreadyRefunded(Refusal):
    """The delivery fee was refunded before."""

    code = "already_refunded"


class OverLimit(Refusal):
    """More than may be given for one delivery; `left` says what still may."""

    code = "over_limit"


class NoPhone(Refusal):
    """There is no phone to call."""

    code = "no_phone"


@dataclass(frozen=True)
class Limits:
    """What may still be given for one delivery."""

    #: The fee as paid; None where nothing was paid or it was refunded.
    refund: Money | None
    #: What is left of the limit of gestures.
    goodwill: Money


def agent_of(member: Member) -> str:
    """The name by which a member signs: the first one."""
    return member.name.split()[0]


def claim(conn: Connection, house: House, reference: str, member: Member, *, now: datetime) -> None:
    """It is `member`'s from now on. Raises `NotFound`; `AlreadyClaimed` where it is another's."""
    talk = conversations.opened(conn, bookings.lock(conn, reference), now)
    if talk.assignee == member.login:
        return
    if talk.assignee is not None:
        raise AlreadyClaimed(assignee=talk.assignee)
    conversations.assign(conn, reference, member.login, now=now)
    inbox.add_action(conn, reference, "claimed", member.login, now=now)


def assign(
    conn: Connection, house: House, reference: str, to_login: str | None, member: Member, *,
    now: datetime,
) -> None:  # fmt: skip
    """It is `to_login`'s from now on; nobody's with None. Handed over where it was `member`'s.

    The customer hears of it with the next answer. Raises `NotFound`.
    """
    to = staff.get(conn, to_login) if to_login else None
    talk = conversations.opened(conn, bookings.lock(conn, reference), now)
    if talk.assignee == (to.login if to else None):
        return
    own = talk.assignee == member.login and to is not None
    conversations.assign(conn, reference, to.login if to else None, now=now)
    inbox.add_action(conn, reference, "handed_over" if own else "assigned", member.login,
                     text=to.name if to else "", now=now)  # fmt: skip


def note(conn: Connection, reference: str, text: str, member: Member, *, now: datetime) -> None:
    """Keep something for the people at the desk alone. Raises `NotFound`, `NotValid`."""
    text = text.strip()
    if not 0 < len(text) <= LONGEST_NOTE:
        raise NotValid("/text", f"A note has 1 to {LONGEST_NOTE} characters.")
    bookings.get(conn, reference)
    inbox.add_action(conn, reference, "noted", member.login, text=text, now=now)


def offer_times(
    conn: Connection, house: House, reference: str, member: Member, text: str = "", *,
    now: datetime,
) -> int | None:  # fmt: skip
    """Text three times that are free and cost nothing, after `text`; digits mean them.

    Raises `NotFound`, `desk.CannotText`, `NoFreeTimes`; then nothing is said.
    """
    booking, agent = bookings.lock(conn, reference), agent_of(member)
    talk = desk.may_answer(conn, booking, now=now)
    if not may_text(booking):
        raise desk.CannotText
    planned = planned_window(bookings.promises(conn, reference))
    free = offering.free_times(conn, house, booking, now=now)
    options = free.options(pick_times(free.times, booking.window, planned))
    picked = [each for each in options if not (each.fee and each.fee.amount)]
    if not picked:
        raise NoFreeTimes
    listed = fields.listed([each.window for each in picked], booking, now)
    said = canned.times(booking, text.strip(), listed)
    cause = f"times:{desk.cause_of(conn, reference, now.isoformat())}"
    sent = telling_answers.answer(conn, house, booking, said, agent, cause=cause, now=now)
    # Being answered settles what was asked before, so the new question is asked after it.
    desk.answered(conn, house, booking, talk, "offered_times", agent, member, now=now)
    offering.remember(conn, house, booking, picked, now=now)
    return sent


def limits(house: House, booking: Booking) -> Limits:
    """What may still be given for this delivery."""
    paid, shop = Money(**booking.option["price"]), house.settings.shop
    given = sum(each["amount"] for each in booking.charges if each["code"] == GOODWILL)
    back = any(each["code"] == REFUND for each in booking.charges) or paid.amount <= 0
    left = max(house.settings.desk.goodwill_minor - given, 0)
    return Limits(None if back else paid, Money(left, shop.currency))


def refund(
    conn: Connection, house: House, reference: str, member: Member, *, now: datetime
) -> Money:
    """Give the delivery fee back, as it was paid and once, and say so.

    Who waits for an answer goes on waiting. Raises `NotFound`, `NothingToRefund`,
    `AlreadyRefunded`.
    """
    booking = bookings.lock(conn, reference)
    paid = limits(house, booking).refund
    if paid is None:
        nothing = booking.option["price"]["amount"] <= 0
        raise NothingToRefund if nothing else AlreadyRefunded
    booking = _charge(conn, booking, REFUND, paid, member, "", now=now)
    said = canned.refunded(booking, phrases.price(paid, booking.locale, sms=True))
    telling_answers.answer(conn, house, booking, said, agent_of(member), cause="refund", now=now)
    _signs(conn, booking, member, now=now)
    return paid


def goodwill(
    conn: Connection, house: House, reference: str, amount_minor: int, text: str, member: Member,
    *, now: datetime,
) -> Money:  # fmt: skip
    """Give something for what went wrong, `text` being a sentence of it or empty, and say so.

    Within the limit for one delivery altogether. Raises `NotFound`, `NotValid`, `OverLimit`.
    """
    if amount_minor <= 0:
        raise NotValid("/amount", "A gesture is of one cent or more.")
    booking = bookings.lock(conn, reference)
    given = Money(amount_minor, house.settings.shop.currency)
    if _pressed_twice(booking, given, member, now):
        return given
    left = limits(house, booking).goodwill
    if amount_minor > left.amount:
        raise OverLimit(left=left.as_json())
    booking = _charge(conn, booking, GOODWILL, given, member, text.strip(), now=now)
    told = notices.ApologyGoodwill(
        **{**fields.by_name(conn, house, booking), "agent": agent_of(member)},
        reason=_sentence(text),
        goodwill=canned.gesture(booking, phrases.price(given, booking.locale, sms=True)),
        link=link_of(house, booking),
    )
    post(conn, house, booking, told, f"goodwill:{len(booking.charges)}", now=now)
    _signs(conn, booking, member, now=now)
    return given


def call_back(
    conn: Connection, house: House, reference: str, member: Member, *, now: datetime
) -> None:
    """Somebody has to call this customer. Raises `NotFound`, `NoPhone`."""
    booking = bookings.lock(conn, reference)
    if not booking.phone:
        raise NoPhone
    # Tasks outlive what we may know of people, so neither the number nor the name stands in it.
    tasks.add(
        conn, kind="call_back", about=reference, dedupe_key=f"call_back:{reference}", now=now,
        text=f"Call them back, as {agent_of(member)} promised: {masked(booking.phone)}.",
    )  # fmt: skip
    inbox.add_action(conn, reference, "call_back", member.login, now=now)


def close(conn: Connection, reference: str, member: Member, *, now: datetime) -> None:
    """Nothing is open any more. Raises `NotFound` where nothing was ever said."""
    desk.close(conn, reference, member=member, now=now)


def _charge(
    conn: Connection, booking: Booking, code: str, money: Money, member: Member, text: str, *,
    now: datetime,
) -> Booking:  # fmt: skip
    line: dict[str, Any] = {"code": code, **money.as_json(), "by": member.login,
                            "at": now.isoformat()}  # fmt: skip
    inbox.add_action(conn, booking.reference, "refunded" if code == REFUND else code,
                     member.login, text=text, amount=money.amount, currency=money.currency,
                     now=now)  # fmt: skip
    return bookings.save(conn, booking, was=booking.version, charges=[*booking.charges, line],
                         changed_at=now)  # fmt: skip


def _pressed_twice(booking: Booking, given: Money, member: Member, now: datetime) -> bool:
    last = booking.charges[-1] if booking.charges else None
    if last is None or last["code"] != GOODWILL or last.get("by") != member.login:
        return False
    same = last["amount"] == given.amount
    return same and now - datetime.fromisoformat(last["at"]) < _TWICE


def _signs(conn: Connection, booking: Booking, member: Member, *, now: datetime) -> None:
    # Whoever writes next says that they take over only if they are another.
    talk = conversations.opened(conn, booking, now)
    if talk.with_person:
        inbox.signs(conn, booking.reference, agent_of(member), now=now)


def _sentence(text: str) -> str:
    said = text.strip()
    return said + ("" if not said or said[-1] in ".!?" else ".")
