"""One look at what is free: the only thing a quote asks of the database before it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from delivery.flows.finding import Search, zone_of_people
from delivery.flows.suggesting import may_suggest
from delivery.rules.facts import Facts
from delivery.store import habits, scarcity
from delivery.store.hot import HotConnection
from delivery.store.scarcity import Scarce

# A round may have begun while an hour in it has not.
_LONGEST_ROUND = timedelta(hours=24)


def look(conn: Connection, found: Search, slots: int) -> Facts:
    """The facts for one request. `slots` is the greatest slot id its plans were made from."""
    after = found.moment.now - _LONGEST_ROUND
    rows = scarcity.scarce(conn, found.zones, after, found.load) if found.zones else []
    known = habits.find(conn, _customers([found])) if may_suggest(found.ask) else {}
    return _facts(found, slots, rows, known)


def look_for_all(
    hot: HotConnection, name: str, searches: Sequence[Search], slots: int
) -> list[Facts]:
    """The facts for several requests, in one look. `name` is the database's."""
    zones = {zone for found in searches for zone in found.zones}
    earliest: datetime = min(found.moment.now for found in searches)
    load = max(found.load for found in searches)
    statement = (scarcity.LOADED if load else scarcity.PLACES)[name]
    asked = scarcity.asked(name, zones, earliest - _LONGEST_ROUND, load)
    scarce = hot.fetch(statement, asked) if zones else []
    customers = _customers(searches)
    learnt = hot.fetch(habits.HABITS[name], habits.asked(name, customers)) if customers else []
    rows = [Scarce(*row) for row in scarce]
    known = {customer: habits.known_of(each) for customer, each in learnt}
    return [_facts(found, slots, rows, known) for found in searches]


def _customers(searches: Sequence[Search]) -> set[str]:
    """Whose habits may be of use."""
    asks = [found.ask for found in searches]
    return {each.customer_id for each in asks if each.customer_id and may_suggest(each)}


def _facts(
    found: Search, slots: int, rows: Iterable[Scarce], known: Mapping[str, habits.Known]
) -> Facts:
    """Of the scarce places of many zones those that concern this request."""
    left: dict[int, int] = {}
    full: list[tuple[str, str]] = []
    for row in rows:
        if row.zone in found.points:
            if row.left(len(found.ask.parcels)) == 0:
                full.append((row.zone, _day(row.start_at, found)))
        elif row.zone in found.zones:
            left[row.id] = row.left(found.load)
    return Facts(slots, left, frozenset(full), known.get(found.ask.customer_id or ""))


def _day(start_at: Any, found: Search) -> str:
    return scarcity.day_of(start_at, zone_of_people(found.catalogue)).isoformat()
