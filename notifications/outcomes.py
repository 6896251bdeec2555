"""What became of calls, written down in bulk and only where the message still waits for it.

An outcome belongs to one attempt. `attempts`, the number of the latest one, is the fence: news of
an older attempt changes its own row and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Update, bindparam, exists, func, or_, update

from notifications import consent, consequences
from notifications.bulk import as_pairs, hidden, pairs
from notifications.claims import Call
from notifications.columns import UtcDateTime
from notifications.consequences import SayElsewhere
from notifications.failures import Failure
from notifications.tables import attempt, message


class Outcome(NamedTuple):
    """How one call ended. `wait` is set for `later`; `state` and `provider_id` for `accepted`.

    `failure` says why it was refused, or has to come later, where the provider gave a reason.
    """

    call: Call
    kind: Literal["accepted", "refused", "later", "unknown"]
    error: str | None = None
    provider_id: str | None = None
    state: str = "sent"
    wait: timedelta = timedelta(0)
    opted_out: bool = False
    failure: Failure | None = None
    #: Which of our senders carried it; None where there is but one.
    carried_by: str | None = None
    #: Seconds for which the provider wants nothing of this sender.
    hold_for: float = 0.0


def _waiting(*states: str) -> ColumnElement[bool]:
    return or_(*(hidden(message.c.state) == each for each in states))


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
# `queued`: our lease ran out, others asked the provider, which did not show it yet. An attempt
# of which a receipt has said that it failed is over, and its message may wait for the next.
_NOT_FAILED = or_(attempt.c.outcome.is_(None), attempt.c.outcome != "failed")
_SIDS = pairs("sids")
_ACCEPTED = (
    update(message)
    .where(
        attempt.c.id == _SIDS.c.key,
        message.c.id == attempt.c.message_id,
        message.c.attempts == attempt.c.number,
        _NOT_FAILED,
        _waiting("sending", "unsure", "queued"),
    )
    .values(
        _settled(
            state=bindparam("to"), provider_id=_SIDS.c.value, error=None, misses=0,
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

_CARRIED = (
    update(message)
    .where(message.c.id.in_(bindparam("ids", expanding=True)))
    .values(carried_by=bindparam("sender"))
)

_END = (
    update(attempt)
    .where(attempt.c.id == bindparam("which"), attempt.c.outcome.is_(None))
    .values(ended_at=bindparam("now"), outcome=bindparam("kind"), error=bindparam("why"))
)


_REPORTED = exists().where(attempt.c.id == bindparam("which"), attempt.c.outcome == "failed")


def _settle(*states: str, **values: Any) -> Update:
    """For the message of an attempt while it is in one of `states`."""
    of = (message.c.id == bindparam("of"), message.c.attempts == bindparam("tried"))
    return (
        update(message)
        .where(*of, _waiting(*states), ~_REPORTED)
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
    conn: Connection,
    outcomes: Sequence[Outcome],
    *,
    now: datetime,
    unsure_for: timedelta,
    fallback: SayElsewhere | None = None,
) -> None:
    """Write them all down. Messages first, then attempts: receipts lock them in this order too.

    One that failed for good is said over another channel by `fallback`, if there is one.
    """
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
        _record_one(conn, each, now, unsure_for, fallback)
    _write_carriers(conn, outcomes)


def _record_one(
    conn: Connection,
    outcome: Outcome,
    now: datetime,
    unsure_for: timedelta,
    fallback: SayElsewhere | None,
) -> None:
    row = _row(outcome, now, unsure_for)
    ours = conn.execute(_STATEMENTS[outcome.kind], row).rowcount == 1
    conn.execute(_END, row)
    which, to = outcome.call.message.id, outcome.call.message.to
    if _opted_out(outcome):
        consent.opt_out(
            conn, to, source="provider", words=outcome.error or "", now=now, fallback=fallback
        )
        if ours and fallback is not None:
            fallback(conn, which, now)
    elif ours and outcome.kind == "refused":
        why = consequences.of_code(outcome.failure, outcome.error)
        consequences.follow(conn, which, why, now=now, say_elsewhere=fallback)
    elif ours and outcome.kind == "later" and outcome.failure and outcome.failure.one_route:
        consequences.follow(conn, which, outcome.failure, now=now, say_elsewhere=fallback)


def _write_carriers(conn: Connection, outcomes: Sequence[Outcome]) -> None:
    carried: dict[str, list[int]] = {}
    for each in outcomes:
        if each.carried_by is not None:
            carried.setdefault(each.carried_by, []).append(each.call.message.id)
    for sender, ids in carried.items():
        conn.execute(_CARRIED, {"ids": sorted(ids), "sender": sender})


def _row(outcome: Outcome, now: datetime, unsure_for: timedelta) -> dict[str, Any]:
    call, kind = outcome.call, outcome.kind
    state = _STATES.get(kind, outcome.state)
    return {
        "which": call.attempt, "of": call.message.id, "tried": call.number, "kind": kind,
        "to": "suppressed" if _opted_out(outcome) else state,
        "why": outcome.error, "now": now,
        "due": now + outcome.wait, "look_at": now + unsure_for,
    }  # fmt: skip


def _opted_out(outcome: Outcome) -> bool:
    failure = outcome.failure
    return outcome.opted_out or (failure is not None and failure.kind == "consent")
