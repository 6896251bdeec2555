"""The look before sending, with these settings: printed by `preflight`, logged at start."""

from __future__ import annotations

import asyncio
import threading
from urllib.parse import urlsplit

import structlog

from delivery.clock import Clock
from delivery.senders import build_mail, twilio_http
from delivery.settings import Settings
from notifications import preflight
from notifications.preflight import Finding

log = structlog.get_logger()


async def look(settings: Settings, clock: Clock) -> list[Finding]:
    """Everything that can be looked at. Waits some seconds at the most."""
    found: list[Finding] = []
    twilio = settings.twilio
    if settings.sms.provider != "console":
        http = twilio_http(settings)
        token = twilio.auth_token.get_secret_value()
        found += await preflight.account(http, twilio.account_sid, token, clock)
        await http.close()
        here = preflight.is_loopback(urlsplit(twilio.base_url).hostname or "")
        if not here:
            default = [twilio.sender or twilio.messaging_service_sid]
            used = {settings.shop.country: default} | twilio.senders
            found += preflight.senders(used, twilio.registered)
        found += await preflight.callback(settings.server.public_url, provider_is_here=here)
    if settings.email.provider == "smtp":
        mail = build_mail(settings)
        found += await preflight.mail(mail, settings.email.sender)
        await mail.close()
    return found


def look_in_background(settings: Settings, clock: Clock, after: float = 0.0) -> threading.Thread:
    """Say what is wrong in the log, `after` so many seconds. Nothing waits for it or stops."""

    def run() -> None:
        threading.Event().wait(after)
        try:
            for each in asyncio.run(look(settings, clock)):
                if not each.is_well:
                    log.warning("messages may not leave", what=each.what, words=each.words)
        except Exception as error:
            log.warning("preflight broke", error=type(error).__name__)

    thread = threading.Thread(target=run, daemon=True, name="preflight")
    thread.start()
    return thread
