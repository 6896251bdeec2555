"""Every fault between us and the provider, with two senders rescuing at once: each message arrives
once. Twins that are as naive as most are lose or double on the same scenarios.
"""

from __future__ import annotations

from typing import Any

import pytest

from notifications.notice import Texts
from tests.notifications.faults.conftest import Urls
from tests.notifications.faults.crew import TWINS
from tests.notifications.faults.running import Killer, Stage, run_all
from tests.notifications.faults.scenarios import SCENARIOS, SHORT
from tests.notifications.faults.table import PROPERTY

#: Twins are slow to settle; these are enough to find each of them out.
_TELLING = (
    "killed after acceptance, before the answer", "time-out before acceptance",
    "time-out after acceptance, no receipt", "503 after acceptance",
)  # fmt: skip
AT_ONCE = 8


def test_every_message_arrives_once_whatever_goes_wrong(
    urls: Urls, texts: Texts, killer: Killer, record_property: Any
) -> None:
    rows = run_all(SCENARIOS, urls(AT_ONCE), Stage(SHORT, texts, killer))
    for row in rows:
        record_property(PROPERTY, row.as_json())
    assert [row for row in rows if not row.is_right] == []


@pytest.mark.parametrize("urls", ["sqlite"], indirect=True)  # they mostly wait
@pytest.mark.parametrize("name", TWINS)
def test_a_naive_twin_is_found_out(name: str, urls: Urls, texts: Texts, killer: Killer) -> None:
    told = [each for each in SCENARIOS if each.name in _TELLING]
    twin = TWINS[name]
    stage = Stage(SHORT, texts, killer, twin.provider, twin.sender)
    rows = run_all(told, urls(len(told)), stage)
    assert sum(getattr(row, twin.harm) for row in rows), rows
