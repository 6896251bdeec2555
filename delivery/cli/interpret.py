"""perille interpret "huomenna illalla" """

from __future__ import annotations

import argparse
import json
from zoneinfo import ZoneInfo

from delivery.clock import system_clock
from delivery.rules.replies import understand


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text")
    parser.add_argument("--locale", default="en")
    parser.add_argument("--zone", default="Europe/Helsinki", help="where the customer lives")
    parser.add_argument(
        "--context", default="none", choices=("none", "menu", "confirm", "feedback")
    )


def run(asked: argparse.Namespace) -> None:
    now = system_clock().astimezone(ZoneInfo(asked.zone))
    meant = understand(asked.text, locale=asked.locale, now=now, context=asked.context, slots=())
    print(json.dumps(meant.as_json(), indent=2, ensure_ascii=False))
