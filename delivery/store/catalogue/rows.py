"""The versions of the catalogue and their parts, as the database has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from delivery.store.catalogue.parts import Manifest, Parts, StoredPart, digest_of, manifest_of
from delivery.store.tables_catalogue import catalogue, catalogue_part

# Names in one look-up, and rows in one insert.
_AT_ONCE = 500

_VERSION = select(catalogue.c.version, catalogue.c.digest, catalogue.c.loaded_at)
_NEWEST = _VERSION.order_by(catalogue.c.version.desc()).limit(1)
_ONE = _VERSION.where(catalogue.c.version == bindparam("version"))
_MANIFEST = select(catalogue.c.manifest).where(catalogue.c.version == bindparam("version"))
_PARTS = select(
    catalogue_part.c.kind, catalogue_part.c.code, catalogue_part.c.body, catalogue_part.c.digest
).where(catalogue_part.c.digest.in_(bindparam("digests", expanding=True)))
_THERE = select(catalogue_part.c.digest).where(
    catalogue_part.c.digest.in_(bindparam("digests", expanding=True))
)
# Somebody else may be adding the same version, or the same part: whoever is second sees it then.
# Both databases speak this ON CONFLICT.
_ADD = (
    insert(catalogue)
    .on_conflict_do_nothing(index_elements=["version"])
    .returning(catalogue.c.version)
)
_ADD_PARTS = insert(catalogue_part).on_conflict_do_nothing(index_elements=["digest"])


class Version(NamedTuple):
    """One version, without what it is made of."""

    number: int
    digest: str
    loaded_at: datetime


def newest(conn: Connection) -> Version | None:
    """The newest version; None before the first."""
    row = conn.execute(_NEWEST).first()
    return Version(*row) if row else None


def version(conn: Connection, number: int) -> Version | None:
    """A version by its number."""
    row = conn.execute(_ONE, {"version": number}).first()
    return Version(*row) if row else None


def manifest(conn: Connection, number: int) -> Manifest | None:
    """What a version is made of."""
    found: Manifest | None = conn.execute(_MANIFEST, {"version": number}).scalar()
    return found


def bodies(conn: Connection, digests: Iterable[str]) -> dict[str, Any]:
    """What the parts with these digests say."""
    return {each.digest: each.body for each in _read(conn, digests)}


def parts(conn: Connection, number: int) -> Parts | None:
    """Every part of a version, in its order."""
    named = manifest(conn, number)
    if named is None:
        return None
    found = {each.digest: each for each in _read(conn, named.values())}
    return {name: found[digest] for name, digest in named.items()}


def _read(conn: Connection, digests: Iterable[str]) -> list[StoredPart]:
    return [
        StoredPart(*row)
        for some in _batches(digests)
        for row in conn.execute(_PARTS, {"digests": some})
    ]


def add(conn: Connection, parts: Mapping[str, StoredPart], *, now: datetime) -> int:
    """Make these parts the newest version; the number of the one that says the same.

    Of several at once, each waits for the one before it and then gets the next number.
    """
    named = manifest_of(parts)
    said = digest_of(named)
    while True:
        last = newest(conn)
        if last is not None and last.digest == said:
            return last.number
        number = last.number + 1 if last is not None else 1
        row = {"version": number, "manifest": named, "digest": said, "loaded_at": now}
        if conn.execute(_ADD, row).scalar() is not None:
            _add_parts(conn, parts)
            return number


def _add_parts(conn: Connection, parts: Mapping[str, StoredPart]) -> None:
    by_digest = {each.digest: each for each in parts.values()}
    for some in _batches(sorted(by_digest)):
        there = set(conn.execute(_THERE, {"digests": some}).scalars())
        rows = [by_digest[digest]._asdict() for digest in some if digest not in there]
        if rows:
            conn.execute(_ADD_PARTS, rows)


def _batches(digests: Iterable[str]) -> Iterator[list[str]]:
    every = list(digests)
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))
