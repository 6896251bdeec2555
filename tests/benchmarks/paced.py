"""How well a pace is kept, and how soon an answer leaves while bulk waits at that pace.

    python -m tests.benchmarks.paced [--waiting N] [--json FILE]

Rates are told in segments a second, as calls begin. The answer is timed from its transaction's
end till its call begins; nothing wakes the sender, it looks by itself.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import ClassVar

import uvloop

from delivery.log import configure_logs
from delivery.notices import Delayed
from delivery.notices.samples import sample
from delivery.process import prepare_to_send
from delivery.store.engine import Database
from notifications import outbox
from notifications.channels import Channels, NamedSender
from notifications.outbox import Post
from notifications.providers.base import Accepted
from notifications.providers.console import Console
from notifications.sender import Sender
from notifications.text import segments
from tests.benchmarks import measure, sending
from tests.benchmarks.measure import Goal

#: Segments a second, and for how many seconds each is kept up.
RATES = {10: 10.0, 100: 8.0}
ANSWERS = 5
ANSWERED = "+358409999999"


class _Taking(Console):
    """Takes everything, and remembers when."""

    def __init__(self) -> None:
        super().__init__(lambda line: None)
        self.begun: list[tuple[float, str, int]] = []
        self.posted: list[float] = []

    async def send(self, to: str, body: str, **options: object) -> Accepted:  # type: ignore[override]
        self.begun.append((time.perf_counter(), to, segments(body).count))
        return await super().send(to, body, **options)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Bulk(Delayed):
    """To everybody: the last of the three lanes."""

    lane: ClassVar[int] = 2


def _wait(database: Database, messages: int) -> None:
    made = sample("delayed", "en")
    bulk = Bulk(**{each.name: getattr(made, each.name) for each in fields(made)})
    for at in range(0, messages, sending.AT_ONCE):
        now = datetime.now(UTC)
        posts = [
            Post(bulk, f"+3584{each:08}", "en", f"B{each}", f"bulk {each}")
            for each in range(at, min(at + sending.AT_ONCE, messages))
        ]
        with database.write() as conn:
            outbox.post_many(conn, sending.texts(), posts, now=now)


def _answer(database: Database, number: int) -> None:
    with database.write() as conn:
        outbox.post(
            conn, sending.texts(), sample("answer", "en"), to=ANSWERED, locale="en", about="B0",
            dedupe_key=f"answer {number}", now=datetime.now(UTC),
        )  # fmt: skip


async def _kept_up(database: Database, rate: float, seconds: float, answers: int) -> _Taking:
    """A sender at this rate for so long; `answers` are posted meanwhile, one after another."""
    taking, stop = _Taking(), asyncio.Event()
    sender = Sender(
        database, Channels([NamedSender(f"bench {rate}", "sms", taking)]),
        clock=lambda: datetime.now(UTC), name="paced", segments_per_second=rate,
    )  # fmt: skip
    running = asyncio.create_task(sender.run(stop))
    for number in range(answers):
        await asyncio.sleep(seconds / (answers + 1))
        await asyncio.to_thread(_answer, database, number)
        taking.posted.append(time.perf_counter())
    await asyncio.sleep(seconds / (answers + 1))
    stop.set()
    await running
    return taking


def _achieved(taking: _Taking) -> float:
    """Segments a second, from the first call's begin to the last one's."""
    first, last = taking.begun[0][0], taking.begun[-1][0]
    return sum(count for _, _, count in taking.begun[:-1]) / (last - first)


def _soonest(taking: _Taking) -> list[float]:
    left = [at for at, to, _ in taking.begun if to == ANSWERED]
    return [at - posted for at, posted in zip(left, taking.posted, strict=True)]


def main() -> int:
    parser = measure.arguments(__doc__ or "")
    parser.add_argument("--waiting", type=int, default=100_000)
    asked = parser.parse_args()
    configure_logs(open("/dev/null", "wb"))  # noqa: SIM115  for as long as we run
    prepare_to_send()
    goals: list[Goal] = []
    with measure.two_servers() as servers:
        for kind in servers:
            with measure.fresh_database(kind, servers[kind]) as database:
                _wait(database, asked.waiting)
                goals += _measured(kind, database)
    return measure.report(
        f"paced: {asked.waiting} messages wait", {}, goals, asked.json, waiting=asked.waiting
    )


def _measured(kind: str, database: Database) -> list[Goal]:
    goals = []
    for rate, seconds in RATES.items():
        answers = ANSWERS if rate == 10 else 0
        taking = uvloop.run(_kept_up(database, rate, seconds * (1 + answers / 2), answers))
        share = _achieved(taking) / rate
        goals.append(Goal(f"{kind}, {rate} segments/s: of the pace", share, 0.97))
        goals.append(Goal(f"{kind}, {rate} segments/s: never above", share, 1.0, at_most=True))
        if answers:
            slowest = max(_soonest(taking))
            goals.append(Goal(f"{kind}: seconds till an answer leaves", slowest, 2, at_most=True))
    return goals


if __name__ == "__main__":
    raise SystemExit(main())
