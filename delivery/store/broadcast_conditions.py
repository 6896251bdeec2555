"""Whom a broadcast means and what each of them is, as conditions on bookings.

What is asked differs from one broadcast to the next, so a condition is put together for each; all
of its values are bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from delivery.rules import broadcasts as rules
from delivery.rules.broadcasts import Audience, Effect
from delivery.rules.tracking import CHOSEN
from delivery.store.tables import booking, conversation, promise, slot
from notifications import consent
from notifications.bulk import pairs
from notifications.caps import COUNTED
from notifications.columns import UtcDateTime
from notifications.tables import message, suppression


@dataclass(frozen=True)
class Wanted:
    """A broadcast as the audience is fixed for it."""

    audience: Audience
    effect: Effect
    notice: str
    #: Whether it is news that those without optional e-mail get too.
    necessary: bool
    #: The zones of the places we deliver to, by name.
    zones: tuple[str, ...]
    #: Where people sleep now: from which begin of their window on they are told in the morning.
    asleep_from: Mapping[str, datetime]
    now: datetime


class later_by(GenericFunction[datetime]):  # noqa: N801  SQL functions are written small
    """A moment so many minutes later."""

    type = UtcDateTime()
    name = "later_by"
    inherit_cache = True


@compiles(later_by, "sqlite")
def _sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    moment, minutes = (compiler.process(each, **kw) for each in element.clauses)
    # As SQLAlchemy writes a moment, so that texts compare as moments do.
    return f"strftime('%Y-%m-%d %H:%M:%f000', {moment}, ({minutes}) || ' minutes')"


@compiles(later_by, "postgresql")
def _postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    moment, minutes = (compiler.process(each, **kw) for each in element.clauses)
    return f"({moment} + make_interval(mins => CAST({minutes} AS integer)))"


_OF = promise.c.reference == booking.c.reference
_CHOSEN = promise.c.cause.in_(CHOSEN)
# Nothing has changed about most bookings since they were made; the others are looked up. As a
# CASE: SQLite works out both sides of an AND.
_LATE = case(
    (booking.c.version > 1, exists().where(_OF, not_(_CHOSEN)).correlate(booking)), else_=false()
)


def _planned(column: ColumnElement[Any]) -> ColumnElement[Any]:
    newest = select(column).where(_OF, _CHOSEN).order_by(promise.c.version.desc()).limit(1)
    return newest.correlate(booking).scalar_subquery()


_PLANNED_START, _PLANNED_END = _planned(promise.c.start_at), _planned(promise.c.end_at)
_TALKING = (
    exists()
    .where(
        conversation.c.reference == booking.c.reference,
        or_(
            conversation.c.state == "waiting",
            and_(conversation.c.agent.is_not(None), conversation.c.state != "closed"),
        ),
    )
    .correlate(booking)
)
# Why no SMS goes to that number: one row for it, or none.
_SUPPRESSED = (
    select(suppression.c.reason)
    .where(suppression.c.recipient == booking.c.phone)
    .correlate(booking)
    .scalar_subquery()
)
_POSTCODE = booking.c.destination["postcode"].as_string()


def recipients(wanted: Wanted, inside: Sequence[int] | None) -> Select[Any]:
    """Everybody who is meant: reference, locale, kind, by_email, asleep."""
    # OFFSET: without it each of these is worked out as often as it is named below. Kept as a
    # table on the way, as MATERIALIZED would have it, they cost as much again.
    facts = (
        select(
            booking.c.reference, booking.c.locale, booking.c.phone, booking.c.email,
            booking.c.consent, _SUPPRESSED.label("suppressed"), _TALKING.label("talking"),
            _already(wanted).label("already"), _asleep(wanted).label("asleep"),
        )
        .where(*_means(wanted, inside))
        .offset(0)
        .subquery("facts")
    ).c  # fmt: skip
    no_number = or_(facts.phone.is_(None), facts.suppressed == consent.BAD_NUMBER)
    no_sms = or_(facts.suppressed == consent.STOPPED, _refuses(facts.consent, "sms"))
    kind = case(
        (facts.already, rules.ALREADY_TOLD), (facts.talking, rules.IN_CONVERSATION),
        (no_number, rules.NO_PHONE), (no_sms, rules.OPTED_OUT), else_=rules.TELL,
    )  # fmt: skip
    may_email = case(
        (facts.email.is_(None), false()),
        (or_(no_number, no_sms), _may_email(facts, necessary=wanted.necessary)),
        else_=false(),
    )
    return select(facts.reference, facts.locale, kind, may_email, facts.asleep)


def _refuses(allowed: ColumnElement[Any], channel: str) -> ColumnElement[bool]:
    return func.coalesce(allowed[channel].as_boolean(), true()) == false()


def _may_email(facts: Any, *, necessary: bool) -> ColumnElement[bool]:
    stopped = [facts.email] if necessary else [facts.email, "optional:" + facts.email]
    blocked = exists().where(suppression.c.recipient.in_(stopped))
    return and_(not_(_refuses(facts.consent, "email")), not_(blocked))


def _already(wanted: Wanted) -> ColumnElement[bool]:
    effect = wanted.effect
    if effect.kind == "shift":
        least = round(effect.least.total_seconds() / 60)
        if effect.minutes > 0:
            news = later_by(_PLANNED_END, effect.minutes - least) >= booking.c.window_end
        else:
            news = booking.c.window_end >= later_by(_PLANNED_END, effect.minutes + least)
        return case((_LATE, not_(news)), else_=false())
    if effect.kind == "window" and effect.window is not None:
        return and_(
            booking.c.window_start == effect.window.start, booking.c.window_end == effect.window.end
        )
    if effect.kind == "back":
        same = and_(booking.c.window_start == _PLANNED_START, booking.c.window_end == _PLANNED_END)
        return or_(~_LATE, same)
    return _told_lately(wanted)


def _told_lately(wanted: Wanted) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            message.c.about == booking.c.reference, message.c.notice == wanted.notice,
            message.c.state.in_(COUNTED), message.c.created_at > wanted.now - rules.TOLD_FOR,
        )
        .correlate(booking)
    )  # fmt: skip


def _asleep(wanted: Wanted) -> ColumnElement[bool]:
    # Whoever waits today, or will, is told tonight.
    sooner = timedelta(minutes=min(wanted.effect.minutes, 0))
    return or_(false(), *(
        and_(booking.c.zone_name == zone, booking.c.window_start >= since - sooner)
        for zone, since in wanted.asleep_from.items()
    ))  # fmt: skip


def _means(wanted: Wanted, inside: Sequence[int] | None) -> list[ColumnElement[bool]]:
    audience = wanted.audience
    found = [_is_ahead(wanted)]
    for column, names in (
        (booking.c.service, audience.services), (booking.c.carrier, audience.carriers),
        (booking.c.state, audience.states),
    ):  # fmt: skip
        if names:
            found.append(column.in_(names))
    if audience.day is not None:
        found.append(_on_day(wanted))
    if audience.postcodes:
        found.append(or_(*(_postcode(each) for each in audience.postcodes)))
    if inside is not None:
        found.append(booking.c.slot_id.in_(inside))
    if audience.zones:
        in_zones = select(slot.c.id).where(slot.c.zone.in_(audience.zones))
        found.append(booking.c.slot_id.in_(in_zones))
    if audience.references:
        wanted_ones = orjson.dumps(dict.fromkeys(audience.references, "")).decode()
        of_them = select(pairs("wanted").c.key).params(wanted=wanted_ones)
        found.append(booking.c.reference.in_(of_them))
    return found


def _is_ahead(wanted: Wanted) -> ColumnElement[bool]:
    effect, now = wanted.effect, wanted.now
    if not effect.moves and not effect.offers:
        return booking.c.state.in_(rules.REACHED)
    patience = timedelta(minutes=effect.minutes)
    if effect.kind == "window" or (effect.offers and not effect.moves):
        patience = rules.AHEAD_FOR
    return and_(booking.c.state.in_(rules.AHEAD), booking.c.window_end > now - patience)


def _postcode(pattern: str) -> ColumnElement[bool]:
    same: ColumnElement[bool] = _POSTCODE.in_((pattern,))
    begins: ColumnElement[bool] = _POSTCODE.startswith(pattern[:-1], autoescape=True)
    return begins if pattern.endswith("*") else same


def _on_day(wanted: Wanted) -> ColumnElement[bool]:
    day = wanted.audience.day
    assert day is not None
    ranges = []
    for zone in wanted.zones:
        start = datetime.combine(day, time(), ZoneInfo(zone))
        end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
        ranges.append(and_(
            booking.c.zone_name == zone, booking.c.window_start >= start,
            booking.c.window_start < end,
        ))  # fmt: skip
    return or_(false(), *ranges)
