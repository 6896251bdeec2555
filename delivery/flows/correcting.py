"""A reply that was misread becomes an example: proposed by one, decided on, shipped as data.

An example is its own test: it says what was meant, and `compared` what is read of it today.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.house import House
from delivery.rules.refusals import NotValid, Refusal
from delivery.rules.replies import CONTEXTS, INTENTS, understand
from delivery.store import bookings, examples, inbox
from delivery.store.examples import APPROVED, PROPOSED, REFUSED, Example
from delivery.store.staff import Member

TARGETS = ("neighbour", "safe_place", "pickup_point", "address")
#: What is said of a text besides its intent, in the contract's words.
FIELDS = ("date", "from", "to", "choice", "target", "rating")
LONGEST = 1600
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class AlreadyDecided(Refusal):
    """Somebody has approved or refused this example before."""

    code = "already_decided"


@dataclass(frozen=True)
class Compared:
    """What was meant beside what is read today; `missed` names what is misread."""

    example: Example
    read: dict[str, Any]
    missed: tuple[str, ...]


def propose(
    conn: Connection, house: House, reply_id: int, meant: Mapping[str, Any], member: Member, *,
    now: datetime, text: str | None = None,
) -> Example:  # fmt: skip
    """Say what a reply meant: `intent`, and of `FIELDS` and `context` what there is.

    `text` is the reply without what must not be shipped, such as names. Raises `NotFound`,
    `NotValid` with the field that is wrong.
    """
    said = examples.source(conn, reply_id)
    booking = bookings.find(conn, said.about) if said.about else None
    zone = ZoneInfo(booking.zone_name if booking else house.settings.shop.zone)
    checked = {"now": said.received_at.astimezone(zone).isoformat(), **checked_meaning(meant)}
    words = (said.body if text is None else text).strip()
    if not 0 < len(words) <= LONGEST:
        raise NotValid("/text", f"An example has 1 to {LONGEST} characters.")
    locale = booking.locale if booking else house.settings.shop.locale
    number = examples.propose(conn, reply_id, words, locale, checked, member.login, now=now)
    if booking is not None:
        inbox.add_action(conn, booking.reference, "corrected", member.login,
                         text=meaning_in_words(checked), now=now)  # fmt: skip
    return examples.get(conn, number)


def decide(
    conn: Connection, example_id: int, approve: bool, member: Member, *, now: datetime
) -> Example:
    """Approve an example, or refuse it. Raises `NotFound`, `AlreadyDecided`."""
    examples.get(conn, example_id)
    to = APPROVED if approve else REFUSED
    if not examples.decide(conn, example_id, to, member.login, now=now):
        raise AlreadyDecided
    return examples.get(conn, example_id)


def proposed(conn: Connection) -> list[Compared]:
    """What waits for a decision, each beside what is read today."""
    return [compared(each) for each in examples.of_state(conn, PROPOSED)]


def compared(one: Example) -> Compared:
    """What is read of an example today, in the context and at the moment it was written."""
    meant = one.meant
    understood = understand(
        one.text, locale=one.locale, now=datetime.fromisoformat(meant["now"]),
        context=meant.get("context", "none"),
    )  # fmt: skip
    told = understood.as_json()
    read = {key: told[key] for key in ("intent", *FIELDS)}
    missed = tuple(key for key, value in read.items() if value != meant.get(key))
    return Compared(one, read, missed)


def export(conn: Connection) -> str:
    """The approved ones as lines of JSON in the shape of tests/data/replies."""
    lines = []
    for each in examples.of_state(conn, APPROVED):
        given = {key: each.meant[key] for key in ("intent", "context", *FIELDS, "now")
                 if key in each.meant}  # fmt: skip
        row = {"lang": each.locale.split("-")[0], "text": each.text, **given}
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    return "".join(lines)


def checked_meaning(meant: Mapping[str, Any]) -> dict[str, Any]:
    """The same with every field that has no value left as null. Raises `NotValid`."""
    for key in meant:
        if key not in ("intent", "context", *FIELDS):
            raise NotValid(f"/{key}", "There is no such field.")
    given = {key: meant.get(key) or None for key in ("date", "from", "to", "target")}
    given |= {key: meant.get(key) for key in ("choice", "rating")}
    checked = {"intent": meant.get("intent"), "context": meant.get("context") or "none", **given}
    for key, valid in _VALID.items():
        value = checked[key]
        if not (valid(value) if value is not None else key not in ("intent", "context")):
            raise NotValid(f"/{key}", f"This cannot be the {key}.")
    for intent, key in (("choose", "choice"), ("rating", "rating")):
        if (checked["intent"] == intent) != (checked[key] is not None):
            raise NotValid(
                f"/{key}", f"The {key} belongs to the intent {intent}, and it needs one."
            )
    if checked["target"] is not None and checked["intent"] != "relocate":
        raise NotValid("/target", "Only who wants it elsewhere names a target.")
    return checked


def meaning_in_words(meant: Mapping[str, Any]) -> str:
    """One line of it: `reschedule, date 2026-03-13, from 12:00, to 16:00`."""
    parts = [f"{key} {meant[key]}" for key in FIELDS if meant.get(key) is not None]
    return ", ".join([str(meant["intent"]), *parts])


def _is_date(value: Any) -> bool:
    try:
        return bool(date.fromisoformat(value).isoformat() == value)
    except (TypeError, ValueError):
        return False


def _is_clock(value: Any) -> bool:
    return isinstance(value, str) and _CLOCK.fullmatch(value) is not None


def _is_number(value: Any, most: int) -> bool:
    return type(value) is int and 0 <= value <= most


_VALID: dict[str, Callable[[Any], bool]] = {
    "intent": lambda value: value in INTENTS,
    "context": lambda value: value in CONTEXTS,
    "date": _is_date,
    "from": _is_clock,
    "to": _is_clock,
    "choice": lambda value: _is_number(value, 9),
    "target": lambda value: value in TARGETS,
    "rating": lambda value: _is_number(value, 10),
}
