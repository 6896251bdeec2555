"""Broadcasts that run: the worker begins them, feeds the outbox, watches for trouble, ends them."""

from __future__ import annotations

from datetime import datetime

import structlog

from delivery.flows import posting
from delivery.flows.broadcast_offers import Wish, wishes_of
from delivery.flows.broadcast_posting import Batch, post_all
from delivery.flows.broadcast_words import languages
from delivery.house import House
from delivery.rules import broadcasts as rules
from delivery.rules.broadcast_fields import Saying, read_saying
from delivery.store import broadcast_progress, broadcasts
from delivery.store.broadcasts import Broadcast, Recipient
from notifications import gates
from notifications.providers import twilio_errors

log = structlog.get_logger()

#: Recipients in one transaction: few enough that nobody waits long behind it.
BATCH = 50
#: So many messages of one broadcast wait in the outbox at the most: the rest is made when it is
#: about to leave, from what is true and free then.
AHEAD = 2000
#: Failures that are about the words or the account, not about one telephone or a busy provider.
CLUSTERING = twilio_errors.codes("content", "trial")


def feed_next(house: House, *, now: datetime) -> bool:
    """One step of every broadcast that is open; True when there is more to do at once."""
    with house.database.read() as conn:
        opened = broadcasts.open_ones(conn)
        if opened and any(each.name == gates.EVERYTHING for each in gates.closed(conn)):
            return False  # nobody's promise is moved while nobody can be told
    return any([_step(house, each, now) for each in opened])


def _step(house: House, known: Broadcast, now: datetime) -> bool:
    if known.state == rules.STARTING:
        return _begin(house, known, now)
    if _trouble(house, known, now):
        return False
    with house.database.read() as conn:
        room = AHEAD - broadcast_progress.queued(conn, known, now=now, most=AHEAD)
        due = broadcasts.pending(conn, known.number, min(BATCH, max(room, 0)))
        nobody = not due and not broadcasts.pending(conn, known.number, 1)
    if nobody:
        _end(house, known, now)
    return bool(due) and feed(house, known, due, now=now)


def _begin(house: House, known: Broadcast, now: datetime) -> bool:
    with house.database.write() as conn:
        fresh = broadcasts.lock(conn, known.id)
        if fresh.state != rules.STARTING or (fresh.starts_at and now < fresh.starts_at):
            return False
        broadcasts.change(conn, fresh, state=rules.RUNNING, started_at=now)
    log.info("broadcast runs", broadcast=known.id)
    return True


def feed(house: House, known: Broadcast, due: list[Recipient], *, now: datetime) -> bool:
    """Write to these recipients in one transaction; False when it does not run any more.

    What they could choose is looked up before, so that nobody waits behind that.
    """
    saying = saying_of(house, known)
    wishes = _wishes(house, saying, due, now)
    with house.database.write() as conn:
        if broadcasts.share(conn, known.id).state != rules.RUNNING:
            return False
        theirs = broadcasts.still_pending(conn, known.number, [each.reference for each in due])
        batch = Batch(conn, house, known, saying, posting.policy_of(house), now)
        broadcasts.settle(conn, known.number, post_all(batch, theirs, wishes))
    return True


def saying_of(house: House, known: Broadcast) -> Saying:
    """What a broadcast says, from its row. It was checked when it was made."""
    return read_saying(known.notice, known.fields, languages=languages(house), now=known.created_at)


def _wishes(house: House, saying: Saying, due: list[Recipient], now: datetime) -> dict[str, Wish]:
    if not saying.effect.offers:
        return {}
    theirs = [each.reference for each in due if each.kind == rules.TELL]
    with house.database.read() as conn:
        return wishes_of(conn, house, theirs, saying.effect, now=now)


def _trouble(house: House, known: Broadcast, now: datetime) -> bool:
    """Pause it when its words are refused again and again; whether it was."""
    with house.database.read() as conn:
        refused = broadcast_progress.refused(conn, known, CLUSTERING) - known.forgiven
        if refused < rules.CLUSTER:
            return False
        states = broadcast_progress.messages_by_state(conn, known)
    settled = sum(states.get(each, 0) for each in ("sent", "delivered", "failed", "unsure"))
    if not rules.errors_cluster(refused, settled):
        return False
    with house.database.write() as conn:
        fresh = broadcasts.lock(conn, known.id)
        if fresh.state != rules.RUNNING:
            return True
        why = f"{refused} messages were refused for their words"
        gates.close(conn, fresh.gate, by="itself", why=why, now=now)
        broadcasts.change(conn, fresh, state=rules.PAUSED, why=why)
    log.warning("broadcast paused itself", broadcast=known.id, refused=refused)
    return True


def _end(house: House, known: Broadcast, now: datetime) -> None:
    with house.database.read() as conn:
        if broadcast_progress.is_under_way(conn, known):
            return
    with house.database.write() as conn:
        fresh = broadcasts.lock(conn, known.id)
        if fresh.state == rules.RUNNING and not broadcasts.pending(conn, fresh.number, 1):
            broadcasts.change(conn, fresh, state=rules.DONE, ended_at=now)
            log.info("broadcast is done", broadcast=known.id)
