"""Real senders in processes of their own that die, or are stopped, at a step they are told of.

    python -m tests.notifications.crashing_sender [DATABASE PROVIDER OURS]

Everything is imported once; for each line of JSON on its input (`step`, `how`, `after`; `database`,
`provider`, `ours` where not given above; `lease` and `unsure` in seconds) it forks a sender, and
says how that one ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from delivery.log import configure_logs
from delivery.store.engine import Database, engine_for
from notifications.providers.twilio import Twilio
from notifications.sender import Sender
from notifications.twilio_http import TwilioHttp
from tests.notifications.numbers import ACCOUNT, FROM, TOKEN

LEASE = timedelta(seconds=1.2)
UNSURE = timedelta(seconds=0.6)


def say(what: str) -> None:
    sys.stdout.write(what + "\n")
    sys.stdout.flush()


def send(asked: dict[str, Any]) -> None:
    stopped = False

    def on_step(reached: str) -> None:
        nonlocal stopped
        if reached != asked["step"] or stopped:
            return
        if asked["how"] == "stop":
            stopped = True
            say(f"stopped {os.getpid()}")
            os.kill(os.getpid(), signal.SIGSTOP)
        elif asked["after"]:
            asyncio.get_running_loop().call_later(asked["after"], os._exit, 9)
        else:
            os.kill(os.getpid(), signal.SIGKILL)

    http = TwilioHttp(base_url=asked["provider"], timeout=5)
    twilio = Twilio(
        account_sid=ACCOUNT, auth_token=TOKEN, public_url=asked["ours"], sender=FROM, http=http
    )
    sender = Sender(
        Database(engine_for(asked["database"])), twilio, clock=lambda: datetime.now(UTC),
        name=f"crashing {os.getpid()}", lease_for=timedelta(seconds=asked["lease"]),
        unsure_for=timedelta(seconds=asked["unsure"]), in_flight=8, on_step=on_step,
    )  # fmt: skip
    asyncio.run(sender.send_due())
    os._exit(0)


def main(*where: str) -> None:
    known: dict[str, Any] = {"lease": LEASE.total_seconds(), "unsure": UNSURE.total_seconds()}
    known |= dict(zip(("database", "provider", "ours"), where, strict=bool(where)))
    configure_logs()  # its lines must not mingle with ours
    for line in sys.stdin:
        asked = known | json.loads(line)
        child = os.fork()
        if not child:
            send(asked)
        if asked["how"] == "kill":
            say(f"ended {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}")
    while True:  # those that were stopped and went on
        try:
            say(f"ended {os.waitstatus_to_exitcode(os.wait()[1])}")
        except ChildProcessError:
            return


if __name__ == "__main__":
    main(*sys.argv[1:4])
