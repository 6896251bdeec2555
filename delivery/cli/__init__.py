"""The `perille` command. Each command imports what it needs, so that `--help` is quick."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

COMMANDS = {
    "dev": "everything at once: migrate, seed, serve, work, a telephone in the browser",
    "serve": "answer HTTP",
    "work": "do everything that happens by itself: send, answer, apply, release",
    "preflight": "what would keep messages from leaving: account, senders, address, clock, mail",
    "migrate": "bring the database to the tables of this version",
    "seed": "load the demo town",
    "catalogue": "your own carriers, zones, services, prices: load, show, diff",
    "confirm-restore": "let a restored or copied database send; says what waits, and asks",
    "keys": "create, list and revoke the keys of shops and staff",
    "staff": "let people log in to /ops",
    "notices": "compile the e-mails of the notices from their MJML",
    "interpret": "try what a customer's reply would mean",
    "examples": "replies that were misread: list what is proposed, export what is approved",
    "explain": "why these options and no others, now or for a quote that was given",
    "check": "format, lint, types, imports, tests: the same list as CI",
    "bench": "measure: quote, country, hold, send, slate; taste or promise on a table of yours",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    name, *rest = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name not in COMMANDS:
        return _explain(name)
    module = importlib.import_module(f"delivery.cli.{name.replace('-', '_')}")
    parser = argparse.ArgumentParser(prog=f"perille {name}", description=COMMANDS[name])
    module.arguments(parser)
    return int(module.run(parser.parse_args(rest)) or 0)


def _explain(name: str) -> int:
    asked_for_help = name in ("-h", "--help", "help")
    out = sys.stdout if asked_for_help else sys.stderr
    if not asked_for_help:
        print(f"There is no command {name}.", file=out)
    print("perille COMMAND, one of:", file=out)
    for known, meaning in COMMANDS.items():
        print(f"  {known:15} {meaning}", file=out)
    return 0 if asked_for_help else 2
