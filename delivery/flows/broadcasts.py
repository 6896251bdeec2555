"""Broadcasts: made and counted, confirmed, paused, called off; each in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery import notices
from delivery.flows.broadcast_checking import check_audience
from delivery.flows.broadcast_feeding import CLUSTERING, saying_of
from delivery.flows.broadcast_preview import preview
from delivery.flows.broadcast_words import languages
from delivery.house import House
from delivery.ids import new_id
from delivery.rules import broadcasts as rules
from delivery.rules.broadcast_fields import Saying, read_saying
from delivery.rules.broadcasts import Audience
from delivery.store import broadcast_audiences, broadcast_progress, broadcasts
from delivery.store.broadcast_conditions import Wanted
from delivery.store.broadcasts import Broadcast
from notifications import gates
from notifications.quiet import STAGGER


@dataclass(frozen=True)
class BroadcastAsk:
    """What to tell whom. `fields` are as they came; `by` is who asks, for the record."""

    audience: Audience
    notice: str
    fields: Mapping[str, Any]
    by: str


def make(
    conn: Connection, house: House, ask: BroadcastAsk, *, dry_run: bool, now: datetime
) -> Broadcast:
    """Fix the audience and show what will happen; without `dry_run` it starts as well.

    Raises `NotValid` with a pointer to the field at fault.
    """
    saying = read_saying(ask.notice, ask.fields, languages=languages(house), now=now)
    check_audience(conn, house, ask.audience)
    broadcast_id = new_id("bc")
    number = broadcasts.add(
        conn, id=broadcast_id, state=rules.DRAFT, audience=ask.audience.as_json(),
        notice=ask.notice, fields=dict(ask.fields), shown={}, by=ask.by, created_at=now,
    )  # fmt: skip
    wanted, asleep_until = _wanted(house, ask.audience, saying, now)
    tally = broadcast_audiences.fix(conn, number, wanted)
    shown = preview(conn, house, number, saying, tally, asleep_until, now=now)
    made = broadcasts.get(conn, broadcast_id)
    broadcasts.change(conn, made, shown=shown)
    made = broadcasts.get(conn, broadcast_id)
    return made if dry_run else _start(conn, house, made, saying, now=now)


def start(conn: Connection, house: House, broadcast_id: str, *, now: datetime) -> Broadcast:
    """Confirm a draft; again, it is as it is. Raises a `BroadcastMove`, `NotFound`."""
    known = broadcasts.lock(conn, broadcast_id)
    if rules.moved(known.state, "start") == known.state:
        return known
    if now >= known.created_at + rules.DRAFT_FOR:
        raise rules.DraftTooOld(state=known.state)
    return _start(conn, house, known, saying_of(house, known), now=now)


def pause(conn: Connection, broadcast_id: str, *, by: str, now: datetime) -> Broadcast:
    """What has not left stays. Raises a `BroadcastMove`, `NotFound`."""
    known = broadcasts.lock(conn, broadcast_id)
    if rules.moved(known.state, "pause") == known.state:
        return known
    gates.close(conn, known.gate, by=by, why="paused", now=now)
    return _changed(conn, known, state=rules.PAUSED, why="")


def resume(conn: Connection, broadcast_id: str, *, now: datetime) -> Broadcast:
    """Go on where it was; what was refused until now is forgiven. Raises as `pause`."""
    known = broadcasts.lock(conn, broadcast_id)
    if rules.moved(known.state, "resume") == known.state:
        return known
    gates.open_(conn, known.gate)
    refused = broadcast_progress.refused(conn, known, CLUSTERING)
    return _changed(
        conn, known, state=rules.RUNNING, started_at=known.started_at or now, why="",
        forgiven=refused,
    )  # fmt: skip


def cancel(conn: Connection, broadcast_id: str, *, by: str, now: datetime) -> Broadcast:
    """What has not begun never leaves. Promises that were moved stay moved. Raises as `pause`."""
    known = broadcasts.lock(conn, broadcast_id)
    if rules.moved(known.state, "cancel") == known.state:
        return known
    broadcasts.call_off(conn, known, now=now)
    gates.open_(conn, known.gate)
    return _changed(
        conn, known, state=rules.CANCELLED, ended_at=now, why=f"cancelled by {by}"[:200]
    )


def panic(conn: Connection, *, stop: bool, by: str, now: datetime) -> dict[str, Any]:
    """Hold everything that has not left, or let it go on; what waits and what is out now."""
    if stop:
        gates.close(conn, gates.EVERYTHING, by=by, why="panic", now=now)
    else:
        gates.open_(conn, gates.EVERYTHING)
    return held(conn)


def held(conn: Connection) -> dict[str, Any]:
    """Whether everything is held, since when and by whom, and how many messages wait."""
    closed = next((each for each in gates.closed(conn) if each.name == gates.EVERYTHING), None)
    return {
        "stopped": closed is not None,
        "since": closed.closed_at.isoformat() if closed else None,
        "by": closed.by if closed else None,
        **broadcast_progress.everything(conn),
    }


def _start(
    conn: Connection, house: House, known: Broadcast, saying: Saying, *, now: datetime
) -> Broadcast:
    broadcast_audiences.settle_idle(conn, known.number, saying.effect)
    delay = timedelta(seconds=house.settings.broadcasts.start_delay_seconds)
    begun: dict[str, Any] = {"state": rules.STARTING}
    if not delay:
        begun = {"state": rules.RUNNING, "started_at": now}
    return _changed(conn, known, confirmed_at=now, starts_at=now + delay, **begun)


def _changed(conn: Connection, known: Broadcast, **values: Any) -> Broadcast:
    broadcasts.change(conn, known, **values)
    return broadcasts.get(conn, known.id)


def _wanted(
    house: House, audience: Audience, saying: Saying, now: datetime
) -> tuple[Wanted, datetime | None]:
    """The audience with what its conditions need, and when the last who sleeps now is told."""
    kind = notices.NOTICES[saying.notice]
    zones = zones_of(house)
    asleep_from: dict[str, datetime] = {}
    until: datetime | None = None
    quiet = house.policy.quiet
    for name in zones if quiet is not None else ():
        zone = ZoneInfo(name)
        assert quiet is not None
        begins, ends = quiet.night(zone, now)
        if begins > now:
            continue
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        midnight = datetime.combine(tomorrow, time(), zone)
        since = max(midnight, ends + timedelta(hours=1))
        asleep_from[name] = since if kind.urgent else now - timedelta(days=3650)
        until = max(until or ends, ends + STAGGER)
    return Wanted(
        audience, saying.effect, saying.notice, kind.necessary, zones, asleep_from, now
    ), until


def zones_of(house: House) -> tuple[str, ...]:
    """The zones on whose clocks the places we deliver to live."""
    found = set()
    for service in house.catalogues.current().services:
        found.add(service.zone.key)
        found |= {each.key for each in service.zone_map.clocks.values()}
    return tuple(sorted(found))
