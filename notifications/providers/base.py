"""What a provider promises, and the three ways in which sending can go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol


class Accepted(NamedTuple):
    """The provider has it and will carry it. `state` is `sent`, or `delivered` at once."""

    provider_id: str
    state: str = "sent"


class SendRefused(Exception):
    """It will never work: bad number, opted out, not allowed."""

    def __init__(self, code: str, *, opted_out: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.opted_out = opted_out


class SendLater(Exception):
    """It was certainly not sent, and may be tried again."""

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        #: Seconds the provider asks us to wait.
        self.retry_after = retry_after


class OutcomeUnknown(Exception):
    """It may have been sent or not: a time-out, a cut answer, trouble at the provider."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class LookupFailed(Exception):
    """The provider could not be asked what it has."""


class Unreadable(Exception):
    """A webhook that is signed but says nothing we can use; the text names the field."""


class Found(NamedTuple):
    """A message as the provider lists it."""

    provider_id: str
    state: str
    created_at: datetime


@dataclass(frozen=True)
class ReceivedReply:
    """An SMS from a person, as the provider posted it."""

    provider_id: str
    sender: str
    recipient: str
    body: str
    media: int = 0


@dataclass(frozen=True)
class ReceivedReceipt:
    """What became of a message. `state` is ours, or None when it says nothing new to us."""

    provider_id: str
    status: str
    state: str | None
    error: str | None = None
    #: The person has told the provider to stop.
    opted_out: bool = False


Form = Sequence[tuple[str, str]]


class Provider(Protocol):
    """Carries messages. Its own words, codes and spellings stay inside its file."""

    async def send(
        self, to: str, body: str, *, attempt: str, not_after: datetime | None, now: datetime
    ) -> Accepted:
        """Hand it over once, never again by itself. Its receipts carry `attempt`.

        Raises `SendRefused`, `SendLater` or `OutcomeUnknown`, and nothing else.
        """

    async def find(self, to: str, body: str, since: datetime) -> list[Found]:
        """What it has of ours to this number with exactly this body since then, oldest first.

        Raises `LookupFailed`.
        """

    def check_signature(self, path: str, form: Form, signature: str) -> bool:
        """Whether the provider itself posted this form to this path (with its query)."""

    def read_reply(self, form: Form) -> ReceivedReply:
        """Raises `Unreadable`."""

    def read_receipt(self, form: Form) -> ReceivedReceipt:
        """Raises `Unreadable`."""

    async def close(self) -> None:
        """Let go of its connections."""
