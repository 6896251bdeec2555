"""perille confirm-restore"""

from __future__ import annotations

import argparse
import getpass
from contextlib import closing

from delivery.clock import system_clock
from delivery.settings import load_settings
from delivery.store.engine import Database, engine_for
from notifications import identity, restored
from notifications.restored import Waiting

SEND, DROP = "send", "drop"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", default="", help="who decides; else your login here")
    parser.add_argument(
        "--waiting", choices=(SEND, DROP),
        help="what becomes of messages that wait; without it you are asked",
    )  # fmt: skip


def run(asked: argparse.Namespace) -> int:
    with closing(Database(engine_for(load_settings().database.url))) as database:
        return _confirm(database, asked)


def _confirm(database: Database, asked: argparse.Namespace) -> int:
    now = system_clock()
    with database.read() as conn:
        copied, waiting = identity.copy_of(conn), restored.waiting(conn, now)
    if copied is None:
        print("This is the database that sends. There is nothing to confirm.")
        return 0
    print(
        "This database is a copy or was restored. Its original was confirmed on"
        f" {copied.confirmed_at:%Y-%m-%d %H:%M} UTC by {copied.confirmed_by}, and may be sending."
    )
    print(_told(waiting))
    answer = asked.waiting or _ask()
    if answer not in (SEND, DROP):
        print("Nothing was changed, and nothing is sent.")
        return 1
    with database.write() as conn:
        dropped = restored.drop(conn, system_clock()) if answer == DROP else 0
        identity.confirm(conn, by=asked.by or getpass.getuser(), now=system_clock())
    print(f"From now on messages leave this database. {dropped} that waited will not.")
    return 0


def _told(waiting: Waiting) -> str:
    names = ", ".join(f"{count} {name}" for name, count in waiting.in_time.items()) or "none"
    last = f"{waiting.last:%Y-%m-%d %H:%M} UTC" if waiting.last else "never"
    return "\n".join([
        f"  last change of a message here: {last}; what was sent after that is not known here",
        f"  waiting and still of use: {sum(waiting.in_time.values())} ({names})",
        f"  waiting and too late, never sent: {waiting.too_late}",
        f"  nobody knows whether they were sent, the provider will be asked: {waiting.unsure}",
    ])  # fmt: skip


def _ask() -> str:
    print("Type `send` to send what waits, `drop` to send only what comes from now on;")
    try:
        return input("anything else changes nothing: ").strip().lower()
    except EOFError:
        return ""
