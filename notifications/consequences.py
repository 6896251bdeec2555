"""What follows when a message has certainly failed: the class of the failure decides, nothing else.

It waits for another try, or it has failed for good: then the same is said over another channel if
there is one, and where only a person can help there is a task.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from notifications import consent, tasks
from notifications.elsewhere import SayElsewhere as SayElsewhere
from notifications.failures import Failure, may_go_again, unknown
from notifications.message import wait_before_retry
from notifications.tables import attempt, message

#: After the first and the second failure on the way: a phone is switched on again, a network has
#: air again.
_PAUSES = (timedelta(minutes=1), timedelta(minutes=5))
#: Ours to mend: a person must see it first.
_MENDING = timedelta(minutes=5)

_ROW = (
    select(
        message.c.id, message.c.recipient, message.c.notice, message.c.about,
        message.c.attempts, message.c.not_after, message.c.again,
    )
    .where(message.c.id == bindparam("of"))
    .with_for_update()
)  # fmt: skip
_FAILURES = (
    select(func.count())
    .select_from(attempt)
    .where(attempt.c.message_id == bindparam("of"), attempt.c.outcome.in_(("refused", "failed")))
)
_FREE: dict[str, Any] = {
    "in_call": False, "lease_by": None, "lease_until": None, "misses": 0,
    "error": bindparam("why"), "changed_at": bindparam("now"),
}  # fmt: skip
_FAIL = update(message).where(message.c.id == bindparam("of")).values(state="failed", **_FREE)
_AGAIN = (
    update(message)
    .where(message.c.id == bindparam("of"))
    .values(
        state="queued", due_at=bindparam("due"), provider_id=None, sent_at=None,
        looked_up_at=None, **_FREE,
    )
)  # fmt: skip


def follow(
    conn: Connection,
    which: int,
    failure: Failure,
    *,
    now: datetime,
    say_elsewhere: SayElsewhere | None = None,
) -> str:
    """Its latest attempt has failed and is written down so; the state of the message after this.

    The caller has made sure that no newer news stands against it.
    """
    row = conn.execute(_ROW, {"of": which}).one()
    tries = conn.execute(_FAILURES, {"of": which}).scalar_one()
    news = {"of": which, "why": failure.code[:64], "now": now}
    due = now + _pause(failure, tries)
    in_time = row.not_after is None or row.not_after > due
    if in_time and may_go_again(failure, tries=tries, elsewhere=row.again is not None):
        conn.execute(_AGAIN, news | {"due": due})
        return "queued"
    conn.execute(_FAIL, news)
    if failure.kind == "bad_number":
        consent.bad_number(conn, row.recipient, now=now)
    _ask_a_person(conn, row, failure, now)
    if say_elsewhere is not None:
        say_elsewhere(conn, which, now)
    return "failed"


def _pause(failure: Failure, tries: int) -> timedelta:
    if failure.kind == "configuration":
        return _MENDING
    if failure.kind == "wait":
        return wait_before_retry(tries + 5, None, random.random())
    return _PAUSES[min(max(tries, 1), len(_PAUSES)) - 1]


def _ask_a_person(conn: Connection, row: Any, failure: Failure, now: datetime) -> None:
    """One task for one cause: a new code or a filter is one thing to look at, not a thousand."""
    causes = {
        "bad_number": (f"{failure.words} Ask for another number.", f"bad_number:{row.recipient}"),
        "content": (f"{failure.words} It is the notice {row.notice}.",
                    f"content:{failure.code}:{row.notice}"),
        "trial": (failure.words, f"trial:{failure.code}"),
        "unknown": (failure.words, f"failed:{failure.code}"),
    }  # fmt: skip
    if failure.kind in causes:
        text, key = causes[failure.kind]
        kind = "failed" if failure.kind == "unknown" else failure.kind
        tasks.add(conn, kind=kind, about=row.about, text=text, dedupe_key=key, now=now)


def of_code(failure: Failure | None, code: str | None) -> Failure:
    """The failure a provider named, or one nobody has described."""
    return failure or unknown(code or "no_reason")
