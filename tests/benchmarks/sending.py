"""The parts of the sending benchmarks: messages enqueued, sent by the product, and the ceiling.

    python -m tests.benchmarks.sending DATABASE SINK IN_FLIGHT
    python -m tests.benchmarks.sending MESSAGES SINK IN_FLIGHT

sends all that is due, or so many by the HTTP client alone, in a process of its own; says `ready`,
begins when it reads a line, and says as JSON how many calls it made, in how long, and by how much
its memory grew at the most.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import json
import os
import sys
import time
from datetime import UTC, datetime
from functools import cache, partial

import uvloop
from sqlalchemy import func, select

from delivery.assets import asset
from delivery.log import configure_logs
from delivery.notices import Delayed
from delivery.notices.samples import sample
from delivery.process import prepare_to_send
from delivery.store.engine import Database, engine_for
from notifications import outbox
from notifications.notice import Texts
from notifications.outbox import Post
from notifications.providers.twilio import Twilio
from notifications.sender import Sender
from notifications.tables import attempt, message
from notifications.twilio_http import TwilioHttp
from tests.benchmarks import measure
from tests.benchmarks.measure import Sample

ACCOUNT = "AC" + "0" * 32
TOKEN = "a token of the benchmark"
FROM = "+358401000000"
PUBLIC = "https://perille.example"
#: Messages enqueued in one transaction.
AT_ONCE = 1000
_keys = itertools.count()


@cache
def texts() -> Texts:
    return Texts(asset("templates/notices"))


@cache
def _delayed() -> Delayed:
    made = sample("delayed", "en")
    assert isinstance(made, Delayed)
    return made


def notice(number: int) -> Delayed:
    """A personal one: a name and a link of its own."""
    link = f"{PUBLIC}/my/{number:022}"
    return dataclasses.replace(_delayed(), given_name=f"Aino {number}", link=link)


def enqueued(database: Database, messages: int) -> Sample:
    """Rendered and written to the outbox, a thousand in a transaction."""
    began, cpu = time.perf_counter(), measure.own_cpu()
    for at in range(0, messages, AT_ONCE):
        now = datetime.now(UTC)
        posts = [
            Post(notice(each), f"+3584{each:08}", "en", f"B{each}", f"{next(_keys)}")
            for each in range(at, min(at + AT_ONCE, messages))
        ]
        with database.write() as conn:
            outbox.post_many(conn, texts(), posts, now=now)
    return Sample(messages, time.perf_counter() - began, measure.own_cpu() - cpu)


def sent(database: Database, sink: str, in_flight: int) -> Sample:
    """All that is due: claimed, sent through Twilio's library, and how it ended written down."""

    async def all_of_them() -> Sample:
        twilio = _twilio(sink, in_flight)
        sender = Sender(
            database, twilio, clock=lambda: datetime.now(UTC), name=f"bench {os.getpid()}",
            in_flight=in_flight,
        )  # fmt: skip
        began, cpu = time.perf_counter(), measure.own_cpu()
        calls = await sender.send_due()
        taken = Sample(calls, time.perf_counter() - began, measure.own_cpu() - cpu)
        await twilio.close()
        return taken

    return uvloop.run(all_of_them())


def checked(database: Database, messages: int) -> None:
    """Nothing was lost on the way, and nothing sent twice."""
    with database.read() as conn:
        states = conn.execute(select(message.c.state, func.count()).group_by(message.c.state)).all()
        ids = conn.execute(select(func.count(message.c.provider_id.distinct()))).scalar_one()
        accepted = attempt.c.outcome == "accepted"
        once = conn.execute(select(func.count()).where(accepted)).scalar_one()
        lost = conn.execute(
            select(func.count()).where(attempt.c.outcome.is_(None))
        ).scalar_one()  # fmt: skip
    assert [tuple(row) for row in states] == [("sent", messages)], states
    assert ids == once == messages, (ids, once)
    assert not lost


def ceiling(sink: str, messages: int, in_flight: int) -> Sample:
    """The HTTP client alone, with the same bodies: as many workers as calls may be out."""
    uri = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    headers = {
        "User-Agent": "twilio-python/9.13.0 (Linux x86_64) Python/3.11",
        "X-Twilio-Client": "python-9.13.0", "Accept-Charset": "utf-8",
        "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json",
    }  # fmt: skip
    body, numbers = texts().render(notice(1), "en"), iter(range(messages))

    async def worker(http: TwilioHttp) -> None:
        for number in numbers:
            answer = await http.request(
                "POST", uri, auth=(ACCOUNT, TOKEN), headers=headers,
                data={"To": f"+3584{number:08}", "From": FROM, "Body": body,
                      "StatusCallback": f"{PUBLIC}/sms/receipts/{number:032x}#rc=5&rp=all"},
            )  # fmt: skip
            assert answer.status_code == 201

    async def all_of_them() -> Sample:
        http = TwilioHttp(base_url=sink, in_flight=in_flight)
        began, cpu = time.perf_counter(), measure.own_cpu()
        await asyncio.gather(*(worker(http) for _ in range(in_flight)))
        taken = Sample(messages, time.perf_counter() - began, measure.own_cpu() - cpu)
        await http.close()
        return taken

    return uvloop.run(all_of_them())


def _twilio(sink: str, in_flight: int) -> Twilio:
    http = TwilioHttp(base_url=sink, in_flight=in_flight)
    return Twilio(
        account_sid=ACCOUNT, auth_token=TOKEN, public_url=PUBLIC, sender=FROM, http=http
    )  # fmt: skip


def main(what: str, sink: str, in_flight: str) -> None:
    configure_logs(open("/dev/null", "wb"))  # noqa: SIM115  for as long as we run
    work = partial(ceiling, sink, int(what), int(in_flight)) if what.isdigit() else None
    if work is None:
        database = Database(engine_for(what))
        with database.read() as conn:
            conn.execute(select(func.count()).select_from(message))
        work = partial(sent, database, sink, int(in_flight))
        _twilio(sink, 1)  # the library imports its parts when they are first asked for
    prepare_to_send()
    idle = measure.memory_mb()
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.time()
    taken = work()
    peak = measure.memory_mb("VmHWM")
    said = {"calls": taken.units, "began": began, "ended": began + taken.seconds,
            "cpu": taken.cpu_seconds, "memory_over_idle_mb": peak - idle}  # fmt: skip
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
