"""An e-mail as it goes over the wire: headers, text, HTML and a calendar entry. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from notifications.providers.base import Parts

# 7-bit throughout: not every server on the way takes more, and what is signed stays as it is.
_POLICY = SMTP.clone(cte_type="7bit")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_METHOD = re.compile(r"^METHOD:([A-Z]+)\r?$", re.MULTILINE)
_LONGEST_ADDRESS = 254


class BadAddress(ValueError):
    """Nothing can be sent to this."""


@dataclass(frozen=True)
class Envelope:
    """One e-mail, ready to be handed over. Both addresses are bare; `local` names it for us."""

    sender: str
    recipient: str
    local: str
    content: bytes

    @property
    def is_ascii(self) -> bool:
        return self.sender.isascii() and self.recipient.isascii()


def one_line(text: str) -> str:
    """Without anything that could end a header and begin another one."""
    return _CONTROL.sub(" ", text).strip()


def address(text: str) -> str:
    """A bare address; its domain as the wire wants it. Raises `BadAddress`."""
    local, at, domain = text.strip().rpartition("@")
    if not local or not at or not domain or len(text) > _LONGEST_ADDRESS:
        raise BadAddress("not an address")
    if _CONTROL.search(text) or re.search(r"[\s<>,;:\"()\[\]\\]", text):
        raise BadAddress("not an address")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise BadAddress("its domain cannot be written") from None


def envelope(
    *,
    sender: str,
    to: str,
    body: str,
    parts: Parts,
    number: int,
    attempt: str,
    now: datetime,
    unsubscribe: str = "",
) -> Envelope:
    """The e-mail from `sender` ("Kaari <hello@kaari.example>") to one address.

    Its Message-ID is made from our message's number and words, not from the attempt: should it
    ever be handed over twice, mailboxes that drop copies know it for one. Raises `BadAddress`.
    """
    name, bare = parseaddr(one_line(sender))
    bare, recipient = address(bare), address(to)
    ascii_only = bare.isascii() and recipient.isascii()
    made = EmailMessage(policy=_POLICY if ascii_only else _POLICY.clone(utf8=True))
    made["From"] = _named(one_line(str(parts.get("sender_name") or name)), bare)
    made["To"] = _named("", recipient)
    made["Subject"] = one_line(str(parts.get("subject") or ""))
    made["Date"] = format_datetime(now)
    local = message_name(number, attempt, to, body)
    made["Message-ID"] = f"<{local}@{bare.rpartition('@')[2]}>"
    made["X-Attempt"] = one_line(attempt)
    made["Auto-Submitted"] = "auto-generated"
    if unsubscribe:
        made["List-Unsubscribe"] = f"<{one_line(unsubscribe)}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(body)
    if parts.get("html"):
        made.add_alternative(str(parts["html"]), subtype="html")
    if parts.get("calendar"):
        _add_calendar(made, str(parts["calendar"]))
    return Envelope(bare, recipient, local, made.as_bytes())


def message_name(number: int, attempt: str, to: str, body: str) -> str:
    """What stands before the @ of its Message-ID; at most 64 characters."""
    which = str(number) if number else attempt
    digest = hashlib.sha256("\0".join((which, to, body)).encode("utf-8", "replace")).hexdigest()
    return f"{number}.{digest[:32]}"


def _named(name: str, bare: str) -> Address:
    local, _, domain = bare.rpartition("@")
    return Address(name, username=local, domain=domain)


def _add_calendar(made: EmailMessage, calendar: str) -> None:
    said = _METHOD.search(calendar)
    made.add_alternative(
        calendar, subtype="calendar",
        params={"method": said.group(1) if said else "PUBLISH", "name": "delivery.ics"},
    )  # fmt: skip
