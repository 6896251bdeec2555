"""One conversation as the page shows it: whose it is, until when, what may be given."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from delivery.flows import canned as canned_flow
from delivery.flows import desk as desk_flow
from delivery.flows import desk_work, telling
from delivery.ids import new_id
from delivery.rules import phrases
from delivery.rules.bookings import Booking
from delivery.rules.money import Money
from delivery.store import bookings, conversations, replies, staff
from delivery.web import ops_delivery
from delivery.web.ops_talks import Reader, stranger_number
from delivery.web.ops_thread import stranger_thread_of, thread_of
from delivery.web.templating import DESK
from delivery.web.views_inbox import Fix, PutRight, Talk, Thread
from notifications.phone import masked


@dataclass(frozen=True)
class Typed:
    """What was typed and could not be done; it stays in its field."""

    draft: str = ""
    note: str = ""
    amount: str = ""
    why: str = ""
    fix: Fix | None = None


def thread(conn: Connection, reader: Reader, reference: str, typed: Typed = Typed()) -> Thread:
    """What was said and done. Raises `NotFound`."""
    unknown = stranger_number(reference)
    if unknown is not None:
        return stranger_thread_of(conn, reader, replies.stranger(conn, unknown))
    return thread_of(conn, reader, bookings.get(conn, reference), typed.fix)


def talk(conn: Connection, reader: Reader, reference: str, typed: Typed, canned: str) -> Talk:
    """All that stands around the thread. Raises `NotFound`."""
    unknown = stranger_number(reference)
    if unknown is not None:
        return _stranger(reader, replies.stranger(conn, unknown), typed)
    return _known(conn, reader, bookings.get(conn, reference), typed, canned)


def _stranger(reader: Reader, known: replies.Stranger, typed: Typed) -> Talk:
    until = desk_flow.stranger_deadline(reader.house, known)
    return Talk(
        reference=known.about, name=masked(known.sender), writes_in="",
        due=reader.due(until, "conv_answer_by", "conv_answer_due"),
        due_kind=reader.due_kind(until), once=new_id("once"), may_answer=True, draft=typed.draft,
    )  # fmt: skip


def _known(conn: Connection, reader: Reader, booking: Booking, typed: Typed, canned: str) -> Talk:
    house, member = reader.house, reader.member
    open_talk = conversations.of(conn, booking.reference)
    until = open_talk.answer_by if open_talk else None
    assignee = (open_talk.assignee if open_talk else None) or ""
    language = reader.say(f"lang_{house.words.language(booking.locale, DESK)}")
    ready = canned_flow.answers(house, conn, booking, desk_work.agent_of(member), now=reader.now,
                                locale=reader.lang)  # fmt: skip
    filled = next((each.text for each in ready if each.name == canned), "")
    people = [(each.login, each.name) for each in staff.everybody(conn)]
    teller = ops_delivery.teller_of(conn, house, booking, reader.lang, reader.now)
    return Talk(
        reference=booking.reference,
        name=ops_delivery.name_of(booking),
        writes_in=str(reader.say("conv_language", language=language)),
        due=reader.due(until, "conv_answer_by", "conv_answer_due"),
        due_kind=reader.due_kind(until),
        once=new_id("once"),
        may_answer=telling.may_text(booking) or telling.may_email(booking),
        draft=typed.draft or filled,
        canned=tuple((each.name, each.title) for each in ready),
        people=tuple(each for each in people if each[0] not in (assignee, member.login)),
        assignee=assignee,
        assignee_name=dict(people).get(assignee, assignee).split(" ")[0],
        mine=assignee == member.login,
        me=member.login,
        note=typed.note,
        amount=typed.amount,
        why=typed.why,
        card=ops_delivery.card_of(conn, teller),
        right=_right(reader, booking),
    )


def _right(reader: Reader, booking: Booking) -> PutRight:
    limits, shop = desk_work.limits(reader.house, booking), reader.house.settings.shop
    refund = said = ""
    if limits.refund is not None:
        refund = str(reader.say("conv_refund", amount=phrases.price(limits.refund, reader.lang)))
    else:
        nothing = booking.option["price"]["amount"] <= 0
        said = str(reader.say("conv_no_fee" if nothing else "conv_refunded"))
    most = Money(reader.house.settings.desk.goodwill_minor, shop.currency)
    return PutRight(
        refund=refund, said=said,
        left=str(reader.say("conv_left", limit=phrases.price(most, reader.lang),
                            left=phrases.price(limits.goodwill, reader.lang))),
        amount=str(reader.say("conv_amount", currency=shop.currency)),
        may_call=bool(booking.phone),
    )  # fmt: skip
