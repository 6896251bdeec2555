"""What a list is asked for: the filters Twilio has, and a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from notifications.stand_in.ledger import Sms

_FILTERS = ("To", "From", "DateSent", "DateSent<", "DateSent>")


@dataclass(frozen=True)
class Wanted:
    filters: dict[str, str]
    days: dict[str, date]
    page: int
    size: int
    now: datetime

    def matches(self, sms: Sms) -> bool:
        if sms.hidden_until is not None and sms.hidden_until > self.now:
            return False
        if self.filters.get("To", sms.to) != sms.to:
            return False
        return self.filters.get("From", sms.sender) == sms.sender and self._on_day(sms)

    def _on_day(self, sms: Sms) -> bool:
        if not self.days:
            return True
        if sms.sent_at is None:  # as with Twilio: what still waits has no date and is left out
            return False
        on, days = sms.sent_at.astimezone(UTC).date(), self.days
        return (
            days.get("DateSent", on) == on
            and on <= days.get("DateSent<", on)
            and on >= days.get("DateSent>", on)
        )


def asked_for(query: dict[str, str], now: datetime) -> Wanted | None:
    """The list's query, or None when it makes no sense."""
    filters = {name: query[name] for name in _FILTERS if query.get(name)}
    try:
        days = {name: date.fromisoformat(filters[name][:10]) for name in filters if "Date" in name}
        page, size = int(query.get("Page", "0")), int(query.get("PageSize", "50"))
    except ValueError:
        return None
    if page < 0 or not 0 < size <= 1000:
        return None
    return Wanted(filters, days, page, size, now)
