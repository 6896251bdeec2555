"""Messages waiting to leave, written in the transaction of what caused them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications.consent import recipient
from notifications.deciding import Asked, decide
from notifications.notice import Notice, Texts
from notifications.policy import Policy
from notifications.tables import message, suppression
from notifications.text import segments

#: No quiet hours, and the usual cap.
ANY_TIME = Policy()

_BLOCKED = exists().where(suppression.c.recipient.in_([bindparam("whom"), bindparam("optional")]))
_POST = (
    upsert(message)
    .values(
        state=case((_BLOCKED, "suppressed"), else_=bindparam("to_be")),
        error=case((_BLOCKED, None), else_=bindparam("why")),
    )
    .on_conflict_do_nothing(index_elements=["dedupe_key"])
    .returning(message.c.id, message.c.state, message.c.error)
)
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
    due, to = due_at or now, recipient(to, channel)
    if not_after is None and notice.useful_for is not None:
        not_after = due + notice.useful_for
    others = dict(addresses or {})
    asked = Asked(
        notice, [to, *others.values()], about, due, not_after, zone or policy.zone, states_window,
        urgent, again=instead_of is not None,
    )  # fmt: skip
    verdict = decide(conn, asked, policy)
    row = _said(texts, notice, locale, channel, calendar) | {
        "notice": notice.name, "recipient": to, "locale": locale, "about": about,
        "lane": notice.lane, "dedupe_key": dedupe_key, "channel": channel,
        "due_at": verdict.waking.due_at, "asleep_from": verdict.waking.asleep_from,
        "awake_at": verdict.waking.awake_at, "not_after": not_after, "gate": gate,
        "states_window": states_window, "instead_of": instead_of,
        "again": {"fields": notice.as_fields(), "addresses": others} if others else None,
        "created_at": now, "changed_at": now, "to_be": verdict.state, "why": verdict.why,
        "whom": to, "optional": to if notice.necessary else f"optional:{to}",
    }  # fmt: skip
    posted = conn.execute(_POST, row).one_or_none()
    if posted is None:
        return None
    if posted.state == "suppressed" and posted.error is None and policy.say_elsewhere:
        policy.say_elsewhere(conn, posted.id, now)
    return int(posted.id)


def _said(
    texts: Texts, notice: Notice, locale: str, channel: str, calendar: str | None
) -> dict[str, Any]:
    if channel == "email":
        email = texts.email(notice, locale)
        parts = {"subject": email.subject, "html": email.html, "calendar": calendar}
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
