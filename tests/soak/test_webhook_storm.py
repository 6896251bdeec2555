"""Ten thousand forged and malformed webhooks, on both databases."""

from __future__ import annotations

from delivery.house import House
from tests.notifications.test_webhook_storm import in_storm


def test_of_ten_thousand_only_the_genuine_count(house: House) -> None:
    in_storm(house, 10_000)
