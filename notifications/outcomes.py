"""What became of calls, written down in bulk and only where the message still waits for it.

An outcome belongs to one attempt. `attempts`, the number of the latest one, is the fence: news of
an older attempt changes its own row and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Update, and_, bindparam, func, update

from notifications import consent
from notifications.claims import Call
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


# A receipt may have been here first; then there is nothing to add.
_END = (
    update(attempt)
    .where(attempt.c.id == bindparam("which"), attempt.c.outcome.is_(None))
    .values(
        ended_at=bindparam("now"), outcome=bindparam("kind"),
        provider_id=bindparam("sid"), error=bindparam("why"),
    )
)  # fmt: skip


def _settle(*states: str, **values: Any) -> Update:
    """For the message of an attempt while it is in one of `states`."""
    return (
        update(message)
        .where(
            and_(
                message.c.id == bindparam("of"),
                message.c.attempts == bindparam("tried"),
                message.c.state.in_(states),
            )
        )
        .values(
            **{"in_call": False, "lease_by": None, "lease_until": None,
               "changed_at": bindparam("now"), "error": bindparam("why")} | values
        )
    )  # fmt: skip


# `queued`: our lease ran out, others asked the provider, which did not show it yet.
_STATEMENTS = {
    "accepted": _settle(
        "sending", "unsure", "queued", state=bindparam("to"), provider_id=bindparam("sid"),
        sent_at=func.coalesce(message.c.sent_at, bindparam("now", type_=message.c.sent_at.type)),
    ),
    "refused": _settle("sending", "unsure", "queued", state=bindparam("to")),
    "later": _settle("sending", "unsure", state="queued", due_at=bindparam("due")),
    "unknown": _settle(
        "sending", state="unsure", misses=0, lease_until=bindparam("look_at"),
    ),
}  # fmt: skip
_STATES = {"accepted": "", "refused": "failed", "later": "queued", "unknown": "unsure"}


def record(
    conn: Connection, outcomes: Sequence[Outcome], *, now: datetime, unsure_for: timedelta
) -> None:
    """Write them all down. Lowest message first, so that two recorders never wait in a ring."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for each in sorted(outcomes, key=lambda each: each.call.message.id):
        rows.setdefault(each.kind, []).append(_row(each, now, unsure_for))
    # First the messages, then the attempts: receipts lock them in this order too.
    for kind, those in rows.items():
        conn.execute(_STATEMENTS[kind], those)
    conn.execute(_END, [row for each in rows.values() for row in each])
    for each in outcomes:
        if each.opted_out:
            consent.opt_out(
                conn, each.call.message.to, source="provider", words=each.error or "", now=now
            )


def _row(outcome: Outcome, now: datetime, unsure_for: timedelta) -> dict[str, Any]:
    call, kind = outcome.call, outcome.kind
    state = outcome.state if kind == "accepted" else _STATES[kind]
    return {
        "which": call.attempt, "of": call.message.id, "tried": call.number, "kind": kind,
        "to": "suppressed" if outcome.opted_out else state,
        "sid": outcome.provider_id, "why": outcome.error, "now": now,
        "due": now + outcome.wait, "look_at": now + unsure_for,
    }  # fmt: skip
