"""What people wrote to us, as Twilio posts and as Twilio lists it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from notifications.providers.base import LookupFailed, ReceivedReply, Unreadable

log = structlog.get_logger()

SID = re.compile(r"(?:SM|MM)[0-9a-f]{32}")
#: A name made of letters cannot be answered.
_ANSWERABLE = re.compile(r"\+?[0-9]{3,15}")
_LONGEST = 10_000
#: Twilio dates a message to the second, by its own clock.
_CLOCKS_DIFFER = timedelta(seconds=5)
#: The newest come first. Their date filter may look at days only: what is so much too old ends it.
_TOO_OLD = timedelta(hours=1)
_PAGE, _MOST = 1000, 100_000


def reply_of(
    provider_id: str, sender: str, recipient: str, body: str, media: str,
    received_at: datetime | None = None,
) -> ReceivedReply:  # fmt: skip
    """Their fields as a reply that can be kept. Raises `Unreadable`."""
    if not SID.fullmatch(provider_id):
        raise Unreadable("MessageSid")
    if not 0 < len(sender) <= 32 or "\x00" in sender:
        raise Unreadable("From")
    if len(recipient) > 32 or "\x00" in recipient:
        raise Unreadable("To")
    # PostgreSQL keeps no NUL, and a phone shows none; JSON can say half a surrogate pair.
    text = body.replace("\x00", "").encode("utf-8", "ignore").decode()[:_LONGEST]
    count = int(media) if media.isascii() and media.isdigit() and len(media) < 4 else 0
    return ReceivedReply(provider_id, sender, recipient, text, count, received_at)


class Inbound:
    """What was written to one of `ours`: numbers, and services (MG...) with numbers of their own.

    The account may have other numbers, on which people write about something else.
    """

    def __init__(self, messages: Any, ours: Collection[str]) -> None:
        self._messages = messages
        self._services = {each for each in ours if each.startswith("MG")}
        self._numbers = {each for each in ours if _ANSWERABLE.fullmatch(each)}

    async def since(self, moment: datetime) -> list[ReceivedReply]:
        """Oldest first, each once. Raises `LookupFailed`."""
        try:
            listed = [each async for each in self._all_since(moment)]
        except Exception as error:
            raise LookupFailed(str(getattr(error, "code", None) or type(error).__name__)) from error
        numbers = self._numbers | {
            each.from_ for each in listed
            if each.messaging_service_sid in self._services and _is_outbound(each)
        }  # fmt: skip
        ours = {
            each.sid: each
            for each in reversed(listed)
            if each.direction == "inbound"
            and (each.to in numbers or each.messaging_service_sid in self._services)
            and _when(each) >= moment - _CLOCKS_DIFFER
        }
        return [reply for each in sorted(ours.values(), key=_when) if (reply := _read(each))]

    async def _all_since(self, moment: datetime) -> AsyncIterator[Any]:
        # A list can be asked for one number at the most, and not for a service.
        asked: list[dict[str, str]] = [{"to": each} for each in sorted(self._numbers)]
        for whom in [{}] if self._services else asked:
            seen = 0
            # The library writes a time without its zone.
            async for each in await self._messages.stream_async(
                date_sent_after=moment.astimezone(UTC), limit=_MOST, page_size=_PAGE, **whom
            ):
                if each.date_sent is not None and each.date_sent < moment - _TOO_OLD:
                    break
                seen += 1
                yield each
            if seen >= _MOST:
                log.error("more messages than can be looked through", messages=seen)


def _is_outbound(listed: Any) -> bool:
    return str(listed.direction or "").startswith("outbound")


def _when(listed: Any) -> datetime:
    moment: datetime = listed.date_sent or listed.date_created
    return moment


def _read(listed: Any) -> ReceivedReply | None:
    try:
        return reply_of(
            str(listed.sid), str(listed.from_ or ""), str(listed.to or ""), str(listed.body or ""),
            str(listed.num_media or ""), _when(listed),
        )  # fmt: skip
    except Unreadable as field:
        log.warning("a listed reply cannot be read", field=str(field))
        return None
