"""procrastinate on PostgreSQL with Twilio's asynchronous client."""

from __future__ import annotations

import asyncio

from procrastinate import App, PsycopgConnector
from psycopg_pool import AsyncConnectionPool

from tests.benchmarks.peers import common

AT_ONCE = 32


async def main() -> None:
    _, postgres, messages = common.arguments()
    app = App(connector=PsycopgConnector(conninfo=postgres, min_size=4, max_size=20))
    client = common.async_client()
    async with (
        app.open_async(),
        AsyncConnectionPool(postgres, min_size=4, max_size=20, kwargs={"autocommit": True}) as pool,
    ):
        await app.schema_manager.apply_schema_async()
        async with pool.connection() as conn:
            await conn.execute(common.TABLE)

        @app.task(name="send")
        async def send(number: int) -> None:
            made = await client.messages.create_async(
                to=common.to(number), from_=common.FROM, body=common.words(number)
            )
            async with pool.connection() as conn:
                await conn.execute(common.KEEP, (number, made.sid))

        common.wait_for_go()
        for at in range(0, messages, 1000):
            some = [{"number": each} for each in range(at, min(at + 1000, messages))]
            await send.batch_defer_async(*some)
        await app.run_worker_async(
            wait=False, concurrency=AT_ONCE, install_signal_handlers=False, listen_notify=False
        )
        await client.http_client.session.close()
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
