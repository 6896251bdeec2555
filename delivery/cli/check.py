"""perille check"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

STEPS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy"],
    "imports": ["importlinter.cli"],
    "tests": ["pytest", "-n", "auto"],
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("steps", nargs="*", metavar="STEP", help=f"of: {', '.join(STEPS)}")


def run(asked: argparse.Namespace) -> int:
    failed = [name for name in asked.steps or STEPS if not _passes(name)]
    print(f"\nNot right: {', '.join(failed)}" if failed else "\nAll right.")
    return 1 if failed else 0


def _passes(name: str) -> bool:
    command, *rest = STEPS[name]
    began = time.monotonic()
    print(f"--- {name}", flush=True)
    if command == "importlinter.cli":
        started = [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as c; c()",
        ]
    else:
        started = [sys.executable, "-m", command, *rest]
    passed = subprocess.run(started, check=False).returncode == 0
    print(f"    {'right' if passed else 'WRONG'}, {time.monotonic() - began:.1f} s", flush=True)
    return passed
