"""All our senders, by channel: which of them carries a message, and who takes over for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection

from notifications.channels_breakers import Breakers
from notifications.countries import Countries, country_of
from notifications.providers.base import (
    Accepted,
    Found,
    LookupFailed,
    Parts,
    Provider,
    ReceivedReceipt,
    SendLater,
    SendRefused,
)
from notifications.transactions import Transactions

_BETWEEN_TRIES = timedelta(seconds=2)


class Claimable(Protocol):
    """What has to be known of a message to carry it."""

    @property
    def id(self) -> int: ...
    @property
    def channel(self) -> str: ...
    @property
    def parts(self) -> Parts | None: ...


@dataclass(frozen=True)
class NamedSender:
    """One sender of ours: a number, a name or a mailbox. `name` is what operations know it by."""

    name: str
    channel: str
    provider: Provider
    #: The recipients' countries it is for; empty = every one.
    countries: frozenset[str] = frozenset()
    #: Whether we ever learn from its provider what became of a message.
    has_receipts: bool = True
    #: A message handed over twice is one to its reader: of two e-mails with the same Message-ID
    #: most mailboxes show one.
    copies_are_one: bool = False


class Channels:
    """Carries messages over the channels it has senders for, as one provider would.

    A channel's senders stand in order: the first whose breaker is closed and who serves the
    recipient's country carries, and the next takes over. Breakers are kept in `transactions`.
    """

    def __init__(
        self, senders: Sequence[NamedSender], transactions: Transactions | None = None
    ) -> None:
        self._senders: dict[str, list[NamedSender]] = {}
        for each in senders:
            self._senders.setdefault(each.channel, []).append(each)
        wanted = {country for each in senders for country in each.countries}
        self._countries = Countries(wanted) if wanted else None
        self._breakers = Breakers(transactions)
        #: When a channel was last given its one message to try.
        self._tried_at: dict[str, datetime] = {}

    @property
    def senders(self) -> list[NamedSender]:
        return [each for several in self._senders.values() for each in several]

    def with_breakers_in(self, transactions: Transactions) -> Channels:
        """The same, its breakers kept in this database unless they are kept in one already."""
        self._breakers.transactions = self._breakers.transactions or transactions
        return self

    def turns(self, conn: Connection, most: int, now: datetime) -> list[tuple[list[str], int]]:
        """Which channels may be claimed from now, and how many messages of them.

        A channel none of whose senders is in order waits; once it is time for a try, one message.
        """
        self._breakers.read(conn)
        if not self._breakers:
            return [(list(self._senders), most)]
        states = {name: self._state(name, now) for name in self._senders}
        ready = [name for name, state in states.items() if state == "closed"]
        tries = [([name], 1) for name, state in states.items()
                 if state == "due" and self._may_try(name, now)]  # fmt: skip
        return [*tries, (ready, most)] if ready else tries

    async def send(
        self,
        to: str,
        body: str,
        *,
        attempt: str,
        not_after: datetime | None,
        now: datetime,
        message: Claimable | None = None,
    ) -> Accepted:
        """Hand it over once, by one sender of its channel. Raises what a provider raises.

        A sender that is not in order has certainly not sent it: the next takes over at once.
        """
        channel, number, parts = "sms", 0, None
        if message is not None:
            channel, number, parts = message.channel, message.id, message.parts
        why: SendLater | None = None
        for sender in self._serving(channel, to):
            tried: list[str] | None = []
            if self._breakers:
                tried = await self._breakers.take_try(_names(sender, to), now)
            if tried is None:
                continue
            try:
                accepted = await sender.provider.send(
                    to, body, attempt=attempt, not_after=not_after, now=now, number=number,
                    parts=parts,
                )  # fmt: skip
            except SendLater as no:
                await self._broke(sender, no, to, now)
                why = no
            except SendRefused:  # it looked at the message, so our account is in order
                await self._breakers.mended(tried, to, now)
                raise
            else:
                await self._breakers.mended(tried, to, now)
                several = len(self._senders[channel]) > 1
                return accepted._replace(sender=sender.name) if several else accepted
        raise why or self._nobody(channel, now)

    async def find(
        self, to: str, body: str, since: datetime, *, channel: str = "sms"
    ) -> list[Found]:
        """What senders of this channel have carried to them in these words, oldest first.

        Raises `LookupFailed`, also when only one of them could not be asked.
        """
        found: dict[str, Found] = {}
        for sender in self._asked(channel):
            for each in await sender.provider.find(to, body, since):
                found[each.provider_id] = each
        return sorted(found.values(), key=lambda each: each.created_at)

    async def fetch(
        self, provider_id: str, *, channel: str = "sms", carried_by: str | None = None
    ) -> ReceivedReceipt | None:
        """What is known of a message now; None when nobody knows it. Raises `LookupFailed`."""
        for sender in self._asked(channel):
            if carried_by in (None, "", sender.name):
                known = await sender.provider.fetch(provider_id)
                if known is not None:
                    return known
        return None

    def sender_for(self, to: str, now: datetime) -> str | None:
        """The name of the sender by which an SMS to this number would leave now."""
        serving = self._serving("sms", to)
        if self._breakers:
            closed = [e for e in serving if self._breakers.state(_names(e, to), now) == "closed"]
            serving = closed or serving
        return serving[0].name if serving else None

    def has_receipts(self, channel: str) -> bool:
        """Whether we ever learn what became of messages of this channel."""
        return any(each.has_receipts for each in self._senders.get(channel, ()))

    def settles_doubt(self, channel: str, attempt: int) -> bool:
        """Whether it can be found out, or risked, what to do about an unknown outcome.

        A channel without a list whose copies are one: after the first attempt once more.
        """
        senders = self._senders.get(channel, ())
        if any(each.has_receipts for each in senders):
            return True
        return attempt == 1 and any(each.copies_are_one for each in senders)

    async def close(self) -> None:
        """Let go of all connections."""
        for each in self.senders:
            await each.provider.close()

    def _serving(self, channel: str, to: str) -> list[NamedSender]:
        """Those for exactly this country first, then those for every one."""
        senders = self._senders.get(channel, [])
        if self._countries is None or channel != "sms":
            return senders
        country = self._countries.of(to)
        own = [each for each in senders if country in each.countries]
        return own + [each for each in senders if not each.countries]

    def _asked(self, channel: str) -> list[NamedSender]:
        if channel not in self._senders:
            raise LookupFailed(f"no sender for {channel}")
        return self._senders[channel]

    def _state(self, channel: str, now: datetime) -> str:
        states = [
            self._breakers.state((channel, each.name), now) for each in self._senders[channel]
        ]
        return next((each for each in ("closed", "due") if each in states), "open")

    def _may_try(self, channel: str, now: datetime) -> bool:
        # What was claimed for it a moment ago has not been called yet.
        last = self._tried_at.get(channel)
        if last is not None and timedelta(0) <= now - last < _BETWEEN_TRIES:
            return False
        self._tried_at[channel] = now
        return True

    async def _broke(self, sender: NamedSender, no: SendLater, to: str, now: datetime) -> None:
        """Open its breaker, or raise where it is not to blame."""
        failure = no.failure
        if failure is None or failure.kind != "configuration":
            raise no
        name = f"{sender.name}/{country_of(to)}" if failure.one_route else sender.name
        if failure.one_route and self._breakers.is_out_of_reach(name, to):
            theirs = replace(failure, kind="bad_number", one_route=False)
            raise SendRefused(failure.code, failure=theirs) from no
        await self._breakers.opened(name, failure, to, now)

    def _nobody(self, channel: str, now: datetime) -> Exception:
        if channel not in self._senders:
            return SendRefused(f"no sender for {channel}"[:64])
        return SendLater("sender_held", self._breakers.seconds_till_try(now))


def _names(sender: NamedSender, to: str) -> list[str]:
    """The breakers that may stand before this message, the widest first."""
    names = [sender.channel, sender.name]
    if sender.channel == "sms":
        country = country_of(to)
        names += [f"{sender.channel}/{country}", f"{sender.name}/{country}"]
    return names


def channels_of(provider: Any, transactions: Transactions) -> Channels:
    """As it is if it is `Channels`; a bare provider carries all SMS."""
    if isinstance(provider, Channels):
        return provider.with_breakers_in(transactions)
    return Channels([NamedSender("sms", "sms", provider)], transactions)
