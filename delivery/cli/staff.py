"""perille staff add"""

from __future__ import annotations

import argparse
import getpass
import sys

from delivery.clock import system_clock
from delivery.settings import load_settings
from delivery.store import staff
from delivery.store.engine import Database, engine_for

SHORTEST_PASSWORD = 10


def arguments(parser: argparse.ArgumentParser) -> None:
    doing = parser.add_subparsers(dest="doing", required=True)
    add = doing.add_parser("add", help="let somebody log in to /ops; the password is asked for")
    add.add_argument("--login", required=True)
    add.add_argument("--name", required=True, help="the name customers see under an answer")


def run(asked: argparse.Namespace) -> int:
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < SHORTEST_PASSWORD:
        print(f"A password needs {SHORTEST_PASSWORD} characters or more.")
        return 1
    with Database(engine_for(load_settings().database.url)).write() as conn:
        staff.add(conn, asked.login, asked.name, password, now=system_clock())
    print(f"{asked.name} can log in as {asked.login}.")
    return 0
