"""Whether a message leaves at all, and when: asked once, when it is posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import Connection

from notifications import caps, quiet, told
from notifications.notice import Notice
from notifications.policy import Policy
from notifications.quiet import Waking

#: An answer is given whenever it is asked for.
_ANSWER = 0


@dataclass(frozen=True)
class Asked:
    """One message that somebody wants to post. `people` are all addresses of its one reader."""

    notice: Notice
    people: Sequence[str]
    about: str
    due: datetime
    not_after: datetime | None
    zone: tzinfo
    #: `start/end` in UTC, or None.
    states_window: str | None
    #: May wake its reader; None = what its notice says, looking at the window it states.
    urgent: bool | None
    #: It says what another message could not: that one was asked about.
    again: bool


@dataclass(frozen=True)
class Verdict:
    """`state` is queued, suppressed or expired, and `why` says what stands against it."""

    state: str
    why: str | None
    waking: Waking


def decide(conn: Connection, asked: Asked, policy: Policy) -> Verdict:
    """What to do with it; who has opted out is asked elsewhere, in the statement that writes."""
    waking = _waking(asked, policy)
    if asked.not_after is not None and asked.not_after <= waking.due_at:
        return Verdict("expired", "asleep" if waking.due_at > asked.due else None, waking)
    why = None if asked.again else _against(conn, asked, waking.due_at, policy)
    return Verdict("suppressed" if why else "queued", why, waking)


def asks_database(asked: Asked) -> bool:
    """Whether what was posted before decides about it."""
    notice = asked.notice
    return not asked.again and (
        (notice.unless_told is not None and asked.states_window is not None)
        or (notice.capped and notice.lane != _ANSWER)
    )


def _waking(asked: Asked, policy: Policy) -> Waking:
    if asked.notice.lane == _ANSWER or _may_wake(asked, policy):
        return Waking(asked.due, None, None)
    key = f"{asked.people[0]} {asked.about}"
    return quiet.waking(policy.quiet, asked.zone, asked.due, key=key)


def _may_wake(asked: Asked, policy: Policy) -> bool:
    if asked.urgent is not None:
        return asked.urgent
    if not asked.notice.urgent:
        return False
    window = asked.states_window
    begins = datetime.fromisoformat(window.partition("/")[0]) if window else None
    return quiet.may_wake(policy.quiet, asked.zone, asked.due, begins)


def _against(conn: Connection, asked: Asked, due: datetime, policy: Policy) -> str | None:
    notice = asked.notice
    within: timedelta | None = notice.unless_told
    if within is not None and asked.states_window is not None:
        caps.take_turn(conn, asked.people)
        if told.already(conn, about=asked.about, window=asked.states_window, at=due, within=within):
            return "told"
    if not notice.capped or notice.lane == _ANSWER:
        return None
    full = caps.reached(
        conn, asked.people, at=due, zone=asked.zone, per_day=policy.per_day
    )  # fmt: skip
    return "cap" if full else None
