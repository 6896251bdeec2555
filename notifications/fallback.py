"""Saying the same over another channel when the first did not reach its reader, or a person's task
where there is no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

#: `fallback(conn, message_id, now)`: to be called in the transaction in which a message becomes
#: `failed` or `suppressed`, after its state and error stand. It looks for itself whether there is
#: anything to be done, and does it once, however often it is called.
#: The number of the message posted instead, or None.
SayElsewhere = Callable[[Connection, int, datetime], int | None]
