"""The long one: at least fifty kills under load on each database, nothing lost, nothing halved."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from functools import partial

from delivery.store.engine import Database, engine_for
from tests.invariants.killing import Acknowledged, kill_again_and_again, violations
from tests.invariants.shop_servers import running_servers
from tests.shopping import a_quote, van_times

KILLS = 50
#: Seconds a server lives: long enough to be in the middle of something.
LIVES = (0.5, 5.0)


def _nothing_wrong(database: Database, said: Acknowledged) -> None:
    assert violations(database, said) == []


def test_fifty_kills(database_url: str) -> None:
    said = Acknowledged()
    began = time.monotonic()
    with running_servers(database_url, 1) as [server]:
        with server.api() as api:
            quote = a_quote(api)["id"]
            options = [each["id"] for each in van_times(api, quote)[:60]]
        with closing(Database(engine_for(database_url))) as database:
            check = partial(_nothing_wrong, database, said)
            kill_again_and_again(
                server, said, quote, options, kills=KILLS, check=check, lives=LIVES
            )
    sys.stderr.write(
        f"\n{database.name}: {KILLS} kills, {said.operations} acknowledged operations,"
        f" {said.unknown} unknown, {time.monotonic() - began:.0f} s, 0 violations\n"
    )
    assert said.operations > 5 * KILLS
