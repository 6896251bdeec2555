"""perille migrate"""

from __future__ import annotations

import argparse

from delivery.settings import load_settings
from delivery.store.engine import Database, engine_for
from delivery.store.migrate import head, migrate


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(asked: argparse.Namespace) -> None:
    del asked
    database = Database(engine_for(load_settings().database.url))
    migrate(database)
    print(f"The database has the tables of version {head()}.")
