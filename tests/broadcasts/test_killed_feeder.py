"""The feeder is killed at every commit: nobody is missed, nobody is written to twice.

A twin that marks its recipients in a commit of its own is killed at the same commits, and doubles.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select

from delivery.flows import broadcasts as flow
from delivery.flows.broadcasts import BroadcastAsk
from delivery.house import House
from delivery.rules.broadcasts import Audience
from delivery.store import broadcast_audit, broadcasts
from delivery.store.tables import promise
from notifications.tables import message
from tests.crowds import a_crowd
from tests.ready import Ready
from tests.times import NOW

PEOPLE = 34
#: The first is that which begins it; then one for each batch.
DEATHS = [(commit, before) for commit in (1, 2, 3) for before in (True, False)]


def run(process: Ready, house: House, **asked: Any) -> int:
    """One feeder; how it ended."""
    url = house.database.engine.url.render_as_string(hide_password=False)
    process.tell(json.dumps({"database": url, "before": False} | asked))
    word, ended = process.hear().split()
    assert word == "ended"
    return int(ended)


def killed_again_and_again(
    house: House, notice: str, fields: dict[str, Any], *, twin: bool
) -> tuple[str, list[str]]:
    """Feed one broadcast so; its id and its people."""
    people = a_crowd(house, PEOPLE, now=NOW)
    ask = BroadcastAsk(Audience(carriers=("own_van",)), notice, fields, "test")
    with house.database.write() as conn:
        made = flow.make(conn, house, ask, dry_run=False, now=NOW)
    with Ready("tests.broadcasts.dying_feeder") as process:
        for commit, before in DEATHS:
            assert run(process, house, commit=commit, before=before, twin=twin) == -9
        assert run(process, house, commit=0, twin=twin) == 0
    return made.id, people


def told(house: House) -> Counter[str]:
    with house.database.read() as conn:
        return Counter(conn.scalars(select(message.c.about)))


NEWS = ("delayed", {"minutes": 90})
# Without a promise that is moved: that alone would keep the twin from telling it twice.
THANKS: tuple[str, dict[str, Any]] = ("thank_you", {})


@pytest.mark.parametrize("saying", [NEWS, THANKS], ids=["news", "thanks"])
def test_killed_at_any_commit_each_recipient_is_written_to_once(
    house: House, saying: tuple[str, dict[str, Any]]
) -> None:
    made, people = killed_again_and_again(house, *saying, twin=False)
    assert told(house) == Counter(people)
    with house.database.read() as conn:
        assert broadcast_audit.missing(conn, broadcasts.get(conn, made)) == []
        promises = conn.scalar(select(func.count()).select_from(promise))
    assert promises == len(people) * (2 if saying == NEWS else 1)


def test_a_twin_that_marks_later_doubles(house: House) -> None:
    made, people = killed_again_and_again(house, *THANKS, twin=True)
    assert max(told(house).values()) > 1
    assert set(told(house)) == set(people)
    with house.database.read() as conn:
        assert broadcast_audit.missing(conn, broadcasts.get(conn, made))
