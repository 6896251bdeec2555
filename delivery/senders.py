"""Assembly of what carries our messages: from settings to senders, channel by channel.

A channel more is a file in `notifications/providers/` and a line in `_MAKERS`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from delivery import notices
from delivery.house import House
from delivery.rules.links import unsubscribe_token
from delivery.settings import Settings
from notifications.channels import Channels, NamedSender
from notifications.fallback import Fallback
from notifications.providers.base import Hearing
from notifications.providers.console import Console
from notifications.providers.smtp import Smtp
from notifications.providers.twilio import Twilio
from notifications.twilio_http import TwilioHttp


def build_channels(settings: Settings) -> Channels:
    """Every sender there is, in the order in which they take over; nothing is opened by it."""
    return Channels([each for maker in _MAKERS for each in maker(settings)])


def build_hearing(settings: Settings) -> Hearing:
    """Who reads what the provider of our SMS posts to us, and lists what it has posted."""
    if settings.sms.provider == "console":
        return Console(sys.stdout.write)
    return _twilio(settings, settings.twilio.sender, twilio_http(settings))


def build_fallback(house: House) -> Fallback:
    """Says by e-mail what could not be told by SMS, in the words of the same notice."""
    return Fallback(house.texts, notices.NOTICES, house.policy)


def _sms(settings: Settings) -> list[NamedSender]:
    """Those for one country first; a number or service for all comes after them."""
    if settings.sms.provider == "console":
        return [NamedSender("console", "sms", Console(sys.stdout.write), has_receipts=False)]
    twilio = settings.twilio
    http = twilio_http(settings)
    countries: dict[str, set[str]] = {}
    for country, names in twilio.senders.items():
        for name in names:
            countries.setdefault(name, set()).add(country)
    made = [
        NamedSender(name[:40], "sms", _twilio(settings, name, http), frozenset(where))
        for name, where in countries.items()
    ]
    if twilio.sender or twilio.messaging_service_sid or not made:
        name = twilio.sender or twilio.messaging_service_sid or "sms"
        made.append(NamedSender(name[:40], "sms", _twilio(settings, twilio.sender, http)))
    return made


def _email(settings: Settings) -> list[NamedSender]:
    email = settings.email
    if email.provider == "console":
        console = Console(sys.stdout.write)
        return [NamedSender("console e-mail", "email", console, has_receipts=False)]
    name = f"e-mail by {email.host}"[:40]
    mail = build_mail(settings)
    return [NamedSender(name, "email", mail, has_receipts=False, copies_are_one=True)]


def build_mail(settings: Settings) -> Smtp:
    """The mail server of these settings; nothing is opened by it."""
    email = settings.email
    return Smtp(
        host=email.host,
        port=email.port,
        sender=email.sender,
        user=email.user,
        password=email.password.get_secret_value(),
        unsubscribe_url=unsubscribe_url(settings),
        timeout=email.timeout_seconds,
        connections=email.connections,
    )


def twilio_http(settings: Settings) -> TwilioHttp:
    """The connections to Twilio of these settings; none is opened by it."""
    twilio = settings.twilio
    return TwilioHttp(
        base_url=twilio.base_url, timeout=twilio.timeout_seconds, in_flight=twilio.in_flight
    )


def unsubscribe_url(settings: Settings) -> Callable[[int], str]:
    """Makes the link under which the reader of an e-mail, by its number, stops optional ones."""
    secret = settings.server.secret.get_secret_value()
    at = f"{settings.server.public_url}/unsubscribe"
    return lambda number: f"{at}/{unsubscribe_token(secret, number)}"


def _twilio(settings: Settings, sender: str, http: TwilioHttp) -> Twilio:
    twilio = settings.twilio
    service = twilio.messaging_service_sid if sender == twilio.sender else ""
    if sender.startswith("MG"):
        sender, service = "", sender
    return Twilio(
        account_sid=twilio.account_sid,
        auth_token=twilio.auth_token.get_secret_value(),
        more_tokens=(twilio.other_auth_token.get_secret_value(),),
        hears_at=[each for names in twilio.senders.values() for each in names],
        public_url=settings.server.public_url,
        sender=sender,
        messaging_service_sid=service,
        http=http,
    )


_MAKERS: tuple[Callable[[Settings], list[NamedSender]], ...] = (_sms, _email)
