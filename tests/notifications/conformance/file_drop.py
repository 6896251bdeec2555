"""A third channel, for the proof that one is one file and one line: messages become files."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from notifications.failures import Failure
from notifications.providers.base import (
    Accepted,
    Found,
    OutcomeUnknown,
    Parts,
    ReceivedReceipt,
    SendLater,
    SendRefused,
)

_CLOSED = Failure("closed", "configuration", "The folder is closed to us.")
_NO_BOX = Failure("no_box", "bad_number", "There is no such box.")


class FileDrop:
    """One folder; a person is a box, a message a file in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

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
        kind, seconds = self._trouble()
        if not self._folder.is_dir():
            raise SendLater("not_connected")
        if kind == "refused" or "/" in to or "\n" in to:
            raise SendRefused("no_box", failure=_NO_BOX)
        if kind == "ours":
            raise SendLater("closed", failure=_CLOSED)
        if kind == "later":
            raise SendLater("busy")
        name = hashlib.sha256(f"{attempt}\0{to}".encode()).hexdigest()[:32]
        row = {"to": to, "body": body, "at": now.isoformat(), "number": number}
        (self._folder / f"{name}.json").write_text(json.dumps(row), "utf-8")
        if kind in ("late", "cut"):
            await asyncio.sleep(min(seconds, 0.1))
            raise OutcomeUnknown(kind)
        return Accepted(name, "delivered")

    async def find(self, to: str, body: str, since: datetime) -> list[Found]:
        found = [
            Found(name, "delivered", datetime.fromisoformat(row["at"]))
            for name, row in self._rows()
            if (row["to"], row["body"]) == (to, body)
        ]
        return [each for each in found if each.created_at >= since]

    async def fetch(self, provider_id: str) -> ReceivedReceipt | None:
        known = {name for name, _ in self._rows()}
        if provider_id not in known:
            return None
        return ReceivedReceipt(provider_id, "delivered", "delivered")

    async def close(self) -> None:
        return None

    def all(self) -> list[tuple[str, str]]:
        """To whom and what, oldest first."""
        rows = sorted((row for _, row in self._rows()), key=lambda row: str(row["at"]))
        return [(str(row["to"]), str(row["body"])) for row in rows]

    def _rows(self) -> list[tuple[str, dict[str, str]]]:
        return [
            (each.stem, json.loads(each.read_text("utf-8"))) for each in self._folder.glob("*.json")
        ]

    def _trouble(self) -> tuple[str, float]:
        asked = self._folder / ".trouble"
        if not asked.exists():
            return "", 0.0
        kind, _, seconds = asked.read_text().partition(" ")
        asked.unlink()
        return kind, float(seconds or 0)


#: When all of it began; nothing is older.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
