"""celery on Redis: two prefork processes, Twilio's blocking client.

python -m tests.benchmarks.peers.celery SINK POSTGRES MESSAGES
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import psycopg
from celery import Celery

from tests.benchmarks.peers import common, redis_server

app = Celery("peers", broker=os.environ.get("PEER_REDIS"))
app.conf.task_ignore_result = True


@app.task(name="send")
def send(number: int) -> None:
    common.send_blocking(number, threading.get_ident())


def main() -> None:
    _, postgres, messages = common.arguments()
    with psycopg.connect(postgres, autocommit=True) as conn, redis_server.a_redis() as redis:
        conn.execute(common.TABLE)
        workers = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "tests.benchmarks.peers.celery", "worker",
             "--pool", "prefork", "--concurrency", "2", "--loglevel", "ERROR"],
            env={**os.environ, "PEER_REDIS": redis},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(6)  # what it takes to start is not counted
        app.conf.broker_url = redis
        common.wait_for_go()
        for number in range(messages):
            send.delay(number)
        while common.count(conn) < messages:
            time.sleep(0.05)
        print("done", flush=True)
        workers.terminate()
        workers.wait()


if __name__ == "__main__":
    main()
