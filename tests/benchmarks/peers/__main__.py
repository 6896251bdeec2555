"""Sending, against what a user would pick instead, each with `twilio` as its documentation shows.

    python -m tests.benchmarks.peers [--messages N] [--rounds N] [--json FILE]

One after another in the same run, to the same sink. From the first message enqueued until the last
one has been sent and is kept; starting up is not counted. The texts are rendered when messages are
made, by the same templates. The peers' packages are the extra `peers`; dramatiq and celery need a
`redis-server`, and are left out where there is none.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time

import psycopg

from delivery.log import configure_logs
from delivery.process import prepare_to_send
from tests.benchmarks import measure, sending
from tests.benchmarks.measure import Goal, Sample
from tests.benchmarks.peers import redis_server
from tests.postgres import drop_database, make_database

#: How many times as fast we mean to be, on PostgreSQL.
GOALS = {"pgqueuer": 2.0, "dramatiq": 4.0, "celery": 5.0, "procrastinate": 6.0}
_WITH_REDIS = ("dramatiq", "celery")
IN_FLIGHT = 256
OURS = "we, on PostgreSQL"


def main() -> int:
    parser = measure.arguments(__doc__ or "")
    parser.add_argument("--messages", type=int, default=2000)
    asked = parser.parse_args()
    configure_logs(open("/dev/null", "wb"))  # noqa: SIM115  for as long as we run
    prepare_to_send()
    peers = [name for name in GOALS if _is_here(name)]
    taken: dict[str, list[Sample]] = {}
    with measure.two_servers() as servers, measure.started("tests.benchmarks.sink") as (_, port):
        server, sink = servers["postgresql"], f"http://127.0.0.1:{port}"
        _ours(server, sink, 500)
        for _ in range(asked.rounds):
            taken.setdefault(OURS, []).append(_ours(server, sink, asked.messages))
            for name in peers:
                taken.setdefault(name, []).append(_peer(name, server, sink, asked.messages))
    figures = {name: measure.figures(each) for name, each in taken.items()}
    ours = figures[OURS].per_second
    goals = [
        Goal(f"as fast as {name}, times", ours / figures[name].per_second, GOALS[name])
        for name in peers
    ]
    return measure.report(
        f"peers: {asked.messages} messages, answered at once", figures, goals, asked.json,
        messages=asked.messages, left_out=[name for name in GOALS if name not in peers],
    )  # fmt: skip


def _is_here(name: str) -> bool:
    if importlib.util.find_spec(name) is None:
        print(f"{name} is left out: it is not installed (the extra `peers`).")
        return False
    if name in _WITH_REDIS and not redis_server.installed():
        print(f"{name} is left out: there is no redis-server.")
        return False
    return True


def _ours(server: str, sink: str, messages: int) -> Sample:
    with measure.fresh_database("postgresql", server) as database:
        enqueued = sending.enqueued(database, messages)
        sent = sending.sent(database, sink, IN_FLIGHT)
        sending.checked(database, messages)
    cpu = enqueued.cpu_seconds + sent.cpu_seconds
    return Sample(messages, enqueued.seconds + sent.seconds, cpu)


def _peer(name: str, server: str, sink: str, messages: int) -> Sample:
    database = f"peer_{name}_{time.monotonic_ns()}"
    url = make_database(server, database).replace("+psycopg", "")
    child = subprocess.Popen(
        [sys.executable, "-m", f"tests.benchmarks.peers.{name}", sink, url, str(messages)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "ready", name
    began = time.perf_counter()
    child.stdin.write("go\n")
    child.stdin.flush()
    assert child.stdout.readline().strip() == "done", name
    seconds = time.perf_counter() - began
    child.communicate(timeout=60)
    with psycopg.connect(url) as conn:
        sent = conn.execute("SELECT count(*), count(DISTINCT sid) FROM sent").fetchone()
    assert sent == (messages, messages), (name, sent)
    drop_database(server, database)
    return Sample(messages, seconds, 0.0)  # their CPU is that of several programs


if __name__ == "__main__":
    raise SystemExit(main())
