"""Messages claimed, sent over HTTP and recorded, against the ceiling of the HTTP client alone.

    python -m tests.benchmarks.send [--messages N] [--rounds N] [--json FILE]

Both sides speak to the same sink in another process, with the same bodies and the same number of
calls out at once. The ceiling is our aiohttp client without a database and without the resource
classes of Twilio's library.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime

import uvloop
from sqlalchemy import func, insert, select

from delivery.log import configure_logs
from delivery.store.engine import Database
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
BODY = (
    "Hi Aino, we are about 90 min late. New time: today 19-21 (was 17-19). Sorry.\n"
    "Does not suit? Reply 1 tomorrow 17-19, 2 tomorrow 19-21, 3 Fri 8-10, or write in your own"
    " words.\nhttps://perille.example/my/0123456789abcdef\nMikko, Kaari"
)
IN_FLIGHT = 128


def _body(number: int) -> str:
    return f"{BODY} {number}"


def ceiling(sink: str, messages: int) -> Sample:
    """The HTTP client alone: as many workers as calls may be out."""
    uri = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    headers = {
        "User-Agent": "twilio-python/9.13.0 (Linux x86_64) Python/3.11",
        "X-Twilio-Client": "python-9.13.0", "Accept-Charset": "utf-8",
        "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json",
    }  # fmt: skip
    numbers = iter(range(messages))

    async def worker(http: TwilioHttp) -> None:
        for number in numbers:
            answer = await http.request(
                "POST", uri, auth=(ACCOUNT, TOKEN), headers=headers,
                data={"To": f"+3584012{number:05}", "From": FROM, "Body": _body(number),
                      "StatusCallback": f"{PUBLIC}/sms/receipts/{number:032x}#rc=5&rp=all"},
            )  # fmt: skip
            assert answer.status_code == 201

    async def all_of_them() -> Sample:
        http = TwilioHttp(base_url=sink, in_flight=IN_FLIGHT)
        began, cpu = time.perf_counter(), measure.own_cpu()
        await asyncio.gather(*(worker(http) for _ in range(IN_FLIGHT)))
        taken = Sample(messages, time.perf_counter() - began, measure.own_cpu() - cpu)
        await http.close()
        return taken

    return uvloop.run(all_of_them())


def sent(database: Database, sink: str, messages: int) -> Sample:
    """The product: outbox, sender, Twilio's library, the same client, and back."""
    _fill(database, messages)

    async def all_of_them() -> Sample:
        http = TwilioHttp(base_url=sink, in_flight=IN_FLIGHT)
        twilio = Twilio(
            account_sid=ACCOUNT, auth_token=TOKEN, public_url=PUBLIC, sender=FROM, http=http
        )
        sender = Sender(
            database, twilio, clock=lambda: datetime.now(UTC), name="bench", in_flight=IN_FLIGHT
        )
        began, cpu = time.perf_counter(), measure.own_cpu()
        assert await sender.send_due() == messages
        taken = Sample(messages, time.perf_counter() - began, measure.own_cpu() - cpu)
        await http.close()
        return taken

    taken = uvloop.run(all_of_them())
    _check(database)
    return taken


_keys = itertools.count()


def _fill(database: Database, messages: int) -> None:
    now = datetime.now(UTC)
    with database.write() as conn:
        conn.execute(
            insert(message),
            [{"notice": "delayed", "recipient": f"+3584012{each:05}", "locale": "en",
              "body": _body(each), "segments": 2, "about": f"B{each}",
              "dedupe_key": f"{next(_keys)}", "due_at": now, "created_at": now, "changed_at": now}
             for each in range(messages)],
        )  # fmt: skip


def _check(database: Database) -> None:
    """Nothing was lost on the way, and nothing sent twice."""
    with database.read() as conn:
        states = conn.execute(select(message.c.state, func.count()).group_by(message.c.state)).all()
        ids, all_ids = conn.execute(
            select(func.count(message.c.provider_id.distinct()), func.count())
        ).one()
        attempts = conn.execute(select(func.count(), func.count(attempt.c.outcome))).one()
    assert [row[0] for row in states] == ["sent"], states
    assert ids == all_ids == attempts[0] == attempts[1]


def main() -> int:
    parser = measure.arguments(__doc__ or "")
    parser.add_argument("--messages", type=int, default=3000)
    asked = parser.parse_args()
    configure_logs(open("/dev/null", "wb"))  # noqa: SIM115  for as long as we run
    with measure.two_servers() as servers, measure.started("tests.benchmarks.sink") as (_, port):
        sink = f"http://127.0.0.1:{port}"

        def of(kind: str) -> Callable[[], Sample]:
            def round_() -> Sample:
                with measure.fresh_database(kind, servers[kind]) as database:
                    return sent(database, sink, asked.messages)

            return round_

        figures = measure.interleaved(
            {"http client alone": lambda: ceiling(sink, asked.messages),
             "sqlite": of("sqlite"), "postgresql": of("postgresql")},
            asked.rounds,
        )  # fmt: skip
    top = figures["http client alone"].per_second
    goals = [
        measure.Goal("sqlite of the ceiling", figures["sqlite"].per_second / top, 0.45),
        measure.Goal("postgresql of the ceiling", figures["postgresql"].per_second / top, 0.25),
    ]
    return measure.report(
        f"send: {asked.messages} messages, {IN_FLIGHT} calls out at once", figures, goals,
        asked.json, messages=asked.messages, in_flight=IN_FLIGHT,
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
