"""perille preflight"""

from __future__ import annotations

import argparse
import asyncio

from delivery.clock import system_clock
from delivery.preflight import look
from delivery.settings import load_settings


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(asked: argparse.Namespace) -> int:
    del asked
    found = asyncio.run(look(load_settings(), system_clock))
    for each in found:
        print(f"{'ok   ' if each.is_well else 'WRONG'}  {each.what}: {each.words}")
    if not found:
        print("Everything is printed here; nothing leaves, so nothing was looked at.")
    return 0 if all(each.is_well for each in found) else 1
