"""What would keep messages from leaving, found at start and said in plain words. Stops nothing."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp

from notifications.clocks import Clock
from notifications.providers.base import SendLater
from notifications.providers.twilio_errors import failure
from notifications.twilio_http import NotConnected, Throttled, TwilioHttp

#: A signature has no time in it, but what we list and what links are worth has.
DRIFT = timedelta(seconds=30)
_API = "https://api.twilio.com/2010-04-01/Accounts"
_SECONDS = 5.0

#: Countries that show a sender as unknown, or stop it, unless it was registered beforehand.
#: Finland: Traficom's regulation 28, for names since 2023 and for numbers since May 2026.
REGISTERED_ONLY = {
    "FI": "Finland shows senders as unknown unless Traficom has them on its list.",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `words` say so, or what is wrong and what to do."""

    what: str
    is_well: bool
    words: str


class Mail(Protocol):
    """What has to be known of an e-mail provider."""

    async def check(self) -> None:
        """Connect and log in. Raises `SendLater`."""


async def account(http: TwilioHttp, sid: str, token: str, clock: Clock) -> list[Finding]:
    """Whether Twilio lets us in, what it says of our account, and whether our clocks agree."""
    what = "Twilio account"
    if not sid or not token:
        return [Finding(what, False, "PERILLE_TWILIO__ACCOUNT_SID and __AUTH_TOKEN are not set.")]
    try:
        answer = await _asked(http, sid, token)
    except (NotConnected, Throttled, aiohttp.ClientError, OSError) as error:
        why = type(error).__name__
        return [Finding(what, False, f"Twilio cannot be reached from here ({why}).")]
    said = _json(answer.text)
    if answer.status_code in (401, 403):
        code = str(said.get("code") or "20003")
        return [Finding(what, False, f"{failure(code).words} Look at account SID and auth token.")]
    if answer.status_code >= 400:
        return [Finding(what, False, f"Twilio answered with HTTP {answer.status_code}.")]
    found = []
    status = str(said.get("status") or "active")
    if status != "active":
        found.append(Finding(what, False, f"Twilio says our account is {status}."))
    elif said.get("type") == "Trial":
        found.append(Finding(what, False, "The account is on trial: it sends to verified numbers "
                             "only, and puts words of its own before ours."))  # fmt: skip
    else:
        found.append(Finding(what, True, "Twilio lets us in."))
    return [*found, *drift(answer.headers.get("Date"), clock())]


def drift(date: str | None, now: datetime) -> list[Finding]:
    """Our clock against the `Date` of an answer that has just come."""
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        return []
    off = round((now - theirs).total_seconds())
    if abs(off) <= DRIFT.total_seconds():
        return [Finding("clock", True, "Our clock is right.")]
    way = "ahead" if off > 0 else "behind"
    return [Finding("clock", False, f"Our clock is {abs(off)} seconds {way}: quiet hours, windows "
                    "and lookups go wrong. Turn on network time.")]  # fmt: skip


def senders(
    used: Mapping[str, Sequence[str]], registered: Mapping[str, Sequence[str]]
) -> list[Finding]:
    """Whether the senders used for each country are known to it as ours, where that is asked."""
    found = []
    for country, why in REGISTERED_ONLY.items():
        names = [each for each in used.get(country, ()) if each]
        strange = [each for each in names if each not in registered.get(country, ())]
        what = f"sender for {country}"
        if not names:
            continue
        if strange:
            words = (f"{why} {', '.join(strange)} is not named in [twilio] registered: register "
                     f"it, then add it there under {country}.")  # fmt: skip
            found.append(Finding(what, False, words))
        else:
            found.append(Finding(what, True, f"{', '.join(names)}: registered."))
    return found


async def callback(public_url: str, *, provider_is_here: bool) -> list[Finding]:
    """Whether the provider can bring us replies and receipts.

    `provider_is_here` = it is a stand-in on this machine, for which any address will do.
    """
    what, at = "callback address", urlsplit(public_url)
    host = at.hostname or ""
    if provider_is_here and is_loopback(host):
        return [Finding(what, True, "Both of us are on this machine.")]
    if is_loopback(host):
        return [Finding(what, False, f"{public_url} is this machine only: no reply and no receipt "
                        "can come. Set PERILLE_SERVER__PUBLIC_URL.")]  # fmt: skip
    if at.scheme != "https":
        return [Finding(what, False, f"{public_url} is not https: phone numbers would travel open, "
                        "and a redirect to https loses what Twilio posts.")]  # fmt: skip
    if "_" in host:
        return [Finding(what, False, f"Twilio refuses a host with an underscore: {host}.")]
    try:
        timeout = aiohttp.ClientTimeout(_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.get(f"{public_url}/health/live", allow_redirects=False) as answer,
        ):
            status = answer.status
    except (aiohttp.ClientError, OSError) as error:
        return [Finding(what, False, f"{public_url} cannot be reached from here "
                        f"({type(error).__name__}); see whether it can from outside.")]  # fmt: skip
    if status == 200:
        return [Finding(what, True, f"{public_url} answers.")]
    return [Finding(what, False, f"{public_url} answers with HTTP {status} where we should.")]


async def mail(server: Mail, sender: str) -> list[Finding]:
    """Whether the mail server lets us in, and we have an address to write from."""
    found = []
    if "@" not in sender:
        found.append(Finding("e-mail sender", False, "PERILLE_EMAIL__FROM is no e-mail address."))
    try:
        await server.check()
    except SendLater as no:
        words = (
            no.failure.words if no.failure else f"The mail server cannot be reached ({no.code})."
        )
        return [*found, Finding("mail server", False, words)]
    return [*found, Finding("mail server", True, "The mail server lets us in.")]


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


async def _asked(http: TwilioHttp, sid: str, token: str) -> Any:
    answer = await http.request("GET", f"{_API}/{sid}.json", auth=(sid, token), timeout=_SECONDS)
    if answer.status_code == 404:  # a place that speaks of messages only
        at = f"{_API}/{sid}/Messages.json"
        answer = await http.request(
            "GET", at, params={"PageSize": 1}, auth=(sid, token), timeout=_SECONDS
        )
        # What a list says is not about the account.
        answer.content = "{}" if answer.status_code < 400 else answer.text
    return answer


def _json(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
