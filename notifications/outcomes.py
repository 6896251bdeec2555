"""What became of calls, written down in bulk and only where the message still waits for it.

An outcome belongs to one attempt. `attempts`, the number of the latest one, is the fence: news of
an older attempt changes its own row and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Update, bindparam, func, or_, update

from notifications import consent
from notifications.bulk import as_pairs, pairs
from notifications.claims import Call
from notifications.columns import UtcDateTime
from notifications.tables import attempt, message


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one call ended. `wait` is set for `later`; `state` and `provider_id` for `accepted`."""

    call: Call
    kind: Literal["accepted", "refused", "later", "unknown"]
    error: str | None = None
    provider_id: str | None = None
    state: str = "sent"
    wait: timedelta = timedelta(0)
    opted_out: bool = False


def _waiting(*states: str) -> ColumnElement[bool]:
    return or_(*(message.c.state == each for each in states))


def _settled(**values: Any) -> dict[str, Any]:
    """What every outcome leaves behind in the message, and what else this one does."""
    left: dict[str, Any] = {
        "in_call": False,
        "lease_by": None,
        "lease_until": None,
        "changed_at": bindparam("now"),
    }
    return left | values


# Acceptance is what nearly always happens: all at once, three statements however many there are.
# `queued`: our lease ran out, others asked the provider, which did not show it yet.
_SIDS = pairs("sids")
_ACCEPTED = (
    update(message)
    .where(
        attempt.c.id == _SIDS.c.key,
        message.c.id == attempt.c.message_id,
        message.c.attempts == attempt.c.number,
        _waiting("sending", "unsure", "queued"),
    )
    .values(
        _settled(
            state=bindparam("to"), provider_id=_SIDS.c.value, error=None,
            sent_at=func.coalesce(message.c.sent_at, bindparam("now", type_=UtcDateTime)),
        )
    )
)  # fmt: skip
# A receipt may have been here first; then there is nothing to add.
_END_ACCEPTED = (
    update(attempt)
    .where(attempt.c.id == _SIDS.c.key, attempt.c.outcome.is_(None))
    .values(outcome="accepted", provider_id=_SIDS.c.value, ended_at=bindparam("now"))
)

_END = (
    update(attempt)
    .where(attempt.c.id == bindparam("which"), attempt.c.outcome.is_(None))
    .values(ended_at=bindparam("now"), outcome=bindparam("kind"), error=bindparam("why"))
)


def _settle(*states: str, **values: Any) -> Update:
    """For the message of an attempt while it is in one of `states`."""
    of = (message.c.id == bindparam("of"), message.c.attempts == bindparam("tried"))
    return (
        update(message)
        .where(*of, _waiting(*states))
        .values(_settled(error=bindparam("why"), **values))
    )


_STATEMENTS = {
    "accepted": _settle("sending", "unsure", "queued", state=bindparam("to")),
    "refused": _settle("sending", "unsure", "queued", state=bindparam("to")),
    "later": _settle("sending", "unsure", state="queued", due_at=bindparam("due")),
    "unknown": _settle("sending", state="unsure", misses=0, lease_until=bindparam("look_at")),
}
_STATES = {"refused": "failed", "later": "queued", "unknown": "unsure"}


def record(
    conn: Connection, outcomes: Sequence[Outcome], *, now: datetime, unsure_for: timedelta
) -> None:
    """Write them all down. Messages first, then attempts: receipts lock them in this order too."""
    accepted: dict[str, dict[str, str]] = {}
    rest = []
    for each in outcomes:
        if each.kind == "accepted" and each.provider_id:
            accepted.setdefault(each.state, {})[each.call.attempt] = each.provider_id
        else:
            rest.append(each)
    for state, sids in accepted.items():
        news = {"sids": as_pairs(sids), "to": state, "now": now}
        conn.execute(_ACCEPTED, news)
        conn.execute(_END_ACCEPTED, news)
    for each in sorted(rest, key=lambda each: each.call.message.id):
        row = _row(each, now, unsure_for)
        conn.execute(_STATEMENTS[each.kind], row)
        conn.execute(_END, row)
        if each.opted_out:
            words = each.error or ""
            consent.opt_out(conn, each.call.message.to, source="provider", words=words, now=now)


def _row(outcome: Outcome, now: datetime, unsure_for: timedelta) -> dict[str, Any]:
    call, kind = outcome.call, outcome.kind
    state = _STATES.get(kind, outcome.state)
    return {
        "which": call.attempt, "of": call.message.id, "tried": call.number, "kind": kind,
        "to": "suppressed" if outcome.opted_out else state,
        "why": outcome.error, "now": now,
        "due": now + outcome.wait, "look_at": now + unsure_for,
    }  # fmt: skip
