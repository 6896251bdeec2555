"""perille bench"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

BENCHMARKS = ("quote", "hold", "send")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")


def run(asked: argparse.Namespace) -> int:
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
