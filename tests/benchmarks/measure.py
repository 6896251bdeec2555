"""What the benchmarks share: interleaved rounds, medians, CPU time, two databases, a report."""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from delivery.store.engine import Database, engine_for
from delivery.store.migrate import migrate
from tests.postgres import a_postgres, drop_database, make_database

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Sample:
    """One round of one side: how much was done, in how long, at what cost."""

    units: int
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class Figures:
    """Medians over the rounds of one side."""

    per_second: float
    cpu_us: float
    slowest: float
    fastest: float
    rounds: int


def interleaved(
    sides: Mapping[str, Callable[[], Sample]], rounds: int, *, warm: bool = True
) -> dict[str, Figures]:
    """Every side once a round, each round beginning with another, so that noise hits all alike."""
    names = list(sides)
    if warm:
        for name in names:
            sides[name]()
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    for number in range(rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            samples[name].append(sides[name]())
    return {name: _figures(taken) for name, taken in samples.items()}


def _figures(taken: list[Sample]) -> Figures:
    rates = [each.units / each.seconds for each in taken]
    costs = [each.cpu_seconds / each.units * 1e6 for each in taken]
    return Figures(
        statistics.median(rates), statistics.median(costs), min(rates), max(rates), len(taken)
    )


def own_cpu() -> float:
    """CPU seconds of this process so far, all its threads, in user and kernel."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def cpu_of(pid: int) -> float:
    """CPU seconds of another process so far, its ended children included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(each) for each in fields[11:15]) / _TICK


@contextmanager
def started(module: str, *arguments: str) -> Iterator[tuple[int, str]]:
    """Run a module in a process of its own; its pid and the first line it prints."""
    command = [sys.executable, "-m", module, *arguments]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        said = child.stdout.readline().strip()
        assert said, f"{module} ended before it said anything"
        yield child.pid, said
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def two_servers(*, durable: bool = True) -> Iterator[dict[str, str]]:
    """`sqlite` (a folder) and `postgresql` (a server that keeps what it acknowledged)."""
    with (
        tempfile.TemporaryDirectory(prefix="perille-bench-") as folder,
        a_postgres(durable=durable) as server,
    ):
        yield {"sqlite": folder, "postgresql": server}


@contextmanager
def fresh_url(kind: str, where: str) -> Iterator[str]:
    """A new database as an installation has it, without rows, on one of `two_servers`."""
    name = f"bench_{uuid.uuid4().hex[:12]}"
    url = f"sqlite:///{where}/{name}.db" if kind == "sqlite" else make_database(where, name)
    database = Database(engine_for(url))
    migrate(database)
    database.close()
    try:
        yield url
    finally:
        if kind == "postgresql":
            drop_database(where, name)


@contextmanager
def fresh_database(kind: str, where: str) -> Iterator[Database]:
    with fresh_url(kind, where) as url:
        database = Database(engine_for(url))
        yield database
        database.close()


def arguments(about: str) -> argparse.ArgumentParser:
    """A parser that knows --rounds and --json, as every benchmark does."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser


@dataclass(frozen=True)
class Goal:
    """A ratio and what it must be: `at least` or `at most` the target."""

    name: str
    ratio: float
    target: float
    at_most: bool = False

    @property
    def reached(self) -> bool:
        return self.ratio <= self.target if self.at_most else self.ratio >= self.target


def report(
    title: str,
    figures: Mapping[str, Figures],
    goals: list[Goal],
    file: Path | None = None,
    **more: Any,
) -> int:
    """Print a table, write the JSON; 0 when every goal is reached, else 1."""
    print(f"\n{title}")
    print(f"  {'':<28}{'per second':>12}{'[slowest':>12}{'fastest]':>12}{'CPU us each':>14}")
    for name, each in figures.items():
        print(f"  {name:<28}{each.per_second:>12,.0f}{each.slowest:>12,.0f}{each.fastest:>12,.0f}"
              f"{each.cpu_us:>14,.0f}")  # fmt: skip
    for goal in goals:
        sign, word = ("<=" if goal.at_most else ">="), ("reached" if goal.reached else "MISSED")
        print(f"  {goal.name}: {goal.ratio:.2f} (goal {sign} {goal.target:g}) {word}")
    if file is not None:
        written = {
            "figures": {name: asdict(each) for name, each in figures.items()},
            "goals": [asdict(goal) | {"reached": goal.reached} for goal in goals],
            **more,
        }
        file.write_text(json.dumps(written, indent=2) + "\n")
    return 0 if all(goal.reached for goal in goals) else 1


def memory_mb(of: str = "VmRSS") -> float:
    """This process's memory now; of="VmHWM": the most it has had."""
    lines = Path("/proc/self/status").read_text().splitlines()
    said = next(line for line in lines if line.startswith(f"{of}:"))
    return int(said.split()[1]) * 1024 / 1e6


def figures(taken: list[Sample]) -> Figures:
    """Medians over these rounds."""
    return _figures(taken)
