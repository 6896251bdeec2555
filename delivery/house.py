"""What a running Perille holds in its hands, passed around as one value."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from delivery.clock import Clock
from delivery.settings import Settings
from delivery.store.catalogue.catalogues import Catalogues
from delivery.store.engine import Database
from delivery.store.layouts import Layouts
from delivery.store.track_records import Records
from delivery.words import Words
from notifications.notice import Texts
from notifications.policy import Policy
from notifications.quiet import Quiet


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

    @cached_property
    def policy(self) -> Policy:
        """When people may be woken, and how much one of them gets a day: for `outbox.post`."""
        hours = self.settings.quiet_hours
        return Policy(
            quiet=Quiet.between(hours.start, hours.end),
            zone=ZoneInfo(self.settings.shop.zone),
            per_day=self.settings.messages.per_day,
        )
