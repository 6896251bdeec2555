"""Personal messages rendered, enqueued, claimed, sent over HTTP and recorded, against the ceiling
of the HTTP client alone.

    python -m tests.benchmarks.send [--messages N] [--rounds N] [--in-flight N] [--latency MS]
                                    [--two-processes] [--json FILE]

Both sides speak to the same sink in another process, with the same bodies and the same number of
calls out at once. The ceiling is our aiohttp client without a database and without the resource
classes of Twilio's library. `--latency` gives the sink's time to answer, and the goal is a share of
calls out at once divided by it; `--two-processes` lets one and two senders empty the same outbox.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping

from sqlalchemy import text

from delivery.log import configure_logs
from delivery.process import prepare_to_send
from delivery.store.engine import Database, engine_for
from tests.benchmarks import measure, sending
from tests.benchmarks.measure import Figures, Goal, Sample

KINDS = {"sqlite": 0.6, "postgresql": 0.5}
CEILING = "http client alone"


def main() -> int:
    parser = measure.arguments(__doc__ or "")
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--in-flight", type=int, default=256)
    parser.add_argument("--latency", type=int, default=0, metavar="MS")
    parser.add_argument("--two-processes", action="store_true")
    asked = parser.parse_args()
    configure_logs(open("/dev/null", "wb"))  # noqa: SIM115  for as long as we run
    prepare_to_send()
    latency = str(asked.latency)
    with (
        measure.two_servers() as servers,
        measure.started("tests.benchmarks.sink", latency) as (_, port),
    ):
        sink = f"http://127.0.0.1:{port}"
        if asked.two_processes:
            return _two_processes(servers, sink, asked)
        return _one_process(servers, sink, asked)


def _one_process(servers: Mapping[str, str], sink: str, asked: argparse.Namespace) -> int:
    taken: dict[str, list[Sample]] = {}
    for round_ in range(asked.rounds + 1):
        few = 500 if not round_ else asked.messages  # the first round only warms everything up
        made = {CEILING: sending.ceiling(sink, few, asked.in_flight)}
        for kind in sorted(KINDS, reverse=bool(round_ % 2)):
            made |= _of(kind, servers[kind], sink, few, asked.in_flight)
        for name, each in made.items() if round_ else ():
            taken.setdefault(name, []).append(each)
    figures = {name: measure.figures(each) for name, each in taken.items()}
    goals = _goals(figures, asked.in_flight, asked.latency)
    title = f"send: {asked.messages} messages, {asked.in_flight} calls out at once"
    return measure.report(
        f"{title}, answered in {asked.latency} ms", figures, goals, asked.json,
        messages=asked.messages, in_flight=asked.in_flight, latency_ms=asked.latency,
    )  # fmt: skip


def _of(kind: str, server: str, sink: str, messages: int, in_flight: int) -> dict[str, Sample]:
    with measure.fresh_database(kind, server) as database:
        enqueued = sending.enqueued(database, messages)
        sent = sending.sent(database, sink, in_flight)
        sending.checked(database, messages)
    cpu = enqueued.cpu_seconds + sent.cpu_seconds
    whole = Sample(messages, enqueued.seconds + sent.seconds, cpu)
    return {f"{kind}, all of it": whole, f"{kind}, sending alone": sent,
            f"{kind}, enqueueing alone": enqueued}  # fmt: skip


def _goals(figures: Mapping[str, Figures], in_flight: int, latency_ms: int) -> list[Goal]:
    if latency_ms:
        top, of = in_flight / (latency_ms / 1000), "of calls out at once / latency"
        return [
            Goal(f"{kind} {of}", figures[f"{kind}, sending alone"].per_second / top, 0.6)
            for kind in KINDS
        ]
    top = figures[CEILING].per_second
    return [
        Goal(f"{kind}, {what}, of the ceiling", figures[f"{kind}, {what}"].per_second / top, goal)
        for kind, goal in KINDS.items()
        for what in ("all of it", "sending alone")
    ]


def _two_processes(servers: Mapping[str, str], sink: str, asked: argparse.Namespace) -> int:
    taken: dict[str, list[Sample]] = {}
    grown = 0.0
    for _ in range(asked.rounds):
        for senders in (1, 2):
            # How much a second process can gain at all, on these cores and with this sink.
            what = str(asked.messages // senders)
            sample, _memory = _by([what] * senders, sink, asked.messages, asked.in_flight)
            taken.setdefault(f"{CEILING}, processes: {senders}", []).append(sample)
        for kind in KINDS:
            for senders in (1, 2):
                with measure.fresh_url(kind, servers[kind]) as url:
                    database = _filled(url, asked.messages)
                    sample, memory = _by([url] * senders, sink, asked.messages, asked.in_flight)
                    sending.checked(database, asked.messages)
                    database.close()
                taken.setdefault(f"{kind}, processes: {senders}", []).append(sample)
                grown = max(grown, memory)
    figures = {name: measure.figures(each) for name, each in taken.items()}
    gains = {
        name: figures[f"{name}, processes: 2"].per_second
        / figures[f"{name}, processes: 1"].per_second
        for name in (CEILING, *KINDS)
    }
    goals = [Goal(f"{kind}: two processes, one process", gains[kind], 1.4) for kind in KINDS]
    goals.append(Goal("MB over idle in one process", grown, 150, at_most=True))
    print(f"\n{CEILING} gains {gains[CEILING]:.2f} by a second process; of that we have",
          ", ".join(f"{gains[kind] / gains[CEILING]:.2f} ({kind})" for kind in KINDS))  # fmt: skip
    return measure.report(
        f"send: {asked.messages} messages by one and by two processes", figures, goals, asked.json,
        messages=asked.messages, in_flight=asked.in_flight, memory_over_idle_mb=grown, gains=gains,
    )  # fmt: skip


def _filled(url: str, messages: int) -> Database:
    database = Database(engine_for(url))
    sending.enqueued(database, messages)
    if database.name == "postgresql":  # as it is where a server has run for a while
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.execute(text("ANALYZE message"))
    return database


def _by(work: list[str], sink: str, messages: int, in_flight: int) -> tuple[Sample, float]:
    """Done by a process for each at once; and the most memory one of them took over idle."""
    command = [sys.executable, "-m", "tests.benchmarks.sending"]
    children = [
        subprocess.Popen(
            [*command, each, sink, str(in_flight)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for each in work
    ]  # fmt: skip
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "ready"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    said = [json.loads(child.communicate()[0]) for child in children]
    seconds = max(each["ended"] for each in said) - min(each["began"] for each in said)
    cpu = sum(each["cpu"] for each in said)
    return Sample(messages, seconds, cpu), max(each["memory_over_idle_mb"] for each in said)


if __name__ == "__main__":
    raise SystemExit(main())
