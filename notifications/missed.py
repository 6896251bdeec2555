"""Replies the provider has and we have not: we were down, or what it posted was lost.

Each is kept as if it had just been posted, with the time at which it was written. In doubt about
the order of two words of one person, the stop stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, bindparam, select

from notifications.clocks import Clock
from notifications.consequences import SayElsewhere
from notifications.heard import keep_heard
from notifications.keywords import said_in
from notifications.providers.base import Hearing, LookupFailed, ReceivedReply
from notifications.tables import consent_log, reply
from notifications.transactions import Transactions

log = structlog.get_logger()

#: The provider dates a reply to the second, by its own clock.
_CLOCKS_DIFFER = timedelta(seconds=5)
_TURN_SECONDS = 120.0
_AT_ONCE = 500
_OPPOSITE = {"stop": "start", "start": "stop"}

_KNOWN = select(reply.c.provider_id).where(
    reply.c.provider_id.in_(bindparam("ids", expanding=True))
)
_SAID_SINCE = (
    select(reply.c.provider_id, reply.c.body, reply.c.received_at)
    .where(reply.c.sender == bindparam("number"), reply.c.received_at >= bindparam("since"))
    .order_by(reply.c.id.desc())
    .limit(200)
)
# Words that came as replies are compared as replies: the log has the time at which they came to us.
_LOGGED_SINCE = (
    select(consent_log.c.id)
    .where(
        consent_log.c.recipient == bindparam("number"), consent_log.c.source != "reply",
        consent_log.c.allowed == bindparam("allowed"), consent_log.c.at > bindparam("since"),
    )
    .limit(1)
)  # fmt: skip


def fetch_missed(
    transactions: Transactions,
    provider: Hearing,
    *,
    since: datetime,
    clock: Clock,
    fallback: SayElsewhere | None = None,
    on_reply: Callable[[], object] | None = None,
) -> int:
    """Keep what people wrote since then and we do not have; of how many we learn now.

    In the provider's order, one transaction each, as often as it pleases and by any number of
    processes at once: each reply has one effect. `since` lies well before the last time this was
    done, as lists lag behind. `on_reply` is called once there is something new. Blocks; runs a
    loop of its own. Raises `LookupFailed`.
    """
    listed = asyncio.run(_listed(provider, since))
    order = {each.provider_id: number for number, each in enumerate(listed)}
    known = _known(transactions, list(order))
    found = 0
    for each in listed:
        if each.provider_id not in known:
            with transactions.write() as conn:
                late = _Late(conn, each, order, clock())
                found += late.keep(fallback)
    if found:
        log.info("missed replies fetched", replies=found)
        if on_reply is not None:
            on_reply()
    return found


async def _listed(provider: Hearing, since: datetime) -> Sequence[ReceivedReply]:
    try:
        async with asyncio.timeout(_TURN_SECONDS):
            return await provider.inbound_since(since)
    except TimeoutError as error:
        raise LookupFailed("took too long") from error
    finally:
        # Connections belong to the loop, and this one ends now.
        await provider.close()


def _known(transactions: Transactions, ids: Sequence[str]) -> set[str]:
    known: set[str] = set()
    with transactions.read() as conn:
        for begin in range(0, len(ids), _AT_ONCE):
            some = list(ids[begin : begin + _AT_ONCE])
            known.update(conn.execute(_KNOWN, {"ids": some}).scalars())
    return known


@dataclass(frozen=True)
class _Late:
    """One reply that comes to us after others that were written later."""

    conn: Connection
    reply: ReceivedReply
    #: Where each stands in what the provider listed.
    order: Mapping[str, int]
    now: datetime

    def keep(self, fallback: SayElsewhere | None) -> bool:
        """Whether it was new."""
        overtaken = self._is_overtaken()
        if overtaken:
            log.info("a late word was overtaken")
        return keep_heard(
            self.conn, self.reply, now=self.now, fallback=fallback, overtaken=overtaken
        )

    def _is_overtaken(self) -> bool:
        word = said_in(self.reply.body).keyword
        opposite = _OPPOSITE.get(word or "")
        if opposite is None:
            return False
        # A stop gives way only to what certainly came later, a start to what may have.
        slack = _CLOCKS_DIFFER if word == "stop" else -_CLOCKS_DIFFER
        moment = (self.reply.received_at or self.now) + slack
        number = {"number": self.reply.sender}
        after = {"allowed": opposite == "start", "since": moment}
        if self.conn.execute(_LOGGED_SINCE, number | after).first() is not None:
            return True
        said = self.conn.execute(_SAID_SINCE, number | {"since": moment - 2 * _CLOCKS_DIFFER})
        return any(
            said_in(each.body).keyword == opposite
            and self._is_later(each.provider_id, each.received_at, moment)
            for each in said
        )

    def _is_later(self, provider_id: str, received_at: datetime, moment: datetime) -> bool:
        """By the provider's order where it lists both: its times are no finer than seconds."""
        place = self.order.get(provider_id)
        if place is None:
            return received_at > moment
        return place > self.order[self.reply.provider_id]
