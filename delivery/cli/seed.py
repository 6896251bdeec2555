"""perille seed"""

from __future__ import annotations

import argparse

from delivery.clock import system_clock
from delivery.settings import load_settings
from delivery.store.engine import Database, engine_for
from delivery.store.seeds import seed


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(asked: argparse.Namespace) -> None:
    del asked
    seed(Database(engine_for(load_settings().database.url)), now=system_clock())
    print("The demo town stands, with slots 14 days ahead.")
