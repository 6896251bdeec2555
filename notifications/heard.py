"""A reply is kept once, and a word about being texted takes effect with it: posted or fetched."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from notifications import consent, inbox
from notifications.consequences import SayElsewhere
from notifications.keywords import Said, said_in
from notifications.providers.base import ReceivedReply


def keep_heard(
    conn: Connection,
    reply: ReceivedReply,
    *,
    now: datetime,
    fallback: SayElsewhere | None = None,
    overtaken: bool = False,
) -> bool:
    """Keep it, once; False when it was kept before, and then nothing is changed.

    A word about being texted at all takes effect in this transaction, unless it is `overtaken`:
    the same person has said the opposite since.
    """
    said = _settled_here(conn, reply)
    new = inbox.keep_reply(
        conn, provider_id=reply.provider_id, sender=reply.sender, recipient=reply.recipient,
        body=reply.body, media=reply.media, now=now,
        # Their clock may be ahead of ours: nothing comes from the future.
        received_at=min(reply.received_at or now, now),
        # What else they say with a stop is read by somebody.
        state=inbox.KEYWORD if said.keyword and said.alone else inbox.WAITING,
    )  # fmt: skip
    if not new or overtaken:
        return new
    if said.keyword == "stop":
        consent.opt_out(
            conn, reply.sender, source="reply", words=reply.body, now=now, fallback=fallback
        )
    if said.keyword == "start":
        consent.opt_in(conn, reply.sender, source="reply", words=reply.body, now=now)
    return True


def _settled_here(conn: Connection, reply: ReceivedReply) -> Said:
    said = said_in(reply.body)
    # Who has not stopped and writes "yes" is answering a question of ours.
    if said.keyword == "start" and not consent.has_stopped(conn, reply.sender):
        return Said(None)
    return said
