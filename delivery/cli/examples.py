"""perille examples list|export"""

from __future__ import annotations

import argparse
import sys
from contextlib import closing

from delivery.flows import correcting
from delivery.settings import load_settings
from delivery.store.engine import Database, engine_for


def arguments(parser: argparse.ArgumentParser) -> None:
    doing = parser.add_subparsers(dest="doing", required=True)
    doing.add_parser("list", help="those that wait for a decision: what was meant, what is read")
    doing.add_parser(
        "export", help="the approved ones, a line of JSON each, for tests/data/replies"
    )


def run(asked: argparse.Namespace) -> int:
    opened = closing(Database(engine_for(load_settings().database.url)))
    with opened as database, database.read() as conn:
        if asked.doing == "export":
            sys.stdout.write(correcting.export(conn))
            return 0
        for each in correcting.proposed(conn):
            print(_shown(each))
    return 0


def _shown(one: correcting.Compared) -> str:
    said = " ".join(one.example.text.split())
    return (
        f"{one.example.id}  {said}\n"
        f"    meant  {correcting.meaning_in_words(one.example.meant)}\n"
        f"    read   {correcting.meaning_in_words(one.read)}"
        f"  ({'misread: ' + ', '.join(one.missed) if one.missed else 'right today'})"
    )
