"""pgqueuer on PostgreSQL with Twilio's asynchronous client."""

from __future__ import annotations

import asyncio

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgPoolDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode

from tests.benchmarks.peers import common

AT_ONCE = 100


async def main() -> None:
    _, postgres, messages = common.arguments()
    async with asyncpg.create_pool(postgres, min_size=4, max_size=20) as pool:
        driver = AsyncpgPoolDriver(pool)
        await Queries(driver).install()
        await pool.execute(common.TABLE)
        client = common.async_client()
        queuer = PgQueuer(driver)

        @queuer.entrypoint("send", concurrency_limit=AT_ONCE)
        async def send(job: Job) -> None:
            number = int(job.payload or b"0")
            made = await client.messages.create_async(
                to=common.to(number), from_=common.FROM, body=common.words(number)
            )
            await pool.execute("INSERT INTO sent (number, sid) VALUES ($1, $2)", number, made.sid)

        common.wait_for_go()
        for at in range(0, messages, 1000):
            some = [str(each).encode() for each in range(at, min(at + 1000, messages))]
            await Queries(driver).enqueue(["send"] * len(some), list(some), [0] * len(some))
        await queuer.run(batch_size=AT_ONCE // 2, mode=QueueExecutionMode.drain)
        await client.http_client.session.close()
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
