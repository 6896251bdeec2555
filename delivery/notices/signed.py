"""Who a notice is from, and whom it greets."""

from __future__ import annotations

from dataclasses import dataclass

from notifications.notice import Notice


@dataclass(frozen=True)
class Signed(Notice):
    """From a person of the shop."""

    agent: str
    shop: str


@dataclass(frozen=True)
class ByName(Signed):
    """To a customer whom we greet by given name, as it is written; empty where unknown."""

    given_name: str
