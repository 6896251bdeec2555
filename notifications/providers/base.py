"""What a provider promises, whatever its channel, and the three ways sending can go wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from notifications.failures import Failure, unknown

#: What an e-mail has besides its text: `subject`, `html`, `calendar`, `sender_name`; an SMS has
#: none.
Parts = Mapping[str, Any]


class Accepted(NamedTuple):
    """The provider has it and will carry it. `state` is `sent`, or `delivered` at once."""

    provider_id: str
    state: str = "sent"
    #: Which of our senders carried it; empty where there is only one.
    sender: str = ""


class SendRefused(Exception):
    """It will never work: bad number, opted out, not allowed."""

    def __init__(
        self, code: str, *, opted_out: bool = False, failure: Failure | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.opted_out = opted_out
        self.failure = failure or unknown(code)


class SendLater(Exception):
    """It was certainly not sent, and may be tried again.

    With a `failure` of the kind `configuration` it is our account or sender that is at fault,
    not this message: its breaker opens.
    """

    def __init__(
        self, code: str, retry_after: float | None = None, failure: Failure | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        #: Seconds the provider asks us to wait.
        self.retry_after = retry_after
        self.failure = failure


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
    #: Its own word for where the message is.
    status: str = ""
    error: str | None = None
    failure: Failure | None = None


@dataclass(frozen=True)
class ReceivedReply:
    """An SMS from a person, as the provider posted or lists it."""

    provider_id: str
    sender: str
    recipient: str
    body: str
    media: int = 0
    #: By the provider's clock, where it says so.
    received_at: datetime | None = None


@dataclass(frozen=True)
class ReceivedReceipt:
    """What became of a message. `state` is ours, or None when it says nothing new to us."""

    provider_id: str
    status: str
    state: str | None
    error: str | None = None
    #: The person has told the provider to stop.
    opted_out: bool = False
    #: Set where `state` is `failed`.
    failure: Failure | None = None


Form = Sequence[tuple[str, str]]


class Provider(Protocol):
    """Carries messages of one channel. Its words, codes and spellings stay inside its file."""

    async def send(
        self,
        to: str,
        body: str,
        *,
        attempt: str,
        not_after: datetime | None,
        now: datetime,
        number: int = 0,
        parts: Parts | None = None,
    ) -> Accepted:
        """Hand it over once, never again by itself. Its receipts carry `attempt`.

        `number` is our message's own, the same at every attempt. Raises `SendRefused`,
        `SendLater` or `OutcomeUnknown`, and nothing else.
        """

    async def find(self, to: str, body: str, since: datetime) -> list[Found]:
        """What it has of ours to this number with exactly this body since then, oldest first.

        Raises `LookupFailed`.
        """

    async def fetch(self, provider_id: str) -> ReceivedReceipt | None:
        """What it says of this message now; None when it does not know it, or keeps no record.

        Raises `LookupFailed`.
        """

    async def close(self) -> None:
        """Let go of its connections."""


class Hearing(Protocol):
    """Of a provider that also posts to us: people's replies, and what became of messages."""

    def check_signature(self, path: str, form: Form, signature: str) -> bool:
        """Whether the provider itself posted this form to this path (with its query)."""

    def read_reply(self, form: Form) -> ReceivedReply:
        """Raises `Unreadable`."""

    def read_receipt(self, form: Form) -> ReceivedReceipt:
        """Raises `Unreadable`."""

    async def inbound_since(self, since: datetime) -> list[ReceivedReply]:
        """What people have written to us since then, oldest first, posted or not.

        Empty where no record is kept. The newest may be missing for a while. Raises
        `LookupFailed`.
        """

    async def close(self) -> None:
        """Let go of its connections; what asks next opens new ones."""
