"""What each service can promise this customer: the windows, the days and the places."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from delivery.rules.asks import QuoteAsk
from delivery.rules.catalogue import PickupPoint, Service
from delivery.rules.pricing import Parts
from delivery.rules.windows import TimeWindow

#: More places than anybody counts: a slot that is not among the scarce ones.
PLENTY = 1_000_000
#: A window with so few places left is said to have few.
FEW_PLACES = 3
#: Effort of a delivery to the door; a place costs its metres.
AT_HOME = -1


class Candidate(NamedTuple):
    """A possible option before it is put into words."""

    id: str
    service: Service
    window: TimeWindow
    amount: int
    parts: Parts
    end: float
    minutes: int
    effort: int = AT_HOME
    cutoff: datetime | None = None
    slot_id: int | None = None
    #: Places left, as far as they matter.
    left: int = PLENTY
    point: PickupPoint | None = None
    until: datetime | None = None


class Moment(NamedTuple):
    """When somebody asks, and from when on the goods can leave."""

    now: datetime
    ready: datetime

    @classmethod
    def of(cls, ask: QuoteAsk, now: datetime) -> Moment:
        return cls(now, ask.ready_at if ask.ready_at and ask.ready_at > now else now)


def last_day(service: Service, moment: Moment) -> date:
    """The last day this service offers to somebody who asks now."""
    return moment.now.astimezone(service.zone).date() + timedelta(days=service.days_ahead - 1)
