"""The HTTP client we hand to Twilio's library: deadlines, another address, never a hidden retry.

Its own asynchronous client has no time-out, and repeats a POST when told to retry: more than one
SMS. Any other transport that keeps `AsyncHttpClient.request` can take this one's place.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
from aiohttp import encode_basic_auth
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from yarl import URL

CONNECT_SECONDS = 5.0
#: Connections beyond the calls of the sender: looking things up must not wait behind them.
_SPARE = 8


class NotConnected(Exception):
    """Nothing was sent: there was nobody to talk to."""


class Throttled(Exception):
    """429: the provider did not look at it, and may have said when to come back."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__("429")
        self.retry_after = retry_after


class TwilioHttp(AsyncHttpClient):  # type: ignore[misc]  # the library has no types
    """Speaks HTTP for Twilio's library, at `base_url` instead of Twilio when one is given."""

    def __init__(self, *, base_url: str = "", timeout: float = 30.0, in_flight: int = 64) -> None:
        super().__init__(logging.getLogger(__name__), True, timeout)
        self._base_url = base_url.rstrip("/")
        self._in_flight = in_flight
        self._session: aiohttp.ClientSession | None = None
        # The library asks for the same few addresses again and again.
        self._address = lru_cache(256)(self._rewritten)

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request, once. Raises `NotConnected`, `Throttled`, and what aiohttp raises."""
        more: dict[str, Any] = {}
        if timeout is not None:
            more["timeout"] = aiohttp.ClientTimeout(timeout, sock_connect=CONNECT_SECONDS)
        if auth is not None:
            headers = {**(headers or {}), "Authorization": _basic(*auth)}
        if params:
            uri = f"{uri}?{urlencode(params, doseq=True)}"
        body = urlencode(data, doseq=True).encode("ascii") if data else None
        try:
            async with self._open().request(
                method, self._address(uri), data=body, headers=headers,
                allow_redirects=allow_redirects, **more,
            ) as answer:  # fmt: skip
                content = await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotConnected(type(error).__name__) from None
        if answer.status == 429:
            raise Throttled(_seconds(answer.headers.get("Retry-After")))
        return Response(answer.status, content.decode("utf-8", "replace"), answer.headers)

    async def close(self) -> None:
        """Let go of all connections; the next request opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        # Not before a loop runs: a session belongs to the loop it was made in.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._in_flight + _SPARE),
                # For the whole call: per read, a drip-fed answer would hold it for ever.
                timeout=aiohttp.ClientTimeout(self.timeout, sock_connect=CONNECT_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _rewritten(self, uri: str) -> URL:
        if self._base_url:
            asked = urlsplit(uri)
            uri = self._base_url + asked.path + (f"?{asked.query}" if asked.query else "")
        return URL(uri, encoded=True)


@lru_cache(8)
def _basic(user: str, password: str) -> str:
    return encode_basic_auth(user, password)


def _seconds(text: str | None) -> float | None:
    """Retry-After in seconds; its other form, a date, counts as not said."""
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:
        return None
