"""Who waits for an answer, the soonest deadline first; with a booking or without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import Connection

from delivery.flows import desk as desk_flow
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.refusals import NotFound
from delivery.settings import working_hours_of
from delivery.store import inbox, replies
from delivery.store.staff import Member
from delivery.web.at_desk import local
from delivery.web.templating import say
from delivery.web.views_inbox import TalkList, Waiting
from notifications.phone import masked

LIST = "/ops/conversations"
_STRANGER = "unknown-"


@dataclass(frozen=True)
class Reader:
    """Whoever looks: says things in their language, at one moment, on the desk's clock."""

    house: House
    member: Member
    lang: str
    now: datetime

    def say(self, key: str, **given: Any) -> Markup:
        return say(self.house.words, self.lang, key, **given)

    def at(self, moment: datetime) -> str:
        """An hour of today, or a day and an hour."""
        there = local(self.house, moment)
        clock = str(self.say("at_clock", hour=phrases.clock_time(there, self.lang)))
        if there.date() == local(self.house, self.now).date():
            return clock
        return f"{phrases.day(there.date(), self.lang, short=True)} {clock}"

    def due_kind(self, until: datetime | None) -> str:
        """How near a deadline is: `bad` when it is over, `late` when everybody is warned."""
        if until is None:
            return ""
        if until <= self.now:
            return "bad"
        settings = self.house.settings
        left = working_hours_of(settings).minutes_between(self.now, until)
        return "late" if left < settings.desk.warn_minutes else ""

    def due(self, until: datetime | None, by: str, over: str) -> str:
        """The deadline in words: the sentence `by`, or `over` when it has passed."""
        if until is None:
            return ""
        return str(self.say(over if until <= self.now else by, at=self.at(until)))


def stranger_number(reference: str) -> int | None:
    """The number in `unknown-12`, a conversation without a booking."""
    number = reference.removeprefix(_STRANGER)
    if number == reference:
        return None
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise NotFound("There is no such conversation.")
    return int(number)


def talk_list(conn: Connection, reader: Reader, current: str, *, mine: bool) -> TalkList:
    """Those that wait for anybody, or those that are the reader's own."""
    if mine:
        known = inbox.mine(conn, reader.member.login)
        rows = [_known(each, reader, current, mine=True) for each in known]
        return TalkList(_count(known, reader), tuple(rows), mine, bool(current))
    known = inbox.waiting(conn)
    found = [(each["answer_by"], _known(each, reader, current, mine=False)) for each in known]
    for each in replies.strangers(conn):
        until = desk_flow.stranger_deadline(reader.house, each)
        found.append((until, _stranger(each, until, reader, current)))
    found.sort(key=lambda each: (each[0] is not None, each[0] or reader.now))
    count = str(reader.say("conv_wait", count=len(found)))
    return TalkList(count, tuple(row for _, row in found), mine, bool(current))


def _count(known: list[dict[str, Any]], reader: Reader) -> str:
    return str(reader.say("conv_wait", count=sum(each["state"] == "waiting" for each in known)))


def _known(row: dict[str, Any], reader: Reader, current: str, *, mine: bool) -> Waiting:
    name = f"{row['given_name']} {row['family_name']}".strip() or row["reference"]
    return Waiting(
        reference=row["reference"],
        link=f"{LIST}/{row['reference']}{'?whose=mine' if mine else ''}",
        name=name, initials=initials(name), text=row["last_words"],
        due=reader.due(row["answer_by"], "conv_by", "conv_was_due"),
        due_kind=reader.due_kind(row["answer_by"]),
        whose="" if mine else _whose(row, reader), current=row["reference"] == current,
    )  # fmt: skip


def _whose(row: dict[str, Any], reader: Reader) -> str:
    if row["assignee"] is None:
        return ""
    if row["assignee"] == reader.member.login:
        return str(reader.say("conv_yours"))
    return str(row["assignee_name"] or row["assignee"]).split()[0]


def _stranger(known: replies.Stranger, until: datetime, reader: Reader, current: str) -> Waiting:
    return Waiting(
        reference=known.about, link=f"{LIST}/{known.about}", name=masked(known.sender),
        initials="?", text=known.body, due=reader.due(until, "conv_by", "conv_was_due"),
        due_kind=reader.due_kind(until), whose="", current=known.about == current,
    )  # fmt: skip


def initials(name: str) -> str:
    """Two letters for a face."""
    return "".join(part[0] for part in name.split()[:2]).upper()
