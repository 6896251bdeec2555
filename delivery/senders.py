"""Assembly of what carries our messages: from settings to senders, channel by channel."""

from __future__ import annotations

import sys

from delivery.settings import Settings
from notifications.channels import Channels, NamedSender
from notifications.providers.base import Hearing
from notifications.providers.console import Console
from notifications.providers.twilio import Twilio
from notifications.twilio_http import TwilioHttp


def build_channels(settings: Settings) -> Channels:
    """Every sender there is, in the order in which they take over; nothing is opened by it."""
    return Channels([*_sms(settings), *_email(settings)])


def build_hearing(settings: Settings) -> Hearing:
    """Who reads what the provider of our SMS posts to us."""
    if settings.sms.provider == "console":
        return Console(sys.stdout.write)
    return _twilio(settings, settings.twilio.sender)


def _sms(settings: Settings) -> list[NamedSender]:
    if settings.sms.provider == "console":
        return [NamedSender("console", "sms", Console(sys.stdout.write), has_receipts=False)]
    twilio = settings.twilio
    name = twilio.sender or twilio.messaging_service_sid or "sms"
    return [NamedSender(name, "sms", _twilio(settings, twilio.sender))]


def _email(settings: Settings) -> list[NamedSender]:
    return [NamedSender("console e-mail", "email", Console(sys.stdout.write), has_receipts=False)]


def _twilio(settings: Settings, sender: str) -> Twilio:
    twilio = settings.twilio
    return Twilio(
        account_sid=twilio.account_sid,
        auth_token=twilio.auth_token.get_secret_value(),
        public_url=settings.server.public_url,
        sender=sender,
        messaging_service_sid=twilio.messaging_service_sid,
        http=TwilioHttp(
            base_url=twilio.base_url, timeout=twilio.timeout_seconds, in_flight=twilio.in_flight
        ),
    )
