"""What is open between us and a customer about one booking: the question, the undo, who has it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from delivery.rules.bookings import Booking
from delivery.rules.questions import CONTEXTS, FEEDBACK, Line
from delivery.rules.refusals import NotFound
from delivery.store.tables import booking as bookings
from delivery.store.tables import conversation
from notifications import inbox, outbox
from notifications.inbox import Reply

QUIET, ASKED, WAITING, CLOSED = "quiet", "asked", "waiting", "closed"
STATES = (QUIET, ASKED, WAITING, CLOSED)


@dataclass(frozen=True)
class Conversation:
    id: int
    reference: str
    phone: str
    state: str
    #: What we asked last, one of `rules.questions`, and when.
    question: str | None
    asked_at: datetime | None
    #: The numbered lines of it, each with what it does.
    menu: list[Line]
    menu_until: datetime | None
    #: The hold of the time we asked a yes for.
    held: str | None
    #: The reply that waits for which delivery it is about.
    pending: int | None
    undo: dict[str, Any] | None
    undo_until: datetime | None
    unclear: int
    thanked_at: datetime | None
    waiting_since: datetime | None
    #: A person answers by then.
    answer_by: datetime | None
    agent: str | None
    #: The login of whose it is.
    assignee: str | None
    changed_at: datetime

    def open_question(self, now: datetime) -> str | None:
        """What we asked, while it may still be answered at `now`."""
        fresh = self.menu_until is not None and now < self.menu_until
        return self.question if fresh else None

    def open_menu(self, now: datetime) -> list[Line]:
        """The lines that digits mean at `now`; empty when they mean none."""
        return self.menu if self.open_question(now) else []

    def may_undo(self, now: datetime) -> bool:
        return self.undo_until is not None and now < self.undo_until

    def is_newer_than(self, one: Reply) -> bool:
        """Whether our question was asked after they had written this: it answers an older one."""
        return self.asked_at is not None and one.received_at < self.asked_at

    def context(self, now: datetime) -> str:
        """How a reply is to be read at `now`: `none`, `menu`, `confirm` or `feedback`."""
        question = self.open_question(now)
        if question is not None:
            return CONTEXTS[question]
        return "menu" if self.may_undo(now) else "none"

    def asks(self, now: datetime) -> bool:
        """Whether a digit means something at `now`: a line of the menu, or the undo."""
        return self.context(now) not in ("none", CONTEXTS[FEEDBACK])

    @property
    def with_person(self) -> bool:
        """Whether a person has it: one is waited for, or one has answered and not closed it."""
        return self.state == WAITING or (self.agent is not None and self.state != CLOSED)


_NO_QUESTION: dict[str, Any] = {
    "question": None, "asked_at": None, "menu": [], "menu_until": None, "held": None,
    "pending": None,
}  # fmt: skip
_NOBODY_WAITS: dict[str, Any] = {"waiting_since": None, "answer_by": None, "escalated_at": None}
_COLUMNS = tuple(getattr(conversation.c, name) for name in Conversation.__dataclass_fields__)
_OF = select(*_COLUMNS).where(conversation.c.reference == bindparam("ref"))
_OF_ALL = select(*_COLUMNS).where(
    conversation.c.reference.in_(bindparam("references", expanding=True))
)
_LOCK = _OF.with_for_update()
_BY_ID = select(*_COLUMNS).where(conversation.c.id == bindparam("number"))
# Both databases speak this ON CONFLICT.
_OPEN = upsert(conversation).on_conflict_do_nothing(index_elements=["reference"])
_CHANGE = update(conversation).where(conversation.c.reference == bindparam("ref"))
_PAGE = (
    select(*_COLUMNS, bookings.c.given_name, bookings.c.family_name, bookings.c.locale,
           bookings.c.state.label("booking_state"))
    .join(bookings, bookings.c.reference == conversation.c.reference)
)  # fmt: skip
_WAITING = (
    _PAGE.where(conversation.c.state == WAITING)
    .order_by(conversation.c.waiting_since, conversation.c.id)
    .limit(bindparam("limit"))
)


def of(conn: Connection, reference: str) -> Conversation | None:
    row = conn.execute(_OF, {"ref": reference}).one_or_none()
    return _read(row) if row else None


def of_all(conn: Connection, references: Collection[str]) -> list[Conversation]:
    """The conversations about these bookings, as far as there are any."""
    if not references:
        return []
    rows = conn.execute(_OF_ALL, {"references": list(references)})
    return [_read(row) for row in rows]


def get(conn: Connection, conversation_id: int) -> Conversation:
    """The conversation with this number. Raises `NotFound`."""
    row = conn.execute(_BY_ID, {"number": conversation_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such conversation.")
    return _read(row)


def opened(conn: Connection, booking: Booking, now: datetime) -> Conversation:
    """The booking's conversation, begun if there is none, and locked."""
    conn.execute(
        _OPEN,
        {"reference": booking.reference, "phone": booking.phone or "", "state": QUIET,
         "menu": [], "unclear": 0, "changed_at": now},
    )  # fmt: skip
    return _read(conn.execute(_LOCK, {"ref": booking.reference}).one())


