"""What a running Perille holds in its hands, passed around as one value."""

from __future__ import annotations

from dataclasses import dataclass

from delivery.clock import Clock
from delivery.settings import Settings
from delivery.store.catalogue.catalogues import Catalogues
from delivery.store.engine import Database
from delivery.store.layouts import Layouts
from delivery.store.track_records import Records
from delivery.words import Words
from notifications.notice import Texts


@dataclass(frozen=True)
class House:
    settings: Settings
    database: Database
    clock: Clock
    catalogues: Catalogues
    layouts: Layouts
    records: Records
    words: Words
    texts: Texts
