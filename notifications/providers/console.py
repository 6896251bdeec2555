"""A provider that prints: for a developer's machine, where nothing may leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from notifications.providers.base import (
    Accepted,
    Form,
    Found,
    Parts,
    ReceivedReceipt,
    ReceivedReply,
    Unreadable,
)


class Console:
    """Hands every message to `write` and calls it delivered. Nobody can answer it."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

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
        del not_after, now, number
        subject = f"Subject: {parts['subject']}\n" if parts and parts.get("subject") else ""
        self._write(f"{'E-mail' if '@' in to else 'SMS'} to {to}\n{subject}{body}\n")
        return Accepted(f"console-{attempt}", "delivered")

    async def find(self, to: str, body: str, since: datetime) -> list[Found]:
        del to, body, since
        return []

    async def fetch(self, provider_id: str) -> None:
        del provider_id

    def check_signature(self, path: str, form: Form, signature: str) -> bool:
        del path, form, signature
        return False

    def read_reply(self, form: Form) -> ReceivedReply:
        raise Unreadable("the console has no replies")

    async def inbound_since(self, since: datetime) -> list[ReceivedReply]:
        del since
        return []

    def read_receipt(self, form: Form) -> ReceivedReceipt:
        raise Unreadable("the console has no receipts")

    async def close(self) -> None:
        return None
