"""What we and a customer have said about one booking: the open menu, the undo, who has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from delivery.rules.bookings import Booking
from delivery.rules.refusals import NotFound
from delivery.store.tables import booking as bookings
from delivery.store.tables import conversation
from notifications import inbox, outbox

QUIET, ASKED, WAITING, CLOSED = "quiet", "asked", "waiting", "closed"
STATES = (QUIET, ASKED, WAITING, CLOSED)


@dataclass(frozen=True)
class Conversation:
    id: int
    reference: str
    phone: str
    state: str
    #: What we last listed, in order: `{"option", "window"}` each.
    menu: list[dict[str, Any]]
    menu_until: datetime | None
    undo: dict[str, Any] | None
    undo_until: datetime | None
    unclear: int
    waiting_since: datetime | None
    agent: str | None
    changed_at: datetime

    def open_menu(self, now: datetime) -> list[dict[str, Any]]:
        """The list that digits mean at `now`; empty when none does."""
        return self.menu if self.menu_until is not None and now < self.menu_until else []

    def asks(self, now: datetime) -> bool:
        """Whether a digit means something at `now`: a line of the menu, or the undo."""
        undoable = self.undo_until is not None and now < self.undo_until
        return undoable or bool(self.open_menu(now))

    @property
    def with_person(self) -> bool:
        """Whether a person has it: one is waited for, or one has answered and not closed it."""
        return self.state == WAITING or (self.agent is not None and self.state != CLOSED)


_COLUMNS = tuple(getattr(conversation.c, name) for name in Conversation.__dataclass_fields__)
_OF = select(*_COLUMNS).where(conversation.c.reference == bindparam("ref"))
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


def remember_menu(
    conn: Connection,
    booking: Booking,
    menu: list[dict[str, Any]],
    *,
    until: datetime,
    now: datetime,
) -> None:
    """From now on digits mean this list, until it is too old. A waiting one stays waiting."""
    known = opened(conn, booking, now)
    state = known.state if known.with_person else ASKED
    _change(conn, booking.reference, now, menu=menu, menu_until=until, state=state)


def forget_menu(conn: Connection, reference: str, *, now: datetime) -> None:
    """Digits mean nothing any more, and what was unclear is settled."""
    known = of(conn, reference)
    if known is None:
        return
    state = QUIET if known.state == ASKED else known.state
    _change(conn, reference, now, menu=[], menu_until=None, unclear=0, state=state)


def remember_undo(
    conn: Connection, booking: Booking, undo: dict[str, Any], *, until: datetime, now: datetime
) -> None:
    """From now on `0` means going back to `undo`, until it is too late."""
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


def hand_to_person(conn: Connection, booking: Booking, *, now: datetime) -> bool:
    """Let it wait for a person. False when it was waiting already."""
    if opened(conn, booking, now).state == WAITING:
        return False
    _change(conn, booking.reference, now, state=WAITING, waiting_since=now)
    return True


def answered(conn: Connection, reference: str, agent: str, *, now: datetime) -> None:
    """A person has answered: it waits no more, stays with them, and digits mean nothing."""
    _change(conn, reference, now, state=QUIET, waiting_since=None, agent=agent, unclear=0,
            menu=[], menu_until=None)  # fmt: skip


def close(conn: Connection, reference: str, *, now: datetime) -> None:
    """Nothing is open any more; the next reply begins anew."""
    _change(conn, reference, now, state=CLOSED, waiting_since=None, agent=None, unclear=0,
            menu=[], menu_until=None)  # fmt: skip


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


def _change(conn: Connection, reference: str, now: datetime, **values: Any) -> None:
    conn.execute(_CHANGE.values(changed_at=now, **values), {"ref": reference})


def _read(row: Row[Any]) -> Conversation:
    return Conversation(**row._mapping)
