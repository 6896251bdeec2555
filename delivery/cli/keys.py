"""perille keys create|list|revoke"""

from __future__ import annotations

import argparse

from delivery.clock import system_clock
from delivery.settings import load_settings
from delivery.store import keys
from delivery.store.engine import Database, engine_for


def arguments(parser: argparse.ArgumentParser) -> None:
    doing = parser.add_subparsers(dest="doing", required=True)
    create = doing.add_parser("create", help="make a key; it is shown this once")
    create.add_argument("--scope", choices=("shop", "staff"), required=True)
    create.add_argument("--name", required=True, help="who will use it")
    doing.add_parser("list", help="the keys there are, without their secrets")
    doing.add_parser("revoke", help="a key stops working at once").add_argument("id")


def run(asked: argparse.Namespace) -> int:
    database, now = Database(engine_for(load_settings().database.url)), system_clock()
    with database.write() as conn:
        if asked.doing == "create":
            print(keys.create(conn, scope=asked.scope, name=asked.name, now=now))
        elif asked.doing == "list":
            for each in keys.every(conn):
                ended = f"revoked {each.revoked_at:%Y-%m-%d}" if each.revoked_at else "in use"
                print(f"{each.id}  {each.scope:5}  {ended:18}  {each.name}")
        elif not keys.revoke(conn, asked.id, now=now):
            print(f"There is no key {asked.id} in use.")
            return 1
    return 0
