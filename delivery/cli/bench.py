"""perille bench"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

BENCHMARKS = ("quote", "country", "hold", "broadcast", "send", "peers", "paced", "slate", "wish")
#: These measure a table of yours, and nothing of this machine.
OF_TABLES = ("taste", "promise")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names", nargs="*", metavar="NAME",
        help=f"of: {', '.join(BENCHMARKS)}; or one of {', '.join(OF_TABLES)} and a FILE.csv",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--target", type=float, default=0.95, help="promise: share to be in time")


def run(asked: argparse.Namespace) -> int:
    if asked.names and asked.names[0] in OF_TABLES:
        return _of_table(asked)
    unknown = [name for name in asked.names if name not in BENCHMARKS]
    if unknown:
        print(f"There is no benchmark {unknown[0]}.", file=sys.stderr)
        return 2
    figures, failed = {}, []
    for name in asked.names or BENCHMARKS:
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder) / "figures.json"
            started = [sys.executable, "-m", f"tests.benchmarks.{name}", "--json", str(written)]
            if subprocess.run(started, check=False).returncode:
                failed.append(name)
            if written.exists():
                figures[name] = json.loads(written.read_text())
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 1 if failed else 0


def _of_table(asked: argparse.Namespace) -> int:
    name, *files = asked.names
    if len(files) != 1:
        print(f"perille bench {name} FILE.csv", file=sys.stderr)
        return 2
    measured = importlib.import_module(f"delivery.cli.bench_{name}")
    if name == "promise":
        return int(measured.main(Path(files[0]), target=asked.target))
    return int(measured.main(Path(files[0]), asked.json))
