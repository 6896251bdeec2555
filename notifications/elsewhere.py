"""What may be said over another channel is handed in as a function: this is its shape."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

#: Says the same over another channel: connection, number of the message that failed, now. Called
#: in the transaction in which it failed or was suppressed; the number of the new message, or None.
SayElsewhere = Callable[[Connection, int, datetime], int | None]
