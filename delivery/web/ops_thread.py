"""A conversation from its beginning: what was said on both sides, what was noted, who did what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.flows import desk as desk_flow
from delivery.rules import phrases
from delivery.rules.bookings import Booking
from delivery.rules.money import Money
from delivery.rules.replies import INTENTS, understand
from delivery.store import inbox as desk_inbox
from delivery.store import page_notes, replies
from delivery.web.ops_talks import Reader
from delivery.web.views_inbox import Fix, Line, Thread
from notifications import inbox, outbox

TARGETS = ("neighbour", "safe_place", "pickup_point", "address")
#: Replies that may be corrected: the newest, as each is read again to show what we took it for.
_CORRECTED = 12
#: What is seen in the thread anyway, or is a line of its own kind.
_SAID = ("answered", "noted")


def thread_of(
    conn: Connection, reader: Reader, booking: Booking, typed: Fix | None = None
) -> Thread:
    """Everything about one booking, oldest first; what was done stands after what was said.

    `typed` is a correction that was refused, to be shown as it was typed.
    """
    found = [*_theirs(conn, reader, booking, typed), *_ours(conn, reader, booking),
             *_done(conn, reader, booking)]  # fmt: skip
    found.sort(key=lambda each: each[:2])
    return Thread(booking.reference, tuple(line for *_, line in found), intents(reader))


def stranger_thread_of(conn: Connection, reader: Reader, known: replies.Stranger) -> Thread:
    """What somebody without a booking wrote, and what we answered."""
    lines = []
    for each in desk_flow.stranger_thread(conn, known):
        kind = "we" if each["who"] == "we" else "they"
        at = reader.at(each["at"])
        under = _sent(reader, "sms", each["state"], at) if kind == "we" else at
        lines.append(Line(kind, each["text"], under))
    return Thread(known.about, tuple(lines), ())


def intents(reader: Reader) -> tuple[tuple[str, str], ...]:
    """What a customer may have wanted, for a select; a place elsewhere says which."""
    values = []
    for each in INTENTS:
        values.append((each, each))
        if each == "relocate":
            values += [(f"relocate/{target}", target) for target in TARGETS]
    return tuple((value, str(reader.say(f"intent_{name}"))) for value, name in values)


def meaning(reader: Reader, meant: Mapping[str, Any]) -> str:
    """`another time, Fri 13 March, 12:00–16:00`, from fields as in the contract."""
    wanted = meant.get("target") if meant["intent"] == "relocate" else None
    parts = [str(reader.say(f"intent_{wanted or meant['intent']}"))]
    if meant.get("date"):
        parts.append(phrases.day(date.fromisoformat(meant["date"]), reader.lang))
    if meant.get("from") or meant.get("to"):
        parts.append(f"{meant.get('from') or ''}–{meant.get('to') or ''}")
    number = next((meant[key] for key in ("choice", "rating") if meant.get(key) is not None), None)
    return ", ".join([*parts, *([] if number is None else [str(number)])])


def _theirs(
    conn: Connection, reader: Reader, booking: Booking, typed: Fix | None
) -> list[tuple[datetime, int, Line]]:
    said = inbox.replies_about(conn, booking.reference)
    correctable = {each["id"] for each in said[-_CORRECTED:]}
    found = []
    for each in said:
        at, needs = reader.at(each["received_at"]), each["state"] == inbox.WITH_PERSON
        fix = _fix(reader, booking, each) if each["id"] in correctable else None
        if fix and typed and fix.reply == typed.reply:
            fix = replace(typed, read=fix.read)
        under = str(reader.say("conv_needs", at=at)) if needs else at
        line = Line("they", each["body"], under, booking.locale, fix)
        found.append((each["received_at"], 0, line))
    for note in page_notes.written(conn, booking.reference):
        under = f"{reader.at(note.at)}, {reader.say('conv_from_page')}"
        found.append((note.at, 0, Line("they", note.text, under, booking.locale)))
    return found


def _fix(reader: Reader, booking: Booking, said: Mapping[str, Any]) -> Fix:
    received = said["received_at"].astimezone(ZoneInfo(booking.zone_name))
    read = understand(said["body"], locale=booking.locale, now=received).as_json()
    value = read["intent"]
    if value == "relocate" and read["target"]:
        value = f"relocate/{read['target']}"
    return Fix(
        reply=said["id"], text=said["body"],
        read=str(reader.say("fix_read", meaning=meaning(reader, read))), chosen=value,
        date=read["date"] or "", since=read["from"] or "", until=read["to"] or "",
    )  # fmt: skip


def _ours(conn: Connection, reader: Reader, booking: Booking) -> list[tuple[datetime, int, Line]]:
    return [
        (each["at"], 1,
         Line("we", each["body"],
              _sent(reader, each["channel"], each["state"], reader.at(each["at"])), booking.locale))
        for each in outbox.history(conn, booking.reference)
    ]  # fmt: skip


def _sent(reader: Reader, channel: str, state: str, at: str) -> str:
    key = "conv_email" if channel == "email" else "conv_sms"
    return str(reader.say(key, state=reader.say(f"sent_{state}"), at=at))


def _done(conn: Connection, reader: Reader, booking: Booking) -> list[tuple[datetime, int, Line]]:
    found = []
    for each in desk_inbox.actions(conn, booking.reference):
        at = reader.at(each["at"])
        who = str(each["by_name"] or each["by"] or reader.say("somebody")).split()[0]
        if each["kind"] == "noted":
            under = f"{reader.say('conv_note_by', who=who)}, {at}"
            found.append((each["at"], 2, Line("note", each["text"], under)))
        elif each["kind"] not in _SAID:
            found.append((each["at"], 2, Line("did", f"{_deed(reader, each, who)}, {at}")))
    return found


def _deed(reader: Reader, done: Mapping[str, Any], who: str) -> str:
    key = f"did_{done['kind']}"
    if done["kind"] == "assigned" and not done["text"]:
        key = "did_let_go"
    given = {"who": who, "text": str(done["text"]).split(" ")[0]}
    if done["amount"] is not None:
        money = Money(done["amount"], done["currency"])
        given["amount"] = phrases.price(money, reader.lang)
    return str(reader.say(key, **given))
