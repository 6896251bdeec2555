"""Ready answers from templates/canned, with the facts of one delivery filled in.

Those whose names begin with `_` are said by buttons and not offered for writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Connection

from delivery.assets import asset
from delivery.flows import fields
from delivery.flows.showing import link_of
from delivery.house import House
from delivery.rules.bookings import Booking
from notifications.notice import chain

NAMES = (
    "checking_now", "where_left", "sorry_late", "what_happened_refund", "wrong_address",
    "thank_you_patience",
)  # fmt: skip


@dataclass(frozen=True)
class Canned:
    """A ready answer: `title` for whoever chooses it, `text` for the customer."""

    name: str
    title: str
    text: str


def answers(
    house: House, conn: Connection, booking: Booking, agent: str, *, now: datetime,
    locale: str = "en",
) -> list[Canned]:  # fmt: skip
    """The ready answers in the customer's language, their titles in the agent's `locale`."""
    filled = {
        **fields.by_name(conn, house, booking),
        "agent": agent,
        "when": fields.near(booking, now),
        "link": link_of(house, booking),
    }
    return [
        Canned(name, house.words.say(locale, f"canned.{name}"), _say(name, booking.locale, filled))
        for name in NAMES
    ]


def times(booking: Booking, text: str, listed: Sequence[str]) -> str:
    """`text`, then the numbered times and how to take one."""
    return _say("_times", booking.locale, {"text": text, "times": tuple(listed)})


def refunded(booking: Booking, amount: str) -> str:
    """That the delivery fee comes back."""
    return _say("_refunded", booking.locale, {"amount": amount})


def gesture(booking: Booking, amount: str) -> str:
    """What a gesture is worth, to stand in a sentence."""
    return _say("_gesture", booking.locale, {"amount": amount})


def _say(name: str, locale: str, filled: dict[str, Any]) -> str:
    jinja = _templates()
    found = jinja.select_template([f"{name}.{each}.txt" for each in chain(locale)])
    return found.render(filled).strip()


@lru_cache(maxsize=1)
def _templates() -> Environment:
    # Nobody but us writes these files, and what comes out is plain text.
    return Environment(
        loader=FileSystemLoader(asset("templates/canned")), undefined=StrictUndefined,
        autoescape=False, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
