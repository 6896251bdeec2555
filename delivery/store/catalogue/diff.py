"""What is different between two versions of a catalogue, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from delivery.store.catalogue.parts import HEAD, POINTS, TABLES, Parts, service_of

_NOTHING: Any = object()
#: What names an element of a list of tables, where there is such a thing.
_NAMES = ("code", "id")
_LONG = 6


class Change(NamedTuple):
    """One thing of the catalogue that was `added`, `removed` or `changed`."""

    what: str
    path: str
    #: Path within the thing, before and after, of each field that changed.
    fields: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        sign = {"added": "+", "removed": "-", "changed": "~"}[self.what]
        lines = [f"{sign} {self.path}"]
        lines += [f"    {path}: {old} → {new}" for path, old, new in self.fields]
        return "\n".join(lines)


def changes(old: Parts, new: Parts) -> list[Change]:
    """All that is different, in the order of the document. Empty when they say the same."""
    differing = [
        name
        for name in dict.fromkeys((*old, *new))
        if name not in old or name not in new or old[name].digest != new[name].digest
    ]
    before, after = _things(old, differing), _things(new, differing)
    found = [
        change
        for path in dict.fromkeys((*before, *after))
        if (change := _change(path, before.get(path, _NOTHING), after.get(path, _NOTHING)))
    ]
    return [*found, *_reordered(old, new)]


def _things(parts: Parts, names: list[str]) -> dict[str, Any]:
    """What these parts say, by path in the document; points one by one."""
    found: dict[str, Any] = {}
    for each in (parts[name] for name in names if name in parts):
        if each.kind == POINTS:
            service = service_of(each.code)
            found |= {
                f"{POINTS}.{point['id']}": {**point, "service": service} for point in each.body
            }
        else:
            found[HEAD if each.kind == HEAD else f"{TABLES[each.kind]}.{each.code}"] = each.body
    return found


def _change(path: str, old: Any, new: Any) -> Change | None:
    if old is _NOTHING or new is _NOTHING:
        return Change("added" if old is _NOTHING else "removed", path)
    fields = tuple(_fields("", old, new))
    return Change("changed", path, fields) if fields else None


def _fields(path: str, old: Any, new: Any) -> Iterator[tuple[str, str, str]]:
    """Each field that differs; of tables and lists of tables only what differs in them."""
    if old == new:
        return
    olds, news = _by_name(old), _by_name(new)
    if olds is None or news is None:
        yield path, *_shown(old, new)
        return
    found = [
        field
        for key in dict.fromkeys((*olds, *news))
        for field in _fields(
            f"{path}.{key}" if path else key, olds.get(key, _NOTHING), news.get(key, _NOTHING)
        )
    ]
    # The same elements in another order.
    yield from found or [(path, ", ".join(olds), ", ".join(news))]


def _by_name(value: Any) -> Mapping[str, Any] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list) and all(isinstance(each, Mapping) for each in value):
        return {_name(each, number): each for number, each in enumerate(value)}
    return None


def _name(element: Mapping[str, Any], number: int) -> str:
    return next((str(element[key]) for key in _NAMES if key in element), str(number))


def _shown(old: Any, new: Any) -> tuple[str, str]:
    """Both sides in words; of long lists only what the other has not."""
    if isinstance(old, list) and isinstance(new, list) and max(len(old), len(new)) > _LONG:
        gone, come = ([x for x in one if x not in other] for one, other in ((old, new), (new, old)))
        if gone or come:
            old, new = gone or _NOTHING, come or _NOTHING
    before, after = (
        "nothing" if each is _NOTHING else json.dumps(each, ensure_ascii=False)
        for each in (old, new)
    )
    return before, after


def _reordered(old: Parts, new: Parts) -> Iterator[Change]:
    """Services are offered in their order; nothing else has one."""
    orders = [
        [name for name, each in parts.items() if each.kind == "service" and name in both]
        for parts, both in ((old, new), (new, old))
    ]
    if orders[0] != orders[1]:
        before, after = (", ".join(name.partition("/")[2] for name in order) for order in orders)
        yield Change("changed", "services", (("order", before, after),))
