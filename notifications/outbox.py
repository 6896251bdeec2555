"""Messages waiting to leave, written in the transaction of what caused them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, case, exists, func, or_, select, update

from notifications.bulk_insert import BulkInsert
from notifications.consent import recipient
from notifications.deciding import Asked, asks_database, decide
from notifications.notice import Notice, Texts
from notifications.policy import Policy
from notifications.tables import message, suppression
from notifications.text import segments

#: No quiet hours, and the usual cap.
ANY_TIME = Policy()


def _state(given: Any) -> dict[str, Any]:
    # Looked up by the statement that writes: nobody can opt out in between.
    blocked = exists().where(suppression.c.recipient.in_([given.whom, given.optional]))
    return {
        "state": case((blocked, "suppressed"), else_=given.to_be),
        # Asked for twice only where there is something to keep.
        "error": case((given.why.is_(None), None), (blocked, None), else_=given.why),
    }


_WRITE = BulkInsert(
    message,
    copied=(
        "notice", "channel", "recipient", "locale", "body", "parts", "segments", "again", "about",
        "lane", "dedupe_key", "due_at", "not_after", "asleep_from", "awake_at", "gate",
        "states_window", "instead_of", "created_at", "changed_at",
    ),
    beside=("to_be", "why", "whom", "optional"),
    worked_out=_state, once=("dedupe_key",), returning=("id", "state", "error"),
)  # fmt: skip
_HELD_BACK = select(message.c.id).where(
    message.c.dedupe_key.in_(bindparam("keys", expanding=True)),
    message.c.state == "suppressed", message.c.error.is_(None),
)  # fmt: skip
_OUTDATED = and_(
    message.c.about == bindparam("of"), message.c.notice.in_(bindparam("names", expanding=True))
)
_NOT_BEGUN = or_(
    message.c.state == "queued", and_(message.c.state == "sending", message.c.in_call.is_(False))
)
_REPLACE = (
    update(message)
    .where(_OUTDATED, _NOT_BEGUN)
    .values(state="replaced", lease_by=None, lease_until=None, changed_at=bindparam("now"))
    .returning(message.c.id)
)
# One whose outcome nobody knows may have left; but it is not tried again.
_LET_BE = (
    update(message)
    .where(_OUTDATED, message.c.state.in_(("unsure", "sending")))
    .values(not_after=bindparam("now"))
)
_AT = func.coalesce(message.c.sent_at, message.c.due_at, type_=message.c.sent_at.type).label("at")
_HISTORY = (
    select(
        message.c.notice, message.c.channel, message.c.state, _AT, message.c.body, message.c.error
    )
    .where(message.c.about == bindparam("of"))
    .order_by(_AT, message.c.id)
)  # fmt: skip


class Post(NamedTuple):
    """One message to be written: what `post` is told of it."""

    notice: Notice
    to: str
    locale: str
    about: str
    dedupe_key: str
    due_at: datetime | None = None
    not_after: datetime | None = None
    channel: str = "sms"
    zone: tzinfo | None = None
    gate: str | None = None
    states_window: str | None = None
    addresses: Mapping[str, str] | None = None
    instead_of: int | None = None
    urgent: bool | None = None
    calendar: str | None = None


def post(
    conn: Connection,
    texts: Texts,
    notice: Notice,
    *,
    to: str,
    locale: str,
    about: str,
    dedupe_key: str,
    now: datetime,
    due_at: datetime | None = None,
    not_after: datetime | None = None,
    channel: str = "sms",
    zone: tzinfo | None = None,
    gate: str | None = None,
    states_window: str | None = None,
    addresses: Mapping[str, str] | None = None,
    instead_of: int | None = None,
    urgent: bool | None = None,
    calendar: str | None = None,
    policy: Policy = ANY_TIME,
) -> int | None:
    """Write the message; it leaves once the caller's transaction has committed.

    Gives its number, or None when the key was used before. What is not to be sent is kept and can
    be shown: `suppressed` to somebody who opted out, and with the error "cap" beyond the daily cap
    and "told" where they know; `expired` what nobody would be awake for in time.

    `states_window` is `start/end` in UTC. `urgent` says whether it may wake its reader, in `zone`;
    left out, an urgent notice may unless the window it states is on another day. `addresses` are
    the other channels by which its reader may be told the same.
    """
    one = Post(
        notice, to, locale, about, dedupe_key, due_at, not_after, channel, zone, gate,
        states_window, addresses, instead_of, urgent, calendar,
    )  # fmt: skip
    return _post(conn, texts, one, now, policy)


def post_many(
    conn: Connection, texts: Texts, posts: Iterable[Post], *, now: datetime,
    policy: Policy = ANY_TIME,
) -> None:  # fmt: skip
    """Write them all as `post` writes each; a thousand at a time cost least."""
    rows: list[dict[str, Any]] = []
    for each in posts:
        asked = _asked(each, now, policy)
        if asks_database(asked):
            _write(conn, rows, now, policy)  # it may have to count those
            rows = []
            _post(conn, texts, each, now, policy)
        else:
            rows.append(_row(conn, texts, each, asked, now, policy))
    _write(conn, rows, now, policy)


def _post(
    conn: Connection, texts: Texts, one: Post, now: datetime, policy: Policy
) -> int | None:  # fmt: skip
    row = _row(conn, texts, one, _asked(one, now, policy), now, policy)
    posted = _WRITE.one(conn, row)
    if posted is None:
        return None
    if posted.state == "suppressed" and posted.error is None and policy.say_elsewhere:
        policy.say_elsewhere(conn, posted.id, now)
    return int(posted.id)


def _write(conn: Connection, rows: list[dict[str, Any]], now: datetime, policy: Policy) -> None:
    if not rows:
        return
    _WRITE.all(conn, rows)
    if policy.say_elsewhere:
        keys = [row["dedupe_key"] for row in rows]
        for held_back in conn.execute(_HELD_BACK, {"keys": keys}).scalars().all():
            policy.say_elsewhere(conn, held_back, now)


def _asked(one: Post, now: datetime, policy: Policy) -> Asked:
    due, to = one.due_at or now, recipient(one.to, one.channel)
    not_after, useful_for = one.not_after, one.notice.useful_for
    if not_after is None and useful_for is not None:
        not_after = due + useful_for
    people = [to, *one.addresses.values()] if one.addresses else [to]
    return Asked(
        one.notice, people, one.about, due, not_after, one.zone or policy.zone,
        one.states_window, one.urgent, again=one.instead_of is not None,
    )  # fmt: skip


def _row(
    conn: Connection, texts: Texts, one: Post, asked: Asked, now: datetime, policy: Policy
) -> dict[str, Any]:  # fmt: skip
    notice, to, verdict = one.notice, asked.people[0], decide(conn, asked, policy)
    others = dict(one.addresses or {})
    return _said(texts, notice, one.locale, one.channel, one.calendar) | {
        "notice": notice.name, "recipient": to, "locale": one.locale, "about": one.about,
        "lane": notice.lane, "dedupe_key": one.dedupe_key, "channel": one.channel,
        "due_at": verdict.waking.due_at, "asleep_from": verdict.waking.asleep_from,
        "awake_at": verdict.waking.awake_at, "not_after": asked.not_after, "gate": one.gate,
        "states_window": one.states_window, "instead_of": one.instead_of,
        "again": {"fields": notice.as_fields(), "addresses": others} if others else None,
        "created_at": now, "changed_at": now, "to_be": verdict.state, "why": verdict.why,
        "whom": to, "optional": to if notice.necessary else f"optional:{to}",
    }  # fmt: skip


def _said(
    texts: Texts, notice: Notice, locale: str, channel: str, calendar: str | None
) -> dict[str, Any]:
    if channel == "email":
        email = texts.email(notice, locale)
        parts = {"subject": email.subject, "html": email.html, "calendar": calendar,
                 "sender_name": email.sender or None}  # fmt: skip
        return {"body": email.text, "parts": parts, "segments": 0}
    body = texts.render(notice, locale)
    return {"body": body, "parts": None, "segments": segments(body).count}


def replace_unsent(conn: Connection, *, about: str, notices: Collection[str], now: datetime) -> int:
    """Notices of these names about this that have not left become `replaced`; how many."""
    which = {"of": about, "names": list(notices), "now": now}
    replaced = len(conn.execute(_REPLACE, which).all())
    conn.execute(_LET_BE, which)
    return replaced


def history(conn: Connection, about: str) -> list[dict[str, Any]]:
    """What was told about this, oldest first: notice, channel, state, at, body, error."""
    return [dict(row._mapping) for row in conn.execute(_HISTORY, {"of": about})]
