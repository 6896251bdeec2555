"""Twilio's own client, without making anew for each call what is the same for all."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from twilio.rest import Client


class SteadyClient(Client):  # type: ignore[misc]  # the library has no types
    """The library's client; who we are and where its addresses lead is found out once."""

    def __init__(self, account_sid: str, auth_token: str, http: Any) -> None:
        super().__init__(account_sid, auth_token, http_client=http)
        self._address = lru_cache(256)(super().get_hostname)
        self._said: dict[str, dict[str, str]] = {}

    def get_headers(self, method: str, headers: dict[str, str] | None) -> dict[str, str]:
        """What the library sends with each call of this kind, under what this call wants said."""
        if method not in self._said:
            self._said[method] = super().get_headers(method, {})
        return {**self._said[method], **(headers or {})}

    def get_hostname(self, uri: str) -> str:
        """Where this address leads."""
        return str(self._address(uri))
