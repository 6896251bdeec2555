"""Broadcasts: whom one means, what it does to a promise, and what may be done with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from delivery.rules.refusals import Refusal
from delivery.rules.tracking import NEWS_FROM
from delivery.rules.windows import TimeWindow

DRAFT, STARTING, RUNNING, PAUSED = "draft", "starting", "running", "paused"
DONE, CANCELLED = "done", "cancelled"

#: What a recipient is, when the audience is fixed; only these are told by SMS.
TELL = "tell"
ALREADY_TOLD, IN_CONVERSATION = "already_told", "in_conversation"
NO_PHONE, OPTED_OUT = "no_phone", "opted_out"

#: States of bookings whose time is still to come, and of those that thanks can reach too.
AHEAD = ("booked", "on_the_way", "failed")
REACHED = (*AHEAD, "ready_for_pickup", "lost", "delivered")
#: A delivery that nobody has closed for so long is not ahead any more.
AHEAD_FOR = timedelta(hours=24)
#: Nobody gets the same thanks or apology twice in this time.
TOLD_FOR = timedelta(hours=24)

#: A draft speaks of the moment at which it was made.
DRAFT_FOR = timedelta(hours=12)
#: So many refused messages, and at least one in so many of those that are settled, pause it.
CLUSTER, CLUSTER_SHARE = 5, 10

_POSTCODE = re.compile(r"^[0-9A-Za-z -]{1,12}\*?$|^\*$")


class BroadcastMove(Refusal):
    """The broadcast is not in a state for that."""

    code = "broadcast_state"


class BroadcastDone(BroadcastMove):
    """The broadcast is over: everybody has been written to."""

    code = "broadcast_done"


class BroadcastCancelled(BroadcastMove):
    """The broadcast was cancelled."""

    code = "broadcast_cancelled"


class BroadcastNotStarted(BroadcastMove):
    """The broadcast has not been started."""

    code = "broadcast_not_started"


class DraftTooOld(BroadcastMove):
    """This draft is from another day; make it anew, so that it counts who is concerned now."""

    code = "draft_too_old"


#: From a state by a word to a state; the same state: said again, nothing changes.
MOVES: dict[str, dict[str, str]] = {
    DRAFT: {"start": STARTING, "cancel": CANCELLED},
    STARTING: {"start": STARTING, "pause": PAUSED, "cancel": CANCELLED},
    RUNNING: {"start": RUNNING, "pause": PAUSED, "resume": RUNNING, "cancel": CANCELLED},
    PAUSED: {"start": PAUSED, "pause": PAUSED, "resume": RUNNING, "cancel": CANCELLED},
    DONE: {"start": DONE},
    CANCELLED: {"cancel": CANCELLED},
}
_WHY_NOT: dict[str, type[BroadcastMove]] = {
    DRAFT: BroadcastNotStarted, STARTING: BroadcastMove, DONE: BroadcastDone,
    CANCELLED: BroadcastCancelled,
}  # fmt: skip


def moved(state: str, word: str) -> str:
    """The state after `start`, `pause`, `resume` or `cancel`. Raises a `BroadcastMove`."""
    to = MOVES[state].get(word)
    if to is None:
        raise _WHY_NOT.get(state, BroadcastMove)(state=state)
    return to


@dataclass(frozen=True)
class Audience:
    """Which bookings: each list names what they may be; an empty one does not restrict."""

    day: date | None = None
    zones: tuple[str, ...] = ()
    #: Whole ones, or beginnings with a star: `005*`.
    postcodes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    #: Windows by number, and those within them.
    slots: tuple[int, ...] = ()
    #: Rounds of vans: the widest windows, by number.
    routes: tuple[int, ...] = ()
    states: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, each.name) for each in fields(self))

    def as_json(self) -> dict[str, Any]:
        lists = {each.name: list(getattr(self, each.name)) for each in fields(self)[1:]}
        return {"day": self.day.isoformat() if self.day else None} | lists

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Audience:
        lists = {name: tuple(value) for name, value in kept.items() if name != "day"}
        return cls(date.fromisoformat(kept["day"]) if kept.get("day") else None, **lists)


@dataclass(frozen=True)
class Subject:
    """What an audience asks of one booking."""

    reference: str
    state: str
    carrier: str
    service: str
    postcode: str
    #: Of its place: the zone and every window around it, itself among them; none without a place.
    zone: str | None
    chain: tuple[int, ...]
    #: On the clock of its place.
    window: TimeWindow


def means(audience: Audience, subject: Subject) -> bool:
    """Whether the audience means this booking, whatever its state allows."""
    asked = (
        (audience.services, subject.service), (audience.carriers, subject.carrier),
        (audience.states, subject.state), (audience.references, subject.reference),
        (audience.zones, subject.zone),
    )  # fmt: skip
    return (
        all(not names or one in names for names, one in asked)
        and (audience.day is None or subject.window.start.date() == audience.day)
        and (not audience.postcodes or any(
            covers(each, subject.postcode) for each in audience.postcodes))
        and (not audience.slots or not set(audience.slots).isdisjoint(subject.chain))
        and (not audience.routes or not set(audience.routes).isdisjoint(subject.chain))
    )  # fmt: skip


def covers(pattern: str, postcode: str) -> bool:
    """Whether `005*` means 00530; without a star it means itself."""
    if pattern.endswith("*"):
        return postcode.startswith(pattern[:-1])
    return postcode == pattern


def is_postcode_pattern(text: str) -> bool:
    return _POSTCODE.match(text) is not None


@dataclass(frozen=True)
class Effect:
    """What a broadcast does to each promise: `kind` says which of the others count."""

    #: shift (by `minutes`) | window (to `window`) | back (to what was planned) | none
    kind: str = "none"
    minutes: int = 0
    window: TimeWindow | None = None
    #: Whether free times are listed, and held.
    offers: bool = False

    NONE: ClassVar[str] = "none"

    @property
    def moves(self) -> bool:
        return self.kind != self.NONE

    @property
    def least(self) -> timedelta:
        """From which difference on it is news; a short delay is all of itself."""
        return min(NEWS_FROM, timedelta(minutes=abs(self.minutes)))

    def coming(self, standing: TimeWindow, planned: TimeWindow) -> TimeWindow:
        """The window to promise, in the zone of the one that stands."""
        if self.kind == "shift":
            return planned.shifted(timedelta(minutes=self.minutes))
        if self.kind == "window" and self.window is not None:
            zone = standing.start.tzinfo
            return TimeWindow(self.window.start.astimezone(zone), self.window.end.astimezone(zone))
        return planned if self.kind == "back" else standing

    def is_news(self, standing: TimeWindow, planned: TimeWindow) -> bool:
        """Whether the promise that stands would change; without it there is nothing to tell."""
        coming = self.coming(standing, planned)
        if self.kind == "shift":
            later = coming.end - standing.end
            return (later if self.minutes > 0 else -later) >= self.least
        return not self.moves or coming != standing


@dataclass(frozen=True)
class Tally:
    """A broadcast's recipients, counted once its audience is fixed."""

    recipients: int = 0
    already_told: int = 0
    asleep: int = 0
    no_phone: int = 0
    email_instead: int = 0
    opted_out: int = 0
    in_conversation: int = 0
    #: Those told by SMS; not among the contract's counts.
    by_sms: int = 0
    #: The same by language.
    locales: Mapping[str, int] = field(default_factory=dict)

    NAMES: ClassVar[tuple[str, ...]] = (
        "recipients", "already_told", "asleep", "no_phone", "email_instead", "opted_out",
        "in_conversation",
    )  # fmt: skip

    @property
    def told(self) -> int:
        return self.by_sms + self.email_instead

    def as_json(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.NAMES}


def in_words(said: Mapping[str, str], locale: str, others: Sequence[str]) -> str:
    """The text for a reader of `locale`, else in the first of the other languages that has one."""
    short = locale.replace("_", "-").split("-")[0].lower()
    for language in (locale, short, *others, ""):
        if said.get(language):
            return " ".join(said[language].split())
    return ""


def as_sentence(said: str) -> str:
    """With a capital letter and a full stop; nothing stays nothing."""
    if not said:
        return ""
    return said[0].upper() + said[1:] + ("" if said[-1] in ".!?" else ".")


def errors_cluster(refused: int, settled: int) -> bool:
    """Whether the words themselves are refused so often that nobody should go on by machine."""
    return refused >= CLUSTER and refused * CLUSTER_SHARE >= settled


def last_leaves(
    now: datetime, *, segments: int, ahead: int, per_second: float, delay: timedelta
) -> datetime:
    """When the last one has left, if `ahead` segments of others leave first."""
    return now + delay + timedelta(seconds=(segments + ahead) / per_second)
