"""Names in a catalogue's document that nothing has, and names that two have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from delivery.store.catalogue.prices import PricePart, unknown_names

Fault = tuple[str, str]


def name_faults(raw: Mapping[str, Any]) -> list[Fault]:
    """Every such name by its path. Takes any document, however wrong it is otherwise."""
    return [*_of_origins(raw), *_of_services(raw), *_of_points(raw)]


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = raw.get(name)
    return found if isinstance(found, Mapping) else {}


def _tables(raw: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((code, each) for code, each in _table(raw, name).items() if isinstance(each, Mapping))


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _unknown(path: str, name: Any, among: Mapping[str, Any]) -> Iterator[Fault]:
    if isinstance(name, str) and name not in among:
        yield path, f"{name!r} is not described"


def _of_origins(raw: Mapping[str, Any]) -> Iterator[Fault]:
    for code, origin in _tables(raw, "origins"):
        path = f"origins.{code}.calendar"
        yield from _unknown(path, origin.get("calendar"), _table(raw, "calendars"))


def _of_services(raw: Mapping[str, Any]) -> Iterator[Fault]:
    for code, service in _tables(raw, "services"):
        at = f"services.{code}"
        for key, table in (
            ("carrier", "carriers"), ("origin", "origins"), ("calendar", "calendars"),
        ):  # fmt: skip
            yield from _unknown(f"{at}.{key}", service.get(key), _table(raw, table))
        zones = _list(service.get("zones"))
        for number, zone in enumerate(zones):
            yield from _unknown(f"{at}.zones.{number}", zone, _table(raw, "zones"))
        origin = _table(_table(raw, "origins"), str(service.get("origin")))
        if service.get("promise") == "day" and not {"cut_off"} & {*service, *origin}:
            yield f"{at}.cut_off", "a service by day has one, or its origin does"
        yield from _of_price(f"{at}.price", service, zones)


def _of_price(at: str, service: Mapping[str, Any], zones: list[Any]) -> Iterator[Fault]:
    try:
        price = PricePart.model_validate(service.get("price"))
    except ValidationError:
        return  # said already, and by line
    widths = _table(_table(service, "rounds"), "capacity")
    wide = [int(each) for each in widths if each.isdigit()]
    for path, words in unknown_names(price, [str(zone) for zone in zones], wide or None):
        yield f"{at}.{path}", words


def _of_points(raw: Mapping[str, Any]) -> Iterator[Fault]:
    services = _table(raw, "services")
    seen: set[str] = set()
    for number, point in enumerate(_list(raw.get("points"))):
        if not isinstance(point, Mapping):
            continue
        at, its = f"points.{number}", point.get("service")
        yield from _unknown(f"{at}.service", its, services)
        service = services.get(its) if isinstance(its, str) else None
        kind = service.get("kind") if isinstance(service, Mapping) else None
        if kind == "to_door":
            yield f"{at}.service", f"{its!r} comes to the door; it has no points"
        # Two places of one kind and name would have the same title.
        for what in (f"id {point.get('id')}", f"{kind or its} {point.get('name')}"):
            if what in seen:
                yield at, f"{what} is there twice"
            seen.add(what)