def ask(
    conn: Connection, booking: Booking, question: str, menu: list[Line], *, until: datetime,
    now: datetime, held: str | None = None, pending: int | None = None,
) -> None:  # fmt: skip
    """From now on digits mean these lines, until they are too old. A waiting one stays waiting."""
    known = opened(conn, booking, now)
    state = known.state if known.with_person or question == FEEDBACK else ASKED
    _change(conn, booking.reference, now, question=question, menu=menu, menu_until=until,
            asked_at=now, held=held, pending=pending, state=state)  # fmt: skip


def settle_question(
    conn: Connection, reference: str, *, now: datetime, understood: bool = False
) -> None:
    """Digits mean nothing any more; with `understood` what was unclear is settled too."""
    more = {"unclear": 0} if understood else {}
    state = case((conversation.c.state == ASKED, QUIET), else_=conversation.c.state)
    _change(conn, reference, now, **_NO_QUESTION, **more, state=state)


def understood(conn: Connection, reference: str, *, now: datetime) -> None:
    """What was unclear is settled."""
    _change(conn, reference, now, unclear=0)


def remember_undo(
    conn: Connection, booking: Booking, undo: dict[str, Any], *, until: datetime, now: datetime
) -> None:
    """From now on `0` means going back to `undo`, until it is too late."""
    if not _change(conn, booking.reference, now, undo=undo, undo_until=until):
        opened(conn, booking, now)
        _change(conn, booking.reference, now, undo=undo, undo_until=until)


def undo_of(conn: Connection, reference: str, now: datetime) -> dict[str, Any] | None:
    """What `0` would bring back at `now`, if it still can."""
    known = of(conn, reference)
    if known is None or known.undo_until is None or now >= known.undo_until:
        return None
    return known.undo


def forget_undo(conn: Connection, reference: str, *, now: datetime) -> None:
    """There is nothing to take back any more."""
    _change(conn, reference, now, undo=None, undo_until=None)


def count_unclear(conn: Connection, booking: Booking, *, now: datetime) -> int:
    """One more reply that was not understood; how many there were since the last clear one."""
    unclear = opened(conn, booking, now).unclear + 1
    _change(conn, booking.reference, now, unclear=unclear)
    return unclear


def thanked(conn: Connection, reference: str, *, now: datetime) -> None:
    """Their thanks have been answered; once is enough."""
    _change(conn, reference, now, thanked_at=now)


def hand_to_person(
    conn: Connection, booking: Booking, *, answer_by: datetime, now: datetime
) -> bool:
    """Let it wait for a person until `answer_by`. False when it was waiting already."""
    if opened(conn, booking, now).state == WAITING:
        return False
    _change(conn, booking.reference, now, state=WAITING, waiting_since=now, answer_by=answer_by,
            escalated_at=None)  # fmt: skip
    return True


def answered(conn: Connection, reference: str, agent: str, *, now: datetime) -> None:
    """A person has answered: it waits no more, stays with them, and digits mean nothing."""
    _change(conn, reference, now, **_NOBODY_WAITS, **_NO_QUESTION, state=QUIET, agent=agent,
            unclear=0)  # fmt: skip


def close(conn: Connection, reference: str, *, now: datetime) -> None:
    """Nothing is open any more; the next reply begins anew."""
    _change(conn, reference, now, **_NOBODY_WAITS, **_NO_QUESTION, state=CLOSED, agent=None,
            assignee=None, assigned_at=None, unclear=0, thanked_at=None)  # fmt: skip


def assign(conn: Connection, reference: str, login: str | None, *, now: datetime) -> None:
    """Whose it is at the desk from now on; nobody's with None."""
    _change(conn, reference, now, assignee=login, assigned_at=now if login else None)


def waiting(conn: Connection, limit: int = 200) -> list[dict[str, Any]]:
    """Those that wait for a person, longest first, with the customer's name and language."""
    return [dict(row._mapping) for row in conn.execute(_WAITING, {"limit": limit})]


def page(conn: Connection, *, state: str | None, after: int, limit: int) -> list[dict[str, Any]]:
    """Conversations by number from `after` on, as rows of `waiting`."""
    wanted = _PAGE.where(conversation.c.id > after).order_by(conversation.c.id).limit(limit)
    if state is not None:
        wanted = wanted.where(conversation.c.state == state)
    return [dict(row._mapping) for row in conn.execute(wanted)]


def thread(conn: Connection, reference: str) -> list[dict[str, Any]]:
    """What was said, oldest first: `who` (we or they), `text`, `at`, `state`, `notice`."""
    ours = [
        {"who": "we", "text": each["body"], "at": each["at"], "state": each["state"],
         "notice": each["notice"]}
        for each in outbox.history(conn, reference)
    ]  # fmt: skip
    theirs = [
        {"who": "they", "text": each["body"], "at": each["received_at"], "state": each["state"],
         "notice": None}
        for each in inbox.replies_about(conn, reference)
    ]  # fmt: skip
    return sorted(ours + theirs, key=lambda each: each["at"])


def _change(conn: Connection, reference: str, now: datetime, **values: Any) -> bool:
    """Whether there was such a conversation."""
    changed = conn.execute(_CHANGE.values(changed_at=now, **values), {"ref": reference})
    return changed.rowcount > 0


def _read(row: Row[Any]) -> Conversation:
    return Conversation(**row._mapping)
