"""Which delivery a reply is about: the one we asked about, the one it names, else we ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from delivery.flows import quoting
from delivery.rules import goods, questions
from delivery.rules.bookings import MOVES, Booking
from delivery.rules.questions import FEEDBACK, WHICH
from delivery.rules.replies import Understanding, understand
from delivery.store import bookings, conversations, replies
from delivery.store.conversations import Conversation
from notifications.inbox import Reply

#: Of two questions asked within this time nobody knows which one a digit answers.
_TOGETHER = timedelta(minutes=10)
#: A message about one delivery is what a reply is about for so long.
_FRESH = timedelta(hours=12)
#: So many deliveries one can choose from by a digit; older ones are not asked about.
_MOST = 4
#: What can be said without saying of which delivery.
_OF_NONE = ("thanks", "stop", "start", "help", "human", "unknown", "confirm")


@dataclass(frozen=True)
class Whose:
    """The booking a reply is about, or those it may be about; nobody's when both are empty."""

    booking: Booking | None = None
    several: Sequence[Booking] = ()
    #: What is to be understood, when this reply only says which one an earlier one meant.
    meant: Reply | None = None
    #: Where we had asked which, when this answers it.
    asked: str | None = None


def whose(conn: Connection, reply: Reply, *, now: datetime) -> Whose:
    """Whose a reply is, by its phone, our questions and its words."""
    known = bookings.latest_of_phone(conn, reply.sender)
    live = [each for each in known if MOVES[each.state]]
    if not known:
        return Whose()
    talks = conversations.of_all(conn, [each.reference for each in known[: _MOST * 3]])
    asked = sorted(
        (t for t in talks if t.open_question(now) and not t.is_newer_than(reply)),
        key=lambda talk: talk.asked_at or talk.changed_at, reverse=True,
    )  # fmt: skip
    by_reference = {each.reference: each for each in known}
    for talk in asked:
        if talk.question == WHICH and (found := _chosen(conn, talk, reply, by_reference, now)):
            return found
    asked = [talk for talk in asked if talk.question != WHICH]
    if live and any(t.question == FEEDBACK for t in asked) and not _rates(reply, known[0], now):
        asked = [talk for talk in asked if talk.question != FEEDBACK]
    if len(live) > 1 and (named := _named(conn, reply.body, live)):
        return Whose(named)
    if asked:
        return _asked(asked, reply, by_reference, now)
    undoing = [talk for talk in talks if talk.may_undo(now)]
    if undoing and _understood(reply, by_reference[undoing[0].reference], "menu").choice == 0:
        latest = max(undoing, key=lambda talk: talk.undo_until or now)
        return Whose(by_reference[latest.reference])
    return _unasked(conn, reply, live, known[0], now)


def _chosen(
    conn: Connection, talk: Conversation, reply: Reply, known: dict[str, Booking], now: datetime
) -> Whose | None:
    """The answer to "which delivery?": a digit, or a word of what is in it."""
    first = replies.get(conn, talk.pending) if talk.pending is not None else None
    choice = _understood(reply, known[talk.reference], "menu").choice
    line = questions.line(talk.menu, choice) if choice else None
    if line is not None and line["reference"] in known:
        return Whose(known[line["reference"]], meant=first, asked=talk.reference)
    listed = [known[each["reference"]] for each in talk.menu if each["reference"] in known]
    named = _named(conn, reply.body, listed)
    if named is None:
        return None
    only = goods.is_only(reply.body, goods_in(conn, named))
    return Whose(named, meant=first if only else None, asked=talk.reference)


def _asked(
    asked: Sequence[Conversation], reply: Reply, known: dict[str, Booking], now: datetime
) -> Whose:
    newest = known[asked[0].reference]
    if len(asked) == 1 or not (asked[0].asked_at and asked[1].asked_at):
        return Whose(newest)
    apart = asked[0].asked_at - asked[1].asked_at
    meant = _understood(reply, newest, asked[0].context(now))
    if apart >= _TOGETHER or meant.intent in _OF_NONE:
        return Whose(newest)
    return Whose(several=[known[talk.reference] for talk in asked[:_MOST]])


def _unasked(
    conn: Connection, reply: Reply, live: Sequence[Booking], newest: Booking, now: datetime
) -> Whose:
    if len(live) < 2:
        return Whose(live[0] if live else newest)
    told = replies.told_about(conn, reply.sender, now - _FRESH)
    fresh = [each for each in live if each.reference in told]
    if len(fresh) == 1:
        return Whose(fresh[0])
    if _understood(reply, live[0], "none").intent in _OF_NONE:
        return Whose(live[0])
    return Whose(several=live[:_MOST])


def _named(conn: Connection, text: str, some: Sequence[Booking]) -> Booking | None:
    """The one whose goods the text speaks of, more than of those of the others."""
    scored = sorted(
        ((goods.speaks_of(text, goods_in(conn, each)), at) for at, each in enumerate(some)),
        reverse=True,
    )
    if not scored or scored[0][0] == 0 or (len(scored) > 1 and scored[0][0] == scored[1][0]):
        return None
    return some[scored[0][1]]


def goods_in(conn: Connection, booking: Booking) -> str:
    """What the shop says is in it."""
    return goods.goods_of(quoting.get_quote(conn, booking.quote_id).request)


def _rates(reply: Reply, booking: Booking, now: datetime) -> bool:
    return _understood(reply, booking, "feedback").intent == "rating"


def _understood(reply: Reply, booking: Booking, context: str) -> Understanding:
    local = reply.received_at.astimezone(booking.window.start.tzinfo)
    return understand(reply.body, locale=booking.locale, now=local, context=context)
