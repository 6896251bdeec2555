"""Who works in a scenario: two senders that also rescue, and naive twins of theirs."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import update

from notifications.providers.base import Accepted, OutcomeUnknown, SendLater, SendRefused
from notifications.providers.twilio import Twilio
from notifications.sender import Sender
from notifications.tables import message


class TriesAgain(Twilio):
    """A twin for which no answer means not sent, as a retry decorator has it."""

    async def send(self, to: str, body: str, **more: Any) -> Accepted:
        try:
            return await super().send(to, body, **more)
        except OutcomeUnknown as error:
            raise SendLater(error.code) from error


class GivesUp(Twilio):
    """A twin for which no answer means failed."""

    async def send(self, to: str, body: str, **more: Any) -> Accepted:
        try:
            return await super().send(to, body, **more)
        except OutcomeUnknown as error:
            raise SendRefused(error.code) from error


class FindsNothing(Twilio):
    """A twin that sees nothing where it looks: as if it filtered by the day it was sent."""

    async def find(self, to: str, body: str, since: datetime) -> list[Any]:
        del to, body, since
        return []


class SendsHalfDone(Sender):
    """A twin that sends again whatever it finds half-done once its lease has run out."""

    async def rescue(self) -> int:
        def again() -> int:
            with self._transactions.write() as conn:
                found = conn.execute(
                    update(message)
                    .where(
                        message.c.state.in_(("sending", "unsure")),
                        message.c.lease_until <= self._clock(),
                    )
                    .values(state="queued", lease_by=None, lease_until=None)
                    .returning(message.c.id)
                )
                return len(found.all())

        return await asyncio.to_thread(again)


class Twin(NamedTuple):
    """Who works, and what their messages suffer: `lost` or `duplicate`."""

    provider: type[Twilio]
    sender: type[Sender]
    harm: str


TWINS = {
    "tries again when there is no answer": Twin(TriesAgain, Sender, "duplicate"),
    "gives up when there is no answer": Twin(GivesUp, Sender, "lost"),
    "takes an empty list for proof": Twin(FindsNothing, Sender, "duplicate"),
    "sends again what it finds half-done": Twin(Twilio, SendsHalfDone, "duplicate"),
}
