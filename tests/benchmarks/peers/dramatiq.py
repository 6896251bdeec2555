"""dramatiq on Redis: two processes of eight threads, Twilio's blocking client.

    python -m tests.benchmarks.peers.dramatiq SINK POSTGRES MESSAGES

The module itself is what dramatiq's workers import, with the addresses in the environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import dramatiq
import psycopg
from dramatiq.brokers.redis import RedisBroker

from tests.benchmarks.peers import common, redis_server

if "PEER_REDIS" in os.environ:
    dramatiq.set_broker(RedisBroker(url=os.environ["PEER_REDIS"]))

    @dramatiq.actor(max_retries=0)
    def send(number: int) -> None:
        common.send_blocking(number, threading.get_ident())


def _enqueue(messages: int) -> None:
    broker = RedisBroker(url=os.environ["PEER_REDIS"])
    dramatiq.set_broker(broker)
    actor = dramatiq.actor(lambda number: None, actor_name="send")
    for number in range(messages):
        actor.send(number)


def main() -> None:
    _, postgres, messages = common.arguments()
    with psycopg.connect(postgres, autocommit=True) as conn, redis_server.a_redis() as redis:
        conn.execute(common.TABLE)
        workers = subprocess.Popen(
            [sys.executable, "-m", "dramatiq", "tests.benchmarks.peers.dramatiq",
             "--processes", "2", "--threads", "8"],
            env={**os.environ, "PEER_REDIS": redis}, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(5)  # what it takes to start is not counted
        os.environ["PEER_REDIS"] = redis
        common.wait_for_go()
        _enqueue(messages)
        while common.count(conn) < messages:
            time.sleep(0.05)
        print("done", flush=True)
        workers.terminate()
        workers.wait()


if __name__ == "__main__":
    main()
