"""What is asked of a broadcast over HTTP, and how one is shown."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints
from sqlalchemy import Connection

from delivery.flows.broadcasts import BroadcastAsk
from delivery.house import House
from delivery.rules.broadcasts import Audience
from delivery.store import broadcast_progress
from delivery.store.broadcasts import Broadcast
from delivery.web.shapes import Shape
from notifications.phone import masked

_Word = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Words = Annotated[list[_Word], Field(max_length=500, default_factory=list)]
_References = Annotated[list[_Word], Field(max_length=10_000, default_factory=list)]


def _number(given: Any) -> Any:
    # Windows are shown as numbers and as texts, here and there; both are understood.
    return int(given) if isinstance(given, str) and given.isascii() and given.isdecimal() else given


_Window = Annotated[int, BeforeValidator(_number), Field(ge=1, le=2**53)]
_Windows = Annotated[list[_Window], Field(max_length=500, default_factory=list)]


class AudienceShape(Shape):
    day: date | None = None
    zones: _Words
    postcodes: _Words
    services: _Words
    carriers: _Words
    slots: _Windows
    routes: _Windows
    states: _Words
    references: _References

    def audience(self) -> Audience:
        lists = self.model_dump(exclude={"day"})
        # The same name twice means it once.
        return Audience(
            self.day, **{name: tuple(dict.fromkeys(got)) for name, got in lists.items()}
        )


class BroadcastShape(Shape):
    audience: AudienceShape
    notice: _Word
    fields: dict[str, Any] = Field(default_factory=dict)
    dry_run: bool = False

    def asked(self, by: str) -> BroadcastAsk:
        return BroadcastAsk(self.audience.audience(), self.notice, self.fields, by)


class PanicShape(Shape):
    stop: bool


def broadcast_json(house: House, known: Broadcast) -> dict[str, Any]:
    """A broadcast as it was confirmed, and where it stands."""
    zone = house.policy.zone
    return {
        "id": known.id,
        "state": known.state,
        **known.shown,
        "audience": known.audience,
        "notice": known.notice,
        "fields": known.fields,
        "by": known.by,
        "why": known.why,
        "created_at": _at(known.created_at, zone),
        "confirmed_at": _at(known.confirmed_at, zone),
        "starts_at": _at(known.starts_at, zone),
        "started_at": _at(known.started_at, zone),
        "ended_at": _at(known.ended_at, zone),
    }


def progress_json(conn: Connection, house: House, known: Broadcast) -> dict[str, Any]:
    """The same with `progress`, a count per message state, and how far its recipients are.

    `promises_moved` stay moved when it is cancelled, whether their owners have been told or not.
    """
    recipients = broadcast_progress.recipients_by_state(conn, known)
    return broadcast_json(house, known) | {
        "progress": broadcast_progress.messages_by_state(conn, known),
        "recipients": {name: recipients.get(name, 0) for name in ("pending", "posted", "skipped")},
        "promises_moved": broadcast_progress.promises_moved(conn, known),
    }


def person_json(house: House, row: dict[str, Any]) -> dict[str, Any]:
    """One recipient and what became of them; the number only as far as one recognises it."""
    to = row["recipient"] or ""
    return {
        "reference": row["reference"], "locale": row["locale"], "kind": row["kind"],
        "state": row["state"], "why": row["why"], "promise_moved": row["moved"],
        "channel": row["channel"], "to": masked_address(to) if "@" in to else masked(to),
        "message_state": row["message_state"], "error": row["error"],
        "at": _at(row["changed_at"], house.policy.zone),
    }  # fmt: skip


def masked_address(address: str) -> str:
    """`a•••@example.com`: enough to recognise one's own."""
    name, _, host = address.partition("@")
    return f"{name[:1]}•••@{host}"


def _at(moment: datetime | None, zone: tzinfo) -> str | None:
    return moment.astimezone(zone).isoformat() if moment else None
