"""Saying the same over another channel when the first did not reach its reader, or a person's task
where there is no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from notifications import outbox, tasks
from notifications.notice import Notice, Texts
from notifications.policy import Policy
from notifications.tables import message


@dataclass(frozen=True)
class Rule:
    """What follows when a message ends in a state. `necessary`, `urgent`: only for such notices."""

    #: The same is said over another channel.
    elsewhere_if_necessary: bool
    #: Where there is no other, somebody has to call.
    task_if_urgent: bool


#: By the state it ended in. Whoever stopped our SMS still gets news of a delivery under way, and
#: nothing else. (What is ours to mend waits in the queue and never ends in one of these.)
RULES = {
    "failed": Rule(elsewhere_if_necessary=False, task_if_urgent=False),
    "suppressed": Rule(elsewhere_if_necessary=True, task_if_urgent=True),
}

#: Why a message was not sent although its reader can be reached: they know, or had enough today.
_KNOWN_ANYHOW = ("told", "cap")

_ROW = select(
    message.c.id, message.c.notice, message.c.channel, message.c.locale, message.c.about,
    message.c.state, message.c.error, message.c.dedupe_key, message.c.not_after, message.c.again,
    message.c.gate, message.c.states_window,
).where(message.c.id == bindparam("number"))  # fmt: skip


class Fallback:
    """To be called in the transaction in which a message becomes `failed` or `suppressed`, after
    its state and error stand. However often it is called, it does its work once.

    `notices` are all kinds of message by name, so that one that is kept as fields can be written
    again in the words of another channel.
    """

    def __init__(
        self,
        texts: Texts,
        notices: Mapping[str, type[Notice]],
        policy: Policy = outbox.ANY_TIME,
    ) -> None:
        self._texts = texts
        self._notices = notices
        # An e-mail that may not be sent either leaves a person to call.
        self._policy = replace(policy, say_elsewhere=self)

    def __call__(self, conn: Connection, message_id: int, now: datetime) -> int | None:
        """The number of the message posted instead; None when there is none."""
        row = conn.execute(_ROW, {"number": message_id}).one_or_none()
        rule = RULES.get(row.state) if row is not None else None
        if row is None or rule is None or row.error in _KNOWN_ANYHOW:
            return None
        if row.not_after is not None and row.not_after <= now:
            return None
        kind = self._notices.get(row.notice)
        address = ((row.again or {}).get("addresses") or {}).get("email")
        if kind is None or row.channel == "email" or not address or "email" not in kind.channels:
            self._leave_to_a_person(conn, row, kind, rule, now)
            return None
        if rule.elsewhere_if_necessary and not kind.necessary:
            return None
        return self._by_email(conn, row, kind, address, now)

    def _by_email(
        self, conn: Connection, row: Any, kind: type[Notice], address: str, now: datetime
    ) -> int | None:
        return outbox.post(
            conn, self._texts, kind.from_fields(row.again["fields"]), to=address,
            channel="email", locale=row.locale, about=row.about,
            dedupe_key=f"{row.dedupe_key[:190]}:email", now=now, not_after=row.not_after,
            gate=row.gate, states_window=row.states_window, instead_of=row.id,
            policy=self._policy,
        )  # fmt: skip

    def _leave_to_a_person(
        self, conn: Connection, row: Any, kind: type[Notice] | None, rule: Rule, now: datetime
    ) -> None:
        if kind is not None and not (kind.necessary and (kind.urgent or not rule.task_if_urgent)):
            return
        how = "by e-mail" if row.channel == "email" else "by SMS"
        why = "they have stopped our SMS" if row.state == "suppressed" else f"reason {row.error}"
        unreachable(conn, about=row.about, notice=row.notice, why=f"{how}: {why}", now=now)


def unreachable(conn: Connection, *, about: str, notice: str, why: str, now: datetime) -> None:
    """Somebody has to call: no message reaches this person. One task for all news of one thing.

    `why` goes on after "could not be told": "by SMS: reason 30006", "there is no address".
    """
    said = notice.replace("_", " ")
    tasks.add(
        conn, kind="unreachable", about=about, dedupe_key=f"unreachable:{about}", now=now,
        text=f"Call them: “{said}” could not be told {why}. No other way is left.",
    )  # fmt: skip
