"""The catalogue in memory: the newest version is always at hand, quotes keep the one they used."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy import Connection

from delivery.log import what_broke
from delivery.rules.catalogue import Catalogue
from delivery.rules.refusals import NotFound
from delivery.store.catalogue import rows
from delivery.store.catalogue.building import (
    Built,
    build,
    build_all,
    checked,
    parsed,
    unknown,
)
from delivery.store.catalogue.document import CatalogueError
from delivery.store.catalogue.parts import Manifest, Parts, digest_of
from delivery.store.engine import Database

log = structlog.get_logger()

#: How long the newest version is believed to be the newest.
BELIEVED_SECONDS = 1.0
#: How long a version loaded here is looked for before it counts as rolled back.
_EXPECTED_SECONDS = 10.0
# An edit of a zone in a country makes 2-3 MB of new maps; one of a price next to nothing.
_VERSIONS_KEPT = 32


class NoCatalogue(NotFound):
    """No catalogue has been loaded yet; `perille seed` loads the demo town."""

    code = "no_catalogue"
    status = 503


class Ready(NamedTuple):
    """A document that was found right and built: what remains is to keep it."""

    parts: Parts
    built: Built


class Catalogues:
    """Catalogues by version, built once and kept: a version never changes.

    Within `kept_fresh` a thread of its own looks for newer versions, and nobody waits for one;
    otherwise whoever asks first after a second does.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._versions: dict[int, Catalogue] = {}
        self._newest: Built | None = None
        self._believed_until = 0.0
        self._looking = threading.Lock()
        self._lock = threading.Lock()
        self._watchers = 0
        #: What was loaded here and is not seen yet, and until when it is waited for.
        self._loaded: Built | None = None
        self._loaded_until = 0.0

    def current(self) -> Catalogue:
        """The newest version: another process's within two seconds, this one's at once.

        Raises `NoCatalogue`.
        """
        newest = self._newest
        if newest is not None and time.monotonic() < self._believed_until:
            return newest.catalogue
        return self._look().catalogue

    def version(self, number: int) -> Catalogue:
        """The catalogue as it was in that version. Raises `NotFound`."""
        kept = self._versions.get(number)
        if kept is not None:
            return kept
        with self._database.read() as conn:
            manifest = rows.manifest(conn, number)
            if manifest is None:
                raise NotFound(f"There is no catalogue version {number}.")
            built = self._built(conn, manifest, number)
        self._keep(built.catalogue)
        return built.catalogue

    def ready(self, document: str | Parts) -> Ready:
        """Check and build a document, which takes seconds for a country: before one writes.

        Raises `CatalogueError` with every fault.
        """
        return ready(document, self._newest)

    def load(self, conn: Connection, document: str | Parts | Ready, now: datetime) -> int:
        """Make a document the newest version; the same again changes nothing.

        It is seen here as soon as `conn` commits. Raises like `ready`.
        """
        made = document if isinstance(document, Ready) else self.ready(document)
        number, built = _added(conn, made, now)
        with self._lock:
            self._loaded, self._loaded_until = built, time.monotonic() + _EXPECTED_SECONDS
            self._believed_until = 0.0
        return number

    @contextmanager
    def kept_fresh(self) -> Iterator[None]:
        """Look for newer versions in a thread, once a second, as long as the block lasts."""
        stop = threading.Event()
        thread = threading.Thread(target=self._watch, args=(stop,), name="catalogue", daemon=True)
        with self._lock:
            self._watchers += 1
            if self._newest is not None and self._loaded is None:
                self._believed_until = math.inf  # the thread looks at once
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(timeout=10)
            with self._lock:
                self._watchers -= 1
                self._believed_until = 0.0

    def _watch(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                with self._looking:
                    self._read_newest()
            except NoCatalogue:
                pass
            except Exception as error:
                # The version that is believed serves until the database can be read again.
                log.error("catalogue not read", **what_broke(error))
            stop.wait(BELIEVED_SECONDS)

    def _look(self) -> Built:
        """The newest version; one thread reads it while the others go on with what they have."""
        newest = self._newest
        wait = newest is None or self._loaded is not None
        if not self._looking.acquire(blocking=wait):
            assert newest is not None
            return newest
        try:
            return self._read_newest()
        finally:
            self._looking.release()

    def _read_newest(self) -> Built:
        with self._database.read() as conn:
            last = rows.newest(conn)
            if last is None:
                raise NoCatalogue
            newest = self._newest
            if newest is None or newest.catalogue.version != last.number:
                newest = self._taken(last) or self._read(conn, last.number)
                self._keep(newest.catalogue)
                self._newest = newest
        self._believe(newest)
        return newest

    def _taken(self, last: rows.Version) -> Built | None:
        """What was built when it was loaded here, if that is now the newest version."""
        loaded = self._loaded
        if loaded is None or loaded.catalogue.version != last.number:
            return None
        return loaded if digest_of(loaded.manifest) == last.digest else None

    def _read(self, conn: Connection, number: int) -> Built:
        manifest = rows.manifest(conn, number)
        assert manifest is not None
        return self._built(conn, manifest, number)

    def _built(self, conn: Connection, manifest: Manifest, number: int) -> Built:
        previous = self._newest
        bodies = rows.bodies(conn, unknown(manifest, previous))
        try:
            return build(manifest, bodies, number, previous)
        except CatalogueError as error:
            # Only a part that an older or newer program wrote.
            log.error("catalogue not readable", version=number, faults=len(error.faults))
            raise NoCatalogue(f"Version {number} cannot be read; load a new one.") from error

    def _believe(self, newest: Built) -> None:
        now = time.monotonic()
        with self._lock:
            loaded = self._loaded
            unseen = loaded is not None and newest.catalogue.version < loaded.catalogue.version
            if unseen and now < self._loaded_until:
                return  # not committed yet
            self._loaded = None
            self._believed_until = math.inf if self._watchers else now + BELIEVED_SECONDS

    def _keep(self, found: Catalogue) -> None:
        with self._lock:
            if len(self._versions) >= _VERSIONS_KEPT:
                self._versions.pop(min(self._versions))
            self._versions[found.version] = found


def load_catalogue(conn: Connection, document: str | Parts | Ready, *, now: datetime) -> int:
    """Like `Catalogues.load`, where nobody keeps catalogues in memory."""
    made = document if isinstance(document, Ready) else ready(document)
    return _added(conn, made, now)[0]


def ready(document: str | Parts, previous: Built | None = None) -> Ready:
    """Like `Catalogues.ready`, where nobody keeps catalogues in memory."""
    parts = checked(parsed(document)) if isinstance(document, str) else document
    # Building it is the last check: what cannot be built is not kept.
    return Ready(parts, build_all(parts, 0, previous))


def _added(conn: Connection, made: Ready, now: datetime) -> tuple[int, Built]:
    number = rows.add(conn, made.parts, now=now)
    built = made.built
    return number, built._replace(catalogue=replace(built.catalogue, version=number))
