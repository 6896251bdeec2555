"""Whether an audience speaks of what there is: a misspelt zone must not mean nobody, or all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from delivery.house import House
from delivery.rules.broadcasts import REACHED, Audience, covers, is_postcode_pattern
from delivery.rules.catalogue import Catalogue
from delivery.rules.refusals import NotValid
from delivery.store import broadcast_audiences

_SOME = 5


def check_audience(conn: Connection, house: House, audience: Audience) -> None:
    """Raises `NotValid` with a pointer: an audience of everybody, or a name nobody knows."""
    if audience.is_empty:
        raise NotValid("/audience", "Say whom: a day, a zone, a window, single orders.")
    catalogue = house.catalogues.current()
    services = catalogue.services
    _known("services", audience.services, {each.code for each in services})
    _known("carriers", audience.carriers, set(catalogue.carriers))
    _known("zones", audience.zones, zones_of(catalogue))
    _known("states", audience.states, set(REACHED))
    _postcodes(catalogue, audience.postcodes)
    _windows(conn, audience)
    unknown = broadcast_audiences.unknown_references(conn, audience.references)
    if unknown:
        place = audience.references.index(unknown[0])
        raise NotValid(
            f"/audience/references/{place}", f"No booking: {', '.join(unknown[:_SOME])}."
        )


def zones_of(catalogue: Catalogue) -> set[str]:
    """Zones of vans, and the points where parcels wait."""
    found: set[str] = set()
    for service in catalogue.services:
        found |= service.zones | {point.id for point in service.points}
    return found


def _known(name: str, asked: Sequence[str], known: Collection[str]) -> None:
    for place, each in enumerate(asked):
        if each not in known:
            some = ", ".join(sorted(known)[:_SOME])
            raise NotValid(
                f"/audience/{name}/{place}", f"There is none of this name. Some: {some}."
            )


def _postcodes(catalogue: Catalogue, asked: Sequence[str]) -> None:
    for place, each in enumerate(asked):
        if not is_postcode_pattern(each):
            raise NotValid(f"/audience/postcodes/{place}", "A postcode, or its beginning: 005*.")
        known = each in catalogue.postcodes or (
            each.endswith("*") and any(covers(each, code) for code in catalogue.postcodes)
        )
        if not known:
            raise NotValid(f"/audience/postcodes/{place}", "No postcode we know is like that.")


def _windows(conn: Connection, audience: Audience) -> None:
    for name, asked in (("slots", audience.slots), ("routes", audience.routes)):
        known = broadcast_audiences.windows_known(conn, asked) if asked else {}
        for place, each in enumerate(asked):
            if each not in known:
                raise NotValid(f"/audience/{name}/{place}", "There is no such window.")
            if name == "routes" and not known[each]:
                raise NotValid(f"/audience/routes/{place}", "This window lies within a round.")
