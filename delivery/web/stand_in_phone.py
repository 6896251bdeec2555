"""The telephone of the stand-in, read and answered over its HTTP API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

_SECONDS = 5
# It runs beside us; no proxy stands between.
_CALL = build_opener(ProxyHandler({})).open


@dataclass(frozen=True)
class PhoneMessage:
    """One message on the telephone: from the shop, or written on it."""

    from_shop: bool
    text: str
    at: datetime


def read_phone(base_url: str, number: str) -> list[PhoneMessage] | None:
    """What this number received and wrote, oldest first; None when the stand-in is away."""
    answer = _ask(f"{base_url}/stand-in/phones/{quote(number, safe='')}")
    if answer is None:
        return None
    return [_message(each) for each in answer["messages"]]


def write_reply(base_url: str, number: str, body: str) -> bool:
    """Let this number reply; the stand-in posts it to us, signed. False when it is away."""
    return _ask(f"{base_url}/stand-in/replies", {"from": number, "body": body}) is not None


def _message(told: dict[str, Any]) -> PhoneMessage:
    from_shop = told["direction"] == "out"
    return PhoneMessage(from_shop, told["body"], datetime.fromisoformat(told["at"]))


def _ask(address: str, body: dict[str, str] | None = None) -> dict[str, Any] | None:
    sent = None if body is None else json.dumps(body).encode()
    try:
        request = Request(address, data=sent, headers={"Content-Type": "application/json"})
        with _CALL(request, timeout=_SECONDS) as answer:
            read = answer.read()
    except (URLError, TimeoutError, ConnectionError, ValueError):
        return None
    known: dict[str, Any] = json.loads(read) if read else {}
    return known
