"""What is scarce, in one read: the windows and point days that a quote must look at.

Everything else has plenty, so the read costs what is nearly sold out, not what there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    any_,
    bindparam,
    column,
    func,
    literal_column,
    null,
    select,
)

from delivery.rules.candidates import FEW_PLACES
from delivery.store.tables import slot

__all__ = ["FEW_PLACES", "LOADED", "PLACES", "Scarce", "asked", "day_of", "gone", "scarce"]

_PLENTY = 1_000_000


class Scarce(NamedTuple):
    """A window or a point's day with few places, or with little of its load left."""

    id: int
    #: A zone of vans, or the id of a point.
    zone: str
    #: As the driver gives it; `day_of` reads it.
    start_at: Any
    #: Places left; below 0 where a newer catalogue lowered what there is.
    places: int
    #: Load units left; None where nothing limits them.
    units: int | None

    def left(self, load: int) -> int:
        """How many baskets of so many units still fit, 0 for none."""
        units = _PLENTY if self.units is None or load == 0 else self.units // load
        return max(0, min(self.places, units))


_SHOWN = (slot.c.id, slot.c.zone, slot.c.start_at, slot.c.capacity - slot.c.taken,
          slot.c.load_capacity - slot.c.load_taken)  # fmt: skip
# One text for any number of zones: it is compiled, and planned by the driver, once.
_ZONES: dict[str, ColumnElement[bool]] = {
    "sqlite": slot.c.zone.in_(
        select(column("value")).select_from(func.json_each(bindparam("zones", type_=String)))
    ),
    "postgresql": slot.c.zone == any_(bindparam("zones", type_=ARRAY(String))),
}


def _few(zones: ColumnElement[bool]) -> Select[Any]:
    return select(*_SHOWN).where(slot.c.scarce, zones, slot.c.start_at > bindparam("after"))


def _too_small(zones: ColumnElement[bool]) -> Select[Any]:
    # A basket of more than a quarter of a window's load may find too little of it in a window
    # that is not marked as scarce; no other basket may.
    return select(*_SHOWN).where(
        slot.c.load_capacity < 4 * bindparam("load", type_=Integer),
        slot.c.load_capacity.is_not(null()),
        zones,
        slot.c.start_at > bindparam("after"),
        ~slot.c.scarce,
        slot.c.load_capacity - slot.c.load_taken < bindparam("load", type_=Integer),
    )


#: By name of the database: for baskets without a load, binding what `asked` gives.
PLACES = {name: _few(zones) for name, zones in _ZONES.items()}
#: The same, where a basket has a load; binds `load` besides, of many requests the greatest.
LOADED = {name: _few(zones).union_all(_too_small(zones)) for name, zones in _ZONES.items()}
_GONE = {
    name: select(slot.c.id).where(
        zones, slot.c.start_at > bindparam("after"), slot.c.retired != literal_column("0")
    )
    for name, zones in _ZONES.items()
}


def scarce(conn: Connection, zones: Iterable[str], after: datetime, load: int = 0) -> list[Scarce]:
    """What is scarce in these zones and points from `after` on, for baskets of up to `load` units.

    What is not among them has more than `FEW_PLACES` places and room for such a basket.
    """
    name = conn.dialect.name
    statement = LOADED[name] if load else PLACES[name]
    return [Scarce(*row) for row in conn.execute(statement, asked(name, zones, after, load))]


def gone(conn: Connection, zones: Iterable[str], after: datetime) -> set[int]:
    """The slots in these zones that a newer catalogue closed: no quote may offer them any more."""
    name = conn.dialect.name
    return set(conn.execute(_GONE[name], asked(name, zones, after)).scalars())


def asked(name: str, zones: Iterable[str], after: datetime, load: int = 0) -> dict[str, Any]:
    """What the statements bind, for the database called `name`."""
    listed = sorted(set(zones))
    bound: dict[str, Any] = {"after": after}
    bound["zones"] = orjson.dumps(listed).decode() if name == "sqlite" else listed
    return bound | ({"load": load} if load else {})


def day_of(start_at: datetime | str, zone: ZoneInfo) -> date:
    """The day of a point that begins then, also as a driver of SQLite spells it."""
    known = datetime.fromisoformat(start_at) if isinstance(start_at, str) else start_at
    return (known if known.tzinfo else known.replace(tzinfo=UTC)).astimezone(zone).date()
