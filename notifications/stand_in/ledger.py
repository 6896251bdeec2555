"""What the stand-in remembers: messages both ways and who said stop. Bounded."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from notifications.clocks import Clock
from notifications.text import segments

#: What Twilio itself acts on, as the whole message; it knows no other words.
STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"})
START = frozenset({"START", "YES", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})


@dataclass
class Sms:
    """One message, either way."""

    sid: str
    sender: str
    to: str
    body: str
    direction: str
    status: str
    created_at: datetime
    service: str | None = None
    callback: str = ""
    sent_at: datetime | None = None
    updated_at: datetime | None = None
    error: int | None = None
    hidden_until: datetime | None = None

    @property
    def num_segments(self) -> int:
        return segments(self.body).count


class Ledger:
    """All of it behind one lock; the oldest is forgotten first."""

    def __init__(self, clock: Clock, *, most: int) -> None:
        self._clock = clock
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Sms] = OrderedDict()
        self._stopped: OrderedDict[str, None] = OrderedDict()

    def add(
        self, sender: str, to: str, body: str, *, direction: str, status: str,
        service: str | None = None, callback: str = "", hidden_until: datetime | None = None,
    ) -> Sms:  # fmt: skip
        new = Sms(
            f"SM{secrets.token_hex(16)}", sender, to, body, direction, status, self._clock(),
            service, callback, hidden_until=hidden_until,
        )  # fmt: skip
        if direction == "inbound":  # its date is that of its coming
            new.sent_at = new.created_at
        with self._lock:
            self._kept[new.sid] = new
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return new

    def get(self, sid: str) -> Sms | None:
        with self._lock:
            return self._kept.get(sid)

    def move(self, sid: str, status: str, error: int | None = None) -> Sms | None:
        """A step on its way to the phone."""
        with self._lock:
            sms = self._kept.get(sid)
            if sms is None:
                return None
            if sms.status != "delivered":  # told late, it is still where it was
                sms.status = status
            sms.updated_at = self._clock()
            sms.error = error or sms.error
            sms.sent_at = sms.sent_at or sms.updated_at
            return sms

    def select(self, wanted: Callable[[Sms], bool]) -> list[Sms]:
        """Those that are wanted, oldest first."""
        with self._lock:
            return [each for each in self._kept.values() if wanted(each)]

    def forget(self) -> None:
        """Everything but who said stop."""
        with self._lock:
            self._kept.clear()

    def has_stopped(self, number: str) -> bool:
        with self._lock:
            return number in self._stopped

    def hear(self, number: str, body: str) -> str | None:
        """What Twilio itself answers to these words; stopping and starting take effect."""
        word = body.strip().upper()
        with self._lock:
            if word in STOP:
                self._stopped[number] = None
                while len(self._stopped) > self._most:
                    self._stopped.popitem(last=False)
                return (
                    "You have successfully been unsubscribed. You will not receive any more"
                    " messages from this number. Reply START to resubscribe."
                )
            if word in START and self._stopped.pop(number, number) is None:
                return (
                    "You have successfully been re-subscribed to messages from this number."
                    " Reply STOP to unsubscribe."
                )
        return "Reply STOP to unsubscribe." if word in HELP else None
