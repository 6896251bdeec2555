"""Whom a broadcast means, written down in one statement: a row for each recipient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from delivery.rules import broadcasts as rules
from delivery.rules.broadcasts import Audience, Effect, Tally
from delivery.store.broadcast_conditions import Wanted, recipients
from delivery.store.tables import booking, broadcast_recipient, slot
from notifications.bulk import pairs

_COLUMNS = [
    broadcast_recipient.c[name]
    for name in ("reference", "locale", "kind", "by_email", "asleep", "broadcast", "state")
]
# Compiling the statement takes PostgreSQL longer than running it, and what it knows of a hundred
# thousand bookings has room in memory.
_AT_ONCE = select(
    func.set_config("jit", "off", True), func.set_config("work_mem", "64MB", True)
)  # fmt: skip
_R = broadcast_recipient.c
_COUNT = (
    select(_R.kind, _R.by_email, _R.asleep, _R.locale, func.count().label("count"))
    .where(_R.broadcast == bindparam("of"))
    .group_by(_R.kind, _R.by_email, _R.asleep, _R.locale)
)
_NOTHING_TO_DO = update(broadcast_recipient).where(
    broadcast_recipient.c.broadcast == bindparam("of"),
    broadcast_recipient.c.state == "pending",
)
_KNOWN = select(booking.c.reference).where(booking.c.reference.in_(select(pairs("wanted").c.key)))
_SLOTS = select(slot.c.id, slot.c.service, slot.c.zone, slot.c.start_at, slot.c.end_at,
                slot.c.within)  # fmt: skip
_ASKED = _SLOTS.where(slot.c.id.in_(bindparam("ids", expanding=True)))
_INSIDE = select(slot.c.id, slot.c.within).where(
    slot.c.service == bindparam("service"), slot.c.zone == bindparam("zone"),
    slot.c.start_at >= bindparam("start"), slot.c.end_at <= bindparam("end"),
)  # fmt: skip


def fix(conn: Connection, number: int, wanted: Wanted) -> Tally:
    """Write a row for everybody the audience means now, and count them."""
    if conn.dialect.name == "postgresql":
        conn.execute(_AT_ONCE)
    meant = recipients(wanted, _windows(conn, wanted.audience)).add_columns(
        literal(number), literal("pending")
    )
    conn.execute(insert(broadcast_recipient).from_select(_COLUMNS, meant))
    return tally(conn, number)


def tally(conn: Connection, number: int) -> Tally:
    """The recipients of a broadcast by what they were when it was fixed."""
    found = Tally()
    for row in conn.execute(_COUNT, {"of": number}):
        found = _counted(found, row)
    return found


def settle_idle(conn: Connection, number: int, effect: Effect) -> None:
    """Skip those for whom nothing is to be done: nothing to tell, and no promise to move."""
    idle = broadcast_recipient.c.kind == rules.ALREADY_TOLD
    if not effect.moves:
        idle = or_(
            broadcast_recipient.c.kind.in_((rules.ALREADY_TOLD, rules.IN_CONVERSATION)),
            and_(broadcast_recipient.c.kind != rules.TELL, ~broadcast_recipient.c.by_email),
        )
    conn.execute(_NOTHING_TO_DO.where(idle).values(state="skipped"), {"of": number})


def unknown_references(conn: Connection, references: Sequence[str]) -> list[str]:
    """Those of them that no booking has, in their order."""
    wanted = orjson.dumps(dict.fromkeys(references, "")).decode()
    known = set(conn.scalars(_KNOWN, {"wanted": wanted}))
    return [each for each in references if each not in known]


def windows_known(conn: Connection, ids: Sequence[int]) -> dict[int, bool]:
    """Of these windows those there are, with whether each is a round: the widest of its kind."""
    return {row.id: not row.within for row in conn.execute(_ASKED, {"ids": list(ids)})}


def _more(known: Mapping[str, int], locale: str, count: int) -> dict[str, int]:
    return dict(known) | ({locale: known.get(locale, 0) + count} if count else {})


def _counted(found: Tally, row: Any) -> Tally:
    kind, count = row.kind, row.count
    by_email = row.by_email and kind in (rules.NO_PHONE, rules.OPTED_OUT)
    told = kind == rules.TELL or by_email
    named = {kind: getattr(found, kind) + count} if kind in Tally.NAMES else {}
    return replace(
        found,
        recipients=found.recipients + count,
        asleep=found.asleep + (count if told and row.asleep else 0),
        email_instead=found.email_instead + (count if by_email else 0),
        by_sms=found.by_sms + (count if kind == rules.TELL else 0),
        locales=_more(found.locales, row.locale, count if kind == rules.TELL else 0),
        **named,
    )


def _windows(conn: Connection, audience: Audience) -> list[int] | None:
    """Every window that the slots and routes of an audience mean; None when it names neither."""
    if not audience.slots and not audience.routes:
        return None
    meant = [_within(conn, each) for each in (audience.slots, audience.routes) if each]
    return sorted(set.intersection(*meant))


def _within(conn: Connection, ids: Sequence[int]) -> set[int]:
    found = set(ids)
    for row in conn.execute(_ASKED, {"ids": list(ids)}).all():
        span = {"service": row.service, "zone": row.zone, "start": row.start_at, "end": row.end_at}
        found |= {each.id for each in conn.execute(_INSIDE, span) if row.id in each.within}
    return found
