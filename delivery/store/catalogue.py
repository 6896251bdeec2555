"""The catalogue in the database: every edit is a new version, quotes keep the one they used."""

from __future__ import annotations

import time
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select

from delivery.ids import digest
from delivery.rules.catalogue import Catalogue
from delivery.rules.refusals import NotFound
from delivery.store.catalogue_reading import read_catalogue
from delivery.store.engine import Database
from delivery.store.tables import catalogue

# How long the newest version is believed to be the newest.
BELIEVED_SECONDS = 1.0
_VERSIONS_KEPT = 50

_NEWEST = select(func.max(catalogue.c.version))
_NEWEST_DIGEST = (
    select(catalogue.c.version, catalogue.c.digest).order_by(catalogue.c.version.desc()).limit(1)
)
_DOCUMENT = select(catalogue.c.document).where(catalogue.c.version == bindparam("version"))
_ADD = insert(catalogue)


class NoCatalogue(NotFound):
    """No catalogue has been loaded yet; `perille seed` loads the demo town."""

    code = "no_catalogue"
    status = 503


class Catalogues:
    """Catalogues by version, read once and kept: a version never changes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._versions: dict[int, Catalogue] = {}
        self._newest: Catalogue | None = None
        self._believed_until = 0.0

    def current(self) -> Catalogue:
        """The newest version, looked up at most once a second. Raises `NoCatalogue`."""
        newest = self._newest
        if newest is not None and time.monotonic() < self._believed_until:
            return newest
        with self._database.read() as conn:
            version = conn.execute(_NEWEST).scalar()
        if version is None:
            raise NoCatalogue
        newest = self._newest = self.version(version)
        self._believed_until = time.monotonic() + BELIEVED_SECONDS
        return newest

    def version(self, number: int) -> Catalogue:
        """The catalogue as it was in that version. Raises `NotFound`."""
        kept = self._versions.get(number)
        if kept is not None:
            return kept
        with self._database.read() as conn:
            document = conn.execute(_DOCUMENT, {"version": number}).scalar()
        if document is None:
            raise NotFound(f"There is no catalogue version {number}.")
        found = read_catalogue(document, number)
        if len(self._versions) >= _VERSIONS_KEPT:
            self._versions.pop(min(self._versions))
        self._versions[number] = found
        return found

    def load(self, conn: Connection, document: str, now: datetime) -> int:
        """Check a document and make it the newest version; the same again changes nothing.

        Raises `CatalogueError` with every fault and its path.
        """
        version = load_catalogue(conn, document, now=now)
        self._believed_until = 0.0
        return version


def load_catalogue(conn: Connection, document: str, *, now: datetime) -> int:
    """Like `Catalogues.load`, where nobody keeps catalogues in memory."""
    newest = conn.execute(_NEWEST_DIGEST).first()
    hashed = digest(document.encode())
    if newest is not None and newest.digest == hashed:
        return int(newest.version)
    version = newest.version + 1 if newest is not None else 1
    read_catalogue(document, version)
    conn.execute(
        _ADD, {"version": version, "document": document, "digest": hashed, "loaded_at": now}
    )
    return int(version)
