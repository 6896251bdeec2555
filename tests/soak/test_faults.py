"""The fault suite with lease, grace and deadlines at their defaults: real minutes."""

from __future__ import annotations

from typing import Any

from notifications.notice import Texts
from tests.notifications.conftest import texts
from tests.notifications.faults.conftest import Urls, killer, urls
from tests.notifications.faults.running import Killer, Stage, run_all
from tests.notifications.faults.scenarios import DEFAULTS, SCENARIOS
from tests.notifications.faults.table import PROPERTY

__all__ = ["killer", "texts", "urls"]


def test_every_message_arrives_once_at_the_defaults(
    urls: Urls, texts: Texts, killer: Killer, record_property: Any
) -> None:
    # They mostly wait: nearly all of them at once.
    rows = run_all(SCENARIOS, urls(12), Stage(DEFAULTS, texts, killer))
    for row in rows:
        record_property(PROPERTY, row.as_json())
    assert [row for row in rows if not row.is_right] == []
