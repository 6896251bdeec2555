"""A real sender with a pace, in a process of its own.

python -m tests.notifications.paced_sender DATABASE PROVIDER OURS SEGMENTS_PER_SECOND PACE
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta

from delivery.log import configure_logs
from delivery.store.engine import Database, engine_for
from notifications.channels import Channels, NamedSender
from notifications.providers.twilio import Twilio
from notifications.sender import Sender
from notifications.twilio_http import TwilioHttp
from tests.notifications.numbers import ACCOUNT, FROM, TOKEN


async def send(database: str, provider: str, ours: str, per_second: str, pace: str) -> None:
    http = TwilioHttp(base_url=provider, timeout=5)
    twilio = Twilio(
        account_sid=ACCOUNT, auth_token=TOKEN, public_url=ours, sender=FROM, http=http
    )  # fmt: skip
    sender = Sender(
        Database(engine_for(database)), Channels([NamedSender(pace, "sms", twilio)]),
        clock=lambda: datetime.now(UTC),
        name=f"paced {os.getpid()}", segments_per_second=float(per_second),
        poll_for=timedelta(seconds=0.1),
    )  # fmt: skip
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, stop.set)  # closed: stop
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await sender.run(stop)
    await twilio.close()


if __name__ == "__main__":
    configure_logs(sys.stderr.buffer)
    asyncio.run(send(*sys.argv[1:6]))
